#include "concerns-service/service/reference_data.h"

#include <fstream>
#include <future>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/rpc/resources.h"
#include "concerns-service/service/theme_lists.h"

namespace oversight::concerns {
namespace {

template <class T>
absl::StatusOr<T> Read(const std::string& path, const std::string& what) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::NotFoundError(absl::StrCat(what, " cannot be read from ", path, "."));
  std::ostringstream text;
  text << in.rdbuf();
  absl::StatusOr<T> data = T::FromJson(text.str());
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
  ledger::Command command;
  command.audit.actor = "principals/concerns-service";
  command.audit.verb = "RecordThemes";
  command.decide = [&themes](ledger::View& view) -> absl::StatusOr<ledger::Decision> {
    ledger::Change change;
    change.name = themes.list().name();
    change.kind = v1::ThemeList::descriptor()->full_name();
    change.payload = rpc::ToPayload(themes.list());
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
  std::promise<absl::Status> stored;
  ledger.Commit(std::move(command), [&stored](const absl::StatusOr<ledger::Committed>& committed) {
    stored.set_value(committed.status());
  });
  return stored.get_future().get();
}

}  // namespace oversight::concerns
