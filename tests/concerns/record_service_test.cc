// The whole record of a concern as clients meet it: where it comes from, its publication and reissue, the time and the
// notes of its recommendations, what the force answers, and what of all that is told outside.
#include <fstream>

#include "absl/strings/str_cat.h"
#include "common/rpc/resources.h"
#include "concerns-service/service/reference_data.h"
#include "tests/concerns/service_support.h"
#include "tests/support/awaited.h"
#include "tests/support/golden.h"
#include "tests/support/temp_dir.h"

namespace oversight::concerns {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Responses = v1::ResponsesService::Stub;

constexpr char kOfficer[] = "west-midlands-officer";
constexpr char kBody[] = "west-midlands-oversight-body";

auto Invalid() { return FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"); }
auto NotThere() { return FailsWith(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"); }

class RecordTest : public ConcernsServiceTest {
 protected:
  v1::ForceResponse Answer(const std::string& concern) {
    v1::CreateResponseRequest request;
    request.set_parent(concern);
    request.mutable_force_response()->set_text("We have set up a team.");
    auto& action = *request.mutable_force_response()->add_planned_actions();
    action.set_text("Train supervisors");
    action.set_owner("Assistant Chief Constable (Crime)");
    *action.mutable_due_date() = ParsePartialDate("early 2024").value();
    return Must(Call(&Responses::CreateResponse, request, kOfficer)).force_response();
  }
  v1::ForceResponse Judge(const std::string& response, v1::Adequacy adequacy, const std::string& rationale = "Seen.") {
    v1::JudgeResponseRequest request;
    request.set_name(response);
    request.set_adequacy(adequacy);
    request.set_rationale(rationale);
    return Must(Call(&Responses::JudgeResponse, request, "hm-inspector")).force_response();
  }
  v1::ProgressNote Note(const std::string& recommendation, const std::string& principal = "liaison-lead") {
    v1::AddProgressNoteRequest request;
    request.set_parent(recommendation);
    request.mutable_progress_note()->set_text("Training has begun.");
    return Must(Call(&Stub::AddProgressNote, request, principal)).progress_note();
  }
  static v1::ExtendRecommendationRequest Extension(const std::string& name, const std::string& day) {
    v1::ExtendRecommendationRequest request;
    request.set_name(name);
    request.set_reason("The new system comes in May.");
    *request.mutable_due_date() = ParsePartialDate(day).value();
    return request;
  }
  static v1::RecordConcernPublicationRequest Publication(const std::string& name) {
    v1::RecordConcernPublicationRequest request;
    request.set_name(name);
    request.mutable_published()->set_address("https://example.org/causes-of-concern");
    request.mutable_published()->set_title("Causes of concern, November 2023");
    return request;
  }
  static v1::SupersedeConcernRequest Supersession(const std::string& old, const std::string& successor) {
    v1::SupersedeConcernRequest request;
    request.set_name(old);
    request.set_successor(successor);
    request.set_reason("Found unresolved at the next inspection.");
    return request;
  }
  static v1::WithdrawRecommendationRequest Withdrawal(const std::string& name) {
    v1::WithdrawRecommendationRequest request;
    request.set_name(name);
    request.set_reason("Overtaken by new legislation.");
    return request;
  }
  // Stores a resource under the name without a service, as one of another kind would be.
  void Store(const google::protobuf::Message& resource, const std::string& name) {
    ledger::Command command;
    command.audit.actor = "principals/test";
    command.audit.verb = "Store";
    command.decide = [&](ledger::View&) -> absl::StatusOr<ledger::Decision> {
      ledger::Decision decision;
      decision.changes.push_back(
          {.name = name, .kind = resource.GetDescriptor()->full_name(), .payload = rpc::ToPayload(resource)});
      return decision;
    };
    testing::Awaited<ledger::Committed> stored;
    server_->ledger().Commit(std::move(command), stored.callback());
    ASSERT_TRUE(stored.Take().ok());
  }
};

// ---- The story, and its JSON ----

TEST_F(RecordTest, FromIssueToReissue) {
  const auto issued = Issued();
  const std::string name = issued.concern().name(), recommendation = issued.recommendations(0).name();
  EXPECT_EQ(FormatIso(issued.recommendations(0).original_due_date()), "2024-02-24");

  const auto published = Must(Call(&Stub::RecordConcernPublication, Publication(name)));
  EXPECT_EQ(FormatIso(published.concern().published().date()), "2023-11-24");
  EXPECT_THAT(Call(&Stub::RecordConcernPublication, Publication(name)).status(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "ALREADY_PUBLISHED"));

  const auto extended = Must(Call(&Stub::ExtendRecommendation, Extension(recommendation, "2024-05-31")));
  EXPECT_EQ(FormatIso(extended.recommendation().due_date()), "2024-05-31");
  EXPECT_EQ(FormatIso(extended.recommendation().original_due_date()), "2024-02-24");

  const auto note = Note(recommendation, kOfficer);
  EXPECT_EQ(note.name(), recommendation + "/progressNotes/1");
  EXPECT_TRUE(note.by_force());
  EXPECT_FALSE(Note(recommendation).by_force());

  const auto response = Answer(name);
  EXPECT_EQ(response.name(), name + "/responses/1");
  const auto judged = Judge(response.name(), v1::ADEQUACY_INADEQUATE, "No one is answerable for it.");
  EXPECT_EQ(judged.judgement().judge(), "principals/hm-inspector");

  const std::string fresh = Issued().concern().name();
  const auto superseded = Must(Call(&Stub::SupersedeConcern, Supersession(name, fresh)));
  EXPECT_EQ(superseded.concern().state(), v1::CONCERN_STATE_SUPERSEDED);
  EXPECT_EQ(superseded.concern().superseded_by(), fresh);
  EXPECT_THAT(superseded.successor().supersedes(), ElementsAre(name));
  ASSERT_EQ(superseded.recommendations_size(), 1);
  EXPECT_EQ(superseded.recommendations(0).state(), v1::RECOMMENDATION_STATE_SUPERSEDED);
  // One transaction, and what was answered is what is stored.
  for (const int64_t revision :
       {superseded.concern().revision(), superseded.successor().revision(), superseded.recommendations(0).revision()}) {
    EXPECT_EQ(revision, superseded.header().revision());
  }
  EXPECT_EQ(Must(Get(fresh)).concern().etag(), superseded.successor().etag());

  testing::ExpectGolden("concern_superseded.json", superseded.concern());
  testing::ExpectGolden("recommendation_extended.json", superseded.recommendations(0));
  testing::ExpectGolden("progress_note.json", note);
  testing::ExpectGolden("force_response.json", judged);
}

TEST_F(RecordTest, AWithdrawnRecommendationIsNoHindranceToDischarge) {
  const std::string name = Draft("forces/west-midlands", v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT).name();
  const std::string recommendation = Recommend(name).name();
  Issue(name);
  const auto withdrawn = Must(Call(&Stub::WithdrawRecommendation, Withdrawal(recommendation)));
  EXPECT_EQ(withdrawn.recommendation().closure().reason(), "Overtaken by new legislation.");
  EXPECT_EQ(Must(Get(name)).concern().state(), v1::CONCERN_STATE_ISSUED);
  v1::DischargeConcernRequest discharge;
  discharge.set_name(name);
  discharge.set_reason("Seen.");
  EXPECT_EQ(Must(Call(&Stub::DischargeConcern, discharge)).concern().state(), v1::CONCERN_STATE_DISCHARGED);
}

TEST_F(RecordTest, HistorySaysWhy) {
  const auto issued = Issued();
  const std::string recommendation = issued.recommendations(0).name();
  Must(Call(&Stub::ExtendRecommendation, Extension(recommendation, "2024-05-31"), "hm-inspector"));
  v1::ListRecommendationVersionsRequest versions;
  versions.set_name(recommendation);
  const auto history = Must(Call(&Stub::ListRecommendationVersions, versions, kOfficer));
  EXPECT_EQ(history.versions(0).change().verb(), "ExtendRecommendation");
  EXPECT_EQ(history.versions(0).change().reason(), "The new system comes in May.");
  EXPECT_EQ(history.versions(0).change().actor(), "principals/hm-inspector");

  const std::string response = Answer(issued.concern().name()).name();
  Judge(response, v1::ADEQUACY_INADEQUATE, "No plan.");
  Judge(response, v1::ADEQUACY_ADEQUATE, "A plan was added.");
  v1::ListResponseVersionsRequest response_versions;
  response_versions.set_name(response);
  const auto judgements = Must(Call(&Responses::ListResponseVersions, response_versions, kOfficer));
  ASSERT_EQ(judgements.versions_size(), 3);
  EXPECT_EQ(judgements.versions(0).force_response().judgement().rationale(), "A plan was added.");
  EXPECT_EQ(judgements.versions(1).force_response().judgement().rationale(), "No plan.") << "the first is kept";
  EXPECT_FALSE(judgements.versions(2).force_response().has_judgement());
}

TEST_F(RecordTest, ARepeatedCallIsAnsweredFromItsRecord) {
  const auto issued = Issued();
  auto extension = Extension(issued.recommendations(0).name(), "2024-05-31");
  extension.set_request_id("extend");
  Must(Call(&Stub::ExtendRecommendation, extension));
  const auto again = Must(Call(&Stub::ExtendRecommendation, extension));
  EXPECT_TRUE(again.header().replayed());
  EXPECT_EQ(again.recommendation().extensions_size(), 1);
}

TEST_F(RecordTest, AStaleEtagChangesNothing) {
  const auto issued = Issued();
  const std::string name = issued.concern().name(), recommendation = issued.recommendations(0).name();
  const std::string response = Answer(name).name();
  const std::string fresh = Issued().concern().name();
  const int64_t head = Head();
  const auto stale = FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH");
  const auto with_etag = [](auto request) {
    request.set_etag("\"1\"");
    return request;
  };
  EXPECT_THAT(Call(&Stub::RecordConcernPublication, with_etag(Publication(name))).status(), stale);
  EXPECT_THAT(Call(&Stub::SupersedeConcern, with_etag(Supersession(name, fresh))).status(), stale);
  EXPECT_THAT(Call(&Stub::WithdrawRecommendation, with_etag(Withdrawal(recommendation))).status(), stale);
  EXPECT_THAT(Call(&Stub::ExtendRecommendation, with_etag(Extension(recommendation, "2024-05-31"))).status(), stale);
  v1::JudgeResponseRequest judge;
  judge.set_name(response);
  judge.set_adequacy(v1::ADEQUACY_ADEQUATE);
  judge.set_rationale("Seen.");
  EXPECT_THAT(Call(&Responses::JudgeResponse, with_etag(judge)).status(), stale);
  EXPECT_EQ(Head(), head);
}

// ---- Where a finding comes from ----

TEST_F(RecordTest, TheInspectionMustExist) {
  forces_->AddInspection("forces/west-midlands/inspections/1");
  forces_->AddInspection("nationalInspections/3");
  auto request = ConcernRequest();
  for (const char* inspection : {"forces/west-midlands/inspections/1", "nationalInspections/3"}) {
    request.mutable_concern()->mutable_source()->set_inspection(inspection);
    EXPECT_EQ(Must(Call(&Stub::CreateConcern, request)).concern().source().inspection(), inspection);
  }
  const int64_t head = Head();
  request.mutable_concern()->mutable_source()->set_inspection("forces/west-midlands/inspections/2");
  const auto status = Call(&Stub::CreateConcern, request).status();
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kNotFound, "INSPECTION_NOT_FOUND"));
  EXPECT_EQ(ErrorMetadata(status, "inspection"), "forces/west-midlands/inspections/2");
  forces_->SetReachable(false);
  EXPECT_THAT(Call(&Stub::CreateConcern, request).status(),
              FailsWith(absl::StatusCode::kUnavailable, "DEPENDENCY_UNAVAILABLE"));
  EXPECT_EQ(Head(), head);
}

TEST_F(RecordTest, AnUpdateLooksForTheInspectionThatItsMaskLetsIn) {
  forces_->AddInspection("forces/west-midlands/inspections/1");
  v1::UpdateConcernRequest update;
  update.mutable_concern()->set_name(Draft().name());
  update.mutable_concern()->set_title("Outcomes");
  update.mutable_concern()->mutable_source()->set_kind(v1::SOURCE_KIND_INSPECTION);
  update.mutable_concern()->mutable_source()->set_title("PEEL");
  update.mutable_concern()->mutable_source()->set_inspection("forces/west-midlands/inspections/2");
  EXPECT_THAT(Call(&Stub::UpdateConcern, update).status(),
              FailsWith(absl::StatusCode::kNotFound, "INSPECTION_NOT_FOUND"));
  update.mutable_update_mask()->add_paths("title");
  EXPECT_EQ(Must(Call(&Stub::UpdateConcern, update)).concern().source().inspection(), "");
  update.mutable_update_mask()->add_paths("source.inspection");
  EXPECT_THAT(Call(&Stub::UpdateConcern, update).status(),
              FailsWith(absl::StatusCode::kNotFound, "INSPECTION_NOT_FOUND"));
  update.mutable_concern()->mutable_source()->set_inspection("forces/west-midlands/inspections/1");
  EXPECT_EQ(Must(Call(&Stub::UpdateConcern, update)).concern().source().inspection(),
            "forces/west-midlands/inspections/1");
}

TEST_F(RecordTest, ARepeatedCallIsAnsweredWhenTheInspectionCannotBeAskedFor) {
  forces_->AddInspection("forces/west-midlands/inspections/1");
  auto request = ConcernRequest();
  request.mutable_concern()->mutable_source()->set_inspection("forces/west-midlands/inspections/1");
  request.set_request_id("create");
  Must(Call(&Stub::CreateConcern, request));
  forces_->SetReachable(false);
  EXPECT_TRUE(Must(Call(&Stub::CreateConcern, request)).header().replayed());
}

TEST_F(RecordTest, WhatWeighsTogetherExistsAndFits) {
  const std::string other = Draft().name(),
                    improvement = Draft("forces/west-midlands", v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT).name();
  auto request = ConcernRequest();
  request.mutable_concern()->set_accelerated(true);
  auto& acceleration = *request.mutable_concern()->mutable_acceleration();
  acceleration.set_ground(v1::ACCELERATION_GROUND_CUMULATIVE_WEIGHT);
  acceleration.add_together_with(other);
  const std::string name = Must(Call(&Stub::CreateConcern, request)).concern().name();
  const int64_t head = Head();
  acceleration.set_together_with(0, "forces/west-midlands/concerns/99");
  const auto missing = Call(&Stub::CreateConcern, request).status();
  EXPECT_THAT(missing, FailsWith(absl::StatusCode::kNotFound, "LINK_NOT_FOUND"));
  EXPECT_EQ(ErrorMetadata(missing, "field"), "concern.acceleration.together_with");
  acceleration.set_together_with(0, improvement);
  EXPECT_THAT(Call(&Stub::CreateConcern, request).status(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "LINK_DOES_NOT_FIT"));
  v1::UpdateConcernRequest update;
  *update.mutable_concern() = request.concern();
  update.mutable_concern()->set_name(name);
  EXPECT_THAT(Call(&Stub::UpdateConcern, update).status(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "LINK_DOES_NOT_FIT"));
  EXPECT_EQ(Head(), head);
  // Drafts that go out together name each other.
  update.mutable_concern()->set_name(other);
  update.mutable_concern()->mutable_acceleration()->set_together_with(0, name);
  EXPECT_TRUE(Call(&Stub::UpdateConcern, update).ok());
}

TEST_F(RecordTest, EvidenceAndRevisitsExistAsFarAsTheCallerMayKnow) {
  const auto issued = Issued();
  const std::string recommendation = issued.recommendations(0).name();
  const auto missing = FailsWith(absl::StatusCode::kNotFound, "LINK_NOT_FOUND");
  v1::ClaimRecommendationRequest claim;
  claim.set_name(recommendation);
  claim.set_statement("Done.");
  claim.add_evidence("forces/west-midlands/evidence/1");
  EXPECT_THAT(Call(&Stub::ClaimRecommendation, claim, kOfficer).status(), missing);
  v1::AddProgressNoteRequest note;
  note.set_parent(recommendation);
  note.mutable_progress_note()->set_text("Training has begun.");
  note.mutable_progress_note()->add_evidence("forces/west-midlands/evidence/1");
  EXPECT_THAT(Call(&Stub::AddProgressNote, note, kOfficer).status(), missing);
  v1::CreateResponseRequest answer;
  answer.set_parent(issued.concern().name());
  answer.mutable_force_response()->set_text("A team.");
  answer.mutable_force_response()->add_evidence("forces/west-midlands/evidence/1");
  EXPECT_THAT(Call(&Responses::CreateResponse, answer, kOfficer).status(), missing);

  // One that is kept from the force is not there for it.
  v1::Concern hidden;
  hidden.set_state(v1::CONCERN_STATE_DRAFT);
  hidden.set_name("forces/west-midlands/evidence/1");
  Store(hidden, hidden.name());
  EXPECT_THAT(Call(&Stub::ClaimRecommendation, claim, kOfficer).status(), missing);
  EXPECT_TRUE(Call(&Stub::AddProgressNote, note).ok()) << "the inspectorate knows of it";
  *hidden.mutable_issue_date() = issued.concern().issue_date();
  Store(hidden, hidden.name());
  EXPECT_TRUE(Call(&Stub::ClaimRecommendation, claim, kOfficer).ok());
  EXPECT_TRUE(Call(&Responses::CreateResponse, answer, kOfficer).ok());

  v1::VerifyRecommendationRequest verify;
  verify.set_name(recommendation);
  verify.set_outcome(v1::VERIFICATION_OUTCOME_ACCEPTED);
  verify.set_rationale("Seen.");
  verify.set_revisit("forces/west-midlands/revisits/1");
  const auto no_revisit = Call(&Stub::VerifyRecommendation, verify).status();
  EXPECT_THAT(no_revisit, missing);
  EXPECT_EQ(ErrorMetadata(no_revisit, "field"), "revisit");
  v1::Revisit revisit;
  revisit.set_name("forces/west-midlands/revisits/1");
  revisit.set_state(v1::REVISIT_STATE_CARRIED_OUT);
  *revisit.mutable_from_date() = issued.concern().issue_date();
  Store(revisit, revisit.name());
  verify.add_evidence("forces/west-midlands/evidence/2");
  EXPECT_THAT(Call(&Stub::VerifyRecommendation, verify).status(), missing);
  verify.set_evidence(0, "forces/west-midlands/evidence/1");
  Must(Call(&Stub::VerifyRecommendation, verify));

  v1::DischargeConcernRequest discharge;
  discharge.set_name(issued.concern().name());
  discharge.set_reason("Seen.");
  discharge.add_evidence("forces/west-midlands/evidence/2");
  EXPECT_THAT(Call(&Stub::DischargeConcern, discharge).status(), missing);
  discharge.set_evidence(0, "forces/west-midlands/evidence/1");
  discharge.set_revisit("forces/west-midlands/revisits/2");
  EXPECT_THAT(Call(&Stub::DischargeConcern, discharge).status(), missing);
  discharge.set_revisit("forces/west-midlands/revisits/1");
  EXPECT_EQ(Must(Call(&Stub::DischargeConcern, discharge)).concern().closure().revisit(),
            "forces/west-midlands/revisits/1");

  auto from_revisit = ConcernRequest();
  from_revisit.mutable_concern()->mutable_source()->set_kind(v1::SOURCE_KIND_REVISIT);
  from_revisit.mutable_concern()->mutable_source()->set_revisit("forces/west-midlands/revisits/2");
  EXPECT_THAT(Call(&Stub::CreateConcern, from_revisit).status(), missing);
  auto from_evidence = ConcernRequest();
  from_evidence.mutable_concern()->mutable_source()->set_kind(v1::SOURCE_KIND_EXTERNAL_EVIDENCE);
  from_evidence.mutable_concern()->mutable_source()->add_evidence("forces/west-midlands/evidence/2");
  EXPECT_THAT(Call(&Stub::CreateConcern, from_evidence).status(), missing);
}

TEST_F(RecordTest, TheSuccessorExists) {
  const std::string name = Issued().concern().name();
  const auto missing = Call(&Stub::SupersedeConcern, Supersession(name, "forces/west-midlands/concerns/9")).status();
  EXPECT_THAT(missing, FailsWith(absl::StatusCode::kNotFound, "LINK_NOT_FOUND"));
  EXPECT_EQ(ErrorMetadata(missing, "field"), "successor");
  const std::string draft = Draft().name();
  EXPECT_THAT(Call(&Stub::SupersedeConcern, Supersession(name, draft)).status(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
  EXPECT_THAT(Call(&Stub::SupersedeConcern, Supersession(name, name)).status(), Invalid());
  EXPECT_THAT(Call(&Stub::SupersedeConcern, Supersession(name, Issued("forces/kent").concern().name())).status(),
              Invalid());
}

// ---- Who may ----

TEST_F(RecordTest, EachVerbIsForThoseItIsFor) {
  const auto issued = Issued();
  const std::string name = issued.concern().name(), recommendation = issued.recommendations(0).name();
  const std::string response = Answer(name).name();
  const std::string fresh = Issued().concern().name();
  const int64_t head = Head();
  const auto role = FailsWith(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED");
  v1::JudgeResponseRequest judge;
  judge.set_name(response);
  judge.set_adequacy(v1::ADEQUACY_ADEQUATE);
  judge.set_rationale("Seen.");
  for (const char* principal : {kOfficer, kBody, "press-officer", "public"}) {
    EXPECT_THAT(Call(&Stub::RecordConcernPublication, Publication(name), principal).status(), role);
    EXPECT_THAT(Call(&Stub::SupersedeConcern, Supersession(name, fresh), principal).status(), role);
    EXPECT_THAT(Call(&Stub::WithdrawRecommendation, Withdrawal(recommendation), principal).status(), role);
    EXPECT_THAT(Call(&Stub::ExtendRecommendation, Extension(recommendation, "2024-05-31"), principal).status(), role);
    EXPECT_THAT(Call(&Responses::JudgeResponse, judge, principal).status(), role);
  }
  v1::CreateResponseRequest answer;
  answer.set_parent(name);
  answer.mutable_force_response()->set_text("A team.");
  for (const char* principal : {kBody, "hm-inspector", "chief-inspector"}) {
    EXPECT_THAT(Call(&Responses::CreateResponse, answer, principal).status(), role) << "a force speaks for itself";
  }
  v1::AddProgressNoteRequest note;
  note.set_parent(recommendation);
  note.mutable_progress_note()->set_text("Training has begun.");
  EXPECT_THAT(Call(&Stub::AddProgressNote, note, kBody).status(), role);
  EXPECT_EQ(Head(), head);
}

TEST_F(RecordTest, EachVerbIsForTheScope) {
  const auto issued = Issued("forces/kent");
  const std::string name = issued.concern().name(), recommendation = issued.recommendations(0).name();
  const std::string fresh = Issued("forces/kent").concern().name();
  const int64_t head = Head();
  const auto scope = FailsWith(absl::StatusCode::kPermissionDenied, "OUT_OF_SCOPE");
  // The inspector is for the Midlands.
  EXPECT_THAT(Call(&Stub::RecordConcernPublication, Publication(name), "hm-inspector").status(), scope);
  EXPECT_THAT(Call(&Stub::SupersedeConcern, Supersession(name, fresh), "hm-inspector").status(), scope);
  EXPECT_THAT(Call(&Stub::WithdrawRecommendation, Withdrawal(recommendation), "hm-inspector").status(), scope);
  EXPECT_THAT(Call(&Stub::ExtendRecommendation, Extension(recommendation, "2024-05-31"), "hm-inspector").status(),
              scope);
  v1::JudgeResponseRequest judge;
  judge.set_name(name + "/responses/1");
  judge.set_adequacy(v1::ADEQUACY_ADEQUATE);
  judge.set_rationale("Seen.");
  EXPECT_THAT(Call(&Responses::JudgeResponse, judge, "hm-inspector").status(), scope);
  v1::CreateResponseRequest answer;
  answer.set_parent(name);
  answer.mutable_force_response()->set_text("A team.");
  EXPECT_THAT(Call(&Responses::CreateResponse, answer, kOfficer).status(), scope);
  v1::AddProgressNoteRequest note;
  note.set_parent(recommendation);
  note.mutable_progress_note()->set_text("Training has begun.");
  EXPECT_THAT(Call(&Stub::AddProgressNote, note, kOfficer).status(), scope);
  EXPECT_EQ(Head(), head);

  v1::GetResponseRequest get;
  get.set_name(name + "/responses/1");
  EXPECT_THAT(Call(&Responses::GetResponse, get, kOfficer).status(), scope);
  v1::ListResponsesRequest list;
  list.set_parent("forces/kent/concerns/-");
  EXPECT_THAT(Call(&Responses::ListResponses, list, kOfficer).status(), scope);
  v1::ListProgressNotesRequest notes;
  notes.set_parent(recommendation);
  EXPECT_THAT(Call(&Stub::ListProgressNotes, notes, kOfficer).status(), scope);
}

TEST_F(RecordTest, ADraftIsNotThereForAForceThatWouldAnswerIt) {
  const std::string draft = Draft().name(), recommendation = Recommend(draft).name();
  const int64_t head = Head();
  v1::CreateResponseRequest answer;
  answer.set_parent(draft);
  answer.mutable_force_response()->set_text("A team.");
  EXPECT_THAT(Call(&Responses::CreateResponse, answer, kOfficer).status(), NotThere());
  v1::AddProgressNoteRequest note;
  note.set_parent(recommendation);
  note.mutable_progress_note()->set_text("Training has begun.");
  EXPECT_THAT(Call(&Stub::AddProgressNote, note, kOfficer).status(), NotThere());
  EXPECT_THAT(Call(&Stub::AddProgressNote, note).status(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
  EXPECT_EQ(Head(), head);
  // A recommendation that was withdrawn before issue was never there either.
  Must(Call(&Stub::WithdrawRecommendation, Withdrawal(recommendation)));
  const std::string second = Recommend(draft).name();
  Issue(draft);
  EXPECT_THAT(ListRecommendationNames(draft), ElementsAre(recommendation, second));
  EXPECT_THAT(ListRecommendationNames(draft, kOfficer), ElementsAre(second));
}

TEST_F(RecordTest, TheForceReadsTheJudgementOfItsResponse) {
  const std::string name = Issued().concern().name();
  const std::string response = Answer(name).name();
  Judge(response, v1::ADEQUACY_INADEQUATE, "No one is answerable for it.");
  v1::GetResponseRequest request;
  request.set_name(response);
  for (const char* principal : {kOfficer, kBody, "gateway"}) {
    EXPECT_EQ(Must(Call(&Responses::GetResponse, request, principal)).force_response().judgement().rationale(),
              "No one is answerable for it.")
        << principal;
  }
  EXPECT_THAT(Call(&Responses::GetResponse, request, "public").status(),
              FailsWith(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
}

// ---- Lists ----

TEST_F(RecordTest, NotesAndResponsesAreListedByWhatTheyHangBelow) {
  const auto first = Issued(), second = Issued(), kent = Issued("forces/kent");
  const std::string a = first.recommendations(0).name(), b = second.recommendations(0).name(),
                    k = kent.recommendations(0).name();
  for (const auto& recommendation : {a, a, b, k}) Note(recommendation);
  const auto notes = [&](const std::string& parent, const std::string& principal = "liaison-lead") {
    v1::ListProgressNotesRequest request;
    request.set_parent(parent);
    std::vector<std::string> names;
    const auto answer = Must(Call(&Stub::ListProgressNotes, request, principal));
    for (const auto& note : answer.progress_notes()) {
      names.push_back(note.name());
    }
    return names;
  };
  const std::string a1 = a + "/progressNotes/1", a2 = a + "/progressNotes/2", b1 = b + "/progressNotes/1",
                    k1 = k + "/progressNotes/1";
  EXPECT_THAT(notes(a), ElementsAre(a1, a2));
  EXPECT_THAT(notes(first.concern().name() + "/recommendations/-"), ElementsAre(a1, a2));
  EXPECT_THAT(notes("forces/west-midlands/concerns/-/recommendations/-"), ElementsAre(a1, a2, b1));
  EXPECT_THAT(notes("forces/-/concerns/-/recommendations/-"), ElementsAre(k1, a1, a2, b1));
  EXPECT_THAT(notes("forces/-/concerns/-/recommendations/-", kOfficer), ElementsAre(a1, a2, b1));
  v1::ListProgressNotesRequest bad;
  for (const char* parent : {"forces/-/concerns/1/recommendations/-", "forces/kent/concerns/-/recommendations/2"}) {
    bad.set_parent(parent);
    EXPECT_THAT(Call(&Stub::ListProgressNotes, bad).status(), Invalid()) << parent;
  }
  v1::GetProgressNoteRequest get;
  get.set_name(a2);
  EXPECT_EQ(Must(Call(&Stub::GetProgressNote, get, kOfficer)).progress_note().name(), a2);
  get.set_name(a + "/progressNotes/3");
  EXPECT_THAT(Call(&Stub::GetProgressNote, get).status(), NotThere());

  const std::string r1 = Answer(first.concern().name()).name(), r2 = Answer(first.concern().name()).name(),
                    s1 = Answer(second.concern().name()).name();
  Judge(r2, v1::ADEQUACY_ADEQUATE);
  const auto responses = [&](const std::string& parent, v1::ForceResponseState state = {}) {
    v1::ListResponsesRequest request;
    request.set_parent(parent);
    request.set_state(state);
    std::vector<std::string> names;
    const auto answer = Must(Call(&Responses::ListResponses, request));
    for (const auto& response : answer.force_responses()) {
      names.push_back(response.name());
    }
    return names;
  };
  EXPECT_THAT(responses(first.concern().name()), ElementsAre(r1, r2));
  EXPECT_THAT(responses("forces/west-midlands/concerns/-"), ElementsAre(r1, r2, s1));
  EXPECT_THAT(responses("forces/-/concerns/-", v1::FORCE_RESPONSE_STATE_AWAITING_JUDGEMENT), ElementsAre(r1, s1));
  EXPECT_THAT(responses("forces/kent/concerns/-"), IsEmpty());

  // An unknown force is an error and not an empty list.
  const auto unknown = FailsWith(absl::StatusCode::kNotFound, "FORCE_NOT_FOUND");
  bad.set_parent("forces/atlantis/concerns/-/recommendations/-");
  EXPECT_THAT(Call(&Stub::ListProgressNotes, bad).status(), unknown);
  v1::ListResponsesRequest of_none;
  of_none.set_parent("forces/atlantis/concerns/-");
  EXPECT_THAT(Call(&Responses::ListResponses, of_none).status(), unknown);
  v1::ListRecommendationsRequest recommendations_of_none;
  recommendations_of_none.set_parent("forces/atlantis/concerns/-");
  EXPECT_THAT(Call(&Stub::ListRecommendations, recommendations_of_none).status(), unknown);
}

TEST_F(RecordTest, ListsBySeveralStates) {
  const std::string issued = Issued().concern().name(), draft = Draft().name(), old = Issued().concern().name();
  Must(Call(&Stub::SupersedeConcern, Supersession(old, issued)));
  const auto with = [](std::vector<v1::ConcernState> states, v1::ConcernState state = {}) {
    return [=](v1::ListConcernsRequest& request) {
      request.set_state(state);
      for (const auto s : states) request.add_states(s);
    };
  };
  EXPECT_THAT(List("forces/-", "gateway", with({v1::CONCERN_STATE_ISSUED, v1::CONCERN_STATE_SUPERSEDED})),
              ElementsAre(issued, old));
  EXPECT_THAT(List("forces/-", "gateway", with({v1::CONCERN_STATE_DRAFT})), ElementsAre(draft));
  EXPECT_THAT(List("forces/-", "gateway", with({v1::CONCERN_STATE_DRAFT}, v1::CONCERN_STATE_SUPERSEDED)),
              ElementsAre(draft, old));
  EXPECT_THAT(List("forces/-", kOfficer, with({v1::CONCERN_STATE_ISSUED, v1::CONCERN_STATE_DRAFT})),
              ElementsAre(issued))
      << "what is hidden stays so";
}

TEST_F(RecordTest, ListsWhatWasOpenOnADay) {
  const std::string open = Draft().name(), old = Draft().name();
  for (const auto& name : {open, old}) {
    Recommend(name);
    Issue(name, "2023-10-02");
  }
  Draft();
  auto supersession = Supersession(old, open);
  *supersession.mutable_supersede_date() = ParsePartialDate("2023-11-01").value();
  Must(Call(&Stub::SupersedeConcern, supersession));
  const auto on = [](const std::string& day) {
    return [day](v1::ListConcernsRequest& request) { *request.mutable_open_on_date() = ParsePartialDate(day).value(); };
  };
  EXPECT_THAT(List("forces/-", "gateway", on("2023-10-01")), IsEmpty());
  EXPECT_THAT(List("forces/-", "gateway", on("2023-10-02")), ElementsAre(open, old));
  EXPECT_THAT(List("forces/-", "gateway", on("2023-10-31")), ElementsAre(open, old));
  EXPECT_THAT(List("forces/-", "gateway", on("2023-11-01")), ElementsAre(open)) << "closed by the end of the day";
  v1::ListConcernsRequest partial;
  partial.set_parent("forces/-");
  partial.mutable_open_on_date()->set_year(2023);
  EXPECT_THAT(Call(&Stub::ListConcerns, partial).status(),
              FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
}

TEST_F(RecordTest, ListsWhatIsDueOrOverdue) {
  // Due on 24 February 2024, one of them extended to the end of May.
  const std::string first = Issued().recommendations(0).name(), second = Issued().recommendations(0).name();
  Must(Call(&Stub::ExtendRecommendation, Extension(second, "2024-05-31")));
  Recommend(Draft().name());
  const auto list = [&](std::function<void(v1::ListRecommendationsRequest&)> with) {
    v1::ListRecommendationsRequest request;
    request.set_parent("forces/-/concerns/-");
    with(request);
    std::vector<std::string> names;
    const auto answer = Must(Call(&Stub::ListRecommendations, request));
    for (const auto& item : answer.recommendations()) {
      names.push_back(item.name());
    }
    return names;
  };
  const auto due_before = [](const std::string& day) {
    return [day](v1::ListRecommendationsRequest& q) { *q.mutable_due_before_date() = ParsePartialDate(day).value(); };
  };
  EXPECT_THAT(list(due_before("2024-02-24")), IsEmpty());
  EXPECT_THAT(list(due_before("2024-02-25")), ElementsAre(first));
  EXPECT_THAT(list(due_before("2024-06-01")), ElementsAre(first, second));
  const auto overdue = [](v1::ListRecommendationsRequest& q) { q.set_overdue(true); };
  EXPECT_THAT(list(overdue), IsEmpty());
  server_->clock().Set(absl::FromCivil(absl::CivilHour(2024, 2, 24, 23), absl::UTCTimeZone()));
  EXPECT_THAT(list(overdue), IsEmpty());
  server_->clock().Advance(absl::Hours(2));
  EXPECT_THAT(list(overdue), ElementsAre(first));
  v1::ClaimRecommendationRequest claim;
  claim.set_name(first);
  claim.set_statement("Done.");
  Must(Call(&Stub::ClaimRecommendation, claim, kOfficer));
  EXPECT_THAT(list(overdue), ElementsAre(first)) << "claimed is not verified";
  EXPECT_THAT(list([&](auto& q) {
                overdue(q);
                q.add_states(v1::RECOMMENDATION_STATE_OPEN);
              }),
              IsEmpty());
  EXPECT_THAT(list([](auto& q) {
                q.add_states(v1::RECOMMENDATION_STATE_OPEN);
                q.add_states(v1::RECOMMENDATION_STATE_CLAIMED);
              }),
              ElementsAre(first, second));
  v1::ListRecommendationsRequest partial;
  partial.set_parent("forces/-/concerns/-");
  *partial.mutable_due_before_date() = ParsePartialDate("2024").value();
  EXPECT_THAT(Call(&Stub::ListRecommendations, partial).status(), Invalid());
}

// ---- What may happen next ----

TEST_F(RecordTest, AllowedActionsSpeakOfEveryVerb) {
  const auto issued = Issued();
  const std::string name = issued.concern().name(), recommendation = issued.recommendations(0).name();
  auto actions = Actions(name);
  EXPECT_EQ(actions["RecordConcernPublication"], "yes");
  EXPECT_EQ(actions["SupersedeConcern"], "yes");
  EXPECT_EQ(actions["CreateResponse"], "ROLE_NOT_ALLOWED");
  EXPECT_EQ(Actions(name, kOfficer)["CreateResponse"], "yes");
  Must(Call(&Stub::RecordConcernPublication, Publication(name)));
  EXPECT_EQ(Actions(name)["RecordConcernPublication"], "ALREADY_PUBLISHED");

  actions = Actions(recommendation);
  EXPECT_EQ(actions["ExtendRecommendation"], "yes");
  EXPECT_EQ(actions["AddProgressNote"], "yes");
  EXPECT_EQ(actions["WithdrawRecommendation"], "NO_RECOMMENDATION") << "it is the only one";
  EXPECT_EQ(Actions(recommendation, kOfficer)["AddProgressNote"], "yes");
  EXPECT_EQ(Actions(recommendation, kOfficer)["ExtendRecommendation"], "ROLE_NOT_ALLOWED");

  const std::string response = Answer(name).name();
  EXPECT_EQ(Actions(response)["JudgeResponse"], "yes");
  EXPECT_EQ(Actions(response, kOfficer)["JudgeResponse"], "ROLE_NOT_ALLOWED");
  Must(Call(&Stub::SupersedeConcern, Supersession(name, Issued().concern().name())));
  EXPECT_EQ(Actions(response)["JudgeResponse"], "WRONG_STATE");
  EXPECT_EQ(Actions(name)["DischargeConcern"], "WRONG_STATE");
  for (const std::string& missing :
       {name + "/responses/2", name + "/recommendations/2", std::string("forces/kent/concerns/7/responses/1")}) {
    v1::ListAllowedActionsRequest request;
    request.set_name(missing);
    EXPECT_THAT(Call(&Stub::ListAllowedActions, request).status(), NotThere()) << missing;
  }
}

// ---- Limits of the fields ----

TEST_F(RecordTest, WhatIsMissingOrMalformedIsSaidAtOnce) {
  v1::SupersedeConcernRequest supersede;
  supersede.set_name("forces/kent/concerns/1");
  supersede.set_successor("forces/kent");
  *supersede.mutable_supersede_date() = ParsePartialDate("2024").value();
  const auto status = Call(&Stub::SupersedeConcern, supersede).status();
  EXPECT_THAT(status, Invalid());
  std::set<std::string> fields;
  for (const auto& [field, words] : ViolationsOf(status)) fields.insert(field);
  EXPECT_THAT(fields, UnorderedElementsAre("reason", "successor", "supersede_date"));

  v1::AddProgressNoteRequest note;
  note.set_parent("forces/kent/concerns/1/recommendations/1");
  note.mutable_progress_note()->set_text(std::string(16385, 'x'));
  EXPECT_THAT(Call(&Stub::AddProgressNote, note).status(), Invalid());
  v1::JudgeResponseRequest judge;
  judge.set_name("forces/kent/concerns/1/responses/1");
  EXPECT_THAT(Call(&Responses::JudgeResponse, judge).status(), Invalid());
  v1::ExtendRecommendationRequest extend;
  extend.set_name("forces/kent/concerns/1/recommendations/1");
  extend.set_reason("x");
  EXPECT_THAT(Call(&Stub::ExtendRecommendation, extend).status(), Invalid());
  auto publication = Publication("forces/kent/concerns/1");
  publication.mutable_published()->clear_address();
  EXPECT_THAT(Call(&Stub::RecordConcernPublication, publication).status(), Invalid());
}

// ---- Themes ----

class ThemesInTimeTest : public RecordTest {
 protected:
  void StartWith(const std::string& json) {
    const std::string path = folder_ / "themes.json";
    std::ofstream(path) << json;
    settings_.themes = path;
    server_->Restart();
  }
  absl::StatusOr<v1::ListThemesResponse> Themes(int64_t as_of = 0) {
    v1::ListThemesRequest request;
    if (as_of > 0) request.mutable_read()->mutable_as_of()->set_revision(as_of);
    return Call(&Stub::ListThemes, request);
  }
  std::string VersionInUse(int64_t as_of = 0) { return Must(Themes(as_of)).theme_list().version(); }

  testing::TempDir folder_;
};

constexpr char kSecond[] = R"({"version": "2027-01", "themes": [
    {"name": "themes/investigations", "displayName": "Investigations", "retired": true},
    {"name": "themes/online-child-abuse", "displayName": "Online child abuse"}]})";

TEST_F(ThemesInTimeTest, AreRecordedWhenTheyChangeAndReadAsOfThen) {
  EXPECT_EQ(start_, 1) << "the shipped list";
  const std::string first = VersionInUse();
  const std::string shipped = settings_.themes;
  server_->Restart();
  EXPECT_EQ(Head(), 1) << "nothing has changed";
  const std::string old = Draft().name();

  StartWith(kSecond);
  EXPECT_EQ(Head(), 3);
  EXPECT_EQ(VersionInUse(), "2027-01");
  EXPECT_EQ(VersionInUse(2), first);
  EXPECT_EQ(Must(Themes()).theme_list().revision(), 3);
  EXPECT_THAT(Call(&Stub::CreateConcern, ConcernRequest()).status(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "THEME_RETIRED"));
  Recommend(old);
  EXPECT_EQ(Issue(old).concern().theme(), "themes/investigations") << "old ones keep it";

  // Back to a list that is recorded already: it is in use again.
  settings_.themes = shipped;
  server_->Restart();
  EXPECT_EQ(VersionInUse(), first);
  EXPECT_EQ(VersionInUse(3), "2027-01");
  EXPECT_TRUE(Call(&Stub::CreateConcern, ConcernRequest()).ok());

  v1::ListThemesRequest before;
  before.mutable_read()->mutable_as_of()->mutable_recorded_time()->set_seconds(1);
  EXPECT_THAT(Call(&Stub::ListThemes, before).status(), NotThere());
}

TEST(ReferenceData, MustBeThereAndSound) {
  const testing::TempDir folder;
  const std::string missing = folder / "none.json", faulty = folder / "faulty.json";
  std::ofstream(faulty) << "{}";
  const std::string themes = "data/themes.json", holidays = "data/bank-holidays.json";
  EXPECT_TRUE(ReadReferenceData(themes, holidays).ok());
  EXPECT_THAT(std::string(ReadReferenceData(missing, holidays).status().message()), HasSubstr(missing));
  EXPECT_THAT(std::string(ReadReferenceData(themes, missing).status().message()), HasSubstr(missing));
  EXPECT_EQ(ReadReferenceData(faulty, holidays).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReadReferenceData(themes, faulty).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(ReadReferenceData(themes, faulty).status().message()), HasSubstr("bank holidays"));
}

}  // namespace
}  // namespace oversight::concerns
