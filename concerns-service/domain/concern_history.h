// What of a history is told: which fields say where something stands. Pure, thread-safe.
#pragma once

#include <string>

namespace oversight::concerns {

// Of a path as in message_diff.h: a state, the level of handling, a judgement of adequacy.
inline bool IsStatusField(const std::string& path) {
  const size_t dot = path.rfind('.');
  const std::string last = dot == std::string::npos ? path : path.substr(dot + 1);
  return last == "state" || last == "adequacy" || path == "handling.level";
}

}  // namespace oversight::concerns
