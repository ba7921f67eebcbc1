// The data this program is started with beside its store: the themes and the bank holidays. Immutable after reading, so
// thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/ledger/ledger.h"
#include "common/time/working_days.h"
#include "concerns-service/domain/themes.h"

namespace oversight::concerns {

struct ReferenceData {
  Themes themes;
  BankHolidays bank_holidays;
};

// NOT_FOUND for a file that cannot be read, INVALID_ARGUMENT with everything that is wrong in one; both name the file.
absl::StatusOr<ReferenceData> ReadReferenceData(const std::string& themes_file, const std::string& holidays_file);

// Writes the list of themes into the log when it is not the one in use there, so that watchers learn the themes as they
// learn every other fact and history tells which list was in use when. One transaction by
// `principals/concerns-service`; none when nothing differs. Blocks: for the start of a process. Errors: those of
// Ledger::Commit.
absl::Status RecordThemes(ledger::Ledger& ledger, const Themes& themes);

}  // namespace oversight::concerns
