#include "common/rpc/told.h"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <utility>

#include "common/rpc/resource_pattern.h"
#include "oversight/common/v1/embargo.pb.h"
#include "oversight/common/v1/validation.pb.h"

namespace oversight::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const std::string& ToldPattern(const FieldDescriptor& field) {
  return field.options().GetExtension(common::v1::rules).told();
}

// A field that tells by the name in it, or in the field `force` of the message in it.
struct Telling {
  const FieldDescriptor* field;
  const FieldDescriptor* force;  // Null: the name is in `field`.
  ResourcePattern pattern;
};

// Where in messages of one type to look.
struct Plan {
  const FieldDescriptor* name = nullptr;  // Of a resource; null: the type is none.
  const FieldDescriptor* revision = nullptr;
  std::vector<Telling> telling;
  std::vector<std::pair<const FieldDescriptor*, const Plan*>> inside;
};

bool Tells(const Descriptor& type, std::set<const Descriptor*>& seen) {
  if (!seen.insert(&type).second) return false;
  if (type.options().GetExtension(common::v1::embargo)) return true;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!ToldPattern(field).empty()) return true;
    if (field.message_type() != nullptr && Tells(*field.message_type(), seen)) return true;
  }
  return false;
}

// Made once for each type: most messages tell of nothing, and are not to be walked to find that.
class Plans {
 public:
  // Null when messages of this type tell of nothing.
  const Plan* For(const Descriptor& type) {
    {
      std::shared_lock lock(mu_);
      if (const auto it = plans_.find(&type); it != plans_.end()) return it->second.get();
    }
    std::lock_guard lock(mu_);
    return Make(type);
  }

 private:
  const Plan* Make(const Descriptor& type) {
    const auto [it, added] = plans_.emplace(&type, nullptr);
    if (!added) return it->second.get();
    if (!MayTell(type)) return nullptr;
    auto& plan = *(it->second = std::make_unique<Plan>());  // Before what is inside: that may lead back here.
    if (type.options().GetExtension(common::v1::embargo)) {
      plan.name = type.FindFieldByName("name");
      plan.revision = type.FindFieldByName("revision");
    }
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor* field = type.field(i);
      const Descriptor* message = field->message_type();
      if (const std::string& pattern = ToldPattern(*field); !pattern.empty()) {
        plan.telling.push_back(
            {field, message == nullptr ? nullptr : message->FindFieldByName("force"), ResourcePattern(pattern)});
      }
      if (message == nullptr) continue;
      if (const Plan* inside = Make(*message); inside != nullptr) plan.inside.emplace_back(field, inside);
    }
    return &plan;
  }

  std::shared_mutex mu_;
  std::map<const Descriptor*, std::unique_ptr<Plan>> plans_;
};

// Runs `visit` on each message in a field, whether it is repeated or not.
template <class Visit>
void ForEachIn(const Message& message, const FieldDescriptor& field, const Visit& visit) {
  const auto& reflection = *message.GetReflection();
  if (field.is_repeated()) {
    const int size = reflection.FieldSize(message, &field);
    for (int i = 0; i < size; ++i) visit(reflection.GetRepeatedMessage(message, &field, i));
  } else if (reflection.HasField(message, &field)) {
    visit(reflection.GetMessage(message, &field));
  }
}

void Walk(const Message& message, const Plan& plan, std::vector<Told>& found) {
  const auto& reflection = *message.GetReflection();
  std::string scratch;
  if (plan.name != nullptr) {
    const std::string& name = reflection.GetStringReference(message, plan.name, &scratch);
    if (!name.empty()) {
      found.push_back({name, plan.revision == nullptr ? 0 : reflection.GetInt64(message, plan.revision)});
    }
  }
  for (const Telling& telling : plan.telling) {
    const auto add = [&](const Message& holder, const FieldDescriptor* field) {
      const std::string& name = holder.GetReflection()->GetStringReference(holder, field, &scratch);
      if (telling.pattern.Matches(name, /*wildcard=*/false)) found.push_back({name, 0});
    };
    if (telling.force == nullptr) {
      add(message, telling.field);
    } else {
      ForEachIn(message, *telling.field, [&](const Message& inner) { add(inner, telling.force); });
    }
  }
  for (const auto& [field, inside] : plan.inside) {
    ForEachIn(message, *field, [&, plan = inside](const Message& inner) { Walk(inner, *plan, found); });
  }
}

}  // namespace

bool MayTell(const Descriptor& type) {
  std::set<const Descriptor*> seen;
  return Tells(type, seen);
}

std::vector<Told> ToldBy(const Message& message) {
  static Plans& plans = *new Plans();
  const Plan* plan = plans.For(*message.GetDescriptor());
  std::vector<Told> found;
  if (plan == nullptr) return found;
  Walk(message, *plan, found);
  // The shown before the told, so that of one name the told are the last, and dropped.
  std::sort(found.begin(), found.end(),
            [](const Told& a, const Told& b) { return a.name != b.name ? a.name < b.name : a.revision > b.revision; });
  found.erase(std::unique(found.begin(), found.end(),
                          [](const Told& a, const Told& b) {
                            return a.name == b.name && (a.revision == b.revision || b.revision == 0);
                          }),
              found.end());
  return found;
}

}  // namespace oversight::rpc
