// The parameters of a URL, or of a form, as the fields of a request: ?pageSize=10&read.asOf.revision=7. Names are those
// of the JSON or of the proto, deeper ones with dots, an element of a list by its place: proposal.reasons[0].text. A
// date is written as for people (2024-06, "June 2024") or by its own fields, a choice in words or by its name, a moment
// as RFC 3339, a duration as "1.5s". Of the forms of a oneof one may be given. Pure; thread-safe.
#pragma once

#include "absl/status/status.h"
#include "gateway/http/query.h"
#include "google/protobuf/message.h"

namespace oversight::gateway {

// INVALID_ARGUMENT (INVALID_FIELDS) with everything that is wrong.
absl::Status SetParameters(const Parameters& parameters, google::protobuf::Message* request);

}  // namespace oversight::gateway
