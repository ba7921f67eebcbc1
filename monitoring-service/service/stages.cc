#include "monitoring-service/service/stages.h"

#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/rpc/errors.h"
#include "common/rpc/resources.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/domain/record.h"
#include "monitoring-service/service/kinds.h"

namespace oversight::monitoring {
namespace {

// Every resource of a kind with the terms, page by page at one revision.
template <class T>
struct Every {
  std::vector<T> resources;
  std::vector<ledger::Version> redacted;
};
template <class T>
void ReadEvery(ledger::Ledger& ledger, ledger::ListQuery query, std::shared_ptr<Every<T>> so_far,
               std::function<void(absl::StatusOr<ledger::Head>)> done) {
  query.kind = T::descriptor()->full_name();
  query.limit = 1000;
  ledger.List(query, [&ledger, query, so_far, done](const absl::StatusOr<ledger::ListResult>& page) mutable {
    if (!page.ok()) return done(page.status());
    for (const auto& version : page->items) {
      if (rpc::IsRedacted(version)) {
        so_far->redacted.push_back(version);
        continue;
      }
      auto resource = rpc::FromVersion<T>(version);
      if (!resource.ok()) return done(resource.status());
      so_far->resources.push_back(*std::move(resource));
    }
    if (!page->more || page->items.empty()) return done(ledger::Head{page->read_revision, page->read_time});
    query.after = page->items.back().name;
    query.as_of = {.revision = page->read_revision};
    ReadEvery<T>(ledger, std::move(query), std::move(so_far), std::move(done));
  });
}

template <class T>
void PutByForce(Every<T>& every, std::map<std::string, T>* by_force) {
  for (auto& item : every.resources) (*by_force)[ForceOf(item.name())] = std::move(item);
}

}  // namespace

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
    Every<v1::Monitoring> moved;
    Every<v1::Proposal> open;
    Every<v1::Decision> pending;
  };
  auto reading = std::make_shared<Reading>();
  // The list as it is kept for this reading: what `reading` holds must live until the last page is there.
  const auto into = [reading](auto* list) {
    return std::shared_ptr<std::remove_pointer_t<decltype(list)>>(reading, list);
  };
  const auto query = [](const ledger::AsOf& at, std::optional<ledger::Term> term) {
    ledger::ListQuery query;
    query.as_of = at;
    if (term.has_value()) query.all_of = {*std::move(term)};
    return query;
  };
  const auto waiting = [force](const char* term, const ledger::Term& of_all) {
    return force.empty() ? of_all : ledger::Term{term, force};
  };
  const auto of_force = force.empty() ? std::nullopt : std::optional(ForceTerm(force));
  const auto finish = [reading, done](const ledger::Head& at) {
    Stages stages;
    stages.revision = at.revision;
    stages.time = at.recorded_time;
    PutByForce(reading->moved, &stages.moved);
    for (auto& version : reading->moved.redacted) stages.redacted[ForceOf(version.name)] = std::move(version);
    PutByForce(reading->open, &stages.open);
    for (const auto& version : reading->open.redacted) stages.open[ForceOf(version.name)].set_name(version.name);
    PutByForce(reading->pending, &stages.pending);
    for (const auto& version : reading->pending.redacted) stages.pending[ForceOf(version.name)].set_name(version.name);
    done(std::move(stages));
  };
  ReadEvery<v1::Monitoring>(
      ledger, query(as_of, of_force), into(&reading->moved),
      [&ledger, reading, into, query, waiting, finish, done](const absl::StatusOr<ledger::Head>& at) {
        if (!at.ok()) return done(at.status());
        const ledger::AsOf same{.revision = at->revision};
        const auto with_open = [&ledger, reading, into, query, waiting, finish, done, same,
                                at = *at](const absl::StatusOr<ledger::Head>& open) {
          if (!open.ok()) return done(open.status());
          ReadEvery<v1::Decision>(
              ledger, query(same, waiting(kPendingTerm, StateTerm(v1::DECISION_STATE_PENDING_EFFECT))),
              into(&reading->pending), [finish, done, at](const absl::StatusOr<ledger::Head>& pending) {
                if (!pending.ok()) return done(pending.status());
                finish(at);
              });
        };
        ReadEvery<v1::Proposal>(ledger, query(same, waiting(kOpenTerm, StateTerm(v1::PROPOSAL_STATE_OPEN))),
                                into(&reading->open), with_open);
      });
}

}  // namespace oversight::monitoring
