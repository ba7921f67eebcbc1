// The life of an announcement: DRAFT, IN_REVIEW, REVIEWED (by a second person), CLEARED (by the press office),
// SCHEDULED to the minute, PUBLISHED, then CORRECTED or WITHDRAWN. Any change of the text leads back to DRAFT. Every
// function gives the announcement as it is to be stored. Refusals: WRONG_STATE, besides those named. Pure. Thread
// safety: free functions over values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "monitoring-service/announcement/announcement_text.h"
#include "monitoring-service/announcement/coverage.h"
#include "monitoring-service/domain/publication.h"
#include "oversight/common/v1/allowed_action.pb.h"
#include "oversight/monitoring/v1/announcements_service.pb.h"

namespace oversight::monitoring {

inline constexpr absl::Duration kLongestSchedule = absl::Hours(24 * 366);

// A draft. `others` are the announcements of the same decision, `corrects` the one to be corrected. Refusals:
// ANNOUNCEMENT_EXISTS; WRONG_STATE for a decision that is declined, revoked, lapsed or imported, or when what it
// corrects is not out; INVALID_FIELDS.
absl::StatusOr<v1::Announcement> Draft(const AnnouncementTemplates& templates, const MoveFacts& facts,
                                       const v1::Announcement& wanted, const std::vector<v1::Announcement>& others,
                                       const std::optional<v1::Announcement>& corrects, const v1::RecordHead& head,
                                       int64_t number, const std::string& actor);

// Other statements. INVALID_FIELDS for an id that is there twice, a fact that cannot be looked up or is of another
// force, a statement without fact or speaker.
absl::StatusOr<v1::Announcement> Edit(const AnnouncementTemplates& templates, const MoveFacts& facts,
                                      const v1::Announcement& announcement, const StatementList& statements,
                                      const std::string& actor);
// Made anew from the facts; the same announcement when nothing is different but the head of the log.
absl::StatusOr<v1::Announcement> Regenerate(const AnnouncementTemplates& templates, const MoveFacts& facts,
                                            const v1::Announcement& announcement, const QuotationList& quotations,
                                            const v1::RecordHead& head, const std::string& actor);

// Whether the actor may use a verb, "SubmitAnnouncement", on it as it is now: the state, and for a review the second
// pair of eyes. WRONG_STATE, AUTHOR_CANNOT_REVIEW. Every function here asks it before it acts. Whether the record
// covers what it says, which clearing it and letting it out ask besides, is CheckCoverage's.
absl::Status MayAnnounce(const std::string& verb, const v1::Announcement& announcement, const std::string& actor);
// One entry for every verb that may be used on an announcement, in the order of its life.
std::vector<common::v1::AllowedAction> AllowedAnnouncing(const v1::Announcement& announcement,
                                                         const std::string& actor);
// Whether the decision may be announced by a new announcement; `others` are those it has. WRONG_STATE,
// ANNOUNCEMENT_EXISTS.
absl::Status MayDraft(const v1::Decision& decision, const std::vector<v1::Announcement>& others);

absl::StatusOr<v1::Announcement> Submit(const v1::Announcement& announcement);
// AUTHOR_CANNOT_REVIEW.
absl::StatusOr<v1::Announcement> Review(const v1::Announcement& announcement, const std::string& actor);
absl::StatusOr<v1::Announcement> Return(const v1::Announcement& announcement, const std::string& reason);
// NOT_COVERED, as for scheduling and publishing.
absl::StatusOr<v1::Announcement> Clear(const AnnouncementTemplates& templates, const MoveFacts& facts,
                                       const v1::Announcement& announcement, const std::string& actor);
// INVALID_FIELDS unless a whole minute; DATES_CONTRADICT.
absl::StatusOr<v1::Announcement> Schedule(const AnnouncementTemplates& templates, const MoveFacts& facts,
                                          const v1::Announcement& announcement, absl::Time minute, absl::Time now);
absl::StatusOr<v1::Announcement> Pull(const v1::Announcement& announcement, const std::string& reason);
absl::StatusOr<v1::Announcement> Withdraw(const v1::Announcement& announcement, const std::string& reason);

// What going out leaves behind; stored in one transaction.
struct Released {
  v1::Announcement announcement;
  std::optional<v1::Announcement> corrected;
  std::optional<MadePublic> made_public;  // Not for a correction: the move is public.
};
// Now, by hand: from CLEARED. `record` has the monitoring and the episodes of the force.
absl::StatusOr<Released> Publish(const AnnouncementTemplates& templates, const MoveFacts& facts,
                                 const ForceRecord& record, const v1::Announcement& announcement,
                                 const std::optional<v1::Announcement>& corrects, absl::Time now);
// At its minute: goes out, or is held back as CLEARED when the record does not cover it. Nothing before its minute, and
// while its decision is about to take effect.
std::optional<Released> Release(const AnnouncementTemplates& templates, const MoveFacts& facts,
                                const ForceRecord& record, const v1::Announcement& announcement,
                                const std::optional<v1::Announcement>& corrects, absl::Time now);

// At its minute, when what it tells of cannot be looked up, for good: held back, and says what is not there.
Released HoldBack(const v1::Announcement& announcement, const absl::Status& why, absl::Time now);

// The minute it waits for; nothing when it does not wait.
std::optional<absl::Time> WaitsFor(const v1::Announcement& announcement);

// forces/{force}/announcements/{announcement}
bool IsAnnouncementName(const std::string& name);
// The public sees it: it is out, or was.
bool IsPublic(const v1::Announcement& announcement);
// Whether its text has all of the words: see common/text/words.h.
bool HasWords(const v1::Announcement& announcement, const std::string& query);
// As the public may see it: without facts, names of decisions, and who wrote it.
v1::Announcement ForPublic(v1::Announcement announcement);

}  // namespace oversight::monitoring
