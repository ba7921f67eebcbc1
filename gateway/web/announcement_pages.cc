// Announcements: the list, of all forces or of one, and one by itself as it is read.
#include <utility>

#include "gateway/web/announcement_view.h"
#include "gateway/web/forms/next_acts.h"
#include "gateway/web/forms/resources.h"
#include "gateway/web/pages.h"
#include "gateway/web/take_away.h"
#include "oversight/forces/v1/forces_service.pb.h"
#include "oversight/monitoring/v1/announcements_service.pb.h"

namespace oversight::gateway::web {
namespace {

namespace monitoring = oversight::monitoring::v1;
constexpr int kMost = 1000;  // A page of the API.

}  // namespace

void ShowAnnouncements(const VisitPtr& visit) {
  const bool of_one = visit->segments().size() > 1;
  monitoring::ListAnnouncementsRequest request;
  request.set_parent(of_one ? visit->Name(2) : "forces/-");
  request.set_page_size(kMost);
  std::vector<Question> questions = {Ask(request)};
  if (of_one) {
    forces::v1::GetForceRequest force;
    force.set_name(visit->Name(2));
    questions.push_back(Ask(force));
  }
  visit->AskOrLastSeen(questions, [visit, of_one](const std::vector<Reply>& replies) {
    const auto response = As<monitoring::ListAnnouncementsResponse>(replies[0]);
    if (!response.ok()) return visit->Fail(response.status());
    View view;
    Set(view, "force", false);
    if (of_one) {
      // Whether there is such a force, and its name; without the register the list is still there.
      const auto force = As<forces::v1::GetForceResponse>(replies[1]);
      if (force.status().code() == absl::StatusCode::kNotFound) return visit->Fail(force.status());
      Set(view, "force", force.ok() ? force->force().display_name() : IdWords(visit->Name(2)));
      Set(view, "forcePath", "/" + visit->Name(2));
    }
    for (View& item : AnnouncementList(response->announcements())) Add(view, "announcements", std::move(item));
    Set(view, "more", !response->next_page_token().empty());
    AddTakeAway("Announcements", (of_one ? visit->Name(2) : "forces/-") + "/announcements", {"csv", "jsonl", "atom"},
                view);
    visit->Show("announcements", "Announcements", std::move(view));
  });
}

void ShowAnnouncement(const VisitPtr& visit) {
  monitoring::GetAnnouncementRequest request;
  request.set_name(visit->Name(4));
  monitoring::CheckAnnouncementRequest check;
  check.set_name(visit->Name(4));
  const Question actions = AskMoveActions(visit->Name(4));
  visit->AskOrLastSeen({Ask(request), actions, Ask(check)}, [visit, actions](const std::vector<Reply>& replies) {
    const auto response = As<monitoring::GetAnnouncementResponse>(replies[0]);
    if (!response.ok()) return visit->Fail(response.status());
    View view = AnnouncementView(response->announcement());
    const std::string headline = view.fields().at("headline").string_value();
    Set(view, "forcePath", "/" + visit->Name(2));
    // For those who may ask: outside the inspectorate there is neither.
    AddNextActs(actions, replies[1], visit->Name(4), view);
    const auto found = As<monitoring::CheckAnnouncementResponse>(replies[2]);
    if (found.ok() && !response->announcement().has_published_time()) {
      for (const auto& violation : found->violations()) Add(view, "notCovered", ViewOf(violation));
    }
    visit->Show("announcement", headline, std::move(view));
  });
}

}  // namespace oversight::gateway::web
