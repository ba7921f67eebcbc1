#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/rpc/validator.h"
#include "common/time/partial_date.h"
#include "gateway/cli/arguments.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/render.h"
#include "oversight/concerns/v1/concerns_service.pb.h"

namespace oversight::cli {
namespace {

using namespace concerns::v1;  // NOLINT

constexpr char kService[] = "oversight.concerns.v1.ConcernsService/";

struct RaiseArguments {
  std::string force, kind, title, finding, theme, source, source_title, found;
  bool accelerated = false, issue = false;
  std::vector<std::string> recommendations;
};

absl::Status Raise(Session& session, const RaiseArguments& arguments) {
  // Everything is read before anything is stored.
  CreateConcernRequest request;
  request.set_parent(ForceName(arguments.force));
  Concern& concern = *request.mutable_concern();
  concern.set_kind(arguments.kind == "cause" ? CONCERN_KIND_CAUSE_OF_CONCERN : CONCERN_KIND_AREA_FOR_IMPROVEMENT);
  concern.set_title(arguments.title);
  concern.set_finding(arguments.finding);
  concern.set_theme(arguments.theme.rfind("themes/", 0) == 0 ? arguments.theme : "themes/" + arguments.theme);
  concern.mutable_source()->set_kind(arguments.source == "inspection" ? SOURCE_KIND_INSPECTION
                                     : arguments.source == "revisit"  ? SOURCE_KIND_REVISIT
                                                                      : SOURCE_KIND_EXTERNAL_EVIDENCE);
  concern.mutable_source()->set_title(arguments.source_title);
  concern.set_accelerated(arguments.accelerated);
  auto found = ParsePartialDate(arguments.found);
  if (!found.ok()) return found.status();
  *concern.mutable_found_date() = *found;
  const std::string base = session.request_id.empty() ? NewRequestId() : session.request_id;
  std::vector<CreateRecommendationRequest> additions;
  for (const auto& text : arguments.recommendations) {
    auto recommendation = ParseRecommendation(text);
    if (!recommendation.ok()) return recommendation.status();
    CreateRecommendationRequest& add = additions.emplace_back();
    add.set_parent(request.parent() + "/concerns/1");  // stands for the name it will get
    *add.mutable_recommendation() = *recommendation;
    add.set_request_id(base);
    if (absl::Status status = rpc::Validate(add); !status.ok()) return status;
  }
  // The steps share one id given on the command line, so that repeating the command repeats no step.
  const auto step = [&](const std::string& suffix) { session.request_id = base + suffix; };
  step("");
  CreateConcernResponse created;
  absl::Status status = Change<CreateConcernRequest, CreateConcernResponse>(
      session, absl::StrCat(kService, "CreateConcern"), request, "", &created);
  if (!status.ok()) return status;
  Concern raised = created.concern();
  std::vector<Recommendation> stored;
  for (size_t i = 0; status.ok() && i < additions.size(); ++i) {
    additions[i].set_parent(raised.name());
    step(absl::StrCat("-r", i + 1));
    CreateRecommendationResponse added;
    status = Change<CreateRecommendationRequest, CreateRecommendationResponse>(
        session, absl::StrCat(kService, "CreateRecommendation"), additions[i], "", &added);
    if (status.ok()) stored.push_back(added.recommendation());
  }
  if (status.ok() && arguments.issue) {
    IssueConcernRequest issue;
    issue.set_name(raised.name());
    step("-issue");
    IssueConcernResponse issued;
    status = Change<IssueConcernRequest, IssueConcernResponse>(session, absl::StrCat(kService, "IssueConcern"), issue,
                                                               "", &issued);
    if (status.ok()) raised = issued.concern();
  }
  if (!status.ok()) {
    session.note = absl::StrCat(raised.name(), " was drafted");
    if (!additions.empty()) {
      absl::StrAppend(&session.note, ", with ", stored.size(), " of ", additions.size(), " recommendations");
    }
    absl::StrAppend(&session.note, "; go on with `oversight recommend`", arguments.issue ? ", `issue`" : "",
                    " or `withdraw`.");
    return status;
  }
  if (session.json) return status;
  std::cout << raised.name() << ": " << Words(raised.state()) << " " << Words(raised.kind()) << ", " << raised.title()
            << "\n";
  for (size_t i = 0; i < stored.size(); ++i) {
    const std::string& text = arguments.recommendations[i];
    std::cout << "  " << stored[i].name() << ": " << stored[i].text() << " (due "
              << absl::StripAsciiWhitespace(text.substr(text.rfind('@') + 1)) << ")\n";
  }
  return status;
}

// A verb on one concern or recommendation: its name, the etag of --etag, one text and perhaps more.
struct VerbArguments {
  std::string name, text, date, choice;
};

absl::Status SetDate(const std::string& text, std::function<common::v1::PartialDate*()> field) {
  if (text.empty()) return absl::OkStatus();
  auto date = ParsePartialDate(text);
  if (!date.ok()) return date.status();
  *field() = *date;
  return absl::OkStatus();
}

template <class Request>
Request On(const Session& session, const VerbArguments& arguments) {
  Request request;
  request.set_name(arguments.name);
  request.set_etag(session.etag);
  return request;
}

}  // namespace

void AddConcernCommands(CLI::App& app, Session& session) {
  {
    auto arguments = std::make_shared<RaiseArguments>();
    auto* raise =
        app.add_subcommand("raise", "Draft a cause of concern or an area for improvement, with recommendations");
    raise->add_option("--force", arguments->force, "The force, such as west-midlands")->required();
    raise->add_option("--kind", arguments->kind, "cause (of concern) or afi (area for improvement)")
        ->required()
        ->check(CLI::IsMember({"cause", "afi"}));
    raise->add_option("--title", arguments->title, "A short title")->required();
    raise->add_option("--finding", arguments->finding, "What was found, in the words to be published")->required();
    raise->add_option("--theme", arguments->theme, "The theme; `list themes` shows them")->required();
    raise->add_option("--source", arguments->source, "inspection, revisit or external")
        ->required()
        ->check(CLI::IsMember({"inspection", "revisit", "external"}));
    raise
        ->add_option("--source-title", arguments->source_title,
                     "What it was, such as \"PEEL inspection, September 2023\"")
        ->required();
    raise->add_option("--found", arguments->found, "When it was found: 2023, 2023-09, 2023-09-14 or \"early 2023\"")
        ->required()
        ->check(&DateProblem);
    raise->add_flag("--accelerated", arguments->accelerated, "Reported ahead of the inspection report");
    raise
        ->add_option("--recommend", arguments->recommendations,
                     "A recommendation and when it is due: \"Do this @ 3 months\", \"@ 28 days\", \"@ 2024-03-31\", "
                     "\"@ immediately\". "
                     "May be given several times")
        ->check(&RecommendationProblem);
    raise->add_flag("--issue", arguments->issue, "Issue it at once");
    raise->callback(
        [&session, arguments] { session.run = [&session, arguments] { return Raise(session, *arguments); }; });
  }
  const auto verb = [&](const char* name, const char* help, const char* what) {
    auto arguments = std::make_shared<VerbArguments>();
    auto* command = app.add_subcommand(name, help);
    command->add_option("name", arguments->name, what)->required();
    return std::pair(command, arguments);
  };
  const auto run = [&](CLI::App* command, std::function<absl::Status()> action) {
    command->callback([&session, action] { session.run = action; });
  };
  static constexpr char kConcernName[] = "The concern, such as forces/kent/concerns/1";
  static constexpr char kRecommendationName[] = "The recommendation, such as forces/kent/concerns/1/recommendations/1";
  {
    auto [command, arguments] = verb("recommend", "Add a recommendation to a draft", kConcernName);
    command->add_option("--text", arguments->text, "What should be done")->required();
    command->add_option("--due", arguments->choice, "immediately, 2024-03-31, \"28 days\" or \"3 months\"")
        ->required()
        ->check(&DueProblem);
    run(command, [&session, arguments = arguments]() -> absl::Status {
      auto due = ParseDue(arguments->choice);
      if (!due.ok()) return due.status();
      CreateRecommendationRequest request;
      request.set_parent(arguments->name);
      request.mutable_recommendation()->set_text(arguments->text);
      *request.mutable_recommendation()->mutable_due_rule() = *due;
      return Change<CreateRecommendationRequest, CreateRecommendationResponse>(
          session, absl::StrCat(kService, "CreateRecommendation"), request, "recommendation");
    });
  }
  {
    auto [command, arguments] = verb("issue", "Issue a draft to the force", kConcernName);
    command->add_option("--date", arguments->date, "The day of issue; today if not given")->check(&DateProblem);
    run(command, [&session, arguments = arguments]() -> absl::Status {
      auto request = On<IssueConcernRequest>(session, *arguments);
      if (auto status = SetDate(arguments->date, [&] { return request.mutable_issue_date(); }); !status.ok())
        return status;
      return Change<IssueConcernRequest, IssueConcernResponse>(session, absl::StrCat(kService, "IssueConcern"), request,
                                                               "concern");
    });
  }
  {
    auto [command, arguments] = verb("assess", "Record how the force handles a concern", kConcernName);
    command->add_option("--level", arguments->choice, "not-responding, responding, managing, mitigating or eradicated")
        ->required()
        ->check(CLI::IsMember({"not-responding", "responding", "managing", "mitigating", "eradicated"}));
    command->add_option("--rationale", arguments->text, "Why")->required();
    run(command, [&session, arguments = arguments] {
      auto request = On<AssessHandlingRequest>(session, *arguments);
      request.set_level(arguments->choice == "not-responding" ? HANDLING_LEVEL_NOT_RESPONDING
                        : arguments->choice == "responding"   ? HANDLING_LEVEL_RESPONDING
                        : arguments->choice == "managing"     ? HANDLING_LEVEL_MANAGING
                        : arguments->choice == "mitigating"   ? HANDLING_LEVEL_MITIGATING
                                                              : HANDLING_LEVEL_ERADICATED);
      request.set_rationale(arguments->text);
      return Change<AssessHandlingRequest, AssessHandlingResponse>(session, absl::StrCat(kService, "AssessHandling"),
                                                                   request, "concern");
    });
  }
  {
    auto [command, arguments] = verb("claim", "Claim that a recommendation is done", kRecommendationName);
    command->add_option("--statement", arguments->text, "What was done, with the evidence")->required();
    run(command, [&session, arguments = arguments] {
      auto request = On<ClaimRecommendationRequest>(session, *arguments);
      request.set_statement(arguments->text);
      return Change<ClaimRecommendationRequest, ClaimRecommendationResponse>(
          session, absl::StrCat(kService, "ClaimRecommendation"), request, "recommendation");
    });
  }
  {
    auto [command, arguments] = verb("verify-claim", "Accept or return a claim", kRecommendationName);
    command->add_option("--outcome", arguments->choice, "accept or return")
        ->required()
        ->check(CLI::IsMember({"accept", "return"}));
    command->add_option("--rationale", arguments->text, "What was seen, or what is missing")->required();
    run(command, [&session, arguments = arguments] {
      auto request = On<VerifyRecommendationRequest>(session, *arguments);
      request.set_outcome(arguments->choice == "accept" ? VERIFICATION_OUTCOME_ACCEPTED
                                                        : VERIFICATION_OUTCOME_RETURNED);
      request.set_rationale(arguments->text);
      return Change<VerifyRecommendationRequest, VerifyRecommendationResponse>(
          session, absl::StrCat(kService, "VerifyRecommendation"), request, "recommendation");
    });
  }
  {
    auto [command, arguments] = verb("discharge", "Close a concern that was dealt with", kConcernName);
    command->add_option("--reason", arguments->text, "Why, with the evidence seen")->required();
    command->add_option("--date", arguments->date, "The day it was closed; today if not given")->check(&DateProblem);
    run(command, [&session, arguments = arguments]() -> absl::Status {
      auto request = On<DischargeConcernRequest>(session, *arguments);
      request.set_reason(arguments->text);
      if (auto status = SetDate(arguments->date, [&] { return request.mutable_close_date(); }); !status.ok())
        return status;
      return Change<DischargeConcernRequest, DischargeConcernResponse>(
          session, absl::StrCat(kService, "DischargeConcern"), request, "concern");
    });
  }
  {
    auto [command, arguments] = verb("withdraw", "Withdraw a concern that should not have been raised", kConcernName);
    command->add_option("--reason", arguments->text, "Why")->required();
    run(command, [&session, arguments = arguments] {
      auto request = On<WithdrawConcernRequest>(session, *arguments);
      request.set_reason(arguments->text);
      return Change<WithdrawConcernRequest, WithdrawConcernResponse>(session, absl::StrCat(kService, "WithdrawConcern"),
                                                                     request, "concern");
    });
  }
}

}  // namespace oversight::cli
