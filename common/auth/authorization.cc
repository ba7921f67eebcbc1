#include "common/auth/authorization.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/rpc/errors.h"

namespace oversight::auth {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr char kForces[] = "forces/";

absl::Status Internal(const std::string& message) {
  return Error(absl::StatusCode::kInternal, common::v1::ERROR_REASON_INTERNAL, message);
}

// The fields along `path`, or what is wrong with it.
absl::StatusOr<std::vector<const FieldDescriptor*>> Resolve(const Descriptor& type, const std::string& path) {
  std::vector<const FieldDescriptor*> fields;
  const Descriptor* here = &type;
  for (const std::string& step : std::vector<std::string>(absl::StrSplit(path, '.'))) {
    const FieldDescriptor* field = here == nullptr ? nullptr : here->FindFieldByName(step);
    if (field == nullptr) return Internal(absl::StrCat(type.full_name(), " has no field \"", path, "\""));
    if (field->is_map()) return Internal(absl::StrCat(type.full_name(), ".", path, " goes through a map"));
    fields.push_back(field);
    here = field->message_type();  // Null when it is no message.
  }
  if (fields.back()->type() != FieldDescriptor::TYPE_STRING) {
    return Internal(absl::StrCat(type.full_name(), ".", path, " is not a string"));
  }
  return fields;
}

// "forces/x" of "forces/x/concerns/3"; "" for every force; nothing when it is neither.
std::optional<std::string> ForceOfName(const std::string& name) {
  if (name.empty()) return "";
  if (name.rfind(kForces, 0) != 0) return std::nullopt;
  const size_t start = sizeof(kForces) - 1, slash = name.find('/', start);
  const std::string force = name.substr(0, slash);
  if (force.size() == start) return std::nullopt;
  return force == "forces/-" ? std::string() : force;
}

void Gather(const Message& message, const std::vector<const FieldDescriptor*>& fields, size_t depth,
            std::vector<std::string>& names) {
  const FieldDescriptor* field = fields[depth];
  const Reflection& reflection = *message.GetReflection();
  const bool last = depth + 1 == fields.size();
  if (!field->is_repeated()) {
    if (last) {
      names.push_back(reflection.GetString(message, field));
    } else {
      Gather(reflection.GetMessage(message, field), fields, depth + 1, names);  // Unset: the default instance, so "".
    }
    return;
  }
  const int count = reflection.FieldSize(message, field);
  if (count == 0) names.emplace_back();
  for (int i = 0; i < count; ++i) {
    if (last) {
      names.push_back(reflection.GetRepeatedString(message, field, i));
    } else {
      Gather(reflection.GetRepeatedMessage(message, field, i), fields, depth + 1, names);
    }
  }
}

std::string RoleNames(const std::vector<Role>& roles) {
  return absl::StrJoin(roles, ", ", [](std::string* out, Role role) { out->append(RoleName(role)); });
}

bool IsPublic(const MethodRule& rule) {
  return std::find(rule.roles.begin(), rule.roles.end(), Role::ROLE_PUBLIC) != rule.roles.end();
}

// The rule, or why the principal's roles do not do.
absl::StatusOr<const MethodRule*> CheckRole(const AuthorizationTable& table, const std::string& method,
                                            const Principal& principal) {
  const MethodRule* rule = table.Find(method);
  if (rule == nullptr) return Internal(absl::StrCat("There is no authorisation rule for ", method, "."));
  // Whoever is authenticated is at least the public; nobody at all is not.
  if (principal.HasAnyRole(rule->roles) || (IsPublic(*rule) && !principal.name().empty())) return rule;
  return Error(absl::StatusCode::kPermissionDenied, common::v1::ERROR_REASON_ROLE_NOT_ALLOWED,
               absl::StrCat(principal.name(), " may not call ", rule->method, ": it needs ",
                            rule->roles.size() == 1 ? "the role " : "one of the roles ", RoleNames(rule->roles), "."))
      .With("principal", principal.name())
      .With("method", rule->method)
      .With("roles_allowed", RoleNames(rule->roles));
}

absl::Status CheckScope(const MethodRule& rule, const Principal& principal, const std::string& force,
                        const RegionLookup& region) {
  if (principal.CoversEveryForce()) return absl::OkStatus();
  // Most scopes name forces; the region is looked up only when it can matter.
  if (principal.Covers(force, "")) return absl::OkStatus();
  if (!force.empty() && !principal.proto().regions().empty() && region && principal.Covers(force, region(force))) {
    return absl::OkStatus();
  }
  return OutOfScope(principal, rule.method, force);
}

}  // namespace

std::vector<MethodRule> RolesOnly(std::vector<MethodRule> rules) {
  for (MethodRule& rule : rules) {
    rule.scope = Scope::kNone;
    rule.force_field.clear();
  }
  return rules;
}

absl::Status OutOfScope(const Principal& principal, const std::string& method, const std::string& force_name) {
  return Error(absl::StatusCode::kPermissionDenied, common::v1::ERROR_REASON_OUT_OF_SCOPE,
               force_name.empty() ? absl::StrCat(principal.name(), " may call ", method,
                                                 " only for forces in its scope; name one of them.")
                                  : absl::StrCat(principal.name(), " may not call ", method, " for ", force_name,
                                                 ", which is outside its scope."))
      .With("principal", principal.name())
      .With("method", method)
      .With("force", force_name);
}

AuthorizationTable::AuthorizationTable(std::string service, std::vector<MethodRule> rules)
    : service_(std::move(service)), rules_(std::move(rules)) {
  for (size_t i = 0; i < rules_.size(); ++i) by_method_.emplace(rules_[i].method, i);
}

const MethodRule* AuthorizationTable::Find(const std::string& method) const {
  const size_t slash = method.rfind('/');
  std::string name = method;
  if (slash != std::string::npos) {
    const size_t start = method.front() == '/' ? 1 : 0;
    if (slash < start || method.compare(start, slash - start, service_) != 0) return nullptr;
    name = method.substr(slash + 1);
  }
  const auto it = by_method_.find(name);
  return it == by_method_.end() ? nullptr : &rules_[it->second];
}

absl::Status AuthorizationTable::Verify(const google::protobuf::ServiceDescriptor& service) const {
  std::vector<std::string> problems;
  if (service.full_name() != service_) {
    problems.push_back(absl::StrCat("the table is for ", service_, ", not for ", service.full_name()));
  }
  for (int i = 0; i < service.method_count(); ++i) {
    if (by_method_.count(service.method(i)->name()) == 0) {
      problems.push_back(absl::StrCat(service.method(i)->name(), " has no rule"));
    }
  }
  for (size_t i = 0; i < rules_.size(); ++i) {
    const MethodRule& rule = rules_[i];
    const auto add = [&](const std::string& what) { problems.push_back(absl::StrCat(rule.method, " ", what)); };
    const auto* method = service.FindMethodByName(rule.method);
    if (by_method_.at(rule.method) != i) add("has two rules");
    if (method == nullptr) add("is not a method of the service");
    if (rule.roles.empty()) add("allows no role");
    if (std::find(rule.roles.begin(), rule.roles.end(), Role::ROLE_UNSPECIFIED) != rule.roles.end()) {
      add("allows the unspecified role");
    }
    // What anyone may do for every force cannot be less for some.
    if (IsPublic(rule) && rule.scope != Scope::kNone) add("is public and yet has a scope");
    if ((rule.scope == Scope::kForce) == rule.force_field.empty()) {
      add(rule.force_field.empty() ? "has a scope but no force field" : "has a force field but no scope");
    } else if (method != nullptr && rule.scope == Scope::kForce) {
      if (const auto fields = Resolve(*method->input_type(), rule.force_field); !fields.ok()) {
        add(absl::StrCat("cannot find its force: ", fields.status().message()));
      }
    }
  }
  if (problems.empty()) return absl::OkStatus();
  return Internal(
      absl::StrCat("The authorisation table of ", service_, " is wrong: ", absl::StrJoin(problems, "; "), "."));
}

absl::StatusOr<std::vector<std::string>> ForcesOf(const Message& request, const std::string& path) {
  OVERSIGHT_ASSIGN_OR_RETURN(const auto fields, Resolve(*request.GetDescriptor(), path));
  std::vector<std::string> names, forces;
  Gather(request, fields, 0, names);
  for (const std::string& name : names) {
    std::optional<std::string> force = ForceOfName(name);
    if (!force) {
      Violations violations;
      violations.Add(path, "must be forces/{force} or a name under it");
      return violations.status();
    }
    if (std::find(forces.begin(), forces.end(), *force) == forces.end()) forces.push_back(*std::move(force));
  }
  return forces;
}

absl::Status Check(const AuthorizationTable& table, const std::string& method, const Principal& principal,
                   const Message& request, const RegionLookup& region) {
  OVERSIGHT_ASSIGN_OR_RETURN(const MethodRule* rule, CheckRole(table, method, principal));
  if (rule->scope == Scope::kNone) return absl::OkStatus();
  OVERSIGHT_ASSIGN_OR_RETURN(const std::vector<std::string> forces, ForcesOf(request, rule->force_field));
  for (const std::string& force : forces) OVERSIGHT_RETURN_IF_ERROR(CheckScope(*rule, principal, force, region));
  return absl::OkStatus();
}

absl::Status Check(const AuthorizationTable& table, const std::string& method, const Principal& principal,
                   const std::string& force_name, const RegionLookup& region) {
  OVERSIGHT_ASSIGN_OR_RETURN(const MethodRule* rule, CheckRole(table, method, principal));
  return rule->scope == Scope::kNone ? absl::OkStatus() : CheckScope(*rule, principal, force_name, region);
}

}  // namespace oversight::auth
