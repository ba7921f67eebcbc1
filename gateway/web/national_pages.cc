// The pages over all forces: the front page and what needs attention. Both are made of the national dashboard.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "common/time/timestamp.h"
#include "gateway/http/state_id.h"
#include "gateway/web/charts/tile_map.h"
#include "gateway/web/charts/trend.h"
#include "gateway/web/freshness.h"
#include "gateway/web/links.h"
#include "gateway/web/moment.h"
#include "gateway/web/pages.h"
#include "gateway/web/take_away.h"
#include "oversight/gateway/v1/gateway_service.pb.h"
#include "oversight/monitoring/v1/monitoring_service.pb.h"

namespace oversight::gateway::web {
namespace {

using v1::Attention;
using v1::NationalDashboard;

struct AttentionWords {
  const char* why;  // Of one of them, before its day.
  const char* one;  // The count, singular and plural.
  const char* several;
};
AttentionWords WordsOf(v1::AttentionKind kind) {
  switch (kind) {
    case v1::ATTENTION_KIND_ANNOUNCEMENT_WAITS:
      return {"Move in effect and not announced, since", "move not announced", "moves not announced"};
    case v1::ATTENTION_KIND_PROPOSAL_WAITS:
      return {"Proposal waits for a decision, since", "proposal waits", "proposals wait"};
    case v1::ATTENTION_KIND_REVIEW_DATE_PASSED:
      return {"Decision to be looked at again by", "decision to be looked at again", "decisions to be looked at again"};
    case v1::ATTENTION_KIND_MEETING_MISSED:
      return {"Meeting missed, was due on", "meeting missed", "meetings missed"};
    case v1::ATTENTION_KIND_RECOMMENDATION_OVERDUE:
      return {"Recommendation overdue, was due on", "recommendation overdue", "recommendations overdue"};
    default:
      return {"Needs attention, since", "other", "others"};
  }
}

void SetAttention(const NationalDashboard& dashboard, size_t most, View& view) {
  for (const auto& count : dashboard.attention_counts()) {
    const AttentionWords words = WordsOf(count.kind());
    View item;
    Set(item, "count", absl::StrCat(count.count()));
    Set(item, "words", count.count() == 1 ? words.one : words.several);
    Add(view, "attentionFigures", std::move(item));
  }
  std::map<std::string, std::string> names;
  for (const auto& row : dashboard.rows()) names[row.force()] = row.display_name();
  size_t shown = 0;
  for (const Attention& attention : dashboard.attention()) {
    if (shown++ == most) break;
    View item = ViewOf(attention);
    Set(item, "forceName", names[attention.force()]);
    Set(item, "why", WordsOf(attention.kind()).why);
    Set(item, "path", PathOf(attention.name()));
    Add(view, "attentionItems", std::move(item));
  }
  const int more =
      dashboard.attention_size() + dashboard.attention_left_out() - static_cast<int>(std::min<size_t>(shown, most));
  Set(view, "attentionMore", more > 0 ? absl::StrCat(more) : "");
}

void AddChoice(View& view, const std::string& list, const std::string& id, const std::string& name,
               const std::string& chosen) {
  View choice;
  Set(choice, "id", id);
  Set(choice, "name", name);
  Set(choice, "selected", id == chosen);
  Add(view, list, std::move(choice));
}

// The table, narrowed to what was asked for, and what may be asked for.
void SetRows(const NationalDashboard& dashboard, const Parameters& query, View& view) {
  const std::string stage = ValueOf(query, "stage"), region = ValueOf(query, "region");
  for (const auto& count : dashboard.stage_counts())
    AddChoice(view, "stages", count.stage(), count.display_name(), stage);
  std::set<std::string> regions;
  for (const auto& row : dashboard.rows()) {
    if (!row.region().empty()) regions.insert(row.region());
    if (!stage.empty() && row.stage() != stage) continue;
    if (!region.empty() && row.region() != region) continue;
    Add(view, "forces", ViewOf(row));
  }
  for (const std::string& name : regions) AddChoice(view, "regions", name, name, region);
  Set(view, "narrowed", !stage.empty() || !region.empty());
}

// In an enhanced stage from when to when, also what the public does not know yet.
std::vector<Spell> SpellsOf(const monitoring::v1::ListEpisodesResponse& response) {
  std::vector<Spell> spells;
  for (const auto& episode : response.episodes()) {
    if (!episode.has_from_date()) continue;
    Spell spell{DayInterval(episode.from_date()), std::nullopt};
    if (episode.has_until_date()) spell.until = DayInterval(episode.until_date());
    spells.push_back(std::move(spell));
  }
  return spells;
}

// Asks for the dashboard; `denied` takes over for those who may not see it.
void WithDashboard(const VisitPtr& visit, void (*denied)(const VisitPtr&),
                   std::function<void(const NationalDashboard&, View)> show) {
  v1::GetNationalDashboardRequest request;
  const std::string moment = ValueOf(visit->query(), "as-of");
  if (!moment.empty()) {
    const auto time = ParseMoment(moment);
    if (!time.ok()) return visit->Fail(time.status());
    SetTime(*time, request.mutable_as_of_time());
  }
  visit->Ask({Ask(request)}, [visit, denied, show](const std::vector<Reply>& replies) {
    const auto response = As<v1::GetNationalDashboardResponse>(replies[0]);
    if (response.status().code() == absl::StatusCode::kPermissionDenied && denied != nullptr) return denied(visit);
    if (!response.ok()) return visit->Fail(response.status());
    const NationalDashboard& dashboard = response->dashboard();
    NationalDashboard frame = dashboard;
    frame.clear_rows();
    frame.clear_attention();
    View view = ViewOf(frame);
    SetFreshness(dashboard.sections(), view);
    if (dashboard.has_as_of_time()) {  // The past does not change.
      Set(view, "asOf", FormatMomentField(GetTime(dashboard.as_of_time())));
    } else {
      Set(view, "live", "/v1/events?since=" + StateIdOf(dashboard));
    }
    show(dashboard, std::move(view));
  });
}

}  // namespace

void ShowHome(const VisitPtr& visit) {
  WithDashboard(visit, &ShowRegister, [visit](const NationalDashboard& dashboard, View view) {
    SetRows(dashboard, visit->query(), view);
    SetAttention(dashboard, 10, view);
    Set(view, "tileMap", TileMapOf(dashboard));
    AddTakeAway("Concerns", "forces/-/concerns", {"csv", "jsonl"}, view);
    AddTakeAway("Recommendations", "forces/-/concerns/-/recommendations", {"csv", "jsonl"}, view);
    AddTakeAway("What is due", "forces/-:due", {"csv", "jsonl", "ics"}, view);
    AddTakeAway("Decisions", "forces/-/decisions", {"csv", "jsonl"}, view);
    AddTakeAway("Next meetings", "meetingCadence", {"csv", "jsonl", "ics"}, view);
    monitoring::v1::ListEpisodesRequest episodes;
    episodes.set_parent("forces/-");
    episodes.set_page_size(1000);
    const absl::CivilDay day = ToCivilDay(dashboard.today()).value_or(LondonDay(visit->now()));
    if (dashboard.has_as_of_time())
      *episodes.mutable_read()->mutable_as_of()->mutable_recorded_time() = dashboard.as_of_time();
    visit->AskOrLastSeen({Ask(episodes)}, [visit, view, day](const std::vector<Reply>& replies) mutable {
      const auto response = As<monitoring::v1::ListEpisodesResponse>(replies[0]);
      if (response.ok()) SetTrend(TrendOf(SpellsOf(*response), day), view);
      visit->Show("national", "All forces", std::move(view));
    });
  });
}

void ShowAttention(const VisitPtr& visit) {
  WithDashboard(visit, nullptr, [visit](const NationalDashboard& dashboard, View view) {
    SetAttention(dashboard, 100, view);
    AddTakeAway("All that needs attention", "attention", {"csv", "jsonl", "ics"}, view);
    visit->Show("attention", "Needs attention", std::move(view));
  });
}

}  // namespace oversight::gateway::web
