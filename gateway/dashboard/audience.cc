#include "gateway/dashboard/audience.h"

#include "absl/strings/match.h"

namespace oversight::gateway {

// A concern or recommendation withdrawn while still a draft was never issued, and never known outside.
bool IsShownOutside(const concerns::v1::Concern& concern) { return concern.has_issue_date(); }
bool IsShownOutside(const concerns::v1::Recommendation& recommendation) { return recommendation.has_due_date(); }

bool IsShownOutside(const concerns::v1::Revisit& revisit) {
  return revisit.state() == concerns::v1::REVISIT_STATE_LETTER_SENT ||
         revisit.state() == concerns::v1::REVISIT_STATE_LETTER_PUBLISHED;
}

bool IsShownOutside(const concerns::v1::Evidence& evidence) { return evidence.shared_with_force(); }

bool IsShownOutside(const forces::v1::OfficeHolder& holder) {
  return holder.office() == forces::v1::OFFICE_CHIEF_OFFICER || holder.office() == forces::v1::OFFICE_HM_INSPECTOR;
}

bool IsShownOutside(const forces::v1::Inspection& inspection) {
  return inspection.state() == forces::v1::INSPECTION_STATE_PUBLISHED;
}

bool IsShownOutside(const monitoring::v1::Announcement& announcement) { return announcement.has_published_time(); }

void HideSession(monitoring::v1::Action& action) {
  if (absl::StartsWith(action.raised_at(), "oversightSessions/")) action.clear_raised_at();
}

void HideSession(monitoring::v1::Support& support) { support.clear_session(); }

}  // namespace oversight::gateway
