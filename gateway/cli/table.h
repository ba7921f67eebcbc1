// A table for people: columns as wide as their longest cell, long text cut to fit. Pure value; one thread.
#pragma once

#include <string>
#include <vector>

namespace oversight::cli {

class Table {
 public:
  explicit Table(std::vector<std::string> header) : header_(std::move(header)) {}
  void Add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  // Lines ending in newline. A cell longer than `max_cell` characters is cut and ends in "…".
  std::string Text(size_t max_cell = 60) const;
  // The same with nothing cut: the last column is broken into lines of at most `width` characters between words.
  std::string Wrapped(size_t width = 80) const;

 private:
  static std::string Lines(const std::vector<std::vector<std::string>>& lines);

  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

// `text` in lines of at most `width` characters, broken between words; a longer word has a line of its own. At least
// one.
std::vector<std::string> WrapText(const std::string& text, size_t width);

// Characters as a terminal counts them: code points. Wide scripts are not told apart.
size_t DisplayWidth(const std::string& text);

}  // namespace oversight::cli
