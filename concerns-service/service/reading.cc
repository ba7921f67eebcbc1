// The reads of ConcernsService: gets, lists, histories, the watch, and what may happen next.
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/rpc/errors.h"
#include "common/rpc/resource_pattern.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "concerns-service/domain/concern_commands.h"
#include "concerns-service/domain/lifecycle.h"
#include "concerns-service/domain/recommendation_commands.h"
#include "concerns-service/service/concern_watch.h"
#include "concerns-service/service/concerns_service.h"
#include "concerns-service/service/read_path.h"
#include "concerns-service/service/selections.h"
#include "concerns-service/service/terms.h"
#include "concerns-service/service/theme_lists.h"

namespace oversight::concerns {
namespace {

const rpc::ResourcePattern& ForcePattern() {
  static const auto* const pattern = new rpc::ResourcePattern("forces/{force}");
  return *pattern;
}
const rpc::ResourcePattern& ConcernPattern() {
  static const auto* const pattern = new rpc::ResourcePattern("forces/{force}/concerns/{concern}");
  return *pattern;
}
const rpc::ResourcePattern& RecommendationPattern() {
  static const auto* const pattern =
      new rpc::ResourcePattern("forces/{force}/concerns/{concern}/recommendations/{recommendation}");
  return *pattern;
}

const rpc::ResourcePattern& RevisitPattern() {
  static const auto* const pattern = new rpc::ResourcePattern("forces/{force}/revisits/{revisit}");
  return *pattern;
}

const rpc::ResourcePattern& NationalPattern() {
  static const auto* const pattern = new rpc::ResourcePattern("nationalRecommendations/{national_recommendation}");
  return *pattern;
}

const rpc::ResourcePattern& NationalItemPattern() {
  static const auto* const pattern =
      new rpc::ResourcePattern("nationalRecommendations/{national_recommendation}/forces/{force}");
  return *pattern;
}

const rpc::ResourcePattern& ResponsePattern() {
  static const auto* const pattern = new rpc::ResourcePattern("forces/{force}/concerns/{concern}/responses/{response}");
  return *pattern;
}

absl::StatusOr<rpc::Selection<v1::Concern>> Select(const v1::ListConcernsRequest& request) {
  rpc::Selection<v1::Concern> selection;
  OVERSIGHT_RETURN_IF_ERROR(SelectBelow(request.parent(), selection));
  if (request.kind() != v1::CONCERN_KIND_UNSPECIFIED) selection.all_of.push_back(KindTerm(request.kind()));
  if (!request.theme().empty()) selection.all_of.push_back(ThemeTerm(request.theme()));
  SelectStates(request.state(), ToVector(request.states()), selection);
  if (request.has_open_on_date()) {
    AlsoRequire<v1::Concern>([day = DayInterval(request.open_on_date()).first](
                                 const v1::Concern& concern) { return WasOpenOn(concern, day); },
                             selection);
  }
  return selection;
}

absl::StatusOr<rpc::Selection<v1::Recommendation>> Select(const v1::ListRecommendationsRequest& request,
                                                          absl::CivilDay today) {
  using common::v1::PartialDate;
  rpc::Selection<v1::Recommendation> selection;
  OVERSIGHT_RETURN_IF_ERROR(SelectBelow(request.parent(), selection));
  SelectStates(request.state(), ToVector(request.states()), selection);
  if (request.has_due_before_date()) {
    AlsoRequire<v1::Recommendation>(
        [day = request.due_before_date()](const v1::Recommendation& recommendation) {
          return recommendation.has_due_date() && MustBeBefore(recommendation.due_date(), day);
        },
        selection);
  }
  if (request.overdue()) {
    AlsoRequire<v1::Recommendation>(
        [today](const v1::Recommendation& recommendation) { return IsOverdue(recommendation, today); }, selection);
  }
  return selection;
}

// The kind that a name is of, for NOT_FOUND.
const char* KindWord(const std::string& name) {
  if (RecommendationPattern().Matches(name, /*wildcard=*/false)) return "Recommendation";
  return ResponsePattern().Matches(name, /*wildcard=*/false) ? "ForceResponse" : "Concern";
}

// A concern, with its recommendations, as they stand at one revision.
struct FoundRecord {
  Record record;
  ledger::Revision revision = 0;
  absl::Time time;
};
void ReadRecord(ServiceContext& shared, rpc::Call& call, const std::string& concern,
                std::function<void(absl::StatusOr<FoundRecord>)> done) {
  shared.resources().Read<v1::Concern>(call, concern, {}, [&shared, &call, concern, done](const auto& found) {
    if (!found.ok()) return done(found.status());
    common::v1::ReadOptions read;
    read.mutable_as_of()->set_revision(found->revision);
    rpc::Selection<v1::Recommendation> selection;
    selection.all_of.push_back(ConcernTerm(concern));
    shared.resources().ReadAll<v1::Recommendation>(
        call, read, std::move(selection),
        [done, result = FoundRecord{{found->resource, {}}, found->revision, found->time}](
            const auto& recommendations) mutable {
          if (!recommendations.ok()) return done(recommendations.status());
          result.record.recommendations = recommendations->resource;
          done(std::move(result));
        });
  });
}

// Answers with what may be done next with `name`, a force, a concern, one of its recommendations, a response to it, a
// revisit, a national recommendation or an item of one.
class ActionsAnswer {
 public:
  ActionsAnswer(ServiceContext& shared, rpc::Call& call, std::string name, v1::ListAllowedActionsResponse* response,
                rpc::Done done)
      : shared_(shared), call_(call), name_(std::move(name)), response_(response), done_(std::move(done)) {}

  void OfConcern(const FoundRecord& found) const {
    if (!Sees(found.record.concern)) return done_(NotFound("Concern", name_));
    Answer(found, AllowedActions(found.record, Today(), May()));
  }
  void OfRecommendation(const FoundRecord& found) const {
    for (const auto& recommendation : found.record.recommendations) {
      if (recommendation.name() != name_ || !Sees(recommendation)) continue;
      return Answer(found, AllowedActions(found.record, recommendation, Today(), May()));
    }
    done_(NotFound("Recommendation", name_));
  }
  // Of what stands by itself: a revisit, a national recommendation, an item.
  template <class T>
  void Of() const {
    shared_.resources().Read<T>(call_, name_, {}, [self = *this](const auto& found) {
      if (!found.ok()) return self.done_(found.status());
      if (!self.Sees(found->resource)) return self.done_(NotFound(T::descriptor()->name(), self.name_));
      self.Answer(found->revision, found->time, AllowedActions(found->resource, self.May()));
    });
  }
  // What may be begun about a force. There is no state to ask for: who may call is all.
  void OfForce() const {
    shared_.WithOwned(call_, name_, done_, [self = *this](const absl::Status& unknown) {
      if (!unknown.ok()) return self.done_(unknown);
      const Permission may = self.May();
      std::vector<common::v1::AllowedAction> actions;
      for (const auto& row : Lifecycle()) {
        const bool of_force = row.subject == Subject::kConcern || row.subject == Subject::kRevisit;
        if (!of_force || row.from != std::vector<int>{0}) continue;
        const absl::Status status = may(row.verb);
        auto& action = actions.emplace_back();
        action.set_verb(row.verb);
        action.set_allowed(status.ok());
        action.set_reason(ReasonOf(status));
        action.set_message(std::string(status.message()));
      }
      const ledger::Head head = self.shared_.resources().ledger().head();
      self.Answer(head.revision, head.recorded_time, std::move(actions));
    });
  }
  void OfResponse(const FoundRecord& found) const {
    common::v1::ReadOptions read;
    read.mutable_as_of()->set_revision(found.revision);
    shared_.resources().Read<v1::ForceResponse>(call_, name_, read, [self = *this, found](const auto& response) {
      if (!response.ok()) return self.done_(response.status());
      if (!self.Sees(response->resource)) return self.done_(NotFound("ForceResponse", self.name_));
      self.Answer(found, AllowedActions(found.record, response->resource, self.Today(), self.May()));
    });
  }

 private:
  bool Sees(const google::protobuf::Message& resource) const {
    return shared_.kinds().Sees(shared_.ViewerOf(call_), resource);
  }
  absl::CivilDay Today() const { return LondonDay(shared_.resources().clock().Now()); }
  Permission May() const { return shared_.PermissionOf(call_, name_); }
  void Answer(const FoundRecord& found, std::vector<common::v1::AllowedAction> actions) const {
    Answer(found.revision, found.time, std::move(actions));
  }
  void Answer(ledger::Revision revision, absl::Time time, std::vector<common::v1::AllowedAction> actions) const {
    for (auto& action : actions) *response_->add_actions() = std::move(action);
    shared_.resources().SetHeader(revision, time, response_->mutable_header());
    done_(absl::OkStatus());
  }

  ServiceContext& shared_;
  rpc::Call& call_;
  std::string name_;
  v1::ListAllowedActionsResponse* response_;
  rpc::Done done_;
};

}  // namespace

grpc::ServerUnaryReactor* ConcernsServiceImpl::GetConcern(grpc::CallbackServerContext* context,
                                                          const v1::GetConcernRequest* request,
                                                          v1::GetConcernResponse* response) {
  return ServeGet<v1::Concern>(shared_, context, request, response, &v1::GetConcernResponse::mutable_concern);
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::ListConcerns(grpc::CallbackServerContext* context,
                                                            const v1::ListConcernsRequest* request,
                                                            v1::ListConcernsResponse* response) {
  return ServeList<v1::Concern>(shared_, context, request, response, &v1::ListConcernsResponse::mutable_concerns,
                                [](const auto& request) { return Select(request); });
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::ListConcernVersions(grpc::CallbackServerContext* context,
                                                                   const v1::ListConcernVersionsRequest* request,
                                                                   v1::ListConcernVersionsResponse* response) {
  return ServeVersions<v1::Concern>(shared_, context, request, response,
                                    &v1::ListConcernVersionsResponse::mutable_versions,
                                    &v1::ConcernVersion::mutable_concern);
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::GetRecommendation(grpc::CallbackServerContext* context,
                                                                 const v1::GetRecommendationRequest* request,
                                                                 v1::GetRecommendationResponse* response) {
  return ServeGet<v1::Recommendation>(shared_, context, request, response,
                                      &v1::GetRecommendationResponse::mutable_recommendation);
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::ListRecommendations(grpc::CallbackServerContext* context,
                                                                   const v1::ListRecommendationsRequest* request,
                                                                   v1::ListRecommendationsResponse* response) {
  return ServeList<v1::Recommendation>(
      shared_, context, request, response, &v1::ListRecommendationsResponse::mutable_recommendations,
      [this](const auto& request) { return Select(request, LondonDay(shared_.resources().clock().Now())); });
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::GetProgressNote(grpc::CallbackServerContext* context,
                                                               const v1::GetProgressNoteRequest* request,
                                                               v1::GetProgressNoteResponse* response) {
  return ServeGet<v1::ProgressNote>(shared_, context, request, response,
                                    &v1::GetProgressNoteResponse::mutable_progress_note);
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::ListProgressNotes(grpc::CallbackServerContext* context,
                                                                 const v1::ListProgressNotesRequest* request,
                                                                 v1::ListProgressNotesResponse* response) {
  return ServeList<v1::ProgressNote>(shared_, context, request, response,
                                     &v1::ListProgressNotesResponse::mutable_progress_notes,
                                     [](const auto& request) -> absl::StatusOr<rpc::Selection<v1::ProgressNote>> {
                                       rpc::Selection<v1::ProgressNote> selection;
                                       OVERSIGHT_RETURN_IF_ERROR(SelectBelow(request.parent(), selection));
                                       return selection;
                                     });
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::ListRecommendationVersions(
    grpc::CallbackServerContext* context, const v1::ListRecommendationVersionsRequest* request,
    v1::ListRecommendationVersionsResponse* response) {
  return ServeVersions<v1::Recommendation>(shared_, context, request, response,
                                           &v1::ListRecommendationVersionsResponse::mutable_versions,
                                           &v1::RecommendationVersion::mutable_recommendation);
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::ListAllowedActions(grpc::CallbackServerContext* context,
                                                                  const v1::ListAllowedActionsRequest* request,
                                                                  v1::ListAllowedActionsResponse* response) {
  return shared_.host().Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::ListAllowedActionsRequest& request, v1::ListAllowedActionsResponse* response,
             rpc::Done done) {
        const std::string& name = request.name();
        void (ActionsAnswer::*answer)(const FoundRecord&) const = nullptr;
        if (ConcernPattern().Matches(name, /*wildcard=*/false)) answer = &ActionsAnswer::OfConcern;
        if (RecommendationPattern().Matches(name, /*wildcard=*/false)) answer = &ActionsAnswer::OfRecommendation;
        if (ResponsePattern().Matches(name, /*wildcard=*/false)) answer = &ActionsAnswer::OfResponse;
        void (ActionsAnswer::*answer_alone)() const = nullptr;
        if (RevisitPattern().Matches(name, /*wildcard=*/false)) answer_alone = &ActionsAnswer::Of<v1::Revisit>;
        if (NationalPattern().Matches(name, /*wildcard=*/false)) {
          answer_alone = &ActionsAnswer::Of<v1::NationalRecommendation>;
        }
        if (NationalItemPattern().Matches(name, /*wildcard=*/false)) {
          answer_alone = &ActionsAnswer::Of<v1::NationalItem>;
        }
        if (ForcePattern().Matches(name, /*wildcard=*/false)) answer_alone = &ActionsAnswer::OfForce;
        if (answer == nullptr && answer_alone == nullptr) {
          Violations violations;
          violations.Add(
              "name",
              "must name a force, a concern, a recommendation, a response, a revisit, a national recommendation or "
              "an item of one, such as forces/kent, forces/kent/concerns/1, forces/kent/concerns/1/recommendations/2, "
              "forces/kent/concerns/1/responses/1, forces/kent/revisits/1, nationalRecommendations/1 or "
              "nationalRecommendations/1/forces/kent");
          return done(violations.status());
        }
        const absl::Status status = shared_.ViewerOf(call).MayAskAbout(ForceOf(name), call.verb());
        if (!status.ok()) return done(status);
        if (answer_alone != nullptr) return (ActionsAnswer(shared_, call, name, response, done).*answer_alone)();
        ReadRecord(
            shared_, call, ConcernOf(name),
            [answer, done, name, actions = ActionsAnswer(shared_, call, name, response, done)](const auto& found) {
              if (absl::IsNotFound(found.status())) return done(NotFound(KindWord(name), name));
              if (!found.ok()) return done(found.status());
              (actions.*answer)(*found);
            });
      });
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::ListThemes(grpc::CallbackServerContext* context,
                                                          const v1::ListThemesRequest* request,
                                                          v1::ListThemesResponse* response) {
  return shared_.host().Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::ListThemesRequest& request, v1::ListThemesResponse* response, rpc::Done done) {
        shared_.resources().ReadAll<v1::ThemeList>(
            call, request.read(), {},
            [this, response, done](const auto& lists) {
              if (!lists.ok()) return done(lists.status());
              const v1::ThemeList* in_use = InUse(lists->resource);
              if (in_use == nullptr) return done(NotFound("ThemeList", "themeLists/-"));
              *response->mutable_theme_list() = *in_use;
              shared_.resources().SetHeader(lists->revision, lists->time, response->mutable_header());
              done(absl::OkStatus());
            },
            kMostThemeLists);
      });
}

grpc::ServerWriteReactor<v1::WatchConcernsResponse>* ConcernsServiceImpl::WatchConcerns(
    grpc::CallbackServerContext* context, const v1::WatchConcernsRequest* request) {
  return shared_.host().Stream<v1::WatchConcernsResponse>(
      context, request,
      [this](std::shared_ptr<rpc::StreamCall<v1::WatchConcernsResponse>> call,
             const v1::WatchConcernsRequest& request) {
        ServeConcernWatch(shared_, std::move(call), request.start());
      });
}

}  // namespace oversight::concerns
