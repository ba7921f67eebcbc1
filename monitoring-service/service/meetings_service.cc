#include "monitoring-service/service/meetings_service.h"

#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "common/rpc/errors.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "monitoring-service/domain/cadence.h"
#include "monitoring-service/domain/meetings.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/domain/sessions.h"
#include "monitoring-service/service/kinds.h"
#include "monitoring-service/service/read_every.h"

namespace oversight::monitoring {
namespace {

absl::StatusOr<ActionRecord> LoadActions(rpc::Facts& log, const std::string& force) {
  ActionRecord record;
  OVERSIGHT_ASSIGN_OR_RETURN(record.open, log.List<v1::Action>(kOpenTerm, force));
  OVERSIGHT_ASSIGN_OR_RETURN(record.next_action, log.NextNumber(ActionPrefix(force)));
  return record;
}

absl::StatusOr<rpc::Outcome<v1::CreateMeetingResponse>> Record(const v1::CreateMeetingRequest& request,
                                                               const Ladders& ladders, rpc::Facts& log) {
  const std::string& force = request.parent();
  std::optional<v1::Meeting> corrects;
  if (const std::string& earlier = request.meeting().corrects(); ForceOf(earlier) == force) {
    OVERSIGHT_ASSIGN_OR_RETURN(corrects, log.Require<v1::Meeting>(earlier));
  }
  OVERSIGHT_ASSIGN_OR_RETURN(const auto monitoring, log.Get<v1::Monitoring>(MonitoringName(force)));
  const std::string stage = monitoring ? monitoring->stage() : ladders.default_stage().id();
  OVERSIGHT_ASSIGN_OR_RETURN(const ActionRecord record, LoadActions(log, force));
  OVERSIGHT_ASSIGN_OR_RETURN(const int64_t number, log.NextNumber(MeetingPrefix(force)));
  OVERSIGHT_ASSIGN_OR_RETURN(const HeldMeeting met,
                             Meet(request, stage, record, corrects, number, log.actor().name(), log.now()));
  rpc::Outcome<v1::CreateMeetingResponse> outcome;
  outcome.Put(met.meeting);
  for (const auto& action : met.actions) outcome.Put(action);
  if (met.corrected) outcome.Put(*met.corrected);
  *outcome.response.mutable_meeting() = met.meeting;
  outcome.response.mutable_actions()->Assign(met.actions.begin(), met.actions.end());
  return outcome;
}

// The session with the etag that the caller knows.
template <class Request>
absl::StatusOr<v1::OversightSession> SessionFor(const Request& request, rpc::Facts& log) {
  OVERSIGHT_ASSIGN_OR_RETURN(v1::OversightSession session, log.Require<v1::OversightSession>(request.name()));
  OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(session, request.etag()));
  return session;
}

absl::StatusOr<rpc::Outcome<v1::CallForceResponse>> CallNow(const v1::CallForceRequest& request, const OwnerFacts&,
                                                            rpc::Facts& log) {
  OVERSIGHT_ASSIGN_OR_RETURN(const v1::OversightSession session, SessionFor(request, log));
  OVERSIGHT_ASSIGN_OR_RETURN(const v1::OversightSession after,
                             CallToSession(session, request, log.actor().name(), log.now()));
  rpc::Outcome<v1::CallForceResponse> outcome;
  outcome.Put(after);
  *outcome.response.mutable_oversight_session() = after;
  return outcome;
}

absl::StatusOr<rpc::Outcome<v1::PassOnOutcomeResponse>> PassNow(const v1::PassOnOutcomeRequest& request,
                                                                const OwnerFacts&, rpc::Facts& log) {
  OVERSIGHT_ASSIGN_OR_RETURN(const v1::OversightSession session, SessionFor(request, log));
  OVERSIGHT_ASSIGN_OR_RETURN(const v1::OversightSession after, PassOn(session, request, log.actor().name(), log.now()));
  rpc::Outcome<v1::PassOnOutcomeResponse> outcome;
  outcome.Put(after);
  *outcome.response.mutable_oversight_session() = after;
  return outcome;
}

absl::StatusOr<rpc::Outcome<v1::HoldOversightSessionResponse>> HoldNow(const v1::HoldOversightSessionRequest& request,
                                                                       rpc::Facts& log) {
  OVERSIGHT_ASSIGN_OR_RETURN(const v1::OversightSession session, SessionFor(request, log));
  std::map<std::string, ActionRecord> records;
  for (const auto& called : session.called_forces()) {
    OVERSIGHT_ASSIGN_OR_RETURN(records[called.force()], LoadActions(log, called.force()));
  }
  OVERSIGHT_ASSIGN_OR_RETURN(const Held held, Hold(session, request, records, log.now()));
  rpc::Outcome<v1::HoldOversightSessionResponse> outcome;
  outcome.Put(held.session);
  for (const auto& action : held.actions) outcome.Put(action);
  *outcome.response.mutable_oversight_session() = held.session;
  outcome.response.mutable_actions()->Assign(held.actions.begin(), held.actions.end());
  return outcome;
}

}  // namespace

MeetingsServiceImpl::MeetingsServiceImpl(rpc::Runtime& runtime, const Ladders& ladders, Owners& owners,
                                         rpc::Resources& resources)
    : ladders_(ladders),
      host_(runtime.host),
      clock_(runtime.clock),
      calls_(resources, owners, v1::MeetingsService::service_full_name()) {}

std::vector<v1::Meeting> MeetingsServiceImpl::Known::of(const std::string& force) const {
  const auto found = meetings.find(force);
  return found == meetings.end() ? std::vector<v1::Meeting>() : found->second;
}

void MeetingsServiceImpl::ReadMeetings(rpc::Call& call, const common::v1::ReadOptions& read, const std::string& force,
                                       std::function<void(absl::StatusOr<Known>)> done) {
  ledger::Ledger& ledger = calls_.resources().ledger();
  calls_.resources().Settle(call, read, [&ledger, force, done](const absl::StatusOr<ledger::AsOf>& as_of) {
    if (!as_of.ok()) return done(as_of.status());
    ReadStages(ledger, *as_of, force, [&ledger, force, done](const absl::StatusOr<Stages>& stages) {
      if (!stages.ok()) return done(stages.status());
      ledger::ListQuery query;
      query.as_of = {.revision = stages->revision};
      if (!force.empty()) query.all_of = {ForceTerm(force)};
      auto every = std::make_shared<Every<v1::Meeting>>();
      ReadEvery<v1::Meeting>(ledger, std::move(query), every,
                             [stages = *stages, every, done](const absl::StatusOr<ledger::Head>& at) {
                               if (!at.ok()) return done(at.status());
                               Known known;
                               known.stages = stages;
                               for (auto& meeting : every->resources) {
                                 known.meetings[ForceOf(meeting.name())].push_back(std::move(meeting));
                               }
                               for (const auto& version : every->redacted)
                                 known.redactions.push_back(version.redaction);
                               done(std::move(known));
                             });
    });
  });
}

void MeetingsServiceImpl::SetHeader(const Known& known, common::v1::ResponseHeader* header) {
  calls_.resources().SetHeader(known.stages.revision, known.stages.time, header);
  for (const auto& redaction : known.redactions) header->add_redactions(redaction);
}

grpc::ServerUnaryReactor* MeetingsServiceImpl::CreateMeeting(grpc::CallbackServerContext* context,
                                                             const v1::CreateMeetingRequest* request,
                                                             v1::CreateMeetingResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::CreateMeetingRequest& request,
                            v1::CreateMeetingResponse* response, rpc::Done done) {
                       calls_.Command(call, request, response, request.parent(), /*known=*/false,
                                      request.meeting().correction_reason(), std::nullopt, done,
                                      [this](const v1::CreateMeetingRequest& request, const OwnerFacts&,
                                             rpc::Facts& log) { return Record(request, ladders_, log); });
                     });
}

grpc::ServerUnaryReactor* MeetingsServiceImpl::GetMeeting(grpc::CallbackServerContext* context,
                                                          const v1::GetMeetingRequest* request,
                                                          v1::GetMeetingResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::GetMeetingRequest& request, v1::GetMeetingResponse* response, rpc::Done done) {
        calls_.Get<v1::Meeting>(call, request, response, &v1::GetMeetingResponse::mutable_meeting, done);
      });
}

grpc::ServerUnaryReactor* MeetingsServiceImpl::ListMeetings(grpc::CallbackServerContext* context,
                                                            const v1::ListMeetingsRequest* request,
                                                            v1::ListMeetingsResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::ListMeetingsRequest& request, v1::ListMeetingsResponse* response,
                            rpc::Done done) {
                       calls_.List<v1::Meeting>(call, request, response, &v1::ListMeetingsResponse::mutable_meetings,
                                                OfForce<v1::Meeting>(request.parent()), done);
                     });
}

grpc::ServerUnaryReactor* MeetingsServiceImpl::GetAction(grpc::CallbackServerContext* context,
                                                         const v1::GetActionRequest* request,
                                                         v1::GetActionResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::GetActionRequest& request, v1::GetActionResponse* response, rpc::Done done) {
        calls_.Get<v1::Action>(call, request, response, &v1::GetActionResponse::mutable_action, done);
      });
}

grpc::ServerUnaryReactor* MeetingsServiceImpl::ListActions(grpc::CallbackServerContext* context,
                                                           const v1::ListActionsRequest* request,
                                                           v1::ListActionsResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::ListActionsRequest& request, v1::ListActionsResponse* response,
                            rpc::Done done) {
                       auto selection = OfForce<v1::Action>(request.parent());
                       if (request.state() != v1::ACTION_STATE_UNSPECIFIED)
                         selection.all_of.push_back(StateTerm(request.state()));
                       calls_.List<v1::Action>(call, request, response, &v1::ListActionsResponse::mutable_actions,
                                               std::move(selection), done);
                     });
}

grpc::ServerUnaryReactor* MeetingsServiceImpl::ReviseAction(grpc::CallbackServerContext* context,
                                                            const v1::ReviseActionRequest* request,
                                                            v1::ReviseActionResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::ReviseActionRequest& request, v1::ReviseActionResponse* response,
                            rpc::Done done) {
                       calls_.Change<v1::Action>(call, request, response, &v1::ReviseActionResponse::mutable_action,
                                                 request.reason(), std::nullopt, done,
                                                 [](const v1::Action& action, const v1::ReviseActionRequest& request,
                                                    const OwnerFacts&, rpc::Facts& log) -> absl::StatusOr<v1::Action> {
                                                   return Revise(action, request, log.actor().name(), log.now());
                                                 });
                     });
}

grpc::ServerUnaryReactor* MeetingsServiceImpl::CloseAction(grpc::CallbackServerContext* context,
                                                           const v1::CloseActionRequest* request,
                                                           v1::CloseActionResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::CloseActionRequest& request, v1::CloseActionResponse* response,
                            rpc::Done done) {
                       calls_.Change<v1::Action>(call, request, response, &v1::CloseActionResponse::mutable_action,
                                                 request.note(), std::nullopt, done,
                                                 [](const v1::Action& action, const v1::CloseActionRequest& request,
                                                    const OwnerFacts&, rpc::Facts& log) -> absl::StatusOr<v1::Action> {
                                                   return Close(action, request, log.actor().name(), log.now());
                                                 });
                     });
}

grpc::ServerUnaryReactor* MeetingsServiceImpl::GetMeetingCadence(grpc::CallbackServerContext* context,
                                                                 const v1::GetMeetingCadenceRequest* request,
                                                                 v1::GetMeetingCadenceResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::GetMeetingCadenceRequest& request, v1::GetMeetingCadenceResponse* response,
             rpc::Done done) {
        calls_.gate().IfForceExists(call, request.force(), done, [this, &call, &request, response, done] {
          const absl::CivilDay on_date = request.has_on_date() ? *ToCivilDay(request.on_date()) : Today(clock_);
          ReadMeetings(call, request.read(), request.force(),
                       [this, &request, response, on_date, done](const absl::StatusOr<Known>& known) {
                         if (!known.ok()) return done(known.status());
                         *response->mutable_cadence() = CadenceOf(ladders_, known->stages.Of(ladders_, request.force()),
                                                                  known->of(request.force()), on_date);
                         SetHeader(*known, response->mutable_header());
                         done(absl::OkStatus());
                       });
        });
      });
}

grpc::ServerUnaryReactor* MeetingsServiceImpl::ListMeetingCadence(grpc::CallbackServerContext* context,
                                                                  const v1::ListMeetingCadenceRequest* request,
                                                                  v1::ListMeetingCadenceResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::ListMeetingCadenceRequest& request, v1::ListMeetingCadenceResponse* response,
             rpc::Done done) {
        const absl::CivilDay on_date = request.has_on_date() ? *ToCivilDay(request.on_date()) : Today(clock_);
        ReadMeetings(
            call, request.read(), "", [this, &request, response, on_date, done](const absl::StatusOr<Known>& known) {
              if (!known.ok()) return done(known.status());
              std::set<std::string> forces;
              for (const auto& [force, monitoring] : known->stages.moved) forces.insert(force);
              for (const auto& [force, meetings] : known->meetings) forces.insert(force);
              std::vector<v1::MeetingCadence> cadences;
              for (const std::string& force : forces) {
                auto cadence = CadenceOf(ladders_, known->stages.Of(ladders_, force), known->of(force), on_date);
                if (cadence.cadence_days() == 0 || (request.missed_only() && !cadence.missed())) continue;
                cadences.push_back(std::move(cadence));
              }
              SortByLateness(cadences);
              response->mutable_cadences()->Assign(cadences.begin(), cadences.end());
              SetHeader(*known, response->mutable_header());
              done(absl::OkStatus());
            });
      });
}

grpc::ServerUnaryReactor* MeetingsServiceImpl::CreateOversightSession(grpc::CallbackServerContext* context,
                                                                      const v1::CreateOversightSessionRequest* request,
                                                                      v1::CreateOversightSessionResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::CreateOversightSessionRequest& request,
             v1::CreateOversightSessionResponse* response, rpc::Done done) {
        calls_.resources().Mutate(
            call, request, response, /*reason=*/"",
            [&request](rpc::Facts& log) -> absl::StatusOr<rpc::Outcome<v1::CreateOversightSessionResponse>> {
              OVERSIGHT_ASSIGN_OR_RETURN(const int64_t number, log.NextNumber(kSessionPrefix));
              rpc::Outcome<v1::CreateOversightSessionResponse> outcome;
              *outcome.response.mutable_oversight_session() =
                  PlanSession(request.oversight_session(), number, log.actor().name());
              outcome.Put(outcome.response.oversight_session());
              return outcome;
            },
            done);
      });
}

grpc::ServerUnaryReactor* MeetingsServiceImpl::CallForce(grpc::CallbackServerContext* context,
                                                         const v1::CallForceRequest* request,
                                                         v1::CallForceResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::CallForceRequest& request, v1::CallForceResponse* response, rpc::Done done) {
        calls_.Command(call, request, response, request.force(), /*known=*/false, /*reason=*/"", std::nullopt, done,
                       CallNow);
      });
}

grpc::ServerUnaryReactor* MeetingsServiceImpl::HoldOversightSession(grpc::CallbackServerContext* context,
                                                                    const v1::HoldOversightSessionRequest* request,
                                                                    v1::HoldOversightSessionResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::HoldOversightSessionRequest& request,
                            v1::HoldOversightSessionResponse* response, rpc::Done done) {
                       calls_.resources().Mutate(
                           call, request, response, /*reason=*/"",
                           [&request](rpc::Facts& log) { return HoldNow(request, log); }, done);
                     });
}

grpc::ServerUnaryReactor* MeetingsServiceImpl::CancelOversightSession(grpc::CallbackServerContext* context,
                                                                      const v1::CancelOversightSessionRequest* request,
                                                                      v1::CancelOversightSessionResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::CancelOversightSessionRequest& request,
             v1::CancelOversightSessionResponse* response, rpc::Done done) {
        calls_.Change<v1::OversightSession>(
            call, request, response, &v1::CancelOversightSessionResponse::mutable_oversight_session, request.reason(),
            std::nullopt, done,
            [](const v1::OversightSession& session, const v1::CancelOversightSessionRequest& request, const OwnerFacts&,
               rpc::Facts&) -> absl::StatusOr<v1::OversightSession> { return Cancel(session, request); });
      });
}

grpc::ServerUnaryReactor* MeetingsServiceImpl::PassOnOutcome(grpc::CallbackServerContext* context,
                                                             const v1::PassOnOutcomeRequest* request,
                                                             v1::PassOnOutcomeResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::PassOnOutcomeRequest& request,
                            v1::PassOnOutcomeResponse* response, rpc::Done done) {
                       calls_.Command(call, request, response, request.force(), /*known=*/false,
                                      request.correction_reason(), std::nullopt, done, PassNow);
                     });
}

grpc::ServerUnaryReactor* MeetingsServiceImpl::GetOversightSession(grpc::CallbackServerContext* context,
                                                                   const v1::GetOversightSessionRequest* request,
                                                                   v1::GetOversightSessionResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::GetOversightSessionRequest& request,
                            v1::GetOversightSessionResponse* response, rpc::Done done) {
                       calls_.resources().GetResource<v1::OversightSession>(
                           call, request, response, &v1::GetOversightSessionResponse::mutable_oversight_session, done);
                     });
}

grpc::ServerUnaryReactor* MeetingsServiceImpl::ListOversightSessions(grpc::CallbackServerContext* context,
                                                                     const v1::ListOversightSessionsRequest* request,
                                                                     v1::ListOversightSessionsResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::ListOversightSessionsRequest& request,
                            v1::ListOversightSessionsResponse* response, rpc::Done done) {
                       rpc::Selection<v1::OversightSession> selection;
                       if (request.state() != v1::OVERSIGHT_SESSION_STATE_UNSPECIFIED)
                         selection.all_of.push_back(StateTerm(request.state()));
                       if (!request.force().empty()) selection.all_of.push_back({kCalledTerm, request.force()});
                       calls_.resources().ListResources<v1::OversightSession>(
                           call, request, response, &v1::ListOversightSessionsResponse::mutable_oversight_sessions,
                           std::move(selection), done);
                     });
}

}  // namespace oversight::monitoring
