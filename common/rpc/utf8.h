// Unicode as far as field rules need it. Pure, thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace oversight::rpc {

// The number of code points; -1 when the text is not well-formed UTF-8 (overlong forms and surrogates are not).
inline int64_t CountCodePoints(std::string_view text) {
  int64_t count = 0;
  const auto* p = reinterpret_cast<const unsigned char*>(text.data());
  const auto* end = p + text.size();
  while (p < end) {
    while (end - p >= 8) {  // ASCII, eight at a time
      uint64_t word;
      std::memcpy(&word, p, sizeof(word));
      if (word & 0x8080808080808080u) break;
      p += 8;
      count += 8;
    }
    if (p == end) break;
    const unsigned char lead = *p;
    int more;
    uint32_t value, least;
    if (lead < 0x80) {
      ++p, ++count;
      continue;
    } else if (lead >= 0xC2 && lead < 0xE0) {
      more = 1, value = lead & 0x1F, least = 0x80;
    } else if (lead >= 0xE0 && lead < 0xF0) {
      more = 2, value = lead & 0x0F, least = 0x800;
    } else if (lead >= 0xF0 && lead < 0xF5) {
      more = 3, value = lead & 0x07, least = 0x10000;
    } else {
      return -1;
    }
    if (end - p <= more) return -1;
    for (int i = 1; i <= more; ++i) {
      if ((p[i] & 0xC0) != 0x80) return -1;
      value = value << 6 | (p[i] & 0x3F);
    }
    if (value < least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return -1;
    p += more + 1;
    ++count;
  }
  return count;
}

}  // namespace oversight::rpc
