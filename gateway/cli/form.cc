#include "gateway/cli/form.h"

#include <algorithm>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/cli/contract.h"
#include "gateway/cli/words.h"

namespace oversight::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// Deeper parts are given with a whole message.
constexpr size_t kMostDepth = 5;

bool IsOneOf(const std::string& text, std::initializer_list<const char*> words) {
  return std::any_of(words.begin(), words.end(), [&](const char* word) { return text == word; });
}

// Says how to read, in messages of its own that people need not name.
bool IsTransparent(const Descriptor& type) {
  return IsOneOf(type.full_name(), {"oversight.common.v1.ReadOptions", "oversight.common.v1.Consistency"});
}

// Every resource has these.
bool IsResource(const Descriptor& type) {
  return type.FindFieldByName("name") != nullptr && type.FindFieldByName("etag") != nullptr &&
         type.FindFieldByName("revision") != nullptr;
}

std::string NameOf(const FieldDescriptor& field) {
  return field.name() == "fully_consistent" ? "fresh" : Kebab(field.name());
}

class Maker {
 public:
  explicit Maker(const Descriptor& type) { form_.type = &type; }

  Form Make(const std::vector<std::string>& reserved) {
    FindMask();
    std::vector<const FieldDescriptor*> path;
    Walk(*form_.type, true, path);
    MarkPositionals();
    std::stable_sort(form_.flags.begin(), form_.flags.end(),
                     [](const FormFlag& a, const FormFlag& b) { return a.positional > b.positional; });
    Name(reserved);
    return std::move(form_);
  }

 private:
  void FindMask() {
    for (int i = 0; i < form_.type->field_count(); ++i) {
      const FieldDescriptor* field = form_.type->field(i);
      if (field->name() == "update_mask") {
        form_.mask = field;
      } else if (form_.changed == nullptr && field->message_type() != nullptr && !field->is_repeated() &&
                 IsResource(*field->message_type())) {
        form_.changed = field;
      }
    }
    if (form_.mask == nullptr) form_.changed = nullptr;
  }

  // Whether a caller sets the field, and the mask does not follow from the rest.
  bool IsSkipped(const FieldDescriptor& field, const std::vector<const FieldDescriptor*>& above) const {
    if (RulesOf(field).output_only() || &field == form_.mask) return true;
    if (field.name() == "minimize_latency") return true;  // The default.
    const bool in_changed = above.size() == 1 && above[0] == form_.changed;
    return IsResource(*field.containing_type()) && IsOneOf(field.name(), {"name", "etag"}) && !in_changed;
  }

  void Walk(const Descriptor& type, bool required, std::vector<const FieldDescriptor*>& path) {
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor* field = type.field(i);
      if (IsSkipped(*field, path)) continue;
      const bool repeats_itself = std::any_of(path.begin(), path.end(), [&](const FieldDescriptor* each) {
        return field->message_type() != nullptr && each->message_type() == field->message_type();
      });
      const bool in_changed = !path.empty() && path[0] == form_.changed;
      const bool needed = in_changed ? path.size() == 1 && field->name() == "name"
                                     : required && RulesOf(*field).required() && field != form_.changed;
      path.push_back(field);
      if (field->message_type() == nullptr || !IsTransparent(*field->message_type())) {
        form_.flags.push_back({.fields = path, .required = needed && !HasParts(*field)});
      }
      if (HasParts(*field) && !repeats_itself && path.size() < kMostDepth) Walk(*field->message_type(), needed, path);
      path.pop_back();
    }
  }

  static bool HasParts(const FieldDescriptor& field) { return IsMessageValue(field) && !field.is_repeated(); }

  static bool IsText(const FieldDescriptor& field) {
    return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING && field.type() != FieldDescriptor::TYPE_BYTES &&
           !field.is_repeated();
  }

  void MarkPositionals() {
    if (!absl::EndsWith(form_.type->name(), "Request")) return;
    const auto mark = [&](auto is) {
      bool any = false;
      for (FormFlag& flag : form_.flags) {
        if (!IsText(flag.field()) || !is(flag)) continue;
        flag.positional = any = true;
      }
      return any;
    };
    if (form_.changed != nullptr) {
      mark([&](const FormFlag& flag) {
        return flag.fields.size() == 2 && flag.fields[0] == form_.changed && flag.field().name() == "name";
      });
      return;
    }
    const auto own = [](const FormFlag& flag, std::initializer_list<const char*> names) {
      return flag.fields.size() == 1 && IsOneOf(flag.field().name(), names);
    };
    if (mark([&](const FormFlag& flag) { return own(flag, {"name"}); })) return;
    if (mark([&](const FormFlag& flag) { return own(flag, {"parent"}); })) return;
    mark([&](const FormFlag& flag) { return flag.fields.size() == 1 && flag.required; });
  }

  void Name(const std::vector<std::string>& reserved) {
    std::map<std::string, int> counts;
    for (const std::string& name : reserved) ++counts[name];
    for (FormFlag& flag : form_.flags) {
      std::vector<std::string> whole, parts;
      for (size_t i = 0; i < flag.fields.size(); ++i) {
        whole.push_back(NameOf(*flag.fields[i]));
        const Descriptor* type = flag.fields[i]->message_type();
        const bool inner = i + 1 < flag.fields.size();
        if (inner && (i == 0 || (type != nullptr && IsTransparent(*type)))) continue;
        parts.push_back(whole.back());
      }
      flag.path = absl::StrJoin(whole, ".");
      flag.name = absl::StrJoin(parts, ".");
      ++counts[flag.name];
    }
    for (FormFlag& flag : form_.flags) {
      const bool is_reserved = std::find(reserved.begin(), reserved.end(), flag.name) != reserved.end();
      if (flag.fields.size() > 1 && counts[flag.name] > 1) {
        flag.name = flag.path;
      } else if (is_reserved) {
        flag.name = flag.path = absl::StrCat("request.", flag.path);
      }
    }
  }

  Form form_;
};

}  // namespace

Form FormOf(const Descriptor& type, const std::vector<std::string>& reserved) { return Maker(type).Make(reserved); }

bool TakesAny(const Form& form, const FormFlag& flag) {
  return flag.positional && flag.field().name() == "parent" && form.type->FindFieldByName("page_token") != nullptr &&
         !absl::StartsWith(RulesOf(flag.field()).resource(), "ledgers/");
}

bool IsValueType(const Descriptor& type) {
  return IsOneOf(type.full_name(),
                 {"oversight.common.v1.PartialDate", "oversight.common.v1.DueRule", "oversight.common.v1.AsOf",
                  "google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.FieldMask"});
}

bool IsMessageValue(const FieldDescriptor& field) {
  return field.message_type() != nullptr && !IsValueType(*field.message_type());
}

}  // namespace oversight::cli
