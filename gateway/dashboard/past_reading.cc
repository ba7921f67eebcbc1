#include "gateway/dashboard/past_reading.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace oversight::gateway {

void PastReading::Arrive() {
  {
    std::lock_guard lock(mu);
    if (--left > 0) return;
  }
  // Without the register there is nothing to show.
  if (!failures[kForces].ok()) return done(failures[kForces]);
  for (const Owner owner : {kForces, kConcerns, kMonitoring}) {
    if (redactions[owner].empty() || !failures[owner].ok()) continue;
    failures[owner] = absl::FailedPreconditionError(
        absl::StrCat("Part of what was recorded then has been removed by law (", absl::StrJoin(redactions[owner], ", "),
                     "), so counts would be wrong."));
  }
  for (const Owner owner : {kForces, kConcerns, kMonitoring}) {
    auto& section = past.sections.emplace_back();
    section.set_service(kOwnerNames[owner]);
    section.set_state(failures[owner].ok() ? v1::SECTION_STATE_COMPLETE : v1::SECTION_STATE_UNAVAILABLE);
    if (failures[owner].ok()) section.set_revision(revisions[owner]);
    section.set_reason(WhyNot(failures[owner]));
  }
  past.facts.monitoring_known = failures[kMonitoring].ok();
  if (!failures[kConcerns].ok()) {
    // Half a record would look like a whole one.
    past.facts.concerns.clear();
    past.facts.recommendations.clear();
    past.facts.progress_notes.clear();
    past.facts.responses.clear();
    past.facts.revisits.clear();
    past.facts.evidence.clear();
    past.facts.national_recommendations.clear();
    past.facts.national_items.clear();
  }
  if (!failures[kMonitoring].ok()) {
    past.facts.monitoring.clear();
    past.facts.proposals.clear();
    past.facts.decisions.clear();
    past.facts.episodes.clear();
    past.facts.announcements.clear();
    past.facts.plans.clear();
    past.facts.progress_reviews.clear();
    past.facts.meetings.clear();
    past.facts.actions.clear();
    past.facts.support.clear();
    past.facts.advice.clear();
    past.facts.disclosures.clear();
  }
  when_read();
}

void PastReading::TakePart(Owner owner, const char* part, absl::StatusOr<DerivedPart> derived,
                           std::optional<DerivedPart>& into) {
  auto& section = past.sections.emplace_back();
  section.set_service(kOwnerNames[owner]);
  section.set_part(part);
  section.set_reason(WhyNot(derived.status()));
  if (!derived.ok()) {
    section.set_state(v1::SECTION_STATE_UNAVAILABLE);
    return;
  }
  section.set_state(v1::SECTION_STATE_COMPLETE);
  // Of nothing asked, as for an outsider where there is no plan, that is as the record is.
  section.set_revision(derived->revision > 0 ? derived->revision : revisions[owner]);
  into = *std::move(derived);
}

std::string PastReading::WhyNot(const absl::Status& status) const {
  if (status.ok()) return {};
  if (audience != Audience::kInspectorate) return "This part cannot be read now.";
  return std::string(status.message());
}

}  // namespace oversight::gateway
