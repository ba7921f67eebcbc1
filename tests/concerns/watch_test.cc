// WatchConcerns: what insiders are told, and what outsiders are told of the same events.
#include "concerns-service/domain/lifecycle.h"
#include "concerns-service/domain/visibility.h"
#include "tests/concerns/revisits_fixture.h"
#include "tests/support/watch_recorder.h"

namespace oversight::concerns {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class WatchTest : public RevisitsFixture {
 protected:
  // An open watch, read until something is known to have come.
  class Watch {
   public:
    Watch(std::unique_ptr<Stub> stub, const v1::WatchConcernsRequest& request)
        : stub_(std::move(stub)), watch_(request.start().initial_state(), [&](grpc::ClientContext* context) {
            return stub_->WatchConcerns(context, request);
          }) {}
    // The events up to a bookmark at or after the revision, as "ADDED forces/x/concerns/1 ISSUED".
    std::vector<std::string> Until(int64_t revision) {
      std::vector<std::string> told;
      v1::WatchConcernsResponse message;
      while (watch_.Read(&message)) {
        for (const auto& event : message.events().events()) {
          std::string state;
          if (event.has_concern()) state = " " + StateWord(event.concern().state());
          if (event.has_recommendation()) state = " " + StateWord(event.recommendation().state());
          if (event.has_force_response()) state = " " + StateWord(event.force_response().state());
          if (event.has_revisit()) state = " " + StateWord(event.revisit().state());
          if (event.has_evidence()) state = absl::StrCat(" ", event.evidence().content().version());
          told.push_back(common::v1::EventType_Name(event.type()).substr(sizeof("EVENT_TYPE_") - 1) + " " +
                         event.name() + state);
        }
        if (message.has_bookmark() && message.bookmark().revision() >= revision) return told;
      }
      ADD_FAILURE() << "the stream ended: " << watch_.Finish().error_message();
      return told;
    }
    // Ends it: all that came.
    const testing::WatchStory& End() { return watch_.End(); }

   private:
    std::unique_ptr<Stub> stub_;
    testing::RecordedWatch<v1::WatchConcernsResponse> watch_;
  };

  std::unique_ptr<Watch> Open(const std::string& principal, int64_t resume_after, bool initial_state = false) {
    v1::WatchConcernsRequest request;
    request.mutable_start()->set_resume_after(resume_after);
    request.mutable_start()->set_initial_state(initial_state);
    request.mutable_start()->mutable_bookmark_interval()->set_nanos(100'000'000);
    return std::make_unique<Watch>(server_->StubAs<v1::ConcernsService>(principal), request);
  }

  std::vector<testing::Delivery> Log() { return testing::LogToldBy<v1::WatchConcernsResponse>(server_->ledger()); }
  // The log as those outside are told it: the themes, nothing of drafts, nothing of other forces, and what they meet
  // first as new.
  std::vector<testing::Delivery> LogOutside(const std::string& force) {
    auto met = std::make_shared<std::set<std::string>>();
    return testing::LogToldBy<v1::WatchConcernsResponse>(
        server_->ledger(), [force, met](testing::WatchedChange& change) {
          if (change.name.rfind("themeLists/", 0) == 0) return true;
          if (change.name.rfind(force + "/", 0) != 0) return false;
          v1::Concern concern;
          v1::Recommendation recommendation;
          if (change.name.find("/responses/") != std::string::npos ||
              change.name.find("/progressNotes/") != std::string::npos) {
            return true;
          }
          v1::Revisit revisit;
          v1::Evidence evidence;
          if (change.name.find("/revisits/") != std::string::npos && revisit.ParseFromString(change.payload)) {
            if (!revisit.has_letter()) return false;
            change.version = met->insert(change.name).second ? 1 : 2;
            return true;
          }
          if (change.name.find("/evidence/") != std::string::npos && evidence.ParseFromString(change.payload)) {
            if (!evidence.shared_with_force()) return false;
            change.version = met->insert(change.name).second ? 1 : 2;
            return true;
          }
          const bool draft = change.name.find("/recommendations/") == std::string::npos
                                 ? concern.ParseFromString(change.payload) && concern.state() == v1::CONCERN_STATE_DRAFT
                                 : recommendation.ParseFromString(change.payload) &&
                                       recommendation.state() == v1::RECOMMENDATION_STATE_DRAFT;
          if (draft) return false;
          change.version = met->insert(change.name).second ? 1 : 2;
          return true;
        });
  }
};

TEST_F(WatchTest, TellsInsidersEverything) {
  const std::string first = Draft().name();
  auto watch = Open("gateway", Head());
  Recommend(first);
  Issue(first);
  EXPECT_THAT(watch->Until(Head()),
              ElementsAre("ADDED " + first + "/recommendations/1 DRAFT", "MODIFIED " + first + " ISSUED",
                          "MODIFIED " + first + "/recommendations/1 OPEN"));
  EXPECT_TRUE(KeepsWatchPromises(watch->End(), Log()));
}

TEST_F(WatchTest, TellsAForceOnlyWhatIsIssuedToItAsNew) {
  const std::string first = Draft().name();
  auto watch = Open("west-midlands-officer", Head());
  Recommend(first);
  Issued("forces/kent");
  EXPECT_THAT(watch->Until(Head()), IsEmpty());
  Issue(first);
  EXPECT_THAT(watch->Until(Head()),
              ElementsAre("ADDED " + first + " ISSUED", "ADDED " + first + "/recommendations/1 OPEN"));
  v1::AssessHandlingRequest assess;
  assess.set_name(first);
  assess.set_level(v1::HANDLING_LEVEL_RESPONDING);
  assess.set_rationale("A plan was made.");
  Must(Call(&Stub::AssessHandling, assess));
  v1::ClaimRecommendationRequest claim;
  claim.set_name(first + "/recommendations/1");
  claim.set_statement("Done.");
  Must(Call(&Stub::ClaimRecommendation, claim, "west-midlands-officer"));
  EXPECT_THAT(watch->Until(Head()),
              ElementsAre("MODIFIED " + first + " ISSUED", "MODIFIED " + first + "/recommendations/1 CLAIMED"));
  EXPECT_TRUE(KeepsWatchPromises(watch->End(), LogOutside("forces/west-midlands")));
}

TEST_F(WatchTest, InitialStateHidesDrafts) {
  const std::string issued = Issued().concern().name();
  const std::string draft = Draft().name();
  const auto outside = Open("west-midlands-oversight-body", 0, true), inside = Open("gateway", 0, true);
  EXPECT_THAT(outside->Until(Head()),
              ElementsAre("ADDED " + issued + " ISSUED", "ADDED " + issued + "/recommendations/1 OPEN",
                          "ADDED themeLists/2026-11"));
  EXPECT_THAT(inside->Until(Head()), ::testing::UnorderedElementsAre(
                                         "ADDED " + issued + " ISSUED", "ADDED " + draft + " DRAFT",
                                         "ADDED " + issued + "/recommendations/1 OPEN", "ADDED themeLists/2026-11"));
  EXPECT_TRUE(KeepsWatchPromises(outside->End(), LogOutside("forces/west-midlands")));
  EXPECT_TRUE(KeepsWatchPromises(inside->End(), Log()));
}

TEST_F(WatchTest, TellsWhatHangsBelowAConcern) {
  const std::string name = Issued().concern().name();
  const std::string recommendation = name + "/recommendations/1";
  auto inside = Open("gateway", Head()), outside = Open("west-midlands-officer", Head());

  v1::ExtendRecommendationRequest extend;
  extend.set_name(recommendation);
  extend.set_reason("The new system comes in May.");
  *extend.mutable_due_date() = ParsePartialDate("2024-05-31").value();
  Must(Call(&Stub::ExtendRecommendation, extend));
  v1::AddProgressNoteRequest note;
  note.set_parent(recommendation);
  note.mutable_progress_note()->set_text("Training has begun.");
  Must(Call(&Stub::AddProgressNote, note));
  v1::RecordConcernPublicationRequest publish;
  publish.set_name(name);
  publish.mutable_published()->set_address("https://example.org/causes");
  publish.mutable_published()->set_title("Causes of concern");
  Must(Call(&Stub::RecordConcernPublication, publish));
  v1::CreateResponseRequest respond;
  respond.set_parent(name);
  respond.mutable_force_response()->set_text("We have set up a team.");
  Must(Call(&v1::ResponsesService::Stub::CreateResponse, respond, "west-midlands-officer"));
  v1::JudgeResponseRequest judge;
  judge.set_name(name + "/responses/1");
  judge.set_adequacy(v1::ADEQUACY_INADEQUATE);
  judge.set_rationale("No one is answerable for it.");
  Must(Call(&v1::ResponsesService::Stub::JudgeResponse, judge));

  const auto told = ElementsAre("MODIFIED " + recommendation + " OPEN", "ADDED " + recommendation + "/progressNotes/1",
                                "MODIFIED " + name + " ISSUED", "ADDED " + name + "/responses/1 AWAITING_JUDGEMENT",
                                "MODIFIED " + name + "/responses/1 INADEQUATE");
  EXPECT_THAT(inside->Until(Head()), told);
  EXPECT_THAT(outside->Until(Head()), told);
  EXPECT_TRUE(KeepsWatchPromises(inside->End(), Log()));
  EXPECT_TRUE(KeepsWatchPromises(outside->End(), LogOutside("forces/west-midlands")));
}

TEST_F(WatchTest, TellsASupersessionInOnePiece) {
  const std::string old = Issued().concern().name(), fresh = Issued().concern().name();
  auto outside = Open("west-midlands-officer", Head());
  v1::SupersedeConcernRequest supersede;
  supersede.set_name(old);
  supersede.set_successor(fresh);
  supersede.set_reason("Found unresolved.");
  const auto done = Must(Call(&Stub::SupersedeConcern, supersede));
  EXPECT_THAT(outside->Until(done.header().revision()),
              ElementsAre("MODIFIED " + old + " SUPERSEDED", "MODIFIED " + old + "/recommendations/1 SUPERSEDED",
                          "MODIFIED " + fresh + " ISSUED"));
}

TEST_F(WatchTest, TellsOfARevisitFromItsLetterOn) {
  const std::string concern = IssuedConcern();
  auto inside = Open("gateway", Head()), outside = Open("west-midlands-officer", Head());
  const std::string revisit = Plan({concern}), cancelled = Plan({concern});
  CarryOut(revisit);
  Find(revisit, {concern});
  Must(Call(&Revisits::CancelRevisit, CancelRequest(cancelled)));
  EXPECT_THAT(outside->Until(Head()), IsEmpty());
  Send(revisit);
  EXPECT_THAT(outside->Until(Head()), ElementsAre("ADDED " + revisit + " LETTER_SENT"));
  auto letter = LetterRequest(revisit);
  letter.set_correction("The copy list was wrong.");
  Must(Call(&Revisits::RecordLetter, letter));
  Publish(revisit);
  EXPECT_THAT(outside->Until(Head()),
              ElementsAre("MODIFIED " + revisit + " LETTER_SENT", "MODIFIED " + revisit + " LETTER_PUBLISHED"));
  EXPECT_THAT(inside->Until(Head()),
              ElementsAre("ADDED " + revisit + " PLANNED", "ADDED " + cancelled + " PLANNED",
                          "MODIFIED " + revisit + " CARRIED_OUT", "MODIFIED " + revisit + " FINDINGS_RECORDED",
                          "MODIFIED " + cancelled + " CANCELLED", "MODIFIED " + revisit + " LETTER_SENT",
                          "MODIFIED " + revisit + " LETTER_SENT", "MODIFIED " + revisit + " LETTER_PUBLISHED"));
  EXPECT_TRUE(KeepsWatchPromises(inside->End(), Log()));
  EXPECT_TRUE(KeepsWatchPromises(outside->End(), LogOutside("forces/west-midlands")));
}

TEST_F(WatchTest, TellsOfEvidenceOnceTheForceMayKnowOfIt) {
  const std::string concern = IssuedConcern();
  auto inside = Open("gateway", Head()), outside = Open("west-midlands-oversight-body", Head());
  const std::string kept = AddEvidence(concern);
  Must(Call(&EvidenceStub::AddEvidenceVersion, VersionRequest(kept)));
  EXPECT_THAT(outside->Until(Head()), IsEmpty());
  Must(Call(&EvidenceStub::ShareEvidence, ShareRequest(kept)));
  Must(Call(&EvidenceStub::LinkEvidence, LinkRequest(kept, concern + "/recommendations/1")));
  const std::string own = AddEvidence(concern, 'c', "west-midlands-officer");
  Must(Call(&EvidenceStub::AddEvidenceVersion, VersionRequest(own, 'd'), "west-midlands-officer"));
  EXPECT_THAT(outside->Until(Head()), ElementsAre("ADDED " + kept + " 2", "MODIFIED " + kept + " 2",
                                                  "ADDED " + own + " 1", "MODIFIED " + own + " 2"));
  EXPECT_THAT(inside->Until(Head()),
              ElementsAre("ADDED " + kept + " 1", "MODIFIED " + kept + " 2", "MODIFIED " + kept + " 2",
                          "MODIFIED " + kept + " 2", "ADDED " + own + " 1", "MODIFIED " + own + " 2"));
  EXPECT_TRUE(KeepsWatchPromises(inside->End(), Log()));
  EXPECT_TRUE(KeepsWatchPromises(outside->End(), LogOutside("forces/west-midlands")));
}

TEST_F(WatchTest, NotForThePublic) {
  v1::WatchConcernsRequest request;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  const auto stub = server_->StubAs<v1::ConcernsService>("public");
  auto reader = stub->WatchConcerns(&context, request);
  v1::WatchConcernsResponse message;
  EXPECT_FALSE(reader->Read(&message));
  EXPECT_THAT(rpc::FromGrpc(reader->Finish()), FailsWith(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
}

}  // namespace
}  // namespace oversight::concerns
