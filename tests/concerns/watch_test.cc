// WatchConcerns: what insiders are told, and what outsiders are told of the same events.
#include "concerns-service/domain/lifecycle.h"
#include "tests/concerns/service_support.h"
#include "tests/support/watch_recorder.h"

namespace oversight::concerns {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class WatchTest : public ConcernsServiceTest {
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
          told.push_back(
              common::v1::EventType_Name(event.type()).substr(sizeof("EVENT_TYPE_") - 1) + " " + event.name() + " " +
              (event.has_concern() ? StateWord(event.concern().state()) : StateWord(event.recommendation().state())));
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
  // The log as those outside are told it: nothing of drafts, nothing of other forces, and what they meet first as new.
  std::vector<testing::Delivery> LogOutside(const std::string& force) {
    auto met = std::make_shared<std::set<std::string>>();
    return testing::LogToldBy<v1::WatchConcernsResponse>(
        server_->ledger(), [force, met](testing::WatchedChange& change) {
          if (change.name.rfind(force + "/", 0) != 0) return false;
          v1::Concern concern;
          v1::Recommendation recommendation;
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
  const std::string first = Draft().name();  // Revision 1.
  auto watch = Open("gateway", 1);
  Recommend(first);
  Issue(first);
  EXPECT_THAT(watch->Until(3),
              ElementsAre("ADDED " + first + "/recommendations/1 DRAFT", "MODIFIED " + first + " ISSUED",
                          "MODIFIED " + first + "/recommendations/1 OPEN"));
  EXPECT_TRUE(KeepsWatchPromises(watch->End(), Log()));
}

TEST_F(WatchTest, TellsAForceOnlyWhatIsIssuedToItAsNew) {
  const std::string first = Draft().name();
  auto watch = Open("west-midlands-officer", 1);
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
              ElementsAre("ADDED " + issued + " ISSUED", "ADDED " + issued + "/recommendations/1 OPEN"));
  EXPECT_THAT(inside->Until(Head()),
              ::testing::UnorderedElementsAre("ADDED " + issued + " ISSUED", "ADDED " + draft + " DRAFT",
                                              "ADDED " + issued + "/recommendations/1 OPEN"));
  EXPECT_TRUE(KeepsWatchPromises(outside->End(), LogOutside("forces/west-midlands")));
  EXPECT_TRUE(KeepsWatchPromises(inside->End(), Log()));
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
