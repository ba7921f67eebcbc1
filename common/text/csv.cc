#include "common/text/csv.h"

#include <utility>

#include "common/text/text.h"

namespace oversight {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  CsvFile Run() {
    if (text_.substr(0, kByteOrderMark.size()) == kByteOrderMark) at_ = kByteOrderMark.size();
    while (at_ < text_.size()) ReadRecord();
    return std::move(file_);
  }

 private:
  enum class FieldEnd { kComma, kRecord, kFault };
  static constexpr char kNotUtf8[] = "is not UTF-8";

  void ReadRecord() {
    CsvRecord record{line_, {}};
    record_is_faulty_ = false;
    FieldEnd end = FieldEnd::kComma;
    while (end == FieldEnd::kComma) {
      std::string field;
      end = Peek() == '"' ? ReadQuoted(field) : ReadPlain(field);
      record.fields.push_back(std::move(field));
    }
    const bool empty_line = record.fields.size() == 1 && record.fields[0].empty();
    if (!empty_line && !record_is_faulty_) file_.records.push_back(std::move(record));
  }

  FieldEnd ReadPlain(std::string& field) {
    while (true) {
      if (AtFieldEnd()) return PassFieldEnd();
      if (Peek() == '"') return Fault("has a quote inside a field that does not begin with one");
      if (Peek() == '\r') return Fault("has a carriage return that is not the end of a line");
      if (!Take(field)) return Fault(kNotUtf8);
    }
  }

  // What lies inside an open quote is not judged before it is closed: if it never is, those lines stand for themselves.
  FieldEnd ReadQuoted(std::string& field) {
    const size_t open_at = at_;
    const int open_line = line_;
    std::vector<int> not_utf8;
    ++at_;
    while (at_ < text_.size()) {
      if (Peek() != '"') {
        if (Peek() == '\n') ++line_;
        if (!Take(field)) {
          not_utf8.push_back(line_);
          ++at_;
        }
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        field += '"';
        at_ += 2;
      } else {
        ++at_;
        if (AtFieldEnd()) {
          for (const int line : not_utf8) Note(line, kNotUtf8);
          return PassFieldEnd();
        }
        if (line_ == open_line) return Fault("has text after the closing quote of a field");
        break;
      }
    }
    at_ = open_at;
    line_ = open_line;
    return Fault("begins a quoted field that is never closed");
  }

  // 0 at the end of the text; a NUL in the text is an ordinary character everywhere below.
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool Take(std::string& field) {
    const size_t length = Utf8Length(text_.substr(at_, 4));
    field.append(text_.substr(at_, length));
    at_ += length;
    return length > 0;
  }

  bool AtFieldEnd() const {
    if (at_ >= text_.size()) return true;
    const char c = text_[at_];
    return c == ',' || c == '\n' || (c == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n');
  }

  FieldEnd PassFieldEnd() {
    if (at_ >= text_.size()) return FieldEnd::kRecord;
    if (text_[at_] == ',') {
      ++at_;
      return FieldEnd::kComma;
    }
    at_ += text_[at_] == '\r' ? 2 : 1;
    ++line_;
    return FieldEnd::kRecord;
  }

  // The present record is faulty, at this line; of several faults of a line the first is kept.
  void Note(int line, const char* description) {
    record_is_faulty_ = true;
    if (file_.faults.empty() || file_.faults.back().line != line) file_.faults.push_back({line, description});
  }

  // Notes a fault of the present line and goes on with the next.
  FieldEnd Fault(const char* description) {
    Note(line_, description);
    const size_t end = text_.find('\n', at_);
    at_ = end == std::string_view::npos ? text_.size() : end + 1;
    ++line_;
    return FieldEnd::kFault;
  }

  const std::string_view text_;
  size_t at_ = 0;
  int line_ = 1;
  bool record_is_faulty_ = false;
  CsvFile file_;
};

}  // namespace

CsvFile ReadCsv(std::string_view text) { return Reader(text).Run(); }

std::string FormatCsvRow(const std::vector<std::string>& fields) {
  std::string row;
  for (const auto& field : fields) {
    if (!row.empty() || &field != &fields.front()) row += ',';
    // In quotes too: what would be taken for a byte order mark.
    if (field.rfind(kByteOrderMark, 0) != 0 && field.find_first_of(",\"\r\n") == std::string::npos) {
      row += field;
      continue;
    }
    row += '"';
    for (const char c : field) {
      if (c == '"') row += '"';
      row += c;
    }
    row += '"';
  }
  return row + "\r\n";
}

}  // namespace oversight
