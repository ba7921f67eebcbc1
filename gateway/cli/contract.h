// The contract as the command line reads it: every proto file of the suite with its comments, put into the program when
// it was built. So a new RPC is known here, with its words, once it stands in protos/. Descriptors and messages are of
// a pool of their own, not of the generated code: go from one to the other with As. All of it is made once, lives as
// long as the process, and is thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "oversight/common/v1/validation.pb.h"

namespace oversight::cli {

const google::protobuf::DescriptorPool& Contract();

// Every service of the suite, by full name.
const std::vector<const google::protobuf::ServiceDescriptor*>& Services();

// An empty message of a type of the contract.
std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor& type);

// The same message as generated code knows it, or nothing of it when it cannot be read as such.
template <class T>
T As(const google::protobuf::Message& message) {
  T result;
  result.ParsePartialFromString(message.SerializePartialAsString());
  return result;
}

// The field's (common.v1.rules).
common::v1::FieldRules RulesOf(const google::protobuf::FieldDescriptor& field);

// The comment of a service, method, message, field, enum or value: paragraphs, each on one line, with an empty line
// between. "" when there is none.
template <class Descriptor>
std::string CommentOf(const Descriptor& element);

namespace internal {
std::string Paragraphs(const std::string& comment);
}

template <class Descriptor>
std::string CommentOf(const Descriptor& element) {
  google::protobuf::SourceLocation location;
  return element.GetSourceLocation(&location) ? internal::Paragraphs(location.leading_comments) : "";
}

}  // namespace oversight::cli
