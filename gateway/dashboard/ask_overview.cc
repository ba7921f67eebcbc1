#include "gateway/dashboard/ask_overview.h"

#include <algorithm>
#include <utility>

#include "gateway/dashboard/names.h"
#include "oversight/concerns/v1/overview_service.grpc.pb.h"

namespace oversight::gateway {
namespace {

using namespace concerns::v1;  // NOLINT

// The concerns of the force that changed last, themselves or below their names.
std::vector<std::string> LatestConcerns(const rpc::InformerCopy& copy, const std::string& force) {
  std::map<std::string, int64_t> latest;
  const auto note = [&latest](const auto& resource) {
    int64_t& revision = latest[ConcernOf(resource.name())];
    revision = std::max(revision, resource.revision());
    return true;
  };
  const std::string below = force + "/";
  copy.ForEach<Concern>(below, note);
  copy.ForEach<Recommendation>(below, note);
  copy.ForEach<ForceResponse>(below, note);
  copy.ForEach<ProgressNote>(below, note);
  return NamesOfLatest(latest);
}

// What the calls for history have brought.
struct Acts {
  std::map<int64_t, ConcernAct, std::greater<>> by_revision;  // newest first
  bool more = false;
};

}  // namespace

void AskForOverview(const std::shared_ptr<grpc::Channel>& concerns, const std::string& force,
                    const std::vector<std::string>& with_history, bool inside, const std::shared_ptr<Asking>& asking) {
  const std::shared_ptr<ConcernOverviewService::Stub> stub = ConcernOverviewService::NewStub(concerns);
  {
    GetForceSummaryRequest request;
    request.set_force(force);
    asking->Call<GetForceSummaryRequest, GetForceSummaryResponse>(
        std::move(request),
        [stub](auto* c, auto* q, auto* r, auto ended) { stub->async()->GetForceSummary(c, q, r, ended); },
        [](DerivedPart& answer, GetForceSummaryResponse& response) {
          auto& overview = *answer.force.mutable_overview();
          *overview.mutable_summary() = std::move(*response.mutable_summary());
          *overview.mutable_date() = std::move(*response.mutable_date());
        });
  }
  {
    ListDueRequest request;
    request.set_parent(force);
    request.set_page_size(kMostDue);
    asking->Call<ListDueRequest, ListDueResponse>(
        std::move(request), [stub](auto* c, auto* q, auto* r, auto ended) { stub->async()->ListDue(c, q, r, ended); },
        [](DerivedPart& answer, ListDueResponse& response) {
          answer.force.mutable_overview()->mutable_due()->Swap(response.mutable_items());
          if (!response.next_page_token().empty()) Asking::LeaveOut(answer, "overview.due", "ListDue gives all.");
        });
  }
  if (!inside) return asking->End();
  {
    ListInconsistenciesRequest request;
    request.set_parent(force);
    request.set_page_size(kMostInconsistencies);
    asking->Call<ListInconsistenciesRequest, ListInconsistenciesResponse>(
        std::move(request),
        [stub](auto* c, auto* q, auto* r, auto ended) { stub->async()->ListInconsistencies(c, q, r, ended); },
        [](DerivedPart& answer, ListInconsistenciesResponse& response) {
          auto& overview = *answer.force.mutable_overview();
          overview.mutable_inconsistencies()->Swap(response.mutable_inconsistencies());
          overview.mutable_rules_not_checked()->Swap(response.mutable_rules_not_checked());
          if (!response.next_page_token().empty()) {
            Asking::LeaveOut(answer, "overview.inconsistencies", "ListInconsistencies gives all.");
          }
        });
  }
  const auto acts = std::make_shared<Acts>();
  for (const std::string& concern : with_history) {
    GetConcernHistoryRequest request;
    request.set_name(concern);
    request.set_page_size(kMostActs);
    asking->Call<GetConcernHistoryRequest, GetConcernHistoryResponse>(
        std::move(request),
        [stub](auto* c, auto* q, auto* r, auto ended) { stub->async()->GetConcernHistory(c, q, r, ended); },
        [acts](DerivedPart&, GetConcernHistoryResponse& response) {
          acts->more |= !response.next_page_token().empty();
          for (auto& act : *response.mutable_acts()) {
            auto [it, fresh] = acts->by_revision.try_emplace(act.change().revision(), act);
            // One act on several concerns is told with what it changed of each.
            if (!fresh) it->second.mutable_resources()->MergeFrom(act.resources());
          }
        });
  }
  asking->End([acts](DerivedPart& answer) {
    auto& overview = *answer.force.mutable_overview();
    for (auto& [revision, act] : acts->by_revision) {
      if (overview.history_size() == kMostActs) {
        acts->more = true;
        break;
      }
      *overview.add_history() = std::move(act);
    }
    if (acts->more) {
      Asking::LeaveOut(answer, "overview.history", "GetConcernHistory tells the acts of a concern from its first.");
    }
  });
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

AskOwner MakeAskOverview(std::shared_ptr<grpc::Channel> concerns, const rpc::Identity& identity) {
  return [concerns, prepare = CallAs(identity)](const DerivedQuestion& question, PartDone done) {
    AskForOverview(
        concerns, question.force, LatestConcerns(*question.copy, question.force), /*inside=*/true,
        std::make_shared<Asking>(prepare, AtLeastAsFresh(*question.copy), question.deadline, std::move(done)));
  };
}

}  // namespace oversight::gateway
