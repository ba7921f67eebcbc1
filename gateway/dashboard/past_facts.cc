#include "gateway/dashboard/past_facts.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/rpc/status_mapping.h"
#include "common/time/london.h"
#include "common/time/timestamp.h"
#include "gateway/dashboard/ask_follow_up.h"
#include "gateway/dashboard/ask_overview.h"
#include "gateway/dashboard/follow_up.h"
#include "gateway/dashboard/names.h"
#include "oversight/concerns/v1/concerns_service.grpc.pb.h"
#include "oversight/concerns/v1/evidence_service.grpc.pb.h"
#include "oversight/concerns/v1/national_recommendations_service.grpc.pb.h"
#include "oversight/concerns/v1/responses_service.grpc.pb.h"
#include "oversight/concerns/v1/revisits_service.grpc.pb.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"
#include "oversight/monitoring/v1/advice_service.grpc.pb.h"
#include "oversight/monitoring/v1/announcements_service.grpc.pb.h"
#include "oversight/monitoring/v1/disclosures_service.grpc.pb.h"
#include "oversight/monitoring/v1/meetings_service.grpc.pb.h"
#include "oversight/monitoring/v1/monitoring_service.grpc.pb.h"
#include "oversight/monitoring/v1/plans_service.grpc.pb.h"
#include "oversight/monitoring/v1/support_service.grpc.pb.h"

namespace oversight::gateway {
namespace {

// In the order of the sections.
enum Owner { kForces, kConcerns, kMonitoring };
constexpr const char* kServices[] = {"forces-service", "concerns-service", "monitoring-service"};

struct Reading : std::enable_shared_from_this<Reading> {
  PrepareCall prepare;
  std::string force;
  common::v1::ReadOptions read;
  Audience audience = Audience::kOutside;
  absl::Time deadline;
  std::shared_ptr<grpc::Channel> concerns_channel, monitoring_channel;
  std::function<void(absl::StatusOr<ForceRecord>)> done;

  std::mutex mu;
  int left = 1;
  ForceRecord past;
  absl::Status failures[3];
  int64_t revisions[3] = {};
  std::set<std::string> redactions[3];  // Of what was recorded then and is not there any more.

  // One call, begun by `start`; `take` runs with the lock when it has succeeded.
  template <class Request, class Response>
  void Call(
      Owner owner, Request request,
      std::function<void(grpc::ClientContext*, const Request*, Response*, std::function<void(grpc::Status)>)> start,
      std::function<void(Response&)> take) {
    struct State {
      grpc::ClientContext context;
      Request request;
      Response response;
    };
    auto state = std::make_shared<State>();
    state->request = std::move(request);
    *state->request.mutable_read() = read;
    prepare(state->context);
    state->context.set_deadline(absl::ToChronoTime(deadline));
    {
      std::lock_guard lock(mu);
      ++left;
    }
    start(&state->context, &state->request, &state->response,
          [self = shared_from_this(), owner, state, start, take](const grpc::Status& ended) {
            bool more = false;
            {
              std::lock_guard lock(self->mu);
              if (ended.ok()) {
                self->revisions[owner] = state->response.header().revision();
                for (const auto& redaction : state->response.header().redactions()) {
                  self->redactions[owner].insert(redaction);
                }
                if constexpr (requires { state->response.next_page_token(); }) {
                  more = !state->response.next_page_token().empty();
                  state->request.set_page_token(state->response.next_page_token());
                }
                take(state->response);
              } else if (self->failures[owner].ok()) {
                self->failures[owner] = rpc::FromGrpc(ended);
              }
            }
            if (more) self->Call<Request, Response>(owner, state->request, start, take);
            self->Arrive();
          });
  }

  // All pages of a list.
  template <class Response, class Request, class Start, class T>
  void List(Owner owner, Request request, Start start, google::protobuf::RepeatedPtrField<T>* (Response::*items)(),
            std::vector<Shared<T>> SuiteFacts::*into) {
    request.set_page_size(1000);
    Call<Request, Response>(owner, std::move(request), start, [this, items, into](Response& response) {
      for (auto& item : *(response.*items)()) (past.facts.*into).push_back(std::make_shared<const T>(std::move(item)));
    });
  }

  void Arrive() {
    {
      std::lock_guard lock(mu);
      if (--left > 0) return;
    }
    // Without the register there is nothing to show.
    if (!failures[kForces].ok()) return done(failures[kForces]);
    for (const Owner owner : {kForces, kConcerns, kMonitoring}) {
      if (redactions[owner].empty() || !failures[owner].ok()) continue;
      failures[owner] = absl::FailedPreconditionError(
          absl::StrCat("Part of what was recorded then has been removed by law (",
                       absl::StrJoin(redactions[owner], ", "), "), so counts would be wrong."));
    }
    for (const Owner owner : {kForces, kConcerns, kMonitoring}) {
      auto& section = past.sections.emplace_back();
      section.set_service(kServices[owner]);
      section.set_state(failures[owner].ok() ? v1::SECTION_STATE_COMPLETE : v1::SECTION_STATE_UNAVAILABLE);
      if (failures[owner].ok()) section.set_revision(revisions[owner]);
      section.set_reason(WhyNot(failures[owner]));
    }
    past.facts.monitoring_known = failures[kMonitoring].ok();
    if (!failures[kConcerns].ok()) {
      // Half a record would look like a whole one.
      past.facts.concerns.clear();
      past.facts.recommendations.clear();
      past.facts.progress_notes.clear();
      past.facts.responses.clear();
      past.facts.revisits.clear();
      past.facts.evidence.clear();
      past.facts.national_recommendations.clear();
      past.facts.national_items.clear();
    }
    if (!failures[kMonitoring].ok()) {
      past.facts.announcements.clear();
      past.facts.plans.clear();
      past.facts.progress_reviews.clear();
      past.facts.meetings.clear();
      past.facts.actions.clear();
      past.facts.support.clear();
      past.facts.advice.clear();
      past.facts.disclosures.clear();
    }
    const auto ask = [this](PartDone arrived) {
      return std::make_shared<Asking>(prepare, read, deadline, std::move(arrived));
    };
    const bool inside = audience == Audience::kInspectorate;
    AskForOverview(concerns_channel, force, LatestConcerns(), inside,
                   ask([self = shared_from_this(), ask, inside](absl::StatusOr<DerivedPart> overview) {
                     self->TakePart(kConcerns, "overview", std::move(overview), self->past.overview);
                     if (!self->failures[kMonitoring].ok()) {
                       self->TakePart(kMonitoring, "follow_up", self->failures[kMonitoring], self->past.follow_up);
                       return self->done(std::move(self->past));
                     }
                     AskForFollowUp(self->monitoring_channel, self->force, ShownPlans(self->past.facts.plans),
                                    LondonDay(GetTime(self->read.as_of().recorded_time())), inside,
                                    ask([self](absl::StatusOr<DerivedPart> follow_up) {
                                      self->TakePart(kMonitoring, "follow_up", std::move(follow_up),
                                                     self->past.follow_up);
                                      self->done(std::move(self->past));
                                    }));
                   }));
  }

  // What an owner derives, and how it stands.
  void TakePart(Owner owner, const char* part, absl::StatusOr<DerivedPart> derived, std::optional<DerivedPart>& into) {
    auto& section = past.sections.emplace_back();
    section.set_service(kServices[owner]);
    section.set_part(part);
    section.set_reason(WhyNot(derived.status()));
    if (!derived.ok()) {
      section.set_state(v1::SECTION_STATE_UNAVAILABLE);
      return;
    }
    section.set_state(v1::SECTION_STATE_COMPLETE);
    // Of nothing asked, as for an outsider where there is no plan, that is as the record is.
    section.set_revision(derived->revision > 0 ? derived->revision : revisions[owner]);
    into = *std::move(derived);
  }

  std::string WhyNot(const absl::Status& status) const {
    if (status.ok()) return {};
    if (audience != Audience::kInspectorate) return "This part cannot be read now.";
    return std::string(status.message());
  }

  std::vector<std::string> LatestConcerns() const {
    std::map<std::string, int64_t> latest;
    const auto note = [&latest](const auto& items) {
      for (const auto& item : items) {
        int64_t& revision = latest[ConcernOf(item->name())];
        revision = std::max(revision, item->revision());
      }
    };
    note(past.facts.concerns);
    note(past.facts.recommendations);
    note(past.facts.responses);
    note(past.facts.progress_notes);
    return NamesOfLatest(latest);
  }
};

}  // namespace

void ReadPast(const SuiteChannels& channels, PrepareCall prepare, const std::string& force,
              const google::protobuf::Timestamp& as_of, Audience audience, absl::Time deadline,
              std::function<void(absl::StatusOr<ForceRecord>)> done) {
  auto reading = std::make_shared<Reading>();
  reading->prepare = std::move(prepare);
  reading->force = force;
  *reading->read.mutable_as_of()->mutable_recorded_time() = as_of;
  reading->audience = audience;
  reading->deadline = deadline;
  reading->concerns_channel = channels.concerns;
  reading->monitoring_channel = channels.monitoring;
  reading->done = std::move(done);
  auto* const to = reading.get();
  {
    using namespace forces::v1;  // NOLINT
    const std::shared_ptr<ForcesService::Stub> stub = ForcesService::NewStub(channels.forces);
    ListForcesRequest all;
    all.set_page_size(1000);
    to->Call<ListForcesRequest, ListForcesResponse>(
        kForces, all, [stub](auto* c, auto* q, auto* r, auto end) { stub->async()->ListForces(c, q, r, end); },
        [to](ListForcesResponse& response) {
          for (auto& item : *response.mutable_forces()) {
            if (item.successor() == to->force) to->past.facts.predecessors.push_back(item.name());
          }
        });
    GetForceRequest one;
    one.set_name(force);
    to->Call<GetForceRequest, GetForceResponse>(
        kForces, one, [stub](auto* c, auto* q, auto* r, auto end) { stub->async()->GetForce(c, q, r, end); },
        [to](GetForceResponse& response) {
          to->past.facts.forces.push_back(std::make_shared<const Force>(std::move(*response.mutable_force())));
        });
    ListOfficeHoldersRequest holders;
    holders.set_parent(force);
    to->List<ListOfficeHoldersResponse>(
        kForces, holders,
        [stub](auto* c, auto* q, auto* r, auto end) { stub->async()->ListOfficeHolders(c, q, r, end); },
        &ListOfficeHoldersResponse::mutable_office_holders, &SuiteFacts::office_holders);
    ListInspectionsRequest inspections;
    inspections.set_parent(force);
    to->List<ListInspectionsResponse>(
        kForces, inspections,
        [stub](auto* c, auto* q, auto* r, auto end) { stub->async()->ListInspections(c, q, r, end); },
        &ListInspectionsResponse::mutable_inspections, &SuiteFacts::inspections);
    ListResponseDutiesRequest duties;
    duties.set_parent(force + "/inspections/-");
    to->List<ListResponseDutiesResponse>(
        kForces, duties,
        [stub](auto* c, auto* q, auto* r, auto end) { stub->async()->ListResponseDuties(c, q, r, end); },
        &ListResponseDutiesResponse::mutable_response_duties, &SuiteFacts::response_duties);
  }
  {
    using namespace concerns::v1;  // NOLINT
    const std::shared_ptr<ConcernsService::Stub> stub = ConcernsService::NewStub(channels.concerns);
    const std::string concerns = force + "/concerns/-";
    ListConcernsRequest of_force;
    of_force.set_parent(force);
    to->List<ListConcernsResponse>(
        kConcerns, of_force, [stub](auto* c, auto* q, auto* r, auto end) { stub->async()->ListConcerns(c, q, r, end); },
        &ListConcernsResponse::mutable_concerns, &SuiteFacts::concerns);
    ListRecommendationsRequest recommendations;
    recommendations.set_parent(concerns);
    to->List<ListRecommendationsResponse>(
        kConcerns, recommendations,
        [stub](auto* c, auto* q, auto* r, auto end) { stub->async()->ListRecommendations(c, q, r, end); },
        &ListRecommendationsResponse::mutable_recommendations, &SuiteFacts::recommendations);
    ListProgressNotesRequest notes;
    notes.set_parent(concerns + "/recommendations/-");
    to->List<ListProgressNotesResponse>(
        kConcerns, notes,
        [stub](auto* c, auto* q, auto* r, auto end) { stub->async()->ListProgressNotes(c, q, r, end); },
        &ListProgressNotesResponse::mutable_progress_notes, &SuiteFacts::progress_notes);
    const std::shared_ptr<ResponsesService::Stub> responses_stub = ResponsesService::NewStub(channels.concerns);
    ListResponsesRequest responses;
    responses.set_parent(concerns);
    to->List<ListResponsesResponse>(
        kConcerns, responses,
        [responses_stub](auto* c, auto* q, auto* r, auto end) { responses_stub->async()->ListResponses(c, q, r, end); },
        &ListResponsesResponse::mutable_force_responses, &SuiteFacts::responses);
    const std::shared_ptr<RevisitsService::Stub> revisits_stub = RevisitsService::NewStub(channels.concerns);
    ListRevisitsRequest revisits;
    revisits.set_parent(force);
    to->List<ListRevisitsResponse>(
        kConcerns, revisits,
        [revisits_stub](auto* c, auto* q, auto* r, auto end) { revisits_stub->async()->ListRevisits(c, q, r, end); },
        &ListRevisitsResponse::mutable_revisits, &SuiteFacts::revisits);
    const std::shared_ptr<EvidenceService::Stub> evidence_stub = EvidenceService::NewStub(channels.concerns);
    ListEvidenceRequest evidence;
    evidence.set_parent(force);
    to->List<ListEvidenceResponse>(
        kConcerns, evidence,
        [evidence_stub](auto* c, auto* q, auto* r, auto end) { evidence_stub->async()->ListEvidence(c, q, r, end); },
        &ListEvidenceResponse::mutable_evidence, &SuiteFacts::evidence);
    const std::shared_ptr<NationalRecommendationsService::Stub> national_stub =
        NationalRecommendationsService::NewStub(channels.concerns);
    to->List<ListNationalRecommendationsResponse>(
        kConcerns, ListNationalRecommendationsRequest(),
        [national_stub](auto* c, auto* q, auto* r, auto end) {
          national_stub->async()->ListNationalRecommendations(c, q, r, end);
        },
        &ListNationalRecommendationsResponse::mutable_national_recommendations, &SuiteFacts::national_recommendations);
    ListNationalItemsRequest items;
    items.set_parent("nationalRecommendations/-");
    items.set_force(force);
    to->List<ListNationalItemsResponse>(
        kConcerns, items,
        [national_stub](auto* c, auto* q, auto* r, auto end) {
          national_stub->async()->ListNationalItems(c, q, r, end);
        },
        &ListNationalItemsResponse::mutable_national_items, &SuiteFacts::national_items);
  }
  {
    using namespace monitoring::v1;  // NOLINT
    const std::shared_ptr<MonitoringService::Stub> stub = MonitoringService::NewStub(channels.monitoring);
    GetMonitoringRequest one;
    one.set_name(force + "/monitoring");
    to->Call<GetMonitoringRequest, GetMonitoringResponse>(
        kMonitoring, one, [stub](auto* c, auto* q, auto* r, auto end) { stub->async()->GetMonitoring(c, q, r, end); },
        [to](GetMonitoringResponse& response) {
          to->past.facts.monitoring.push_back(
              std::make_shared<const Monitoring>(std::move(*response.mutable_monitoring())));
        });
    ListEpisodesRequest episodes;
    episodes.set_parent(force);
    to->List<ListEpisodesResponse>(
        kMonitoring, episodes,
        [stub](auto* c, auto* q, auto* r, auto end) { stub->async()->ListEpisodes(c, q, r, end); },
        &ListEpisodesResponse::mutable_episodes, &SuiteFacts::episodes);
    const std::shared_ptr<AnnouncementsService::Stub> announcements_stub =
        AnnouncementsService::NewStub(channels.monitoring);
    ListAnnouncementsRequest announcements;
    announcements.set_parent(force);
    to->List<ListAnnouncementsResponse>(
        kMonitoring, announcements,
        [announcements_stub](auto* c, auto* q, auto* r, auto end) {
          announcements_stub->async()->ListAnnouncements(c, q, r, end);
        },
        &ListAnnouncementsResponse::mutable_announcements, &SuiteFacts::announcements);
    const std::shared_ptr<PlansService::Stub> plans_stub = PlansService::NewStub(channels.monitoring);
    ListPlansRequest plans;
    plans.set_parent(force);
    to->List<ListPlansResponse>(
        kMonitoring, plans,
        [plans_stub](auto* c, auto* q, auto* r, auto end) { plans_stub->async()->ListPlans(c, q, r, end); },
        &ListPlansResponse::mutable_plans, &SuiteFacts::plans);
    ListProgressReviewsRequest reviews;
    reviews.set_parent(force + "/plans/-");
    to->List<ListProgressReviewsResponse>(
        kMonitoring, reviews,
        [plans_stub](auto* c, auto* q, auto* r, auto end) { plans_stub->async()->ListProgressReviews(c, q, r, end); },
        &ListProgressReviewsResponse::mutable_progress_reviews, &SuiteFacts::progress_reviews);
    const std::shared_ptr<MeetingsService::Stub> meetings_stub = MeetingsService::NewStub(channels.monitoring);
    ListMeetingsRequest meetings;
    meetings.set_parent(force);
    to->List<ListMeetingsResponse>(
        kMonitoring, meetings,
        [meetings_stub](auto* c, auto* q, auto* r, auto end) { meetings_stub->async()->ListMeetings(c, q, r, end); },
        &ListMeetingsResponse::mutable_meetings, &SuiteFacts::meetings);
    ListActionsRequest actions;
    actions.set_parent(force);
    to->List<ListActionsResponse>(
        kMonitoring, actions,
        [meetings_stub](auto* c, auto* q, auto* r, auto end) { meetings_stub->async()->ListActions(c, q, r, end); },
        &ListActionsResponse::mutable_actions, &SuiteFacts::actions);
    const std::shared_ptr<SupportService::Stub> support_stub = SupportService::NewStub(channels.monitoring);
    ListSupportRequest support;
    support.set_parent(force);
    to->List<ListSupportResponse>(
        kMonitoring, support,
        [support_stub](auto* c, auto* q, auto* r, auto end) { support_stub->async()->ListSupport(c, q, r, end); },
        &ListSupportResponse::mutable_support, &SuiteFacts::support);
    // Moves in the making are the inspectorate's.
    if (audience == Audience::kInspectorate) {
      ListProposalsRequest proposals;
      proposals.set_parent(force);
      to->List<ListProposalsResponse>(
          kMonitoring, proposals,
          [stub](auto* c, auto* q, auto* r, auto end) { stub->async()->ListProposals(c, q, r, end); },
          &ListProposalsResponse::mutable_proposals, &SuiteFacts::proposals);
      ListDecisionsRequest decisions;
      decisions.set_parent(force);
      to->List<ListDecisionsResponse>(
          kMonitoring, decisions,
          [stub](auto* c, auto* q, auto* r, auto end) { stub->async()->ListDecisions(c, q, r, end); },
          &ListDecisionsResponse::mutable_decisions, &SuiteFacts::decisions);
      const std::shared_ptr<AdviceService::Stub> advice_stub = AdviceService::NewStub(channels.monitoring);
      ListAdviceRequest advice;
      advice.set_parent(force + "/proposals/-");
      to->List<ListAdviceResponse>(
          kMonitoring, advice,
          [advice_stub](auto* c, auto* q, auto* r, auto end) { advice_stub->async()->ListAdvice(c, q, r, end); },
          &ListAdviceResponse::mutable_advice, &SuiteFacts::advice);
      const std::shared_ptr<DisclosuresService::Stub> disclosures_stub =
          DisclosuresService::NewStub(channels.monitoring);
      ListDisclosuresRequest disclosures;
      disclosures.set_parent(force);
      to->List<ListDisclosuresResponse>(
          kMonitoring, disclosures,
          [disclosures_stub](auto* c, auto* q, auto* r, auto end) {
            disclosures_stub->async()->ListDisclosures(c, q, r, end);
          },
          &ListDisclosuresResponse::mutable_disclosures, &SuiteFacts::disclosures);
    }
  }
  reading->Arrive();
}

}  // namespace oversight::gateway
