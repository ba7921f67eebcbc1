#include "common/rpc/told.h"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "oversight/common/v1/embargo.pb.h"
#include "oversight/common/v1/validation.pb.h"

namespace oversight::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool IsTold(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING && !field.is_repeated() &&
         field.options().GetExtension(common::v1::rules).told();
}

// Where in messages of one type to look.
struct Plan {
  const FieldDescriptor* name = nullptr;  // Of a resource; null: the type is none.
  const FieldDescriptor* revision = nullptr;
  std::vector<const FieldDescriptor*> told;
  std::vector<std::pair<const FieldDescriptor*, const Plan*>> inside;
};

// Made once for each type: most answers tell of nothing, and are not to be walked to find that.
class Plans {
 public:
  // Null when messages of this type tell of nothing, at any depth.
  const Plan* For(const Descriptor& type) {
    std::lock_guard lock(mu_);
    return Make(type);
  }

 private:
  const Plan* Make(const Descriptor& type) {
    const auto [it, added] = plans_.emplace(&type, nullptr);
    if (!added) return it->second.get();
    std::set<const Descriptor*> seen;
    if (!Tells(type, seen)) return nullptr;
    auto& plan = *(it->second = std::make_unique<Plan>());  // Before what is inside: that may lead back here.
    if (type.options().GetExtension(common::v1::embargo)) {
      plan.name = type.FindFieldByName("name");
      plan.revision = type.FindFieldByName("revision");
    }
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor* field = type.field(i);
      if (IsTold(*field)) plan.told.push_back(field);
      if (field->message_type() == nullptr) continue;
      if (const Plan* inside = Make(*field->message_type()); inside != nullptr) plan.inside.emplace_back(field, inside);
    }
    return &plan;
  }

  static bool Tells(const Descriptor& type, std::set<const Descriptor*>& seen) {
    if (!seen.insert(&type).second) return false;
    if (type.options().GetExtension(common::v1::embargo)) return true;
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (IsTold(field) || (field.message_type() != nullptr && Tells(*field.message_type(), seen))) return true;
    }
    return false;
  }

  std::mutex mu_;
  std::map<const Descriptor*, std::unique_ptr<Plan>> plans_;
};

void Walk(const Message& message, const Plan& plan, std::vector<Told>& found) {
  const auto& reflection = *message.GetReflection();
  std::string scratch;
  if (plan.name != nullptr) {
    const std::string& name = reflection.GetStringReference(message, plan.name, &scratch);
    if (!name.empty()) {
      found.push_back({name, plan.revision == nullptr ? 0 : reflection.GetInt64(message, plan.revision)});
    }
  }
  for (const FieldDescriptor* field : plan.told) {
    const std::string& name = reflection.GetStringReference(message, field, &scratch);
    if (!name.empty()) found.push_back({name, 0});
  }
  for (const auto& [field, inside] : plan.inside) {
    if (field->is_repeated()) {
      const int size = reflection.FieldSize(message, field);
      for (int i = 0; i < size; ++i) Walk(reflection.GetRepeatedMessage(message, field, i), *inside, found);
    } else if (reflection.HasField(message, field)) {
      Walk(reflection.GetMessage(message, field), *inside, found);
    }
  }
}

}  // namespace

std::vector<Told> ToldBy(const Message& answer) {
  static Plans& plans = *new Plans();
  const Plan* plan = plans.For(*answer.GetDescriptor());
  std::vector<Told> found;
  if (plan == nullptr) return found;
  Walk(answer, *plan, found);
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
