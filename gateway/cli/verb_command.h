// Makes the command of a verb from the contract: its flags, its help from the comments, and the call that it makes.
#pragma once

#include <string>

#include "gateway/cli/command.h"
#include "gateway/cli/verbs.h"
#include "google/protobuf/descriptor.h"

namespace oversight::cli {

Command CommandOf(const Verb& verb);

// The errors that a method names in its comment: a line as it stands there, then one for each reason, with its meaning
// behind a tab. "" when it names none.
std::string ErrorsOf(const google::protobuf::MethodDescriptor& method);

}  // namespace oversight::cli
