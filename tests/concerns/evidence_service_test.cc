// EvidenceService as its clients meet it: the story, both sides, what is told outside, lists, history, refusals.
#include <map>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "tests/concerns/revisits_fixture.h"
#include "tests/support/golden.h"

namespace oversight::concerns {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

auto Invalid() { return FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"); }
auto NotThere() { return FailsWith(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"); }
auto NoLink() { return FailsWith(absl::StatusCode::kNotFound, "LINK_NOT_FOUND"); }
auto NoFit() { return FailsWith(absl::StatusCode::kFailedPrecondition, "LINK_DOES_NOT_FIT"); }
auto Exists() { return FailsWith(absl::StatusCode::kAlreadyExists, "EVIDENCE_EXISTS"); }
auto OfOthers() { return FailsWith(absl::StatusCode::kPermissionDenied, "EVIDENCE_OF_OTHERS"); }
auto Role() { return FailsWith(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"); }
auto Scope() { return FailsWith(absl::StatusCode::kPermissionDenied, "OUT_OF_SCOPE"); }

class EvidenceServiceTest : public RevisitsFixture {
 protected:
  std::string Answer(const std::string& concern) {
    v1::CreateResponseRequest request;
    request.set_parent(concern);
    request.mutable_force_response()->set_text("We have set up a team.");
    return Must(Call(&v1::ResponsesService::Stub::CreateResponse, request, kOfficer)).force_response().name();
  }
  std::string AddShared(const std::string& about, char fill = 'a') {
    auto request = AddRequest(about, fill);
    request.mutable_evidence()->set_shared_with_force(true);
    return Must(Call(&EvidenceStub::AddEvidence, request)).evidence().name();
  }
  void Link(const std::string& evidence, const std::string& about) {
    Must(Call(&EvidenceStub::LinkEvidence, LinkRequest(evidence, about)));
  }
  std::vector<std::string> Verbs(const std::string& evidence, const std::string& principal = "liaison-lead") {
    v1::ListEvidenceVersionsRequest request;
    request.set_name(evidence);
    std::vector<std::string> verbs;
    const auto answer = Must(Call(&EvidenceStub::ListEvidenceVersions, request, principal));
    for (const auto& version : answer.versions()) {
      verbs.push_back(version.change().verb());
    }
    return verbs;
  }
};

// ---- The story ----

TEST_F(EvidenceServiceTest, FromTheFirstVersionToTheForce) {
  const std::string concern = IssuedConcern();
  const auto added = Must(Call(&EvidenceStub::AddEvidence, AddRequest(concern))).evidence();
  EXPECT_EQ(added.name(), "forces/west-midlands/evidence/1");
  EXPECT_EQ(added.content().version(), 1);
  EXPECT_FALSE(added.by_force());
  const auto second = Must(Call(&EvidenceStub::AddEvidenceVersion, VersionRequest(added.name()), "hm-inspector"));
  EXPECT_EQ(second.evidence().content().version(), 2);
  EXPECT_EQ(second.evidence().content().adder(), "principals/hm-inspector");
  const int64_t head = Head();
  Link(added.name(), concern);
  EXPECT_EQ(Head(), head) << "linked already";
  Link(added.name(), concern + "/recommendations/1");
  const auto shared = Must(Call(&EvidenceStub::ShareEvidence, ShareRequest(added.name()))).evidence();
  testing::ExpectGolden("evidence.json", shared);

  v1::ListEvidenceVersionsRequest request;
  request.set_name(added.name());
  const auto versions = Must(Call(&EvidenceStub::ListEvidenceVersions, request));
  EXPECT_THAT(Verbs(added.name()), ElementsAre("ShareEvidence", "LinkEvidence", "AddEvidenceVersion", "AddEvidence"));
  EXPECT_EQ(versions.versions(0).change().reason(), "The force asked for it.");
  EXPECT_EQ(versions.versions(1).change().reason(), "It speaks of both.");
  EXPECT_EQ(versions.versions(2).change().reason(), "Signed off by the chief constable.");
  EXPECT_EQ(versions.versions(3).evidence().content().sha256(), std::string(32, 'a'));
}

TEST_F(EvidenceServiceTest, AForceAddsWhatItThenClaimsWith) {
  const std::string concern = IssuedConcern(), recommendation = concern + "/recommendations/1";
  const std::string evidence = AddEvidence(recommendation, 'a', kOfficer);
  const auto stored = Must(ReadEvidence(evidence, kOfficer));
  EXPECT_TRUE(stored.by_force());
  EXPECT_TRUE(stored.shared_with_force());
  EXPECT_EQ(stored.content().adder(), "principals/west-midlands-officer");
  v1::ClaimRecommendationRequest claim;
  claim.set_name(recommendation);
  claim.set_statement("Done.");
  claim.add_evidence("forces/west-midlands/evidence/2");
  (void)Refusal(&Stub::ClaimRecommendation, claim, NoLink(), kOfficer);
  claim.set_evidence(0, evidence);
  EXPECT_THAT(Must(Call(&Stub::ClaimRecommendation, claim, kOfficer)).recommendation().claim().evidence(),
              ElementsAre(evidence));
  Must(Call(&EvidenceStub::AddEvidenceVersion, VersionRequest(evidence), kOfficer));
  Must(Call(&EvidenceStub::LinkEvidence, LinkRequest(evidence, Answer(concern)), kOfficer));
  EXPECT_EQ(Must(ReadEvidence(evidence, "hm-inspector")).about_size(), 2);
}

TEST_F(EvidenceServiceTest, IsAboutAnythingOfTheForceThatExists) {
  const std::string concern = IssuedConcern();
  auto request = AddRequest(concern);
  for (const auto& subject : {concern + "/recommendations/1", Answer(concern), Plan({concern})}) {
    request.mutable_evidence()->add_about(subject);
  }
  EXPECT_EQ(Must(Call(&EvidenceStub::AddEvidence, request)).evidence().about_size(), 4);
}

TEST_F(EvidenceServiceTest, NumbersAreNeverReusedAndRepeatsAreAnswered) {
  const std::string concern = IssuedConcern();
  auto request = AddRequest(concern);
  request.set_request_id("add");
  const auto first = Must(Call(&EvidenceStub::AddEvidence, request));
  const int64_t head = Head();
  const auto again = Must(Call(&EvidenceStub::AddEvidence, request));
  EXPECT_TRUE(again.header().replayed());
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(first.evidence(), again.evidence()));
  EXPECT_EQ(Head(), head);
  server_->Restart();
  EXPECT_EQ(AddEvidence(concern, 'b'), "forces/west-midlands/evidence/2");
}

// ---- Lists ----

TEST_F(EvidenceServiceTest, ListsByForceAndBySubject) {
  const std::string first = IssuedConcern(), second = IssuedConcern(), kent = IssuedConcern("forces/kent");
  const std::string revisit = Plan({first});
  const std::string on_concern = AddEvidence(first), on_recommendation = AddEvidence(first + "/recommendations/1", 'b');
  const std::string on_response = AddEvidence(Answer(first), 'c'), on_revisit = AddEvidence(revisit, 'd');
  const std::string of_kent = AddEvidence(kent);
  EXPECT_THAT(ListEvidence("forces/-"), ElementsAre(of_kent, on_concern, on_recommendation, on_response, on_revisit));
  EXPECT_THAT(ListEvidence("forces/kent"), ElementsAre(of_kent));
  EXPECT_THAT(ListEvidence(kForce, "gateway", first), ElementsAre(on_concern, on_recommendation, on_response))
      << "and what is below it";
  EXPECT_THAT(ListEvidence(kForce, "gateway", first + "/recommendations/1"), ElementsAre(on_recommendation));
  EXPECT_THAT(ListEvidence("forces/-", "gateway", revisit), ElementsAre(on_revisit));
  EXPECT_THAT(ListEvidence(kForce, "gateway", second), IsEmpty());
  Link(on_revisit, second);
  EXPECT_THAT(ListEvidence(kForce, "gateway", second), ElementsAre(on_revisit));
  EXPECT_THAT(ListEvidence("forces/kent", "gateway", second), IsEmpty());
  v1::ListEvidenceRequest unknown;
  unknown.set_parent("forces/atlantis");
  (void)Refusal(&EvidenceStub::ListEvidence, unknown, FailsWith(absl::StatusCode::kNotFound, "FORCE_NOT_FOUND"));
}

TEST_F(EvidenceServiceTest, PagesInNaturalOrder) {
  const std::string concern = IssuedConcern();
  std::vector<std::string> added, listed;
  for (int i = 0; i < 12; ++i) added.push_back(AddEvidence(concern, static_cast<char>('a' + i)));
  v1::ListEvidenceRequest request;
  request.set_parent(kForce);
  request.set_about(concern);
  request.set_page_size(5);
  do {
    const auto page = Must(Call(&EvidenceStub::ListEvidence, request));
    for (const auto& evidence : page.evidence()) listed.push_back(evidence.name());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(listed, added);
}

// ---- The same content ----

TEST_F(EvidenceServiceTest, TheSameContentAboutTheSameThingIsRecordedOnce) {
  const std::string concern = IssuedConcern(), other = IssuedConcern();
  const std::string first = AddEvidence(concern);
  const auto refused = Refusal(&EvidenceStub::AddEvidence, AddRequest(concern), Exists());
  EXPECT_EQ(ErrorMetadata(refused, "evidence"), first);
  EXPECT_EQ(ErrorMetadata(refused, "about"), concern);
  EXPECT_THAT(std::string(refused.message()), HasSubstr(first));
  const std::string second = AddEvidence(other);  // About something else.
  (void)Refusal(&EvidenceStub::LinkEvidence, LinkRequest(second, concern), Exists());
  const std::string third = AddEvidence(concern, 'c');
  (void)Refusal(&EvidenceStub::AddEvidenceVersion, VersionRequest(third, 'a'), Exists());
  // A content that was replaced is recorded all the same.
  Must(Call(&EvidenceStub::AddEvidenceVersion, VersionRequest(first, 'b')));
  EXPECT_EQ(ErrorMetadata(Refusal(&EvidenceStub::AddEvidence, AddRequest(concern), Exists()), "version"), "1");
  EXPECT_EQ(ErrorMetadata(Refusal(&EvidenceStub::AddEvidence, AddRequest(concern, 'b'), Exists()), "version"), "2");
  // Another force's is another matter.
  EXPECT_EQ(AddEvidence(IssuedConcern("forces/kent")), "forces/kent/evidence/1");
}

TEST_F(EvidenceServiceTest, ARefusalDoesNotTellTheForceOfWhatItMayNotKnow) {
  const std::string concern = IssuedConcern();
  const std::string hidden = AddEvidence(concern);
  // By a refusal the force would learn that the inspectorate holds this file.
  const std::string own = AddEvidence(concern, 'a', kOfficer);
  EXPECT_NE(own, hidden);
  AddShared(concern, 'b');
  (void)Refusal(&EvidenceStub::AddEvidence, AddRequest(concern, 'b'), Exists(), kOfficer);
  AddEvidence(concern + "/recommendations/1", 'a');
  Must(Call(&EvidenceStub::LinkEvidence, LinkRequest(own, concern + "/recommendations/1"), kOfficer));
  AddEvidence(concern, 'c');
  Must(Call(&EvidenceStub::AddEvidenceVersion, VersionRequest(own, 'c'), kOfficer));
}

// ---- Who may, and who sees ----

TEST_F(EvidenceServiceTest, WritesNeedTheRoleAndTheScope) {
  const std::string concern = IssuedConcern(), kent = IssuedConcern("forces/kent");
  const std::string evidence = AddShared(concern), of_kent = AddShared(kent);
  const auto refused = [&](const std::string& name, const std::string& about, auto matcher,
                           const std::string& principal) {
    (void)Refusal(&EvidenceStub::AddEvidence, AddRequest(about, 'x'), matcher, principal);
    (void)Refusal(&EvidenceStub::AddEvidenceVersion, VersionRequest(name), matcher, principal);
    (void)Refusal(&EvidenceStub::LinkEvidence, LinkRequest(name, about + "/recommendations/1"), matcher, principal);
  };
  for (const char* principal :
       {kBody, "oversight-group-secretariat", "press-officer", "records-manager", "operator", "public", "gateway"}) {
    refused(evidence, concern, Role(), principal);
    (void)Refusal(&EvidenceStub::ShareEvidence, ShareRequest(evidence), Role(), principal);
  }
  (void)Refusal(&EvidenceStub::ShareEvidence, ShareRequest(evidence), Role(), kOfficer);
  refused(of_kent, kent, Scope(), kOfficer);
  refused(of_kent, kent, Scope(), "hm-inspector");
  (void)Refusal(&EvidenceStub::ShareEvidence, ShareRequest(of_kent), Scope(), "hm-inspector");
}

TEST_F(EvidenceServiceTest, EachSideKeepsItsOwn) {
  const std::string concern = IssuedConcern(), other = IssuedConcern();
  const std::string ours = AddShared(concern), theirs = AddEvidence(concern, 'b', kOfficer);
  (void)Refusal(&EvidenceStub::AddEvidenceVersion, VersionRequest(ours, 'c'), OfOthers(), kOfficer);
  (void)Refusal(&EvidenceStub::LinkEvidence, LinkRequest(ours, other), OfOthers(), kOfficer);
  (void)Refusal(&EvidenceStub::AddEvidenceVersion, VersionRequest(theirs, 'c'), OfOthers());
  Link(theirs, other);  // The inspectorate may see where else it fits.
}

TEST_F(EvidenceServiceTest, NothingShowsOutsideBeforeItIsShared) {
  const std::string concern = IssuedConcern();
  const std::vector<std::string> outside = {kOfficer, kBody, "public", "operator"};
  std::map<std::string, std::string> before;
  for (const auto& principal : outside) before[principal] = Shown(principal);
  std::string inside = Shown("press-officer");
  const auto unchanged = [&](const std::string& act) {
    for (const auto& principal : outside) EXPECT_EQ(Shown(principal), before[principal]) << act << ", " << principal;
    const std::string now = Shown("press-officer");
    EXPECT_NE(now, inside) << act << " shows inside";
    inside = now;
  };
  const std::string evidence = AddEvidence(concern);
  unchanged("AddEvidence");
  Must(Call(&EvidenceStub::AddEvidenceVersion, VersionRequest(evidence)));
  unchanged("AddEvidenceVersion");
  Link(evidence, concern + "/recommendations/1");
  unchanged("LinkEvidence");
  // A force that guesses the name is told nothing.
  (void)Refusal(&EvidenceStub::AddEvidenceVersion, VersionRequest(evidence, 'z'), NotThere(), kOfficer);
  (void)Refusal(&EvidenceStub::LinkEvidence, LinkRequest(evidence, concern), NotThere(), kOfficer);

  Must(Call(&EvidenceStub::ShareEvidence, ShareRequest(evidence)));
  for (const char* principal : {kOfficer, kBody}) {
    EXPECT_NE(Shown(principal), before[principal]);
    EXPECT_EQ(Must(ReadEvidence(evidence, principal)).content().version(), 2);
    EXPECT_THAT(ListEvidence(kForce, principal), ElementsAre(evidence));
    EXPECT_THAT(ListEvidence("forces/-", principal, concern), ElementsAre(evidence));
    EXPECT_THAT(Verbs(evidence, principal), ElementsAre("ShareEvidence"));
    v1::GetEvidenceRequest then;
    then.set_name(evidence);
    then.mutable_read()->mutable_as_of()->set_revision(Head() - 1);
    (void)Refusal(&EvidenceStub::GetEvidence, then, NotThere(), principal);
  }
  for (const char* principal : {"public", "operator"}) EXPECT_EQ(Shown(principal), before[principal]) << principal;
  (void)Refusal(&EvidenceStub::ShareEvidence, ShareRequest(evidence),
                FailsWith(absl::StatusCode::kFailedPrecondition, "EVIDENCE_SHARED"));
}

TEST_F(EvidenceServiceTest, WhatAForceAddsShowsToItsOversightBodyAndNoFurther) {
  const std::string concern = IssuedConcern();
  const std::string before = Shown("public");
  const std::string evidence = AddEvidence(concern, 'a', kOfficer);
  EXPECT_TRUE(ReadEvidence(evidence, kBody).ok());
  EXPECT_TRUE(ReadEvidence(evidence, "press-officer").ok());
  EXPECT_EQ(Shown("public"), before);
}

TEST_F(EvidenceServiceTest, NothingOfAForceShowsToAnother) {
  const std::string concern = IssuedConcern("forces/kent");
  const std::string before = Shown(kOfficer, "forces/kent");
  const std::string evidence = AddShared(concern);
  Must(Call(&EvidenceStub::AddEvidenceVersion, VersionRequest(evidence)));
  EXPECT_EQ(Shown(kOfficer, "forces/kent"), before);
}

TEST_F(EvidenceServiceTest, AForceNamesOnlyWhatItKnows) {
  const std::string concern = IssuedConcern(), draft = Draft().name(), draft_recommendation = Recommend(draft).name();
  const std::string planned = Plan({concern}), sent = SentRevisit(concern);
  for (const auto& hidden : {draft, draft_recommendation, planned, std::string("forces/west-midlands/concerns/9")}) {
    const auto refused = Refusal(&EvidenceStub::AddEvidence, AddRequest(hidden), NoLink(), kOfficer);
    EXPECT_EQ(refused.message(),
              "There is no \"" + hidden + "\", which evidence.about names. Record it first, or leave it out.")
        << "as if it were not there";
  }
  const std::string evidence = AddEvidence(sent, 'a', kOfficer);
  (void)Refusal(&EvidenceStub::LinkEvidence, LinkRequest(evidence, draft), NoLink(), kOfficer);
}

TEST_F(EvidenceServiceTest, WhatIsSharedSaysNothingOfWhatTheForceDoesNotKnow) {
  const std::string concern = IssuedConcern(), draft = Draft().name(), planned = Plan({concern});
  const std::string shared = AddShared(concern), theirs = AddEvidence(concern, 'b', kOfficer);
  for (const auto& hidden : {draft, planned}) {
    auto add = AddRequest(hidden, 'c');
    add.mutable_evidence()->set_shared_with_force(true);
    EXPECT_EQ(ErrorMetadata(Refusal(&EvidenceStub::AddEvidence, add, NoFit()), "name"), hidden);
    (void)Refusal(&EvidenceStub::LinkEvidence, LinkRequest(shared, hidden), NoFit());
    (void)Refusal(&EvidenceStub::LinkEvidence, LinkRequest(theirs, hidden), NoFit());
  }
  const std::string kept = AddEvidence(draft, 'd');
  (void)Refusal(&EvidenceStub::ShareEvidence, ShareRequest(kept), NoFit());
  Recommend(draft);
  Issue(draft);
  Must(Call(&EvidenceStub::ShareEvidence, ShareRequest(kept)));
  Link(shared, draft);
}

// ---- Refusals over the wire; the rules themselves are tried in evidence_test.cc ----

TEST_F(EvidenceServiceTest, WhatIsMissingOrMalformedIsSaidAtOnce) {
  v1::AddEvidenceRequest add;
  add.set_parent("kent");
  add.mutable_evidence()->add_about("forces/kent/evidence/1");
  add.mutable_evidence()->mutable_content()->set_location(std::string(2001, 'x'));
  add.mutable_evidence()->mutable_content()->set_sha256(std::string(33, 'x'));
  add.mutable_evidence()->mutable_content()->set_size_bytes(-1);
  EXPECT_THAT(
      FieldsOf(Refusal(&EvidenceStub::AddEvidence, add, Invalid())),
      UnorderedElementsAre("parent", "evidence.title", "evidence.about[0]", "evidence.content.location",
                           "evidence.content.media_type", "evidence.content.sha256", "evidence.content.size_bytes"));
  const std::string concern = IssuedConcern();
  auto short_hash = AddRequest(concern);
  short_hash.mutable_evidence()->mutable_content()->set_sha256("abc");
  short_hash.mutable_evidence()->mutable_content()->set_media_type("PDF");
  EXPECT_THAT(FieldsOf(Refusal(&EvidenceStub::AddEvidence, short_hash, Invalid())),
              UnorderedElementsAre("evidence.content.sha256", "evidence.content.media_type"));
  auto elsewhere = AddRequest(concern);
  elsewhere.mutable_evidence()->add_about(IssuedConcern("forces/kent"));
  EXPECT_THAT(FieldsOf(Refusal(&EvidenceStub::AddEvidence, elsewhere, Invalid())),
              UnorderedElementsAre("evidence.about[1]"));
  v1::AddEvidenceVersionRequest version;
  EXPECT_THAT(FieldsOf(Refusal(&EvidenceStub::AddEvidenceVersion, version, Invalid())),
              UnorderedElementsAre("name", "content", "reason"));
  v1::LinkEvidenceRequest link;
  EXPECT_THAT(FieldsOf(Refusal(&EvidenceStub::LinkEvidence, link, Invalid())), UnorderedElementsAre("name", "about"));
  v1::ListEvidenceRequest list;
  list.set_parent(kForce);
  list.set_about("forces/west-midlands");
  EXPECT_THAT(FieldsOf(Refusal(&EvidenceStub::ListEvidence, list, Invalid())), UnorderedElementsAre("about"));
}

TEST_F(EvidenceServiceTest, WhatItIsAboutExists) {
  const std::string concern = IssuedConcern();
  for (const char* missing : {"forces/west-midlands/concerns/9", "forces/west-midlands/concerns/1/recommendations/9",
                              "forces/west-midlands/concerns/1/responses/9", "forces/west-midlands/revisits/9",
                              "nationalRecommendations/3/forces/west-midlands"}) {
    auto add = AddRequest(concern);
    add.mutable_evidence()->add_about(missing);
    const auto refused = Refusal(&EvidenceStub::AddEvidence, add, NoLink());
    EXPECT_EQ(ErrorMetadata(refused, "field"), "evidence.about");
    EXPECT_EQ(ErrorMetadata(refused, "name"), missing);
  }
  const std::string evidence = AddEvidence(concern);
  EXPECT_EQ(ErrorMetadata(Refusal(&EvidenceStub::LinkEvidence, LinkRequest(evidence, "forces/west-midlands/revisits/9"),
                                  NoLink()),
                          "field"),
            "about");
}

TEST_F(EvidenceServiceTest, StaleEtagsAndUnknownNamesChangeNothing) {
  const std::string concern = IssuedConcern();
  const std::string evidence = AddEvidence(concern);
  const auto refused = [&](const std::string& name, const std::string& etag, auto matcher) {
    const auto refuse = [&](auto method, auto request) {
      request.set_etag(etag);
      (void)Refusal(method, request, matcher);
    };
    refuse(&EvidenceStub::AddEvidenceVersion, VersionRequest(name));
    refuse(&EvidenceStub::LinkEvidence, LinkRequest(name, concern + "/recommendations/1"));
    refuse(&EvidenceStub::ShareEvidence, ShareRequest(name));
  };
  refused(evidence, "\"1\"", FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  refused("forces/west-midlands/evidence/9", "", NotThere());
}

}  // namespace
}  // namespace oversight::concerns
