// Refusals that several rules of this domain give. Pure functions and values; thread-safe as such.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/time/partial_date.h"
#include "concerns-service/domain/acting.h"
#include "concerns-service/domain/dates_in_words.h"
#include "oversight/common/v1/partial_date.pb.h"
#include "oversight/concerns/v1/error_reason.pb.h"

namespace oversight::concerns {

// DATES_CONTRADICT: every date that is in the way of another, gathered on the way. OK when there is none. The days are
// in the metadata by the names of their fields. Dates known in part contradict each other when they must; one that is
// not given is any day, and contradicts nothing.
class ContradictingDates {
 public:
  // `words` end with what to do.
  void Add(const std::string& words, const std::string& field, const common::v1::PartialDate& date,
           const std::string& other_field, const common::v1::PartialDate& other) {
    absl::StrAppend(&words_, words_.empty() ? "" : " ", words);
    days_.push_back({field, FormatIso(date)});
    days_.push_back({other_field, FormatIso(other)});
  }

  absl::Status status() const {
    if (words_.empty()) return absl::OkStatus();
    Error error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_DATES_CONTRADICT, words_);
    for (const auto& [field, day] : days_) error.With(field, day);
    return error;
  }

 private:
  std::string words_;
  std::vector<std::pair<std::string, std::string>> days_;
};

// The same of two dates only.
inline absl::Status DatesContradict(const std::string& words, const std::string& field,
                                    const common::v1::PartialDate& date, const std::string& other_field,
                                    const common::v1::PartialDate& other) {
  ContradictingDates contradicting;
  contradicting.Add(words, field, date, other_field, other);
  return contradicting.status();
}

// The day of an act: not after today, and not before that on which it became possible. `act` says what cannot have
// been, "forces/kent/concerns/1 cannot have been claimed"; `since_act` what came first, "it was issued".
inline void CheckDayOfAct(const std::string& act, const std::string& field, const common::v1::PartialDate& day,
                          const std::string& since_act, const std::string& since_field,
                          const common::v1::PartialDate& since, const Acting& acting,
                          ContradictingDates& contradicting) {
  const std::string words = absl::StrCat(act, " ", OnDate(day), ": ");
  if (MustBeAfter(day, acting.today())) {
    contradicting.Add(words + "that is still to come. Give an earlier date, or none for today.", field, day, "today",
                      ToPartialDate(acting.today()));
  } else if (MustBeBefore(day, since)) {
    contradicting.Add(absl::StrCat(words, since_act, " ", OnDate(since), ". Give a later date, or none for today."),
                      field, day, since_field, since);
  }
}

// LINK_DOES_NOT_FIT: what `field` names is not what it must be. `words` go on after the name and end with what to do.
inline absl::Status LinkDoesNotFit(const std::string& field, const std::string& name, const std::string& words) {
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_LINK_DOES_NOT_FIT, absl::StrCat(name, words))
      .With("field", field)
      .With("name", name);
}

}  // namespace oversight::concerns
