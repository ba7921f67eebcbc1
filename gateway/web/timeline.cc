#include "gateway/web/timeline.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <set>
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

using common::v1::PartialDate;
using google::protobuf::Timestamp;

struct Entry {
  DayInterval day;
  std::string when, what, path;
  std::optional<absl::Time> recorded;
  std::optional<DayInterval> published;
  std::string published_words;
};

class Timeline {
 public:
  // The act that was added last, for its other times. Null when it had no day and is nowhere.
  class Act {
   public:
    explicit Act(Entry* entry) : entry_(entry) {}
    Act& Recorded(bool has, const Timestamp& time) {
      if (entry_ != nullptr && has) entry_->recorded = GetTime(time);
      return *this;
    }
    Act& Published(bool has, const PartialDate& date) {
      if (entry_ != nullptr && has) {
        entry_->published = DayInterval(date);
        entry_->published_words = FormatForPeople(date);
      }
      return *this;
    }
    Act& Published(bool has, const Timestamp& time) {
      if (entry_ != nullptr && has) {
        entry_->published = DayInterval(LondonDay(GetTime(time)));
        entry_->published_words = FormatMinuteForPeople(GetTime(time));
      }
      return *this;
    }

   private:
    Entry* entry_;
  };

  Act Add(bool has, const PartialDate& date, const std::string& what, const std::string& name) {
    if (!has) return Act(nullptr);
    entries_.push_back({DayInterval(date), FormatForPeople(date), what, PathOf(name), {}, {}, {}});
    return Act(&entries_.back());
  }
  Act Add(bool has, const Timestamp& time, const std::string& what, const std::string& name) {
    if (!has) return Act(nullptr);
    const absl::Time moment = GetTime(time);
    entries_.push_back({DayInterval(LondonDay(moment)), FormatMinuteForPeople(moment), what, PathOf(name), {}, {}, {}});
    return Act(&entries_.back());
  }

  const std::deque<Entry>& entries() const { return entries_; }

  std::vector<View> Newest(size_t most, TimelineClock clock) {
    std::stable_sort(entries_.begin(), entries_.end(),
                     [](const Entry& a, const Entry& b) { return SortsBefore(b.day, a.day); });
    if (clock == TimelineClock::kRecorded) {
      std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
        return a.recorded.value_or(absl::InfinitePast()) > b.recorded.value_or(absl::InfinitePast());
      });
    } else if (clock == TimelineClock::kPublished) {
      std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
        if (!a.published.has_value() || !b.published.has_value())
          return a.published.has_value() && !b.published.has_value();
        return SortsBefore(*b.published, *a.published);
      });
    }
    std::vector<View> views;
    for (const Entry& entry : entries_) {
      if (views.size() == most) break;
      View view;
      Set(view, "when", entry.when);
      Set(view, "what", entry.what);
      Set(view, "path", entry.path);
      Set(view, "recorded", entry.recorded.has_value() ? FormatMinuteForPeople(*entry.recorded) : "");
      Set(view, "published", entry.published_words);
      views.push_back(std::move(view));
    }
    return views;
  }

 private:
  std::deque<Entry> entries_;  // Acts hold pointers to them.
};

void AddConcern(const v1::ConcernView& view, Timeline& timeline) {
  const auto& concern = view.concern();
  const std::string kind = cli::Words(concern.kind());
  timeline
      .Add(concern.has_issue_date(), concern.issue_date(), absl::StrCat("New ", kind, ": ", concern.title()),
           concern.name())
      .Published(concern.published().has_date(), concern.published().date());
  timeline.Add(concern.has_closure(), concern.closure().close_date(),
               absl::StrCat("Closed ", kind, ": ", concern.title()), concern.name());
  for (const auto& response : view.responses()) {
    timeline
        .Add(response.has_respond_date(), response.respond_date(),
             absl::StrCat("The force responded: ", concern.title()), response.name())
        .Recorded(response.has_create_time(), response.create_time());
  }
  for (const auto& item : view.recommendations()) {
    const auto& recommendation = item.recommendation();
    const auto& claim = recommendation.claim();
    timeline
        .Add(claim.has_claimed_date(), claim.claimed_date(), absl::StrCat("Claimed as done: ", recommendation.text()),
             recommendation.name())
        .Recorded(claim.has_claim_time(), claim.claim_time());
    timeline
        .Add(recommendation.has_verified_date(), recommendation.verified_date(),
             absl::StrCat("Recommendation verified: ", recommendation.text()), recommendation.name())
        .Recorded(recommendation.verification().has_verify_time(), recommendation.verification().verify_time());
  }
}

// The day on which it was decided, when that is before it was recorded; null otherwise.
const PartialDate* DecidedBefore(const v1::ForceDashboard& dashboard, const monitoring::v1::Proposal& proposal) {
  for (const auto& decision : dashboard.decisions()) {
    if (decision.proposal() == proposal.name() && decision.has_decided_date() &&
        MustBeBefore(decision.decided_date(), LondonDay(GetTime(proposal.create_time())))) {
      return &decision.decided_date();
    }
  }
  return nullptr;
}

Timeline Of(const v1::ForceDashboard& dashboard) {
  Timeline timeline;
  for (const auto& announcement : dashboard.announcements()) {
    timeline
        .Add(announcement.has_published_time(), announcement.published_time(), "Announcement published",
             announcement.name())
        .Recorded(announcement.has_published_time(), announcement.published_time())
        .Published(announcement.has_published_time(), announcement.published_time());
  }
  for (const auto& decision : dashboard.decisions()) {
    const std::string move = absl::StrCat(decision.from_stage(), " to ", decision.to_stage());
    const auto& publication = decision.publication();
    timeline
        .Add(decision.has_decided_date(), decision.decided_date(),
             absl::StrCat("Decided, ", cli::Words(decision.outcome()), ": ", move), decision.name())
        .Recorded(decision.has_create_time(), decision.create_time())
        .Published(publication.has_published_time(), publication.published_time());
    if (decision.outcome() == monitoring::v1::DECISION_OUTCOME_APPROVED) {
      timeline
          .Add(decision.has_effective_date(), decision.effective_date(), absl::StrCat("Moved from ", move),
               decision.name())
          .Recorded(decision.has_take_effect_time(), decision.take_effect_time())
          .Published(publication.has_published_time(), publication.published_time());
    }
  }
  for (const auto& proposal : dashboard.proposals()) {
    const std::string what = absl::StrCat("Proposed: ", proposal.from_stage(), " to ", proposal.to_stage());
    // A proposal has no day of its own. What was recorded after it was decided on had been made by then.
    const PartialDate* decided = DecidedBefore(dashboard, proposal);
    auto act = decided == nullptr
                   ? timeline.Add(proposal.has_create_time(), proposal.create_time(), what, proposal.name())
                   : timeline.Add(true, *decided, absl::StrCat(what, " (by then)"), proposal.name());
    act.Recorded(proposal.has_create_time(), proposal.create_time());
  }
  for (const auto& advice : dashboard.advice()) {
    timeline
        .Add(advice.has_advice_date(), advice.advice_date(), absl::StrCat("Advice: ", cli::Words(advice.view())),
             advice.name())
        .Recorded(advice.has_create_time(), advice.create_time());
  }
  for (const auto& concern : dashboard.concerns()) AddConcern(concern, timeline);
  for (const auto& revisit : dashboard.revisits()) {
    timeline.Add(revisit.has_to_date(), revisit.to_date(), absl::StrCat("Revisit: ", revisit.purpose()),
                 revisit.name());
    timeline.Add(revisit.letter().has_sent_date(), revisit.letter().sent_date(), "Letter after a revisit sent",
                 revisit.name());
  }
  for (const auto& inspection : dashboard.inspections()) {
    const auto& report = inspection.report();
    timeline
        .Add(report.has_publication_date(), report.publication_date(),
             absl::StrCat("Report published: ", report.title()), inspection.name())
        .Published(report.has_publication_date(), report.publication_date());
  }
  for (const auto& plan : dashboard.plans()) {
    timeline
        .Add(plan.plan().has_submit_time(), plan.plan().submit_time(),
             absl::StrCat("Plan submitted: ", plan.plan().content().title()), plan.plan().name())
        .Recorded(plan.plan().has_submit_time(), plan.plan().submit_time());
  }
  for (const auto& meeting : dashboard.meetings()) {
    timeline.Add(meeting.has_meeting_date(), meeting.meeting_date(), "Meeting with the inspectors", meeting.name())
        .Recorded(meeting.has_create_time(), meeting.create_time());
  }
  return timeline;
}

}  // namespace

std::vector<View> TimelineOf(const v1::ForceDashboard& dashboard, size_t most, TimelineClock clock) {
  Timeline timeline = Of(dashboard);
  return timeline.Newest(most, clock);
}

std::vector<absl::Time> RecordedMoments(const v1::ForceDashboard& dashboard) {
  std::set<absl::Time> moments;
  const Timeline timeline = Of(dashboard);
  for (const Entry& entry : timeline.entries()) {
    if (entry.recorded.has_value()) moments.insert(*entry.recorded);
  }
  return {moments.begin(), moments.end()};
}

}  // namespace oversight::gateway::web
