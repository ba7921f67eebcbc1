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
  static bool Holds(const google::protobuf::Message& resource, Sight sight = Sight::kEverything,
                    absl::Time read_time = kNow) {
    return EmbargoOn(resource, sight, read_time).holds;
  }
  static std::vector<std::string> IfAny(const google::protobuf::Message& resource, Sight sight = Sight::kEverything) {
    return EmbargoOn(resource, sight, kNow).if_any;
  }
  template <class T>
  static T ChangedAt(T resource, absl::Time time) {
    SetTime(time, resource.mutable_update_time());
    return resource;
  }
};

TEST_F(Embargoes, AProposalWhileItIsOpenThenAsItsDecision) {
  const v1::Proposal open = ChangedAt(*ProposeIt(Entry()), kNow - absl::Hours(1));
  EXPECT_TRUE(Holds(open));
  auto declined = open;
  declined.set_state(v1::PROPOSAL_STATE_DECLINED);
  EXPECT_FALSE(Holds(declined));
  EXPECT_TRUE(Holds(declined, Sight::kEverything, kNow - absl::Hours(2))) << "it was open when it was read";
  EXPECT_THAT(IfAny(declined), IsEmpty());
  auto approved = open;
  approved.set_state(v1::PROPOSAL_STATE_APPROVED);
  approved.set_decision("forces/west-midlands/decisions/1");
  EXPECT_FALSE(Holds(approved));
  EXPECT_THAT(IfAny(approved), ElementsAre("forces/west-midlands/decisions/1"));
}

TEST_F(Embargoes, ADecisionUntilItsAnnouncementIsOut) {
  const Decided pending = Approved(kNow + absl::Hours(2));
  EXPECT_TRUE(Holds(pending.decision));
  v1::Decision decision = pending.decision;
  decision.set_state(v1::DECISION_STATE_IN_EFFECT);
  decision.mutable_publication()->set_state(v1::PUBLICATION_STATE_AWAITED);
  EXPECT_TRUE(Holds(decision));
  decision.mutable_publication()->set_state(v1::PUBLICATION_STATE_PUBLISHED);
  SetTime(kNow, decision.mutable_publication()->mutable_published_time());
  EXPECT_FALSE(Holds(decision));
  EXPECT_TRUE(Holds(decision, Sight::kEverything, kNow - absl::Seconds(1))) << "read a second before, judged after";
  // From before there were announcements.
  decision.clear_publication();
  EXPECT_FALSE(Holds(decision));
  // What came to nothing.
  v1::Decision revoked = ChangedAt(pending.decision, kNow - absl::Hours(1));
  revoked.set_state(v1::DECISION_STATE_REVOKED);
  EXPECT_FALSE(Holds(revoked));
  EXPECT_TRUE(Holds(revoked, Sight::kEverything, kNow - absl::Hours(2)));
  revoked.set_state(v1::DECISION_STATE_DECLINED);
  EXPECT_FALSE(Holds(revoked));
  // What is known from public sources.
  v1::Decision imported = pending.decision;
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
  announcement.set_state(v1::ANNOUNCEMENT_STATE_WITHDRAWN);
  EXPECT_FALSE(Holds(announcement));
  EXPECT_THAT(IfAny(announcement), ElementsAre("forces/west-midlands/decisions/1")) << "withdrawn before it was out";
  SetTime(kNow, announcement.mutable_published_time());
  for (const auto state :
       {v1::ANNOUNCEMENT_STATE_PUBLISHED, v1::ANNOUNCEMENT_STATE_CORRECTED, v1::ANNOUNCEMENT_STATE_WITHDRAWN}) {
    announcement.set_state(state);
    EXPECT_FALSE(Holds(announcement)) << v1::AnnouncementState_Name(state);
    EXPECT_TRUE(Holds(announcement, Sight::kEverything, kNow - absl::Seconds(1)));
  }
}

// A force sees its stage before the public does; nobody outside sees what waits to change it.
TEST_F(Embargoes, AStageForWhoSeesIt) {
  MoveIn(absl::CivilDay(2023, 11, 24));
  v1::Monitoring monitoring = record_.monitoring;
  ASSERT_TRUE(monitoring.has_published());
  EXPECT_TRUE(Holds(monitoring, Sight::kEverything));
  EXPECT_TRUE(Holds(monitoring, Sight::kStage));
  EXPECT_FALSE(Holds(monitoring, Sight::kPublished)) << "they are shown what was public";
  EXPECT_FALSE(Holds(monitoring, Sight::kNothing));
  v1::Episode episode = *record_.episode;
  ASSERT_TRUE(episode.entry_awaits_publication());
  EXPECT_TRUE(Holds(episode, Sight::kStage));
  EXPECT_FALSE(Holds(episode, Sight::kPublished));
  EXPECT_THAT(IfAny(episode, Sight::kPublished), IsEmpty());

  monitoring.clear_published();
  EXPECT_FALSE(Holds(monitoring));
  EXPECT_THAT(IfAny(monitoring, Sight::kStage), ElementsAre(monitoring.decision()));
  monitoring.set_open_proposal("forces/west-midlands/proposals/2");
  EXPECT_THAT(IfAny(monitoring, Sight::kStage), ElementsAre(monitoring.decision()));
  EXPECT_THAT(IfAny(monitoring), ElementsAre(monitoring.decision(), "forces/west-midlands/proposals/2"));
  monitoring.clear_open_proposal();
  monitoring.set_pending_decision("forces/west-midlands/decisions/2");
  EXPECT_THAT(IfAny(monitoring), ElementsAre(monitoring.decision(), "forces/west-midlands/decisions/2"));
  episode.clear_entry_awaits_publication();
  EXPECT_FALSE(Holds(episode));
  EXPECT_THAT(IfAny(episode), ElementsAre(episode.entry_decision()));
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

common::v1::ReportedRead Read(const std::string& reader, absl::Time time) {
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
  const auto record = RecordOf(Read("principals/press-officer", kNow), Of("forces/kent/decisions/2", 17));
  EXPECT_THAT(record.name(), ::testing::MatchesRegex("embargoedReads/20231127-[0-9a-f]{32}"));
  EXPECT_EQ(record.reader(), "principals/press-officer");
  EXPECT_EQ(record.reader_display_name(), "Press office");
  EXPECT_THAT(record.roles(), ElementsAre(common::v1::ROLE_PRESS_OFFICE));
  EXPECT_EQ(record.resource(), "forces/kent/decisions/2");
  EXPECT_EQ(record.resource_revision(), 17);
  EXPECT_EQ(record.force(), "forces/kent");
  EXPECT_EQ(record.method(), "oversight.monitoring.v1.MonitoringService/GetDecision");
  EXPECT_EQ(GetTime(record.read_time()), kNow);
}

TEST(ReadRecord, OneForEachReaderVersionAndDay) {
  const auto name = [](const std::string& reader, absl::Time time, const std::string& resource, int64_t revision) {
    return RecordOf(Read(reader, time), Of(resource, revision)).name();
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

TEST(ReadRecord, AForceStandsForItsStageAndALogForNoForce) {
  EXPECT_EQ(ReadAs("forces/kent"), "forces/kent/monitoring");
  EXPECT_EQ(ReadAs("forces/kent/monitoring"), "forces/kent/monitoring");
  EXPECT_EQ(ReadAs("forces/kent/decisions/1"), "forces/kent/decisions/1");
  EXPECT_EQ(ReadAs(kLedger), kLedger);
  EXPECT_EQ(RecordOf(Read("principals/a", kNow), Of(kLedger, 0)).force(), "");
}

}  // namespace
}  // namespace oversight::monitoring
