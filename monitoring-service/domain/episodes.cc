#include "monitoring-service/domain/episodes.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "monitoring-service/domain/actions.h"
#include "monitoring-service/domain/moments.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/domain/reasons.h"
#include "oversight/monitoring/v1/error_reason.pb.h"

namespace oversight::monitoring {
namespace {

absl::Status CheckNotThereYet(const v1::Episode& episode, const v1::Reason& wanted) {
  if (wanted.concern().empty()) return absl::OkStatus();
  for (const auto& reason : ReasonsOf(episode)) {
    if (reason.concern() != wanted.concern()) continue;
    return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_CONCERN_NOT_USABLE,
                 absl::StrCat(wanted.concern(), " is reason ", reason.id(), " of ", episode.name(), " already."))
        .With("concern", wanted.concern())
        .With("reason", reason.id())
        .Precondition("CONCERN_IS_A_REASON", wanted.concern(), absl::StrCat("is reason ", reason.id(), " already"));
  }
  return absl::OkStatus();
}

absl::Status CheckAddedDate(const v1::Episode& episode, const v1::Reason& wanted, const common::v1::PartialDate& date,
                            const KnownFacts& facts, absl::CivilDay today) {
  const bool to_come = MustBeAfter(date, today), before = MustBeBefore(date, episode.from_date());
  const auto later = IssuedAfter(date, {&wanted}, facts);
  if (!to_come && !before && later.empty()) return absl::OkStatus();
  Error error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_DATES_CONTRADICT,
              "A reason is added while the episode lasts, not ahead of time, and not before its concern is issued.");
  error.With("added_date", FormatIso(date))
      .With("from_date", FormatIso(episode.from_date()))
      .With("today", FormatIso(today));
  const auto contradict = [&error](const std::string& description) {
    error.Precondition("DATES_CONTRADICT", "added_date", description);
  };
  if (to_come) contradict(absl::StrCat("is after today, ", FormatIso(today)));
  if (before) contradict(absl::StrCat("is before the episode, ", FormatIso(episode.from_date())));
  for (const auto& [concern, issue_date] : later) {
    contradict(absl::StrCat("is before ", concern, " was issued, ", FormatIso(issue_date)));
  }
  return error;
}

}  // namespace

absl::StatusOr<v1::Episode> AddReason(const ForceRecord& record, const v1::Episode& episode,
                                      const v1::AddEpisodeReasonRequest& request, const KnownFacts& facts,
                                      const std::string& actor, absl::Time now) {
  OVERSIGHT_RETURN_IF_ERROR(Check(Verb::kAddEpisodeReason, {.record = record, .episode = &episode, .actor = actor}));
  if (request.reason().exit_criterion().empty()) {
    Violations violations;
    violations.Add("reason.exit_criterion", "is required: say what will show that the reason is gone");
    return violations.status();
  }
  const absl::CivilDay today = LondonDay(now);
  const auto date = request.has_added_date() ? request.added_date() : ToPartialDate(today);
  OVERSIGHT_RETURN_IF_ERROR(CheckAddedDate(episode, request.reason(), date, facts, today));
  OVERSIGHT_RETURN_IF_ERROR(CheckNotThereYet(episode, request.reason()));
  OVERSIGHT_RETURN_IF_ERROR(CheckWhatTheyRestOn({&request.reason()}, ForceOf(episode.name()), /*entry=*/true, facts));

  v1::Episode changed = episode;
  auto* added = changed.add_added_reasons();
  const int number = episode.entry_reasons_size() + episode.added_reasons_size() + 1;
  *added->mutable_reason() = Kept(request.reason(), ReasonId(number), facts);
  *added->mutable_added_date() = date;
  added->set_rationale(request.rationale());
  added->set_adder(actor);
  *added->mutable_add_time() = ToTimestamp(now);
  return changed;
}

v1::Episode Begin(const ForceRecord& record, const v1::Decision& decision) {
  v1::Episode episode;
  episode.set_name(absl::StrCat(EpisodePrefix(ForceOf(decision.name())), record.last_episode + 1));
  episode.set_stage(decision.to_stage());
  episode.set_ladder(decision.ladder());
  *episode.mutable_from_date() = decision.effective_date();
  episode.set_entry_decision(decision.name());
  *episode.mutable_entry_reasons() = decision.reasons();
  return episode;
}

v1::Episode End(const v1::Episode& episode, const v1::Decision& decision, const KnownFacts& facts) {
  v1::Episode ended = episode;
  *ended.mutable_until_date() = decision.effective_date();
  ended.set_exit_decision(decision.name());
  *ended.mutable_exit_reasons() = decision.reasons();
  *ended.mutable_reason_outcomes() = decision.reason_outcomes();
  for (const auto& concern : facts.OpenCausesOf(ForceOf(episode.name()))) {
    auto* open = ended.add_open_causes();
    open->set_concern(concern->name());
    open->set_title(concern->title());
    open->set_concern_revision(concern->revision());
    open->set_published(concern->has_published());
  }
  *ended.mutable_length() = LengthOf(ended);
  return ended;
}

v1::LengthInDays LengthOf(const v1::Episode& episode) {
  const DayInterval from(episode.from_date()), until(episode.until_date());
  v1::LengthInDays length;
  length.set_min_days(static_cast<int32_t>(std::max<absl::civil_diff_t>(0, until.first - from.last)));
  length.set_max_days(static_cast<int32_t>(std::max<absl::civil_diff_t>(0, until.last - from.first)));
  return length;
}

std::vector<const v1::Episode*> Overlapped(const ForceRecord& record, const common::v1::PartialDate& effective) {
  std::vector<const v1::Episode*> overlapped;
  for (const auto& episode : record.episodes) {
    if (record.episode && episode.name() == record.episode->name()) continue;
    // What a move begins lasts until the next one: no episode may lie after it, and none may go on past it.
    const bool over = episode.has_until_date() && !MustBeBefore(effective, episode.until_date());
    if (!over) overlapped.push_back(&episode);
  }
  return overlapped;
}

}  // namespace oversight::monitoring
