#include "gateway/cli/dashboard_page.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/time/partial_date.h"
#include "gateway/cli/force_page.h"
#include "gateway/cli/table.h"
#include "gateway/cli/value_text.h"
#include "gateway/cli/words.h"

namespace oversight::cli {
namespace {

std::string Sections(const google::protobuf::RepeatedPtrField<gateway::v1::SectionStatus>& sections) {
  std::string text;
  for (const auto& section : sections) {
    const double age = static_cast<double>(section.age().seconds()) + section.age().nanos() / 1e9;
    absl::StrAppend(&text, "  ", section.service(), section.part().empty() ? "" : " (" + section.part() + ")", ": ",
                    Words(section.state()), ", revision ", section.revision());
    if (section.state() != gateway::v1::SECTION_STATE_UNAVAILABLE) absl::StrAppendFormat(&text, ", %.1f s old", age);
    if (!section.reason().empty()) absl::StrAppend(&text, " (", section.reason(), ")");
    text += "\n";
  }
  return text;
}

std::string Moment(const google::protobuf::Timestamp& time) { return TimeText(absl::FromUnixSeconds(time.seconds())); }

std::string Mark(bool enhanced) { return enhanced ? "*" : ""; }

}  // namespace

std::string NationalPage(const gateway::v1::NationalDashboard& given) {
  gateway::v1::NationalDashboard dashboard = given;
  MakeOneLine(&dashboard);
  std::string text = absl::StrCat("National dashboard, ", FormatForPeople(dashboard.today()), "\n",
                                  Sections(dashboard.sections()), "\n");
  for (const auto& count : dashboard.stage_counts()) {
    absl::StrAppend(&text, count.display_name(), ": ", count.force_count(),
                    count.force_count() == 1 ? " force" : " forces", "\n");
  }
  absl::StrAppend(&text, CountsText(dashboard.counts(), dashboard.sections()), "\n",
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

std::string ForcePage(const gateway::v1::ForceDashboard& given) {
  gateway::v1::ForceDashboard dashboard = given;
  MakeOneLine(&dashboard);
  const ForcePageParts page(dashboard);
  std::string text =
      absl::StrCat(dashboard.force().display_name(), ", ", FormatForPeople(dashboard.today()),
                   dashboard.has_as_of_time() ? ", as recorded on " + Moment(dashboard.as_of_time()) : "", "\n",
                   Sections(dashboard.sections()), "\n");
  text += page.Facts() + page.Stage() + page.Counted() + page.Concerns() + page.National() + page.Due() +
          page.Revisits() + page.Inspections() + page.Duties() + page.Evidence() + page.Inconsistencies() +
          page.History();
  for (const auto& left_out : dashboard.left_out()) {
    absl::StrAppend(&text, "Not shown: ", left_out.field(),
                    left_out.count() > 0 ? absl::StrCat(" (", left_out.count(), " more)") : "", ". ", left_out.reason(),
                    "\n");
  }
  return text;
}

}  // namespace oversight::cli
