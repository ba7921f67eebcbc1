// What people can follow. Pure; thread-safe.
#pragma once

#include <string_view>

namespace oversight::concerns {

// Begins with https:// or http:// and goes on.
inline bool IsWebAddress(std::string_view text) {
  for (const std::string_view prefix : {"https://", "http://"}) {
    if (text.size() > prefix.size() && text.substr(0, prefix.size()) == prefix) return true;
  }
  return false;
}

}  // namespace oversight::concerns
