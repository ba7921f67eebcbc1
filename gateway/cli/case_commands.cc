// The steps of casework that take several calls, or that say in a line what takes a message.
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/rpc/validator.h"
#include "common/time/partial_date.h"
#include "gateway/cli/arguments.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/names.h"
#include "gateway/cli/show.h"
#include "gateway/cli/values.h"
#include "gateway/cli/words.h"
#include "oversight/concerns/v1/concerns_service.pb.h"
#include "oversight/monitoring/v1/monitoring_service.pb.h"

namespace oversight::cli {
namespace {

using namespace concerns::v1;    // NOLINT
using namespace monitoring::v1;  // NOLINT

constexpr char kConcerns[] = "oversight.concerns.v1.ConcernsService/";
constexpr char kMonitoring[] = "oversight.monitoring.v1.MonitoringService/";

absl::StatusOr<std::string> NameOf(const std::string& flag, const std::string& shapes, const std::string& text) {
  auto name = CompleteName(shapes, text);
  if (!name.ok()) return UsageError(absl::StrCat("--", flag, ": ", std::string(name.status().message()), "."));
  return name;
}

// The text given with a flag, read from its file where it names one.
absl::StatusOr<std::string> TextOf(const Arguments& arguments, const std::string& flag) {
  auto text = ReadText(arguments.text(flag));
  if (!text.ok()) return UsageError(absl::StrCat("--", flag, ": ", std::string(text.status().message())));
  return text;
}

// Sends a change; prints the answer when it is for programs.
template <class Request, class Response>
absl::Status Change(Session& session, const std::string& method, const Request& request, Response* response) {
  const absl::Status status = session.client->Call(method, request, response);
  if (status.ok() && session.json) PrintJson(session, *response);
  return status;
}

absl::Status Raise(Session& session, const Arguments& arguments) {
  // Everything is read before anything is stored.
  const std::string request_id = RequestId(arguments);
  const auto force = NameOf("force", "forces/{force}", arguments.text("force"));
  if (!force.ok()) return force.status();
  const auto theme = NameOf("theme", "themes/{theme}", arguments.text("theme"));
  if (!theme.ok()) return theme.status();
  const auto title = TextOf(arguments, "title"), finding = TextOf(arguments, "finding"),
             source_title = TextOf(arguments, "source-title");
  for (const auto* text : {&title, &finding, &source_title}) {
    if (!text->ok()) return text->status();
  }
  CreateConcernRequest request;
  request.set_request_id(request_id);
  request.set_parent(*force);
  Concern& concern = *request.mutable_concern();
  concern.set_kind(arguments.text("kind") == "cause" ? CONCERN_KIND_CAUSE_OF_CONCERN
                                                     : CONCERN_KIND_AREA_FOR_IMPROVEMENT);
  concern.set_title(*title);
  concern.set_finding(*finding);
  concern.set_theme(*theme);
  concern.mutable_source()->set_kind(arguments.text("source") == "inspection" ? SOURCE_KIND_INSPECTION
                                     : arguments.text("source") == "revisit"  ? SOURCE_KIND_REVISIT
                                                                              : SOURCE_KIND_EXTERNAL_EVIDENCE);
  concern.mutable_source()->set_title(*source_title);
  concern.set_accelerated(arguments.on("accelerated"));
  auto found = ParsePartialDate(arguments.text("found"));
  if (!found.ok()) return found.status();
  *concern.mutable_found_date() = *found;
  std::vector<CreateRecommendationRequest> additions;
  for (const auto& text : arguments.all("recommend")) {
    auto recommendation = ParseRecommendation(text);
    if (!recommendation.ok()) return recommendation.status();
    CreateRecommendationRequest& add = additions.emplace_back();
    add.set_parent(request.parent() + "/concerns/1");  // stands for the name it will get
    *add.mutable_recommendation() = *recommendation;
    // The steps share one id given on the command line, so that repeating the command repeats no step.
    add.set_request_id(absl::StrCat(request_id, "-r", additions.size()));
    if (absl::Status status = rpc::Validate(add); !status.ok()) return status;
  }
  CreateConcernResponse created;
  absl::Status status = Change(session, absl::StrCat(kConcerns, "CreateConcern"), request, &created);
  if (!status.ok()) return status;
  Concern raised = created.concern();
  std::vector<Recommendation> stored;
  for (CreateRecommendationRequest& addition : additions) {
    addition.set_parent(raised.name());
    CreateRecommendationResponse added;
    status = Change(session, absl::StrCat(kConcerns, "CreateRecommendation"), addition, &added);
    if (!status.ok()) break;
    stored.push_back(added.recommendation());
  }
  if (status.ok() && arguments.on("issue")) {
    IssueConcernRequest issue;
    issue.set_name(raised.name());
    issue.set_request_id(request_id + "-issue");
    IssueConcernResponse issued;
    status = Change(session, absl::StrCat(kConcerns, "IssueConcern"), issue, &issued);
    if (status.ok()) raised = issued.concern();
  }
  if (!status.ok()) {
    session.note = WasReplayed(created)
                       ? absl::StrCat(raised.name(), " had been drafted before, under the same request id")
                       : absl::StrCat(raised.name(), " was drafted");
    if (!additions.empty()) {
      absl::StrAppend(&session.note, ", with ", stored.size(), " of ", additions.size(), " recommendations");
    }
    absl::StrAppend(&session.note, "; go on with `oversight create-recommendation`",
                    arguments.on("issue") ? ", `issue-concern`" : "", " or `withdraw-concern`.");
    return status;
  }
  if (session.json) return status;
  if (WasReplayed(created)) *session.out << "Raised before, under the same request id; as it was answered then:\n";
  *session.out << raised.name() << ": " << Words(raised.state()) << " " << Words(raised.kind()) << ", "
               << OneLine(raised.title()) << "\n";
  for (size_t i = 0; i < stored.size(); ++i) {
    const std::string& text = arguments.all("recommend")[i];
    *session.out << "  " << stored[i].name() << ": " << OneLine(stored[i].text()) << " (due "
                 << absl::StripAsciiWhitespace(text.substr(text.rfind('@') + 1)) << ")\n";
  }
  return status;
}

Ground GroundOf(const std::string& text) {
  if (text == "not-responding") return GROUND_NOT_RESPONDING;
  if (text == "not-managing") return GROUND_NOT_MANAGING_MITIGATING_OR_ERADICATING;
  if (text == "service-failure") return GROUND_SIGNIFICANT_SERVICE_FAILURE;
  return text == "improvement" ? GROUND_IMPROVEMENT : GROUND_OTHER;
}

// "r2 met @ TEXT", "r2 superseded @ TEXT @ BY WHAT" or "r2 carried-forward @ TEXT @ WHO @ HOW"; nothing when it is none
// of them.
std::optional<ReasonOutcome> OutcomeOf(const std::string& text) {
  std::vector<std::string> parts = absl::StrSplit(text, '@');
  for (auto& part : parts) absl::StripAsciiWhitespace(&part);
  const std::vector<std::string> head = absl::StrSplit(parts[0], ' ', absl::SkipEmpty());
  if (head.size() != 2) return std::nullopt;
  ReasonOutcome outcome;
  outcome.set_reason(head[0]);
  if (head[1] == "met" && parts.size() == 2) {
    outcome.set_end(REASON_END_MET);
  } else if (head[1] == "superseded" && parts.size() == 3) {
    outcome.set_end(REASON_END_SUPERSEDED);
    outcome.set_superseded_by(parts[2]);
  } else if (head[1] == "carried-forward" && parts.size() == 4) {
    outcome.set_end(REASON_END_CARRIED_FORWARD);
    outcome.set_followed_by(parts[2]);
    outcome.set_follow_up(parts[3]);
  } else {
    return std::nullopt;
  }
  outcome.set_text(parts[1]);
  return outcome;
}

std::string OutcomeProblem(const std::string& text) {
  if (OutcomeOf(text)) return "";
  return "must be \"r1 met @ TEXT\", \"r1 superseded @ TEXT @ BY WHAT\" or \"r1 carried-forward @ TEXT @ WHO @ HOW\"";
}

absl::Status Propose(Session& session, const Arguments& arguments) {
  const auto force = NameOf("force", "forces/{force}", arguments.text("force"));
  if (!force.ok()) return force.status();
  const auto ground_text = TextOf(arguments, "ground-text");
  if (!ground_text.ok()) return ground_text.status();
  CreateProposalRequest request;
  request.set_parent(*force);
  request.set_request_id(RequestId(arguments));
  Proposal& proposal = *request.mutable_proposal();
  proposal.set_to_stage(arguments.text("to"));
  proposal.set_ground(GroundOf(arguments.text("ground")));
  proposal.set_ground_text(*ground_text);
  for (const auto& text : arguments.all("reason")) {
    Reason& reason = *proposal.add_reasons();
    const size_t at = text.rfind('@');
    reason.set_text(std::string(absl::StripAsciiWhitespace(text.substr(0, at))));
    if (at == std::string::npos) continue;
    const auto concern = CompleteName("forces/{force}/concerns/{concern}",
                                      std::string(absl::StripAsciiWhitespace(text.substr(at + 1))), {.beside = *force});
    if (!concern.ok()) return UsageError(absl::StrCat("--reason: ", std::string(concern.status().message()), "."));
    reason.set_concern(*concern);
  }
  const auto& criteria = arguments.all("exit-criterion");
  for (size_t i = 0; i < criteria.size(); ++i) {
    proposal.mutable_reasons(static_cast<int>(i))->set_exit_criterion(criteria[i]);
  }
  for (const auto& text : arguments.all("outcome")) *proposal.add_reason_outcomes() = *OutcomeOf(text);
  if (arguments.given("next-report")) {
    auto date = ParsePartialDate(arguments.text("next-report-date"));
    if (!date.ok()) return date.status();
    proposal.mutable_next_report()->set_title(arguments.text("next-report"));
    *proposal.mutable_next_report()->mutable_expected_date() = *date;
  }
  CreateProposalResponse response;
  const absl::Status status = session.client->Call(absl::StrCat(kMonitoring, "CreateProposal"), request, &response);
  if (status.ok()) PrintAnswer(session, response);
  return status;
}

FlagSpec Force() {
  return {.name = "force", .value = "FORCE", .help = "The force, such as west-midlands.", .required = true};
}

}  // namespace

std::vector<Command> CaseCommands() {
  std::vector<Command> commands(2);
  commands[0] = {
      .name = "raise",
      .summary = "Draft a cause of concern or an area for improvement, with recommendations.",
      .flags =
          {Force(),
           {.name = "kind",
            .value = "KIND",
            .help = "A cause of concern, or an area for improvement.",
            .required = true,
            .choices = {"cause", "afi"}},
           {.name = "title", .value = "TEXT", .help = "A short title.", .required = true},
           {.name = "finding",
            .value = "TEXT",
            .help = "What was found, in the words to be published.",
            .required = true},
           {.name = "theme", .value = "THEME", .help = "The theme; `list themes` shows them.", .required = true},
           {.name = "source",
            .value = "KIND",
            .help = "Where the finding came from.",
            .required = true,
            .choices = {"inspection", "revisit", "external"}},
           {.name = "source-title",
            .value = "TEXT",
            .help = "What that was, such as \"PEEL inspection, September 2023\".",
            .required = true},
           {.name = "found",
            .value = "DATE",
            .help = "When it was found: 2023, 2023-09, 2023-09-14 or \"early 2023\".",
            .required = true,
            .check = &DateProblem},
           {.name = "recommend",
            .value = "\"TEXT @ DUE\"",
            .help = "A recommendation and when it is due: \"Do this @ 3 months\", \"@ 28 days\", \"@ 2024-03-31\", \"@ "
                    "immediately\". May be given several times.",
            .repeated = true,
            .check = &RecommendationProblem},
           {.name = "accelerated", .help = "Reported ahead of the inspection report."},
           {.name = "issue", .help = "Issue it at once."},
           RequestIdFlag()},
      .run = &Raise};
  commands[1] = {
      .name = "propose",
      .summary = "Propose to move a force to another stage.",
      .flags = {Force(),
                {.name = "to", .value = "STAGE", .help = "The stage, such as engage.", .required = true},
                {.name = "ground",
                 .value = "GROUND",
                 .help = "On which ground.",
                 .required = true,
                 .choices = {"not-responding", "not-managing", "service-failure", "improvement", "other"}},
                {.name = "reason",
                 .value = "\"TEXT @ CONCERN\"",
                 .help = "A reason and the number of the concern it rests on: \"managing offenders @ 3\". May be given "
                         "several times.",
                 .required = true,
                 .repeated = true},
                {.name = "exit-criterion",
                 .value = "TEXT",
                 .help =
                     "What will show that a reason is gone; needed for an enhanced stage, once for each --reason, in "
                     "the same order.",
                 .repeated = true,
                 .check = &NotEmpty},
                {.name = "outcome",
                 .value = "\"REASON END @ TEXT\"",
                 .help =
                     "How a reason of the episode ends: \"r1 met @ Seen at the revisit\", \"r2 superseded @ TEXT @ BY "
                     "WHAT\", \"r3 carried-forward @ TEXT @ WHO @ HOW\". Needed for each when the force leaves the "
                     "stage.",
                 .repeated = true,
                 .check = &OutcomeProblem},
                {.name = "ground-text", .value = "TEXT", .help = "The ground in words; needed for other."},
                {.name = "next-report", .value = "TEXT", .help = "The next report on the force.", .check = &NotEmpty},
                {.name = "next-report-date",
                 .value = "DATE",
                 .help = "When that is expected, such as \"early 2024\".",
                 .check = &DateProblem},
                RequestIdFlag()},
      .examine = [](const Arguments& arguments) -> std::vector<std::string> {
        std::vector<std::string> problems;
        if (arguments.given("next-report") != arguments.given("next-report-date")) {
          problems.push_back("--next-report and --next-report-date go together");
        }
        const size_t criteria = arguments.all("exit-criterion").size();
        if (criteria > 0 && criteria != arguments.all("reason").size()) {
          problems.push_back("--exit-criterion goes with --reason: as many of the one as of the other, or none");
        }
        return problems;
      },
      .run = &Propose};
  return commands;
}

}  // namespace oversight::cli
