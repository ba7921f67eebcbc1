#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/time/partial_date.h"
#include "gateway/cli/arguments.h"
#include "gateway/cli/commands.h"
#include "oversight/monitoring/v1/monitoring_service.pb.h"

namespace oversight::cli {
namespace {

using namespace monitoring::v1;  // NOLINT

constexpr char kService[] = "oversight.monitoring.v1.MonitoringService/";

struct ProposeArguments {
  std::string force, to, ground, ground_text, report_title, report_date;
  std::vector<std::string> reasons;
};

absl::StatusOr<Ground> GroundOf(const std::string& text) {
  static const std::vector<std::pair<std::string, Ground>> kGrounds = {
      {"not-responding", GROUND_NOT_RESPONDING},
      {"not-managing", GROUND_NOT_MANAGING_MITIGATING_OR_ERADICATING},
      {"service-failure", GROUND_SIGNIFICANT_SERVICE_FAILURE},
      {"improvement", GROUND_IMPROVEMENT},
      {"other", GROUND_OTHER}};
  for (const auto& [name, ground] : kGrounds) {
    if (name == text) return ground;
  }
  return absl::InvalidArgumentError(absl::StrCat("There is no ground \"", text, "\"."));
}

absl::Status Propose(Session& session, const ProposeArguments& arguments) {
  CreateProposalRequest request;
  request.set_parent(ForceName(arguments.force));
  Proposal& proposal = *request.mutable_proposal();
  proposal.set_to_stage(arguments.to);
  auto ground = GroundOf(arguments.ground);
  if (!ground.ok()) return ground.status();
  proposal.set_ground(*ground);
  proposal.set_ground_text(arguments.ground_text);
  for (const auto& text : arguments.reasons) {
    Reason& reason = *proposal.add_reasons();
    const size_t at = text.rfind('@');
    reason.set_text(std::string(absl::StripAsciiWhitespace(text.substr(0, at))));
    if (at != std::string::npos) {
      const std::string concern(absl::StripAsciiWhitespace(text.substr(at + 1)));
      // A bare number is a concern of the same force.
      const bool number = !concern.empty() && concern.find_first_not_of("0123456789") == std::string::npos;
      reason.set_concern(number ? absl::StrCat(request.parent(), "/concerns/", concern) : concern);
    }
  }
  if (!arguments.report_title.empty()) {
    auto date = ParsePartialDate(arguments.report_date);
    if (!date.ok()) return date.status();
    proposal.mutable_next_report()->set_title(arguments.report_title);
    *proposal.mutable_next_report()->mutable_expected_date() = *date;
  }
  return Change<CreateProposalRequest, CreateProposalResponse>(session, absl::StrCat(kService, "CreateProposal"),
                                                               request, "proposal");
}

struct DecideArguments {
  std::string name, outcome, rationale, decided, effective;
};

absl::Status Decide(Session& session, const DecideArguments& arguments) {
  DecideProposalRequest request;
  request.set_name(arguments.name);
  request.set_etag(session.etag);
  request.set_outcome(arguments.outcome == "approve" ? DECISION_OUTCOME_APPROVED : DECISION_OUTCOME_DECLINED);
  request.set_rationale(arguments.rationale);
  if (!arguments.decided.empty()) {
    auto date = ParsePartialDate(arguments.decided);
    if (!date.ok()) return date.status();
    *request.mutable_decided_date() = *date;
  }
  if (!arguments.effective.empty()) {
    auto date = ParsePartialDate(arguments.effective);
    if (!date.ok()) return date.status();
    *request.mutable_effective_date() = *date;
  }
  return Change<DecideProposalRequest, DecideProposalResponse>(session, absl::StrCat(kService, "DecideProposal"),
                                                               request, "decision");
}

}  // namespace

void AddMonitoringCommands(CLI::App& app, Session& session) {
  {
    auto arguments = std::make_shared<ProposeArguments>();
    auto* propose = app.add_subcommand("propose", "Propose to move a force to another stage");
    propose->add_option("--force", arguments->force, "The force, such as west-midlands")->required();
    propose->add_option("--to", arguments->to, "The stage, such as engage")->required();
    propose
        ->add_option("--ground", arguments->ground,
                     "not-responding, not-managing, service-failure, improvement or other")
        ->required()
        ->check(CLI::IsMember({"not-responding", "not-managing", "service-failure", "improvement", "other"}));
    propose->add_option("--ground-text", arguments->ground_text, "The ground in words; needed for other");
    propose
        ->add_option("--reason", arguments->reasons,
                     "A reason and the number of the concern it rests on: \"managing offenders @ 3\". May be given "
                     "several times")
        ->required();
    auto* title = propose->add_option("--next-report", arguments->report_title, "The next report on the force");
    title->check(&NotEmpty);
    auto* date = propose->add_option("--next-report-date", arguments->report_date,
                                     "When it is expected, such as \"early 2024\"");
    date->check(&DateProblem)->needs(title);
    title->needs(date);
    propose->callback(
        [&session, arguments] { session.run = [&session, arguments] { return Propose(session, *arguments); }; });
  }
  {
    auto arguments = std::make_shared<DecideArguments>();
    auto* decide = app.add_subcommand("decide", "Decide on a proposal, as the chief inspector");
    decide->add_option("name", arguments->name, "The proposal, such as forces/kent/proposals/1")->required();
    decide->add_option("--outcome", arguments->outcome, "approve or decline")
        ->required()
        ->check(CLI::IsMember({"approve", "decline"}));
    decide->add_option("--rationale", arguments->rationale, "Why it is decided so")->required();
    decide->add_option("--decided", arguments->decided, "The day it was decided; today if not given")
        ->check(&DateProblem);
    decide
        ->add_option("--effective", arguments->effective,
                     "The day it takes effect; the day it was decided if not given")
        ->check(&DateProblem);
    decide->callback(
        [&session, arguments] { session.run = [&session, arguments] { return Decide(session, *arguments); }; });
  }
  {
    auto name = std::make_shared<std::string>();
    auto reason = std::make_shared<std::string>();
    auto* withdraw = app.add_subcommand("withdraw-proposal", "Take back a proposal that waits for a decision");
    withdraw->add_option("name", *name, "The proposal, such as forces/kent/proposals/1")->required();
    withdraw->add_option("--reason", *reason, "Why")->required();
    withdraw->callback([&session, name, reason] {
      session.run = [&session, name, reason] {
        WithdrawProposalRequest request;
        request.set_name(*name);
        request.set_etag(session.etag);
        request.set_reason(*reason);
        return Change<WithdrawProposalRequest, WithdrawProposalResponse>(
            session, absl::StrCat(kService, "WithdrawProposal"), request, "proposal");
      };
    });
  }
}

}  // namespace oversight::cli
