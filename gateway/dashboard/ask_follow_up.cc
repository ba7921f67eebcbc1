#include "gateway/dashboard/ask_follow_up.h"

#include <algorithm>
#include <utility>

#include "common/time/partial_date.h"
#include "gateway/dashboard/follow_up.h"
#include "oversight/monitoring/v1/meetings_service.grpc.pb.h"
#include "oversight/monitoring/v1/plans_service.grpc.pb.h"

namespace oversight::gateway {

using namespace monitoring::v1;  // NOLINT

void AskForMissed(const std::shared_ptr<grpc::Channel>& monitoring, absl::CivilDay day,
                  const std::shared_ptr<Asking>& asking) {
  const std::shared_ptr<MeetingsService::Stub> stub = MeetingsService::NewStub(monitoring);
  ListMeetingCadenceRequest request;
  *request.mutable_on_date() = ToPartialDate(day);
  request.set_missed_only(true);
  asking->Call<ListMeetingCadenceRequest, ListMeetingCadenceResponse>(
      std::move(request),
      [stub](auto* c, auto* q, auto* r, auto ended) { stub->async()->ListMeetingCadence(c, q, r, ended); },
      [](DerivedPart& answer, ListMeetingCadenceResponse& response) {
        answer.missed.assign(response.cadences().begin(), response.cadences().end());
      });
  asking->End();
}

void AskForFollowUp(const std::shared_ptr<grpc::Channel>& monitoring, const std::string& force,
                    const std::vector<std::string>& plans, absl::CivilDay day, bool inside,
                    const std::shared_ptr<Asking>& asking) {
  if (inside) {
    const std::shared_ptr<MeetingsService::Stub> stub = MeetingsService::NewStub(monitoring);
    GetMeetingCadenceRequest request;
    request.set_force(force);
    *request.mutable_on_date() = ToPartialDate(day);
    asking->Call<GetMeetingCadenceRequest, GetMeetingCadenceResponse>(
        std::move(request),
        [stub](auto* c, auto* q, auto* r, auto ended) { stub->async()->GetMeetingCadence(c, q, r, ended); },
        [](DerivedPart& answer, GetMeetingCadenceResponse& response) {
          *answer.force.mutable_meeting_cadence() = std::move(*response.mutable_cadence());
        });
  }
  const std::shared_ptr<PlansService::Stub> stub = PlansService::NewStub(monitoring);
  for (const std::string& plan : plans) {
    GetPlanProgressRequest request;
    request.set_name(plan);
    *request.mutable_on_date() = ToPartialDate(day);
    asking->Call<GetPlanProgressRequest, GetPlanProgressResponse>(
        std::move(request),
        [stub](auto* c, auto* q, auto* r, auto ended) { stub->async()->GetPlanProgress(c, q, r, ended); },
        [](DerivedPart& answer, GetPlanProgressResponse& response) {
          *answer.force.add_plans()->mutable_progress() = std::move(*response.mutable_progress());
        });
  }
  asking->End([](DerivedPart& answer) {
    // In one order, whichever answer came first: the same is no change.
    auto& views = *answer.force.mutable_plans();
    std::sort(views.begin(), views.end(),
              [](const auto& a, const auto& b) { return a.progress().plan() < b.progress().plan(); });
  });
}

AskOwner MakeAskFollowUp(std::shared_ptr<grpc::Channel> monitoring, const rpc::Identity& identity) {
  return [monitoring, prepare = CallAs(identity)](const DerivedQuestion& question, PartDone done) {
    auto asking = std::make_shared<Asking>(prepare, AtLeastAsFresh(*question.copy), question.deadline, std::move(done));
    if (question.force.empty()) return AskForMissed(monitoring, question.day, asking);
    AskForFollowUp(monitoring, question.force, ShownPlans(question.copy->List<Plan>(question.force + "/")),
                   question.day,
                   /*inside=*/true, asking);
  };
}

}  // namespace oversight::gateway
