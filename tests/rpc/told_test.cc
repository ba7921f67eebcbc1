// What answers tell of, by the contract.
#include "common/rpc/told.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "oversight/concerns/v1/concerns_service.pb.h"
#include "oversight/gateway/v1/gateway_service.pb.h"
#include "oversight/monitoring/v1/announcements_service.pb.h"
#include "oversight/monitoring/v1/monitoring_service.pb.h"
#include "oversight/monitoring/v1/policy_service.pb.h"

namespace oversight::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

void PrintTo(const Told& told, std::ostream* out) { *out << told.name << "@" << told.revision; }

TEST(Told, AResourceIsShownWithItsVersion) {
  monitoring::v1::GetDecisionResponse answer;
  EXPECT_THAT(ToldBy(answer), IsEmpty());
  answer.mutable_decision()->set_name("forces/kent/decisions/2");
  answer.mutable_decision()->set_revision(17);
  // What a resource refers to is not shown by that.
  answer.mutable_decision()->set_proposal("forces/kent/proposals/3");
  EXPECT_THAT(ToldBy(answer), ElementsAre(Told{"forces/kent/decisions/2", 17}));
}

TEST(Told, WhereverInTheAnswerItStands) {
  gateway::v1::ForceDashboard dashboard;
  dashboard.mutable_monitoring()->set_name("forces/kent/monitoring");
  dashboard.mutable_monitoring()->set_revision(5);
  dashboard.add_proposals()->set_name("forces/kent/proposals/3");
  dashboard.add_announcements()->set_name("forces/kent/announcements/1");
  dashboard.mutable_force()->set_name("forces/kent");
  dashboard.add_concerns()->mutable_concern()->set_name("forces/kent/concerns/1");
  EXPECT_THAT(ToldBy(dashboard), ElementsAre(Told{"forces/kent/announcements/1", 0}, Told{"forces/kent/monitoring", 5},
                                             Told{"forces/kent/proposals/3", 0}));
  monitoring::v1::ListAnnouncementVersionsResponse versions;
  for (const int revision : {9, 4}) {
    auto& announcement = *versions.add_versions()->mutable_announcement();
    announcement.set_name("forces/kent/announcements/1");
    announcement.set_revision(revision);
  }
  EXPECT_THAT(ToldBy(versions),
              ElementsAre(Told{"forces/kent/announcements/1", 9}, Told{"forces/kent/announcements/1", 4}));
}

TEST(Told, InOtherWordsOfWhatIsNotShown) {
  gateway::v1::NationalDashboard dashboard;
  auto& row = *dashboard.add_rows();
  row.set_force("forces/kent");
  row.set_open_proposal("forces/kent/proposals/3");
  dashboard.add_attention()->set_name("forces/kent/proposals/3");
  // What is under no embargo, whatever it is.
  dashboard.add_attention()->set_name("forces/kent/concerns/1/recommendations/2");
  dashboard.add_attention()->set_name("forces/kent/monitoring");
  EXPECT_THAT(ToldBy(dashboard), ElementsAre(Told{"forces/kent", 0}, Told{"forces/kent/proposals/3", 0}));
  // A stage that a message inside tells.
  monitoring::v1::AssessForcesResponse assessed;
  assessed.add_assessments()->set_force("forces/kent");
  EXPECT_THAT(ToldBy(assessed), ElementsAre(Told{"forces/kent", 0}));
}

TEST(Told, WhatIsShownIsNotToldOfBesides) {
  monitoring::v1::ListMonitoringResponse answer;
  auto& monitoring = *answer.add_monitoring();
  monitoring.set_name("forces/kent/monitoring");
  monitoring.set_revision(8);
  monitoring.set_open_proposal("forces/kent/proposals/3");
  monitoring.set_pending_decision("forces/kent/decisions/2");
  EXPECT_THAT(ToldBy(answer), ElementsAre(Told{"forces/kent/decisions/2", 0}, Told{"forces/kent/monitoring", 8},
                                          Told{"forces/kent/proposals/3", 0}));
  gateway::v1::ForceDashboard dashboard;
  *dashboard.mutable_monitoring() = monitoring;
  dashboard.add_proposals()->set_name("forces/kent/proposals/3");
  dashboard.mutable_proposals(0)->set_revision(5);
  EXPECT_THAT(ToldBy(dashboard), ElementsAre(Told{"forces/kent/decisions/2", 0}, Told{"forces/kent/monitoring", 8},
                                             Told{"forces/kent/proposals/3", 5}));
}

TEST(Told, ByTheNameThatWasAskedAbout) {
  monitoring::v1::ListAllowedActionsRequest request;
  request.set_name("forces/kent/proposals/3");
  EXPECT_THAT(ToldBy(request), ElementsAre(Told{"forces/kent/proposals/3", 0}));
  request.set_name("forces/kent/plans/3");
  EXPECT_THAT(ToldBy(request), IsEmpty());
}

TEST(Told, NothingByWhatIsUnderNoEmbargo) {
  concerns::v1::ListConcernsResponse answer;
  answer.add_concerns()->set_name("forces/kent/concerns/1");
  EXPECT_THAT(ToldBy(answer), IsEmpty());
  EXPECT_FALSE(MayTell(*answer.GetDescriptor()));
  EXPECT_TRUE(MayTell(*gateway::v1::GetAgendaResponse::descriptor()));
}

}  // namespace
}  // namespace oversight::rpc
