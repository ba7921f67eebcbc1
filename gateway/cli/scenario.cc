#include "gateway/cli/scenario.h"

#include <map>
#include <vector>

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

// Every change has a request id, so that it can be repeated; nothing else has.
bool IsChange(const Struct& request) {
  return Field(request, "requestId") != nullptr || Field(request, "request_id") != nullptr;
}
bool IsReplay(const Struct& answer) {
  const Value* header = Field(answer, "header");
  const Value* replayed = header == nullptr ? nullptr : Field(header->struct_value(), "replayed");
  return replayed != nullptr && replayed->bool_value();
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
      absl::Status status(answer.status().code(), absl::StrCat("Step ", i + 1, ", ", Text(step, "method"), ": ",
                                                               std::string(answer.status().message())));
      answer.status().ForEachPayload(
          [&](absl::string_view url, const absl::Cord& payload) { status.SetPayload(url, payload); });
      return status;
    }
    Struct result;
    if (!JsonStringToMessage(*answer, &result).ok()) return absl::InternalError("An answer cannot be read.");
    if (const Value* body = Field(step, "request"); body != nullptr && IsChange(body->struct_value())) {
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
