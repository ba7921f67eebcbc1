// What may be done next about a force as a whole. On a page of its own: the force's page is made of copies, and waits
// for no service.
#include <utility>

#include "gateway/web/forms/next_acts.h"
#include "gateway/web/forms/resources.h"
#include "gateway/web/pages.h"
#include "oversight/forces/v1/forces_service.pb.h"

namespace oversight::gateway::web {

void ShowNext(const VisitPtr& visit) {
  const std::string name = visit->Name(2);
  forces::v1::GetForceRequest force;
  force.set_name(name);
  const Question concerns = AskConcernActions(name), moves = AskMoveActions(name);
  visit->AskOrLastSeen({Ask(force), concerns, moves},
                       [visit, name, concerns, moves](const std::vector<Reply>& replies) {
                         const auto response = As<forces::v1::GetForceResponse>(replies[0]);
                         if (!response.ok()) return visit->Fail(response.status());
                         bool unknown = false;
                         for (size_t i = 1; i < replies.size(); ++i) {
                           // Who may not even ask has nothing to do here.
                           if (replies[i].ok() || replies[i].status().code() == absl::StatusCode::kPermissionDenied)
                             continue;
                           unknown = true;
                         }
                         if (!replies[1].ok() && !replies[2].ok() && !unknown) return visit->Fail(replies[1].status());
                         View view;
                         Set(view, "force", response->force().display_name());
                         Set(view, "forcePath", "/" + name);
                         Set(view, "unknown", unknown);
                         AddNextActs(concerns, replies[1], name, view);
                         AddNextActs(moves, replies[2], name, view);
                         visit->Show("next", "What may be done next", std::move(view));
                       });
}

}  // namespace oversight::gateway::web
