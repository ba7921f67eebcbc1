#include "monitoring-service/service/sequence_service.h"

#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/service/kinds.h"
#include "monitoring-service/service/owner_view.h"
#include "monitoring-service/service/read_every.h"

namespace oversight::monitoring {
namespace {

// The versions of one kind, oldest first.
template <class T>
absl::StatusOr<std::vector<Recorded<T>>> Of(const std::vector<ledger::HistoryEntry>& entries) {
  std::vector<Recorded<T>> versions;
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    if (entry->version.kind != T::descriptor()->full_name() || rpc::IsRedacted(entry->version)) continue;
    Recorded<T> recorded;
    OVERSIGHT_ASSIGN_OR_RETURN(recorded.resource, rpc::FromVersion<T>(entry->version));
    rpc::SetChange(*entry, &recorded.change);
    versions.push_back(std::move(recorded));
  }
  return versions;
}

absl::Status Sort(const std::vector<ledger::HistoryEntry>& entries, SequenceRecord& record) {
  OVERSIGHT_ASSIGN_OR_RETURN(record.decisions, Of<v1::Decision>(entries));
  OVERSIGHT_ASSIGN_OR_RETURN(record.proposals, Of<v1::Proposal>(entries));
  OVERSIGHT_ASSIGN_OR_RETURN(record.advice, Of<v1::Advice>(entries));
  OVERSIGHT_ASSIGN_OR_RETURN(record.disclosures, Of<v1::Disclosure>(entries));
  OVERSIGHT_ASSIGN_OR_RETURN(record.episodes, Of<v1::Episode>(entries));
  OVERSIGHT_ASSIGN_OR_RETURN(record.announcements, Of<v1::Announcement>(entries));
  return absl::OkStatus();
}

}  // namespace

struct SequenceServiceImpl::Reading {
  const v1::GetDecisionSequenceRequest& request;
  v1::GetDecisionSequenceResponse* response;
  rpc::Done done;
  rpc::Found<v1::Decision> found;
  std::vector<ledger::HistoryQuery> queries;  // Still to be read.
  std::vector<ledger::HistoryEntry> entries;

  // The versions of a resource, and of what is below it when asked.
  void Add(const std::string& name, bool below) {
    ledger::HistoryQuery query;
    query.name = name;
    query.before = found.revision + 1;
    query.below = below;
    queries.push_back(std::move(query));
  }
};

SequenceServiceImpl::SequenceServiceImpl(rpc::Runtime& runtime, const Ladders& ladders, Owners& owners,
                                         rpc::Resources& resources)
    : host_(runtime.host), ladders_(ladders), owners_(owners), resources_(resources) {}

grpc::ServerUnaryReactor* SequenceServiceImpl::GetDecisionSequence(grpc::CallbackServerContext* context,
                                                                   const v1::GetDecisionSequenceRequest* request,
                                                                   v1::GetDecisionSequenceResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::GetDecisionSequenceRequest& request, v1::GetDecisionSequenceResponse* response,
             rpc::Done done) {
        resources_.Read<v1::Decision>(
            call, request.name(), request.read(),
            [this, &request, response, done](absl::StatusOr<rpc::Found<v1::Decision>> found) {
              if (!found.ok()) return done(found.status());
              const std::string force = ForceOf(request.name());
              const std::string proposal = found->resource.proposal();
              auto reading = std::make_shared<Reading>(Reading{request, response, done, *std::move(found), {}, {}});
              reading->Add(request.name(), false);
              if (!proposal.empty()) reading->Add(proposal, true);  // With the advice on it.
              reading->Add(absl::StrCat(force, "/disclosures"), true);
              reading->Add(absl::StrCat(force, "/episodes"), true);
              AddAnnouncements(std::move(reading));
            });
      });
}

void SequenceServiceImpl::AddAnnouncements(std::shared_ptr<Reading> reading) {
  ledger::ListQuery query;
  query.all_of = {{kDecisionTerm, reading->request.name()}};
  query.as_of = {.revision = reading->found.revision};
  auto announcements = std::make_shared<Every<v1::Announcement>>();
  ReadEvery<v1::Announcement>(resources_.ledger(), std::move(query), announcements,
                              [this, reading, announcements](const absl::StatusOr<ledger::Head>& head) {
                                if (!head.ok()) return reading->done(head.status());
                                for (const auto& one : announcements->resources) reading->Add(one.name(), false);
                                for (const auto& one : announcements->redacted) reading->Add(one.name, false);
                                ReadNext(reading);
                              });
}

void SequenceServiceImpl::ReadNext(std::shared_ptr<Reading> reading) {
  if (reading->queries.empty()) return Answer(*reading);
  ledger::HistoryQuery query = std::move(reading->queries.back());
  reading->queries.pop_back();
  auto entries = std::make_shared<std::vector<ledger::HistoryEntry>>();
  ReadHistory(resources_.ledger(), std::move(query), entries, [this, reading, entries](const absl::Status& status) {
    if (!status.ok()) return reading->done(status);
    reading->entries.insert(reading->entries.end(), std::make_move_iterator(entries->begin()),
                            std::make_move_iterator(entries->end()));
    ReadNext(reading);
  });
}

void SequenceServiceImpl::Answer(const Reading& reading) {
  SequenceRecord record;
  if (absl::Status status = Sort(reading.entries, record); !status.ok()) return reading.done(status);
  const auto& decision = reading.found.resource;
  record.decision = decision.name();
  const OwnerFacts facts = owners_.Read();
  if (const auto force = facts.Force(ForceOf(decision.name()))) record.force_display_name = force->display_name();
  const auto* stage = ladders_.FindStage(decision.to_stage());
  record.stage_display_name = stage == nullptr ? decision.to_stage() : stage->display_name();
  *reading.response = MakeSequence(record, OwnerView(facts), reading.request.clock());
  resources_.SetHeader(reading.found.revision, reading.found.time, reading.response->mutable_header());
  reading.done(absl::OkStatus());
}

}  // namespace oversight::monitoring
