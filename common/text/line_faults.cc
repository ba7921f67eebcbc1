#include "common/text/line_faults.h"

#include "absl/strings/str_cat.h"
#include "common/text/text.h"

namespace oversight {

void LineFaults::Add(int line, const std::string& description) {
  std::string& words = by_line_[line];
  absl::StrAppend(&words, words.empty() ? "" : "; ", description);
}

std::string LineFaults::Message() const {
  const auto& [first_line, first_words] = *by_line_.begin();
  if (by_line_.size() == 1) return absl::StrCat("Nothing was imported: line ", first_line, " ", first_words, ".");
  return absl::StrCat("Nothing was imported: ", by_line_.size(), " lines are faulty (", Ranges(),
                      "). The first of them ", first_words, ".");
}

absl::Status LineFaults::Told(Error error) const {
  error.With("faulty_line_count", absl::StrCat(by_line_.size())).With("faulty_lines", Ranges());
  for (const auto& [line, words] : by_line_) error.Violation(absl::StrCat("csv.line[", line, "]"), words);
  return error;
}

// "2, 5-9", cut where it would grow past what an error can carry.
std::string LineFaults::Ranges() const {
  static constexpr size_t kMaxBytes = 500;
  std::string text;
  for (auto it = by_line_.begin(); it != by_line_.end();) {
    if (text.size() > kMaxBytes) return absl::StrCat(text, ", …");
    const int first = it->first;
    int last = first;
    for (++it; it != by_line_.end() && it->first == last + 1; ++it) ++last;
    absl::StrAppend(&text, text.empty() ? "" : ", ", first);
    if (last > first) absl::StrAppend(&text, "-", last);
  }
  return text;
}

std::string Quoted(std::string_view text) {
  static constexpr size_t kMaxShown = 40;
  const auto is_control = [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; };
  std::string shown;
  for (size_t count = 0; !text.empty() && count < kMaxShown; ++count) {
    const size_t length = Utf8Length(text);
    shown += length == 0 || is_control(text[0]) ? "?" : std::string(text.substr(0, length));
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return absl::StrCat("\"", shown, text.empty() ? "\"" : "…\"");
}

}  // namespace oversight
