#include "gateway/dashboard/ask_overview.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "common/rpc/status_mapping.h"
#include "oversight/concerns/v1/overview_service.grpc.pb.h"

namespace oversight::gateway {
namespace {

using namespace concerns::v1;  // NOLINT

// The calls under way and what they have brought. Ends when the last has ended.
struct Asking : std::enable_shared_from_this<Asking> {
  std::unique_ptr<ConcernOverviewService::Stub> stub;
  std::function<void(absl::StatusOr<DerivedOverview>)> done;

  std::mutex mu;
  int left = 1;
  int answered = 0;
  absl::Status status;
  DerivedOverview answer;
  std::map<int64_t, ConcernAct, std::greater<>> acts;  // by revision, newest first
  bool more_acts = false;

  void Arrive(const absl::Status& arrived) {
    {
      std::lock_guard lock(mu);
      if (status.ok()) status = arrived;
      if (--left > 0) return;
    }
    if (!status.ok()) return done(status);
    for (auto& [revision, act] : acts) {
      if (answer.overview.history_size() == kMostActs) {
        more_acts = true;
        break;
      }
      *answer.overview.add_history() = std::move(act);
    }
    if (more_acts) LeaveOut("overview.history", "GetConcernHistory tells the acts of a concern from its first.");
    done(std::move(answer));
  }
  void LeaveOut(const char* field, const char* reason) {
    auto& left_out = answer.left_out.emplace_back();
    left_out.set_field(field);
    left_out.set_reason(reason);
  }

  // One call; `take` runs with the lock when it has succeeded.
  template <class Request, class Response, class Start, class Take>
  void Call(const PrepareCall& prepare, absl::Time deadline, Request request, Start start, Take take) {
    struct State {
      grpc::ClientContext context;
      Request request;
      Response response;
    };
    auto state = std::make_shared<State>();
    state->request = std::move(request);
    prepare(state->context);
    state->context.set_deadline(absl::ToChronoTime(deadline));
    {
      std::lock_guard lock(mu);
      ++left;
    }
    start(*stub, &state->context, &state->request, &state->response,
          std::function<void(grpc::Status)>([self = shared_from_this(), state, take](const grpc::Status& ended) {
            if (ended.ok()) {
              std::lock_guard lock(self->mu);
              // What is told as of a revision is at least as new in all of its parts.
              const int64_t revision = state->response.header().revision();
              int64_t& oldest = self->answer.revision;
              oldest = self->answered++ == 0 ? revision : std::min(oldest, revision);
              take(*self, state->response);
            }
            self->Arrive(ended.ok() ? absl::OkStatus() : rpc::FromGrpc(ended));
          }));
  }
};

}  // namespace

void AskForOverview(const std::shared_ptr<grpc::Channel>& concerns, const PrepareCall& prepare,
                    const OverviewQuestion& question, const common::v1::ReadOptions& read, bool inside,
                    std::function<void(absl::StatusOr<DerivedOverview>)> done) {
  auto asking = std::make_shared<Asking>();
  asking->stub = ConcernOverviewService::NewStub(concerns);
  asking->done = std::move(done);
  {
    GetForceSummaryRequest request;
    request.set_force(question.force);
    *request.mutable_read() = read;
    asking->Call<GetForceSummaryRequest, GetForceSummaryResponse>(
        prepare, question.deadline, std::move(request),
        [](auto& stub, auto* c, auto* q, auto* r, auto ended) { stub.async()->GetForceSummary(c, q, r, ended); },
        [](Asking& self, GetForceSummaryResponse& response) {
          auto& overview = self.answer.overview;
          *overview.mutable_summary() = std::move(*response.mutable_summary());
          *overview.mutable_date() = std::move(*response.mutable_date());
        });
  }
  {
    ListDueRequest request;
    request.set_parent(question.force);
    request.set_page_size(kMostDue);
    *request.mutable_read() = read;
    asking->Call<ListDueRequest, ListDueResponse>(
        prepare, question.deadline, std::move(request),
        [](auto& stub, auto* c, auto* q, auto* r, auto ended) { stub.async()->ListDue(c, q, r, ended); },
        [](Asking& self, ListDueResponse& response) {
          self.answer.overview.mutable_due()->Swap(response.mutable_items());
          if (!response.next_page_token().empty()) self.LeaveOut("overview.due", "ListDue gives all.");
        });
  }
  if (inside) {
    ListInconsistenciesRequest request;
    request.set_parent(question.force);
    request.set_page_size(kMostInconsistencies);
    *request.mutable_read() = read;
    asking->Call<ListInconsistenciesRequest, ListInconsistenciesResponse>(
        prepare, question.deadline, std::move(request),
        [](auto& stub, auto* c, auto* q, auto* r, auto ended) { stub.async()->ListInconsistencies(c, q, r, ended); },
        [](Asking& self, ListInconsistenciesResponse& response) {
          self.answer.overview.mutable_inconsistencies()->Swap(response.mutable_inconsistencies());
          self.answer.overview.mutable_rules_not_checked()->Swap(response.mutable_rules_not_checked());
          if (!response.next_page_token().empty()) {
            self.LeaveOut("overview.inconsistencies", "ListInconsistencies gives all.");
          }
        });
    for (const std::string& concern : question.concerns) {
      GetConcernHistoryRequest history;
      history.set_name(concern);
      history.set_page_size(kMostActs);
      *history.mutable_read() = read;
      asking->Call<GetConcernHistoryRequest, GetConcernHistoryResponse>(
          prepare, question.deadline, std::move(history),
          [](auto& stub, auto* c, auto* q, auto* r, auto ended) { stub.async()->GetConcernHistory(c, q, r, ended); },
          [](Asking& self, GetConcernHistoryResponse& response) {
            self.more_acts |= !response.next_page_token().empty();
            for (auto& act : *response.mutable_acts()) {
              auto [it, fresh] = self.acts.try_emplace(act.change().revision(), act);
              // One act on several concerns is told with what it changed of each.
              if (!fresh) it->second.mutable_resources()->MergeFrom(act.resources());
            }
          });
    }
  }
  asking->Arrive(absl::OkStatus());
}

std::vector<std::string> NamesOfLatest(const std::map<std::string, int64_t>& latest) {
  std::vector<std::pair<int64_t, std::string>> order;
  for (const auto& [name, revision] : latest) order.emplace_back(-revision, name);
  std::sort(order.begin(), order.end());
  if (order.size() > kConcernsWithHistory) order.resize(kConcernsWithHistory);
  std::vector<std::string> names;
  for (const auto& [revision, name] : order) names.push_back(name);
  return names;
}

AskOverview MakeAskOverview(std::shared_ptr<grpc::Channel> concerns, const std::string& principal) {
  const PrepareCall prepare = [principal](grpc::ClientContext& context) {
    context.AddMetadata("oversight-principal", principal);
  };
  return
      [concerns, prepare](const OverviewQuestion& question, std::function<void(absl::StatusOr<DerivedOverview>)> done) {
        common::v1::ReadOptions read;
        if (!question.token.empty()) read.mutable_consistency()->set_at_least_as_fresh(question.token);
        AskForOverview(concerns, prepare, question, read, /*inside=*/true, std::move(done));
      };
}

}  // namespace oversight::gateway
