// The rules of evidence: every command and every refusal.
#include "concerns-service/domain/evidence_commands.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "tests/concerns/revisit_support.h"

namespace oversight::concerns {
namespace {

using google::protobuf::util::MessageDifferencer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const char kEvidenceName[] = "forces/west-midlands/evidence/1";
const char kResponseName[] = "forces/west-midlands/concerns/1/responses/1";

v1::EvidenceContent Content(char fill = 'a', const std::string& location = "https://www.example.org/plan.pdf") {
  v1::EvidenceContent content;
  content.set_location(location);
  content.set_media_type("application/pdf");
  content.set_sha256(std::string(32, fill));
  content.set_size_bytes(1234);
  return content;
}

v1::AddEvidenceRequest AddRequest(char fill = 'a', const std::string& about = kConcernName) {
  v1::AddEvidenceRequest request;
  request.set_parent("forces/west-midlands");
  request.mutable_evidence()->set_title("Improvement plan");
  request.mutable_evidence()->add_about(about);
  *request.mutable_evidence()->mutable_content() = Content(fill);
  return request;
}

absl::StatusOr<v1::Evidence> TryAdd(const v1::AddEvidenceRequest& request, const EvidenceFacts& facts = {},
                                    bool by_force = false) {
  return AddEvidence(request, kEvidenceName, facts, by_force, On("2024-01-10"));
}
v1::Evidence Inside() { return TryAdd(AddRequest()).value(); }
v1::Evidence Shared() {
  auto request = AddRequest();
  request.mutable_evidence()->set_shared_with_force(true);
  return TryAdd(request).value();
}
v1::Evidence OfForce() { return TryAdd(AddRequest(), {}, /*by_force=*/true).value(); }
v1::Evidence Other(char fill, const std::string& about = kConcernName) {
  return AddEvidence(AddRequest(fill, about), "forces/west-midlands/evidence/7", {}, false, On("2024-01-09")).value();
}

v1::AddEvidenceVersionRequest VersionRequest(char fill = 'b') {
  v1::AddEvidenceVersionRequest request;
  request.set_name(kEvidenceName);
  *request.mutable_content() = Content(fill);
  request.set_reason("Signed off.");
  return request;
}
absl::StatusOr<v1::Evidence> AddVersion(const v1::Evidence& evidence, const v1::AddEvidenceVersionRequest& request,
                                        const EvidenceFacts& facts = {}, bool by_force = false) {
  return AddEvidenceVersion(evidence, request, facts, by_force, On("2024-02-20"));
}

v1::LinkEvidenceRequest LinkRequest(const std::string& about = kResponseName) {
  v1::LinkEvidenceRequest request;
  request.set_name(kEvidenceName);
  request.add_about(about);
  return request;
}

auto Exists() { return Refused(absl::StatusCode::kAlreadyExists, "EVIDENCE_EXISTS"); }
auto OfOthers() { return Refused(absl::StatusCode::kPermissionDenied, "EVIDENCE_OF_OTHERS"); }

// ---- Media types ----

TEST(MediaType, HasTheFormOfRfc6838) {
  for (const char* good :
       {"application/pdf", "text/csv", "image/svg+xml", "Application/PDF", "x/y",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "a1!#$&-^_.+/0"}) {
    EXPECT_TRUE(IsMediaType(good)) << good;
  }
  for (const std::string& bad :
       {std::string(""), std::string("pdf"), std::string("application/"), std::string("/pdf"),
        std::string("application/pdf/a"), std::string("text/plain; charset=utf-8"), std::string(" text/plain"),
        std::string("text/pl ain"), std::string("+text/plain"), std::string("text/.csv"),
        std::string("text/cs\xc3\xbc"), "a/" + std::string(128, 'b'), std::string(128, 'a') + "/b"}) {
    EXPECT_FALSE(IsMediaType(bad)) << bad;
  }
  EXPECT_TRUE(IsMediaType(std::string(127, 'a') + "/" + std::string(127, 'b')));
}

// ---- Adding ----

TEST(AddEvidence, IsVersionOneByWhoAddedIt) {
  const v1::Evidence evidence = Inside();
  EXPECT_EQ(evidence.name(), kEvidenceName);
  EXPECT_EQ(evidence.content().version(), 1);
  EXPECT_EQ(evidence.content().adder(), "principals/hm-inspector");
  EXPECT_TRUE(evidence.content().has_add_time());
  EXPECT_EQ(evidence.content().reason(), "");
  EXPECT_EQ(evidence.earlier_contents_size(), 0);
  EXPECT_FALSE(evidence.by_force());
  EXPECT_FALSE(evidence.shared_with_force());
  EXPECT_TRUE(OfForce().by_force());
  EXPECT_TRUE(OfForce().shared_with_force()) << "the force sees what it added";
}

TEST(AddEvidence, IgnoresWhatOnlyTheServiceSets) {
  auto request = AddRequest();
  auto& evidence = *request.mutable_evidence();
  evidence.set_by_force(true);
  evidence.set_changed_since_shared(true);
  evidence.set_etag("\"9\"");
  evidence.mutable_content()->set_version(7);
  evidence.mutable_content()->set_adder("principals/other");
  evidence.mutable_content()->set_reason("Because.");
  *evidence.add_earlier_contents() = Content('z');
  EXPECT_TRUE(MessageDifferencer::Equals(TryAdd(request).value(), Inside()));
}

TEST(AddEvidence, RefusesWhatIsMalformedAllAtOnce) {
  auto request = AddRequest();
  auto& evidence = *request.mutable_evidence();
  evidence.add_about("forces/kent/concerns/1");
  evidence.add_about(kConcernName);
  evidence.add_about("nationalRecommendations/3/forces/kent");
  evidence.mutable_content()->set_media_type("pdf");
  evidence.mutable_content()->set_sha256(std::string(31, 'a'));
  EXPECT_THAT(FieldsOf(TryAdd(request).status()),
              ElementsAre("evidence.about[1]", "evidence.about[2]", "evidence.about[3]", "evidence.content.media_type",
                          "evidence.content.sha256"));
}

TEST(AddEvidence, IsAboutAnythingOfTheForce) {
  auto request = AddRequest();
  for (const char* subject : {"forces/west-midlands/concerns/1/recommendations/1", kResponseName, kRevisitName,
                              "nationalRecommendations/3/forces/west-midlands"}) {
    request.mutable_evidence()->add_about(subject);
  }
  EXPECT_EQ(TryAdd(request)->about_size(), 5);
}

TEST(AddEvidence, RefusesTheSameContentAboutTheSameThing) {
  const absl::Status status = TryAdd(AddRequest(), {.same_content = {Other('a')}}).status();
  EXPECT_THAT(status, Exists());
  EXPECT_EQ(ErrorMetadata(status, "evidence"), "forces/west-midlands/evidence/7");
  EXPECT_EQ(ErrorMetadata(status, "version"), "1");
  EXPECT_EQ(ErrorMetadata(status, "about"), kConcernName);
  EXPECT_THAT(std::string(status.message()), HasSubstr("forces/west-midlands/evidence/7, version 1"));
  // About something else it is something else, and so is other content about the same.
  EXPECT_TRUE(TryAdd(AddRequest(), {.same_content = {Other('a', kResponseName)}}).ok());
  EXPECT_TRUE(TryAdd(AddRequest('c'), {.same_content = {Other('a')}}).ok());
}

TEST(AddEvidence, RefusesAContentThatAnEarlierVersionHad) {
  const v1::Evidence replaced = AddVersion(Other('a'), VersionRequest('b')).value();
  const absl::Status status = TryAdd(AddRequest('a'), {.same_content = {replaced}}).status();
  EXPECT_THAT(status, Exists());
  EXPECT_EQ(ErrorMetadata(status, "version"), "1");
  EXPECT_EQ(ErrorMetadata(TryAdd(AddRequest('b'), {.same_content = {replaced}}).status(), "version"), "2");
}

TEST(AddEvidence, IsNotSharedAboutWhatTheForceDoesNotKnow) {
  auto request = AddRequest();
  const EvidenceFacts facts{.unknown_to_force = {kConcernName}};
  EXPECT_TRUE(TryAdd(request, facts).ok()) << "known inside only";
  request.mutable_evidence()->set_shared_with_force(true);
  const absl::Status status = TryAdd(request, facts).status();
  EXPECT_THAT(status, Precondition("LINK_DOES_NOT_FIT"));
  EXPECT_EQ(ErrorMetadata(status, "name"), kConcernName);
}

// ---- Versions ----

TEST(AddEvidenceVersion, KeepsEveryVersionWithWhoWhenAndWhy) {
  const v1::Evidence evidence = AddVersion(Inside(), VersionRequest()).value();
  EXPECT_EQ(evidence.content().version(), 2);
  EXPECT_EQ(evidence.content().reason(), "Signed off.");
  EXPECT_EQ(evidence.content().sha256(), std::string(32, 'b'));
  ASSERT_EQ(evidence.earlier_contents_size(), 1);
  EXPECT_TRUE(MessageDifferencer::Equals(evidence.earlier_contents(0), Inside().content()));
  const v1::Evidence third = AddVersion(evidence, VersionRequest('c')).value();
  EXPECT_EQ(third.content().version(), 3);
  EXPECT_EQ(third.earlier_contents(1).version(), 2);
}

TEST(AddEvidenceVersion, IsOtherContentOrAnotherPlace) {
  const absl::Status same = AddVersion(Inside(), VersionRequest('a')).status();
  EXPECT_THAT(same, Exists());
  EXPECT_EQ(ErrorMetadata(same, "evidence"), kEvidenceName);
  auto moved = VersionRequest('a');
  moved.mutable_content()->set_location("Case file 12, box 3");
  EXPECT_EQ(AddVersion(Inside(), moved)->content().version(), 2);
}

TEST(AddEvidenceVersion, RefusesWhatOtherEvidenceHasAboutTheSameThing) {
  const absl::Status status = AddVersion(Inside(), VersionRequest('b'), {.same_content = {Other('b')}}).status();
  EXPECT_THAT(status, Exists());
  EXPECT_EQ(ErrorMetadata(status, "evidence"), "forces/west-midlands/evidence/7");
  EXPECT_TRUE(AddVersion(Inside(), VersionRequest('b'), {.same_content = {Other('b', kResponseName)}}).ok());
}

TEST(AddEvidenceVersion, RefusesWhatIsMalformed) {
  auto request = VersionRequest();
  request.mutable_content()->set_media_type("application");
  request.mutable_content()->set_sha256(std::string(33, 'b'));
  EXPECT_THAT(FieldsOf(AddVersion(Inside(), request).status()), ElementsAre("content.media_type", "content.sha256"));
}

TEST(AddEvidenceVersion, IsForTheSideThatAddedIt) {
  EXPECT_THAT(AddVersion(OfForce(), VersionRequest(), {}, /*by_force=*/false).status(), OfOthers());
  EXPECT_THAT(AddVersion(Shared(), VersionRequest(), {}, /*by_force=*/true).status(), OfOthers());
  EXPECT_TRUE(AddVersion(OfForce(), VersionRequest(), {}, /*by_force=*/true).ok());
}

TEST(AddEvidenceVersion, StopsAtAHundred) {
  v1::Evidence evidence = Inside();
  for (int version = 2; version <= kMaxEvidenceVersions; ++version) {
    auto request = VersionRequest();
    request.mutable_content()->set_location(absl::StrCat("Place ", version));
    evidence = AddVersion(evidence, request).value();
  }
  const absl::Status status = AddVersion(evidence, VersionRequest('c')).status();
  EXPECT_THAT(status, Precondition("TOO_MANY_EVIDENCE_VERSIONS"));
  EXPECT_EQ(ErrorMetadata(status, "limit"), "100");
}

// ---- Links ----

TEST(LinkEvidence, SaysWhatElseItIsAbout) {
  EXPECT_THAT(LinkEvidence(Inside(), LinkRequest(), {}, false)->about(), ElementsAre(kConcernName, kResponseName));
}

TEST(LinkEvidence, ToWhatIsLinkedAlreadyChangesNothing) {
  // Not even when it would be refused otherwise.
  const EvidenceFacts facts{.same_content = {Other('a')}, .unknown_to_force = {kConcernName}};
  EXPECT_TRUE(
      MessageDifferencer::Equals(LinkEvidence(Shared(), LinkRequest(kConcernName), facts, false).value(), Shared()));
}

TEST(LinkEvidence, RefusesOtherForcesAndRepeats) {
  auto request = LinkRequest();
  request.add_about("forces/kent/revisits/1");
  request.add_about(kResponseName);
  EXPECT_THAT(FieldsOf(LinkEvidence(Inside(), request, {}, false).status()), ElementsAre("about[1]", "about[2]"));
}

TEST(LinkEvidence, RefusesTheSameContentAboutTheSameThing) {
  const EvidenceFacts facts{.same_content = {Other('a', kResponseName)}};
  EXPECT_THAT(LinkEvidence(Inside(), LinkRequest(), facts, false).status(), Exists());
  // An earlier version counts too.
  const v1::Evidence replaced = AddVersion(Inside(), VersionRequest('b')).value();
  EXPECT_THAT(LinkEvidence(replaced, LinkRequest(), facts, false).status(), Exists());
  EXPECT_TRUE(LinkEvidence(Inside(), LinkRequest(kRevisitName), facts, false).ok());
}

TEST(LinkEvidence, DoesNotTellTheForceOfWhatItDoesNotKnow) {
  const EvidenceFacts facts{.unknown_to_force = {kRevisitName}};
  EXPECT_TRUE(LinkEvidence(Inside(), LinkRequest(kRevisitName), facts, false).ok());
  EXPECT_THAT(LinkEvidence(Shared(), LinkRequest(kRevisitName), facts, false).status(),
              Precondition("LINK_DOES_NOT_FIT"));
  EXPECT_THAT(LinkEvidence(OfForce(), LinkRequest(kRevisitName), facts, false).status(),
              Precondition("LINK_DOES_NOT_FIT"));
}

TEST(LinkEvidence, IsForTheForceOnItsOwnAndForTheInspectorateOnAll) {
  EXPECT_THAT(LinkEvidence(Shared(), LinkRequest(), {}, /*by_force=*/true).status(), OfOthers());
  EXPECT_TRUE(LinkEvidence(OfForce(), LinkRequest(), {}, /*by_force=*/true).ok());
  EXPECT_TRUE(LinkEvidence(OfForce(), LinkRequest(), {}, /*by_force=*/false).ok());
}

TEST(LinkEvidence, StopsAtAHundred) {
  v1::Evidence evidence = Inside();
  auto request = LinkRequest();
  request.clear_about();
  for (int i = 2; i <= kMaxAbout; ++i) request.add_about(absl::StrCat("forces/west-midlands/concerns/", i));
  evidence = LinkEvidence(evidence, request, {}, false).value();
  EXPECT_EQ(evidence.about_size(), kMaxAbout);
  const absl::Status status = LinkEvidence(evidence, LinkRequest(), {}, false).status();
  EXPECT_THAT(status, Precondition("TOO_MANY_LINKS"));
  EXPECT_EQ(ErrorMetadata(status, "limit"), "100");
}

// ---- Sharing ----

TEST(ShareEvidence, IsOnceAndForGood) {
  const v1::Evidence shared = ShareEvidence(Inside(), {}).value();
  EXPECT_TRUE(shared.shared_with_force());
  EXPECT_FALSE(shared.by_force());
  EXPECT_THAT(ShareEvidence(shared, {}).status(), Precondition("EVIDENCE_SHARED"));
  EXPECT_THAT(ShareEvidence(OfForce(), {}).status(), Precondition("EVIDENCE_SHARED"));
  const absl::Status early = ShareEvidence(Inside(), {.unknown_to_force = {kConcernName}}).status();
  EXPECT_THAT(early, Precondition("LINK_DOES_NOT_FIT"));
  EXPECT_EQ(ErrorMetadata(early, "name"), kConcernName);
}

TEST(ShareEvidence, MakesTheVersionThatIsFirstShown) {
  EXPECT_FALSE(IsFirstShown(Inside()));
  EXPECT_TRUE(IsFirstShown(Shared()));
  EXPECT_TRUE(IsFirstShown(OfForce()));
  // What it gained before it was shared does not count; what it gains after does.
  v1::Evidence evidence = AddVersion(Inside(), VersionRequest()).value();
  evidence = LinkEvidence(evidence, LinkRequest(), {}, false).value();
  EXPECT_FALSE(evidence.changed_since_shared());
  evidence = ShareEvidence(evidence, {}).value();
  EXPECT_TRUE(IsFirstShown(evidence));
  EXPECT_FALSE(IsFirstShown(AddVersion(evidence, VersionRequest('c')).value()));
  EXPECT_FALSE(IsFirstShown(LinkEvidence(evidence, LinkRequest(kRevisitName), {}, false).value()));
}

}  // namespace
}  // namespace oversight::concerns
