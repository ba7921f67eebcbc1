// A proposal on a page of its own, and what may be done next.
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/web/forms/next_acts.h"
#include "gateway/web/forms/resources.h"
#include "gateway/web/pages.h"
#include "oversight/monitoring/v1/monitoring_service.pb.h"

namespace oversight::gateway::web {

void ShowProposal(const VisitPtr& visit) {
  const std::string name = visit->Name(4);
  monitoring::v1::GetProposalRequest proposal;
  proposal.set_name(name);
  const Question actions = AskMoveActions(name);
  visit->AskOrLastSeen({Ask(proposal), actions}, [visit, name, actions](const std::vector<Reply>& replies) {
    const auto response = As<monitoring::v1::GetProposalResponse>(replies[0]);
    if (!response.ok()) return visit->Fail(response.status());
    View view;
    Set(view, "proposal", ViewOf(response->proposal()));
    AddNextActs(actions, replies[1], name, view);
    Set(view, "forcePath", "/" + visit->Name(2));
    visit->Show("proposal", CalledBy(name), std::move(view));
  });
}

}  // namespace oversight::gateway::web
