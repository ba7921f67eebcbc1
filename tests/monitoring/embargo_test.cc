// What is under embargo, from the proposal to the minute the announcement is out, for whom; and the record of a read.
#include "monitoring-service/domain/embargo.h"

#include "common/time/timestamp.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/domain/publication.h"
#include "oversight/monitoring/v1/advice.pb.h"
#include "oversight/monitoring/v1/disclosure.pb.h"
#include "oversight/monitoring/v1/plan.pb.h"
#include "tests/monitoring/moves_fixture.h"

namespace oversight::monitoring {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Embargoes : public Moves {
 protected:
  // A read of the version that is there now, unless another was shown.
  template <class T>
  static bool Holds(const T& now, absl::Time read_time = kNow, const T* shown = nullptr) {
    return EmbargoOn({.shown = shown == nullptr ? now : *shown,
                      .now = now,
                      .sight = Sight::kEverything,
                      .time = read_time,
                      .whole = true})
        .holds;
  }
  // Told of in other words.
  static bool HoldsTold(const google::protobuf::Message& now, absl::Time read_time = kNow) {
    return EmbargoOn({.shown = now, .now = now, .sight = Sight::kEverything, .time = read_time}).holds;
  }
  static std::vector<std::string> IfAny(const google::protobuf::Message& shown, Sight sight = Sight::kEverything) {
    return EmbargoOn({.shown = shown, .now = shown, .sight = sight, .time = kNow, .whole = true}).if_any;
  }
  template <class T>
  static T ChangedAt(T resource, absl::Time time) {
    SetTime(time, resource.mutable_update_time());
    return resource;
  }
};

TEST_F(Embargoes, AProposalWhileItIsOpenThenAsItsDecision) {
  const v1::Proposal open = ChangedAt(*ProposeIt(Entry()), kNow - absl::Hours(3));
  EXPECT_TRUE(Holds(open));
  auto declined = ChangedAt(open, kNow - absl::Hours(1));
  declined.set_state(v1::PROPOSAL_STATE_DECLINED);
  EXPECT_FALSE(Holds(declined));
  EXPECT_TRUE(Holds(declined, kNow - absl::Hours(2), &open)) << "it was open when it was read";
  EXPECT_FALSE(Holds(declined, kNow, &open)) << "looked up in its history";
  EXPECT_THAT(IfAny(declined), IsEmpty());
  auto approved = open;
  approved.set_state(v1::PROPOSAL_STATE_APPROVED);
  approved.set_decision("forces/west-midlands/decisions/1");
  EXPECT_FALSE(Holds(approved));
  EXPECT_THAT(IfAny(approved), ElementsAre("forces/west-midlands/decisions/1"));
}

TEST_F(Embargoes, ADecisionUntilItsAnnouncementIsOut) {
  const v1::Decision pending = ChangedAt(Approved(kNow + absl::Hours(2)).decision, kNow - absl::Hours(1));
  EXPECT_TRUE(Holds(pending));
  v1::Decision awaited = pending;
  awaited.set_state(v1::DECISION_STATE_IN_EFFECT);
  SetTime(kNow, awaited.mutable_take_effect_time());
  awaited.mutable_publication()->set_state(v1::PUBLICATION_STATE_AWAITED);
  EXPECT_TRUE(Holds(awaited));
  v1::Decision published = awaited;
  published.mutable_publication()->set_state(v1::PUBLICATION_STATE_PUBLISHED);
  SetTime(kNow + absl::Hours(1), published.mutable_publication()->mutable_published_time());
  EXPECT_TRUE(Holds(published, kNow, &awaited)) << "read before, judged after";
  EXPECT_TRUE(HoldsTold(published, kNow));
  EXPECT_FALSE(HoldsTold(published, kNow + absl::Hours(2)));
  EXPECT_FALSE(Holds(published, kNow + absl::Hours(2), &awaited)) << "looked up in its history";
  EXPECT_FALSE(Holds(published, kNow)) << "the reader's clock is behind: what was shown was public";
  // From before there were announcements.
  awaited.clear_publication();
  EXPECT_FALSE(Holds(awaited));
  // What came to nothing.
  v1::Decision revoked = ChangedAt(pending, kNow);
  revoked.set_state(v1::DECISION_STATE_REVOKED);
  EXPECT_FALSE(Holds(revoked));
  EXPECT_TRUE(Holds(revoked, kNow - absl::Minutes(30), &pending));
  revoked.set_state(v1::DECISION_STATE_DECLINED);
  EXPECT_FALSE(Holds(revoked));
  // What is known from public sources.
  v1::Decision imported = pending;
  imported.mutable_historical();
  EXPECT_FALSE(Holds(imported));
}

TEST_F(Embargoes, AnAnnouncementUntilItIsOut) {
  v1::Announcement announcement;
  announcement.set_decision("forces/west-midlands/decisions/1");
  for (const auto state :
       {v1::ANNOUNCEMENT_STATE_DRAFT, v1::ANNOUNCEMENT_STATE_IN_REVIEW, v1::ANNOUNCEMENT_STATE_REVIEWED,
        v1::ANNOUNCEMENT_STATE_CLEARED, v1::ANNOUNCEMENT_STATE_SCHEDULED}) {
    announcement.set_state(state);
    EXPECT_TRUE(Holds(announcement)) << v1::AnnouncementState_Name(state);
  }
  const v1::Announcement draft = announcement;
  announcement.set_state(v1::ANNOUNCEMENT_STATE_WITHDRAWN);
  EXPECT_FALSE(Holds(announcement));
  EXPECT_THAT(IfAny(announcement), ElementsAre("forces/west-midlands/decisions/1")) << "withdrawn before it was out";
  SetTime(kNow, announcement.mutable_published_time());
  for (const auto state :
       {v1::ANNOUNCEMENT_STATE_PUBLISHED, v1::ANNOUNCEMENT_STATE_CORRECTED, v1::ANNOUNCEMENT_STATE_WITHDRAWN}) {
    announcement.set_state(state);
    EXPECT_FALSE(Holds(announcement)) << v1::AnnouncementState_Name(state);
    EXPECT_TRUE(Holds(announcement, kNow - absl::Seconds(1), &draft)) << "read before, judged after";
    EXPECT_FALSE(Holds(announcement, kNow, &draft)) << "looked up in its history";
    EXPECT_FALSE(Holds(announcement, kNow - absl::Seconds(1))) << "the reader's clock is behind";
    EXPECT_TRUE(HoldsTold(announcement, kNow - absl::Seconds(1)));
  }
}

// A force sees its stage before the public does.
TEST_F(Embargoes, AStageForWhoSeesItAsWhatMadeIt) {
  MoveIn(absl::CivilDay(2023, 11, 24));
  const v1::Monitoring& monitoring = record_.monitoring;
  const v1::Episode& episode = *record_.episode;
  for (const Sight sight : {Sight::kStage, Sight::kEverything}) {
    EXPECT_THAT(IfAny(monitoring, sight), ElementsAre("forces/west-midlands/decisions/1"));
    EXPECT_THAT(IfAny(episode, sight), ElementsAre("forces/west-midlands/decisions/1"));
  }
  for (const Sight sight : {Sight::kNothing, Sight::kPublished}) {
    EXPECT_THAT(IfAny(monitoring, sight), IsEmpty()) << "they are shown what was public";
    EXPECT_THAT(IfAny(episode, sight), IsEmpty());
  }
  EXPECT_THAT(IfAny(VirtualMonitoring(ladders_, kForce)), IsEmpty());
}

// Of a stage that was told of in other words it is known only what it is now: not, that it was so already.
TEST_F(Embargoes, ADecisionShowsInAStageFromWhenItTookEffect) {
  v1::Decision decision = Approved(kNow + absl::Hours(2)).decision;
  const auto in_stage = [&](absl::Time read_time) {
    return EmbargoOn(
               {.shown = decision, .now = decision, .sight = Sight::kEverything, .time = read_time, .for_stage = true})
        .holds;
  };
  EXPECT_FALSE(in_stage(kNow));
  decision.set_state(v1::DECISION_STATE_IN_EFFECT);
  decision.mutable_publication()->set_state(v1::PUBLICATION_STATE_AWAITED);
  SetTime(kNow + absl::Hours(2), decision.mutable_take_effect_time());
  EXPECT_FALSE(in_stage(kNow + absl::Hours(1)));
  EXPECT_TRUE(in_stage(kNow + absl::Hours(2)));
}

TEST_F(Embargoes, WhatIsSaidOfAMoveAsTheMove) {
  v1::Advice advice;
  advice.set_name("forces/kent/proposals/3/advice/1");
  EXPECT_FALSE(Holds(advice));
  EXPECT_THAT(IfAny(advice), ElementsAre("forces/kent/proposals/3"));
  v1::Disclosure disclosure;
  disclosure.set_about("forces/kent/decisions/2");
  EXPECT_FALSE(Holds(disclosure));
  EXPECT_THAT(IfAny(disclosure), ElementsAre("forces/kent/decisions/2"));
  v1::Plan plan;
  plan.set_name("forces/kent/plans/1");
  EXPECT_FALSE(Holds(plan));
  EXPECT_THAT(IfAny(plan), IsEmpty());
}

common::v1::ReportedRead ReadBy(const std::string& reader, absl::Time time) {
  common::v1::ReportedRead read;
  read.mutable_reader()->set_name(reader);
  read.mutable_reader()->set_display_name("Press office");
  read.mutable_reader()->add_roles(common::v1::ROLE_PRESS_OFFICE);
  read.set_method("oversight.monitoring.v1.MonitoringService/GetDecision");
  SetTime(time, read.mutable_read_time());
  return read;
}

common::v1::ToldResource Of(const std::string& name, int64_t revision) {
  common::v1::ToldResource told;
  told.set_name(name);
  told.set_revision(revision);
  return told;
}

TEST(ReadRecord, SaysWhoReadWhatWhenAndHow) {
  const auto record =
      RecordOf(ReadBy("principals/press-officer", kNow), Of("forces/kent/decisions/2", 17), "principals/gateway");
  EXPECT_THAT(record.name(), ::testing::MatchesRegex("embargoedReads/20231127-[0-9a-f]{32}"));
  EXPECT_EQ(record.reader(), "principals/press-officer");
  EXPECT_EQ(record.reader_display_name(), "Press office");
  EXPECT_THAT(record.roles(), ElementsAre(common::v1::ROLE_PRESS_OFFICE));
  EXPECT_EQ(record.resource(), "forces/kent/decisions/2");
  EXPECT_EQ(record.resource_revision(), 17);
  EXPECT_EQ(record.force(), "forces/kent");
  EXPECT_EQ(record.method(), "oversight.monitoring.v1.MonitoringService/GetDecision");
  EXPECT_EQ(GetTime(record.read_time()), kNow);
  EXPECT_EQ(record.reporter(), "principals/gateway");
}

TEST(ReadRecord, OneForEachReaderVersionAndDay) {
  const auto name = [](const std::string& reader, absl::Time time, const std::string& resource, int64_t revision) {
    return RecordOf(ReadBy(reader, time), Of(resource, revision), kSelf).name();
  };
  const std::string one = name("principals/a", kNow, "forces/kent/decisions/2", 17);
  EXPECT_EQ(name("principals/a", kNow + absl::Hours(1), "forces/kent/decisions/2", 17), one);
  EXPECT_NE(name("principals/a", kNow + absl::Hours(24), "forces/kent/decisions/2", 17), one);
  EXPECT_NE(name("principals/b", kNow, "forces/kent/decisions/2", 17), one);
  EXPECT_NE(name("principals/a", kNow, "forces/kent/decisions/3", 17), one);
  EXPECT_NE(name("principals/a", kNow, "forces/kent/decisions/2", 18), one);
  EXPECT_NE(name("principals/a", kNow, "forces/kent/decisions/21", 7),
            name("principals/a", kNow, "forces/kent/decisions/2", 17));
}

// What a stage was told to be, and what was in the log, may be another thing later that day.
TEST(ReadRecord, WithoutAVersionOneForEachMinuteWhereThatSaysMore) {
  const auto name = [](const std::string& resource, absl::Time time) {
    return RecordOf(ReadBy("principals/a", time), Of(resource, 0), kSelf).name();
  };
  for (const std::string resource : {std::string("forces/kent"), std::string(kLedger)}) {
    EXPECT_EQ(name(resource, kNow), name(resource, kNow + absl::Seconds(59)));
    EXPECT_NE(name(resource, kNow), name(resource, kNow + absl::Seconds(60)));
  }
  EXPECT_EQ(name("forces/kent/decisions/1", kNow), name("forces/kent/decisions/1", kNow + absl::Hours(1)));
}

TEST(ReadRecord, AForceStandsForItsStageAndALogForNoForce) {
  EXPECT_EQ(ReadAs("forces/kent"), "forces/kent/monitoring");
  EXPECT_EQ(ReadAs("forces/kent/monitoring"), "forces/kent/monitoring");
  EXPECT_EQ(ReadAs("forces/kent/decisions/1"), "forces/kent/decisions/1");
  EXPECT_EQ(ReadAs(kLedger), kLedger);
  EXPECT_EQ(RecordOf(ReadBy("principals/a", kNow), Of(kLedger, 0), kSelf).force(), "");
}

}  // namespace
}  // namespace oversight::monitoring
