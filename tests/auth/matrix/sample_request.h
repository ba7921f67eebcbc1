// A request that passes the field rules of the contract, made from them alone, so that a call gets as far as its rules
// on who may make it, whatever the call. Names are of the force it is told; what only reads asks for number 1 of
// everything, what writes for number 999999, which there is not, unless another number is asked for, and under an etag
// that is out of date, so that nothing is changed that others look at. Pure.
#pragma once

#include <memory>
#include <string>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace oversight::testing {

// Whether the method changes anything: its request has a request_id.
bool Writes(const google::protobuf::MethodDescriptor& method);

// `force`: "west-midlands".
std::unique_ptr<google::protobuf::Message> SampleRequest(const google::protobuf::MethodDescriptor& method,
                                                         const std::string& force, const std::string& number = "");

}  // namespace oversight::testing
