// Checks a message against the rules its .proto file states: the `(oversight.common.v1.rules)` options of every field
// of the whole tree, and what holds for every message (strings are UTF-8, enum values are known, timestamps and
// durations are in range, partial dates are dates, nothing is nested too deeply). All violations are reported at once,
// each with its path in snake_case, such as `concern.source.title` or `reasons[2].text`.
//
// What rules mean, where validation.proto leaves it open:
//  * A required repeated field has at least one element. Elements of repeated strings and enums are never empty or
//    UNSPECIFIED. A required message whose fields all stand in one oneof needs the oneof set.
//  * `minimum` and `maximum` are checked when the number is given: fields without presence are "not given" at 0.
//  * `output_only` fields are not looked at; ClearOutputOnly removes them. Nor is what stands in `checked_apart` ones:
//    a service validates each of these messages by itself.
//  * `{concern}`, `{recommendation}`, `{note}`, `{response}`, `{revisit}`, `{evidence}`, `{national_recommendation}`,
//    `{proposal}`, `{decision}`, `{episode}`, `{inspection}` and `{duty}` are numbers: 1 to 9 digits, no leading zero.
//    `-` stands for any in the field `parent` of List and Search requests only.
//  * In a request with `update_mask` the message beside it is a change, not a whole resource: it needs `name`, and
//  other
//    required fields only when the mask names them (`*` names all). Fields outside a given mask are not looked at. A
//    mask path that names no field is a violation of the mask.
//
// Rules are compiled once per message type and kept for the life of the process (so descriptors must live as long).
// Knows protobuf, not gRPC. Thread-safe.
#pragma once

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace oversight::rpc {

// OK, or INVALID_ARGUMENT INVALID_FIELDS with every violation.
absl::Status Validate(const google::protobuf::Message& request);

// Clears every field marked output_only, in the whole tree.
void ClearOutputOnly(google::protobuf::Message* message);

// Clears every field marked internal, in the whole tree: what is left may be shown outside the inspectorate.
void ClearInternal(google::protobuf::Message* message);

}  // namespace oversight::rpc
