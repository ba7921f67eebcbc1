#include "gateway/cli/table.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace oversight::cli {
namespace {

constexpr size_t kGap = 2;
// A column that may wrap is not made narrower than this before others are left out. One that matters most keeps a
// third.
constexpr size_t kLeastWrapped = 20;
constexpr int kFirst = 2;

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

size_t WidestLine(const std::string& text) {
  size_t widest = 0;
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(text, '\n'))) {
    widest = std::max(widest, DisplayWidth(line));
  }
  return widest;
}

std::string Lines(const std::vector<std::vector<std::string>>& lines) {
  std::vector<size_t> widths(lines[0].size(), 0);
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(line[i]));
  }
  std::string text;
  for (const auto& line : lines) {
    std::string out;
    for (size_t i = 0; i < line.size(); ++i) {
      out += i + 1 < line.size() ? Padded(line[i], widths[i] + kGap) : line[i];
    }
    out.erase(out.find_last_not_of(' ') + 1);
    text += out + "\n";
  }
  return text;
}

}  // namespace

size_t DisplayWidth(const std::string& text) { return std::count_if(text.begin(), text.end(), StartsCharacter); }

std::string Padded(const std::string& text, size_t width) {
  const size_t own = DisplayWidth(text);
  return own < width ? text + std::string(width - own, ' ') : text;
}

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
  std::vector<std::vector<std::string>> lines(1);
  for (const Column& column : columns_) lines[0].push_back(column.header);
  for (const auto& row : rows_) {
    lines.emplace_back();
    for (const auto& cell : row) lines.back().push_back(Cut(cell, max_cell));
  }
  return Lines(lines);
}

bool Table::AnyIn(size_t column) const {
  return std::any_of(rows_.begin(), rows_.end(), [&](const auto& row) { return !row[column].empty(); });
}

std::vector<std::pair<size_t, size_t>> Table::Layout(size_t width) const {
  std::vector<std::pair<size_t, size_t>> shown;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (!rows_.empty() && !AnyIn(i)) continue;
    size_t widest = DisplayWidth(columns_[i].header);
    for (const auto& row : rows_) widest = std::max(widest, WidestLine(row[i]));
    shown.emplace_back(i, widest);
  }
  const auto least_width = [&](const std::pair<size_t, size_t>& item) {
    const Column& column = columns_[item.first];
    return column.wraps
               ? std::min(item.second, column.rank <= kFirst ? std::max(width / 3, kLeastWrapped) : kLeastWrapped)
               : item.second;
  };
  const auto total = [&](auto width_of) {
    size_t sum = 0;
    for (const auto& item : shown) sum += width_of(item) + (sum == 0 ? 0 : kGap);
    return sum;
  };
  // What matters least goes, until there is room for the rest.
  while (total(least_width) > width) {
    const auto least = std::max_element(shown.begin(), shown.end(), [&](const auto& a, const auto& b) {
      return columns_[a.first].rank < columns_[b.first].rank;
    });
    if (columns_[least->first].rank <= kFirst) break;
    shown.erase(least);
  }
  // Then the widest of those that may wrap give way.
  const auto own_width = [](const std::pair<size_t, size_t>& item) { return item.second; };
  while (total(own_width) > std::max(width, total(least_width))) {
    auto widest = shown.end();
    for (auto it = shown.begin(); it != shown.end(); ++it) {
      if (it->second > least_width(*it) && (widest == shown.end() || it->second > widest->second)) widest = it;
    }
    const size_t over = total(own_width) - width;
    widest->second -= std::min(std::max<size_t>(over / 4, 1), widest->second - least_width(*widest));
  }
  return shown;
}

bool Table::AllFit(size_t width) const {
  size_t with_content = 0;
  for (size_t i = 0; i < columns_.size(); ++i) with_content += rows_.empty() || AnyIn(i) ? 1 : 0;
  const auto layout = Layout(width);
  size_t total = 0;
  for (const auto& [column, columns_width] : layout) total += columns_width + kGap;
  return layout.size() == with_content && total <= width + kGap;
}

std::string Table::Fit(size_t width) const {
  const auto layout = Layout(width);
  std::vector<std::vector<std::string>> lines(1);
  for (const auto& [column, columns_width] : layout) lines[0].push_back(columns_[column].header);
  for (const auto& row : rows_) {
    std::vector<std::vector<std::string>> cells;
    size_t height = 1;
    for (const auto& [column, columns_width] : layout) {
      const size_t room = columns_[column].wraps ? columns_width : ~size_t{0};
      cells.push_back(WrapText(row[column], room));
      height = std::max(height, cells.back().size());
    }
    for (size_t i = 0; i < height; ++i) {
      lines.emplace_back();
      for (const auto& cell : cells) lines.back().push_back(i < cell.size() ? cell[i] : "");
    }
  }
  return Lines(lines);
}

}  // namespace oversight::cli
