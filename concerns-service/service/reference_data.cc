#include "concerns-service/service/reference_data.h"

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/rpc/resources.h"
#include "common/text/file.h"
#include "concerns-service/service/theme_lists.h"

namespace oversight::concerns {
namespace {

template <class T>
absl::StatusOr<T> Read(const std::string& path, const std::string& what) {
  const auto text = ReadWholeFile(path);
  if (!text) return absl::NotFoundError(absl::StrCat(what, " cannot be read from ", path, "."));
  absl::StatusOr<T> data = T::FromJson(*text);
  if (data.ok()) return data;
  return absl::InvalidArgumentError(absl::StrCat(what, " in ", path, " is faulty: ", data.status().message()));
}

}  // namespace

absl::StatusOr<ReferenceData> ReadReferenceData(const std::string& themes_file, const std::string& holidays_file) {
  ReferenceData data;
  OVERSIGHT_ASSIGN_OR_RETURN(data.themes, Read<Themes>(themes_file, "The list of themes"));
  OVERSIGHT_ASSIGN_OR_RETURN(data.bank_holidays, Read<BankHolidays>(holidays_file, "The list of bank holidays"));
  return data;
}

absl::Status RecordThemes(ledger::Ledger& ledger, const Themes& themes) {
  const auto decide = [&themes](ledger::View& view) -> absl::StatusOr<ledger::Decision> {
    ledger::Change change = rpc::ChangeTo(themes.list().name(), themes.list());
    OVERSIGHT_ASSIGN_OR_RETURN(const std::vector<ledger::Version> lists,
                               view.List(change.kind, {"", ""}, kMostThemeLists));
    const ledger::Version* in_use = InUse(lists);
    ledger::Decision decision;
    // The payload holds the name.
    if (in_use == nullptr || in_use->payload != change.payload) {
      decision.changes.push_back(std::move(change));
    }
    return decision;
  };
  return rpc::CommitAtStart(ledger, "principals/concerns-service", "RecordThemes", decide);
}

}  // namespace oversight::concerns
