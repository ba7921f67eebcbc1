// The RPCs of SequenceService, in the same way as those of MonitoringService. What the constructor takes must outlive
// it. Thread-safe.
#pragma once

#include <memory>

#include "common/rpc/call.h"
#include "common/rpc/resources.h"
#include "common/rpc/server.h"
#include "monitoring-service/domain/ladder.h"
#include "monitoring-service/domain/sequence.h"
#include "monitoring-service/service/owners.h"
#include "oversight/monitoring/v1/sequence_service.grpc.pb.h"

namespace oversight::monitoring {

class SequenceServiceImpl final : public v1::SequenceService::CallbackService {
 public:
  SequenceServiceImpl(rpc::Runtime& runtime, const Ladders& ladders, Owners& owners, rpc::Resources& resources);

  grpc::ServerUnaryReactor* GetDecisionSequence(grpc::CallbackServerContext* context,
                                                const v1::GetDecisionSequenceRequest* request,
                                                v1::GetDecisionSequenceResponse* response) override;

 private:
  // Reads what is around the decision at a revision, one part after the other, then answers.
  struct Reading;
  // Those of the decision only: each has its whole text in every version, and a force has many.
  void AddAnnouncements(std::shared_ptr<Reading> reading);
  void ReadNext(std::shared_ptr<Reading> reading);
  void Answer(const Reading& reading);

  rpc::Host& host_;
  const Ladders& ladders_;
  Owners& owners_;
  rpc::Resources& resources_;
};

}  // namespace oversight::monitoring
