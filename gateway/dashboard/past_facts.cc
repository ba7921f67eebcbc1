#include "gateway/dashboard/past_facts.h"

#include <algorithm>
#include <map>
#include <utility>

#include "common/time/london.h"
#include "common/time/timestamp.h"
#include "gateway/dashboard/ask_follow_up.h"
#include "gateway/dashboard/ask_overview.h"
#include "gateway/dashboard/follow_up.h"
#include "gateway/dashboard/names.h"
#include "gateway/dashboard/past_reading.h"
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

std::vector<std::string> LatestConcerns(const SuiteFacts& facts) {
  std::map<std::string, int64_t> latest;
  const auto note = [&latest](const auto& items) {
    for (const auto& item : items) {
      int64_t& revision = latest[ConcernOf(item->name())];
      revision = std::max(revision, item->revision());
    }
  };
  note(facts.concerns);
  note(facts.recommendations);
  note(facts.responses);
  note(facts.progress_notes);
  return NamesOfLatest(latest);
}

std::shared_ptr<PastReading> Begin(PrepareCall prepare, const google::protobuf::Timestamp& as_of, Audience audience,
                                   absl::Time deadline, std::function<void(absl::StatusOr<ForceRecord>)> done) {
  auto reading = std::make_shared<PastReading>();
  reading->prepare = std::move(prepare);
  *reading->read.mutable_as_of()->mutable_recorded_time() = as_of;
  reading->audience = audience;
  reading->deadline = deadline;
  reading->done = std::move(done);
  return reading;
}

absl::CivilDay DayOf(const PastReading& reading) { return LondonDay(GetTime(reading.read.as_of().recorded_time())); }

// Asks for what the owners derive of a force once its records are here, and is done.
void FinishForce(const std::shared_ptr<PastReading>& reading, const SuiteChannels& channels, const std::string& force) {
  const bool inside = reading->audience == Audience::kInspectorate;
  const auto with_overview = [reading, monitoring = channels.monitoring, force,
                              inside](absl::StatusOr<DerivedPart> overview) {
    reading->TakePart(kConcerns, "overview", std::move(overview), reading->past.overview);
    const auto with_follow_up = [reading](absl::StatusOr<DerivedPart> follow_up) {
      reading->TakePart(kMonitoring, "follow_up", std::move(follow_up), reading->past.follow_up);
      reading->done(std::move(reading->past));
    };
    if (!reading->failures[kMonitoring].ok()) return with_follow_up(reading->failures[kMonitoring]);
    AskForFollowUp(monitoring, force, ShownPlans(reading->past.facts.plans), DayOf(*reading), inside,
                   reading->Ask(with_follow_up));
  };
  AskForOverview(channels.concerns, force, LatestConcerns(reading->past.facts), inside, reading->Ask(with_overview));
}

// Which forces had missed a meeting, and it is done.
void FinishNational(const std::shared_ptr<PastReading>& reading, const SuiteChannels& channels) {
  const auto with_missed = [reading](absl::StatusOr<DerivedPart> missed) {
    reading->TakePart(kMonitoring, "follow_up", std::move(missed), reading->past.follow_up);
    reading->done(std::move(reading->past));
  };
  if (!reading->failures[kMonitoring].ok()) return with_missed(reading->failures[kMonitoring]);
  AskForMissed(channels.monitoring, DayOf(*reading), reading->Ask(with_missed));
}

}  // namespace

void ReadPast(const SuiteChannels& channels, PrepareCall prepare, const std::string& force,
              const google::protobuf::Timestamp& as_of, Audience audience, absl::Time deadline,
              std::function<void(absl::StatusOr<ForceRecord>)> done) {
  auto reading = Begin(std::move(prepare), as_of, audience, deadline, std::move(done));
  auto* const to = reading.get();
  to->when_read = [to, channels, force] { FinishForce(to->shared_from_this(), channels, force); };
  {
    using namespace forces::v1;  // NOLINT
    const std::shared_ptr<ForcesService::Stub> stub = ForcesService::NewStub(channels.forces);
    ListForcesRequest all;
    all.set_page_size(1000);
    to->Call<ListForcesRequest, ListForcesResponse>(
        kForces, all, [stub](auto* c, auto* q, auto* r, auto end) { stub->async()->ListForces(c, q, r, end); },
        [to, force](ListForcesResponse& response) {
          for (auto& item : *response.mutable_forces()) {
            if (item.successor() == force) to->past.facts.predecessors.push_back(item.name());
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

void ReadNationalPast(const SuiteChannels& channels, PrepareCall prepare, const google::protobuf::Timestamp& as_of,
                      absl::Time deadline, std::function<void(absl::StatusOr<ForceRecord>)> done) {
  auto reading = Begin(std::move(prepare), as_of, Audience::kInspectorate, deadline, std::move(done));
  auto* const to = reading.get();
  to->when_read = [to, channels] { FinishNational(to->shared_from_this(), channels); };
  const std::shared_ptr<forces::v1::ForcesService::Stub> forces = forces::v1::ForcesService::NewStub(channels.forces);
  to->List<forces::v1::ListForcesResponse>(
      kForces, forces::v1::ListForcesRequest(),
      [forces](auto* c, auto* q, auto* r, auto end) { forces->async()->ListForces(c, q, r, end); },
      &forces::v1::ListForcesResponse::mutable_forces, &SuiteFacts::forces);
  {
    using namespace concerns::v1;  // NOLINT
    const std::shared_ptr<ConcernsService::Stub> stub = ConcernsService::NewStub(channels.concerns);
    ListConcernsRequest concerns;
    concerns.set_parent("forces/-");
    to->List<ListConcernsResponse>(
        kConcerns, concerns, [stub](auto* c, auto* q, auto* r, auto end) { stub->async()->ListConcerns(c, q, r, end); },
        &ListConcernsResponse::mutable_concerns, &SuiteFacts::concerns);
    ListRecommendationsRequest recommendations;
    recommendations.set_parent("forces/-/concerns/-");
    to->List<ListRecommendationsResponse>(
        kConcerns, recommendations,
        [stub](auto* c, auto* q, auto* r, auto end) { stub->async()->ListRecommendations(c, q, r, end); },
        &ListRecommendationsResponse::mutable_recommendations, &SuiteFacts::recommendations);
  }
  {
    using namespace monitoring::v1;  // NOLINT
    const std::shared_ptr<MonitoringService::Stub> stub = MonitoringService::NewStub(channels.monitoring);
    to->List<ListMonitoringResponse>(
        kMonitoring, ListMonitoringRequest(),
        [stub](auto* c, auto* q, auto* r, auto end) { stub->async()->ListMonitoring(c, q, r, end); },
        &ListMonitoringResponse::mutable_monitoring, &SuiteFacts::monitoring);
    ListProposalsRequest proposals;
    proposals.set_parent("forces/-");
    to->List<ListProposalsResponse>(
        kMonitoring, proposals,
        [stub](auto* c, auto* q, auto* r, auto end) { stub->async()->ListProposals(c, q, r, end); },
        &ListProposalsResponse::mutable_proposals, &SuiteFacts::proposals);
    ListDecisionsRequest decisions;
    decisions.set_parent("forces/-");
    to->List<ListDecisionsResponse>(
        kMonitoring, decisions,
        [stub](auto* c, auto* q, auto* r, auto end) { stub->async()->ListDecisions(c, q, r, end); },
        &ListDecisionsResponse::mutable_decisions, &SuiteFacts::decisions);
    ListEpisodesRequest episodes;
    episodes.set_parent("forces/-");
    to->List<ListEpisodesResponse>(
        kMonitoring, episodes,
        [stub](auto* c, auto* q, auto* r, auto end) { stub->async()->ListEpisodes(c, q, r, end); },
        &ListEpisodesResponse::mutable_episodes, &SuiteFacts::episodes);
  }
  reading->Arrive();
}

}  // namespace oversight::gateway
