// The commands on national recommendations and on the forces' items of them, in the shape of concern_commands.h. What a
// force is asked to do by an item is claimed, verified and extended by undertaking.h, as a recommendation is. Pure
// functions; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/time/working_days.h"
#include "concerns-service/domain/acting.h"
#include "concerns-service/domain/lifecycle.h"
#include "concerns-service/domain/themes.h"
#include "oversight/concerns/v1/national_recommendations_service.pb.h"
#include "oversight/concerns/v1/revisit.pb.h"

namespace oversight::concerns {

// A national recommendation with items of it, in natural order of name.
struct National {
  v1::NationalRecommendation recommendation;
  std::vector<v1::NationalItem> items;
};

// What must be known of a force to issue something to it.
struct KnownForce {
  std::string name;
  bool active = true;
  forces::v1::ServiceType service = forces::v1::SERVICE_TYPE_UNSPECIFIED;
};

// A new draft under `name`. NOT_FOUND THEME_NOT_FOUND, FAILED_PRECONDITION THEME_RETIRED; INVALID_ARGUMENT for a due
// rule that is none, when it is for both all active forces and named ones or for neither, or names a force twice.
absl::StatusOr<v1::NationalRecommendation> DraftNationalRecommendation(
    const v1::CreateNationalRecommendationRequest& request, const std::string& name, const Themes& themes);

// A draft with the masked fields changed. The same errors, and WRONG_STATE. A theme that was retired since stays.
absl::StatusOr<v1::NationalRecommendation> UpdateNationalRecommendation(
    const v1::NationalRecommendation& current, const v1::UpdateNationalRecommendationRequest& request,
    const Themes& themes);

// A draft issued, with an open item for each of its forces. `forces` is the whole register, in natural order of name.
// WRONG_STATE, NO_FORCES, TOO_MANY_FORCES, BANK_HOLIDAYS_UNKNOWN; DATES_CONTRADICT when the day of issue is in the
// future or after a fixed due date; NOT_FOUND FORCE_NOT_FOUND and LINK_DOES_NOT_FIT for a named force that is not
// there, is not active any more, or is of another service.
absl::StatusOr<National> IssueNationalRecommendation(const v1::NationalRecommendation& current,
                                                     const v1::IssueNationalRecommendationRequest& request,
                                                     const std::vector<KnownForce>& forces,
                                                     const BankHolidays& holidays, const Acting& acting);

// A draft closed; or what was issued, with every item that is not closed yet. WRONG_STATE.
absl::StatusOr<National> WithdrawNationalRecommendation(National current,
                                                        const v1::WithdrawNationalRecommendationRequest& request,
                                                        const Acting& acting);

// An open item of `recommendation` with the force's word that it is done. WRONG_STATE, DATES_CONTRADICT,
// INVALID_ARGUMENT.
absl::StatusOr<v1::NationalItem> ClaimNationalItem(const v1::NationalRecommendation& recommendation,
                                                   const v1::NationalItem& current,
                                                   const v1::ClaimNationalItemRequest& request, const Acting& acting);

// A claimed item of `recommendation` verified, or open again; `revisit` is the one that the request names, null when it
// names none. WRONG_STATE, DATES_CONTRADICT, LINK_DOES_NOT_FIT, INVALID_ARGUMENT.
absl::StatusOr<v1::NationalItem> VerifyNationalItem(const v1::NationalRecommendation& recommendation,
                                                    const v1::NationalItem& current,
                                                    const v1::VerifyNationalItemRequest& request, const Acting& acting,
                                                    const v1::Revisit* revisit = nullptr);

// An item of `recommendation` that is not closed with more time. WRONG_STATE, TOO_MANY_EXTENSIONS, DATES_CONTRADICT.
absl::StatusOr<v1::NationalItem> ExtendNationalItem(const v1::NationalRecommendation& recommendation,
                                                    const v1::NationalItem& current,
                                                    const v1::ExtendNationalItemRequest& request, const Acting& acting);

// An item that is not closed yet closed, since it does not apply to its force. WRONG_STATE.
absl::StatusOr<v1::NationalItem> MarkNationalItemNotApplicable(const v1::NationalItem& current,
                                                               const v1::MarkNationalItemNotApplicableRequest& request,
                                                               const Acting& acting);

// Not closed, and due before today. Derived whenever it is asked, never stored.
bool IsOverdue(const v1::NationalItem& item, absl::CivilDay today);

// A national recommendation is issued to at most so many forces, in one transaction.
inline constexpr int kMaxNationalForces = 500;

}  // namespace oversight::concerns
