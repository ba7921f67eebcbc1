#include "common/auth/names.h"

#include <algorithm>

namespace oversight::auth {

bool IsId(std::string_view id) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (id.empty() || id.size() > 63 || !plain(id.front()) || !plain(id.back())) return false;
  return std::all_of(id.begin(), id.end(), [&plain](char c) { return plain(c) || c == '-'; });
}

bool IsName(std::string_view name, std::string_view prefix) {
  return name.rfind(prefix, 0) == 0 && IsId(name.substr(prefix.size()));
}

}  // namespace oversight::auth
