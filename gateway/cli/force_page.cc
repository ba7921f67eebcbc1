#include "gateway/cli/force_page.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "gateway/cli/count_words.h"
#include "gateway/cli/force_page_text.h"
#include "gateway/cli/table.h"
#include "gateway/cli/value_text.h"
#include "gateway/cli/words.h"

namespace oversight::cli {
namespace {

constexpr size_t kMostText = 70;

std::string DayOf(const google::protobuf::Timestamp& time) {
  return FormatForPeople(LondonDay(absl::FromUnixSeconds(time.seconds())));
}

// "principals/liaison-lead" -> "liaison-lead".
std::string Who(const std::string& principal) {
  const size_t slash = principal.rfind('/');
  return slash == std::string::npos ? principal : principal.substr(slash + 1);
}

// ", from March 2024 to 2028".
template <class Fact>
std::string Between(const Fact& fact) {
  return absl::StrCat(fact.has_from_date() ? ", from " + FormatForPeople(fact.from_date()) : "",
                      fact.has_to_date() ? ", to " + FormatForPeople(fact.to_date()) : "");
}

std::string Perhaps(bool certain) { return certain ? "" : " (perhaps: dates are known in part)"; }

// The cells of what a force is asked to do by a day: a recommendation, or its item of a national one, with what is
// derived from it.
template <class View, class Item>
std::string StateOf(const View& view, const Item& item) {
  std::string state = Words(item.state());
  if (view.overdue()) state += ", overdue";
  if (item.times_returned() > 0) absl::StrAppend(&state, ", returned ", item.times_returned());
  return state;
}
template <class Item>
std::string DueOf(const Item& item) {
  std::string due = Day(item.has_due_date(), item.due_date());
  if (!item.extensions().empty()) absl::StrAppend(&due, " (first ", FormatForPeople(item.original_due_date()), ")");
  return due;
}
template <class Item>
std::string DoneOf(const Item& item) {
  if (item.has_verified_date()) return "verified " + FormatForPeople(item.verified_date());
  return item.has_done_date() ? "claimed " + FormatForPeople(item.done_date()) : "";
}

// "299 days", "270 to 299 days".
std::string LengthText(const monitoring::v1::LengthInDays& length) {
  const bool exact = length.min_days() == length.max_days();
  return absl::StrCat(exact ? "" : absl::StrCat(length.min_days(), " to "), length.max_days(),
                      length.max_days() == 1 ? " day" : " days");
}

// What became of a decision, or when it is to take effect; "" when there is nothing to say beside what was decided.
std::string StandingText(const monitoring::v1::Decision& decision) {
  switch (decision.state()) {
    case monitoring::v1::DECISION_STATE_PENDING_EFFECT:
      return ", takes effect " +
             (decision.has_effective_time()
                  ? FormatMinuteForPeople(absl::FromUnixSeconds(decision.effective_time().seconds()))
                  : FormatForPeople(decision.effective_date()));
    case monitoring::v1::DECISION_STATE_LAPSED:
      return ", lapsed: " + Brief(decision.lapse().text());
    case monitoring::v1::DECISION_STATE_REVOKED:
      return ", revoked: " + Brief(decision.revocation().reason());
    default:
      return "";
  }
}

}  // namespace

std::string CountsText(const gateway::v1::ConcernCounts& counts,
                       const google::protobuf::RepeatedPtrField<gateway::v1::SectionStatus>& sections) {
  for (const auto& section : sections) {
    if (section.service() == "concerns-service" && section.part().empty() &&
        section.state() == gateway::v1::SECTION_STATE_UNAVAILABLE) {
      return "open: not known";
    }
  }
  return "open: " + OpenWorkText(counts);
}

std::string ForcePageParts::Short(const std::string& name) const {
  const std::string below = dashboard_.force().name() + "/";
  return absl::StartsWith(name, below) ? name.substr(below.size()) : name;
}

std::string ForcePageParts::ShortAll(const google::protobuf::RepeatedPtrField<std::string>& names) const {
  return absl::StrJoin(names, ", ", [this](std::string* out, const std::string& name) { *out += Short(name); });
}

std::string ForcePageParts::Facts() const {
  const auto& force = dashboard_.force();
  std::string text;
  if (force.state() == forces::v1::FORCE_STATE_MERGED || force.state() == forces::v1::FORCE_STATE_ABOLISHED) {
    absl::StrAppend(&text, "State: ", Words(force.state()), " on ", FormatForPeople(force.end_date()),
                    force.successor().empty() ? "" : ", its place taken by " + force.successor(), "\n");
  }
  if (!dashboard_.predecessors().empty()) {
    absl::StrAppend(&text, "Took the place of: ", absl::StrJoin(dashboard_.predecessors(), ", "), "\n");
  }
  for (const auto& former : force.former_names()) {
    absl::StrAppend(&text, "Formerly ", former.display_name(), Between(former), "\n");
  }
  if (!force.aliases().empty()) absl::StrAppend(&text, "Also known as ", absl::StrJoin(force.aliases(), ", "), "\n");
  for (const auto& body : dashboard_.oversight_bodies()) {
    absl::StrAppend(&text, "Oversight body: ", body.oversight_body().display_name(), " (",
                    Words(body.oversight_body().kind()), ")", Between(body.oversight_body()), Perhaps(body.certain()),
                    "\n");
  }
  for (const auto& item : dashboard_.office_holders()) {
    const auto& holder = item.office_holder();
    std::string office = Words(holder.office());
    if (!office.empty()) office[0] = static_cast<char>(absl::ascii_toupper(static_cast<unsigned char>(office[0])));
    absl::StrAppend(&text, office, ": ", holder.title(), holder.title().empty() ? "" : " ", holder.display_name(),
                    holder.acting() ? ", acting" : "", Between(holder), Perhaps(item.certain()), "\n");
  }
  return text.empty() ? text : text + "\n";
}

std::string ForcePageParts::Stage() const {
  std::string text;
  if (dashboard_.has_monitoring()) {
    absl::StrAppend(&text, "Stage: ", dashboard_.monitoring().stage_display_name(),
                    dashboard_.monitoring().has_since_date()
                        ? ", since " + FormatForPeople(dashboard_.monitoring().since_date())
                        : ", never moved",
                    "\n");
  } else {
    text += "Stage: unknown\n";
  }
  if (dashboard_.monitoring().has_published()) {
    const auto& published = dashboard_.monitoring().published();
    absl::StrAppend(&text, "Not announced: the public sees ", published.stage_display_name(),
                    published.has_since_date() ? ", since " + FormatForPeople(published.since_date()) : "", "\n");
  }
  if (dashboard_.has_episode()) {
    text += "Reasons:\n";
    for (const auto& reason : dashboard_.episode().entry_reasons()) absl::StrAppend(&text, "  - ", reason.text(), "\n");
    for (const auto& added : dashboard_.episode().added_reasons()) {
      absl::StrAppend(&text, "  - ", added.reason().text(), ", since ", FormatForPeople(added.added_date()), "\n");
    }
  }
  for (const auto& episode : dashboard_.past_episodes()) {
    absl::StrAppend(&text, "Earlier: ", episode.stage(), " from ", FormatForPeople(episode.from_date()),
                    episode.has_until_date() ? " until " + FormatForPeople(episode.until_date()) : "",
                    episode.has_length() ? ", " + LengthText(episode.length()) : "", "\n");
    for (const auto& outcome : episode.reason_outcomes()) {
      absl::StrAppend(&text, "  ", outcome.reason(), " ", Words(outcome.end()),
                      outcome.followed_by().empty() ? "" : ", followed by " + outcome.followed_by(), ": ",
                      Brief(outcome.text()), "\n");
    }
    for (const auto& cause : episode.open_causes()) {
      absl::StrAppend(&text, "  still open then: ", Short(cause.concern()), "  ", cause.title(), "\n");
    }
  }
  for (const auto& decision : dashboard_.decisions()) {
    absl::StrAppend(&text, "Decision ", decision.name(), ": ", Words(decision.outcome()), ", ", decision.from_stage(),
                    " to ", decision.to_stage(), ", decided ", FormatForPeople(decision.decided_date()), " by ",
                    decision.decider(), StandingText(decision), "\n");
    if (decision.has_next_report()) {
      absl::StrAppend(&text, "  ", decision.next_report().title(), " expected ",
                      FormatForPeople(decision.next_report().expected_date()), "\n");
    }
  }
  for (const auto& proposal : dashboard_.proposals()) {
    if (proposal.state() != monitoring::v1::PROPOSAL_STATE_OPEN) continue;
    absl::StrAppend(&text, "Proposal ", proposal.name(), " to ", proposal.to_stage(), " waits for a decision\n");
  }
  return text;
}

std::string ForcePageParts::Counted() const {
  std::string text = CountsText(dashboard_.counts(), dashboard_.sections()) + "\n";
  const auto& summary = dashboard_.overview().summary();
  const auto& national = dashboard_.national_counts();
  if (!dashboard_.national_items().empty()) {
    absl::StrAppend(
        &text, "national recommendations: ", national.open(), " open, ", national.claimed(), " claimed (",
        national.overdue(), " of both overdue), ", national.verified(), " verified",
        national.not_applicable() > 0 ? absl::StrCat(", ", national.not_applicable(), " not applicable") : "",
        national.withdrawn() > 0 ? absl::StrCat(", ", national.withdrawn(), " withdrawn") : "", "\n");
  }
  if (summary.has_oldest_open_issue_date()) {
    absl::StrAppend(&text, "Open longest: since ", FormatForPeople(summary.oldest_open_issue_date()), "\n");
  }
  if (summary.has_next_due_date()) {
    absl::StrAppend(&text, "Next due: ", FormatForPeople(summary.next_due_date()), "\n");
  }
  if (summary.counts().responses_awaiting_judgement() > 0) {
    absl::StrAppend(&text, "Responses not judged yet: ", summary.counts().responses_awaiting_judgement(), "\n");
  }
  for (const auto& theme : summary.themes()) {
    const auto& counts = theme.counts();
    absl::StrAppend(&text, "  ", theme.theme(), ": ", CountOf(counts.open_causes_of_concern(), "cause", "causes"), ", ",
                    CountOf(counts.open_areas_for_improvement(), "area for improvement", "areas for improvement"), ", ",
                    CountOf(counts.open_recommendations(), "recommendation to do", "recommendations to do"), ", ",
                    counts.claimed_recommendations(), " claimed\n");
  }
  return text + "\n";
}

std::string ForcePageParts::ConcernLines(const concerns::v1::Concern& concern) const {
  std::string text = absl::StrCat("  found ", FormatForPeople(concern.found_date()));
  if (concern.has_issue_date()) absl::StrAppend(&text, ", issued ", FormatForPeople(concern.issue_date()));
  if (concern.has_published()) absl::StrAppend(&text, ", published ", FormatForPeople(concern.published().date()));
  if (concern.has_closure()) absl::StrAppend(&text, ", closed ", FormatForPeople(concern.closure().close_date()));
  absl::StrAppend(&text, "; ", concern.theme(), "; ", Words(concern.source().kind()), ": ", concern.source().title(),
                  "\n");
  if (concern.accelerated()) {
    text += "  accelerated";
    if (concern.has_acceleration()) {
      absl::StrAppend(&text, ": ", Words(concern.acceleration().ground()));
      if (!concern.acceleration().together_with().empty()) {
        absl::StrAppend(&text, ", together with ", ShortAll(concern.acceleration().together_with()));
      }
    }
    text += "\n";
  }
  if (concern.has_handling()) {
    absl::StrAppend(&text, "  handling: ", Words(concern.handling().level()), " (", Who(concern.handling().assessor()),
                    "): ", Brief(concern.handling().rationale()), "\n");
  }
  if (!concern.supersedes().empty()) absl::StrAppend(&text, "  reissue of ", ShortAll(concern.supersedes()), "\n");
  if (!concern.superseded_by().empty()) {
    absl::StrAppend(&text, "  issued again as ", Short(concern.superseded_by()), "\n");
  }
  if (concern.has_closure()) absl::StrAppend(&text, "  closed because: ", Brief(concern.closure().reason()), "\n");
  return text;
}

std::string ForcePageParts::Concerns() const {
  if (dashboard_.concerns().empty()) return "No concerns.\n\n";
  std::string text;
  for (const auto& view : dashboard_.concerns()) {
    const auto& concern = view.concern();
    std::string state = Words(concern.state());
    if (concern.has_handling()) state += ", " + Words(concern.handling().level());
    absl::StrAppend(&text, Short(concern.name()), "  ", state, "  ", concern.title(), "\n", ConcernLines(concern));
    Table table({"", "STATE", "DUE", "DONE", "NOTES", "WHAT"});
    for (const auto& item : view.recommendations()) {
      const auto& recommendation = item.recommendation();
      table.Add({"  " + recommendation.name().substr(concern.name().size() + 1), StateOf(item, recommendation),
                 DueOf(recommendation), DoneOf(recommendation),
                 item.progress_note_count() > 0 ? absl::StrCat(item.progress_note_count()) : "",
                 recommendation.text()});
    }
    if (!view.recommendations().empty()) text += table.Text(kMostText);
    for (const auto& response : view.responses()) {
      absl::StrAppend(&text, "  ", response.name().substr(concern.name().size() + 1), "  ",
                      FormatForPeople(response.respond_date()), ", ", Words(response.state()), ": ",
                      Brief(response.text()), "\n");
      if (response.has_judgement()) {
        absl::StrAppend(&text, "    ", Who(response.judgement().judge()), ": ", Brief(response.judgement().rationale()),
                        "\n");
      }
    }
    text += "\n";
  }
  return text;
}

std::string ForcePageParts::National() const {
  Table table({"", "STATE", "DUE", "DONE", "WHAT"});
  for (const auto& view : dashboard_.national_items()) {
    const auto& item = view.item();
    table.Add({"  " + item.name().substr(0, item.name().find("/forces/")), StateOf(view, item), DueOf(item),
               DoneOf(item), view.title()});
  }
  return Titled("National recommendations", table.empty() ? "" : table.Text(kMostText));
}

std::string ForcePageParts::Due() const {
  Table table({"DUE", "DAYS", "NAME", "WHAT"});
  for (const auto& item : dashboard_.overview().due()) {
    table.Add({FormatForPeople(item.due_date()), absl::StrCat(item.days_left()),
               Short(item.name()) + (item.claimed() ? ", claimed" : ""), item.text()});
  }
  return Titled("What is due", table.empty() ? "" : table.Text(kMostText));
}

std::string ForcePageParts::Revisits() const {
  std::string text;
  for (const auto& revisit : dashboard_.revisits()) {
    absl::StrAppend(&text, "  ", Short(revisit.name()), "  ", Words(revisit.state()));
    if (revisit.has_from_date()) {
      absl::StrAppend(&text, ", ", FormatForPeople(revisit.from_date()), " to ", FormatForPeople(revisit.to_date()));
    } else {
      absl::StrAppend(&text, ", planned for ", FormatForPeople(revisit.planned_from_date()));
    }
    if (revisit.has_letter()) {
      absl::StrAppend(&text, "; letter sent ", FormatForPeople(revisit.letter().sent_date()));
      if (revisit.letter().has_published()) {
        absl::StrAppend(&text, ", published ", FormatForPeople(revisit.letter().published().date()));
      }
    }
    absl::StrAppend(&text, "; ", ShortAll(revisit.concerns()), "\n");
    if (!revisit.outcome().empty()) absl::StrAppend(&text, "    ", Brief(revisit.outcome()), "\n");
    for (const auto& finding : revisit.findings()) {
      absl::StrAppend(&text, "    ", Short(finding.subject()), ": ", Words(finding.level()), "\n");
    }
  }
  return Titled("Revisits", text);
}

std::string ForcePageParts::Inspections() const {
  std::string text;
  for (const auto& inspection : dashboard_.inspections()) {
    absl::StrAppend(&text, "  ", Short(inspection.name()), "  ", Words(inspection.state()), "  ",
                    Words(inspection.programme()), inspection.cycle().empty() ? "" : " ", inspection.cycle(), ": ",
                    inspection.title());
    if (inspection.has_report()) {
      absl::StrAppend(&text, ", published ", FormatForPeople(inspection.report().publication_date()));
    } else if (inspection.has_expected_publication_date()) {
      const auto& expected = inspection.expected_publication_date();
      absl::StrAppend(&text, ", expected ", FormatForPeople(expected));
    }
    text += "\n";
    for (const auto& area : inspection.report().graded_areas()) {
      absl::StrAppend(&text, "    ", area.title(), ": ", Words(area.grade()), "\n");
    }
  }
  return Titled("Inspections (grades of different cycles are not comparable)", text);
}

std::string ForcePageParts::Duties() const {
  std::string text;
  for (const auto& duty : dashboard_.response_duties()) {
    absl::StrAppend(&text, "  ", Short(duty.name()), "  ", Words(duty.state()), duty.late() ? ", late" : "", ", due ",
                    FormatForPeople(duty.due_date()), ": ", duty.report_title(), "\n");
    if (duty.has_chief_comments_date()) {
      absl::StrAppend(&text, "    chief officer's comments by ", FormatForPeople(duty.chief_comments_date()), "\n");
    }
    if (duty.has_response()) {
      absl::StrAppend(&text, "    published ", FormatForPeople(duty.response().published_date()), ", ",
                      duty.response().address(), "\n");
    }
  }
  return Titled("Statutory duties to respond", text);
}

std::string ForcePageParts::Evidence() const {
  std::string text;
  for (const auto& evidence : dashboard_.evidence()) {
    absl::StrAppend(&text, "  ", Short(evidence.name()), "  ", evidence.title(), ", ", evidence.content().media_type(),
                    ", version ", evidence.content().version(), evidence.by_force() ? ", from the force" : "",
                    "; about ", ShortAll(evidence.about()), "\n");
  }
  return Titled("Evidence", text);
}

std::string ForcePageParts::Inconsistencies() const {
  std::string text;
  for (const auto& item : dashboard_.overview().inconsistencies()) {
    absl::StrAppend(&text, "  ", Words(item.severity()), ": ", item.sentence(), "\n    ", item.remedy(), "\n");
  }
  if (!dashboard_.overview().rules_not_checked().empty()) {
    absl::StrAppend(&text, "  not checked: ", absl::StrJoin(dashboard_.overview().rules_not_checked(), ", "), "\n");
  }
  return Titled("What contradicts itself or was forgotten", text);
}

std::string ForcePageParts::History() const {
  std::string text;
  for (const auto& act : dashboard_.overview().history()) {
    std::vector<std::string> names;
    for (const auto& resource : act.resources()) names.push_back(Short(resource.name()));
    absl::StrAppend(&text, "  ", DayOf(act.change().recorded_time()), "  ", act.change().verb(), " by ",
                    Who(act.change().actor()), " (revision ", act.change().revision(),
                    "): ", absl::StrJoin(names, ", "), "\n");
  }
  return Titled("Latest acts", text);
}

}  // namespace oversight::cli
