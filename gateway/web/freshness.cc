#include "gateway/web/freshness.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace oversight::gateway::web {
namespace {

std::string NameOf(const v1::SectionStatus& section) {
  if (section.part() == "overview") return "What follows from the concerns: summary, what is due, latest acts";
  if (section.part() == "follow_up") return "What follows from plans and meetings";
  if (section.service() == "forces-service") return "Register of forces, inspections and duties";
  if (section.service() == "concerns-service") return "Concerns, responses, revisits and evidence";
  if (section.service() == "monitoring-service") return "Stages, decisions, announcements, plans and meetings";
  return absl::StrCat(section.service(), " ", section.part());
}

}  // namespace

void AddSections(const google::protobuf::RepeatedPtrField<v1::SectionStatus>& sections, const std::string& list,
                 View& view) {
  for (const auto& section : sections) {
    View item = ViewOf(section);
    Set(item, "title", NameOf(section));
    Add(view, list, std::move(item));
  }
}

void SetFreshness(const google::protobuf::RepeatedPtrField<v1::SectionStatus>& sections, View& view) {
  bool whole = true;
  AddSections(sections, "freshness", view);
  for (const char* flag : {"concernsUnknown", "monitoringUnknown", "followUpUnknown", "overviewUnknown"}) {
    Set(view, flag, false);
  }
  for (const auto& section : sections) {
    whole = whole && section.state() == v1::SECTION_STATE_COMPLETE;
    if (section.state() != v1::SECTION_STATE_UNAVAILABLE) continue;
    if (section.part() == "follow_up") Set(view, "followUpUnknown", true);
    if (section.part() == "overview") Set(view, "overviewUnknown", true);
    if (!section.part().empty()) continue;
    if (section.service() == "concerns-service") Set(view, "concernsUnknown", true);
    if (section.service() == "monitoring-service") Set(view, "monitoringUnknown", true);
  }
  Set(view, "notWhole", !whole);
}

}  // namespace oversight::gateway::web
