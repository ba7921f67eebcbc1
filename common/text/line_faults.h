// What is wrong with a file that comes line by line, such as a CSV file: gathered on the way, told all at once. A line
// with several faults is told once, with all of them. One thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/rpc/errors.h"

namespace oversight {

class LineFaults {
 public:
  // `description` goes on after "line 7", such as "date is required".
  void Add(int line, const std::string& description);
  bool empty() const { return by_line_.empty(); }
  bool Has(int line) const { return by_line_.count(line) > 0; }

  // INVALID_ARGUMENT with this reason: one field violation `csv.line[N]` for each faulty line. As details are cut when
  // there are very many, the message and the metadata `faulty_lines` name the lines in short, as "2, 5-9". Not to be
  // asked when empty.
  template <class Reason>
  absl::Status Refusal(Reason reason) const {
    return Told(Error(absl::StatusCode::kInvalidArgument, reason, Message()));
  }

 private:
  absl::Status Told(Error error) const;
  std::string Message() const;
  std::string Ranges() const;

  std::map<int, std::string> by_line_;
};

// A piece of the file for an error message: quoted, on one line, short, and valid UTF-8.
std::string Quoted(std::string_view text);

}  // namespace oversight
