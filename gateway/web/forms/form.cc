#include "gateway/web/forms/form.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gateway/cli/contract.h"
#include "gateway/cli/words.h"
#include "gateway/http/calls.h"
#include "oversight/concerns/v1/concerns_service.pb.h"
#include "oversight/monitoring/v1/announcements_service.pb.h"
#include "oversight/monitoring/v1/monitoring_service.pb.h"

namespace oversight::gateway::web {
namespace {

namespace concerns = oversight::concerns::v1;
namespace monitoring = oversight::monitoring::v1;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr char kForce[] = "forces/*";
constexpr char kConcern[] = "forces/*/concerns/*";
constexpr char kRecommendation[] = "forces/*/concerns/*/recommendations/*";
constexpr char kProposal[] = "forces/*/proposals/*";
constexpr char kDecision[] = "forces/*/decisions/*";
constexpr char kAnnouncement[] = "forces/*/announcements/*";

std::vector<FormPart> ConcernParts() {
  return {{{
      {"concern.kind", "Kind", ""},
      {"concern.title", "Title"},
      {"concern.finding", "Finding"},
      {"concern.theme", "Theme", "What it is about.", Choices::kThemes},
      {"concern.source.kind", "Source", ""},
      {"concern.source.title", "Title of the source"},
      {"concern.source.reference", "Reference of the source"},
      {"concern.found_date", "Found on", "Not after the day of issue."},
      {"concern.accelerated", "Accelerated", "Reported ahead of the inspection report. Causes of concern only."},
      {"concern.acceleration.ground", "Ground of acceleration", ""},
  }}};
}

std::vector<FormPart> RecommendationParts() {
  return {{{
      {"recommendation.text", "What should be done"},
      {"recommendation.due_rule.within.count", "Due within",
       "A number, and of what. Give this, a day, or immediately."},
      {"recommendation.due_rule.within.unit", "Unit", ""},
      {"recommendation.due_rule.date", "Due on"},
      {"recommendation.due_rule.immediately", "Due immediately"},
  }}};
}

std::vector<FormPart> ProposalParts() {
  return {
      {{
          {"proposal.to_stage", "Stage to move to", "", Choices::kStages},
          {"proposal.ground", "Ground", ""},
          {"proposal.ground_text", "Ground in words", "Required for another ground."},
      }},
      {{
           {"text", "Reason"},
           {"concern", "Concern that it rests on", nullptr, Choices::kConcerns},
           {"outside_evidence.text", "Evidence from outside the record"},
           {"outside_evidence.reference", "Where that can be read"},
           {"exit_criterion", "Exit criterion"},
       },
       "proposal.reasons",
       "Reason",
       1},
      {{
           {"end", "How it ends", ""},
           {"text", "What was seen", ""},
           {"superseded_by", "Superseded by"},
           {"followed_by", "Followed by"},
           {"follow_up", "How it is followed"},
       },
       "proposal.reason_outcomes",
       "Reason of the present stage",
       0,
       Choices::kEpisodeReasons,
       "reason"},
      {{
          {"proposal.next_report.title", "Next report"},
          {"proposal.next_report.expected_date", "Next report expected on"},
      }},
  };
}

std::vector<FormPart> DecisionParts() {
  return {
      {{
          {"outcome", "Decision", ""},
          {"rationale"},
          {"decided_date", "Decided on"},
          {"effective_date", "In effect from"},
          {"effective_time", "In effect from the minute"},
          {"review_by_date", "Look at it again by"},
      }},
      {{{"", "Condition"}}, "conditions", "Condition", 1},
      {{{"departure_reason", "Why it departs from the advice"}}},
  };
}

std::vector<Form> MakeForms() {
  return {
      {concerns::CreateConcernRequest::descriptor(), kForce, "parent", "Raise a concern", "Save the draft",
       ConcernParts()},
      {monitoring::CreateProposalRequest::descriptor(), kForce, "parent", "Propose a move", "Propose", ProposalParts()},

      {concerns::UpdateConcernRequest::descriptor(), kConcern, "concern.name", "Change the draft", "Save the draft",
       ConcernParts(), "concern.etag", "concern"},
      {concerns::CreateRecommendationRequest::descriptor(), kConcern, "parent", "Add a recommendation", "Add it",
       RecommendationParts()},
      {concerns::IssueConcernRequest::descriptor(),
       kConcern,
       "name",
       "Issue the concern",
       "Issue it",
       {{{{"issue_date", "Issued on"}}}},
       "etag"},
      {concerns::AssessHandlingRequest::descriptor(),
       kConcern,
       "name",
       "Assess how the force handles the concern",
       "Record the assessment",
       {{{{"level", "Handling", ""}, {"rationale"}, {"assessed_date", "Assessed on"}}}},
       "etag"},
      {concerns::RecordConcernPublicationRequest::descriptor(),
       kConcern,
       "name",
       "Record that the concern was published",
       "Record it",
       {{{{"published.title", "Title"}, {"published.address", "Address"}, {"published.date", "Published on"}}}},
       "etag"},
      {concerns::DischargeConcernRequest::descriptor(),
       kConcern,
       "name",
       "Discharge the concern",
       "Discharge it",
       {{{{"reason"}, {"close_date", "Closed on"}}}},
       "etag"},
      {concerns::SupersedeConcernRequest::descriptor(),
       kConcern,
       "name",
       "Close the concern as issued again",
       "Close it",
       {{{{"successor", "Issued again as", nullptr, Choices::kConcerns},
          {"reason"},
          {"supersede_date", "Superseded on"}}}},
       "etag"},
      {concerns::WithdrawConcernRequest::descriptor(),
       kConcern,
       "name",
       "Withdraw the concern",
       "Withdraw it",
       {{{{"reason"}}}},
       "etag"},

      {concerns::UpdateRecommendationRequest::descriptor(), kRecommendation, "recommendation.name",
       "Change the recommendation", "Save it", RecommendationParts(), "recommendation.etag", "recommendation"},
      {concerns::AddProgressNoteRequest::descriptor(),
       kRecommendation,
       "parent",
       "Add a progress note",
       "Add the note",
       {{{{"progress_note.text", "Progress"}}}}},
      {concerns::ClaimRecommendationRequest::descriptor(),
       kRecommendation,
       "name",
       "Claim that the recommendation is done",
       "Claim it",
       {{{{"statement"}, {"done_date", "Done on"}, {"claimed_date", "Claimed on"}}}},
       "etag"},
      {concerns::VerifyRecommendationRequest::descriptor(),
       kRecommendation,
       "name",
       "Verify the claim",
       "Record the finding",
       {{{{"outcome", "Finding", ""}, {"rationale"}, {"verified_date", "Verified on"}}}},
       "etag"},
      {concerns::ExtendRecommendationRequest::descriptor(),
       kRecommendation,
       "name",
       "Give more time",
       "Give the time",
       {{{{"due_date", "Due on"}, {"reason"}, {"extended_date", "Given on"}}}},
       "etag"},
      {concerns::WithdrawRecommendationRequest::descriptor(),
       kRecommendation,
       "name",
       "Withdraw the recommendation",
       "Withdraw it",
       {{{{"reason"}}}},
       "etag"},

      {monitoring::DecideProposalRequest::descriptor(), kProposal, "name", "Decide on the proposal", "Decide",
       DecisionParts(), "etag"},
      {monitoring::RefreshProposalRequest::descriptor(),
       kProposal,
       "name",
       "Refresh the proposal",
       "Refresh it",
       {},
       "etag"},
      {monitoring::WithdrawProposalRequest::descriptor(),
       kProposal,
       "name",
       "Take back the proposal",
       "Take it back",
       {{{{"reason"}}}},
       "etag"},
      {monitoring::RevokeDecisionRequest::descriptor(),
       kDecision,
       "name",
       "Revoke the decision",
       "Revoke it",
       {{{{"reason"}}}},
       "etag"},

      {monitoring::CreateAnnouncementRequest::descriptor(),
       kDecision,
       "announcement.decision",
       "Draft the announcement",
       "Draft it",
       {}},
      {monitoring::RefreshAnnouncementRequest::descriptor(),
       kAnnouncement,
       "name",
       "Make the text anew",
       "Make it anew",
       {},
       "etag"},
      {monitoring::SubmitAnnouncementRequest::descriptor(),
       kAnnouncement,
       "name",
       "Submit the announcement for review",
       "Submit it",
       {},
       "etag"},
      {monitoring::ReviewAnnouncementRequest::descriptor(),
       kAnnouncement,
       "name",
       "Agree to the announcement",
       "Agree to it",
       {{{{"comment"}}}},
       "etag"},
      {monitoring::ReturnAnnouncementRequest::descriptor(),
       kAnnouncement,
       "name",
       "Give the announcement back to its authors",
       "Give it back",
       {{{{"reason"}}}},
       "etag"},
      {monitoring::ClearAnnouncementRequest::descriptor(),
       kAnnouncement,
       "name",
       "Clear the announcement",
       "Clear it",
       {},
       "etag"},
      {monitoring::ScheduleAnnouncementRequest::descriptor(),
       kAnnouncement,
       "name",
       "Schedule the announcement",
       "Schedule it",
       {{{{"publish_time", "Goes out at", "The minute, in London time."}}}},
       "etag"},
      {monitoring::PullAnnouncementRequest::descriptor(),
       kAnnouncement,
       "name",
       "Take the announcement off the schedule",
       "Take it off",
       {{{{"reason"}}}},
       "etag"},
      {monitoring::PublishAnnouncementRequest::descriptor(),
       kAnnouncement,
       "name",
       "Publish the announcement now",
       "Publish it now",
       {},
       "etag"},
      {monitoring::WithdrawAnnouncementRequest::descriptor(),
       kAnnouncement,
       "name",
       "Withdraw the announcement",
       "Withdraw it",
       {{{{"reason"}}}},
       "etag"},
  };
}

bool IsOf(const std::string& pattern, const std::vector<std::string>& segments, size_t count) {
  const std::vector<std::string> wanted = absl::StrSplit(pattern, '/');
  if (wanted.size() != count) return false;
  for (size_t i = 0; i < count; ++i) {
    if (wanted[i] == "*" ? segments[i].empty() : wanted[i] != segments[i]) return false;
  }
  return true;
}

// People read words, not code: `effective_date` -> effective date.
std::string Plain(const std::string& comment) {
  std::string plain;
  bool code = false;
  for (const char c : absl::StrReplaceAll(comment, {{"\n\n", " "}})) {
    if (c == '`') {
      code = !code;
    } else {
      plain += code && c == '_' ? ' ' : c;
    }
  }
  return plain;
}

}  // namespace

const google::protobuf::MethodDescriptor& Form::method() const { return *MethodTaking(request); }

std::string Form::verb() const { return cli::Kebab(method().name()); }

const std::vector<Form>& Forms() {
  static const auto* const forms = new std::vector<Form>(MakeForms());
  return *forms;
}

const Form* FindForm(const std::vector<std::string>& segments) {
  if (segments.empty()) return nullptr;
  for (const Form& form : Forms()) {
    if (IsOf(form.resource, segments, segments.size() - 1) && form.verb() == segments.back()) return &form;
  }
  return nullptr;
}

const Form* FindForm(const std::string& verb, const std::string& resource) {
  std::vector<std::string> segments = absl::StrSplit(resource, '/');
  segments.push_back(cli::Kebab(verb));
  return FindForm(segments);
}

std::vector<const FieldDescriptor*> WayTo(const Descriptor& request, const std::string& path) {
  std::vector<const FieldDescriptor*> way;
  const Descriptor* type = &request;
  for (const std::string& step : std::vector<std::string>(absl::StrSplit(path, '.'))) {
    const auto* field = type == nullptr ? nullptr : type->FindFieldByName(step.substr(0, step.find('[')));
    if (field == nullptr) return {};
    way.push_back(field);
    type = field->message_type();
  }
  return way;
}

std::string InPageWords(const std::string& message) {
  static const auto* const words = [] {
    auto* pairs = new std::vector<std::pair<std::string, std::string>>;
    for (const Form& form : Forms()) pairs->emplace_back(form.method().name(), absl::StrCat("\"", form.title, "\""));
    return pairs;
  }();
  return absl::StrReplaceAll(message, *words);
}

std::string CommentOn(const FieldDescriptor& field) {
  const auto* known = cli::Contract().FindFieldByName(field.full_name());
  return known == nullptr ? "" : Plain(cli::CommentOf(*known));
}

std::string CommentOn(const google::protobuf::EnumValueDescriptor& value) {
  const auto* type = cli::Contract().FindEnumTypeByName(value.type()->full_name());
  const auto* known = type == nullptr ? nullptr : type->FindValueByNumber(value.number());
  return known == nullptr ? "" : Plain(cli::CommentOf(*known));
}

std::string CommentOn(const google::protobuf::MethodDescriptor& method) {
  const auto* known = cli::Contract().FindMethodByName(method.full_name());
  std::string comment = known == nullptr ? "" : Plain(cli::CommentOf(*known));
  return comment.substr(0, comment.find(" Errors:"));
}

}  // namespace oversight::gateway::web
