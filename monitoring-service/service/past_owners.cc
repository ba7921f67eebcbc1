#include "monitoring-service/service/past_owners.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/rpc/errors.h"
#include "common/rpc/status_mapping.h"
#include "common/time/timestamp.h"
#include "monitoring-service/domain/names.h"
#include "oversight/common/v1/error_reason.pb.h"
#include "oversight/concerns/v1/concerns_service.grpc.pb.h"
#include "oversight/concerns/v1/responses_service.grpc.pb.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"

namespace oversight::monitoring {
namespace {

using concerns::v1::ConcernsService;
using concerns::v1::ResponsesService;
using forces::v1::ForcesService;

// One reading of both owners: lists side by side, each page by page.
struct Reading : std::enable_shared_from_this<Reading> {
  absl::Time time, deadline;
  std::function<void(absl::StatusOr<OwnerFacts>)> done;

  std::mutex mu;
  int left = 1;
  absl::Status failure;
  std::set<std::string> redactions;
  int64_t forces_revision = 0, concerns_revision = 0;
  rpc::InformerCopyBuilder forces{
      {forces::v1::Force::descriptor(), forces::v1::Inspection::descriptor(), forces::v1::ResponseDuty::descriptor()}};
  rpc::InformerCopyBuilder concerns{{concerns::v1::Concern::descriptor(), concerns::v1::Recommendation::descriptor(),
                                     concerns::v1::ForceResponse::descriptor()}};

  // `start` begins the call; what `items` holds goes to `into`.
  template <class Request, class Response, class Start, class Items>
  void List(Request request, Start start, Items items, rpc::InformerCopyBuilder* into, int64_t* revision) {
    struct Page {
      grpc::ClientContext context;
      Request request;
      Response response;
    };
    {
      std::lock_guard lock(mu);
      ++left;
    }
    auto page = std::make_shared<Page>();
    page->request = std::move(request);
    page->context.set_deadline(absl::ToChronoTime(deadline));
    start(&page->context, &page->request, &page->response,
          [self = this->shared_from_this(), page, start, items, into, revision](const grpc::Status& told) {
            const absl::Status status = rpc::FromGrpc(told);
            bool again = false;
            if (absl::IsOutOfRange(status) && page->request.read().has_as_of()) {
              // Its clock is behind ours: all that it has recorded was recorded by then.
              page->request.mutable_read()->clear_as_of();
              page->request.mutable_read()->mutable_consistency()->set_fully_consistent(true);
              again = true;
            } else {
              std::lock_guard lock(self->mu);
              if (!status.ok()) {
                if (self->failure.ok()) self->failure = status;
              } else {
                self->Take(page->response, items(page->response), into, revision);
                page->request.set_page_token(page->response.next_page_token());
                again = !page->response.next_page_token().empty();
              }
            }
            if (again) self->List<Request, Response>(page->request, start, items, into, revision);
            self->Arrive();
          });
  }

  template <class Response, class Items>
  void Take(const Response& response, Items* items, rpc::InformerCopyBuilder* into, int64_t* revision) {
    *revision = std::max(*revision, response.header().revision());
    for (const auto& redaction : response.header().redactions()) redactions.insert(redaction);
    for (auto& item : *items) {
      using T = std::remove_reference_t<decltype(item)>;
      auto kept = std::make_shared<const T>(std::move(item));
      into->Put(T::descriptor(), kept->name(), kept);
    }
  }

  void Arrive() {
    {
      std::lock_guard lock(mu);
      if (--left > 0) return;
    }
    if (!failure.ok()) return done(failure);
    if (!redactions.empty()) {
      return done(Error(absl::StatusCode::kFailedPrecondition, common::v1::ERROR_REASON_VERSION_REDACTED,
                        absl::StrCat("Part of what was recorded then has been removed by law (",
                                     absl::StrJoin(redactions, ", "), "), so no assessment would be whole."))
                      .With("redactions", absl::StrJoin(redactions, ",")));
    }
    OwnerFacts facts;
    forces.Place(forces_revision, "", time);
    concerns.Place(concerns_revision, "", time);
    facts.forces = forces.Build();
    facts.concerns = concerns.Build();
    done(std::move(facts));
  }
};

template <class Request>
Request Asking(const std::string& parent, absl::Time time) {
  Request request;
  if constexpr (requires { request.set_parent(parent); }) request.set_parent(parent);
  request.set_page_size(1000);
  SetTime(time, request.mutable_read()->mutable_as_of()->mutable_recorded_time());
  return request;
}

}  // namespace

void ReadPastOwners(const std::shared_ptr<grpc::Channel>& forces_channel,
                    const std::shared_ptr<grpc::Channel>& concerns_channel, const std::string& force, absl::Time time,
                    absl::Time deadline, std::function<void(absl::StatusOr<OwnerFacts>)> done) {
  auto reading = std::make_shared<Reading>();
  reading->time = time;
  reading->deadline = deadline;
  reading->done = std::move(done);
  const std::shared_ptr<ForcesService::Stub> forces_stub = ForcesService::NewStub(forces_channel);
  const std::shared_ptr<ConcernsService::Stub> concerns_stub = ConcernsService::NewStub(concerns_channel);
  const std::shared_ptr<ResponsesService::Stub> responses_stub = ResponsesService::NewStub(concerns_channel);
  using namespace forces::v1;
  using namespace concerns::v1;
  reading->List<ListForcesRequest, ListForcesResponse>(
      Asking<ListForcesRequest>("", time),
      [forces_stub](auto* c, auto* q, auto* r, auto end) { forces_stub->async()->ListForces(c, q, r, end); },
      [](ListForcesResponse& response) { return response.mutable_forces(); }, &reading->forces,
      &reading->forces_revision);
  reading->List<ListInspectionsRequest, ListInspectionsResponse>(
      Asking<ListInspectionsRequest>(force, time),
      [forces_stub](auto* c, auto* q, auto* r, auto end) { forces_stub->async()->ListInspections(c, q, r, end); },
      [](ListInspectionsResponse& response) { return response.mutable_inspections(); }, &reading->forces,
      &reading->forces_revision);
  reading->List<ListResponseDutiesRequest, ListResponseDutiesResponse>(
      Asking<ListResponseDutiesRequest>(force + "/inspections/-", time),
      [forces_stub](auto* c, auto* q, auto* r, auto end) { forces_stub->async()->ListResponseDuties(c, q, r, end); },
      [](ListResponseDutiesResponse& response) { return response.mutable_response_duties(); }, &reading->forces,
      &reading->forces_revision);
  reading->List<ListConcernsRequest, ListConcernsResponse>(
      Asking<ListConcernsRequest>(force, time),
      [concerns_stub](auto* c, auto* q, auto* r, auto end) { concerns_stub->async()->ListConcerns(c, q, r, end); },
      [](ListConcernsResponse& response) { return response.mutable_concerns(); }, &reading->concerns,
      &reading->concerns_revision);
  reading->List<ListRecommendationsRequest, ListRecommendationsResponse>(
      Asking<ListRecommendationsRequest>(force + "/concerns/-", time),
      [concerns_stub](auto* c, auto* q, auto* r, auto end) {
        concerns_stub->async()->ListRecommendations(c, q, r, end);
      },
      [](ListRecommendationsResponse& response) { return response.mutable_recommendations(); }, &reading->concerns,
      &reading->concerns_revision);
  reading->List<ListResponsesRequest, ListResponsesResponse>(
      Asking<ListResponsesRequest>(force + "/concerns/-", time),
      [responses_stub](auto* c, auto* q, auto* r, auto end) { responses_stub->async()->ListResponses(c, q, r, end); },
      [](ListResponsesResponse& response) { return response.mutable_force_responses(); }, &reading->concerns,
      &reading->concerns_revision);
  reading->Arrive();
}

}  // namespace oversight::monitoring
