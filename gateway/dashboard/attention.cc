#include "gateway/dashboard/attention.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "absl/time/time.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "gateway/dashboard/names.h"
#include "gateway/dashboard/open_work.h"

namespace oversight::gateway {
namespace {

using namespace monitoring::v1;  // NOLINT

class List {
 public:
  List(const SuiteFacts& facts, absl::CivilDay today) : today_(today) {
    for (const auto& force : facts.forces) forces_.insert(force->name());
  }
  // Of a partial day, the last that it may be: nothing is called late on a guess.
  void Add(v1::AttentionKind kind, const std::string& name, const common::v1::PartialDate& date) {
    if (forces_.count(ForceOf(name)) == 0) return;
    v1::Attention item;
    item.set_kind(kind);
    item.set_force(ForceOf(name));
    item.set_name(name);
    *item.mutable_date() = date;
    item.set_days(static_cast<int32_t>(today_ - DayInterval(date).last));
    items_.push_back(std::move(item));
  }
  void Finish(v1::NationalDashboard& dashboard) {
    std::sort(items_.begin(), items_.end(), [](const v1::Attention& a, const v1::Attention& b) {
      return std::tuple(a.kind(), -a.days(), a.name()) < std::tuple(b.kind(), -b.days(), b.name());
    });
    std::map<v1::AttentionKind, int> counts;
    for (auto& item : items_) {
      ++counts[item.kind()];
      if (dashboard.attention_size() < kMostAttention) {
        *dashboard.add_attention() = std::move(item);
      } else {
        dashboard.set_attention_left_out(dashboard.attention_left_out() + 1);
      }
    }
    for (const auto& [kind, count] : counts) {
      auto& counted = *dashboard.add_attention_counts();
      counted.set_kind(kind);
      counted.set_count(count);
    }
  }

 private:
  const absl::CivilDay today_;
  std::unordered_set<std::string> forces_;
  std::vector<v1::Attention> items_;
};

// Whether a decision stands, or stood until the next one: not when its approval came to nothing.
bool Counts(const Decision& decision) {
  return decision.state() != DECISION_STATE_LAPSED && decision.state() != DECISION_STATE_REVOKED;
}

}  // namespace

void AddAttention(const SuiteFacts& facts, const std::vector<MeetingCadence>& missed, absl::CivilDay today,
                  v1::NationalDashboard& dashboard) {
  List list(facts, today);
  std::unordered_map<std::string, const Decision*> last;  // by force
  for (const auto& decision : facts.decisions) {
    if (decision->state() == DECISION_STATE_IN_EFFECT && decision->publication().state() == PUBLICATION_STATE_AWAITED) {
      list.Add(v1::ATTENTION_KIND_ANNOUNCEMENT_WAITS, decision->name(), decision->effective_date());
    }
    if (!Counts(*decision)) continue;
    const Decision*& latest = last[ForceOf(decision->name())];
    if (latest == nullptr || Number(latest->name()) < Number(decision->name())) latest = decision.get();
  }
  for (const auto& [force, decision] : last) {
    if (decision->has_review_by_date() && MustBeBefore(decision->review_by_date(), today)) {
      list.Add(v1::ATTENTION_KIND_REVIEW_DATE_PASSED, decision->name(), decision->review_by_date());
    }
  }
  for (const auto& proposal : facts.proposals) {
    if (proposal->state() != PROPOSAL_STATE_OPEN) continue;
    list.Add(v1::ATTENTION_KIND_PROPOSAL_WAITS, proposal->name(),
             ToPartialDate(LondonDay(absl::FromUnixSeconds(proposal->create_time().seconds()))));
  }
  for (const auto& cadence : missed) {
    list.Add(v1::ATTENTION_KIND_MEETING_MISSED,
             cadence.last_meeting().empty() ? cadence.force() + "/monitoring" : cadence.last_meeting(),
             cadence.due_date());
  }
  std::unordered_set<std::string> open;
  for (const auto& concern : facts.concerns) {
    if (IsOpen(*concern)) open.insert(concern->name());
  }
  for (const auto& recommendation : facts.recommendations) {
    if (open.count(ConcernOf(recommendation->name())) == 0 || !IsOverdue(*recommendation, today)) continue;
    list.Add(v1::ATTENTION_KIND_RECOMMENDATION_OVERDUE, recommendation->name(), recommendation->due_date());
  }
  list.Finish(dashboard);
}

}  // namespace oversight::gateway
