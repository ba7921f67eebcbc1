#include "monitoring-service/service/policy_reading.h"

#include <utility>

#include "common/rpc/channel.h"
#include "common/rpc/errors.h"
#include "common/rpc/watch_shape.h"
#include "common/time/timestamp.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/service/kinds.h"
#include "oversight/monitoring/v1/monitoring_service.pb.h"

namespace oversight::monitoring {
namespace {

template <class T>
void TakeAll(const rpc::InformerCopy* copy, const std::string& parent, ForceFacts& facts) {
  if (copy == nullptr) return;
  copy->ForEach<T>(parent, [&facts](const T& resource) {
    Take(resource, facts);
    return true;
  });
}

void TakeOwned(const OwnerFacts& owners, ForceFacts& facts) {
  const std::string below = facts.force + "/";
  TakeAll<concerns::v1::Concern>(owners.concerns.get(), below, facts);
  TakeAll<concerns::v1::Recommendation>(owners.concerns.get(), below, facts);
  TakeAll<concerns::v1::ForceResponse>(owners.concerns.get(), below, facts);
  TakeAll<forces::v1::Inspection>(owners.forces.get(), below, facts);
}

// The answers to concerns that are not open are of no more use.
void Settle(ForceFacts& facts) {
  for (auto it = facts.responses.begin(); it != facts.responses.end();) {
    it = facts.causes.count(it->first) > 0 ? std::next(it) : facts.responses.erase(it);
  }
}

std::vector<const google::protobuf::Descriptor*> OwnKinds() {
  return {v1::Monitoring::descriptor(), v1::Plan::descriptor(),     v1::Meeting::descriptor(),
          v1::Decision::descriptor(),   v1::Proposal::descriptor(), v1::Action::descriptor()};
}

}  // namespace

ForceFacts PolicyFacts::Of(const std::string& force) const {
  ForceFacts facts(force);
  if (own != nullptr) {
    if (const auto monitoring = own->Get<v1::Monitoring>(MonitoringName(force))) Take(*monitoring, facts);
  }
  TakeAll<v1::Plan>(own.get(), force + "/", facts);
  TakeAll<v1::Meeting>(own.get(), force + "/", facts);
  TakeOwned(owners, facts);
  Settle(facts);
  return facts;
}

absl::StatusOr<ForceFacts> LoggedForceFacts(rpc::Facts& log, const OwnerFacts& owners, const std::string& force) {
  ForceFacts facts(force);
  OVERSIGHT_ASSIGN_OR_RETURN(const auto monitoring, log.Get<v1::Monitoring>(MonitoringName(force)));
  if (monitoring) Take(*monitoring, facts);
  OVERSIGHT_ASSIGN_OR_RETURN(const auto plans, log.List<v1::Plan>(kForceTerm, force));
  for (const auto& plan : plans) Take(plan, facts);
  OVERSIGHT_ASSIGN_OR_RETURN(const auto meetings, log.List<v1::Meeting>(kForceTerm, force));
  for (const auto& meeting : meetings) Take(meeting, facts);
  TakeOwned(owners, facts);
  Settle(facts);
  return facts;
}

PolicyReader::PolicyReader(rpc::Resources& resources, Owners& owners, observe::Metrics& metrics)
    : resources_(resources),
      owners_(owners),
      own_("policy", resources.ledger(), resources.clock(), rpc::ShapeOf<v1::WatchMonitoringResponse>(), OwnKinds(),
           &metrics) {
  own_.Start();
}

void PolicyReader::Read(rpc::Call& call, const common::v1::ReadOptions& read, const std::string& force,
                        std::function<void(absl::StatusOr<PolicyFacts>)> done) {
  if (read.as_of().moment_case() != common::v1::AsOf::MOMENT_NOT_SET) return ReadPast(call, read, force, done);
  own_.Settle(read, rpc::DeadlineFor(call), [this, &call, read, done](const absl::Status& settled) {
    if (!settled.ok()) return done(settled);
    const auto answer = [this, done](const OwnerFacts& owners) {
      if (absl::Status status = owners.NeedForces(); !status.ok()) return done(status);
      OwnerFacts known = owners;
      known.concerns_behind = false;  // A copy of any age will do; there must be one.
      if (absl::Status status = known.NeedConcerns(); !status.ok()) return done(status);
      done(PolicyFacts{.own = own_.Read(), .owners = owners, .moment = resources_.clock().Now()});
    };
    const OwnerFacts here = owners_.Read();
    const bool fresh = read.consistency().fully_consistent();
    if (!fresh && here.forces != nullptr && here.concerns != nullptr) return answer(here);
    owners_.Refresh(Owners::Need::kBoth, rpc::DeadlineFor(call), answer);
  });
}

void PolicyReader::ReadPast(rpc::Call& call, const common::v1::ReadOptions& read, const std::string& force,
                            std::function<void(absl::StatusOr<PolicyFacts>)> done) {
  resources_.Settle(call, read, [this, &call, read, force, done](const absl::StatusOr<ledger::AsOf>& as_of) {
    if (!as_of.ok()) return done(as_of.status());
    own_.ReadAsOf(
        *as_of, {}, [this, &call, read, force, done](absl::StatusOr<std::shared_ptr<const rpc::InformerCopy>> own) {
          if (!own.ok()) return done(own.status());
          const absl::Time moment =
              read.as_of().has_recorded_time() ? GetTime(read.as_of().recorded_time()) : (*own)->recorded_time();
          owners_.FactsAsOf(force, moment, rpc::DeadlineFor(call),
                            [own = *own, moment, done](absl::StatusOr<OwnerFacts> owners) {
                              if (!owners.ok()) return done(owners.status());
                              done(PolicyFacts{.own = own, .owners = *std::move(owners), .moment = moment});
                            });
        });
  });
}

}  // namespace oversight::monitoring
