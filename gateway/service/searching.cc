#include "gateway/service/searching.h"

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/rpc/status_mapping.h"
#include "common/text/words.h"
#include "gateway/dashboard/owners.h"
#include "gateway/dashboard/start_call.h"
#include "oversight/concerns/v1/overview_service.grpc.pb.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"
#include "oversight/monitoring/v1/announcements_service.grpc.pb.h"

namespace oversight::gateway {
namespace {

constexpr int kPage = 1000;
constexpr int kMostAnnouncements = 100;

class Searching : public std::enable_shared_from_this<Searching> {
 public:
  Searching(PrepareCall prepare, absl::Time deadline, const v1::SearchRequest& request, v1::SearchResponse* response,
            std::function<void(absl::Status)> done)
      : prepare_(std::move(prepare)),
        deadline_(deadline),
        request_(request),
        response_(response),
        done_(std::move(done)) {
    if (request.has_as_of_time()) *read_.mutable_as_of()->mutable_recorded_time() = request.as_of_time();
    for (const char* service : kOwnerNames) {
      auto& section = *response_->add_sections();
      section.set_service(service);
      section.set_state(v1::SECTION_STATE_COMPLETE);
    }
  }

  void Start(const SuiteChannels& channels) {
    {
      using namespace concerns::v1;  // NOLINT
      SearchConcernsRequest search;
      search.set_parent("forces/-");
      search.set_query(request_.query());
      search.set_page_size(request_.page_size());
      search.set_page_token(request_.page_token());
      const std::shared_ptr<ConcernOverviewService::Stub> stub = ConcernOverviewService::NewStub(channels.concerns);
      Ask<SearchConcernsRequest, SearchConcernsResponse>(
          kConcerns, search,
          [stub](auto* c, auto* q, auto* r, auto end) { stub->async()->SearchConcerns(c, q, r, end); },
          [this](SearchConcernsResponse& response) {
            response_->mutable_hits()->Swap(response.mutable_hits());
            response_->set_next_page_token(response.next_page_token());
            return std::string();
          });
    }
    if (request_.page_token().empty()) {
      forces::v1::ListForcesRequest forces;
      forces.set_page_size(kPage);
      const std::shared_ptr<forces::v1::ForcesService::Stub> forces_stub =
          forces::v1::ForcesService::NewStub(channels.forces);
      Ask<forces::v1::ListForcesRequest, forces::v1::ListForcesResponse>(
          kForces, forces,
          [forces_stub](auto* c, auto* q, auto* r, auto end) { forces_stub->async()->ListForces(c, q, r, end); },
          [this](forces::v1::ListForcesResponse& response) { return TakeForces(response); });
      monitoring::v1::ListAnnouncementsRequest announcements;
      announcements.set_parent("forces/-");
      announcements.set_page_size(kPage);
      announcements.set_query(request_.query());
      const std::shared_ptr<monitoring::v1::AnnouncementsService::Stub> stub =
          monitoring::v1::AnnouncementsService::NewStub(channels.monitoring);
      Ask<monitoring::v1::ListAnnouncementsRequest, monitoring::v1::ListAnnouncementsResponse>(
          kMonitoring, announcements,
          [stub](auto* c, auto* q, auto* r, auto end) { stub->async()->ListAnnouncements(c, q, r, end); },
          [this](monitoring::v1::ListAnnouncementsResponse& response) { return TakeAnnouncements(response); });
    }
    Arrive();
  }

 private:
  // One call, begun by `start`. `take` runs with the lock when it has succeeded, and gives the token of the next page,
  // which is asked for then.
  template <class Request, class Response>
  void Ask(
      Owner owner, Request request,
      std::function<void(grpc::ClientContext*, const Request*, Response*, std::function<void(grpc::Status)>)> start,
      std::function<std::string(Response&)> take) {
    *request.mutable_read() = read_;
    {
      std::lock_guard lock(mu_);
      ++left_;
    }
    StartCall<Request, Response>(
        prepare_, deadline_, std::move(request), start,
        [self = shared_from_this(), owner, start, take](const grpc::Status& ended, Request& asked, Response& response) {
          std::string next;
          {
            std::lock_guard lock(self->mu_);
            if (ended.ok()) {
              self->response_->mutable_sections(owner)->set_revision(response.header().revision());
              next = take(response);
              if (!self->failure_.ok()) next.clear();
            } else {
              self->Fail(owner, rpc::FromGrpc(ended));
            }
          }
          if (!next.empty()) {
            asked.set_page_token(next);
            self->Ask<Request, Response>(owner, std::move(asked), start, take);
          }
          self->Arrive();
        });
  }

  std::string TakeForces(const forces::v1::ListForcesResponse& response) {
    for (const auto& force : response.forces()) {
      std::string text = absl::StrCat(force.display_name(), " ", force.region());
      for (const auto& alias : force.aliases()) absl::StrAppend(&text, " ", alias);
      if (!HasWords(text, request_.query())) continue;
      auto& hit = *response_->add_forces();
      hit.set_force(force.name());
      hit.set_display_name(force.display_name());
      hit.set_region(force.region());
    }
    return response.next_page_token();
  }

  std::string TakeAnnouncements(monitoring::v1::ListAnnouncementsResponse& response) {
    for (auto& announcement : *response.mutable_announcements()) {
      // A monitoring-service of before, in an upgrade, looks for no words.
      std::string text = announcement.text();
      for (const auto& statement : announcement.statements()) absl::StrAppend(&text, " ", statement.text());
      if (!HasWords(text, request_.query())) continue;
      if (response_->announcements_size() < kMostAnnouncements) {
        *response_->add_announcements() = std::move(announcement);
      } else {
        response_->set_announcements_left_out(response_->announcements_left_out() + 1);
      }
    }
    return response.next_page_token();
  }

  // With the lock. What is wrong with the request is the answer; who may not read concerns is told so; else that part
  // is not there.
  void Fail(Owner owner, const absl::Status& status) {
    const bool callers =
        status.code() == absl::StatusCode::kInvalidArgument || status.code() == absl::StatusCode::kOutOfRange ||
        status.code() == absl::StatusCode::kResourceExhausted || status.code() == absl::StatusCode::kUnauthenticated;
    if (callers) {
      if (failure_.ok()) failure_ = status;
    } else if (owner == kConcerns && status.code() == absl::StatusCode::kPermissionDenied) {
      response_->set_concerns_not_searched(true);
    } else {
      auto& section = *response_->mutable_sections(owner);
      section.set_state(v1::SECTION_STATE_UNAVAILABLE);
      section.set_revision(0);
      section.set_reason("This part cannot be searched now.");
    }
  }

  void Arrive() {
    {
      std::lock_guard lock(mu_);
      if (--left_ > 0) return;
    }
    done_(failure_);
  }

  const PrepareCall prepare_;
  const absl::Time deadline_;
  const v1::SearchRequest request_;
  v1::SearchResponse* const response_;
  const std::function<void(absl::Status)> done_;
  common::v1::ReadOptions read_;
  std::mutex mu_;
  int left_ = 1;
  absl::Status failure_;
};

}  // namespace

void SearchSuite(const SuiteChannels& channels, PrepareCall prepare, absl::Time deadline,
                 const v1::SearchRequest& request, v1::SearchResponse* response,
                 std::function<void(absl::Status)> done) {
  if (WordsOf(request.query()).empty()) {
    Violations violations;
    violations.Add("query", "must have at least one word of letters or digits");
    return done(violations.status());
  }
  std::make_shared<Searching>(std::move(prepare), deadline, request, response, std::move(done))->Start(channels);
}

}  // namespace oversight::gateway
