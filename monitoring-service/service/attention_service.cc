#include "monitoring-service/service/attention_service.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/rpc/channel.h"
#include "common/rpc/errors.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/policy/attention.h"

namespace oversight::monitoring {
namespace {

constexpr int kDefaultWithinDays = 14;
constexpr int kDefaultLimit = 200;

template <class T>
std::vector<T> Below(const std::shared_ptr<const rpc::InformerCopy>& copy, const std::string& force) {
  std::vector<T> found;
  if (copy == nullptr) return found;
  copy->ForEach<T>(force + "/", [&found](const T& resource) {
    found.push_back(resource);
    return true;
  });
  return found;
}

// What the checks of the record found, by force, or why they could not be had.
struct Found {
  explicit Found(absl::StatusOr<RecordChecks> checks) {
    if (!checks.ok()) {
      left_out = absl::StrCat("The checks of the record of concerns: ", std::string(checks.status().message()));
      return;
    }
    revision = checks->revision;
    if (!checks->not_checked.empty()) {
      left_out = absl::StrCat("Some checks of the record, as concerns-service has no copy of the register: ",
                              absl::StrJoin(checks->not_checked, ", "), ".");
    } else if (checks->cut) {
      left_out = absl::StrCat("The checks of the record of concerns found more than ", checks->found.size(),
                              " things; ListInconsistencies of concerns-service has the rest.");
    }
    for (auto& found : checks->found) by_force[found.force()].push_back(std::move(found));
  }

  std::map<std::string, std::vector<concerns::v1::Inconsistency>> by_force;
  int64_t revision = 0;
  std::string left_out;  // Empty: nothing.
};

std::vector<v1::AttentionItem> OfForce(const v1::Policy* policy, const Ladders& ladders, const PolicyFacts& known,
                                       Found& found, const std::string& force, absl::CivilDay day, int within_days) {
  const std::shared_ptr<const ForceFacts> facts = known.Of(force);
  const AttentionFacts all{.facts = *facts,
                           .decisions = Below<v1::Decision>(known.own, force),
                           .proposals = Below<v1::Proposal>(known.own, force),
                           .actions = Below<v1::Action>(known.own, force),
                           .duties = Below<forces::v1::ResponseDuty>(known.owners.forces, force),
                           .inconsistencies = std::move(found.by_force[force]),
                           .checked_revision = found.revision};
  return AttentionOf(policy, ladders, all, day, within_days);
}

}  // namespace

AttentionServiceImpl::AttentionServiceImpl(rpc::Runtime& runtime, const Policies& policies, const Ladders& ladders,
                                           Owners& owners, rpc::Resources& resources, PolicyReader& reader)
    : host_(runtime.host),
      policies_(policies),
      ladders_(ladders),
      resources_(resources),
      owners_(owners),
      gate_(owners, v1::AttentionService::service_full_name()),
      reader_(reader) {}

grpc::ServerUnaryReactor* AttentionServiceImpl::ListAttention(grpc::CallbackServerContext* context,
                                                              const v1::ListAttentionRequest* request,
                                                              v1::ListAttentionResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::ListAttentionRequest& request, v1::ListAttentionResponse* response,
             rpc::Done done) {
        const auto answer = [this, &call, &request, response](const PolicyFacts& known, Found found) -> absl::Status {
          if (!request.force().empty() && known.owners.Force(request.force()) == nullptr) {
            return ForceNotFound(request.force(), request.read().has_as_of() ? " at that moment" : "");
          }
          const absl::CivilDay day = LondonDay(known.moment);
          const v1::Policy* policy = policies_.InForceOn(day);
          const int within_days = request.within_days() == 0 ? kDefaultWithinDays : request.within_days();
          std::vector<v1::AttentionItem> items;
          for (const std::string& force : known.owners.ForceNames()) {
            if (!request.force().empty() && force != request.force()) continue;
            const std::string& region = known.owners.Force(force)->region();
            if (!request.region().empty() && region != request.region()) continue;
            if (request.mine() && !call.principal().Covers(force, region)) continue;
            for (auto& item : OfForce(policy, ladders_, known, found, force, day, within_days)) {
              const bool theirs = request.role() == common::v1::ROLE_UNSPECIFIED ||
                                  std::count(item.roles().begin(), item.roles().end(), request.role()) > 0;
              if (theirs) items.push_back(std::move(item));
            }
          }
          SortByUrgency(items);
          response->set_total_count(static_cast<int>(items.size()));
          const size_t limit = static_cast<size_t>(request.limit() == 0 ? kDefaultLimit : request.limit());
          if (items.size() > limit) items.resize(limit);
          for (auto& item : items) *response->add_items() = std::move(item);
          *response->mutable_on_date() = ToPartialDate(day);
          if (!found.left_out.empty()) response->add_left_out(found.left_out);
          resources_.SetHeader(known.own->revision(), known.own->recorded_time(), response->mutable_header());
          return absl::OkStatus();
        };
        const std::string force = request.force().empty() ? kAnyForce : request.force();
        const auto read = [this, &call, &request, force, answer, done] {
          reader_.Read(call, request.read(), force,
                       [this, &call, &request, force, answer, done](const absl::StatusOr<PolicyFacts>& known) {
                         if (!known.ok()) return done(known.status());
                         const bool past = request.read().has_as_of();
                         owners_.Check(force, past ? std::optional(known->moment) : std::nullopt,
                                       rpc::DeadlineFor(call),
                                       [known = *known, answer, done](absl::StatusOr<RecordChecks> checks) {
                                         done(answer(known, Found(std::move(checks))));
                                       });
                       });
        };
        if (request.read().has_as_of()) return read();
        gate_.IfForceExists(call, force, done, read);
      });
}

}  // namespace oversight::monitoring
