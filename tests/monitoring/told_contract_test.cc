// Every read of the contract either can tell of a move before the public may know, and says so in the contract, or is
// known not to: so that a new one is not forgotten.
#include <set>
#include <string>

#include "common/rpc/told.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "oversight/gateway/v1/gateway_service.pb.h"
#include "oversight/monitoring/v1/advice_service.pb.h"
#include "oversight/monitoring/v1/announcements_service.pb.h"
#include "oversight/monitoring/v1/attention_service.pb.h"
#include "oversight/monitoring/v1/audit_service.pb.h"
#include "oversight/monitoring/v1/disclosures_service.pb.h"
#include "oversight/monitoring/v1/meetings_service.pb.h"
#include "oversight/monitoring/v1/monitoring_service.pb.h"
#include "oversight/monitoring/v1/plans_service.pb.h"
#include "oversight/monitoring/v1/policy_service.pb.h"
#include "oversight/monitoring/v1/register_service.pb.h"
#include "oversight/monitoring/v1/sequence_service.pb.h"
#include "oversight/monitoring/v1/support_service.pb.h"

namespace oversight::monitoring {
namespace {

using ::testing::ElementsAreArray;

// Those that tell of none, with the reason.
const std::set<std::string>& TellNothing() {
  static const auto* const methods = new std::set<std::string>{
      // Who has read is told to those who look into leaks; what was read stands there by name alone.
      "GetEmbargoedRead", "ListEmbargoedReads",
      // What the stages mean, and by which rules they are advised.
      "ListLadders", "ListPolicies", "GetPolicy",
      // What is published alone.
      "GetRegister",
      // Work with a force, which is told of it. A meeting says the stage of its day, and no more of a move: see ADR 22.
      "GetPlan", "ListPlans", "ListPlanVersions", "GetPlanProgress", "GetProgressReview", "ListProgressReviews",
      "GetMeeting", "ListMeetings", "GetAction", "ListActions", "GetOversightSession", "ListOversightSessions",
      "GetSupport", "ListSupport",
      // Counts of all forces: the handler reports the stages that they are made of.
      "ListComparisons"};
  return *methods;
}

TEST(Contract, EveryReadTellsOrIsKnownNotTo) {
  const google::protobuf::Descriptor* const requests[] = {gateway::v1::GetForceDashboardRequest::descriptor(),
                                                          v1::GetMonitoringRequest::descriptor(),
                                                          v1::GetAdviceRequest::descriptor(),
                                                          v1::GetDisclosureRequest::descriptor(),
                                                          v1::GetRegisterRequest::descriptor(),
                                                          v1::GetDecisionSequenceRequest::descriptor(),
                                                          v1::GetAnnouncementRequest::descriptor(),
                                                          v1::GetPlanRequest::descriptor(),
                                                          v1::GetMeetingRequest::descriptor(),
                                                          v1::GetSupportRequest::descriptor(),
                                                          v1::GetPolicyRequest::descriptor(),
                                                          v1::ListAttentionRequest::descriptor(),
                                                          v1::GetEmbargoedReadRequest::descriptor()};
  std::set<std::string> silent;
  int services = 0;
  for (const auto* request : requests) {
    for (int i = 0; i < request->file()->service_count(); ++i) {
      ++services;
      const auto* service = request->file()->service(i);
      for (int j = 0; j < service->method_count(); ++j) {
        const auto* method = service->method(j);
        // What changes something has a request id.
        if (method->input_type()->FindFieldByName("request_id") != nullptr) continue;
        if (!rpc::MayTell(*method->output_type()) && !rpc::MayTell(*method->input_type()))
          silent.insert(method->name());
      }
    }
  }
  EXPECT_EQ(services, 13);
  EXPECT_THAT(silent, ElementsAreArray(TellNothing()));
}

}  // namespace
}  // namespace oversight::monitoring
