#include "gateway/cli/dashboard_page.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/time/partial_date.h"
#include "gateway/cli/table.h"
#include "gateway/cli/value_text.h"
#include "gateway/cli/words.h"

namespace oversight::cli {
namespace {

std::string Sections(const google::protobuf::RepeatedPtrField<gateway::v1::SectionStatus>& sections) {
  std::string text;
  for (const auto& section : sections) {
    const double age = static_cast<double>(section.age().seconds()) + section.age().nanos() / 1e9;
    absl::StrAppend(&text, "  ", section.service(), ": ", Words(section.state()), ", revision ", section.revision());
    if (section.state() != gateway::v1::SECTION_STATE_UNAVAILABLE) absl::StrAppendFormat(&text, ", %.1f s old", age);
    if (!section.reason().empty()) absl::StrAppend(&text, " (", section.reason(), ")");
    text += "\n";
  }
  return text;
}

std::string Counts(const gateway::v1::ConcernCounts& counts) {
  return absl::StrCat("open: ", counts.open_causes_of_concern(), " causes of concern (", counts.open_accelerated(),
                      " accelerated), ", counts.open_areas_for_improvement(), " areas for improvement, ",
                      counts.open_recommendations(), " recommendations (", counts.overdue_recommendations(),
                      " overdue, ", counts.claimed_recommendations(), " claimed)");
}

std::string Mark(bool enhanced) { return enhanced ? "*" : ""; }

}  // namespace

std::string NationalPage(const gateway::v1::NationalDashboard& dashboard) {
  std::string text = absl::StrCat("National dashboard, ", FormatForPeople(dashboard.today()), "\n",
                                  Sections(dashboard.sections()), "\n");
  for (const auto& count : dashboard.stage_counts()) {
    absl::StrAppend(&text, count.display_name(), ": ", count.force_count(),
                    count.force_count() == 1 ? " force" : " forces", "\n");
  }
  absl::StrAppend(&text, Counts(dashboard.counts()), "\n",
                  "Proposals waiting for a decision: ", dashboard.open_proposals(), "\n\n");
  Table table({"", "FORCE", "STAGE", "SINCE", "REGION", "CAUSES", "AFIS", "RECS", "OVERDUE"});
  for (const auto& row : dashboard.rows()) {
    table.Add(
        {Mark(row.enhanced()), row.display_name(),
         row.stage_display_name().empty() ? "unknown" : row.stage_display_name(),
         Day(row.has_since_date(), row.since_date()), row.region(), absl::StrCat(row.counts().open_causes_of_concern()),
         absl::StrCat(row.counts().open_areas_for_improvement()), absl::StrCat(row.counts().open_recommendations()),
         absl::StrCat(row.counts().overdue_recommendations())});
  }
  return text + table.Text();
}

std::string ForcePage(const gateway::v1::ForceDashboard& dashboard) {
  std::string text = absl::StrCat(dashboard.force().display_name(), ", ", FormatForPeople(dashboard.today()), "\n",
                                  Sections(dashboard.sections()), "\n");
  if (dashboard.has_monitoring()) {
    absl::StrAppend(&text, "Stage: ", dashboard.monitoring().stage_display_name(),
                    dashboard.monitoring().has_since_date()
                        ? ", since " + FormatForPeople(dashboard.monitoring().since_date())
                        : ", never moved",
                    "\n");
  } else {
    text += "Stage: unknown\n";
  }
  if (dashboard.has_episode()) {
    text += "Reasons:\n";
    for (const auto& reason : dashboard.episode().entry_reasons()) absl::StrAppend(&text, "  - ", reason.text(), "\n");
  }
  for (const auto& decision : dashboard.decisions()) {
    absl::StrAppend(&text, "Decision ", decision.name(), ": ", Words(decision.outcome()), ", ", decision.from_stage(),
                    " to ", decision.to_stage(), ", decided ", FormatForPeople(decision.decided_date()), " by ",
                    decision.decider(), "\n");
    if (decision.has_next_report()) {
      absl::StrAppend(&text, "  ", decision.next_report().title(), " expected ",
                      FormatForPeople(decision.next_report().expected_date()), "\n");
    }
  }
  for (const auto& proposal : dashboard.proposals()) {
    if (proposal.state() != monitoring::v1::PROPOSAL_STATE_OPEN) continue;
    absl::StrAppend(&text, "Proposal ", proposal.name(), " to ", proposal.to_stage(), " waits for a decision\n");
  }
  absl::StrAppend(&text, Counts(dashboard.counts()), "\n\n");
  Table table({"NAME", "STATE", "DUE", "WHAT"});
  for (const auto& view : dashboard.concerns()) {
    const auto& concern = view.concern();
    std::string state = Words(concern.state());
    if (concern.has_handling()) state += ", " + Words(concern.handling().level());
    const std::string id = concern.name().substr(dashboard.force().name().size() + 1);
    table.Add({id, state, "", concern.title()});
    for (const auto& item : view.recommendations()) {
      const auto& recommendation = item.recommendation();
      table.Add({"  " + recommendation.name().substr(concern.name().size() + 1),
                 Words(recommendation.state()) + (item.overdue() ? ", overdue" : ""),
                 Day(recommendation.has_due_date(), recommendation.due_date()), recommendation.text()});
    }
  }
  return dashboard.concerns().empty() ? text + "No concerns.\n" : text + table.Text(70);
}

}  // namespace oversight::cli
