// Calls the method of a verb and shows the answer: in words or as JSON, a list page after page, a stream message by
// message.
#pragma once

#include "absl/status/status.h"
#include "gateway/cli/command.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/form.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace oversight::cli {

// Whether it answers with pages.
bool IsPaged(const google::protobuf::MethodDescriptor& method);

// A change gets a request id when it has none. `arguments` tell how much is to be shown: --limit, --count. A refusal
// names the flags of `form` for the fields that are not valid.
absl::Status CallVerb(Session& session, const google::protobuf::MethodDescriptor& method, const Form& form,
                      google::protobuf::Message& request, const Arguments& arguments);

}  // namespace oversight::cli
