#include "gateway/cli/scenario.h"

#include <map>
#include <set>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gateway/cli/arguments.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace oversight::cli {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;
using google::protobuf::util::JsonStringToMessage;
using google::protobuf::util::MessageToJsonString;

constexpr size_t kMostScenarioBytes = 16 << 20;

const Value* Field(const Struct& object, const std::string& name) {
  const auto it = object.fields().find(name);
  return it == object.fields().end() ? nullptr : &it->second;
}
std::string Text(const Struct& object, const std::string& name) {
  const Value* value = Field(object, name);
  return value == nullptr ? std::string() : value->string_value();
}

// The text at a path such as "concern.name".
std::string TextAt(const Struct& object, const std::string& path) {
  const Struct* at = &object;
  const std::vector<std::string> parts = absl::StrSplit(path, '.');
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    const Value* next = Field(*at, parts[i]);
    if (next == nullptr) return {};
    at = &next->struct_value();
  }
  return Text(*at, parts.back());
}

bool IsReplay(const Struct& answer) {
  const Value* header = Field(answer, "header");
  const Value* replayed = header == nullptr ? nullptr : Field(header->struct_value(), "replayed");
  return replayed != nullptr && replayed->bool_value();
}

// The request id of a step: every change has one, so that it can be repeated. "" when it changes nothing.
std::string RequestIdOf(const Struct& step) {
  const Value* request = Field(step, "request");
  if (request == nullptr) return {};
  const std::string id = Text(request->struct_value(), "requestId");
  return id.empty() ? Text(request->struct_value(), "request_id") : id;
}

absl::StatusOr<Struct> Ask(Client& client, const std::string& method, const std::string& request,
                           const std::string& as) {
  const auto answer = client.CallJson(method, request, as);
  if (!answer.ok()) return answer.status();
  Struct result;
  if (!JsonStringToMessage(*answer, &result).ok()) return absl::InternalError("An answer cannot be read.");
  return result;
}

// A story is about a force that nothing was recorded of, or that it was played about before. FAILED_PRECONDITION when
// one of the forces that it drafts concerns for has concerns, and none of them is from this scenario.
absl::Status CheckBeforePlaying(const Value& steps, Client& client) {
  std::set<std::string> own;
  std::map<std::string, std::string> forces;  // By name: who reads of it.
  for (const Value& each : steps.list_value().values()) {
    const Struct& step = each.struct_value();
    own.insert(RequestIdOf(step));
    if (!absl::EndsWith(Text(step, "method"), "/CreateConcern")) continue;
    forces.emplace(TextAt(step, "request.parent"), Text(step, "as"));
  }
  const std::string service = "oversight.concerns.v1.ConcernsService/";
  for (const auto& [force, as] : forces) {
    const auto concerns =
        Ask(client, service + "ListConcerns", absl::StrCat(R"({"parent":")", force, R"(","pageSize":1000})"), as);
    if (!concerns.ok()) return concerns.status();
    const Value* listed = Field(*concerns, "concerns");
    if (listed == nullptr || listed->list_value().values().empty()) continue;
    bool played = false;
    for (const Value& concern : listed->list_value().values()) {
      const std::string name = Text(concern.struct_value(), "name");
      const auto history =
          Ask(client, service + "ListConcernVersions", absl::StrCat(R"({"name":")", name, R"(","pageSize":1000})"), as);
      if (!history.ok()) return history.status();
      const Value* versions = Field(*history, "versions");
      if (versions == nullptr) continue;
      for (const Value& version : versions->list_value().values()) {
        const std::string id = TextAt(version.struct_value(), "change.requestId");
        played |= !id.empty() && own.count(id) > 0;
      }
      if (played) break;
    }
    if (!played) {
      return absl::FailedPreconditionError(absl::StrCat(
          force, " has concerns that are not from this scenario, such as ",
          Text(listed->list_value().values(0).struct_value(), "name"),
          ", so its steps would not fit. Nothing was played. Play it into a store without them: `make demo` "
          "makes one that is thrown away."));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status PlayScenario(const std::string& path, Client& client, std::ostream& out) {
  const auto content = ReadFile(path, kMostScenarioBytes);
  if (!content.ok()) return content.status();
  Struct scenario;
  if (const auto parsed = JsonStringToMessage(*content, &scenario); !parsed.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is not valid JSON: ", std::string(parsed.message())));
  }
  out << Text(scenario, "title") << "\n" << Text(scenario, "description") << "\n\n";
  std::map<std::string, std::string> saved;
  const Value* steps = Field(scenario, "steps");
  const int count = steps == nullptr ? 0 : steps->list_value().values_size();
  if (steps != nullptr) {
    if (absl::Status status = CheckBeforePlaying(*steps, client); !status.ok()) return status;
  }
  int changes = 0, replays = 0;
  for (int i = 0; i < count; ++i) {
    const Struct& step = steps->list_value().values(i).struct_value();
    out << (i + 1) << "/" << count << "  " << Text(step, "say") << " (" << Text(step, "as") << ")\n";
    std::string request = "{}";
    if (const Value* body = Field(step, "request")) {
      request.clear();
      if (!MessageToJsonString(*body, &request).ok()) return absl::InternalError("A request cannot be printed.");
    }
    for (const auto& [name, value] : saved)
      request = absl::StrReplaceAll(request, {{absl::StrCat("${", name, "}"), value}});
    const absl::StatusOr<std::string> answer = client.CallJson(Text(step, "method"), request, Text(step, "as"));
    if (!answer.ok()) {
      absl::Status status(
          answer.status().code(),
          absl::StrCat("Step ", i + 1, ", ", Text(step, "method"), ": ", std::string(answer.status().message()),
                       changes == 0 ? " Nothing was played."
                                    : absl::StrCat(" The ", i, i == 1 ? " step" : " steps",
                                                   " before it stay recorded. When that is put right, play it again: "
                                                   "what was done is not done a second time.")));
      answer.status().ForEachPayload(
          [&](absl::string_view url, const absl::Cord& payload) { status.SetPayload(url, payload); });
      return status;
    }
    Struct result;
    if (!JsonStringToMessage(*answer, &result).ok()) return absl::InternalError("An answer cannot be read.");
    if (!RequestIdOf(step).empty()) {
      ++changes;
      if (IsReplay(result)) ++replays;
    }
    const Value* save = Field(step, "save");
    if (save == nullptr) continue;
    for (const auto& [name, from] : save->struct_value().fields()) saved[name] = TextAt(result, from.string_value());
  }
  if (changes > 0 && replays == changes) out << "\nAlready played: nothing was changed.\n";
  return absl::OkStatus();
}

}  // namespace oversight::cli
