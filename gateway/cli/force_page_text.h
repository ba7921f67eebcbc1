// How the parts of a force's page are written. Pure; thread-safe.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/cli/table.h"
#include "gateway/cli/words.h"

namespace oversight::cli {

// A page shows the beginning of what may be 16 KiB long, on one line.
inline std::string Brief(const std::string& text) {
  std::string line = OneLine(text);
  constexpr size_t kMost = 160;
  if (DisplayWidth(line) <= kMost) return line;
  size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;
  return line.substr(0, end) + "…";
}

// A part with its title; nothing when there is nothing of it.
inline std::string Titled(const std::string& title, const std::string& body) {
  return body.empty() ? "" : absl::StrCat(title, "\n", body, "\n");
}

}  // namespace oversight::cli
