#include "gateway/cli/table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace oversight::cli {
namespace {

bool StartsCharacter(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

// At most `width` characters; a line break ends the text.
std::string Cut(const std::string& text, size_t width) {
  std::string line = text.substr(0, text.find('\n'));
  if (DisplayWidth(line) <= width && line.size() == text.size()) return line;
  size_t count = 0, end = 0;
  while (end < line.size()) {
    if (StartsCharacter(line[end]) && ++count >= width) break;
    ++end;
  }
  return line.substr(0, end) + "…";
}

}  // namespace

size_t DisplayWidth(const std::string& text) { return std::count_if(text.begin(), text.end(), StartsCharacter); }

std::vector<std::string> WrapText(const std::string& text, size_t width) {
  std::vector<std::string> lines;
  for (const std::string& paragraph : std::vector<std::string>(absl::StrSplit(text, '\n'))) {
    std::string line;
    for (const std::string& word : std::vector<std::string>(absl::StrSplit(paragraph, ' ', absl::SkipEmpty()))) {
      if (!line.empty() && DisplayWidth(line) + 1 + DisplayWidth(word) > width) {
        lines.push_back(std::move(line));
        line.clear();
      }
      absl::StrAppend(&line, line.empty() ? "" : " ", word);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string Table::Text(size_t max_cell) const {
  std::vector<std::vector<std::string>> lines = {header_};
  for (const auto& row : rows_) {
    lines.emplace_back();
    for (const auto& cell : row) lines.back().push_back(Cut(cell, max_cell));
  }
  return Lines(lines);
}

std::string Table::Wrapped(size_t width) const {
  std::vector<std::vector<std::string>> lines = {header_};
  for (const auto& row : rows_) {
    const std::vector<std::string> last = WrapText(row.back(), width);
    lines.push_back(row);
    lines.back().back() = last[0];
    for (size_t i = 1; i < last.size(); ++i) {
      lines.emplace_back(row.size());
      lines.back().back() = last[i];
    }
  }
  return Lines(lines);
}

std::string Table::Lines(const std::vector<std::vector<std::string>>& lines) {
  std::vector<size_t> widths(lines[0].size(), 0);
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size() && i < widths.size(); ++i)
      widths[i] = std::max(widths[i], DisplayWidth(line[i]));
  }
  std::string text;
  for (const auto& line : lines) {
    std::string out;
    for (size_t i = 0; i < line.size(); ++i) {
      out += line[i];
      if (i + 1 < line.size()) out.append(widths[i] - DisplayWidth(line[i]) + 2, ' ');
    }
    out.erase(out.find_last_not_of(' ') + 1);
    text += out + "\n";
  }
  return text;
}

}  // namespace oversight::cli
