// How an Update applies its field mask (AIP-134, AIP-161). Pure functions over messages, thread-safe.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"

namespace oversight::rpc {

// Copies the fields of `update` that the mask names into `current`, a message of the same type.
//   mask null or without paths   every field that is set in `update` (a sub-message as a whole)
//   "*"                          every field; what is unset in `update` becomes unset
//   "title", "source.url"        that field; unset in `update` clears it. No path goes through a repeated field or a
//   map.
// Never touched, whatever the mask says: the resource's name and etag, and fields whose rules say output_only.
// INVALID_ARGUMENT (INVALID_FIELDS) with every path that names no field, or "*" beside others; then nothing is copied.
// Violations are reported for `mask_field`.
absl::Status ApplyMask(const google::protobuf::Message& update, const google::protobuf::FieldMask* mask,
                       google::protobuf::Message* current, const std::string& mask_field = "update_mask");

// The mask of an Update request, or null when it has none.
template <class Request>
const google::protobuf::FieldMask* MaskOf(const Request& request) {
  return request.has_update_mask() ? &request.update_mask() : nullptr;
}

}  // namespace oversight::rpc
