#include "gateway/web/timeline.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "common/time/timestamp.h"
#include "gateway/cli/words.h"
#include "gateway/web/links.h"

namespace oversight::gateway::web {
namespace {

struct Entry {
  DayInterval day;
  std::string when, what, path;
};

class Timeline {
 public:
  void Add(bool has, const common::v1::PartialDate& date, const std::string& what, const std::string& name) {
    if (has) entries_.push_back({DayInterval(date), FormatForPeople(date), what, PathOf(name)});
  }
  void Add(bool has, const google::protobuf::Timestamp& time, const std::string& what, const std::string& name) {
    if (!has) return;
    const absl::Time moment = GetTime(time);
    entries_.push_back({DayInterval(LondonDay(moment)), FormatMinuteForPeople(moment), what, PathOf(name)});
  }

  std::vector<View> Newest(size_t most) {
    std::stable_sort(entries_.begin(), entries_.end(),
                     [](const Entry& a, const Entry& b) { return SortsBefore(b.day, a.day); });
    std::vector<View> views;
    for (const Entry& entry : entries_) {
      if (views.size() == most) break;
      View view;
      Set(view, "when", entry.when);
      Set(view, "what", entry.what);
      Set(view, "path", entry.path);
      views.push_back(std::move(view));
    }
    return views;
  }

 private:
  std::vector<Entry> entries_;
};

void AddConcern(const v1::ConcernView& view, Timeline& timeline) {
  const auto& concern = view.concern();
  const std::string kind = cli::Words(concern.kind());
  timeline.Add(concern.has_issue_date(), concern.issue_date(), absl::StrCat("New ", kind, ": ", concern.title()),
               concern.name());
  timeline.Add(concern.has_closure(), concern.closure().close_date(),
               absl::StrCat("Closed ", kind, ": ", concern.title()), concern.name());
  for (const auto& response : view.responses()) {
    timeline.Add(response.has_respond_date(), response.respond_date(),
                 absl::StrCat("The force responded: ", concern.title()), response.name());
  }
  for (const auto& item : view.recommendations()) {
    const auto& recommendation = item.recommendation();
    timeline.Add(recommendation.has_verified_date(), recommendation.verified_date(),
                 absl::StrCat("Recommendation verified: ", recommendation.text()), recommendation.name());
  }
}

}  // namespace

std::vector<View> TimelineOf(const v1::ForceDashboard& dashboard, size_t most) {
  Timeline timeline;
  for (const auto& announcement : dashboard.announcements()) {
    timeline.Add(announcement.has_published_time(), announcement.published_time(), "Announcement published",
                 announcement.name());
  }
  for (const auto& decision : dashboard.decisions()) {
    const std::string move = absl::StrCat(decision.from_stage(), " to ", decision.to_stage());
    timeline.Add(decision.has_decided_date(), decision.decided_date(),
                 absl::StrCat("Decided, ", cli::Words(decision.outcome()), ": ", move), decision.name());
    if (decision.outcome() == monitoring::v1::DECISION_OUTCOME_APPROVED) {
      timeline.Add(decision.has_effective_date(), decision.effective_date(), absl::StrCat("Moved from ", move),
                   decision.name());
    }
  }
  for (const auto& proposal : dashboard.proposals()) {
    timeline.Add(proposal.has_create_time(), proposal.create_time(),
                 absl::StrCat("Proposed: ", proposal.from_stage(), " to ", proposal.to_stage()), proposal.name());
  }
  for (const auto& concern : dashboard.concerns()) AddConcern(concern, timeline);
  for (const auto& revisit : dashboard.revisits()) {
    timeline.Add(revisit.has_to_date(), revisit.to_date(), absl::StrCat("Revisit: ", revisit.purpose()),
                 revisit.name());
    timeline.Add(revisit.letter().has_sent_date(), revisit.letter().sent_date(), "Letter after a revisit sent",
                 revisit.name());
  }
  for (const auto& inspection : dashboard.inspections()) {
    timeline.Add(inspection.report().has_publication_date(), inspection.report().publication_date(),
                 absl::StrCat("Report published: ", inspection.report().title()), inspection.name());
  }
  for (const auto& plan : dashboard.plans()) {
    timeline.Add(plan.plan().has_submit_time(), plan.plan().submit_time(),
                 absl::StrCat("Plan submitted: ", plan.plan().content().title()), plan.plan().name());
  }
  for (const auto& meeting : dashboard.meetings()) {
    timeline.Add(meeting.has_meeting_date(), meeting.meeting_date(), "Meeting with the inspectors", meeting.name());
  }
  return timeline.Newest(most);
}

}  // namespace oversight::gateway::web
