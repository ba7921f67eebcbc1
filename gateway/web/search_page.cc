// Search over forces, concerns with their recommendations, and announcements.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/text/words.h"
#include "gateway/web/announcement_view.h"
#include "gateway/web/links.h"
#include "gateway/web/pages.h"
#include "gateway/web/snippet.h"
#include "oversight/gateway/v1/gateway_service.pb.h"

namespace oversight::gateway::web {
namespace {

constexpr int kMostHits = 50;

void SetHits(const v1::SearchResponse& response, View& view) {
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
  v1::SearchRequest search;
  search.set_query(query);
  search.set_page_size(kMostHits);
  search.set_page_token(ValueOf(visit->query(), "page"));
  visit->Ask({Ask(search)}, [visit, view, query](const std::vector<Reply>& replies) mutable {
    const auto found = As<v1::SearchResponse>(replies[0]);
    Set(view, "asked", true);
    if (found.status().code() == absl::StatusCode::kInvalidArgument) {
      Set(view, "badQuery", std::string(found.status().message()));
    } else if (!found.ok()) {
      return visit->Fail(found.status());
    } else {
      // Who may not read concerns finds what is public, and is told nothing of the rest.
      Set(view, "concernsDenied", found->concerns_not_searched());
      Set(view, "unknown", std::any_of(found->sections().begin(), found->sections().end(), [](const auto& section) {
            return section.state() == v1::SECTION_STATE_UNAVAILABLE;
          }));
      SetHits(*found, view);
      Set(view, "more", found->next_page_token());
      for (const auto& force : found->forces()) {
        View item;
        Set(item, "name", force.display_name());
        Set(item, "path", "/" + force.force());
        Set(item, "region", force.region());
        Add(view, "forces", std::move(item));
      }
      for (View& item : AnnouncementList(found->announcements())) Add(view, "announcements", std::move(item));
    }
    visit->Show("search", absl::StrCat("Search: ", query), std::move(view));
  });
}

}  // namespace oversight::gateway::web
