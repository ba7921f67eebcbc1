// Search over forces, concerns with their recommendations, and announcements. What concerns-service finds is its own;
// forces and announcements are looked through as their lists give them to the viewer.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/web/announcement_view.h"
#include "gateway/web/find.h"
#include "gateway/web/links.h"
#include "gateway/web/pages.h"
#include "oversight/concerns/v1/overview_service.pb.h"
#include "oversight/forces/v1/forces_service.pb.h"
#include "oversight/monitoring/v1/announcements_service.pb.h"

namespace oversight::gateway::web {
namespace {

constexpr int kMost = 1000;  // A page of the API.
constexpr int kMostHits = 50;

void SetForces(const forces::v1::ListForcesResponse& response, const std::string& query, View& view) {
  for (const auto& force : response.forces()) {
    std::string text = absl::StrCat(force.display_name(), " ", force.region());
    for (const auto& alias : force.aliases()) absl::StrAppend(&text, " ", alias);
    if (!HasWords(text, query)) continue;
    View item;
    Set(item, "name", force.display_name());
    Set(item, "path", "/" + force.name());
    Set(item, "region", force.region());
    Add(view, "forces", std::move(item));
  }
}

void SetHits(const concerns::v1::SearchConcernsResponse& response, View& view) {
  for (const auto& hit : response.hits()) {
    View item = ViewOf(hit);
    Set(item, "path", PathOf(hit.name()));
    for (const SnippetPart& part : PartsOf(hit)) {
      View piece;
      Set(piece, "text", part.text);
      Set(piece, "match", part.match);
      Add(item, "parts", std::move(piece));
    }
    Add(view, "hits", std::move(item));
  }
}

void SetAnnouncements(const monitoring::v1::ListAnnouncementsResponse& response, const std::string& query, View& view) {
  google::protobuf::RepeatedPtrField<monitoring::v1::Announcement> found;
  for (const auto& announcement : response.announcements()) {
    std::string text = announcement.text();
    for (const auto& statement : announcement.statements()) absl::StrAppend(&text, " ", statement.text());
    if (HasWords(text, query)) *found.Add() = announcement;
  }
  for (View& item : AnnouncementList(found)) Add(view, "announcements", std::move(item));
}

}  // namespace

void ShowSearch(const VisitPtr& visit) {
  const std::string query = ValueOf(visit->query(), "q");
  View view;
  Set(view, "q", query);
  for (const char* list :
       {"hasForces", "hasHits", "hasAnnouncements", "asked", "more", "unknown", "concernsDenied", "badQuery"}) {
    Set(view, list, false);
  }
  if (WordsOf(query).empty()) return visit->Show("search", "Search", std::move(view));
  concerns::v1::SearchConcernsRequest search;
  search.set_parent("forces/-");
  search.set_query(query);
  search.set_page_size(kMostHits);
  search.set_page_token(ValueOf(visit->query(), "page"));
  forces::v1::ListForcesRequest forces;
  forces.set_page_size(kMost);
  monitoring::v1::ListAnnouncementsRequest announcements;
  announcements.set_parent("forces/-");
  announcements.set_page_size(kMost);
  visit->Ask({Ask(search), Ask(forces), Ask(announcements)},
             [visit, view, query](const std::vector<Reply>& replies) mutable {
               const auto hits = As<concerns::v1::SearchConcernsResponse>(replies[0]);
               const auto forces = As<forces::v1::ListForcesResponse>(replies[1]);
               const auto announcements = As<monitoring::v1::ListAnnouncementsResponse>(replies[2]);
               Set(view, "asked", true);
               // Who may not read concerns finds what is public, and is told nothing of the rest.
               const bool denied = hits.status().code() == absl::StatusCode::kPermissionDenied;
               if (hits.status().code() == absl::StatusCode::kInvalidArgument)
                 Set(view, "badQuery", std::string(hits.status().message()));
               Set(view, "concernsDenied", denied);
               Set(view, "unknown",
                   (!hits.ok() && !denied && hits.status().code() != absl::StatusCode::kInvalidArgument) ||
                       !forces.ok() || !announcements.ok());
               if (hits.ok()) {
                 SetHits(*hits, view);
                 Set(view, "more", hits->next_page_token());
               }
               if (forces.ok()) SetForces(*forces, query, view);
               if (announcements.ok()) SetAnnouncements(*announcements, query, view);
               visit->Show("search", absl::StrCat("Search: ", query), std::move(view));
             });
}

}  // namespace oversight::gateway::web
