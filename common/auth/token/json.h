// Jansson's values with an owner, and the one way JSON from outside is read: an object, no name twice. Values.
#pragma once

#include <jansson.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace oversight::auth {

struct JsonRelease {
  void operator()(json_t* value) const { json_decref(value); }
};
using Json = std::unique_ptr<json_t, JsonRelease>;

// Null when it is not an object in JSON, or names something twice: what a second reader would take for the first.
inline Json ParseJsonObject(std::string_view text) {
  Json value(json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES, nullptr));
  return json_is_object(value.get()) ? std::move(value) : nullptr;
}

// The string under `name`; nothing when there is none or it is something else.
inline std::optional<std::string> JsonString(const json_t* object, const char* name) {
  const json_t* value = json_object_get(object, name);
  if (!json_is_string(value)) return std::nullopt;
  return std::string(json_string_value(value), json_string_length(value));
}

}  // namespace oversight::auth
