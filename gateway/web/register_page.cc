// The public register of forces in Engage and previously in Engage.
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "gateway/web/charts/trend.h"
#include "gateway/web/links.h"
#include "gateway/web/pages.h"
#include "gateway/web/take_away.h"
#include "oversight/monitoring/v1/register_service.pb.h"

namespace oversight::gateway::web {
namespace {

namespace monitoring = oversight::monitoring::v1;

void SetSource(const std::string& name, bool has, const monitoring::HistoricalSource& source, View& view) {
  if (!has) return Set(view, name, false);
  View item = ViewOf(source);
  Set(item, "address", SafeAddress(source.source()));
  Set(view, name, std::move(item));
}

std::string LengthWords(const monitoring::LengthInDays& length) {
  if (length.min_days() == length.max_days()) {
    return absl::StrCat(length.min_days(), length.min_days() == 1 ? " day" : " days");
  }
  return absl::StrCat(length.min_days(), " to ", length.max_days(), " days");
}

std::vector<Spell> SpellsOf(const monitoring::GetRegisterResponse& response) {
  std::vector<Spell> spells;
  const auto add = [&spells](const monitoring::RegisterEntry& entry) {
    if (!entry.has_from_date()) return;
    Spell spell{DayInterval(entry.from_date()), std::nullopt};
    if (entry.has_until_date()) spell.until = DayInterval(entry.until_date());
    spells.push_back(std::move(spell));
  };
  for (const auto& entry : response.current()) add(entry);
  for (const auto& entry : response.previous()) {
    // What may be in both lists is one spell.
    bool twice = false;
    for (const auto& current : response.current()) {
      twice = twice ||
              (current.force() == entry.force() && DayInterval(current.from_date()) == DayInterval(entry.from_date()));
    }
    if (!twice) add(entry);
  }
  return spells;
}

View EntryView(const monitoring::RegisterEntry& entry) {
  View view = ViewOf(entry);
  Set(view, "forceName", entry.force_display_name().empty() ? IdWords(entry.force()) : entry.force_display_name());
  Set(view, "lengthWords", entry.has_length() ? LengthWords(entry.length()) : "");
  Set(view, "path", PathOf(entry.force()));
  SetSource("entrySource", entry.has_entry_source(), entry.entry_source(), view);
  SetSource("exitSource", entry.has_exit_source(), entry.exit_source(), view);
  return view;
}

}  // namespace

void ShowRegister(const VisitPtr& visit) {
  const std::string asked = ValueOf(visit->query(), "on-date");
  monitoring::GetRegisterRequest request;
  View view;
  Set(view, "asked", asked);
  if (!asked.empty()) {
    const auto date = ParsePartialDate(asked);
    if (!date.ok()) {
      // The form again, with what is wrong beside the field.
      Set(view, "dateError", std::string(date.status().message()));
      Set(view, "onDate", false);
      return visit->Show("register", "Error: Public register", std::move(view), 400);
    }
    *request.mutable_on_date() = *date;
  }
  visit->AskOrLastSeen({Ask(request)}, [visit, view](const std::vector<Reply>& replies) mutable {
    const auto response = As<monitoring::GetRegisterResponse>(replies[0]);
    if (!response.ok()) return visit->Fail(response.status());
    Set(view, "found", true);
    Set(view, "onDate", response->has_on_date() ? FormatForPeople(response->on_date()) : "");
    for (const auto& entry : response->current()) Add(view, "current", EntryView(entry));
    for (const auto& entry : response->previous()) Add(view, "previous", EntryView(entry));
    if (!response->has_on_date()) SetTrend(TrendOf(SpellsOf(*response), LondonDay(visit->now())), view);
    AddTakeAway("The register", "register", {"csv", "jsonl"}, view,
                response->has_on_date() ? "?onDate=" + FormatIso(response->on_date()) : "");
    visit->Show("register", "Public register", std::move(view));
  });
}

}  // namespace oversight::gateway::web
