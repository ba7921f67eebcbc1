// What a request is filled from: its flags, made from the fields of the request message. The parts of a message that is
// given as one value are told in the same way, by its own form.
//
//  * Each field that a caller may set is a flag by its name: display_name -> --display-name.
//  * The fields of a message in the request, mostly the resource, stand beside the request's own: --title for
//    concern.title. Deeper ones say where they belong: --source.kind for concern.source.kind. The whole path may always
//    be written, and must be where two fields would have one flag: --concern.title.
//  * A message, one or repeated, may also be given as one value, --source with JSON or "kind=inspection; title=...".
//  * `name` or `parent` is the argument by position; for an Update the name of the resource; when there is neither,
//  every
//    required text of the request: `compare-grades FIRST SECOND`.
//  * The mask of an Update is no flag: it follows from the flags given. `as_of` and how fresh to read are --as-of,
//  --fresh
//    and --at-least-as-fresh.
//
// A pure function of descriptors, thread-safe.
#pragma once

#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace oversight::cli {

struct FormFlag {
  std::string name;  // "source.kind"
  std::string path;  // "concern.source.kind", with the fields' names as flags write them
  // From the request to the field.
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  bool positional = false;
  // The request is refused without it, unless a message that holds it is given as one value.
  bool required = false;

  const google::protobuf::FieldDescriptor& field() const { return *fields.back(); }
};

struct Form {
  const google::protobuf::Descriptor* type = nullptr;
  // Arguments by position first, in order; a message as one value before its parts.
  std::vector<FormFlag> flags;
  // Of an Update: the message that is changed, and the mask.
  const google::protobuf::FieldDescriptor* changed = nullptr;
  const google::protobuf::FieldDescriptor* mask = nullptr;
};

// `reserved` are names that no flag may have; fields of such a name are flags by their whole path, or "request.NAME".
Form FormOf(const google::protobuf::Descriptor& type, const std::vector<std::string>& reserved = {});

// Whether the flag is the parent of what is listed or searched, in which `-` stands for any. Not that of a ledger: each
// is another service's.
bool TakesAny(const Form& form, const FormFlag& flag);

// A message whose values are written as text: dates, due rules, times.
bool IsValueType(const google::protobuf::Descriptor& type);

// Whether elements of a list or a map, or messages that have parts.
bool IsMessageValue(const google::protobuf::FieldDescriptor& field);

}  // namespace oversight::cli
