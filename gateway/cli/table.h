// A table for people: columns as wide as their longest cell, or made to fit a width. Pure value; one thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace oversight::cli {

struct Column {
  Column(std::string title) : header(std::move(title)) {}  // NOLINT: a header alone is a column
  Column(const char* title) : header(title) {}             // NOLINT
  Column(std::string title, bool may_wrap, int place) : header(std::move(title)), wraps(may_wrap), rank(place) {}

  std::string header;
  bool wraps = false;  // Its cells may be broken into lines between words.
  int rank = 0;        // Where there is no room, the highest go first; those up to 2 stay.
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // A cell is one line of text: what would break it, or be taken for something else, is shown as OneLine of words.h
  // does.
  void Add(std::vector<std::string> row);
  bool empty() const { return rows_.empty(); }

  // Lines ending in newline. A cell longer than `max_cell` characters is cut and ends in "…".
  std::string Text(size_t max_cell = 60) const;
  // In lines of at most `width` characters, as far as the columns that stay let it: without columns in which nothing
  // stands, cells that may wrap broken, and what has no room left out. Where there is no room for those that stay
  // beside each other, the ones that may wrap stand below each row. Nothing that is shown is cut.
  std::string Fit(size_t width) const;
  // Whether Fit shows every column that has something in it.
  bool AllFit(size_t width) const;

 private:
  // A column that Fit shows, how wide, and whether below the others.
  struct Place {
    size_t column, width;
    bool below = false;
  };
  std::vector<Place> Layout(size_t width) const;
  bool AnyIn(size_t column) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// `text` in lines of at most `width` characters, broken between words; a longer word has a line of its own. At least
// one.
std::vector<std::string> WrapText(const std::string& text, size_t width);

// Characters as a terminal counts them: code points. Wide scripts are not told apart.
size_t DisplayWidth(const std::string& text);

// `text` with blanks behind it up to `width` characters.
std::string Padded(const std::string& text, size_t width);

}  // namespace oversight::cli
