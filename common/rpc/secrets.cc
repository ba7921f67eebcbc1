#include "common/rpc/secrets.h"

#include <algorithm>
#include <set>

#include "common/rpc/errors.h"
#include "oversight/common/v1/validation.pb.h"

namespace oversight::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool Holds(const Descriptor& type, std::set<const Descriptor*>& seen) {
  if (!seen.insert(&type).second) return false;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (IsSecret(field)) return true;
    if (field.message_type() != nullptr && Holds(*field.message_type(), seen)) return true;
  }
  return false;
}

// Runs `visit` on every text that is secret, and `other` on every other field that is.
template <class Visit, class Other>
void ForEachSecret(Message* message, const Visit& visit, const Other& other, bool inside = false) {
  const auto& reflection = *message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    const bool secret = inside || IsSecret(*field);
    const int size = field->is_repeated() ? reflection.FieldSize(*message, field) : 1;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      for (int i = 0; i < size; ++i) {
        ForEachSecret(field->is_repeated() ? reflection.MutableRepeatedMessage(message, field, i)
                                           : reflection.MutableMessage(message, field),
                      visit, other, secret);
      }
    } else if (secret && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      for (int i = 0; i < size; ++i) visit(message, field, field->is_repeated() ? i : -1);
    } else if (secret) {
      other(message, field);
    }
  }
}

}  // namespace

bool IsSecret(const FieldDescriptor& field) {
  // Through bytes, because a descriptor of another pool keeps our extension among its unknown fields.
  google::protobuf::FieldOptions options;
  options.ParseFromString(field.options().SerializeAsString());
  return options.GetExtension(common::v1::rules).secret();
}

bool HoldsSecrets(const Descriptor& type) {
  std::set<const Descriptor*> seen;
  return Holds(type, seen);
}

std::vector<std::string> SecretsIn(const Message& message) {
  std::vector<std::string> secrets;
  const std::unique_ptr<Message> copy(message.New());
  copy->CopyFrom(message);
  ForEachSecret(
      copy.get(),
      [&](Message* holder, const FieldDescriptor* field, int index) {
        const auto& reflection = *holder->GetReflection();
        std::string text =
            index < 0 ? reflection.GetString(*holder, field) : reflection.GetRepeatedString(*holder, field, index);
        if (!text.empty()) secrets.push_back(std::move(text));
      },
      [](Message*, const FieldDescriptor*) {});
  return secrets;
}

void MaskSecrets(Message* message) {
  ForEachSecret(
      message,
      [](Message* holder, const FieldDescriptor* field, int index) {
        const auto& reflection = *holder->GetReflection();
        if (index < 0) {
          reflection.SetString(holder, field, kSecret);
        } else {
          reflection.SetRepeatedString(holder, field, index, kSecret);
        }
      },
      [](Message* holder, const FieldDescriptor* field) { holder->GetReflection()->ClearField(holder, field); });
}

bool Repeats(std::string_view text, const std::vector<std::string>& secrets) {
  return std::any_of(secrets.begin(), secrets.end(),
                     [&](const std::string& secret) { return text.find(secret) != std::string_view::npos; });
}

absl::Status WithoutSecrets(const absl::Status& status, const std::vector<std::string>& secrets) {
  if (status.ok() || secrets.empty()) return status;
  bool repeats = Repeats({status.message().data(), status.message().size()}, secrets);
  status.ForEachPayload([&](absl::string_view, const absl::Cord& payload) {
    repeats = repeats || Repeats(std::string(payload), secrets);
  });
  if (!repeats) return status;
  return Error(status.code(), ReasonOf(status),
               "The request was refused. Why is left out, because it would repeat a secret of the request.");
}

}  // namespace oversight::rpc
