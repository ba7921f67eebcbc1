// The informer against an owner that the test plays itself, message by message: what is hard to bring about with a real
// one.
#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/rpc/informer.h"
#include "common/rpc/tokens.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "oversight/concerns/v1/concerns_service.pb.h"
#include "oversight/forces/v1/forces_service.pb.h"
#include "tests/informer/support.h"

namespace oversight::rpc {
namespace {

using concerns::v1::Concern;
using concerns::v1::Recommendation;
using concerns::v1::WatchConcernsResponse;
using testing::Awaited;
using ::testing::ElementsAre;
using testing::Eventually;
using ::testing::HasSubstr;

// Plays the owner. Streams are numbered from 0 in the order they were opened.
class PlayedOwner {
 public:
  OpenWatch Opener() {
    return [this](const common::v1::WatchStart& start,
                  std::function<void(std::unique_ptr<google::protobuf::Message>)> message,
                  std::function<void(absl::Status)> done) {
      auto stream = std::make_shared<Stream>();
      stream->start = start;
      stream->message = std::move(message);
      stream->done = std::move(done);
      std::lock_guard lock(mu_);
      streams_.push_back(stream);
      return stream;
    };
  }

  struct Stream final : WatchCall, std::enable_shared_from_this<Stream> {
    void Cancel() override {
      // As gRPC does it: the end comes on another thread.
      std::thread([self = shared_from_this()] { self->End(absl::CancelledError("cancelled")); }).detach();
    }
    void End(const absl::Status& status) {
      if (!ended.exchange(true)) done(status);
    }
    void Send(WatchConcernsResponse response) { message(std::make_unique<WatchConcernsResponse>(std::move(response))); }

    void Created(const std::string& store, int64_t revision) {
      WatchConcernsResponse response;
      response.mutable_created()->set_revision(revision);
      response.mutable_created()->set_consistency_token(EncodeConsistencyToken(store, revision));
      Send(response);
    }
    void Bookmark(const std::string& store, int64_t revision, bool initial_state_end = false) {
      WatchConcernsResponse response;
      response.mutable_bookmark()->set_revision(revision);
      response.mutable_bookmark()->set_consistency_token(EncodeConsistencyToken(store, revision));
      response.mutable_bookmark()->set_initial_state_end(initial_state_end);
      Send(response);
    }
    // Titles by name; an empty title deletes.
    void Events(const std::string& store, int64_t revision,
                const std::vector<std::pair<std::string, std::string>>& items) {
      WatchConcernsResponse response;
      auto* events = response.mutable_events();
      events->set_revision(revision);
      events->set_consistency_token(EncodeConsistencyToken(store, revision));
      for (const auto& [name, title] : items) {
        auto* event = events->add_events();
        event->set_name(name);
        event->set_type(title.empty() ? common::v1::EVENT_TYPE_DELETED : common::v1::EVENT_TYPE_MODIFIED);
        event->mutable_concern()->set_name(name);
        event->mutable_concern()->set_title(title);
      }
      Send(response);
    }

    common::v1::WatchStart start;
    std::function<void(std::unique_ptr<google::protobuf::Message>)> message;
    std::function<void(absl::Status)> done;
    std::atomic<bool> ended{false};
  };

  // Waits for the stream.
  std::shared_ptr<Stream> At(size_t index) {
    EXPECT_TRUE(Eventually([&] { return count() > index; })) << "no stream " << index;
    std::lock_guard lock(mu_);
    return streams_.at(index);
  }
  size_t count() {
    std::lock_guard lock(mu_);
    return streams_.size();
  }
  // Ends what is open, so that Stop can return.
  ~PlayedOwner() {
    for (const auto& stream : streams_) stream->message = nullptr;
  }

 private:
  std::mutex mu_;
  std::vector<std::shared_ptr<Stream>> streams_;
};

InformerOptions Quick() {
  InformerOptions options;
  options.owner = "concerns";
  options.min_backoff = absl::Milliseconds(1);
  options.max_backoff = absl::Milliseconds(5);
  return options;
}

std::string Title(const InformerCore& informer, const std::string& name) {
  const auto concern = informer.Read()->Get<Concern>(name);
  return concern == nullptr ? "" : concern->title();
}

struct Played {
  explicit Played(InformerOptions options = Quick()) : informer(std::move(options), owner.Opener()) {}
  // A copy of store A at revision 5.
  void Sync() {
    informer.Start();
    auto stream = owner.At(0);
    stream->Created("A", 5);
    stream->Events("A", 5, {{"forces/kent/concerns/1", "one"}, {"forces/kent/concerns/2", "two"}});
    stream->Bookmark("A", 5, true);
  }
  PlayedOwner owner;
  Informer<Concern, Recommendation> informer;
};

absl::Status Wait(const std::function<void(InformerCore::Done)>& wait) {
  Awaited<int> awaited;
  wait([done = awaited.callback()](absl::Status status) {
    if (status.ok()) return done(1);
    done(status);
  });
  return awaited.Take().status();
}

TEST(InformerCore, ShowsNothingBeforeTheWholeStateHasCome) {
  Played played;
  EXPECT_EQ(played.informer.Status().state, InformerState::kNeverSynced);
  played.informer.Start();
  auto stream = played.owner.At(0);
  EXPECT_TRUE(stream->start.initial_state());
  EXPECT_EQ(stream->start.bookmark_interval().seconds(), 1);
  stream->Created("A", 5);
  stream->Events("A", 5, {{"forces/kent/concerns/1", "one"}});
  EXPECT_EQ(played.informer.Read()->Count<Concern>(), 0u);
  EXPECT_EQ(played.informer.Status().state, InformerState::kNeverSynced);
  EXPECT_EQ(played.informer.Status().age, absl::InfiniteDuration());
  stream->Events("A", 5, {{"forces/kent/concerns/2", "two"}});
  stream->Bookmark("A", 5, true);
  EXPECT_EQ(played.informer.Read()->Count<Concern>(), 2u);
  EXPECT_EQ(played.informer.Read()->revision(), 5);
  EXPECT_EQ(played.informer.Status().state, InformerState::kSynced);
  EXPECT_TRUE(played.informer.Status().connected);
  EXPECT_LT(played.informer.Status().age, absl::Seconds(10));
  EXPECT_EQ(played.informer.Get<Concern>("forces/kent/concerns/2")->title(), "two");
  EXPECT_EQ(played.informer.Get<Recommendation>("forces/kent/concerns/2"), nullptr);
}

TEST(InformerCore, KeepsACopyForAsLongAsItIsHeld) {
  Played played;
  played.Sync();
  const auto copy = played.informer.Read();
  const auto concern = copy->Get<Concern>("forces/kent/concerns/1");
  played.owner.At(0)->Events("A", 6, {{"forces/kent/concerns/1", "ONE"}, {"forces/kent/concerns/2", ""}});
  EXPECT_EQ(copy->revision(), 5);
  EXPECT_EQ(copy->Count<Concern>(), 2u);
  EXPECT_EQ(concern->title(), "one");
  EXPECT_EQ(played.informer.Read()->revision(), 6);
  EXPECT_EQ(Title(played.informer, "forces/kent/concerns/1"), "ONE");
  EXPECT_EQ(played.informer.Read()->Count<Concern>(), 1u);
}

TEST(InformerCore, ListsByParentInNaturalOrder) {
  Played played;
  played.Sync();
  played.owner.At(0)->Events(
      "A", 6,
      {{"forces/kent/concerns/10", "ten"}, {"forces/kent-north/concerns/1", "north"}, {"forces/a/concerns/1", "a"}});
  std::vector<std::string> titles;
  for (const auto& concern : played.informer.Read()->List<Concern>("forces/kent/")) titles.push_back(concern->title());
  EXPECT_THAT(titles, ElementsAre("one", "two", "ten"));
  titles.clear();
  played.informer.Read()->ForEach<Concern>("", [&](const Concern& concern) {
    titles.push_back(concern.title());
    return titles.size() < 2;
  });
  EXPECT_EQ(titles.size(), 2u);
}

TEST(InformerCore, ResumesWhereItWas) {
  Played played;
  played.Sync();
  played.owner.At(0)->Bookmark("A", 9);
  EXPECT_EQ(played.informer.Read()->revision(), 9) << "a bookmark moves the copy on";
  played.owner.At(0)->End(absl::UnavailableError("gone"));
  const auto status = played.informer.Status();
  EXPECT_FALSE(status.connected);
  EXPECT_EQ(status.last_error.code(), absl::StatusCode::kUnavailable);
  auto stream = played.owner.At(1);
  EXPECT_FALSE(stream->start.initial_state());
  EXPECT_EQ(stream->start.resume_after(), 9);
  EXPECT_EQ(stream->start.token(), EncodeConsistencyToken("A", 9));
  stream->Created("A", 9);
  EXPECT_TRUE(played.informer.Status().connected);
  stream->Events("A", 10, {{"forces/kent/concerns/3", "three"}});
  EXPECT_EQ(played.informer.Read()->Count<Concern>(), 3u);
  EXPECT_EQ(played.informer.Status().restarts, 1);
  EXPECT_EQ(played.informer.Status().relists, 0);
}

TEST(InformerCore, ResumesWhenToldThatItLags) {
  Played played;
  played.Sync();
  played.owner.At(0)->End(
      Error(absl::StatusCode::kResourceExhausted, common::v1::ERROR_REASON_WATCH_LAGGING, "lagging"));
  EXPECT_EQ(played.owner.At(1)->start.resume_after(), 5);
}

TEST(InformerCore, TakesNoTransactionTwice) {
  Played played;
  int changes = 0;
  played.informer.AddListener([&](const InformerChange&) { ++changes; });
  played.Sync();
  played.owner.At(0)->Events("A", 6, {{"forces/kent/concerns/1", "six"}});
  played.owner.At(0)->Events("A", 6, {{"forces/kent/concerns/1", "six again"}});
  played.owner.At(0)->Events("A", 4, {{"forces/kent/concerns/1", "four"}});
  EXPECT_EQ(Title(played.informer, "forces/kent/concerns/1"), "six");
  EXPECT_EQ(changes, 2);
}

TEST(InformerCore, ListsAgainWhenItsPlaceIsLost) {
  const absl::Status reasons[] = {
      Error(absl::StatusCode::kOutOfRange, common::v1::ERROR_REASON_REVISION_COMPACTED, "compacted"),
      Error(absl::StatusCode::kOutOfRange, common::v1::ERROR_REASON_REVISION_IN_FUTURE, "restored"),
      Error(absl::StatusCode::kInvalidArgument, common::v1::ERROR_REASON_CONSISTENCY_TOKEN_MISMATCH, "another store"),
      absl::ResourceExhaustedError("Received message larger than max"),
  };
  for (const absl::Status& reason : reasons) {
    Played played;
    std::vector<InformerChange> changes;
    played.informer.AddListener([&](const InformerChange& change) { changes.push_back(change); });
    played.Sync();
    played.owner.At(0)->End(absl::UnavailableError("gone"));
    played.owner.At(1)->End(reason);
    auto stream = played.owner.At(2);
    EXPECT_TRUE(stream->start.initial_state());
    EXPECT_EQ(stream->start.resume_after(), 0);
    EXPECT_EQ(stream->start.token(), "");
    stream->Created("B", 3);
    stream->Events("B", 3, {{"forces/kent/concerns/2", "two"}, {"forces/kent/concerns/3", "new"}});
    EXPECT_EQ(Title(played.informer, "forces/kent/concerns/1"), "one")
        << "the old copy serves until the new one is whole";
    // A break in the middle loses only what was begun.
    stream->End(absl::UnavailableError("gone again"));
    stream = played.owner.At(3);
    EXPECT_TRUE(stream->start.initial_state());
    stream->Created("B", 4);
    stream->Events("B", 4, {{"forces/kent/concerns/2", "TWO"}, {"forces/kent/concerns/4", "four"}});
    stream->Bookmark("B", 4, true);
    EXPECT_EQ(played.informer.Read()->revision(), 4);
    EXPECT_EQ(played.informer.Read()->token(), EncodeConsistencyToken("B", 4));
    EXPECT_EQ(played.informer.Read()->Count<Concern>(), 2u);
    EXPECT_EQ(played.informer.Status().relists, 1);
    ASSERT_EQ(changes.size(), 2u);
    EXPECT_TRUE(changes[1].listed);
    std::map<std::string, common::v1::EventType> types;
    for (const auto& item : changes[1].items) types[item.name] = item.type;
    EXPECT_THAT(types, ElementsAre(std::pair("forces/kent/concerns/1", common::v1::EVENT_TYPE_DELETED),
                                   std::pair("forces/kent/concerns/2", common::v1::EVENT_TYPE_MODIFIED),
                                   std::pair("forces/kent/concerns/4", common::v1::EVENT_TYPE_ADDED)));
    stream->End(absl::UnavailableError("gone"));
    EXPECT_EQ(played.owner.At(4)->start.resume_after(), 4) << "and goes on as usual";
  }
}

TEST(InformerCore, TellsListenersWhatChangedAfterItCanBeRead) {
  Played played;
  std::vector<std::string> told;
  played.informer.AddListener([&](const InformerChange& change) {
    EXPECT_EQ(played.informer.Read()->revision(), change.revision);
    for (const auto& item : change.items) told.push_back(absl::StrCat(item.type, " ", item.name));
  });
  played.Sync();
  told.clear();
  played.owner.At(0)->Events("A", 6,
                             {{"forces/kent/concerns/1", "ONE"},
                              {"forces/kent/concerns/2", ""},
                              {"forces/kent/concerns/3", "x"},
                              {"forces/kent/concerns/99", ""}});
  EXPECT_THAT(told, ElementsAre("2 forces/kent/concerns/1", "3 forces/kent/concerns/2", "1 forces/kent/concerns/3"));
}

TEST(InformerCore, TellsIndexesBeforeItCanBeReadAndOfEveryRevision) {
  Played played;
  std::vector<std::string> told;
  played.informer.AddIndex([&](const InformerChange& change) {
    EXPECT_EQ(played.informer.Read(), change.before);
    EXPECT_EQ(change.after->revision(), change.revision);
    told.push_back(absl::StrCat("at ", change.revision));
    for (const auto& item : change.items) {
      EXPECT_EQ(item.before, change.before->Get<Concern>(item.name));
      EXPECT_EQ(item.after, change.after->Get<Concern>(item.name));
      told.push_back(
          absl::StrCat(item.before == nullptr ? "" : "was ", item.name, item.after == nullptr ? " gone" : ""));
    }
  });
  played.Sync();
  EXPECT_THAT(told, ElementsAre("at 5", "forces/kent/concerns/1", "forces/kent/concerns/2"));
  told.clear();
  played.owner.At(0)->Events("A", 6, {{"forces/kent/concerns/1", "ONE"}, {"forces/kent/concerns/2", ""}});
  played.owner.At(0)->Bookmark("A", 8);
  EXPECT_THAT(told, ElementsAre("at 6", "was forces/kent/concerns/1", "was forces/kent/concerns/2 gone", "at 8"));
}

TEST(InformerCore, WaitsForRevisionsAndTokens) {
  Played played;
  std::atomic<int> reached{0};
  const auto count = [&](absl::Status status) { reached += status.ok() ? 1 : 100; };
  played.informer.WaitForSync(absl::InfiniteFuture(), count);
  played.informer.WaitFor(6, absl::InfiniteFuture(), count);
  played.informer.WaitFor(7, absl::Now() + absl::Seconds(60), count);
  EXPECT_EQ(reached, 0);
  played.Sync();
  EXPECT_EQ(reached, 1);
  played.informer.WaitFor(5, absl::InfinitePast(), count);
  EXPECT_EQ(reached, 2) << "already there";
  played.owner.At(0)->Events("A", 6, {});
  EXPECT_EQ(reached, 3);
  played.owner.At(0)->Bookmark("A", 7);
  EXPECT_EQ(reached, 4);
  EXPECT_TRUE(Wait([&](auto done) {
                played.informer.WaitForToken(EncodeConsistencyToken("A", 7), absl::InfiniteFuture(), done);
              }).ok());
  EXPECT_EQ(ReasonOf(Wait([&](auto done) {
              played.informer.WaitForToken(EncodeConsistencyToken("B", 1), absl::InfiniteFuture(), done);
            })),
            "CONSISTENCY_TOKEN_MISMATCH");
  EXPECT_EQ(ReasonOf(Wait([&](auto done) { played.informer.WaitForToken("nonsense", absl::InfiniteFuture(), done); })),
            "CONSISTENCY_TOKEN_MISMATCH");
}

TEST(InformerCore, ATokenOfANewStoreWaitsForTheNewCopy) {
  Played played;
  played.Sync();
  played.owner.At(0)->End(absl::UnavailableError("gone"));
  std::atomic<bool> reached{false};
  played.informer.WaitForToken(EncodeConsistencyToken("B", 2), absl::InfiniteFuture(), [&](absl::Status status) {
    EXPECT_TRUE(status.ok()) << status;
    reached = true;
  });
  EXPECT_FALSE(reached);
  played.owner.At(1)->End(
      Error(absl::StatusCode::kInvalidArgument, common::v1::ERROR_REASON_CONSISTENCY_TOKEN_MISMATCH, "other"));
  auto stream = played.owner.At(2);
  stream->Created("B", 2);
  EXPECT_FALSE(reached);
  stream->Bookmark("B", 2, true);
  EXPECT_TRUE(reached);
}

TEST(InformerCore, WaitingEndsAtTheDeadline) {
  Played played;
  const auto wait = [&](auto done) { played.informer.WaitFor(6, absl::Now() + absl::Milliseconds(20), done); };
  absl::Status status = Wait(wait);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), "DEPENDENCY_UNAVAILABLE");
  EXPECT_EQ(ErrorMetadata(status, "service"), "concerns");
  played.Sync();
  status = Wait(wait);
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
}

TEST(InformerCore, AsksTheOwnerForItsHead) {
  InformerOptions options = Quick();
  int64_t head = 6;
  options.ask_head = [&head](absl::Time, std::function<void(absl::StatusOr<OwnerHead>)> done) {
    if (head == 0) return done(absl::UnavailableError("no answer"));
    done(OwnerHead{head, EncodeConsistencyToken("A", head)});
  };
  Played played(std::move(options));
  played.Sync();
  std::atomic<bool> reached{false};
  played.informer.WaitForHead(absl::InfiniteFuture(), [&](absl::Status status) { reached = status.ok(); });
  EXPECT_FALSE(reached);
  played.owner.At(0)->Bookmark("A", 6);
  EXPECT_TRUE(reached);
  head = 0;
  EXPECT_EQ(Wait([&](auto done) { played.informer.WaitForHead(absl::InfiniteFuture(), done); }).code(),
            absl::StatusCode::kUnavailable);
}

TEST(InformerCore, GrowsOldAndSaysWhy) {
  InformerOptions options = Quick();
  options.stale_after = absl::Milliseconds(50);
  Played played(std::move(options));
  played.Sync();
  played.owner.At(0)->End(absl::UnavailableError("the lights went out"));
  EXPECT_TRUE(Eventually([&] { return played.informer.Status().state == InformerState::kStale; }));
  EXPECT_GT(played.informer.Status().age, absl::Milliseconds(50));
  EXPECT_THAT(played.informer.Status().reason, HasSubstr("the lights went out"));
  EXPECT_EQ(Title(played.informer, "forces/kent/concerns/1"), "one") << "and goes on answering";
  auto stream = played.owner.At(1);
  stream->Created("A", 5);
  EXPECT_EQ(played.informer.Status().state, InformerState::kStale) << "a connection alone is no news";
  stream->Bookmark("A", 5);
  EXPECT_LT(played.informer.Status().age, absl::Seconds(10));
  EXPECT_TRUE(Eventually([&] {
    stream->Bookmark("A", 5);
    return played.informer.Status().state == InformerState::kSynced;
  }));
}

TEST(InformerCore, OpensASilentConnectionAnew) {
  InformerOptions options = Quick();
  options.dead_after = absl::Milliseconds(40);
  Played played(std::move(options));
  played.informer.Start();
  played.owner.At(2);  // none of them says a word
  EXPECT_THAT(std::string(played.informer.Status().last_error.message()), HasSubstr("silent"));
}

TEST(InformerCore, StopEndsEverything) {
  auto played = std::make_unique<Played>();
  played->Sync();
  absl::Status waited;
  played->informer.WaitFor(100, absl::InfiniteFuture(), [&](absl::Status status) { waited = status; });
  played->informer.Stop();
  EXPECT_EQ(waited.code(), absl::StatusCode::kCancelled);
  EXPECT_TRUE(played->owner.At(0)->ended);
  EXPECT_EQ(Title(played->informer, "forces/kent/concerns/1"), "one");
  played->informer.WaitFor(100, absl::InfiniteFuture(), [&](absl::Status status) { waited = std::move(status); });
  EXPECT_EQ(waited.code(), absl::StatusCode::kCancelled);
  played->informer.Stop();
  EXPECT_EQ(played->owner.count(), 1u);
}

TEST(InformerCore, StopsWhileItWaitsToTryAgainAndBeforeItBegan) {
  InformerOptions options = Quick();
  options.min_backoff = options.max_backoff = absl::Minutes(1);
  Played played(std::move(options));
  played.informer.Start();
  played.owner.At(0)->End(absl::UnavailableError("gone"));
  played.informer.Stop();
  Played never;
  never.informer.Stop();
  never.informer.Start();
  EXPECT_EQ(never.owner.count(), 0u);
}

TEST(InformerCore, ShowsItselfInMetrics) {
  observe::Metrics metrics("test");
  InformerOptions options = Quick();
  options.metrics = &metrics;
  {
    Played played(std::move(options));
    played.Sync();
    const std::string text = metrics.Render();
    EXPECT_THAT(text, HasSubstr("oversight_informer_revision{owner=\"concerns\"} 5"));
    EXPECT_THAT(text, HasSubstr("oversight_informer_connected{owner=\"concerns\"} 1"));
    EXPECT_THAT(text, HasSubstr("oversight_informer_age_seconds"));
    EXPECT_THAT(text, HasSubstr("oversight_informer_restarts_total"));
  }
  EXPECT_THAT(metrics.Render(), ::testing::Not(HasSubstr("oversight_informer_revision{")));
}

// An event of a concern that was redacted: there is its name, and the record.
WatchConcernsResponse RedactedEvent(const std::string& store, int64_t revision, const std::string& name,
                                    common::v1::EventType type) {
  WatchConcernsResponse response;
  response.mutable_events()->set_revision(revision);
  response.mutable_events()->set_consistency_token(EncodeConsistencyToken(store, revision));
  auto* event = response.mutable_events()->add_events();
  event->set_name(name);
  event->set_type(type);
  event->set_redaction("redactions/1");
  return response;
}

TEST(InformerCore, KeepsWhatItHasWhileItPassesWhatWasRedacted) {
  Played played;
  const auto& informer = played.informer;
  std::vector<std::string> told;
  played.informer.AddListener([&](const InformerChange& change) {
    for (const auto& item : change.items) {
      told.push_back(absl::StrCat(change.revision, " ", common::v1::EventType_Name(item.type), " ", item.name));
    }
  });
  played.informer.Start();
  const auto stream = played.owner.At(0);
  stream->Created("s", 1);
  stream->Events("s", 1, {{"forces/kent/concerns/1", "One"}});
  stream->Send(RedactedEvent("s", 1, "forces/kent/concerns/2", common::v1::EVENT_TYPE_ADDED));
  stream->Bookmark("s", 1, /*initial_state_end=*/true);
  EXPECT_EQ(informer.Read()->Count<Concern>(), 1u);

  stream->Send(RedactedEvent("s", 2, "forces/kent/concerns/1", common::v1::EVENT_TYPE_MODIFIED));
  EXPECT_EQ(informer.Read()->revision(), 2);
  EXPECT_EQ(Title(informer, "forces/kent/concerns/1"), "One");
  // What took the place of the redacted one.
  stream->Events("s", 3, {{"forces/kent/concerns/1", "Corrected"}, {"forces/kent/concerns/2", "Two"}});
  EXPECT_EQ(Title(informer, "forces/kent/concerns/1"), "Corrected");
  EXPECT_EQ(Title(informer, "forces/kent/concerns/2"), "Two");
  // Nothing follows on a deletion.
  stream->Send(RedactedEvent("s", 4, "forces/kent/concerns/1", common::v1::EVENT_TYPE_DELETED));
  EXPECT_EQ(informer.Read()->Get<Concern>("forces/kent/concerns/1"), nullptr);
  EXPECT_EQ(informer.Read()->Count<Concern>(), 1u);
  EXPECT_THAT(told,
              ElementsAre("1 EVENT_TYPE_ADDED forces/kent/concerns/1", "3 EVENT_TYPE_MODIFIED forces/kent/concerns/1",
                          "3 EVENT_TYPE_ADDED forces/kent/concerns/2", "4 EVENT_TYPE_DELETED forces/kent/concerns/1"));
}

}  // namespace
}  // namespace oversight::rpc
