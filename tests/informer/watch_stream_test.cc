// The feed behind every Watch, over a real ledger and a port that the test holds in its hand.
#include "common/rpc/watch_stream.h"

#include <condition_variable>
#include <mutex>
#include <optional>

#include "common/rpc/errors.h"
#include "common/rpc/tokens.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "oversight/concerns/v1/concerns_service.pb.h"
#include "oversight/forces/v1/forces_service.pb.h"
#include "oversight/monitoring/v1/monitoring_service.pb.h"
#include "tests/informer/support.h"
#include "tests/support/watch_recorder.h"

namespace oversight::rpc {
namespace {

using forces::v1::WatchForcesResponse;
using testing::DeleteForce;
using ::testing::ElementsAre;
using testing::Eventually;
using testing::OwnLedger;
using testing::PutForce;
using testing::Store;
using ::testing::UnorderedElementsAre;

class HeldPort final : public WatchPort {
 public:
  std::unique_ptr<google::protobuf::Message> NewResponse() const override {
    return std::make_unique<WatchForcesResponse>();
  }
  void Write(google::protobuf::Message* response, std::function<void(bool)> written) override {
    std::unique_lock lock(mu_);
    EXPECT_FALSE(written_) << "a second message before the first was written";
    EXPECT_FALSE(finished_.has_value()) << "a message after the end";
    messages_.push_back(std::move(*static_cast<WatchForcesResponse*>(response)));
    changed_.notify_all();
    if (hold_) {
      written_ = std::move(written);
      return;
    }
    lock.unlock();
    written(true);
  }
  void Finish(const absl::Status& status) override {
    std::lock_guard lock(mu_);
    EXPECT_FALSE(finished_.has_value()) << "finished twice";
    finished_ = status;
    changed_.notify_all();
  }

  // From now on a message counts as written only when Release is called.
  void Hold() {
    std::lock_guard lock(mu_);
    hold_ = true;
  }
  void Release(bool go_on_holding = false) {
    std::function<void(bool)> written;
    {
      std::lock_guard lock(mu_);
      hold_ = go_on_holding;
      written.swap(written_);
    }
    if (written) written(true);
  }
  void Break() {
    std::function<void(bool)> written;
    {
      std::lock_guard lock(mu_);
      written.swap(written_);
    }
    ASSERT_TRUE(written);
    written(false);
  }

  WatchForcesResponse At(size_t index) {
    std::unique_lock lock(mu_);
    const bool there = changed_.wait_until(lock, std::chrono::system_clock::now() + testing::kPatience,
                                           [&] { return messages_.size() > index; });
    EXPECT_TRUE(there) << "no message " << index;
    return there ? messages_[index] : WatchForcesResponse();
  }
  absl::Status End() {
    std::unique_lock lock(mu_);
    const bool ended = changed_.wait_until(lock, std::chrono::system_clock::now() + testing::kPatience,
                                           [&] { return finished_.has_value(); });
    EXPECT_TRUE(ended) << "not finished";
    return ended ? *finished_ : absl::OkStatus();
  }
  std::vector<WatchForcesResponse> All() {
    std::lock_guard lock(mu_);
    return messages_;
  }
  // The events messages that came, in order.
  std::vector<forces::v1::ForceEvents> Events() {
    std::vector<forces::v1::ForceEvents> events;
    for (const auto& message : All()) {
      if (message.has_events()) events.push_back(message.events());
    }
    return events;
  }

 private:
  std::mutex mu_;
  std::condition_variable changed_;
  std::vector<WatchForcesResponse> messages_;
  std::optional<absl::Status> finished_;
  std::function<void(bool)> written_;
  bool hold_ = false;
};

const WatchShape& Shape() {
  static const WatchShape shape(WatchForcesResponse::descriptor());
  return shape;
}

common::v1::WatchStart StartOf(const std::string& text) {
  common::v1::WatchStart start;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &start)) << text;
  return start;
}

struct Watching {
  Watching(OwnLedger& ledger, const std::string& start, VersionFilter visible = nullptr, int chunk_items = 200,
           bool hold = false) {
    Begin(ledger, StartOf(start), std::move(visible), chunk_items, hold);
  }
  Watching(OwnLedger& ledger, const common::v1::WatchStart& start) { Begin(ledger, start, nullptr, 200, false); }
  ~Watching() {
    if (feed != nullptr) feed->Stop();
    KeepsItsPromises();
  }
  // Whatever the stream was for, all that it told must be what every Watch promises. Once, while the ledger can be
  // read.
  void KeepsItsPromises() {
    if (std::exchange(checked_, true)) return;
    testing::WatchRecorder recorder(WatchForcesResponse::descriptor(), initial_state_);
    for (const auto& message : port->All()) recorder.Add(message);
    const auto log = testing::LogToldBy<WatchForcesResponse>(**ledger_, [this](const testing::WatchedChange& change) {
      return visible_ == nullptr || visible_({.name = change.name});
    });
    EXPECT_TRUE(testing::KeepsWatchPromises(recorder.story(), log));
  }
  void Begin(OwnLedger& ledger, const common::v1::WatchStart& start, VersionFilter visible, int chunk_items,
             bool hold) {
    ledger_ = &ledger;
    visible_ = visible;
    initial_state_ = start.initial_state();
    if (hold) port->Hold();
    feed = WatchFeed::Start(port, Shape(), start,
                            {.ledger = ledger.ledger.get(),
                             .clock = &ledger.clock,
                             .visible = std::move(visible),
                             .chunk_items = chunk_items});
  }
  std::shared_ptr<HeldPort> port = std::make_shared<HeldPort>();
  std::shared_ptr<WatchFeed> feed;

 private:
  OwnLedger* ledger_ = nullptr;
  VersionFilter visible_;  // by name alone
  bool initial_state_ = false;
  bool checked_ = false;
};

std::vector<std::string> Names(const forces::v1::ForceEvents& events) {
  std::vector<std::string> names;
  for (const auto& event : events.events()) names.push_back(event.name());
  return names;
}

TEST(WatchShape, FitsEveryWatchOfTheSuite) {
  EXPECT_THAT(WatchShape(WatchForcesResponse::descriptor()).kinds(),
              ::testing::IsSupersetOf({forces::v1::Force::descriptor(), forces::v1::Inspection::descriptor()}));
  EXPECT_THAT(
      WatchShape(concerns::v1::WatchConcernsResponse::descriptor()).kinds(),
      ::testing::IsSupersetOf({concerns::v1::Concern::descriptor(), concerns::v1::Recommendation::descriptor()}));
  EXPECT_THAT(WatchShape(monitoring::v1::WatchMonitoringResponse::descriptor()).kinds(),
              ::testing::Contains(monitoring::v1::Monitoring::descriptor()));
}

TEST(WatchShapeDeathTest, DiesOfAnotherShape) {
  EXPECT_DEATH(WatchShape{forces::v1::GetForceResponse::descriptor()}, "created");
}

// Who waits for revisions is told of one that is hidden as soon as there is nothing else to tell.
TEST(WatchStream, TellsAtOnceOfWhatIsHiddenWhereThatIsAskedFor) {
  OwnLedger ledger;
  const auto port = std::make_shared<HeldPort>();
  WatchOptions options{.ledger = ledger.ledger.get(), .clock = &ledger.clock};
  options.visible = [](const ledger::Version& version) { return version.name != "forces/hidden"; };
  options.bookmark_unseen = true;
  const auto feed = WatchFeed::Start(port, Shape(), StartOf("bookmark_interval { seconds: 60 }"), options);
  EXPECT_EQ(port->At(1).bookmark().revision(), 0);
  EXPECT_FALSE(port->At(1).bookmark().has_recorded_time());
  Store(*ledger, {PutForce("hidden", "x")});
  EXPECT_EQ(port->At(2).bookmark().revision(), 1);
  EXPECT_EQ(GetTime(port->At(2).bookmark().recorded_time()), ledger->head().recorded_time);
  feed->Stop();
}

TEST(WatchStream, TellsOfNowThenOfWhatFollows) {
  OwnLedger ledger;
  Store(*ledger, {PutForce("kent", "South East")});
  Watching watching(ledger, "");
  EXPECT_EQ(watching.port->At(0).created().revision(), 1);
  EXPECT_EQ(watching.port->At(0).created().consistency_token(), EncodeConsistencyToken(ledger->incarnation(), 1));
  EXPECT_EQ(watching.port->At(1).bookmark().revision(), 1) << "it has caught up, and says so";

  Store(*ledger, {PutForce("essex", "East"), PutForce("kent", "Kent")});
  const auto events = watching.port->At(2).events();
  EXPECT_EQ(events.revision(), 2);
  EXPECT_TRUE(events.has_recorded_time());
  EXPECT_EQ(events.consistency_token(), EncodeConsistencyToken(ledger->incarnation(), 2));
  ASSERT_THAT(Names(events), ElementsAre("forces/essex", "forces/kent")) << "one transaction, one message";
  EXPECT_EQ(events.events(0).type(), common::v1::EVENT_TYPE_ADDED);
  EXPECT_EQ(events.events(1).type(), common::v1::EVENT_TYPE_MODIFIED);
  EXPECT_EQ(events.events(1).force().region(), "Kent");
  EXPECT_EQ(events.events(1).force().revision(), 2);
  EXPECT_EQ(events.events(1).force().etag(), "\"2\"");

  Store(*ledger, {DeleteForce("kent")});
  EXPECT_EQ(watching.port->At(3).events().events(0).type(), common::v1::EVENT_TYPE_DELETED);
  EXPECT_EQ(watching.port->At(3).events().events(0).name(), "forces/kent");
}

TEST(WatchStream, ResumesAfterARevision) {
  OwnLedger ledger;
  for (int i = 1; i <= 5; ++i) Store(*ledger, {PutForce("kent", std::to_string(i))});
  Watching watching(ledger, "resume_after: 3");
  EXPECT_EQ(watching.port->At(0).created().revision(), 3);
  EXPECT_EQ(watching.port->At(1).events().revision(), 4);
  EXPECT_EQ(watching.port->At(2).events().revision(), 5);
  EXPECT_EQ(watching.port->At(3).bookmark().revision(), 5);
  EXPECT_FALSE(watching.port->At(3).bookmark().initial_state_end());
}

TEST(WatchStream, RevisionZeroWithItsTokenIsAPlaceInTheLog) {
  OwnLedger ledger;
  Store(*ledger, {PutForce("kent", "")});
  common::v1::WatchStart start;
  start.set_token(EncodeConsistencyToken(ledger->incarnation(), 0));
  Watching watching(ledger, start);
  EXPECT_EQ(watching.port->At(0).created().revision(), 0);
  EXPECT_EQ(watching.port->At(1).events().revision(), 1);
}

TEST(WatchStream, RefusesWhatItCannotServe) {
  OwnLedger ledger;
  EXPECT_EQ(ReasonOf(Watching(ledger, "resume_after: 1").port->End()), "REVISION_IN_FUTURE");
  EXPECT_EQ(ReasonOf(Watching(ledger, "token: 'nonsense'").port->End()), "CONSISTENCY_TOKEN_MISMATCH");
  common::v1::WatchStart foreign;
  foreign.set_token(EncodeConsistencyToken("some other store", 0));
  EXPECT_EQ(ReasonOf(Watching(ledger, foreign).port->End()), "CONSISTENCY_TOKEN_MISMATCH");

  Watching wrong(ledger, "resume_after: 1 initial_state: true bookmark_interval { nanos: 99999999 }");
  EXPECT_EQ(wrong.feed, nullptr);
  std::vector<std::string> fields;
  for (const auto& [field, description] : ViolationsOf(wrong.port->End())) fields.push_back(field);
  EXPECT_THAT(fields, UnorderedElementsAre("start.initial_state", "start.bookmark_interval"));
}

TEST(WatchStream, SendsTheInitialStateAtOneRevisionInChunks) {
  OwnLedger ledger;
  for (int i = 1; i <= 7; ++i) Store(*ledger, {PutForce("f" + std::to_string(i), "before")});
  Store(*ledger, {DeleteForce("f7")});
  Watching watching(ledger, "initial_state: true", nullptr, 2, /*hold=*/true);
  EXPECT_EQ(watching.port->At(0).created().revision(), 8);
  // What is written while the state is being sent belongs after it.
  Store(*ledger, {PutForce("f1", "after"), PutForce("f9", "after"), DeleteForce("f6")});
  watching.port->Release();
  std::vector<std::string> names;
  for (int i = 1; i <= 3; ++i) {
    const auto events = watching.port->At(i).events();
    EXPECT_EQ(events.revision(), 8);
    EXPECT_EQ(events.events_size(), 2);
    for (const auto& event : events.events()) {
      EXPECT_EQ(event.type(), common::v1::EVENT_TYPE_ADDED);
      EXPECT_EQ(event.force().region(), "before");
      names.push_back(event.name());
    }
  }
  EXPECT_THAT(names, ElementsAre("forces/f1", "forces/f2", "forces/f3", "forces/f4", "forces/f5", "forces/f6"));
  EXPECT_TRUE(watching.port->At(4).bookmark().initial_state_end());
  EXPECT_EQ(watching.port->At(4).bookmark().revision(), 8);
  EXPECT_EQ(watching.port->At(5).events().revision(), 9);
  EXPECT_EQ(watching.port->At(5).events().events_size(), 3);
}

// What is told of a version that was redacted: everything but what it held.
void ExpectRedacted(const forces::v1::ForceEvent& event, const std::string& name, common::v1::EventType type) {
  EXPECT_EQ(event.name(), name);
  EXPECT_EQ(event.type(), type);
  EXPECT_EQ(event.redaction(), "redactions/1");
  EXPECT_EQ(event.resource_case(), forces::v1::ForceEvent::RESOURCE_NOT_SET);
}

void Redact(OwnLedger& ledger, const ledger::VersionId& id) {
  const auto redacted = testing::CommitNow(*ledger, testing::Redacting(id));
  ASSERT_TRUE(redacted.ok()) << redacted.status();
}

TEST(WatchStream, TellsOfWhatWasRedactedInItsPlace) {
  OwnLedger ledger;
  Store(*ledger, {PutForce("kent", "secret"), PutForce("essex", "East")});
  Store(*ledger, {PutForce("kent", "corrected")});
  Redact(ledger, {"forces/kent", 1});
  common::v1::WatchStart start;
  start.set_token(EncodeConsistencyToken(ledger->incarnation(), 0));
  Watching watching(ledger, start);
  const auto events = watching.port->At(1).events();
  EXPECT_EQ(events.revision(), 1);
  ASSERT_EQ(events.events_size(), 2);
  ExpectRedacted(events.events(0), "forces/kent", common::v1::EVENT_TYPE_ADDED);
  EXPECT_EQ(events.events(1).force().region(), "East");
  EXPECT_EQ(watching.port->At(2).events().events(0).force().region(), "corrected");
  EXPECT_EQ(watching.port->At(3).bookmark().revision(), 3) << "the record itself is not of this stream";
}

TEST(WatchStream, HidesWhatWasRedactedFromWhoMayNotSeeAll) {
  OwnLedger ledger;
  Store(*ledger, {PutForce("kent", "secret"), PutForce("essex", "East")});
  Store(*ledger, {PutForce("kent", "corrected")});
  Redact(ledger, {"forces/kent", 1});
  auto port = std::make_shared<HeldPort>();
  common::v1::WatchStart start;
  start.set_token(EncodeConsistencyToken(ledger->incarnation(), 0));
  // As services decide it: by the resource, which cannot be read here.
  const auto feed = WatchFeed::Start(
      port, Shape(), start,
      {.ledger = ledger.ledger.get(), .clock = &ledger.clock, .visible = [](const ledger::Version& version) {
         return FromVersion<forces::v1::Force>(version).ok();
       }});
  EXPECT_THAT(Names(port->At(1).events()), ElementsAre("forces/essex"));
  EXPECT_THAT(Names(port->At(2).events()), ElementsAre("forces/kent"));
  feed->Stop();
}

// The client is slow, and transactions that were read for it wait.
TEST(WatchStream, ReadsAgainWhatWasRedactedWhileItWaited) {
  OwnLedger ledger;
  Store(*ledger, {PutForce("essex", "East")});
  Store(*ledger, {PutForce("essex", "South East")});
  Store(*ledger, {PutForce("kent", "secret")});
  Store(*ledger, {PutForce("kent", "corrected")});
  Watching slow(ledger, "resume_after: 1", nullptr, 200, /*hold=*/true);
  EXPECT_TRUE(slow.port->At(0).has_created());
  slow.port->Release(/*go_on_holding=*/true);
  EXPECT_EQ(slow.port->At(1).events().revision(), 2);
  Redact(ledger, {"forces/kent", 3});
  slow.port->Release();
  ExpectRedacted(slow.port->At(2).events().events(0), "forces/kent", common::v1::EVENT_TYPE_ADDED);
  EXPECT_EQ(slow.port->At(3).events().events(0).force().region(), "corrected");
  EXPECT_EQ(slow.port->At(4).bookmark().revision(), 5);
  Store(*ledger, {PutForce("kent", "later")});
  EXPECT_EQ(slow.port->At(5).events().revision(), 6);
}

TEST(WatchStream, ReadsTheInitialStateAgainToo) {
  OwnLedger ledger;
  for (const char* id : {"a", "b", "c", "d", "e"})
    Store(*ledger, {PutForce(id, id == std::string("d") ? "secret" : "")});
  auto port = std::make_shared<HeldPort>();
  port->Hold();
  // Pages of four, and one resource to a message.
  const auto feed =
      WatchFeed::Start(port, Shape(), StartOf("initial_state: true"),
                       {.ledger = ledger.ledger.get(), .clock = &ledger.clock, .chunk_items = 4, .chunk_bytes = 1});
  for (int i = 0; i <= 2; ++i) {
    port->At(i);
    port->Release(/*go_on_holding=*/true);
  }
  // "c" is on its way, "d" waits behind it.
  EXPECT_THAT(Names(port->At(3).events()), ElementsAre("forces/c"));
  Store(*ledger, {PutForce("d", "corrected")});
  Redact(ledger, {"forces/d", 4});
  port->Release();
  EXPECT_TRUE(Eventually([&] { return port->Events().size() == 6; }));
  feed->Stop();
  const auto events = port->Events();
  ExpectRedacted(events[3].events(0), "forces/d", common::v1::EVENT_TYPE_ADDED);
  EXPECT_THAT(Names(events[4]), ElementsAre("forces/e"));
  EXPECT_EQ(events[5].events(0).force().region(), "corrected");
  testing::WatchRecorder recorder(WatchForcesResponse::descriptor(), /*initial_state=*/true);
  for (const auto& message : port->All()) recorder.Add(message);
  EXPECT_TRUE(testing::KeepsWatchPromises(recorder.story(), testing::LogToldBy<WatchForcesResponse>(*ledger)));
}

TEST(WatchStream, AnEmptyStateEndsAtOnce) {
  OwnLedger ledger;
  Watching watching(ledger, "initial_state: true");
  EXPECT_EQ(watching.port->At(0).created().revision(), 0);
  EXPECT_TRUE(watching.port->At(1).bookmark().initial_state_end());
  Store(*ledger, {PutForce("kent", "")});
  EXPECT_EQ(watching.port->At(2).events().revision(), 1);
}

TEST(WatchStream, LeavesOutWhatTheCallerMayNotSee) {
  OwnLedger ledger;
  const VersionFilter visible = [](const ledger::Version& version) { return version.name != "forces/secret"; };
  Store(*ledger, {PutForce("kent", ""), PutForce("secret", "")});
  Watching watching(ledger, "initial_state: true bookmark_interval { nanos: 100000000 }", visible);
  EXPECT_THAT(Names(watching.port->At(1).events()), ElementsAre("forces/kent"));
  Store(*ledger, {PutForce("secret", "changed")});
  EXPECT_TRUE(Eventually([&] {
    const auto all = watching.port->All();
    return !all.empty() && all.back().has_bookmark() && all.back().bookmark().revision() == 2;
  })) << "a bookmark passes the hidden transaction";
  Store(*ledger, {PutForce("secret", "again"), PutForce("essex", "")});
  EXPECT_TRUE(Eventually([&] { return watching.port->Events().size() == 2; }));
  EXPECT_THAT(Names(watching.port->Events().back()), ElementsAre("forces/essex"));
  EXPECT_EQ(watching.port->Events().back().revision(), 3);
}

TEST(WatchStream, PassesOverKindsItDoesNotTellOf) {
  OwnLedger ledger;
  Watching watching(ledger, "");
  watching.port->At(1);
  Store(*ledger, {testing::Put("things/1", "payload")});
  Store(*ledger, {PutForce("kent", ""), testing::Put("things/2", "payload")});
  EXPECT_EQ(watching.port->At(2).events().revision(), 2);
  EXPECT_THAT(Names(watching.port->At(2).events()), ElementsAre("forces/kent"));
}

TEST(WatchStream, ReportsAPayloadThatCannotBeRead) {
  OwnLedger ledger;
  Watching watching(ledger, "");
  Store(*ledger, {testing::Put("forces/kent", "\xff\xff\xff", {}, forces::v1::Force::descriptor()->full_name())});
  EXPECT_EQ(watching.port->End().code(), absl::StatusCode::kDataLoss);
}

TEST(WatchStream, SendsBookmarksWhileNothingHappens) {
  OwnLedger ledger;
  Watching watching(ledger, "bookmark_interval { nanos: 100000000 }");
  for (int i = 1; i <= 3; ++i) {
    const auto bookmark = watching.port->At(i).bookmark();
    EXPECT_EQ(bookmark.revision(), 0);
    EXPECT_EQ(bookmark.consistency_token(), EncodeConsistencyToken(ledger->incarnation(), 0));
    EXPECT_TRUE(bookmark.has_time());
    EXPECT_FALSE(bookmark.initial_state_end());
  }
}

TEST(WatchStream, ASlowClientHoldsUpNobodyAndIsToldWhenItLags) {
  OwnLedger ledger({.watch_window = 5});
  Watching slow(ledger, "");
  Watching quick(ledger, "");
  slow.port->At(1);
  quick.port->At(1);
  slow.port->Hold();
  Store(*ledger, {PutForce("kent", "first")});
  EXPECT_EQ(slow.port->At(2).events().revision(), 1);
  for (int i = 2; i <= 40; ++i) {
    EXPECT_EQ(Store(*ledger, {PutForce("kent", std::to_string(i))}), i);
    EXPECT_EQ(quick.port->At(i + 1).events().revision(), i);  // takes each as it comes
  }
  EXPECT_EQ(slow.port->All().size(), 3u) << "nothing is written to a client that has not taken the last";
  slow.port->Release();
  const absl::Status end = slow.port->End();
  EXPECT_EQ(end.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(end), "WATCH_LAGGING");
  EXPECT_EQ(ErrorMetadata(end, "last_revision"), std::to_string(slow.port->Events().back().revision()));

  // From there it resumes without a gap.
  Watching again(ledger, "resume_after: " + ErrorMetadata(end, "last_revision"));
  int64_t revision = slow.port->Events().back().revision();
  EXPECT_TRUE(
      Eventually([&] { return !again.port->Events().empty() && again.port->Events().back().revision() == 40; }));
  for (const auto& events : again.port->Events()) EXPECT_EQ(events.revision(), ++revision);
}

TEST(WatchStream, LetsGoOfTheLedgerWhenTheCallEnds) {
  OwnLedger ledger;
  std::weak_ptr<WatchFeed> feed;
  {
    Watching watching(ledger, "initial_state: true");
    watching.port->At(1);
    EXPECT_TRUE(Eventually([&] { return ledger->stats().watchers == 1; }));
    feed = watching.feed;
    watching.feed->Stop();
    watching.feed->Stop();
  }
  EXPECT_TRUE(Eventually([&] { return feed.expired(); }));
  EXPECT_TRUE(Eventually([&] { return ledger->stats().watchers == 0; }));
}

TEST(WatchStream, EndsWhenAWriteFails) {
  OwnLedger ledger;
  Watching watching(ledger, "", nullptr, 200, /*hold=*/true);
  watching.port->At(0);
  watching.port->Break();
  EXPECT_TRUE(Eventually([&] { return ledger->stats().watchers == 0; }));
  Store(*ledger, {PutForce("kent", "")});
  EXPECT_EQ(watching.port->All().size(), 1u);
}

TEST(WatchStream, EndsWithTheLedger) {
  OwnLedger ledger;
  Watching watching(ledger, "");
  watching.port->At(1);
  watching.KeepsItsPromises();
  ledger->Shutdown();
  const absl::Status end = watching.port->End();
  EXPECT_EQ(end.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(end), "DRAINING");
}

}  // namespace
}  // namespace oversight::rpc
