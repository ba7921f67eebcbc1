// A concerns-service with steps of revisits and evidence, for the tests of RevisitsService and EvidenceService. It is
// 24 November 2023; the concerns were issued on 2 October. Used by the test's thread.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "oversight/concerns/v1/evidence_service.grpc.pb.h"
#include "oversight/concerns/v1/revisits_service.grpc.pb.h"
#include "tests/concerns/service_support.h"

namespace oversight::concerns {

class RevisitsFixture : public ConcernsServiceTest {
 protected:
  using Revisits = v1::RevisitsService::Stub;
  using EvidenceStub = v1::EvidenceService::Stub;

  static constexpr char kOfficer[] = "west-midlands-officer";
  static constexpr char kBody[] = "west-midlands-oversight-body";
  static constexpr char kForce[] = "forces/west-midlands";

  static common::v1::PartialDate Date(const std::string& text) { return ParsePartialDate(text).value(); }

  // A cause of concern with one recommendation, issued.
  std::string IssuedConcern(const std::string& force = kForce) {
    const std::string name = Draft(force).name();
    Recommend(name);
    return Issue(name, "2023-10-02").concern().name();
  }

  // ---- Requests that are fit ----

  static v1::PlanRevisitRequest PlanRequest(const std::vector<std::string>& concerns,
                                            const std::string& force = kForce) {
    v1::PlanRevisitRequest request;
    request.set_parent(force);
    for (const auto& concern : concerns) request.mutable_revisit()->add_concerns(concern);
    request.mutable_revisit()->set_purpose("To see whether supervision has improved.");
    *request.mutable_revisit()->mutable_planned_from_date() = Date("November 2023");
    return request;
  }
  static v1::CarryOutRevisitRequest CarryOutRequest(const std::string& revisit) {
    v1::CarryOutRevisitRequest request;
    request.set_name(revisit);
    *request.mutable_from_date() = Date("2023-11-06");
    *request.mutable_to_date() = Date("2023-11-10");
    request.add_methods(v1::REVISIT_METHOD_INTERVIEWS);
    request.add_methods(v1::REVISIT_METHOD_REALITY_TESTING);
    return request;
  }
  // One finding for each subject.
  static v1::RecordFindingsRequest FindingsRequest(const std::string& revisit,
                                                   const std::vector<std::string>& subjects) {
    v1::RecordFindingsRequest request;
    request.set_name(revisit);
    for (const auto& subject : subjects) {
      auto& finding = *request.add_findings();
      finding.set_subject(subject);
      finding.set_level(v1::REVISIT_FINDING_LEVEL_SOME_PROGRESS);
      finding.set_text("Supervisors now review most investigations.");
    }
    request.set_outcome("The force has more to do.");
    return request;
  }
  static v1::RecordLetterRequest LetterRequest(const std::string& revisit) {
    v1::RecordLetterRequest request;
    request.set_name(revisit);
    auto& letter = *request.mutable_letter();
    letter.mutable_sender()->set_display_name("His Majesty's Inspector of Constabulary");
    letter.mutable_sender()->set_office_holder("forces/west-midlands/officeHolders/2");
    letter.mutable_addressee()->set_display_name("Chief Constable");
    letter.add_cc()->set_display_name("Police and Crime Commissioner");
    *letter.mutable_sent_date() = Date("2023-11-20");
    return request;
  }
  static v1::PublishLetterRequest PublishRequest(const std::string& revisit) {
    v1::PublishLetterRequest request;
    request.set_name(revisit);
    *request.mutable_published()->mutable_date() = Date("2023-11-23");
    request.mutable_published()->set_address("https://www.example.org/letter");
    return request;
  }
  static v1::CancelRevisitRequest CancelRequest(const std::string& revisit) {
    v1::CancelRevisitRequest request;
    request.set_name(revisit);
    request.set_reason("The inspection team is needed elsewhere.");
    return request;
  }
  static v1::AddEvidenceRequest AddRequest(const std::string& about, char fill = 'a') {
    v1::AddEvidenceRequest request;
    request.set_parent(about.substr(0, about.find('/', about.find('/') + 1)));
    auto& evidence = *request.mutable_evidence();
    evidence.set_title("Improvement plan");
    evidence.add_about(about);
    evidence.mutable_content()->set_location("https://www.example.org/plan.pdf");
    evidence.mutable_content()->set_media_type("application/pdf");
    evidence.mutable_content()->set_sha256(std::string(32, fill));
    evidence.mutable_content()->set_size_bytes(48213);
    return request;
  }
  static v1::AddEvidenceVersionRequest VersionRequest(const std::string& evidence, char fill = 'b') {
    v1::AddEvidenceVersionRequest request;
    request.set_name(evidence);
    *request.mutable_content() = AddRequest(evidence, fill).evidence().content();
    request.set_reason("Signed off by the chief constable.");
    return request;
  }
  static v1::LinkEvidenceRequest LinkRequest(const std::string& evidence, const std::string& about) {
    v1::LinkEvidenceRequest request;
    request.set_name(evidence);
    request.add_about(about);
    request.set_reason("It speaks of both.");
    return request;
  }
  static v1::ShareEvidenceRequest ShareRequest(const std::string& evidence) {
    v1::ShareEvidenceRequest request;
    request.set_name(evidence);
    request.set_reason("The force asked for it.");
    return request;
  }

  // The call is refused so, and stores nothing. The refusal, to look at more closely.
  template <class AnyStub, class Request, class Response, class Matcher>
  absl::Status Refusal(grpc::Status (AnyStub::*method)(grpc::ClientContext*, const Request&, Response*),
                       const Request& request, Matcher matcher, const std::string& principal = "liaison-lead") {
    const int64_t head = Head();
    const absl::Status status = Call(method, request, principal).status();
    EXPECT_THAT(status, matcher) << Request::descriptor()->name() << " by " << principal;
    EXPECT_EQ(Head(), head) << Request::descriptor()->name() << " stored something";
    return status;
  }
  static std::set<std::string> FieldsOf(const absl::Status& status) {
    std::set<std::string> fields;
    for (const auto& [field, words] : ViolationsOf(status)) fields.insert(field);
    return fields;
  }

  // ---- Steps that must succeed ----

  std::string Plan(const std::vector<std::string>& concerns, const std::string& force = kForce) {
    return Must(Call(&Revisits::PlanRevisit, PlanRequest(concerns, force))).revisit().name();
  }
  void CarryOut(const std::string& revisit) { Must(Call(&Revisits::CarryOutRevisit, CarryOutRequest(revisit))); }
  void Find(const std::string& revisit, const std::vector<std::string>& subjects) {
    Must(Call(&Revisits::RecordFindings, FindingsRequest(revisit, subjects)));
  }
  void Send(const std::string& revisit) { Must(Call(&Revisits::RecordLetter, LetterRequest(revisit))); }
  void Publish(const std::string& revisit) { Must(Call(&Revisits::PublishLetter, PublishRequest(revisit))); }
  // To one concern, with its letter sent.
  std::string SentRevisit(const std::string& concern) {
    const std::string revisit = Plan({concern});
    CarryOut(revisit);
    Find(revisit, {concern});
    Send(revisit);
    return revisit;
  }
  std::string AddEvidence(const std::string& about, char fill = 'a', const std::string& principal = "liaison-lead") {
    return Must(Call(&EvidenceStub::AddEvidence, AddRequest(about, fill), principal)).evidence().name();
  }

  // ---- What a caller is shown ----

  absl::StatusOr<v1::Revisit> ReadRevisit(const std::string& name, const std::string& principal = "liaison-lead") {
    v1::GetRevisitRequest request;
    request.set_name(name);
    const auto got = Call(&Revisits::GetRevisit, request, principal);
    if (!got.ok()) return got.status();
    return got->revisit();
  }
  absl::StatusOr<v1::Evidence> ReadEvidence(const std::string& name, const std::string& principal = "liaison-lead") {
    v1::GetEvidenceRequest request;
    request.set_name(name);
    const auto got = Call(&EvidenceStub::GetEvidence, request, principal);
    if (!got.ok()) return got.status();
    return got->evidence();
  }
  std::vector<std::string> ListRevisits(const std::string& parent, const std::string& principal = "liaison-lead",
                                        const std::function<void(v1::ListRevisitsRequest&)>& with = nullptr) {
    v1::ListRevisitsRequest request;
    request.set_parent(parent);
    if (with) with(request);
    std::vector<std::string> names;
    const auto answer = Must(Call(&Revisits::ListRevisits, request, principal));
    for (const auto& revisit : answer.revisits()) {
      names.push_back(revisit.name());
    }
    return names;
  }
  std::vector<std::string> ListEvidence(const std::string& parent, const std::string& principal = "liaison-lead",
                                        const std::string& about = "") {
    v1::ListEvidenceRequest request;
    request.set_parent(parent);
    request.set_about(about);
    std::vector<std::string> names;
    const auto answer = Must(Call(&EvidenceStub::ListEvidence, request, principal));
    for (const auto& evidence : answer.evidence()) {
      names.push_back(evidence.name());
    }
    return names;
  }

  // Everything that reads of revisits and evidence tell a caller about a force, refusals in their words too, as one
  // text: to compare before and after an act that must not show. Where the log stands is left out, as it tells nothing.
  std::string Shown(const std::string& principal, const std::string& force = kForce) {
    std::string text;
    const auto tell = [&text](const std::string& what, auto answer) {
      absl::StrAppend(&text, what, ": ");
      if (!answer.ok()) {
        absl::StrAppend(&text, absl::StatusCodeToString(answer.status().code()), " ", ReasonOf(answer.status()), " ",
                        answer.status().message(), "\n");
        return;
      }
      answer->clear_header();
      absl::StrAppend(&text, answer->DebugString(), "\n");
    };
    for (int number = 1; number <= 4; ++number) {
      const std::string revisit = absl::StrCat(force, "/revisits/", number);
      const std::string evidence = absl::StrCat(force, "/evidence/", number);
      v1::GetRevisitRequest get;
      get.set_name(revisit);
      tell("get", Call(&Revisits::GetRevisit, get, principal));
      v1::ListRevisitVersionsRequest versions;
      versions.set_name(revisit);
      tell("versions", Call(&Revisits::ListRevisitVersions, versions, principal));
      v1::ListAllowedActionsRequest actions;
      actions.set_name(revisit);
      tell("actions", Call(&Stub::ListAllowedActions, actions, principal));
      v1::DraftLetterRequest draft;
      draft.set_name(revisit);
      tell("draft", Call(&Revisits::DraftLetter, draft, principal));
      v1::GetEvidenceRequest get_evidence;
      get_evidence.set_name(evidence);
      tell("get", Call(&EvidenceStub::GetEvidence, get_evidence, principal));
      v1::ListEvidenceVersionsRequest evidence_versions;
      evidence_versions.set_name(evidence);
      tell("versions", Call(&EvidenceStub::ListEvidenceVersions, evidence_versions, principal));
    }
    for (const std::string& parent : {force, std::string("forces/-")}) {
      v1::ListRevisitsRequest list;
      list.set_parent(parent);
      tell("list", Call(&Revisits::ListRevisits, list, principal));
      list.add_states(v1::REVISIT_STATE_PLANNED);
      tell("list planned", Call(&Revisits::ListRevisits, list, principal));
      list.clear_states();
      list.set_concern(force + "/concerns/1");
      tell("list of a concern", Call(&Revisits::ListRevisits, list, principal));
      v1::ListEvidenceRequest evidence;
      evidence.set_parent(parent);
      tell("list", Call(&EvidenceStub::ListEvidence, evidence, principal));
      evidence.set_about(force + "/concerns/1");
      tell("list about", Call(&EvidenceStub::ListEvidence, evidence, principal));
    }
    return text;
  }
};

}  // namespace oversight::concerns
