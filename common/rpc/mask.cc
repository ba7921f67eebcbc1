#include "common/rpc/mask.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/rpc/errors.h"
#include "common/rpc/validator.h"
#include "oversight/common/v1/validation.pb.h"

namespace oversight::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Enough of a path to know it again.
absl::string_view Cut(const std::string& text) {
  return absl::string_view(text.data(), std::min<size_t>(text.size(), 100));
}

// A path through singular sub-messages; the last may be any field.
using Path = std::vector<const FieldDescriptor*>;

bool IsOurs(const FieldDescriptor* field, bool top) {
  if (field->options().GetExtension(common::v1::rules).output_only()) return true;
  return top && (field->name() == "name" || field->name() == "etag");
}

Path Resolve(const Descriptor* type, const std::string& text) {
  Path path;
  for (const absl::string_view part : absl::StrSplit(absl::string_view(text), '.')) {
    if (type == nullptr) return {};
    const FieldDescriptor* field = type->FindFieldByName(std::string(part));
    if (field == nullptr) return {};
    path.push_back(field);
    type = field->is_repeated() ? nullptr : field->message_type();
  }
  return path;
}

// Clears the target's fields and takes over what is set of them in the source.
void CopyFields(const Message& from, const std::vector<const FieldDescriptor*>& fields, Message* to) {
  const auto* reflection = from.GetReflection();
  for (const FieldDescriptor* field : fields) reflection->ClearField(to, field);
  // A message of these fields alone, merged: that way every type of field is copied by protobuf itself.
  std::unique_ptr<Message> wanted(from.New());
  wanted->CopyFrom(from);
  std::vector<const FieldDescriptor*> set;
  reflection->ListFields(*wanted, &set);
  for (const FieldDescriptor* each : set) {
    if (std::find(fields.begin(), fields.end(), each) == fields.end()) reflection->ClearField(wanted.get(), each);
  }
  reflection->MutableUnknownFields(wanted.get())->Clear();
  to->MergeFrom(*wanted);
}

// Makes no sub-message on the way unless there is something to copy.
void CopyPath(const Message& from, const Path& path, size_t at, Message* to) {
  const FieldDescriptor* field = path[at];
  if (at + 1 == path.size()) {
    CopyFields(from, {field}, to);
    return;
  }
  const bool in_from = from.GetReflection()->HasField(from, field);
  const bool in_to = to->GetReflection()->HasField(*to, field);
  if (!in_from && !in_to) return;
  CopyPath(from.GetReflection()->GetMessage(from, field), path, at + 1, to->GetReflection()->MutableMessage(to, field));
}

}  // namespace

absl::Status ApplyMask(const Message& update, const google::protobuf::FieldMask* mask, Message* current,
                       const std::string& mask_field) {
  const Descriptor* type = update.GetDescriptor();
  std::vector<Path> paths;
  if (mask == nullptr || mask->paths().empty()) {
    std::vector<const FieldDescriptor*> set;
    update.GetReflection()->ListFields(update, &set);
    for (const FieldDescriptor* field : set) paths.push_back({field});
  } else if (mask->paths_size() == 1 && mask->paths(0) == "*") {
    for (int i = 0; i < type->field_count(); ++i) paths.push_back({type->field(i)});
  } else {
    Violations violations;
    for (const std::string& text : mask->paths()) {
      if (text == "*") {
        violations.Add(mask_field, "must be \"*\" alone, or without it");
        continue;
      }
      Path path = Resolve(type, text);
      if (path.empty()) {
        violations.Add(mask_field, absl::StrCat("names no field: \"", absl::CHexEscape(Cut(text)), "\""));
      } else {
        paths.push_back(std::move(path));
      }
    }
    OVERSIGHT_RETURN_IF_ERROR(violations.status());
  }
  std::unique_ptr<Message> from(update.New());
  from->CopyFrom(update);
  ClearOutputOnly(from.get());                // Also those inside a sub-message that is copied as a whole.
  std::vector<const FieldDescriptor*> whole;  // Together, as each copy costs as much as the whole message.
  std::vector<Path> parts;
  for (Path& path : paths) {
    bool ours = false;
    for (size_t i = 0; i < path.size(); ++i) ours |= IsOurs(path[i], i == 0);
    if (ours) continue;
    if (path.size() == 1) {
      whole.push_back(path[0]);
    } else {
      parts.push_back(std::move(path));
    }
  }
  CopyFields(*from, whole, current);
  for (const Path& path : parts) CopyPath(*from, path, 0, current);
  return absl::OkStatus();
}

}  // namespace oversight::rpc
