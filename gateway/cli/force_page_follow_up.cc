// The parts of a force's page that tell what follows a decision: announcements, plans, meetings, support; and, inside,
// advice and disclosures.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "gateway/cli/force_page.h"
#include "gateway/cli/force_page_text.h"
#include "gateway/cli/plan_words.h"
#include "gateway/cli/words.h"

namespace oversight::cli {
namespace {

using namespace monitoring::v1;  // NOLINT

std::string MinuteOf(const google::protobuf::Timestamp& time) {
  return FormatMinuteForPeople(absl::FromUnixSeconds(time.seconds()));
}

// "3 days", "1 day".
std::string Days(int days) { return absl::StrCat(days, days == 1 ? " day" : " days"); }

std::string Corrected(const std::string& by) { return by.empty() ? "" : ", corrected by " + by; }

// Abbreviations keep their letters, which Words would make small.
std::string Provider(const Support& support) {
  std::string text = support.provider() == SUPPORT_PROVIDER_NPCC                  ? "NPCC"
                     : support.provider() == SUPPORT_PROVIDER_COLLEGE_OF_POLICING ? "College of Policing"
                                                                                  : Words(support.provider());
  for (const auto& name : {support.provider_force(), support.provider_name()}) {
    if (!name.empty()) absl::StrAppend(&text, ", ", name);
  }
  return text;
}

std::string Body(const Advice& advice) {
  const std::string body = advice.body() == ADVISORY_BODY_HMI_MONITORING_GROUP ? "HMI monitoring group"
                           : advice.body() == ADVISORY_BODY_HMCI_BOARD         ? "HMCI board"
                           : advice.body() == ADVISORY_BODY_OTHER              ? ""
                                                                               : Words(advice.body());
  return absl::StrCat(body, body.empty() || advice.body_name().empty() ? "" : ", ", advice.body_name());
}

// When an announcement went out or is to; what became of it, or what it waits for.
std::string Standing(const Announcement& announcement) {
  std::string text = Words(announcement.state());
  if (announcement.has_published_time()) {
    absl::StrAppend(&text, ", out at ", MinuteOf(announcement.published_time()));
  } else if (announcement.state() == ANNOUNCEMENT_STATE_SCHEDULED) {
    absl::StrAppend(&text, ", goes out at ", MinuteOf(announcement.publish_time()));
  }
  if (!announcement.withdrawal_reason().empty()) absl::StrAppend(&text, ": ", Brief(announcement.withdrawal_reason()));
  if (announcement.has_held_back())
    absl::StrAppend(&text, ", held back at ", MinuteOf(announcement.held_back().hold_time()));
  return text;
}

// ", 9 days later than first accepted"; "" when it has not slipped.
std::string Slippage(int days) {
  if (days == 0) return "";
  return days > 0 ? ", " + Days(days) + " later than first accepted"
                  : ", " + Days(-days) + " earlier than first accepted";
}

}  // namespace

std::string ForcePageParts::Announcements() const {
  std::string text;
  for (const auto& announcement : dashboard_.announcements()) {
    absl::StrAppend(&text, "  ", Short(announcement.name()), "  ", Standing(announcement),
                    announcement.corrected_by().empty() ? "" : ", corrected by " + Short(announcement.corrected_by()),
                    "\n");
    for (const auto& statement : announcement.statements()) {
      if (statement.part() == STATEMENT_PART_HEADLINE) absl::StrAppend(&text, "    ", Brief(statement.text()), "\n");
    }
  }
  return Titled("Announcements", text);
}

std::string ForcePageParts::Plans() const {
  std::string text;
  for (const auto& view : dashboard_.plans()) {
    const Plan& plan = view.plan();
    absl::StrAppend(&text, "  ", Short(plan.name()), "  ", Words(plan.state()), ", version ", plan.version(), ": ",
                    Brief(plan.content().title()), "\n");
    if (plan.in_force_version() != 0 && plan.in_force_version() != plan.version()) {
      absl::StrAppend(&text, "    version ", plan.in_force_version(), " is in force meanwhile\n");
    }
    if (view.has_latest_review()) {
      const ProgressReview& review = view.latest_review();
      absl::StrAppend(&text, "    rated ", Words(review.overall()), " on ", FormatForPeople(review.review_date()), ": ",
                      Brief(review.text()), "\n");
    }
    if (!view.has_progress()) continue;
    const PlanProgress& progress = view.progress();
    absl::StrAppend(&text, "    actions done: ", progress.done_action_count(), " of ", progress.action_count());
    if (progress.overdue_action_count() > 0) absl::StrAppend(&text, ", overdue: ", progress.overdue_action_count());
    if (const std::string forecast = ForecastText(progress); !forecast.empty()) {
      absl::StrAppend(&text, "; ", forecast);
      if (progress.delay_basis_count() > 0) absl::StrAppend(&text, ", at a delay of ", Days(progress.delay_days()));
    }
    text += "\n";
    for (const auto& milestone : progress.milestones()) {
      absl::StrAppend(&text, "    ", milestone.milestone(), "  ",
                      milestone.has_actual_date() ? "reached " + FormatForPeople(milestone.actual_date())
                                                  : "due " + FormatForPeople(milestone.due_date()),
                      milestone.overdue() ? ", overdue" : "", Slippage(SlippedDays(milestone, progress)), ": ",
                      Brief(milestone.title()), "\n");
    }
  }
  return Titled("Plans for improvement", text);
}

std::string ForcePageParts::Meetings() const {
  std::string text;
  if (dashboard_.has_meeting_cadence() && dashboard_.meeting_cadence().cadence_days() > 0) {
    const MeetingCadence& cadence = dashboard_.meeting_cadence();
    absl::StrAppend(&text, "  To meet every ", Days(cadence.cadence_days()));
    if (cadence.has_due_date()) absl::StrAppend(&text, "; next due ", FormatForPeople(cadence.due_date()));
    if (cadence.missed()) absl::StrAppend(&text, ", MISSED ", Days(cadence.days_late()), " ago");
    text += "\n";
  }
  for (const auto& meeting : dashboard_.meetings()) {
    absl::StrAppend(&text, "  ", Short(meeting.name()), "  ", FormatForPeople(meeting.meeting_date()),
                    Corrected(Short(meeting.corrected_by())), ": ", Brief(meeting.notes()), "\n");
    if (!meeting.actions().empty()) absl::StrAppend(&text, "    gave ", ShortAll(meeting.actions()), "\n");
  }
  std::string actions;
  const auto today = ToCivilDay(dashboard_.today());
  for (const auto& action : dashboard_.open_actions()) {
    const bool overdue = today.has_value() && MustBeBefore(action.due_date(), *today);
    absl::StrAppend(&actions, "  ", Short(action.name()), "  due ", FormatForPeople(action.due_date()),
                    overdue ? ", overdue" : "", ", ", action.owner(), ": ", Brief(action.text()), "\n");
  }
  return Titled("Meetings with the inspectors", text) + Titled("Actions to be done", actions);
}

std::string ForcePageParts::Support() const {
  std::string text;
  for (const auto& support : dashboard_.support()) {
    absl::StrAppend(&text, "  ", Short(support.name()), "  ", Words(support.state()));
    if (support.has_from_date()) {
      absl::StrAppend(&text, ", from ", FormatForPeople(support.from_date()),
                      support.has_to_date() ? " to " + FormatForPeople(support.to_date()) : "");
    } else if (support.has_offered_date()) {
      absl::StrAppend(&text, support.state() == SUPPORT_STATE_OFFERED ? " " : ", offered ",
                      FormatForPeople(support.offered_date()));
    }
    absl::StrAppend(&text, Corrected(Short(support.corrected_by())), ", by ", Provider(support), ": ",
                    Brief(support.text()), "\n");
    if (!support.closing_note().empty()) absl::StrAppend(&text, "    ", Brief(support.closing_note()), "\n");
  }
  return Titled("Support", text);
}

std::string ForcePageParts::Advice() const {
  std::string text;
  for (const auto& advice : dashboard_.advice()) {
    absl::StrAppend(&text, "  ", Short(advice.name()), "  ", Body(advice), ", ", FormatForPeople(advice.advice_date()),
                    ", ", Words(advice.view()), advice.on_earlier_dossier() ? ", on an earlier dossier" : "",
                    Corrected(Short(advice.corrected_by())), ": ", Brief(advice.text()), "\n");
  }
  return Titled("Advice (known inside only)", text);
}

std::string ForcePageParts::Disclosures() const {
  std::string text;
  for (const auto& disclosure : dashboard_.disclosures()) {
    absl::StrAppend(&text, "  ", Short(disclosure.name()), "  ",
                    disclosure.has_disclosed_time() ? MinuteOf(disclosure.disclosed_time())
                                                    : FormatForPeople(disclosure.disclosed_date()),
                    ", ", disclosure.recipient_name(), ", ", Words(disclosure.confidence()),
                    disclosure.has_embargo_time() ? " until " + MinuteOf(disclosure.embargo_time()) : "",
                    Corrected(Short(disclosure.corrected_by())), ", told by ", disclosure.teller(), " about ",
                    Short(disclosure.about()), ": ", Brief(disclosure.text()), "\n");
  }
  return Titled("Told before the public (known inside only)", text);
}

}  // namespace oversight::cli
