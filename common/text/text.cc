#include "common/text/text.h"

#include <algorithm>
#include <cstdint>

namespace oversight {
namespace {

bool IsContinuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Lower case of the two-byte characters, U+0080 to U+07FF, as far as Latin Extended-A.
uint32_t ToLower(uint32_t c) {
  if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return c + 0x20;
  if (c == 0x178) return 0xFF;
  // Dotted and dotless i, kra and the ligatures have no partner beside them.
  if (c < 0x100 || c > 0x17E || c == 0x130 || c == 0x131 || c == 0x138 || c == 0x149) return c;
  // From here on capitals stand beside their small letter: even before odd, in two stretches odd before even.
  const bool odd_is_capital = (c >= 0x139 && c <= 0x148) || c >= 0x179;
  return (c % 2 == 1) == odd_is_capital ? c + 1 : c;
}

}  // namespace

size_t Utf8Length(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if (!IsContinuation(byte(i))) return 0;
  }
  // The second byte bounds what the first leaves open: overlong forms, surrogates, above U+10FFFF.
  const unsigned char second = byte(1);
  if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) || (first == 0xF0 && second < 0x90) ||
      (first == 0xF4 && second > 0x8F)) {
    return 0;
  }
  return length;
}

std::string Tidy(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  bool space_before = false;
  for (const char c : text) {
    if (IsSpace(c)) {
      space_before = !result.empty();
      continue;
    }
    if (space_before) result += ' ';
    space_before = false;
    result += c;
  }
  return result;
}

std::string FoldCase(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const size_t length = Utf8Length(text);
    if (length == 2) {
      const uint32_t c = ToLower((static_cast<uint32_t>(text[0] & 0x1F) << 6) | static_cast<uint32_t>(text[1] & 0x3F));
      result += static_cast<char>(0xC0 | (c >> 6));
      result += static_cast<char>(0x80 | (c & 0x3F));
    } else if (length <= 1) {
      const char c = text[0];
      result += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    } else {
      result.append(text.substr(0, length));
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return result;
}

bool IsWebAddress(std::string_view text) {
  const size_t scheme = text.rfind("https://", 0) == 0 ? 8 : text.rfind("http://", 0) == 0 ? 7 : 0;
  return scheme > 0 && text.size() > scheme && std::none_of(text.begin(), text.end(), IsSpace);
}

bool HasControlCharacter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; });
}

}  // namespace oversight
