// What somebody typed into a form, as the request that it stands for, and back. Names that begin with "_" are the
// page's own (its token and the like) and go into no request. Pure; thread-safe.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "gateway/http/query.h"
#include "gateway/web/forms/form.h"
#include "google/protobuf/message.h"

namespace oversight::gateway::web {

// Of "/forces/kent/concerns/1/issue-concern" `resource` is "forces/kent/concerns/1"; it counts, whatever was typed.
// What is empty or blank is not given. Line breaks become "\n". Moments are London time. An Update changes the fields
// of the form and no others. INVALID_ARGUMENT (INVALID_FIELDS) with everything that cannot be read; the rest is for the
// service.
absl::Status FillRequest(const Form& form, const std::string& resource, const Parameters& typed,
                         google::protobuf::Message* request);

// The values of the form's fields as the page has them, for an Update: from a request that holds the resource.
Parameters ValuesOf(const Form& form, const google::protobuf::Message& request);

}  // namespace oversight::gateway::web
