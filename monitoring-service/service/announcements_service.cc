#include "monitoring-service/service/announcements_service.h"

#include <optional>
#include <utility>
#include <vector>

#include "common/rpc/errors.h"
#include "monitoring-service/domain/moments.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/service/force_command.h"
#include "monitoring-service/service/kinds.h"
#include "monitoring-service/service/release.h"

namespace oversight::monitoring {
namespace {

const std::string& NameIn(const v1::UpdateAnnouncementRequest& request) { return request.announcement().name(); }
const std::string& EtagIn(const v1::UpdateAnnouncementRequest& request) { return request.announcement().etag(); }
template <class Request>
const std::string& NameIn(const Request& request) {
  return request.name();
}
template <class Request>
const std::string& EtagIn(const Request& request) {
  return request.etag();
}

// Why, for the audit record.
template <class Request>
std::string ReasonIn(const Request& request) {
  if constexpr (requires { request.reason(); }) return request.reason();
  if constexpr (requires { request.comment(); }) return request.comment();
  return {};
}

template <class Response>
rpc::Outcome<Response> Stored(const v1::Announcement& before, const v1::Announcement& after) {
  rpc::Outcome<Response> outcome;
  *outcome.response.mutable_announcement() = after;
  if (after.SerializeAsString() != before.SerializeAsString()) outcome.Put(after);
  return outcome;
}

}  // namespace

AnnouncementsServiceImpl::AnnouncementsServiceImpl(rpc::Runtime& runtime, const AnnouncementTemplates& templates,
                                                   const Ladders& ladders, Owners& owners, rpc::Resources& resources)
    : host_(runtime.host),
      templates_(templates),
      ladders_(ladders),
      resources_(resources),
      gate_(owners, v1::AnnouncementsService::service_full_name()) {}

void AnnouncementsServiceImpl::WithFacts(rpc::Call& call, const std::string& force, bool known, const rpc::Done& done,
                                         WithHead then) {
  gate_.WithForce(call, force, known, Owners::Need::kBoth, done,
                  [this, done, then](const OwnerFacts& owners, const absl::Status& unknown) {
                    resources_.ledger().Tree(
                        std::nullopt, [owners, unknown, done, then](const absl::StatusOr<ledger::TreeState>& tree) {
                          if (!tree.ok()) return done(tree.status());
                          v1::RecordHead head;
                          head.set_ledger(kLedger);
                          head.set_tree_size(tree->size);
                          head.set_root_hash(tree->root);
                          then(owners, unknown, head);
                        });
                  });
}

template <class Request, class Response>
grpc::ServerUnaryReactor* AnnouncementsServiceImpl::Change(grpc::CallbackServerContext* context, const Request* request,
                                                           Response* response, Act<Request> act) {
  return host_.Unary(
      context, request, response,
      [this, act](rpc::Call& call, const Request& request, Response* response, rpc::Done done) {
        DecideOnForce(gate_, resources_, call, request, response,
                      {.force = ForceOf(NameIn(request)), .reason = ReasonIn(request)}, done,
                      [act, &request](const OwnerFacts&, rpc::Facts& log) -> absl::StatusOr<rpc::Outcome<Response>> {
                        OVERSIGHT_ASSIGN_OR_RETURN(const auto announcement,
                                                   log.Require<v1::Announcement>(NameIn(request)));
                        OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(announcement, EtagIn(request)));
                        OVERSIGHT_ASSIGN_OR_RETURN(const auto changed, act(announcement, request, log));
                        return Stored<Response>(announcement, changed);
                      });
      });
}

template <class Request, class Response>
grpc::ServerUnaryReactor* AnnouncementsServiceImpl::ChangeOnFacts(grpc::CallbackServerContext* context,
                                                                  const Request* request, Response* response,
                                                                  ActOnFacts<Request> act) {
  return host_.Unary(
      context, request, response,
      [this, act](rpc::Call& call, const Request& request, Response* response, rpc::Done done) {
        const auto decide = [this, act, &call, &request, response, done](
                                const OwnerFacts& owners, const absl::Status& unknown, const v1::RecordHead& head) {
          resources_.Mutate(
              call, request, response, ReasonIn(request),
              [this, act, &request, owners, unknown, head](rpc::Facts& log) -> absl::StatusOr<rpc::Outcome<Response>> {
                OVERSIGHT_RETURN_IF_ERROR(unknown);
                OVERSIGHT_ASSIGN_OR_RETURN(const auto announcement, log.Require<v1::Announcement>(NameIn(request)));
                OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(announcement, EtagIn(request)));
                v1::Announcement changed;
                OVERSIGHT_RETURN_IF_ERROR(LoadMove(log, ladders_, owners, announcement.decision(),
                                                   [&](const MoveFacts& facts, const ForceRecord&) -> absl::Status {
                                                     OVERSIGHT_ASSIGN_OR_RETURN(
                                                         changed, act(announcement, request, facts, head, log));
                                                     return absl::OkStatus();
                                                   }));
                return Stored<Response>(announcement, changed);
              },
              done);
        };
        WithFacts(call, ForceOf(NameIn(request)), /*known=*/true, done, decide);
      });
}

// ---- Writing it. ----

grpc::ServerUnaryReactor* AnnouncementsServiceImpl::CreateAnnouncement(grpc::CallbackServerContext* context,
                                                                       const v1::CreateAnnouncementRequest* request,
                                                                       v1::CreateAnnouncementResponse* response) {
  using Outcome = rpc::Outcome<v1::CreateAnnouncementResponse>;
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::CreateAnnouncementRequest& request, v1::CreateAnnouncementResponse* response,
             rpc::Done done) {
        const auto decide = [this, &call, &request, response, done](
                                const OwnerFacts& owners, const absl::Status& unknown, const v1::RecordHead& head) {
          resources_.Mutate(
              call, request, response, request.announcement().correction_reason(),
              [this, &request, owners, unknown, head](rpc::Facts& log) -> absl::StatusOr<Outcome> {
                OVERSIGHT_RETURN_IF_ERROR(unknown);
                const auto& wanted = request.announcement();
                Violations violations;
                if (ForceOf(wanted.decision()) != request.parent()) {
                  violations.Add("announcement.decision", "is required, and must be of " + request.parent());
                }
                if (!wanted.corrects().empty() && ForceOf(wanted.corrects()) != request.parent()) {
                  violations.Add("announcement.corrects", "must be of " + request.parent());
                }
                OVERSIGHT_RETURN_IF_ERROR(violations.status());
                OVERSIGHT_ASSIGN_OR_RETURN(const auto corrects, Corrected(log, wanted));
                OVERSIGHT_ASSIGN_OR_RETURN(const auto others,
                                           log.List<v1::Announcement>(kDecisionTerm, wanted.decision()));
                OVERSIGHT_ASSIGN_OR_RETURN(const int64_t number, log.NextNumber(AnnouncementPrefix(request.parent())));
                Outcome outcome;
                OVERSIGHT_RETURN_IF_ERROR(LoadMove(log, ladders_, owners, wanted.decision(),
                                                   [&](const MoveFacts& facts, const ForceRecord&) -> absl::Status {
                                                     OVERSIGHT_ASSIGN_OR_RETURN(
                                                         *outcome.response.mutable_announcement(),
                                                         Draft(templates_, facts, wanted, others, corrects, head,
                                                               number, log.actor().name()));
                                                     return absl::OkStatus();
                                                   }));
                outcome.Put(outcome.response.announcement());
                return outcome;
              },
              done);
        };
        WithFacts(call, request.parent(), /*known=*/false, done, decide);
      });
}

grpc::ServerUnaryReactor* AnnouncementsServiceImpl::UpdateAnnouncement(grpc::CallbackServerContext* context,
                                                                       const v1::UpdateAnnouncementRequest* request,
                                                                       v1::UpdateAnnouncementResponse* response) {
  return ChangeOnFacts<v1::UpdateAnnouncementRequest>(
      context, request, response,
      [this](const v1::Announcement& announcement, const v1::UpdateAnnouncementRequest& request, const MoveFacts& facts,
             const v1::RecordHead& head, rpc::Facts& log) {
        return Edit(templates_, facts, announcement, request.announcement().statements(), log.actor().name());
      });
}

grpc::ServerUnaryReactor* AnnouncementsServiceImpl::RefreshAnnouncement(grpc::CallbackServerContext* context,
                                                                        const v1::RefreshAnnouncementRequest* request,
                                                                        v1::RefreshAnnouncementResponse* response) {
  return ChangeOnFacts<v1::RefreshAnnouncementRequest>(
      context, request, response,
      [this](const v1::Announcement& announcement, const v1::RefreshAnnouncementRequest& request,
             const MoveFacts& facts, const v1::RecordHead& head, rpc::Facts& log) {
        return Regenerate(templates_, facts, announcement, request.quotations(), head, log.actor().name());
      });
}

// ---- Its way out. ----

grpc::ServerUnaryReactor* AnnouncementsServiceImpl::SubmitAnnouncement(grpc::CallbackServerContext* context,
                                                                       const v1::SubmitAnnouncementRequest* request,
                                                                       v1::SubmitAnnouncementResponse* response) {
  return Change<v1::SubmitAnnouncementRequest>(
      context, request, response,
      [](const v1::Announcement& announcement, const v1::SubmitAnnouncementRequest& request, rpc::Facts& log) {
        return Submit(announcement);
      });
}

grpc::ServerUnaryReactor* AnnouncementsServiceImpl::ReviewAnnouncement(grpc::CallbackServerContext* context,
                                                                       const v1::ReviewAnnouncementRequest* request,
                                                                       v1::ReviewAnnouncementResponse* response) {
  return Change<v1::ReviewAnnouncementRequest>(
      context, request, response,
      [](const v1::Announcement& announcement, const v1::ReviewAnnouncementRequest& request, rpc::Facts& log) {
        return Review(announcement, log.actor().name());
      });
}

grpc::ServerUnaryReactor* AnnouncementsServiceImpl::ReturnAnnouncement(grpc::CallbackServerContext* context,
                                                                       const v1::ReturnAnnouncementRequest* request,
                                                                       v1::ReturnAnnouncementResponse* response) {
  return Change<v1::ReturnAnnouncementRequest>(
      context, request, response,
      [](const v1::Announcement& announcement, const v1::ReturnAnnouncementRequest& request, rpc::Facts& log) {
        return Return(announcement, request.reason());
      });
}

grpc::ServerUnaryReactor* AnnouncementsServiceImpl::ClearAnnouncement(grpc::CallbackServerContext* context,
                                                                      const v1::ClearAnnouncementRequest* request,
                                                                      v1::ClearAnnouncementResponse* response) {
  return ChangeOnFacts<v1::ClearAnnouncementRequest>(
      context, request, response,
      [this](const v1::Announcement& announcement, const v1::ClearAnnouncementRequest& request, const MoveFacts& facts,
             const v1::RecordHead& head,
             rpc::Facts& log) { return Clear(templates_, facts, announcement, log.actor().name()); });
}

grpc::ServerUnaryReactor* AnnouncementsServiceImpl::ScheduleAnnouncement(grpc::CallbackServerContext* context,
                                                                         const v1::ScheduleAnnouncementRequest* request,
                                                                         v1::ScheduleAnnouncementResponse* response) {
  return ChangeOnFacts<v1::ScheduleAnnouncementRequest>(
      context, request, response,
      [this](const v1::Announcement& announcement, const v1::ScheduleAnnouncementRequest& request,
             const MoveFacts& facts, const v1::RecordHead& head, rpc::Facts& log) {
        return Schedule(templates_, facts, announcement, ToTime(request.publish_time()), log.now());
      });
}

grpc::ServerUnaryReactor* AnnouncementsServiceImpl::PullAnnouncement(grpc::CallbackServerContext* context,
                                                                     const v1::PullAnnouncementRequest* request,
                                                                     v1::PullAnnouncementResponse* response) {
  return Change<v1::PullAnnouncementRequest>(
      context, request, response,
      [](const v1::Announcement& announcement, const v1::PullAnnouncementRequest& request, rpc::Facts& log) {
        return Pull(announcement, request.reason());
      });
}

grpc::ServerUnaryReactor* AnnouncementsServiceImpl::PublishAnnouncement(grpc::CallbackServerContext* context,
                                                                        const v1::PublishAnnouncementRequest* request,
                                                                        v1::PublishAnnouncementResponse* response) {
  using Outcome = rpc::Outcome<v1::PublishAnnouncementResponse>;
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::PublishAnnouncementRequest& request, v1::PublishAnnouncementResponse* response,
             rpc::Done done) {
        DecideOnForce(
            gate_, resources_, call, request, response, {.force = ForceOf(request.name()), .need = Owners::Need::kBoth},
            done, [this, &request](const OwnerFacts& owners, rpc::Facts& log) -> absl::StatusOr<Outcome> {
              OVERSIGHT_ASSIGN_OR_RETURN(const auto announcement, log.Require<v1::Announcement>(request.name()));
              OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(announcement, request.etag()));
              OVERSIGHT_ASSIGN_OR_RETURN(const auto corrects, Corrected(log, announcement));
              Outcome outcome;
              OVERSIGHT_RETURN_IF_ERROR(LoadMove(
                  log, ladders_, owners, announcement.decision(),
                  [&](const MoveFacts& facts, const ForceRecord& record) -> absl::Status {
                    OVERSIGHT_ASSIGN_OR_RETURN(const Released released,
                                               Publish(templates_, facts, record, announcement, corrects, log.now()));
                    static_cast<rpc::Changes&>(outcome) = StoredBy(released);
                    *outcome.response.mutable_announcement() = released.announcement;
                    return absl::OkStatus();
                  }));
              return outcome;
            });
      });
}

grpc::ServerUnaryReactor* AnnouncementsServiceImpl::WithdrawAnnouncement(grpc::CallbackServerContext* context,
                                                                         const v1::WithdrawAnnouncementRequest* request,
                                                                         v1::WithdrawAnnouncementResponse* response) {
  return Change<v1::WithdrawAnnouncementRequest>(
      context, request, response,
      [](const v1::Announcement& announcement, const v1::WithdrawAnnouncementRequest& request, rpc::Facts& log) {
        return Withdraw(announcement, request.reason());
      });
}

// ---- Reading. ----

grpc::ServerUnaryReactor* AnnouncementsServiceImpl::CheckAnnouncement(grpc::CallbackServerContext* context,
                                                                      const v1::CheckAnnouncementRequest* request,
                                                                      v1::CheckAnnouncementResponse* response) {
  using Outcome = rpc::Outcome<v1::CheckAnnouncementResponse>;
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::CheckAnnouncementRequest& request, v1::CheckAnnouncementResponse* response,
             rpc::Done done) {
        // On the writer thread, so that it says what clearing would say; it stores nothing.
        DecideOnForce(
            gate_, resources_, call, request, response, {.force = ForceOf(request.name()), .need = Owners::Need::kBoth},
            done, [this, &request](const OwnerFacts& owners, rpc::Facts& log) -> absl::StatusOr<Outcome> {
              OVERSIGHT_ASSIGN_OR_RETURN(const auto announcement, log.Require<v1::Announcement>(request.name()));
              Outcome outcome;
              OVERSIGHT_RETURN_IF_ERROR(LoadMove(
                  log, ladders_, owners, announcement.decision(), [&](const MoveFacts& facts, const ForceRecord&) {
                    const auto violations = CheckCoverage(templates_, announcement, facts, /*going_out=*/false);
                    outcome.response.mutable_violations()->Assign(violations.begin(), violations.end());
                    return absl::OkStatus();
                  }));
              return outcome;
            });
      });
}

grpc::ServerUnaryReactor* AnnouncementsServiceImpl::GetAnnouncement(grpc::CallbackServerContext* context,
                                                                    const v1::GetAnnouncementRequest* request,
                                                                    v1::GetAnnouncementResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::GetAnnouncementRequest& request,
                            v1::GetAnnouncementResponse* response, rpc::Done done) {
                       const Viewer viewer = gate_.ViewerOf(call);
                       resources_.Read<v1::Announcement>(
                           call, request.name(), request.read(),
                           [this, response, viewer, done](absl::StatusOr<rpc::Found<v1::Announcement>> found) {
                             if (!found.ok()) return done(found.status());
                             *response->mutable_announcement() = *viewer.Shown(std::move(found->resource));
                             resources_.SetHeader(found->revision, found->time, response->mutable_header());
                             done(absl::OkStatus());
                           },
                           viewer.Sees<v1::Announcement>());
                     });
}

grpc::ServerUnaryReactor* AnnouncementsServiceImpl::ListAnnouncements(grpc::CallbackServerContext* context,
                                                                      const v1::ListAnnouncementsRequest* request,
                                                                      v1::ListAnnouncementsResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::ListAnnouncementsRequest& request, v1::ListAnnouncementsResponse* response,
             rpc::Done done) {
        gate_.IfForceExists(call, request.parent(), done, [this, &call, &request, response, done] {
          auto selection = OfForce<v1::Announcement>(request.parent());
          if (request.state() != v1::ANNOUNCEMENT_STATE_UNSPECIFIED) {
            selection.all_of.push_back(StateTerm(request.state()));
          }
          const Viewer viewer = gate_.ViewerOf(call);
          if (const std::string& query = request.query(); !query.empty()) {
            selection.filter = [query](const v1::Announcement& announcement) { return HasWords(announcement, query); };
          }
          if (!request.decision().empty()) selection.all_of.push_back({kDecisionTerm, request.decision()});
          if (!viewer.sees_everything()) {
            selection.visibility = viewer.visibility();
            // Asked by decision, the answer would tell an outsider which decision it was.
            selection.filter = [by_decision = !request.decision().empty(),
                                found = std::move(selection.filter)](const v1::Announcement& announcement) {
              return !by_decision && IsPublic(announcement) && (!found || found(announcement));
            };
            selection.present = [viewer](v1::Announcement* item) { *item = *viewer.Shown(std::move(*item)); };
          }
          resources_.ListResources<v1::Announcement>(call, request, response,
                                                     &v1::ListAnnouncementsResponse::mutable_announcements,
                                                     std::move(selection), done);
        });
      });
}

grpc::ServerUnaryReactor* AnnouncementsServiceImpl::ListAnnouncementVersions(
    grpc::CallbackServerContext* context, const v1::ListAnnouncementVersionsRequest* request,
    v1::ListAnnouncementVersionsResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::ListAnnouncementVersionsRequest& request,
                            v1::ListAnnouncementVersionsResponse* response, rpc::Done done) {
                       resources_.ListVersions<v1::Announcement>(
                           call, request, response, &v1::ListAnnouncementVersionsResponse::mutable_versions,
                           &v1::AnnouncementVersion::mutable_announcement, std::move(done));
                     });
}

}  // namespace oversight::monitoring
