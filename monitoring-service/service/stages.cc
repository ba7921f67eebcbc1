#include "monitoring-service/service/stages.h"

#include <memory>
#include <type_traits>
#include <utility>

#include "common/rpc/errors.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/domain/record.h"
#include "monitoring-service/service/kinds.h"
#include "monitoring-service/service/read_every.h"

namespace oversight::monitoring {
v1::Monitoring Stages::Of(const Ladders& ladders, const std::string& force) const {
  const auto stored = moved.find(force);
  v1::Monitoring monitoring = stored == moved.end() ? VirtualMonitoring(ladders, force) : stored->second;
  const auto proposal = open.find(force);
  if (proposal != open.end()) monitoring.set_open_proposal(proposal->second.name());
  const auto decision = pending.find(force);
  if (decision != pending.end()) monitoring.set_pending_decision(decision->second.name());
  return monitoring;
}

void ReadStages(ledger::Ledger& ledger, const ledger::AsOf& as_of, const std::string& force,
                std::function<void(absl::StatusOr<Stages>)> done) {
  struct Reading {
    std::vector<v1::Monitoring> moved;
    std::vector<v1::Proposal> open;
    std::vector<v1::Decision> pending;
  };
  auto reading = std::make_shared<Reading>();
  // The list as it is kept for this reading: what `reading` holds must live until the last page is there.
  const auto into = [reading](auto* list) {
    return std::shared_ptr<std::remove_pointer_t<decltype(list)>>(reading, list);
  };
  const auto query = [force](const ledger::AsOf& at, std::optional<ledger::Term> term) {
    ledger::ListQuery query;
    query.as_of = at;
    if (term.has_value()) query.all_of = {*std::move(term)};
    return query;
  };
  const auto waiting = [force](const char* term, const ledger::Term& of_all) {
    return force.empty() ? of_all : ledger::Term{term, force};
  };
  const auto of_force = force.empty() ? std::nullopt : std::optional(ForceTerm(force));
  const auto finish = [reading, done](const absl::StatusOr<ledger::Head>& at) {
    if (!at.ok()) return done(at.status());
    Stages stages;
    stages.revision = at->revision;
    stages.time = at->recorded_time;
    for (auto& item : reading->moved) stages.moved[ForceOf(item.name())] = std::move(item);
    for (auto& item : reading->open) stages.open[ForceOf(item.name())] = std::move(item);
    for (auto& item : reading->pending) stages.pending[ForceOf(item.name())] = std::move(item);
    done(std::move(stages));
  };
  ReadEvery<v1::Monitoring>(
      ledger, query(as_of, of_force), into(&reading->moved),
      [&ledger, reading, into, query, waiting, finish, done](const absl::StatusOr<ledger::Head>& at) {
        if (!at.ok()) return done(at.status());
        const ledger::AsOf same{.revision = at->revision};
        ReadEvery<v1::Proposal>(
            ledger, query(same, waiting(kOpenTerm, StateTerm(v1::PROPOSAL_STATE_OPEN))), into(&reading->open),
            [&ledger, reading, into, query, waiting, same, finish, done](const absl::StatusOr<ledger::Head>& at) {
              if (!at.ok()) return done(at.status());
              ReadEvery<v1::Decision>(ledger,
                                      query(same, waiting(kPendingTerm, StateTerm(v1::DECISION_STATE_PENDING_EFFECT))),
                                      into(&reading->pending), finish);
            });
      });
}

}  // namespace oversight::monitoring
