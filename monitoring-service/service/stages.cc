#include "monitoring-service/service/stages.h"

#include <memory>
#include <utility>

#include "common/rpc/errors.h"
#include "common/rpc/resources.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/domain/record.h"

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

}  // namespace

ledger::Term ForceTerm(const std::string& force) { return {"force", force}; }
ledger::Term StateTerm(v1::ProposalState state) { return {"state", v1::ProposalState_Name(state)}; }

std::vector<ledger::Term> TermsOf(const v1::Monitoring& monitoring) {
  return {ForceTerm(ForceOf(monitoring.name())), {"stage", monitoring.stage()}};
}

std::vector<ledger::Term> TermsOf(const v1::Proposal& proposal) {
  const std::string force = ForceOf(proposal.name());
  std::vector<ledger::Term> terms = {ForceTerm(force), StateTerm(proposal.state())};
  if (proposal.state() == v1::PROPOSAL_STATE_OPEN) terms.push_back({kOpenTerm, force});
  return terms;
}

std::vector<ledger::Term> TermsOf(const v1::Decision& decision) { return {ForceTerm(ForceOf(decision.name()))}; }

std::vector<ledger::Term> TermsOf(const v1::Episode& episode) {
  return {ForceTerm(ForceOf(episode.name())), {"stage", episode.stage()}};
}

v1::Monitoring Stages::Of(const Ladders& ladders, const std::string& force) const {
  const auto stored = moved.find(force);
  v1::Monitoring monitoring = stored == moved.end() ? VirtualMonitoring(ladders, force) : stored->second;
  const auto proposal = open.find(force);
  if (proposal != open.end()) monitoring.set_open_proposal(proposal->second.name());
  return monitoring;
}

void ReadStages(ledger::Ledger& ledger, const ledger::AsOf& as_of, const std::string& force,
                std::function<void(absl::StatusOr<Stages>)> done) {
  ledger::ListQuery query;
  query.as_of = as_of;
  if (!force.empty()) query.all_of = {ForceTerm(force)};
  auto moved = std::make_shared<Every<v1::Monitoring>>();
  ReadEvery<v1::Monitoring>(
      ledger, std::move(query), moved, [&ledger, force, moved, done](const absl::StatusOr<ledger::Head>& at) {
        if (!at.ok()) return done(at.status());
        ledger::ListQuery query;
        query.as_of = {.revision = at->revision};
        query.all_of = {force.empty() ? StateTerm(v1::PROPOSAL_STATE_OPEN) : ledger::Term{kOpenTerm, force}};
        auto open = std::make_shared<Every<v1::Proposal>>();
        ReadEvery<v1::Proposal>(ledger, std::move(query), open,
                                [at = *at, moved, open, done](const absl::StatusOr<ledger::Head>& same) {
                                  if (!same.ok()) return done(same.status());
                                  Stages stages;
                                  stages.revision = at.revision;
                                  stages.time = at.recorded_time;
                                  for (auto& item : moved->resources) {
                                    stages.moved[ForceOf(item.name())] = std::move(item);
                                  }
                                  for (auto& version : moved->redacted) {
                                    stages.redacted[ForceOf(version.name)] = std::move(version);
                                  }
                                  for (auto& item : open->resources) {
                                    stages.open[ForceOf(item.name())] = std::move(item);
                                  }
                                  for (auto& version : open->redacted) {
                                    stages.open[ForceOf(version.name)].set_name(version.name);
                                  }
                                  done(std::move(stages));
                                });
      });
}

}  // namespace oversight::monitoring
