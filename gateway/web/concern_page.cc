// A concern and a recommendation on pages of their own: what they say, who did what, and what may be done next.
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/web/forms/next_acts.h"
#include "gateway/web/forms/resources.h"
#include "gateway/web/pages.h"
#include "oversight/concerns/v1/concerns_service.pb.h"

namespace oversight::gateway::web {
namespace {

namespace concerns = oversight::concerns::v1;
constexpr int kMost = 1000;  // A page of the API.

}  // namespace

void ShowConcern(const VisitPtr& visit) {
  const std::string name = visit->Name(4);
  concerns::GetConcernRequest concern;
  concern.set_name(name);
  concerns::ListRecommendationsRequest recommendations;
  recommendations.set_parent(name);
  recommendations.set_page_size(kMost);
  const Question actions = AskConcernActions(name), changes = *AskChanges(name);
  visit->AskOrLastSeen({Ask(concern), Ask(recommendations), actions, changes},
                       [visit, name, actions, changes](const std::vector<Reply>& replies) {
                         const auto concern = As<concerns::GetConcernResponse>(replies[0]);
                         const auto recommendations = As<concerns::ListRecommendationsResponse>(replies[1]);
                         if (!concern.ok()) return visit->Fail(concern.status());
                         View view;
                         Set(view, "concern", ViewOf(concern->concern()));
                         Set(view, "recommendationsUnknown", !recommendations.ok());
                         if (recommendations.ok()) {
                           for (const auto& item : recommendations->recommendations())
                             Add(view, "recommendations", ViewOf(item));
                         }
                         AddNextActs(actions, replies[2], name, view);
                         AddChanges(changes, replies[3], view);
                         Set(view, "forcePath", "/" + visit->Name(2));
                         visit->Show("concern", concern->concern().title(), std::move(view));
                       });
}

void ShowRecommendation(const VisitPtr& visit) {
  const std::string name = visit->Name(6);
  concerns::GetRecommendationRequest recommendation;
  recommendation.set_name(name);
  concerns::ListProgressNotesRequest notes;
  notes.set_parent(name);
  notes.set_page_size(kMost);
  const Question actions = AskConcernActions(name), changes = *AskChanges(name);
  visit->AskOrLastSeen({Ask(recommendation), Ask(notes), actions, changes},
                       [visit, name, actions, changes](const std::vector<Reply>& replies) {
                         const auto recommendation = As<concerns::GetRecommendationResponse>(replies[0]);
                         const auto notes = As<concerns::ListProgressNotesResponse>(replies[1]);
                         if (!recommendation.ok()) return visit->Fail(recommendation.status());
                         View view;
                         Set(view, "recommendation", ViewOf(recommendation->recommendation()));
                         Set(view, "notesUnknown", !notes.ok());
                         if (notes.ok()) {
                           for (const auto& note : notes->progress_notes()) Add(view, "notes", ViewOf(note));
                         }
                         AddNextActs(actions, replies[2], name, view);
                         AddChanges(changes, replies[3], view);
                         Set(view, "concernPath", "/" + visit->Name(4));
                         visit->Show("recommendation", CalledBy(name), std::move(view));
                       });
}

}  // namespace oversight::gateway::web
