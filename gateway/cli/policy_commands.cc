// What policies advise, for eyes. The same answers in full, and with facts supposed otherwise, are verbs: assess-force,
// assess-forces.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/rpc/errors.h"
#include "common/rpc/utf8.h"
#include "gateway/cli/arguments.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/names.h"
#include "gateway/cli/policy_pages.h"
#include "gateway/cli/values.h"
#include "gateway/cli/words.h"

namespace oversight::cli {
namespace {

constexpr char kService[] = "oversight.monitoring.v1.PolicyService/";
constexpr size_t kMostPolicyBytes = 100000;  // What BacktestRequest takes.

// Puts the flags given into the fields they are called after.
absl::Status Fill(const Arguments& arguments, google::protobuf::Message* request) {
  const auto set = [&](const std::string& flag, const std::vector<std::string>& path, const std::string& value) {
    std::vector<const google::protobuf::FieldDescriptor*> fields;
    const auto* type = request->GetDescriptor();
    for (const auto& name : path) {
      fields.push_back(type->FindFieldByName(name));
      type = fields.back()->message_type();
    }
    const auto status = SetValue(request, fields, value, {});
    return status.ok() ? status : UsageError(absl::StrCat("--", flag, " ", std::string(status.message())));
  };
  if (arguments.given("policy")) {
    auto name = CompleteName("policies/{policy}", arguments.text("policy"));
    if (!name.ok()) return UsageError(absl::StrCat("--policy ", std::string(name.status().message())));
    if (auto status = set("policy", {"policy"}, *name); !status.ok()) return status;
  }
  if (arguments.given("on-date")) {
    if (auto status = set("on-date", {"on_date"}, arguments.text("on-date")); !status.ok()) return status;
  }
  if (arguments.given("as-of-time")) {
    return set("as-of-time", {"read", "as_of", "recorded_time"}, arguments.text("as-of-time"));
  }
  return absl::OkStatus();
}

absl::Status Assess(Session& session, const Arguments& arguments) {
  if (arguments.text("force").empty()) {
    monitoring::v1::AssessForcesRequest request;
    if (auto status = Fill(arguments, &request); !status.ok()) return status;
    request.set_region(arguments.text("region"));
    request.set_moves_only(arguments.on("moves-only"));
    monitoring::v1::AssessForcesResponse response;
    auto status = session.client->Call(absl::StrCat(kService, "AssessForces"), request, &response);
    if (!status.ok()) return status;
    if (session.json) {
      PrintJson(session, response);
    } else {
      *session.out << AssessmentsPage(response, session.width);
    }
    return absl::OkStatus();
  }
  auto name = CompleteName("forces/{force}", arguments.text("force"));
  if (!name.ok()) return UsageError(absl::StrCat("FORCE: ", std::string(name.status().message())));
  monitoring::v1::AssessForceRequest request;
  request.set_name(*name);
  if (auto status = Fill(arguments, &request); !status.ok()) return status;
  monitoring::v1::AssessForceResponse response;
  auto status = session.client->Call(absl::StrCat(kService, "AssessForce"), request, &response);
  if (!status.ok()) return status;
  if (session.json) {
    PrintJson(session, response.assessment());
  } else {
    *session.out << AssessmentPage(response.assessment(), session.width);
  }
  return absl::OkStatus();
}

absl::Status Attention(Session& session, const Arguments& arguments) {
  monitoring::v1::ListAttentionRequest request;
  if (!arguments.text("force").empty()) {
    auto name = CompleteName("forces/{force}", arguments.text("force"));
    if (!name.ok()) return UsageError(absl::StrCat("FORCE: ", std::string(name.status().message())));
    request.set_force(*name);
  }
  if (arguments.given("role")) {
    const auto* role = ValueOf(*common::v1::Role_descriptor(), arguments.text("role"));
    if (role != nullptr) request.set_role(static_cast<common::v1::Role>(role->number()));
  }
  request.set_region(arguments.text("region"));
  request.set_mine(arguments.on("mine"));
  monitoring::v1::ListAttentionResponse response;
  auto status = session.client->Call("oversight.monitoring.v1.AttentionService/ListAttention", request, &response);
  if (!status.ok()) return status;
  if (session.json) {
    PrintJson(session, response);
  } else {
    *session.out << AttentionPage(response, session.width);
  }
  return absl::OkStatus();
}

// A policy by its name, or the text of a file: what begins like a path or ends as such files do.
bool IsFile(const std::string& value) {
  return absl::StartsWith(value, ".") || absl::StartsWith(value, "/") || absl::EndsWith(value, ".txtpb");
}
absl::Status FillPolicy(const Arguments& arguments, const std::string& flag, std::string* name, std::string* text) {
  if (!arguments.given(flag)) return absl::OkStatus();
  const std::string value = arguments.text(flag);
  if (IsFile(value)) {
    auto read = ReadFile(value, kMostPolicyBytes);
    if (!read.ok()) return UsageError(absl::StrCat("--", flag, " ", std::string(read.status().message())));
    if (read->empty()) return UsageError(absl::StrCat("--", flag, " ", value, " is empty"));
    if (rpc::CountCodePoints(*read) < 0) return UsageError(absl::StrCat("--", flag, " ", value, " is not UTF-8"));
    *text = *std::move(read);
    return absl::OkStatus();
  }
  auto complete = CompleteName("policies/{policy}", value);
  if (!complete.ok()) return UsageError(absl::StrCat("--", flag, " ", std::string(complete.status().message())));
  *name = *std::move(complete);
  return absl::OkStatus();
}

// Faults of a file stand by its own name, as compilers tell them: "my.txtpb:12" for "policy_text:12".
absl::Status ByFile(const absl::Status& status, const Arguments& arguments) {
  if (ReasonOf(status) != "POLICY_INVALID") return status;
  Error error(status.code(), ReasonOf(status), std::string(status.message()));
  for (auto [place, words] : ViolationsOf(status)) {
    for (const std::string flag : {"policy", "against"}) {
      absl::string_view line = place;
      if (absl::ConsumePrefix(&line, absl::StrCat(flag, "_text:"))) {
        place = absl::StrCat(arguments.text(flag), ":", line);
        break;
      }
    }
    error.Violation(place, words);
  }
  return error;
}

absl::Status RunBacktest(Session& session, const Arguments& arguments) {
  monitoring::v1::BacktestRequest request;
  auto filled = FillPolicy(arguments, "policy", request.mutable_policy(), request.mutable_policy_text());
  if (!filled.ok()) return filled;
  filled = FillPolicy(arguments, "against", request.mutable_against(), request.mutable_against_text());
  if (!filled.ok()) return filled;
  BacktestResult result;
  bool whole = false;
  monitoring::v1::BacktestResponse response;
  const auto status = session.client->Stream(absl::StrCat(kService, "Backtest"), request, &response, [&] {
    if (session.json) {
      PrintJson(session, response);
    } else if (response.has_progress() && response.progress().transaction_count() > 0) {
      *session.err << response.progress().transaction_count() << " of " << response.progress().total_count()
                   << " transactions" << std::endl;
    }
    if (response.has_force()) result.forces.push_back(response.force());
    if (response.has_summary()) result.summary = response.summary();
    whole = response.has_summary();
    return true;
  });
  if (!status.ok()) return ByFile(status, arguments);
  if (!whole) return absl::UnavailableError("The backtest ended before its end. Try again.");
  if (session.json) return absl::OkStatus();
  *session.out << (arguments.on("csv") ? BacktestCsv(result) : BacktestPage(result, session.width));
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> PolicyCommands() {
  return {
      {.name = "assess",
       .summary = "Show what the policy advises for a force and why, or in short for every force.",
       .positionals = {{.name = "force",
                        .value = "FORCE",
                        .help = "The force, such as west-midlands; without it every force."}},
       .flags = {{.name = "policy",
                  .value = "POLICY",
                  .help = "By this policy, such as early-warning; the one in force when not given."},
                 {.name = "on-date",
                  .value = "DAY",
                  .help = "As it will be on this day to come if nothing else changes: 2027-01-31."},
                 {.name = "as-of-time",
                  .value = "TIME",
                  .help = "By what was recorded at this moment: 2026-07-31T10:00:00Z."},
                 {.name = "region", .value = "REGION", .help = "Of every force: only of this region."},
                 {.name = "moves-only", .help = "Of every force: only those that are advised to move."}},
       .examine = [](const Arguments& arguments) -> std::vector<std::string> {
         if (arguments.text("force").empty() || (!arguments.given("region") && !arguments.given("moves-only")))
           return {};
         return {"--region and --moves-only are for every force: leave FORCE out"};
       },
       .run = &Assess},
      {.name = "attention",
       .summary = "Show what needs attention today, the most pressing first.",
       .positionals = {{.name = "force", .value = "FORCE", .help = "Only of this force, such as west-midlands."}},
       .flags = {{.name = "role",
                  .value = "ROLE",
                  .help = "Only the work of this role.",
                  .choices = Choices(*common::v1::Role_descriptor())},
                 {.name = "region", .value = "REGION", .help = "Only of forces of this region."},
                 {.name = "mine", .help = "Only of forces within your own scope."}},
       .run = &Attention},
      {.name = "backtest",
       .summary = "Try a policy on the recorded past, without hindsight, and compare it with another.",
       .details = "The logs of the three services are replayed in the order in which things were recorded. A force is "
                  "assessed "
                  "whenever a fact of it changes and every morning, by what was recorded by then.",
       .flags = {{.name = "policy",
                  .value = "POLICY",
                  .help = "This policy, such as published-grounds; the one in force when not given. Or a file of your "
                          "own, such as ./my.txtpb: checked, tried and stored nowhere."},
                 {.name = "against", .value = "POLICY", .help = "Beside this one, such as early-warning, or a file."},
                 {.name = "csv", .help = "Print every spell of advice and every decision as CSV."}},
       .run = &RunBacktest},
  };
}

}  // namespace oversight::cli
