#include "gateway/cli/verbs.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gateway/cli/contract.h"
#include "gateway/cli/names.h"
#include "gateway/cli/words.h"

namespace oversight::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;

constexpr char kActions[] = "ListAllowedActions";

// The shapes of the names that a method takes as `name`; "" when it takes none, or the contract does not say.
std::string ShapesOf(const MethodDescriptor& method) {
  const FieldDescriptor* name = method.input_type()->FindFieldByName("name");
  return name == nullptr ? "" : RulesOf(*name).resource();
}

// Whether it reads a resource by its name alone: GetForce, not GetForceOnDate nor GetForceDashboard.
bool ReadsResource(const MethodDescriptor& method) {
  for (int i = 0; i < method.input_type()->field_count(); ++i) {
    const FieldDescriptor& field = *method.input_type()->field(i);
    if (field.name() != "name" && RulesOf(field).required()) return false;
  }
  const std::string type(absl::StripPrefix(method.name(), "Get"));
  for (int i = 0; i < method.output_type()->field_count(); ++i) {
    const Descriptor* shown = method.output_type()->field(i)->message_type();
    if (shown == nullptr || shown->name() != type) continue;
    const FieldDescriptor* name = shown->FindFieldByName("name");
    return name != nullptr && !RulesOf(*name).resource().empty();
  }
  return false;
}

// Of all the shapes there are, tells those that `text` is likely meant for: by its last word that is one of theirs.
std::string NoSuchName(const std::string& text, std::vector<std::string> shapes) {
  std::sort(shapes.begin(), shapes.end());
  shapes.erase(std::unique(shapes.begin(), shapes.end()), shapes.end());
  const std::vector<std::string> words = absl::StrSplit(text, '/');
  std::vector<std::string> meant;
  for (auto word = words.rbegin(); word != words.rend() && meant.empty(); ++word) {
    for (const std::string& shape : shapes) {
      const std::vector<std::string> segments = absl::StrSplit(shape, '/');
      // The word before the last id says what kind it is.
      if (segments.size() >= 2 && segments[segments.size() - 2] == *word) meant.push_back(ShortExample(shape));
    }
  }
  if (meant.empty()) {
    return absl::StrCat("\"", text, "\" is no name of a record: write one such as kent, kent/concerns/1 or ",
                        "kent/concerns/1/recommendations/1. `oversight verbs get` lists what can be read.");
  }
  return absl::StrCat("There is no \"", text, "\": write a name such as ", JoinAnd(meant, "or"),
                      "; numbers begin at 1.");
}

}  // namespace

const std::vector<Verb>& Verbs() {
  static const auto* const verbs = [] {
    auto* made = new std::vector<Verb>;
    for (const auto* service : Services()) {
      for (int i = 0; i < service->method_count(); ++i) {
        Verb verb;
        verb.name = Kebab(service->method(i)->name());
        verb.service = Kebab(std::string(absl::StripSuffix(service->name(), "Service")));
        verb.method = service->method(i);
        made->push_back(std::move(verb));
      }
    }
    return made;
  }();
  return *verbs;
}

std::vector<const Verb*> FindVerbs(const std::string& word) {
  std::vector<const Verb*> found;
  for (const Verb& verb : Verbs()) {
    if (word == verb.name || word == absl::StrCat(verb.service, ".", verb.name)) found.push_back(&verb);
  }
  return found;
}

std::string Written(const Verb& verb) {
  return FindVerbs(verb.name).size() == 1 ? verb.name : absl::StrCat(verb.service, ".", verb.name);
}

std::string PathOf(const MethodDescriptor& method) {
  return absl::StrCat(method.service()->full_name(), "/", method.name());
}

absl::StatusOr<Named> FindByName(const std::string& prefix, const std::string& suffix, const std::string& text) {
  std::map<std::string, const Verb*> found;  // by whole name
  std::vector<std::string> shapes;
  for (const Verb& verb : Verbs()) {
    const std::string& method = verb.method->name();
    if (!absl::StartsWith(method, prefix) || !absl::EndsWith(method, suffix)) continue;
    if (prefix == "Get" && !ReadsResource(*verb.method)) continue;
    const std::string shape = ShapesOf(*verb.method);
    if (shape.empty()) continue;
    for (const absl::string_view each : absl::StrSplit(shape, '|')) shapes.emplace_back(each);
    if (const auto name = CompleteName(shape, text); name.ok()) found.emplace(*name, &verb);
  }
  // An id is never the word of a collection: "kent/concerns/0" is not a review of a plan called concerns.
  std::set<std::string> words;
  for (const std::string& shape : shapes) {
    for (const absl::string_view segment : absl::StrSplit(shape, '/')) {
      if (!segment.empty() && segment.front() != '{') words.emplace(segment);
    }
  }
  for (auto name = found.begin(); name != found.end();) {
    const std::vector<std::string> segments = absl::StrSplit(name->first, '/');
    bool word_for_id = false;
    for (size_t i = 1; i + 1 < segments.size(); i += 2) word_for_id = word_for_id || words.count(segments[i]) > 0;
    name = word_for_id ? found.erase(name) : std::next(name);
  }
  // A name written in full is meant as it is.
  if (const auto whole = found.find(text); whole != found.end()) return Named{whole->second, whole->first};
  // So is the shortest: "kent" is a force before it is a force's monitoring.
  const auto segments = [](const std::string& name) { return std::count(name.begin(), name.end(), '/'); };
  std::vector<std::string> shortest;
  for (const auto& [name, verb] : found) {
    if (!shortest.empty() && segments(name) > segments(shortest[0])) continue;
    if (!shortest.empty() && segments(name) < segments(shortest[0])) shortest.clear();
    shortest.push_back(name);
  }
  // A word alone is a force; what else stands at the top has numbers.
  const bool number = std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
  const auto force = absl::StrCat("forces/", text);
  if (shortest.size() > 1 && found.count(force) > 0) {
    if (!number) return Named{found.at(force), force};
    shortest.erase(std::remove(shortest.begin(), shortest.end(), force), shortest.end());
  }
  if (shortest.size() == 1) return Named{found.at(shortest[0]), shortest[0]};
  if (!shortest.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" may be ", JoinAnd(shortest, "or"), ": write which."));
  }
  return absl::NotFoundError(NoSuchName(text, std::move(shapes)));
}

absl::StatusOr<Named> FindActions(const std::string& text) {
  auto owner = FindByName("Get", "", text);
  if (!owner.ok()) return owner.status();
  const auto* service = owner->verb->method->service();
  const Verb* nearest = nullptr;
  for (const Verb& verb : Verbs()) {
    if (verb.method->name() != kActions) continue;
    if (verb.method->service() == service) return Named{&verb, owner->name};
    // A process may serve several services, of one package, and answer for all of them in one.
    if (verb.method->file()->package() == service->file()->package()) nearest = &verb;
  }
  if (nearest != nullptr) return Named{nearest, owner->name};
  return absl::NotFoundError(
      absl::StrCat("Nothing tells what may be done with ", owner->name, "; `oversight verbs` lists every verb."));
}

}  // namespace oversight::cli
