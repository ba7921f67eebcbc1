// The gateway's copies of what the three services own: one informer each. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/observe/metrics.h"
#include "common/rpc/identity.h"
#include "common/rpc/informer.h"
#include "grpcpp/channel.h"
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
#include "oversight/monitoring/v1/advice.pb.h"
#include "oversight/monitoring/v1/announcement.pb.h"
#include "oversight/monitoring/v1/disclosure.pb.h"
#include "oversight/monitoring/v1/ladder.pb.h"
#include "oversight/monitoring/v1/meeting.pb.h"
#include "oversight/monitoring/v1/monitoring.pb.h"
#include "oversight/monitoring/v1/plan.pb.h"
#include "oversight/monitoring/v1/support.pb.h"

namespace oversight::gateway {

using ForcesInformer =
    rpc::Informer<forces::v1::Force, forces::v1::OfficeHolder, forces::v1::Inspection, forces::v1::ResponseDuty>;
using ConcernsInformer = rpc::Informer<concerns::v1::Concern, concerns::v1::Recommendation, concerns::v1::ProgressNote,
                                       concerns::v1::ForceResponse, concerns::v1::Revisit, concerns::v1::Evidence,
                                       concerns::v1::NationalRecommendation, concerns::v1::NationalItem>;
using MonitoringInformer =
    rpc::Informer<monitoring::v1::Monitoring, monitoring::v1::Proposal, monitoring::v1::Decision,
                  monitoring::v1::Episode, monitoring::v1::Ladder, monitoring::v1::Announcement, monitoring::v1::Plan,
                  monitoring::v1::ProgressReview, monitoring::v1::Meeting, monitoring::v1::Action,
                  monitoring::v1::Support, monitoring::v1::Advice, monitoring::v1::Disclosure>;

struct SuiteCopy {
  std::unique_ptr<ForcesInformer> forces;
  std::unique_ptr<ConcernsInformer> concerns;
  std::unique_ptr<MonitoringInformer> monitoring;

  struct Owner {
    const char* service;  // "forces-service"
    rpc::InformerCore* informer;
  };
  // The three, in the order of dependence.
  std::vector<Owner> owners() const {
    return {{"forces-service", forces.get()},
            {"concerns-service", concerns.get()},
            {"monitoring-service", monitoring.get()}};
  }
  void Start() {
    for (const auto& owner : owners()) owner.informer->Start();
  }
  void Stop() {
    for (const auto& owner : owners()) owner.informer->Stop();
  }
};

// Copies that follow the services over these channels, calling as `identity`; to be started by the caller.
SuiteCopy MakeSuiteCopy(std::shared_ptr<grpc::Channel> forces, std::shared_ptr<grpc::Channel> concerns,
                        std::shared_ptr<grpc::Channel> monitoring, const rpc::Identity& identity,
                        observe::Metrics* metrics);

}  // namespace oversight::gateway
