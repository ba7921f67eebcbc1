#include "gateway/dashboard/past_facts.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/rpc/status_mapping.h"
#include "gateway/dashboard/names.h"
#include "oversight/concerns/v1/concerns_service.grpc.pb.h"
#include "oversight/concerns/v1/evidence_service.grpc.pb.h"
#include "oversight/concerns/v1/national_recommendations_service.grpc.pb.h"
#include "oversight/concerns/v1/responses_service.grpc.pb.h"
#include "oversight/concerns/v1/revisits_service.grpc.pb.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"
#include "oversight/monitoring/v1/monitoring_service.grpc.pb.h"

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
  std::shared_ptr<grpc::Channel> concerns_channel;
  std::function<void(absl::StatusOr<PastFacts>)> done;

  std::mutex mu;
  int left = 1;
  PastFacts past;
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
    AskForOverview(concerns_channel, prepare,
                   {.force = force, .token = "", .concerns = LatestConcerns(), .deadline = deadline}, read,
                   audience == Audience::kInspectorate,
                   [self = shared_from_this()](absl::StatusOr<DerivedOverview> overview) {
                     auto& section = self->past.sections.emplace_back();
                     section.set_service(kServices[kConcerns]);
                     section.set_part("overview");
                     section.set_reason(self->WhyNot(overview.status()));
                     if (overview.ok()) {
                       section.set_state(v1::SECTION_STATE_COMPLETE);
                       section.set_revision(overview->revision);
                       self->past.overview = *std::move(overview);
                     } else {
                       section.set_state(v1::SECTION_STATE_UNAVAILABLE);
                     }
                     self->done(std::move(self->past));
                   });
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
              std::function<void(absl::StatusOr<PastFacts>)> done) {
  auto reading = std::make_shared<Reading>();
  reading->prepare = std::move(prepare);
  reading->force = force;
  *reading->read.mutable_as_of()->mutable_recorded_time() = as_of;
  reading->audience = audience;
  reading->deadline = deadline;
  reading->concerns_channel = channels.concerns;
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
    }
  }
  reading->Arrive();
}

}  // namespace oversight::gateway
