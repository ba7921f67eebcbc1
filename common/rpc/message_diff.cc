#include "common/rpc/message_diff.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/time/partial_date.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/message_differencer.h"
#include "google/protobuf/util/time_util.h"

namespace oversight::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;
using google::protobuf::util::TimeUtil;

// Of a key in a path.
constexpr size_t kMaxKey = 100;

// One value: a singular field, or an element of a repeated one. Of no message it is unset.
struct Value {
  const Message* message = nullptr;
  const FieldDescriptor* field = nullptr;
  int index = -1;

  bool set() const {
    if (message == nullptr) return false;
    return field->is_repeated() || message->GetReflection()->HasField(*message, field);
  }
  const Message& sub() const {
    const auto* reflection = message->GetReflection();
    return field->is_repeated() ? reflection->GetRepeatedMessage(*message, field, index)
                                : reflection->GetMessage(*message, field);
  }
};

std::string Hex(const std::string& bytes) { return absl::BytesToHexString(bytes); }

std::string WordsOfScalar(const Value& value) {
  const auto* reflection = value.message->GetReflection();
  const FieldDescriptor* field = value.field;
  const bool repeated = field->is_repeated();
  // get(GetX, GetRepeatedX)
  const auto get = [&](auto one, auto of_many) {
    return repeated ? (reflection->*of_many)(*value.message, field, value.index)
                    : (reflection->*one)(*value.message, field);
  };
  using R = google::protobuf::Reflection;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string text = get(&R::GetString, &R::GetRepeatedString);
      return field->type() == FieldDescriptor::TYPE_BYTES ? Hex(text) : text;
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int number = get(&R::GetEnumValue, &R::GetRepeatedEnumValue);
      const auto* known = field->enum_type()->FindValueByNumber(number);
      return known == nullptr ? absl::StrCat(number) : known->name();
    }
    case FieldDescriptor::CPPTYPE_BOOL:
      return get(&R::GetBool, &R::GetRepeatedBool) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(get(&R::GetInt32, &R::GetRepeatedInt32));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(get(&R::GetInt64, &R::GetRepeatedInt64));
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(get(&R::GetUInt32, &R::GetRepeatedUInt32));
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat(get(&R::GetUInt64, &R::GetRepeatedUInt64));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return absl::StrCat(get(&R::GetFloat, &R::GetRepeatedFloat));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return absl::StrCat(get(&R::GetDouble, &R::GetRepeatedDouble));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  return "";
}

// Messages that are one value to people.
std::optional<std::string> WordsOfMessage(const Message& message) {
  const Descriptor* type = message.GetDescriptor();
  if (type == common::v1::PartialDate::descriptor()) {
    const auto& date = static_cast<const common::v1::PartialDate&>(message);
    return IsValid(date) ? std::optional(FormatIso(date)) : std::nullopt;
  }
  if (type == google::protobuf::Timestamp::descriptor()) {
    return TimeUtil::ToString(static_cast<const google::protobuf::Timestamp&>(message));
  }
  if (type == google::protobuf::Duration::descriptor()) {
    return TimeUtil::ToString(static_cast<const google::protobuf::Duration&>(message));
  }
  return std::nullopt;
}

std::string Cut(std::string text, size_t code_points) {
  if (text.size() <= code_points) return text;
  size_t count = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) continue;
    if (count++ == code_points) return text.substr(0, i) + "…";
  }
  return text;
}

class Differ {
 public:
  explicit Differ(const DiffOptions& options) : options_(options) {}
  MessageDiff Take() { return std::move(diff_); }

  void Fields(const std::string& path, const Message* before, const Message* after,
              const std::vector<std::string>& ignore) {
    const Descriptor* type = (before != nullptr ? before : after)->GetDescriptor();
    for (int i = 0; i < type->field_count() && !diff_.cut; ++i) {
      const FieldDescriptor* field = type->field(i);
      if (std::find(ignore.begin(), ignore.end(), field->name()) != ignore.end()) continue;
      const std::string at = path.empty() ? field->name() : absl::StrCat(path, ".", field->name());
      if (field->is_map()) {
        Map(at, field, before, after);
      } else if (field->is_repeated()) {
        List(at, field, before, after);
      } else {
        One(at, {before, field}, {after, field});
      }
    }
  }

 private:
  void Add(const std::string& path, std::string before, std::string after) {
    if (diff_.changes.size() == options_.max_changes) {
      diff_.cut = true;
      return;
    }
    diff_.changes.push_back(
        {path, Cut(std::move(before), options_.max_value), Cut(std::move(after), options_.max_value)});
  }

  void One(const std::string& path, const Value& before, const Value& after) {
    if (diff_.cut || (!before.set() && !after.set())) return;
    if (before.field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      std::string was = before.set() ? WordsOfScalar(before) : "", is = after.set() ? WordsOfScalar(after) : "";
      if (was != is) Add(path, std::move(was), std::move(is));
      return;
    }
    const Message* was = before.set() ? &before.sub() : nullptr;
    const Message* is = after.set() ? &after.sub() : nullptr;
    if (was != nullptr && is != nullptr && MessageDifferencer::Equals(*was, *is)) return;
    const std::optional<std::string> was_words = was == nullptr ? std::string() : WordsOfMessage(*was);
    const std::optional<std::string> is_words = is == nullptr ? std::string() : WordsOfMessage(*is);
    // Words that are equal leave something out: the fields tell what.
    if (was_words && is_words && *was_words != *is_words) return Add(path, *was_words, *is_words);
    const size_t told = diff_.changes.size();
    Fields(path, was, is, {});
    // That it is there at all may be all there is to tell.
    if (diff_.changes.size() == told && !diff_.cut && (was == nullptr || is == nullptr)) {
      Add(path, was == nullptr ? "" : "{}", is == nullptr ? "" : "{}");
    }
  }

  static int Size(const Message* message, const FieldDescriptor* field) {
    return message == nullptr ? 0 : message->GetReflection()->FieldSize(*message, field);
  }

  void Map(const std::string& path, const FieldDescriptor* field, const Message* before, const Message* after) {
    const FieldDescriptor* key = field->message_type()->map_key();
    const FieldDescriptor* value = field->message_type()->map_value();
    std::map<std::string, std::pair<Value, Value>> entries;
    const auto gather = [&](const Message* message, Value std::pair<Value, Value>::*side) {
      for (int i = 0; i < Size(message, field); ++i) {
        const Message& entry = message->GetReflection()->GetRepeatedMessage(*message, field, i);
        auto& both = entries[WordsOfScalar({&entry, key})];
        both.first.field = both.second.field = value;
        (both.*side).message = &entry;
      }
    };
    gather(before, &std::pair<Value, Value>::first);
    gather(after, &std::pair<Value, Value>::second);
    for (const auto& [name, both] : entries) {
      One(absl::StrCat(path, "[\"", Cut(name, kMaxKey), "\"]"), both.first, both.second);
    }
  }

  // The elements by the key that tells them apart on this side; nothing when it does not.
  static std::optional<std::map<std::string, int>> ByKey(const Message* message, const FieldDescriptor* field,
                                                         const FieldDescriptor* key) {
    std::map<std::string, int> elements;
    for (int i = 0; i < Size(message, field); ++i) {
      const Message& element = message->GetReflection()->GetRepeatedMessage(*message, field, i);
      std::string words = element.GetReflection()->GetString(element, key);
      if (words.empty() || !elements.emplace(std::move(words), i).second) return std::nullopt;
    }
    return elements;
  }

  void List(const std::string& path, const FieldDescriptor* field, const Message* before, const Message* after) {
    if (Size(before, field) == 0 && Size(after, field) == 0) return;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      for (const char* name : {"name", "id", "title"}) {
        const FieldDescriptor* key = field->message_type()->FindFieldByName(name);
        if (key == nullptr || key->is_repeated() || key->cpp_type() != FieldDescriptor::CPPTYPE_STRING) continue;
        const auto was = ByKey(before, field, key), is = ByKey(after, field, key);
        if (was && is) return Keyed(path, field, before, after, *was, *is);
      }
    }
    InOrder(path, field, before, after);
  }

  void Keyed(const std::string& path, const FieldDescriptor* field, const Message* before, const Message* after,
             const std::map<std::string, int>& was, const std::map<std::string, int>& is) {
    const size_t told = diff_.changes.size();
    const auto element = [&](const Message* message, const std::map<std::string, int>& elements,
                             const std::string& key) {
      const auto it = elements.find(key);
      return it == elements.end() ? Value{nullptr, field} : Value{message, field, it->second};
    };
    // In the order of what is there now, then what is gone in the order it had.
    std::vector<std::string> keys(is.size()), order(was.size());
    for (const auto& [key, index] : is) keys[static_cast<size_t>(index)] = key;
    for (const auto& [key, index] : was) order[static_cast<size_t>(index)] = key;
    const std::vector<std::string> order_now = keys;
    for (const std::string& key : order) {
      if (is.count(key) == 0) keys.push_back(key);
    }
    for (const std::string& key : keys) {
      One(absl::StrCat(path, "[", Cut(key, kMaxKey), "]"), element(before, was, key), element(after, is, key));
    }
    if (diff_.changes.size() == told && order != order_now) {
      Add(path, absl::StrJoin(order, ", "), absl::StrJoin(order_now, ", "));
    }
  }

  static bool Same(const Value& a, const Value& b) {
    if (a.field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) return MessageDifferencer::Equals(a.sub(), b.sub());
    return WordsOfScalar(a) == WordsOfScalar(b);
  }

  void InOrder(const std::string& path, const FieldDescriptor* field, const Message* before, const Message* after) {
    int first = 0, was = Size(before, field), is = Size(after, field);
    while (first < was && first < is && Same({before, field, first}, {after, field, first})) ++first;
    while (was > first && is > first && Same({before, field, was - 1}, {after, field, is - 1})) --was, --is;
    for (int i = first; i < std::max(was, is); ++i) {
      One(absl::StrCat(path, "[", i, "]"), i < was ? Value{before, field, i} : Value{nullptr, field},
          i < is ? Value{after, field, i} : Value{nullptr, field});
    }
  }

  const DiffOptions& options_;
  MessageDiff diff_;
};

}  // namespace

MessageDiff Diff(const Message* before, const Message* after, const DiffOptions& options) {
  Differ differ(options);
  if (before != nullptr || after != nullptr) differ.Fields("", before, after, options.ignore);
  return differ.Take();
}

}  // namespace oversight::rpc
