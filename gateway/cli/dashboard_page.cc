#include "gateway/cli/dashboard_page.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/time/partial_date.h"
#include "gateway/cli/force_page.h"
#include "gateway/cli/table.h"
#include "gateway/cli/value_text.h"
#include "gateway/cli/words.h"

namespace oversight::cli {
namespace {

std::string Moment(const google::protobuf::Timestamp& time) { return TimeText(absl::FromUnixSeconds(time.seconds())); }

// A list for --json and other programs may be longer than one for eyes.
constexpr int kMostAttention = 20;
// Commands take names without it.
constexpr char kForces[] = "forces/";

// "2 proposals wait, 1 meeting missed".
std::string CountText(const gateway::v1::AttentionCount& count) {
  const bool one = count.count() == 1;
  const auto text = [&](const char* singular, const char* plural) {
    return absl::StrCat(count.count(), one ? singular : plural);
  };
  switch (count.kind()) {
    case gateway::v1::ATTENTION_KIND_ANNOUNCEMENT_WAITS:
      return text(" move not announced", " moves not announced");
    case gateway::v1::ATTENTION_KIND_PROPOSAL_WAITS:
      return text(" proposal waits", " proposals wait");
    case gateway::v1::ATTENTION_KIND_REVIEW_DATE_PASSED:
      return text(" decision to be looked at again", " decisions to be looked at again");
    case gateway::v1::ATTENTION_KIND_MEETING_MISSED:
      return text(" meeting missed", " meetings missed");
    case gateway::v1::ATTENTION_KIND_RECOMMENDATION_OVERDUE:
      return text(" recommendation overdue", " recommendations overdue");
    default:
      return text(" other", " others");
  }
}

// Why one of them needs attention.
std::string WhyText(const gateway::v1::Attention& item) {
  switch (item.kind()) {
    case gateway::v1::ATTENTION_KIND_ANNOUNCEMENT_WAITS:
      return "not announced";
    case gateway::v1::ATTENTION_KIND_PROPOSAL_WAITS:
      return "proposal waits";
    case gateway::v1::ATTENTION_KIND_REVIEW_DATE_PASSED:
      return "review date passed";
    case gateway::v1::ATTENTION_KIND_MEETING_MISSED:
      return "meeting missed";
    case gateway::v1::ATTENTION_KIND_RECOMMENDATION_OVERDUE:
      return "overdue";
    default:
      return Words(item.kind());
  }
}

std::string AttentionText(const gateway::v1::NationalDashboard& dashboard) {
  std::vector<std::string> counts;
  for (const auto& count : dashboard.attention_counts()) counts.push_back(CountText(count));
  std::string text = absl::StrCat("Needs attention: ", counts.empty() ? "nothing" : JoinAnd(counts), "\n");
  for (const auto& section : dashboard.sections()) {
    if (section.part() == "follow_up" && section.state() == gateway::v1::SECTION_STATE_UNAVAILABLE) {
      text += "Whether meetings were missed is not known.\n";
    }
  }
  Table table({"", "WHY", "SINCE", "DAYS", "RECORD"});
  const int shown = std::min(dashboard.attention_size(), kMostAttention);
  for (int i = 0; i < shown; ++i) {
    const auto& item = dashboard.attention(i);
    table.Add({"", WhyText(item), FormatForPeople(item.date()), absl::StrCat(item.days()),
               absl::StartsWith(item.name(), kForces) ? item.name().substr(sizeof(kForces) - 1) : item.name()});
  }
  if (!table.empty()) text += table.Text();
  const int more = dashboard.attention_size() + dashboard.attention_left_out() - shown;
  if (more > 0) absl::StrAppend(&text, "  and ", more, " more; with --json up to 100 are shown\n");
  return text + "\n";
}

std::string Mark(bool enhanced) { return enhanced ? "*" : ""; }

}  // namespace

std::string SectionsText(const google::protobuf::RepeatedPtrField<gateway::v1::SectionStatus>& sections) {
  std::string text;
  for (const auto& section : sections) {
    const double age = static_cast<double>(section.age().seconds()) + section.age().nanos() / 1e9;
    absl::StrAppend(&text, "  ", section.service(), section.part().empty() ? "" : " (" + Spaced(section.part()) + ")",
                    ": ", Words(section.state()), ", revision ", section.revision());
    if (section.state() != gateway::v1::SECTION_STATE_UNAVAILABLE) absl::StrAppendFormat(&text, ", %.1f s old", age);
    if (!section.reason().empty()) absl::StrAppend(&text, " (", section.reason(), ")");
    text += "\n";
  }
  return text;
}

std::string NationalPage(const gateway::v1::NationalDashboard& given) {
  gateway::v1::NationalDashboard dashboard = given;
  MakeOneLine(&dashboard);
  std::string text =
      absl::StrCat("National dashboard, ", FormatForPeople(dashboard.today()),
                   dashboard.has_as_of_time() ? ", as recorded on " + Moment(dashboard.as_of_time()) : "", "\n",
                   SectionsText(dashboard.sections()), "\n");
  for (const auto& count : dashboard.stage_counts()) {
    absl::StrAppend(&text, count.display_name(), ": ", count.force_count(),
                    count.force_count() == 1 ? " force" : " forces", "\n");
  }
  absl::StrAppend(&text, CountsText(dashboard.counts(), dashboard.sections()), "\n", AttentionText(dashboard));
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

std::string ForcePage(const gateway::v1::ForceDashboard& given) {
  gateway::v1::ForceDashboard dashboard = given;
  MakeOneLine(&dashboard);
  const ForcePageParts page(dashboard);
  std::string text =
      absl::StrCat(dashboard.force().display_name(), ", ", FormatForPeople(dashboard.today()),
                   dashboard.has_as_of_time() ? ", as recorded on " + Moment(dashboard.as_of_time()) : "", "\n",
                   SectionsText(dashboard.sections()), "\n");
  text += page.Facts() + page.Stage() + page.Counted() + page.Announcements() + page.Concerns() + page.National() +
          page.Due() + page.Plans() + page.Meetings() + page.Support() + page.Revisits() + page.Inspections() +
          page.Duties() + page.Evidence() + page.Advice() + page.Disclosures() + page.Inconsistencies() +
          page.History();
  for (const auto& left_out : dashboard.left_out()) {
    absl::StrAppend(&text, "Not shown: ", left_out.field(),
                    left_out.count() > 0 ? absl::StrCat(" (", left_out.count(), " more)") : "", ". ", left_out.reason(),
                    "\n");
  }
  return text;
}

}  // namespace oversight::cli
