// Fills the request of a method from what was given on the command line. Pure but for files that values name;
// thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/cli/command.h"
#include "gateway/cli/form.h"
#include "google/protobuf/message.h"

namespace oversight::cli {

struct Filled {
  std::unique_ptr<google::protobuf::Message> request;
  std::vector<std::string>
      problems;  // Each a line that begins with the flag. The request is for use when there are none.
};

// An empty value leaves the field unset; in an Update it clears it. The mask of an Update is the fields given. The
// parent of a list that is not given, and must be, stands for all.
Filled Fill(const Form& form, const Arguments& arguments);

// The flag of the field that an error names, such as `concern.source.title` or `reasons[2].text`: "--source.title",
// "--reasons (the 3rd): text"; the field itself when no flag sets it.
std::string FlagOfField(const Form& form, const std::string& field);

}  // namespace oversight::cli
