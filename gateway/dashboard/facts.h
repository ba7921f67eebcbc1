// What a dashboard is made from: the resources of the three services, as the gateway's copies hold them at one moment.
// Plain values that share immutable messages; build once, read from any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "oversight/concerns/v1/concern.pb.h"
#include "oversight/concerns/v1/evidence.pb.h"
#include "oversight/concerns/v1/force_response.pb.h"
#include "oversight/concerns/v1/national_recommendation.pb.h"
#include "oversight/concerns/v1/recommendation.pb.h"
#include "oversight/concerns/v1/revisit.pb.h"
#include "oversight/forces/v1/force.pb.h"
#include "oversight/forces/v1/inspection.pb.h"
#include "oversight/forces/v1/office_holder.pb.h"
#include "oversight/forces/v1/response_duty.pb.h"
#include "oversight/gateway/v1/dashboard.pb.h"
#include "oversight/monitoring/v1/advice.pb.h"
#include "oversight/monitoring/v1/announcement.pb.h"
#include "oversight/monitoring/v1/disclosure.pb.h"
#include "oversight/monitoring/v1/ladder.pb.h"
#include "oversight/monitoring/v1/meeting.pb.h"
#include "oversight/monitoring/v1/monitoring.pb.h"
#include "oversight/monitoring/v1/plan.pb.h"
#include "oversight/monitoring/v1/support.pb.h"

namespace oversight::gateway {

template <class T>
using Shared = std::shared_ptr<const T>;

// Which of the callers' eyes a dashboard is made for. Outsiders (a force's users, its oversight body) see neither
// drafts nor proposals and decisions, with advice on them and whom they were disclosed to: until a move is made,
// nothing of it may show to them. Of the rest they see what its owner shows them (audience.h).
enum class Audience { kInspectorate, kOutside };

struct SuiteFacts {
  std::vector<Shared<forces::v1::Force>> forces;
  std::vector<Shared<concerns::v1::Concern>> concerns;
  std::vector<Shared<concerns::v1::Recommendation>> recommendations;
  // For the dashboard of one force only:
  std::vector<std::string> predecessors;
  std::vector<Shared<forces::v1::OfficeHolder>> office_holders;
  std::vector<Shared<forces::v1::Inspection>> inspections;
  std::vector<Shared<forces::v1::ResponseDuty>> response_duties;
  std::vector<Shared<concerns::v1::ProgressNote>> progress_notes;
  std::vector<Shared<concerns::v1::ForceResponse>> responses;
  std::vector<Shared<concerns::v1::Revisit>> revisits;
  std::vector<Shared<concerns::v1::Evidence>> evidence;
  std::vector<Shared<monitoring::v1::Announcement>> announcements;
  std::vector<Shared<monitoring::v1::Plan>> plans;
  std::vector<Shared<monitoring::v1::ProgressReview>> progress_reviews;
  std::vector<Shared<monitoring::v1::Meeting>> meetings;
  std::vector<Shared<monitoring::v1::Action>> actions;
  std::vector<Shared<monitoring::v1::Support>> support;
  std::vector<Shared<monitoring::v1::Advice>> advice;
  std::vector<Shared<monitoring::v1::Disclosure>> disclosures;
  // What was recommended to it nationally, and where it stands with that.
  std::vector<Shared<concerns::v1::NationalRecommendation>> national_recommendations;
  std::vector<Shared<concerns::v1::NationalItem>> national_items;
  // For all:
  std::vector<Shared<monitoring::v1::Monitoring>> monitoring;
  std::vector<Shared<monitoring::v1::Proposal>> proposals;
  std::vector<Shared<monitoring::v1::Decision>> decisions;
  std::vector<Shared<monitoring::v1::Episode>> episodes;
  // The ladder in force; null while monitoring-service was never reached.
  Shared<monitoring::v1::Ladder> ladder;
  // False while monitoring-service was never reached: then no force's stage is known, not even the default one.
  bool monitoring_known = false;
};

}  // namespace oversight::gateway
