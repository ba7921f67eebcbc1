#include "forces-service/domain/text.h"

#include <algorithm>

namespace oversight::forces {
namespace {

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

bool IsWebAddress(std::string_view text) {
  const size_t scheme = text.rfind("https://", 0) == 0 ? 8 : text.rfind("http://", 0) == 0 ? 7 : 0;
  return scheme > 0 && text.size() > scheme && std::none_of(text.begin(), text.end(), IsSpace);
}

bool HasControlCharacter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; });
}

}  // namespace oversight::forces
