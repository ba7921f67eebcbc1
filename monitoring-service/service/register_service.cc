#include "monitoring-service/service/register_service.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/auth/roles.h"
#include "common/rpc/channel.h"
#include "common/rpc/errors.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "monitoring-service/domain/history.h"
#include "monitoring-service/domain/history_file.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/domain/register.h"
#include "monitoring-service/service/kinds.h"
#include "monitoring-service/service/read_every.h"
#include "monitoring-service/service/records.h"
#include "oversight/monitoring/v1/error_reason.pb.h"

namespace oversight::monitoring {
namespace {

absl::StatusOr<KnownHistory> LoadHistory(rpc::Facts& log, const Ladders& ladders, const std::string& force) {
  KnownHistory known;
  OVERSIGHT_ASSIGN_OR_RETURN(known.record, Load(log, ladders, force));
  OVERSIGHT_ASSIGN_OR_RETURN(const auto decisions, log.List<v1::Decision>(kForceTerm, force));
  for (const auto& decision : decisions) {
    if (decision.has_historical()) {
      known.decisions.push_back(decision);
    } else if (!known.first_here || SortsBefore(decision.decided_date(), known.first_here->decided_date())) {
      known.first_here = decision;
    }
  }
  return known;
}

// Everything that is wrong with the file, against the register of forces and the record, or everything it does.
absl::StatusOr<rpc::Outcome<v1::ImportHistoryResponse>> Import(const Ladders& ladders, const HistoryFile& file,
                                                               LineFaults faults, const OwnerFacts& facts,
                                                               bool validate_only, rpc::Facts& log) {
  HistoryPlan plan;
  for (const auto& [force, moves] : ByForce(file)) {
    if (facts.Force(force) == nullptr) {
      // A newer register might have it.
      if (absl::Status status = facts.NeedForce(force); !absl::IsNotFound(status)) return status;
      for (const auto& move : moves) {
        faults.Add(move.line, absl::StrCat("force \"", force.substr(force.find('/') + 1),
                                           "\" is not in the register; write an id that is, or register it first"));
      }
      continue;
    }
    OVERSIGHT_ASSIGN_OR_RETURN(const KnownHistory known, LoadHistory(log, ladders, force));
    PlanHistory(ladders, moves, known, plan, faults);
  }
  if (!faults.empty()) return faults.Refusal(v1::ERROR_REASON_HISTORY_FILE_INVALID);
  rpc::Outcome<v1::ImportHistoryResponse> outcome;
  outcome.response = plan.counts;
  if (validate_only) return outcome;
  for (const auto& decision : plan.decisions) outcome.Put(decision);
  for (const auto& episode : plan.episodes) outcome.Put(episode);
  for (const auto& monitoring : plan.monitoring) outcome.Put(monitoring);
  return outcome;
}

}  // namespace

RegisterServiceImpl::RegisterServiceImpl(rpc::Runtime& runtime, const Ladders& ladders, Owners& owners,
                                         rpc::Resources& resources)
    : host_(runtime.host), ladders_(ladders), owners_(owners), resources_(resources) {}

grpc::ServerUnaryReactor* RegisterServiceImpl::ImportHistory(grpc::CallbackServerContext* context,
                                                             const v1::ImportHistoryRequest* request,
                                                             v1::ImportHistoryResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::ImportHistoryRequest& request,
                            v1::ImportHistoryResponse* response, rpc::Done done) {
                       owners_.Refresh(
                           Owners::Need::kForces, rpc::DeadlineFor(call),
                           [this, &call, &request, response, done](const OwnerFacts& facts) {
                             // Read here and not when it is decided: what the file says does not depend on the record,
                             // and the writer thread is one.
                             auto faults = std::make_shared<LineFaults>();
                             const auto file = std::make_shared<const HistoryFile>(
                                 ReadHistory(request.csv(), ladders_, Today(resources_.clock()), *faults));
                             resources_.Mutate(
                                 call, request, response, /*reason=*/"",
                                 [this, &request, file, faults,
                                  facts](rpc::Facts& log) -> absl::StatusOr<rpc::Outcome<v1::ImportHistoryResponse>> {
                                   OVERSIGHT_RETURN_IF_ERROR(facts.NeedForces());
                                   return Import(ladders_, *file, *faults, facts, request.validate_only(), log);
                                 },
                                 done);
                           });
                     });
}

grpc::ServerUnaryReactor* RegisterServiceImpl::GetRegister(grpc::CallbackServerContext* context,
                                                           const v1::GetRegisterRequest* request,
                                                           v1::GetRegisterResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::GetRegisterRequest& request, v1::GetRegisterResponse* response,
             rpc::Done done) {
        struct Reading {
          Every<v1::Episode> episodes;
          Every<v1::Decision> decisions;
        };
        const auto reading = std::make_shared<Reading>();
        const auto answer = [this, &call, &request, response, reading, done](const absl::StatusOr<ledger::Head>& at) {
          if (!at.ok()) return done(at.status());
          std::map<std::string, v1::Decision> decisions;
          for (auto& decision : reading->decisions.resources) decisions[decision.name()] = std::move(decision);
          const auto name_of = [facts = owners_.Read()](const std::string& force) {
            const auto found = facts.Force(force);
            return found == nullptr ? std::string() : found->display_name();
          };
          std::optional<common::v1::PartialDate> on_date;
          if (request.has_on_date()) on_date = request.on_date();
          *response = MakeRegister(ladders_, reading->episodes.resources, decisions, name_of, on_date);
          if (call.principal().HasAnyRole(auth::Insiders())) {
            auto& header = *response->mutable_header();
            for (const auto& version : reading->episodes.redacted) header.add_redactions(version.redaction);
            for (const auto& version : reading->decisions.redacted) header.add_redactions(version.redaction);
          }
          resources_.SetHeader(at->revision, at->recorded_time, response->mutable_header());
          done(absl::OkStatus());
        };
        resources_.Settle(
            call, request.read(), [this, reading, answer, done](const absl::StatusOr<ledger::AsOf>& as_of) {
              if (!as_of.ok()) return done(as_of.status());
              ledger::ListQuery query;
              query.as_of = *as_of;
              ReadEvery<v1::Episode>(
                  resources_.ledger(), query, std::shared_ptr<Every<v1::Episode>>(reading, &reading->episodes),
                  [this, reading, answer, done](const absl::StatusOr<ledger::Head>& at) {
                    if (!at.ok()) return done(at.status());
                    ledger::ListQuery same;
                    same.as_of.revision = at->revision;
                    ReadEvery<v1::Decision>(resources_.ledger(), same,
                                            std::shared_ptr<Every<v1::Decision>>(reading, &reading->decisions), answer);
                  });
            });
      });
}

}  // namespace oversight::monitoring
