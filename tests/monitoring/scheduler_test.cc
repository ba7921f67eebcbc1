// What falls due, over a real ledger: decisions stand in for whatever has a moment.
#include "monitoring-service/service/scheduler.h"

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/ledger/store.h"
#include "common/rpc/watch_shape.h"
#include "gtest/gtest.h"
#include "monitoring-service/domain/effects.h"
#include "monitoring-service/domain/moments.h"
#include "monitoring-service/service/kinds.h"
#include "oversight/monitoring/v1/monitoring_service.pb.h"
#include "tests/support/ledger_calls.h"
#include "tests/support/temp_dir.h"

namespace oversight::monitoring {
namespace {

using testing::Awaited;
using testing::Eventually;

const absl::Time kNow = absl::FromUnixSeconds(1700820000);
const absl::Time kDue = kNow + absl::Hours(1);

std::string Name(int number) { return absl::StrCat("forces/kent/decisions/", number); }

class SchedulerTest : public ::testing::Test {
 protected:
  SchedulerTest() { RegisterKinds(resources_); }
  ~SchedulerTest() override { ledger_->Shutdown(); }

  std::unique_ptr<Scheduler> Start(bool look_at_once = false,
                                   std::vector<const google::protobuf::Descriptor*> rests_on = {}) {
    auto scheduler = std::make_unique<Scheduler>("principals/monitoring-service", resources_,
                                                 rpc::ShapeOf<v1::WatchMonitoringResponse>(), metrics_);
    Scheduler::DueAct act;
    act.verb = "TakeEffect";
    act.resource = v1::Decision::descriptor();
    act.due = [](const google::protobuf::Message& message) {
      return WaitsFor(static_cast<const v1::Decision&>(message));
    };
    act.prepare = [this](std::function<void(absl::StatusOr<Scheduler::Decide>)> then) {
      ++prepared_;
      if (failures_.fetch_sub(1) > 0) return then(absl::UnavailableError("The owner does not answer."));
      then(Scheduler::Decide([this](rpc::Facts& log, const std::string& name) { return Act(log, name); }));
    };
    act.look_at_once = look_at_once;
    act.rests_on = std::move(rests_on);
    scheduler->Register(std::move(act));
    scheduler->Start();
    return scheduler;
  }

  // Takes a decision into effect, once it is due or `early_`.
  absl::StatusOr<std::optional<rpc::Changes>> Act(rpc::Facts& log, const std::string& name) {
    OVERSIGHT_ASSIGN_OR_RETURN(v1::Decision decision, log.Require<v1::Decision>(name));
    const bool throws = throw_;  // Before the test sees that it was looked at, and says otherwise.
    ++looked_;
    if (throws) throw std::runtime_error("oh");
    if (refuse_) return absl::FailedPreconditionError("It may not be.");
    const auto due = WaitsFor(decision);
    if (!due || (*due > log.now() && !early_)) return std::optional<rpc::Changes>();
    decision.set_state(v1::DECISION_STATE_IN_EFFECT);
    rpc::Changes changes;
    changes.Put(decision);
    return std::optional(std::move(changes));
  }

  // Decisions with these numbers that wait until then.
  void Wait(int first, int last, absl::Time due) {
    Awaited<ledger::Committed> done;
    resources_.Perform(
        {.actor = "principals/tester", .verb = "Wait"},
        [&](rpc::Facts&) -> absl::StatusOr<rpc::Changes> {
          rpc::Changes changes;
          for (int number = first; number <= last; ++number) {
            v1::Decision decision;
            decision.set_name(Name(number));
            decision.set_state(v1::DECISION_STATE_PENDING_EFFECT);
            *decision.mutable_effective_time() = ToTimestamp(due);
            changes.Put(decision);
          }
          return changes;
        },
        done.callback());
    ASSERT_TRUE(done.Take().ok());
  }
  v1::DecisionState StateOf(int number) {
    const auto found = testing::GetNow(*ledger_, Name(number));
    v1::Decision decision;
    EXPECT_TRUE(found.ok() && found->version && decision.ParseFromString(found->version->payload));
    return decision.state();
  }
  bool Reaches(int64_t revision) {
    return Eventually([&] { return ledger_->head().revision >= revision; });
  }

  const testing::TempDir folder_;
  FakeClock clock_{kNow};
  std::unique_ptr<ledger::Ledger> ledger_ =
      *ledger::Ledger::Open(*ledger::EngineFor("sqlite:" + (folder_ / "test.db")), clock_);
  rpc::Resources resources_{*ledger_, clock_};
  observe::Metrics metrics_{"test"};
  std::atomic<int> prepared_{0}, failures_{0}, looked_{0};
  std::atomic<bool> refuse_{false}, throw_{false}, early_{false};
};

TEST_F(SchedulerTest, WhatAnActRestsOnCallsForAnotherLookWhenItChanges) {
  auto scheduler = Start(/*look_at_once=*/false, {v1::Episode::descriptor()});
  Wait(1, 1, kDue);
  ASSERT_TRUE(Eventually([&] { return scheduler->waiting() == 1; }));
  early_ = true;
  v1::Episode episode;
  for (const auto* name : {"forces/essex/episodes/1", "forces/kent/episodes/1"}) {
    EXPECT_EQ(looked_, 0) << "what is of another force does not matter";
    episode.set_name(name);
    Awaited<ledger::Committed> done;
    resources_.Perform(
        {.actor = "principals/tester", .verb = "Begin"},
        [&](rpc::Facts&) -> absl::StatusOr<rpc::Changes> {
          rpc::Changes changes;
          changes.Put(episode);
          return changes;
        },
        done.callback());
    ASSERT_TRUE(done.Take().ok());
  }
  ASSERT_TRUE(Eventually([&] { return StateOf(1) == v1::DECISION_STATE_IN_EFFECT; }));
  EXPECT_EQ(looked_, 1);
}

TEST_F(SchedulerTest, WhatIsDueIsDoneAndWhatIsNotWaits) {
  auto scheduler = Start();
  Wait(1, 1, kDue);
  Wait(2, 2, kDue + absl::Minutes(1));
  ASSERT_TRUE(Eventually([&] { return scheduler->waiting() == 2; }));
  clock_.Set(kDue);
  ASSERT_TRUE(Reaches(3));
  EXPECT_EQ(StateOf(1), v1::DECISION_STATE_IN_EFFECT);
  EXPECT_EQ(StateOf(2), v1::DECISION_STATE_PENDING_EFFECT);
  const auto history = testing::HistoryNow(*ledger_, {.name = Name(1)});
  EXPECT_EQ(history->entries[0].audit.actor, "principals/monitoring-service");
  EXPECT_EQ(history->entries[0].audit.verb, "TakeEffect");
  EXPECT_EQ(history->entries[0].audit.request_id, "TakeEffect forces/kent/decisions/1 @1");
  ASSERT_TRUE(Eventually([&] { return scheduler->waiting() == 1; }));
}

TEST_F(SchedulerTest, OfOneMinuteTheyGoInTheOrderOfTheirNumbers) {
  auto scheduler = Start();
  Wait(8, 11, kDue);
  ASSERT_TRUE(Eventually([&] { return scheduler->waiting() == 4; }));
  clock_.Set(kDue);
  ASSERT_TRUE(Reaches(5));
  for (int number = 8; number < 11; ++number) {
    const auto one = testing::GetNow(*ledger_, Name(number)), next = testing::GetNow(*ledger_, Name(number + 1));
    EXPECT_LT(one->version->revision, next->version->revision) << "the tenth comes after the ninth: " << number;
  }
}

TEST_F(SchedulerTest, AThousandOfOneMinuteAreStoredTogether) {
  Wait(1, 1000, kDue);
  auto scheduler = Start();
  ASSERT_TRUE(Eventually([&] { return scheduler->waiting() == 1000; }));
  const int64_t batches = ledger_->stats().batches;
  const absl::Time began = absl::Now();
  clock_.Set(kDue);
  ASSERT_TRUE(Reaches(1001));
  RecordProperty("milliseconds", static_cast<int>(absl::ToInt64Milliseconds(absl::Now() - began)));
  EXPECT_LE(ledger_->stats().batches - batches, 100) << "batched, not one by one";
  EXPECT_EQ(prepared_, 1) << "what they rest on is asked for once";
  for (const int number : {1, 500, 1000}) EXPECT_EQ(StateOf(number), v1::DECISION_STATE_IN_EFFECT);
}

TEST_F(SchedulerTest, OfSeveralOverOneStoreEachActIsDoneOnce) {
  auto one = Start(), another = Start();
  Wait(1, 200, kDue);
  ASSERT_TRUE(Eventually([&] { return one->waiting() == 200 && another->waiting() == 200; }));
  clock_.Set(kDue);
  ASSERT_TRUE(Eventually([&] { return one->waiting() == 0 && another->waiting() == 0; }));
  one->Stop();
  another->Stop();
  EXPECT_EQ(ledger_->head().revision, 201) << "one transaction for each, and the one that made them";
}

TEST_F(SchedulerTest, WhatFellDueMeanwhileIsDoneAtTheStart) {
  Wait(1, 3, kDue);
  clock_.Set(kDue + absl::Hours(48));
  auto scheduler = Start();
  ASSERT_TRUE(Reaches(4));
  ASSERT_TRUE(Eventually([&] { return scheduler->waiting() == 0; }));
}

TEST_F(SchedulerTest, WhatFailsBecauseSomeoneDoesNotAnswerIsTriedAgain) {
  failures_ = 1;
  Wait(1, 1, kNow);
  auto scheduler = Start();
  ASSERT_TRUE(Reaches(2));
  EXPECT_EQ(StateOf(1), v1::DECISION_STATE_IN_EFFECT);
  EXPECT_EQ(prepared_, 2);
}

TEST_F(SchedulerTest, WhatIsRefusedIsLeftAloneUntilItsResourceChanges) {
  refuse_ = true;
  Wait(1, 1, kNow);
  auto scheduler = Start();
  ASSERT_TRUE(Eventually([&] { return looked_ == 1; }));
  // Another act, later, shows that the scheduler has gone on, and not tried the first again.
  refuse_ = false;
  Wait(2, 2, kNow);
  ASSERT_TRUE(Reaches(3));
  EXPECT_EQ(StateOf(1), v1::DECISION_STATE_PENDING_EFFECT);
  Wait(1, 1, kNow);
  ASSERT_TRUE(Reaches(5));
  EXPECT_EQ(StateOf(1), v1::DECISION_STATE_IN_EFFECT);
}

TEST_F(SchedulerTest, AnActThatThrowsIsRefusedAndOthersGoOn) {
  throw_ = true;
  Wait(1, 1, kNow);
  auto scheduler = Start();
  ASSERT_TRUE(Eventually([&] { return looked_ == 1; }));
  throw_ = false;
  Wait(2, 2, kNow);
  ASSERT_TRUE(Reaches(3));
  EXPECT_EQ(StateOf(1), v1::DECISION_STATE_PENDING_EFFECT);
  EXPECT_EQ(StateOf(2), v1::DECISION_STATE_IN_EFFECT);
}

TEST_F(SchedulerTest, TellsHowLongAnActIsOverdueThatCannotBeDone) {
  auto scheduler = Start();
  EXPECT_EQ(scheduler->Overdue("TakeEffect"), absl::ZeroDuration());
  refuse_ = true;
  Wait(1, 2, kDue);
  ASSERT_TRUE(Eventually([&] { return scheduler->waiting() == 2; }));
  EXPECT_EQ(scheduler->Overdue("TakeEffect"), absl::ZeroDuration()) << "it is not due";
  clock_.Set(kDue + absl::Minutes(3));
  ASSERT_TRUE(Eventually([&] { return looked_ == 2; }));
  EXPECT_EQ(scheduler->Overdue("TakeEffect"), absl::Minutes(3)) << "and stays so after it was refused";
  EXPECT_NE(metrics_.Render().find("oversight_act_overdue_seconds{verb=\"TakeEffect\"} 180"), std::string::npos)
      << metrics_.Render();
  refuse_ = false;
  Wait(1, 2, kDue);  // Versions of their own, so they are tried anew.
  ASSERT_TRUE(Eventually([&] { return scheduler->waiting() == 0; }));
  EXPECT_EQ(scheduler->Overdue("TakeEffect"), absl::ZeroDuration());
}

TEST_F(SchedulerTest, LookingAgainTriesWhatIsNotDue) {
  auto scheduler = Start();
  Wait(1, 2, kDue);
  ASSERT_TRUE(Eventually([&] { return scheduler->waiting() == 2; }));
  early_ = true;
  scheduler->LookAgain("TakeEffect", [](const std::string& name) { return name == Name(2); });
  ASSERT_TRUE(Reaches(2));
  EXPECT_EQ(StateOf(1), v1::DECISION_STATE_PENDING_EFFECT);
  EXPECT_EQ(StateOf(2), v1::DECISION_STATE_IN_EFFECT);
}

TEST_F(SchedulerTest, AKindThatHasMoreToLookAtIsLookedAtOnceAndStillInTime) {
  auto scheduler = Start(/*look_at_once=*/true);
  Wait(1, 1, kDue);
  ASSERT_TRUE(Eventually([&] { return looked_ == 1; }));
  EXPECT_EQ(StateOf(1), v1::DECISION_STATE_PENDING_EFFECT);
  clock_.Set(kDue);
  ASSERT_TRUE(Reaches(2));
}

}  // namespace
}  // namespace oversight::monitoring
