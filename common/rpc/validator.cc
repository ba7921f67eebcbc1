#include "common/rpc/validator.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/rpc/resource_pattern.h"
#include "common/rpc/utf8.h"
#include "common/time/partial_date.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "oversight/common/v1/partial_date.pb.h"
#include "oversight/common/v1/validation.pb.h"

namespace oversight::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;
using google::protobuf::Reflection;

constexpr int kDefaultMaxLength = 16384;
constexpr int kDefaultMaxItems = 1000;
// The suite's own messages nest seven deep at most.
constexpr int kMaxDepth = 32;
// A request of nothing but faults must not make an answer out of all proportion.
constexpr size_t kMaxViolations = 1000;

struct MessagePlan;

struct FieldPlan {
  const FieldDescriptor* field;
  std::string name;
  common::v1::FieldRules rules;
  int max_length;
  int max_items;
  bool wildcard = false;
  std::optional<ResourcePattern> pattern;
  const MessagePlan* child = nullptr;
};

enum class Known { kNone, kTimestamp, kDuration, kPartialDate };

struct MessagePlan {
  Known known = Known::kNone;
  std::vector<FieldPlan> fields;
  // Set when every field stands in this one.
  const OneofDescriptor* only_oneof = nullptr;
  // An Update request: `mask` says which fields of `changed` are meant. Indices into fields, or -1.
  const FieldDescriptor* mask = nullptr;
  const FieldDescriptor* changed = nullptr;
  bool has_output_only = false, has_internal = false;
};

// A rule that says which fields are cleared, and whether a message has such.
struct Clearing {
  bool (common::v1::FieldRules::*rule)() const;
  bool MessagePlan::*has;
};
constexpr Clearing kOutputOnly = {&common::v1::FieldRules::output_only, &MessagePlan::has_output_only};
constexpr Clearing kInternal = {&common::v1::FieldRules::internal, &MessagePlan::has_internal};

common::v1::FieldRules RulesOf(const FieldDescriptor& field) {
  // Through bytes, because a descriptor of another pool keeps our extension among its unknown fields.
  google::protobuf::FieldOptions options;
  options.ParseFromString(field.options().SerializeAsString());
  return options.GetExtension(common::v1::rules);
}

class Plans {
 public:
  static Plans& Get() {
    static auto* plans = new Plans;  // never destroyed: requests may outlive statics
    return *plans;
  }

  const MessagePlan* For(const Descriptor* descriptor) {
    {
      std::shared_lock lock(mu_);
      if (auto it = plans_.find(descriptor); it != plans_.end()) return it->second.get();
    }
    std::unique_lock lock(mu_);
    return Build(descriptor);
  }

 private:
  MessagePlan* Build(const Descriptor* descriptor) {
    if (auto it = plans_.find(descriptor); it != plans_.end()) return it->second.get();
    MessagePlan* plan = (plans_[descriptor] = std::make_unique<MessagePlan>()).get();
    // A type that contains itself finds this while it is being built; the guess is safe, only slower.
    plan->has_output_only = plan->has_internal = true;
    const std::string& type = descriptor->full_name();
    if (type == "google.protobuf.Timestamp") plan->known = Known::kTimestamp;
    if (type == "google.protobuf.Duration") plan->known = Known::kDuration;
    if (type == "oversight.common.v1.PartialDate") plan->known = Known::kPartialDate;

    bool has_output_only = false, has_internal = false;
    // AIP-159: what reads across collections.
    const bool is_list = descriptor->name().rfind("List", 0) == 0 || descriptor->name().rfind("Search", 0) == 0;
    for (int i = 0; i < descriptor->field_count(); ++i) {
      const FieldDescriptor* field = descriptor->field(i);
      FieldPlan item{.field = field, .name = field->name(), .rules = RulesOf(*field)};
      item.max_length = item.rules.max_length() > 0 ? item.rules.max_length() : kDefaultMaxLength;
      item.max_items = item.rules.max_items() > 0 ? item.rules.max_items() : kDefaultMaxItems;
      if (!item.rules.resource().empty()) item.pattern.emplace(item.rules.resource());
      item.wildcard = is_list && field->name() == "parent";
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        MessagePlan* child = Build(field->message_type());
        item.child = child;
        has_output_only |= child->has_output_only;
        has_internal |= child->has_internal;
        if (field->name() == "update_mask" && !field->is_repeated() &&
            field->message_type()->full_name() == "google.protobuf.FieldMask") {
          plan->mask = field;
        }
      }
      has_output_only |= item.rules.output_only();
      has_internal |= item.rules.internal();
      plan->fields.push_back(std::move(item));
    }
    plan->has_output_only = has_output_only;
    plan->has_internal = has_internal;
    if (plan->mask != nullptr) {
      for (const FieldPlan& item : plan->fields) {
        if (item.field != plan->mask && item.child != nullptr && !item.field->is_repeated() && item.rules.required()) {
          plan->changed = item.field;
          break;
        }
      }
    }
    if (descriptor->field_count() > 0 && descriptor->real_oneof_decl_count() == 1 &&
        descriptor->oneof_decl(0)->field_count() == descriptor->field_count()) {
      plan->only_oneof = descriptor->oneof_decl(0);
    }
    return plan;
  }

  std::shared_mutex mu_;
  std::unordered_map<const Descriptor*, std::unique_ptr<MessagePlan>> plans_;
};

struct Characters {
  bool only_space = true;
  bool has_control = false;
  bool has_line_break = false;  // Or a tab: what one line does not have.
};

// Looks at well-formed UTF-8. Line breaks and tabs are text; other control characters, and those that turn the
// direction of what follows, make a record look like what it is not.
Characters LookAt(const std::string& text) {
  Characters seen;
  for (size_t i = 0; i < text.size();) {
    const auto byte = [&](size_t at) { return static_cast<uint32_t>(static_cast<unsigned char>(text[at])); };
    uint32_t c = byte(i);
    if (c < 0x80) {
      i += 1;
    } else if (c < 0xE0) {
      c = (c & 0x1F) << 6 | (byte(i + 1) & 0x3F);
      i += 2;
    } else if (c < 0xF0) {
      c = (c & 0x0F) << 12 | (byte(i + 1) & 0x3F) << 6 | (byte(i + 2) & 0x3F);
      i += 3;
    } else {
      i += 4;  // none of those is a space or a control character
    }
    if (c == '\n' || c == '\t' || c == 0x2028 || c == 0x2029) seen.has_line_break = true;
    if (c == '\n' || c == '\t' || c == ' ' || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200B) || c == 0x2028 ||
        c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF) {
      continue;
    }
    if (c < 0x20 || (c >= 0x7F && c <= 0x9F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069)) {
      seen.has_control = true;
      // "\r\n" alone is as empty as "\n" alone.
      if (c >= 0x09 && c <= 0x0D) continue;
    }
    seen.only_space = false;
  }
  return seen;
}

// Where we are, as a chain on the stack: a path is spelt out only when there is something to say about it.
struct Path {
  const Path* parent = nullptr;
  const std::string* name = nullptr;
  int index = -1;

  std::string Text() const {
    std::string text = parent != nullptr && parent->name != nullptr ? absl::StrCat(parent->Text(), ".") : "";
    if (name != nullptr) text += *name;
    if (index >= 0) absl::StrAppend(&text, "[", index, "]");
    return text;
  }
};

// Which fields of a message a mask means.
struct MaskScope {
  bool all = false;              // No mask restricts: look at every field.
  bool whole = false;            // Required fields are required.
  std::set<std::string> named;   // Fields named whole.
  std::set<std::string> within;  // Fields of which only a part is named.
};

class Checker {
 public:
  absl::Status Run(const Message& request) {
    CheckMessage(request, *Plans::Get().For(request.GetDescriptor()), Path{}, 0, nullptr, false);
    return violations_.status();
  }

 private:
  void Add(const Path& path, std::string description) {
    if (count_++ < kMaxViolations) violations_.Add(path.Text(), std::move(description));
  }

  // `lenient`: a part of a change, in which nothing is required.
  void CheckMessage(const Message& message, const MessagePlan& plan, const Path& path, int depth,
                    const MaskScope* scope, bool lenient) {
    if (depth > kMaxDepth) return Add(path, "is nested too deeply");
    if (plan.known != Known::kNone) return CheckKnown(message, plan.known, path);
    const Reflection& reflection = *message.GetReflection();
    std::optional<MaskScope> changed_scope;
    if (plan.changed != nullptr) changed_scope = ReadMask(message, plan, path);
    for (const FieldPlan& item : plan.fields) {
      if (item.rules.output_only()) continue;
      bool required = item.rules.required() && !lenient;
      bool lenient_below = lenient;
      if (scope != nullptr) {
        if (item.name == "name") {
          required = true;
        } else if (!scope->whole) {
          const bool named = scope->named.count(item.name) > 0;
          const bool within = !named && scope->within.count(item.name) > 0;
          if (!named && !within && !scope->all && item.name != "etag") continue;
          required &= named;
          lenient_below |= within;
        }
      }
      const Path here{&path, &item.name};
      if (item.field->is_repeated()) {
        CheckRepeated(message, reflection, item, here, required, depth, lenient_below);
      } else {
        CheckSingular(message, reflection, item, here, required, depth,
                      item.field == plan.changed ? &*changed_scope : nullptr, lenient_below);
      }
    }
  }

  MaskScope ReadMask(const Message& message, const MessagePlan& plan, const Path& path) {
    MaskScope scope;
    const Reflection& reflection = *message.GetReflection();
    std::vector<std::string> paths;
    if (reflection.HasField(message, plan.mask)) {
      const Message& mask = reflection.GetMessage(message, plan.mask);
      const FieldDescriptor* field = mask.GetDescriptor()->FindFieldByName("paths");
      const int size = mask.GetReflection()->FieldSize(mask, field);
      for (int i = 0; i < size && i < kDefaultMaxItems; ++i) {
        paths.push_back(mask.GetReflection()->GetRepeatedString(mask, field, i));
      }
    }
    if (paths.empty()) {
      scope.all = true;
      return scope;
    }
    static const std::string kMaskName = "update_mask";
    const Path mask_path{&path, &kMaskName};
    for (const std::string& text : paths) {
      if (text == "*") {
        scope.whole = true;
        if (paths.size() > 1) Add(mask_path, "has \"*\" beside other paths");
        continue;
      }
      if (!NamesField(*plan.changed->message_type(), text)) {
        Add(mask_path, CountCodePoints(text) < 0 || text.size() > 200 ? std::string("names no field")
                                                                      : absl::StrCat("names no field: \"", text, "\""));
        continue;
      }
      const size_t dot = text.find('.');
      (dot == std::string::npos ? scope.named : scope.within).insert(text.substr(0, dot));
    }
    return scope;
  }

  static bool NamesField(const Descriptor& root, const std::string& path) {
    const Descriptor* descriptor = &root;
    for (size_t at = 0; at <= path.size();) {
      if (descriptor == nullptr) return false;
      const size_t end = std::min(path.find('.', at), path.size());
      const FieldDescriptor* field = descriptor->FindFieldByName(path.substr(at, end - at));
      if (field == nullptr) return false;
      descriptor = field->is_repeated() ? nullptr : field->message_type();
      at = end + 1;
    }
    return true;
  }

  void CheckRepeated(const Message& message, const Reflection& reflection, const FieldPlan& item, const Path& path,
                     bool required, int depth, bool lenient) {
    const int size = reflection.FieldSize(message, item.field);
    if (size == 0) {
      if (required) Add(path, "is required: at least one");
      return;
    }
    if (size > item.max_items) {
      // Its elements are not looked at: they are refused already, and may be a great many.
      return Add(path, absl::StrCat("has ", size, " elements; at most ", item.max_items));
    }
    if (item.rules.checked_apart()) return;
    for (int i = 0; i < size; ++i) {
      const Path here{path.parent, path.name, i};
      switch (item.field->cpp_type()) {
        case FieldDescriptor::CPPTYPE_MESSAGE:
          CheckMessage(reflection.GetRepeatedMessage(message, item.field, i), *item.child, here, depth + 1, nullptr,
                       lenient);
          break;
        case FieldDescriptor::CPPTYPE_STRING: {
          std::string scratch;
          CheckText(reflection.GetRepeatedStringReference(message, item.field, i, &scratch), item, here, true);
          break;
        }
        case FieldDescriptor::CPPTYPE_ENUM:
          CheckEnum(reflection.GetRepeatedEnumValue(message, item.field, i), item, here, true);
          break;
        case FieldDescriptor::CPPTYPE_INT32:
          CheckNumber<int64_t>(reflection.GetRepeatedInt32(message, item.field, i), item, here);
          break;
        case FieldDescriptor::CPPTYPE_INT64:
          CheckNumber<int64_t>(reflection.GetRepeatedInt64(message, item.field, i), item, here);
          break;
        case FieldDescriptor::CPPTYPE_UINT32:
          CheckNumber<int64_t>(reflection.GetRepeatedUInt32(message, item.field, i), item, here);
          break;
        case FieldDescriptor::CPPTYPE_UINT64:
          CheckNumber<uint64_t>(reflection.GetRepeatedUInt64(message, item.field, i), item, here);
          break;
        case FieldDescriptor::CPPTYPE_FLOAT:
          CheckNumber<double>(reflection.GetRepeatedFloat(message, item.field, i), item, here);
          break;
        case FieldDescriptor::CPPTYPE_DOUBLE:
          CheckNumber<double>(reflection.GetRepeatedDouble(message, item.field, i), item, here);
          break;
        case FieldDescriptor::CPPTYPE_BOOL:
          break;
      }
    }
  }

  void CheckSingular(const Message& message, const Reflection& reflection, const FieldPlan& item, const Path& path,
                     bool required, int depth, const MaskScope* scope, bool lenient) {
    const FieldDescriptor* field = item.field;
    // Fields without presence count as given when they are not zero, which is what HasField says of them.
    if (!reflection.HasField(message, field)) {
      if (required) Add(path, "is required");
      return;
    }
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE: {
        if (item.rules.checked_apart()) break;
        const Message& child = reflection.GetMessage(message, field);
        if (required && item.child->only_oneof != nullptr &&
            !child.GetReflection()->HasOneof(child, item.child->only_oneof)) {
          std::string forms;
          for (int i = 0; i < item.child->only_oneof->field_count(); ++i) {
            absl::StrAppend(&forms, i == 0 ? "" : ", ", item.child->only_oneof->field(i)->name());
          }
          return Add(path, absl::StrCat("is required: one of ", forms));
        }
        CheckMessage(child, *item.child, path, depth + 1, scope, lenient);
        if (item.rules.exact_date() && item.child->known == Known::kPartialDate) CheckExactDate(child, path);
        break;
      }
      case FieldDescriptor::CPPTYPE_STRING: {
        std::string scratch;
        CheckText(reflection.GetStringReference(message, field, &scratch), item, path, required);
        break;
      }
      case FieldDescriptor::CPPTYPE_ENUM:
        CheckEnum(reflection.GetEnumValue(message, field), item, path, required);
        break;
      case FieldDescriptor::CPPTYPE_INT32:
        CheckNumber<int64_t>(reflection.GetInt32(message, field), item, path);
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        CheckNumber<int64_t>(reflection.GetInt64(message, field), item, path);
        break;
      case FieldDescriptor::CPPTYPE_UINT32:
        CheckNumber<int64_t>(reflection.GetUInt32(message, field), item, path);
        break;
      case FieldDescriptor::CPPTYPE_UINT64:
        CheckNumber<uint64_t>(reflection.GetUInt64(message, field), item, path);
        break;
      case FieldDescriptor::CPPTYPE_FLOAT:
        CheckNumber<double>(reflection.GetFloat(message, field), item, path);
        break;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        CheckNumber<double>(reflection.GetDouble(message, field), item, path);
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        break;
    }
  }

  // A string or bytes that is given. `required` matters for those with presence, and for elements: they may be empty;
  // and a required text needs more than white space.
  void CheckText(const std::string& text, const FieldPlan& item, const Path& path, bool required) {
    if (text.empty()) {
      if (required) Add(path, path.index >= 0 ? "must not be empty" : "is required");
      return;
    }
    if (item.field->type() == FieldDescriptor::TYPE_BYTES) {
      if (text.size() > static_cast<size_t>(item.max_length)) {
        Add(path, absl::StrCat("has ", text.size(), " bytes; at most ", item.max_length));
      }
      return;
    }
    const int64_t length = CountCodePoints(text);
    if (length < 0) return Add(path, "is not valid UTF-8");
    const Characters characters = LookAt(text);
    if (characters.only_space && required) {
      return Add(path, path.index >= 0 ? "must not be empty" : "is required");
    }
    if (characters.has_control) Add(path, "must not contain control characters");
    if (characters.has_line_break && item.rules.one_line()) Add(path, "must be one line, without line breaks and tabs");
    if (length > item.max_length) {
      Add(path, absl::StrCat("has ", length, " characters; at most ", item.max_length));
    } else if (item.pattern.has_value() && !item.pattern->Matches(text, item.wildcard)) {
      Add(path, item.pattern->Explain(item.wildcard));
    }
  }

  void CheckEnum(int value, const FieldPlan& item, const Path& path, bool required) {
    if (value == 0) {
      if (required) Add(path, path.index >= 0 ? "must not be unspecified" : "is required");
    } else if (item.field->enum_type()->FindValueByNumber(value) == nullptr) {
      Add(path, absl::StrCat("is ", value, ", which is not a value of ", item.field->enum_type()->name()));
    }
  }

  template <class Number>
  void CheckNumber(Number value, const FieldPlan& item, const Path& path) {
    if (item.rules.has_minimum() && !AtLeast(value, item.rules.minimum())) {
      Add(path, absl::StrCat("must be at least ", item.rules.minimum()));
    }
    if (item.rules.has_maximum() && !AtMost(value, item.rules.maximum())) {
      Add(path, absl::StrCat("must be at most ", item.rules.maximum()));
    }
  }
  static bool AtLeast(int64_t value, int64_t least) { return value >= least; }
  static bool AtMost(int64_t value, int64_t most) { return value <= most; }
  static bool AtLeast(uint64_t value, int64_t least) { return least <= 0 || value >= static_cast<uint64_t>(least); }
  static bool AtMost(uint64_t value, int64_t most) { return most >= 0 && value <= static_cast<uint64_t>(most); }
  static bool AtLeast(double value, int64_t least) { return value >= static_cast<double>(least); }  // false for NaN
  static bool AtMost(double value, int64_t most) { return value <= static_cast<double>(most); }

  // The well-known types are read by field number, so that messages of another pool are checked too.
  void CheckKnown(const Message& message, Known known, const Path& path) {
    if (known == Known::kPartialDate) {
      common::v1::PartialDate scratch;
      const common::v1::PartialDate& date = DateOf(message, &scratch);
      ValidatePartialDate(date, path.Text(), violations_);
      return;
    }
    const Reflection& reflection = *message.GetReflection();
    const int64_t seconds = reflection.GetInt64(message, message.GetDescriptor()->FindFieldByNumber(1));
    const int32_t nanos = reflection.GetInt32(message, message.GetDescriptor()->FindFieldByNumber(2));
    if (known == Known::kTimestamp) {
      if (seconds < -62135596800 || seconds > 253402300799 || nanos < 0 || nanos > 999999999) {
        Add(path, "must be a time from year 1 to year 9999 with 0 to 999,999,999 nanoseconds");
      }
    } else if (seconds < -315576000000 || seconds > 315576000000 || nanos < -999999999 || nanos > 999999999 ||
               (seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0)) {
      Add(path, "must be a duration of at most 10,000 years, seconds and nanoseconds with one sign");
    }
  }

  void CheckExactDate(const Message& message, const Path& path) {
    common::v1::PartialDate scratch;
    const common::v1::PartialDate& date = DateOf(message, &scratch);
    // A date that breaks its own rules has been reported already.
    if (IsValid(date) && !IsExact(date)) Add(path, "must be a whole day: year, month and day");
  }

  static const common::v1::PartialDate& DateOf(const Message& message, common::v1::PartialDate* scratch) {
    if (message.GetDescriptor() == common::v1::PartialDate::descriptor()) {
      return static_cast<const common::v1::PartialDate&>(message);
    }
    scratch->ParsePartialFromString(message.SerializePartialAsString());
    return *scratch;
  }

  Violations violations_;
  size_t count_ = 0;
};

void Clear(Message* message, const MessagePlan& plan, const Clearing& clearing, int depth) {
  if (!(plan.*clearing.has) || depth > kMaxDepth) return;
  const Reflection& reflection = *message->GetReflection();
  for (const FieldPlan& item : plan.fields) {
    if ((item.rules.*clearing.rule)()) {
      reflection.ClearField(message, item.field);
    } else if (item.child != nullptr && item.child->*clearing.has) {
      if (item.field->is_repeated()) {
        const int size = reflection.FieldSize(*message, item.field);
        for (int i = 0; i < size; ++i)
          Clear(reflection.MutableRepeatedMessage(message, item.field, i), *item.child, clearing, depth + 1);
      } else if (reflection.HasField(*message, item.field)) {
        Clear(reflection.MutableMessage(message, item.field), *item.child, clearing, depth + 1);
      }
    }
  }
}

}  // namespace

absl::Status Validate(const Message& request) { return Checker().Run(request); }

void ClearOutputOnly(Message* message) { Clear(message, *Plans::Get().For(message->GetDescriptor()), kOutputOnly, 0); }
void ClearInternal(Message* message) { Clear(message, *Plans::Get().For(message->GetDescriptor()), kInternal, 0); }

}  // namespace oversight::rpc
