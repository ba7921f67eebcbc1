// Every act of a force by each of the three clocks, now or as it was known at a moment.
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/time/london.h"
#include "common/time/timestamp.h"
#include "gateway/http/state_id.h"
#include "gateway/web/asset_pages.h"
#include "gateway/web/freshness.h"
#include "gateway/web/moment.h"
#include "gateway/web/pages.h"
#include "gateway/web/timeline.h"
#include "oversight/gateway/v1/gateway_service.pb.h"

namespace oversight::gateway::web {
namespace {

constexpr size_t kMost = 500;

struct ClockRow {
  const char* id;
  const char* words;
  TimelineClock clock;
};
constexpr ClockRow kClocks[] = {
    {"effective", "When it happened", TimelineClock::kEffective},
    {"recorded", "When it was recorded", TimelineClock::kRecorded},
    {"published", "When the public could know", TimelineClock::kPublished},
};

}  // namespace

void ShowTimeline(const VisitPtr& visit) {
  const std::string asked = ValueOf(visit->query(), "as-of"), clock_id = ValueOf(visit->query(), "clock");
  v1::GetForceDashboardRequest now, then;
  now.set_name(visit->Name(2));
  then = now;
  if (!asked.empty()) {
    const auto moment = ParseMoment(asked);
    if (!moment.ok()) return visit->Fail(moment.status());
    SetTime(*moment, then.mutable_as_of_time());
  }
  // The present is asked for in any case: it says at which moments something was recorded.
  std::vector<Question> questions = {Ask(now)};
  if (!asked.empty()) questions.push_back(Ask(then));
  visit->Ask(questions, [visit, asked, clock_id](const std::vector<Reply>& replies) {
    const auto present = As<v1::GetForceDashboardResponse>(replies[0]);
    const auto past = As<v1::GetForceDashboardResponse>(replies.back());
    if (!present.ok()) return visit->Fail(present.status());
    if (!past.ok()) return visit->Fail(past.status());
    const v1::ForceDashboard& dashboard = past->dashboard();
    View view;
    TimelineClock clock = TimelineClock::kEffective;
    for (const auto& row : kClocks) {
      if (clock_id == row.id) clock = row.clock;
    }
    for (const auto& row : kClocks) {
      View item;
      Set(item, "id", row.id);
      Set(item, "words", row.words);
      Set(item, "selected", row.clock == clock);
      Add(view, "clocks", std::move(item));
    }
    for (View& item : TimelineOf(dashboard, kMost, clock)) Add(view, "acts", std::move(item));
    Set(view, "force",
        dashboard.force().display_name().empty() ? present->dashboard().force().display_name()
                                                 : dashboard.force().display_name());
    Set(view, "forcePath", "/" + visit->Name(2));
    Set(view, "path", "/" + visit->Name(2) + "/timeline");
    Set(view, "asOf", asked.empty() ? "" : FormatMomentField(GetTime(dashboard.as_of_time())));
    Set(view, "asOfWords", asked.empty() ? "" : FormatMinuteForPeople(GetTime(dashboard.as_of_time())));
    Set(view, "stage", dashboard.has_monitoring() ? dashboard.monitoring().stage_display_name() : "");
    std::vector<std::string> moments;
    for (const absl::Time moment : RecordedMoments(present->dashboard())) {
      // Up to the end of its millisecond, so that what was recorded then is in it.
      moments.push_back(absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", moment + absl::Milliseconds(1), absl::UTCTimeZone()));
    }
    Set(view, "moments", absl::StrJoin(moments, " "));
    SetFreshness(dashboard.sections(), view);
    Set(view, "script2", AssetPath("as_of.js"));
    if (asked.empty()) {
      Set(view, "live", absl::StrCat("/v1/events?force=", visit->Name(2), "&since=", StateIdOf(dashboard)));
    }
    visit->Show("timeline", absl::StrCat("Timeline: ", present->dashboard().force().display_name()), std::move(view));
  });
}

}  // namespace oversight::gateway::web
