#include "gateway/cli/fill.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/rpc/secrets.h"
#include "gateway/cli/contract.h"
#include "gateway/cli/names.h"
#include "gateway/cli/values.h"
#include "gateway/cli/verbs.h"
#include "gateway/cli/words.h"
#include "google/protobuf/field_mask.pb.h"

namespace oversight::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string Shown(const FormFlag& flag) { return flag.positional ? Placeholder(flag) : absl::StrCat("--", flag.name); }

class Filler {
 public:
  Filler(const Form& form, const Arguments& arguments) : form_(form), arguments_(arguments) {
    filled_.request = NewMessage(*form.type);
  }

  Filled Run() {
    for (const FormFlag& flag : form_.flags) {
      Set(flag);
      if (flag.positional && names_.beside.empty()) names_.beside = TextOf(flag);
    }
    // What is given by position is what the command is about, whatever stands in a message given as a whole.
    for (const FormFlag& flag : form_.flags) {
      if (flag.positional && flag.fields.size() > 1 && arguments_.given(flag.name)) {
        SetText(flag, arguments_.text(flag.name), NameContext());
      }
    }
    if (form_.mask != nullptr) SetMask();
    return std::move(filled_);
  }

 private:
  void Problem(const FormFlag& flag, const std::string& what) {
    filled_.problems.push_back(absl::StrCat(Shown(flag), ": ", what));
  }

  std::string TextOf(const FormFlag& flag) const {
    const Message* message = filled_.request.get();
    for (size_t i = 0; i + 1 < flag.fields.size(); ++i) {
      message = &message->GetReflection()->GetMessage(*message, flag.fields[i]);
    }
    return message->GetReflection()->GetString(*message, &flag.field());
  }

  void Set(const FormFlag& flag) {
    NameContext names = names_;
    names.wildcard = TakesAny(form_, flag);
    const std::vector<std::string>& values = arguments_.all(flag.name);
    if (values.empty()) {
      const std::string shapes = names.wildcard ? RulesOf(flag.field()).resource() : "";
      if (flag.required && !shapes.empty()) SetText(flag, "", names);
      return;
    }
    if (flag.fields[0] == form_.changed && !flag.positional && flag.field().name() != "etag") AddToMask(flag);
    if (values.size() > 1 && std::find(values.begin(), values.end(), "") != values.end()) {
      return Problem(flag, "an empty value clears it, so it stands alone");
    }
    if (values[0].empty()) {
      if (flag.required) return Problem(flag, "must not be empty");
      return ClearValue(filled_.request.get(), flag.fields);
    }
    CheckOneof(flag);
    for (const std::string& value : values) SetText(flag, value, names);
  }

  void SetText(const FormFlag& flag, const std::string& text, const NameContext& names) {
    // A name of which the contract does not say the kind may be of any resource.
    const bool any_name = flag.positional && flag.field().name() == "name" && RulesOf(flag.field()).resource().empty();
    if (any_name) {
      if (const auto named = FindByName("Get", "", text); named.ok()) {
        return Check(flag, SetValue(filled_.request.get(), flag.fields, named->name, names));
      }
    }
    Check(flag, SetValue(filled_.request.get(), flag.fields, text, names));
  }

  void Check(const FormFlag& flag, const absl::Status& status) {
    if (status.ok()) return;
    Problem(flag, rpc::IsSecret(flag.field()) ? "is no value of this flag; it is a secret, so it is not repeated"
                                              : std::string(status.message()));
  }

  // Of the fields of a oneof the last set would win without a word.
  void CheckOneof(const FormFlag& flag) {
    for (const FieldDescriptor* field : flag.fields) {
      const auto* oneof = field->real_containing_oneof();
      if (oneof == nullptr) continue;
      const auto [it, first] = oneofs_.emplace(oneof, std::pair(field, &flag));
      if (!first && it->second.first != field) {
        Problem(flag, absl::StrCat("does not go together with --", it->second.second->name));
      }
    }
  }

  void AddToMask(const FormFlag& flag) {
    std::vector<std::string> parts;
    for (size_t i = 1; i < flag.fields.size(); ++i) parts.push_back(flag.fields[i]->name());
    if (!parts.empty()) {
      mask_.insert(absl::StrJoin(parts, "."));
    } else {
      whole_ = &flag;
    }
  }

  void SetMask() {
    const Message& request = *filled_.request;
    if (whole_ != nullptr) {
      const Message& changed = request.GetReflection()->GetMessage(request, form_.changed);
      std::vector<const FieldDescriptor*> fields;
      changed.GetReflection()->ListFields(changed, &fields);
      for (const FieldDescriptor* field : fields) {
        if (field->name() != "name" && field->name() != "etag" && !RulesOf(*field).output_only()) {
          mask_.insert(field->name());
        }
      }
    }
    if (mask_.empty() && filled_.problems.empty()) {
      filled_.problems.emplace_back("Nothing is to be changed: give the flags of what should be, such as " + Example());
      return;
    }
    // A field named whole needs none of its parts named.
    google::protobuf::FieldMask mask;
    for (const std::string& path : mask_) {
      const auto named = [&](const std::string& other) { return absl::StartsWith(path, other + "."); };
      if (std::none_of(mask_.begin(), mask_.end(), named)) mask.add_paths(path);
    }
    Message* target = filled_.request->GetReflection()->MutableMessage(filled_.request.get(), form_.mask);
    target->ParseFromString(mask.SerializeAsString());
  }

  std::string Example() const {
    for (const FormFlag& flag : form_.flags) {
      if (flag.fields.size() == 2 && flag.fields[0] == form_.changed && !flag.positional &&
          flag.field().name() != "etag") {
        return absl::StrCat("--", flag.name);
      }
    }
    return "one of them";
  }

  const Form& form_;
  const Arguments& arguments_;
  Filled filled_;
  NameContext names_;
  std::map<const google::protobuf::OneofDescriptor*, std::pair<const FieldDescriptor*, const FormFlag*>> oneofs_;
  std::set<std::string> mask_;
  const FormFlag* whole_ = nullptr;
};

}  // namespace

Filled Fill(const Form& form, const Arguments& arguments) { return Filler(form, arguments).Run(); }

std::string FlagOfField(const Form& form, const std::string& field) {
  const FormFlag* best = nullptr;
  size_t most = 0;
  for (const FormFlag& flag : form.flags) {
    std::vector<std::string> names;
    for (const FieldDescriptor* each : flag.fields) names.push_back(each->name());
    const std::string path = absl::StrJoin(names, ".");
    const bool begins = absl::StartsWith(field, path) &&
                        (field.size() == path.size() || field[path.size()] == '.' || field[path.size()] == '[');
    if (begins && path.size() > most) {
      best = &flag;
      most = path.size();
    }
  }
  if (best == nullptr) return field;
  std::string text = Shown(*best);
  std::string rest = field.substr(most);
  size_t index = 0;
  if (absl::StartsWith(rest, "[") && absl::SimpleAtoi(rest.substr(1, rest.find(']') - 1), &index)) {
    absl::StrAppend(&text, ", the value number ", index + 1);
    rest.erase(0, rest.find(']') + 1);
  }
  if (absl::StartsWith(rest, ".")) absl::StrAppend(&text, ", ", Spaced(rest.substr(1)));
  return text;
}

}  // namespace oversight::cli
