#include "monitoring-service/domain/ladder.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/text/file.h"
#include "common/time/partial_date.h"
#include "google/protobuf/util/json_util.h"

namespace oversight::monitoring {
namespace {

constexpr int kLongestCadenceDays = 366;

bool IsId(const std::string& text) {
  if (text.empty() || text.size() > 63 || text.front() == '-' || text.back() == '-') return false;
  for (const char c : text) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) return false;
  }
  return true;
}

void CheckStages(const v1::Ladder& ladder, const std::string& at, Violations& violations) {
  if (ladder.stages().empty()) violations.Add(at + ".stages", "must hold at least one stage");
  std::set<std::string> ids;
  int defaults = 0;
  for (int i = 0; i < ladder.stages_size(); ++i) {
    const auto& stage = ladder.stages(i);
    const std::string here = absl::StrCat(at, ".stages[", i, "]");
    if (!IsId(stage.id())) violations.Add(here + ".id", "must be an id of lower-case letters, digits and hyphens");
    if (!ids.insert(stage.id()).second) violations.Add(here + ".id", "is given to two stages of one ladder");
    if (stage.display_name().empty()) violations.Add(here + ".displayName", "is required");
    if (stage.meeting_cadence_days() < 0 || stage.meeting_cadence_days() > kLongestCadenceDays) {
      violations.Add(here + ".meetingCadenceDays", absl::StrCat("must be from 0 to ", kLongestCadenceDays));
    }
    if (stage.is_default()) ++defaults;
    if (stage.is_default() && stage.enhanced()) violations.Add(here, "the default stage cannot be an enhanced one");
  }
  if (defaults != 1 && !ladder.stages().empty()) {
    violations.Add(at + ".stages", absl::StrCat("must hold exactly one default stage, not ", defaults));
  }
}

absl::Status Check(const v1::LadderList& list) {
  static constexpr char kCollection[] = "ladders/";
  Violations violations;
  if (list.ladders().empty()) violations.Add("ladders", "must hold at least one ladder");
  std::set<std::string> names;
  for (int i = 0; i < list.ladders_size(); ++i) {
    const auto& ladder = list.ladders(i);
    const std::string at = absl::StrCat("ladders[", i, "]");
    const bool last = i + 1 == list.ladders_size();
    if (ladder.name().rfind(kCollection, 0) != 0 || !IsId(ladder.name().substr(sizeof(kCollection) - 1))) {
      violations.Add(at + ".name", "must be ladders/{ladder}");
    }
    if (!names.insert(ladder.name()).second) violations.Add(at + ".name", "is given to two ladders");
    if (ladder.display_name().empty()) violations.Add(at + ".displayName", "is required");
    CheckStages(ladder, at, violations);
    if (!ladder.has_from_date()) violations.Add(at + ".fromDate", "is required");
    if (ladder.has_from_date()) ValidatePartialDate(ladder.from_date(), at + ".fromDate", violations);
    if (ladder.has_until_date()) ValidatePartialDate(ladder.until_date(), at + ".untilDate", violations);
    if (last && ladder.has_until_date())
      violations.Add(at + ".untilDate", "must be unset: the last ladder is in force");
    if (ladder.has_until_date() && MustBeBefore(ladder.until_date(), ladder.from_date())) {
      violations.Add(at + ".untilDate", "is before the day the ladder came into force");
    }
    if (i > 0 && MustBeBefore(ladder.from_date(), list.ladders(i - 1).from_date())) {
      violations.Add(at + ".fromDate", "is before that of the ladder above it; the oldest comes first");
    }
  }
  return violations.status();
}

}  // namespace

absl::StatusOr<Ladders> Ladders::Parse(const std::string& json) {
  v1::LadderList list;
  if (const auto status = google::protobuf::util::JsonStringToMessage(json, &list); !status.ok()) {
    return Error(absl::StatusCode::kInvalidArgument, common::v1::ERROR_REASON_INVALID_FIELDS,
                 absl::StrCat("Not a list of ladders in JSON: ", std::string(status.message())));
  }
  OVERSIGHT_RETURN_IF_ERROR(Check(list));
  return Ladders(std::move(list));
}

absl::StatusOr<Ladders> Ladders::Load(const std::string& path) {
  const auto text = ReadWholeFile(path);
  if (!text) {
    return Error(absl::StatusCode::kNotFound, common::v1::ERROR_REASON_RESOURCE_NOT_FOUND,
                 absl::StrCat("Cannot read the ladders from ", path, "."))
        .With("path", path);
  }
  auto ladders = Parse(*text);
  if (ladders.ok()) return ladders;
  Error error(ladders.status().code(), ReasonOf(ladders.status()),
              absl::StrCat(path, ": ", std::string(ladders.status().message())));
  for (const auto& [field, description] : ViolationsOf(ladders.status())) error.Violation(field, description);
  return error;
}

const v1::Stage& Ladders::default_stage() const {
  for (const auto& stage : in_force().stages()) {
    if (stage.is_default()) return stage;
  }
  return in_force().stages(0);  // Not reached: Check found exactly one.
}

const v1::Ladder* Ladders::Find(const std::string& name) const {
  for (const auto& ladder : list_.ladders()) {
    if (ladder.name() == name) return &ladder;
  }
  return nullptr;
}

const v1::Stage* Ladders::FindStage(const std::string& id) const {
  for (const auto& stage : in_force().stages()) {
    if (stage.id() == id) return &stage;
  }
  return nullptr;
}

}  // namespace oversight::monitoring
