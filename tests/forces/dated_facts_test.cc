#include "forces-service/domain/dated_facts.h"

#include "common/rpc/errors.h"
#include "common/time/partial_date.h"
#include "forces-service/domain/force.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace oversight::forces {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::CivilDay kToday(2026, 11, 24);

common::v1::PartialDate Date(const std::string& text) { return ParsePartialDate(text).value(); }

v1::Force Avon() {
  v1::Force force;
  force.set_name("forces/avon");
  force.set_display_name("Avon Police");
  force.set_state(v1::FORCE_STATE_ACTIVE);
  force.mutable_oversight_body()->set_kind(v1::OVERSIGHT_BODY_KIND_POLICE_AND_CRIME_COMMISSIONER);
  force.mutable_oversight_body()->set_display_name("PCC for Avon");
  *force.mutable_oversight_body()->mutable_from_date() = Date("2012-11-22");
  return force;
}

v1::RenameForceRequest RenameTo(const std::string& name, const std::string& from) {
  v1::RenameForceRequest request;
  request.set_display_name(name);
  *request.mutable_from_date() = Date(from);
  return request;
}

v1::OfficeHolder Holder(v1::Office office, const std::string& name, const std::string& from,
                        const std::string& to = "") {
  v1::OfficeHolder holder;
  holder.set_office(office);
  holder.set_display_name(name);
  *holder.mutable_from_date() = Date(from);
  if (!to.empty()) *holder.mutable_to_date() = Date(to);
  return holder;
}
v1::OfficeHolder Chief(const std::string& name, const std::string& from, const std::string& to = "") {
  return Holder(v1::OFFICE_CHIEF_OFFICER, name, from, to);
}

std::vector<std::string> NamesOn(const v1::ForceOnDate& on_date) {
  std::vector<std::string> names;
  for (const auto& name : on_date.names()) names.push_back(name.display_name() + (name.certain() ? "" : "?"));
  return names;
}
std::vector<std::string> HoldersOn(const std::vector<v1::OfficeHolder>& holders, absl::CivilDay day) {
  std::vector<std::string> names;
  const v1::ForceOnDate on_date = OnDate(Avon(), holders, day);
  for (const auto& found : on_date.office_holders()) {
    names.push_back(found.office_holder().display_name() + (found.certain() ? "" : "?"));
  }
  return names;
}

TEST(Rename, KeepsTheOldNameWithItsDays) {
  const auto once = Rename(Avon(), RenameTo("Avon Constabulary", "2024-04-01"), kToday);
  ASSERT_TRUE(once.ok()) << once.status();
  const auto twice = Rename(*once, RenameTo("Avon and Somerset", "2026"), kToday);
  ASSERT_TRUE(twice.ok()) << twice.status();
  EXPECT_EQ(twice->display_name(), "Avon and Somerset");
  EXPECT_THAT(NamesOn(OnDate(*twice, {}, absl::CivilDay(2000, 1, 1))), ElementsAre("Avon Police"));
  EXPECT_THAT(NamesOn(OnDate(*twice, {}, absl::CivilDay(2024, 3, 31))), ElementsAre("Avon Police"));
  EXPECT_THAT(NamesOn(OnDate(*twice, {}, absl::CivilDay(2024, 4, 1))), ElementsAre("Avon Constabulary"));
  // Nobody said on which day of 2026.
  EXPECT_THAT(NamesOn(OnDate(*twice, {}, absl::CivilDay(2026, 6, 1))),
              ElementsAre("Avon Constabulary?", "Avon and Somerset?"));
  EXPECT_THAT(NamesOn(OnDate(*twice, {}, absl::CivilDay(2027, 1, 1))), ElementsAre("Avon and Somerset"));
  for (const char* text : {"avon police", "CONSTABULARY", "somerset"}) {
    EXPECT_TRUE(TextQuery(text).Matches(*twice)) << text;
  }
}

TEST(Rename, RefusesDaysThatContradict) {
  for (const char* same : {"Avon and Somerset", " Avon  and Somerset "}) {
    v1::Force avon = Avon();
    avon.set_display_name("Avon and Somerset");
    const auto unchanged = Rename(avon, RenameTo(same, "2024-04-01"), kToday);
    EXPECT_EQ(ReasonOf(unchanged.status()), "NAME_UNCHANGED");
    EXPECT_EQ(ErrorMetadata(unchanged.status(), "display_name"), "Avon and Somerset");
  }
  const auto future = Rename(Avon(), RenameTo("New", "2026-11-25"), kToday);
  EXPECT_EQ(ReasonOf(future.status()), "DATES_CONTRADICT");
  EXPECT_THAT(std::string(future.status().message()), HasSubstr("Record it when it has come"));
  EXPECT_TRUE(Rename(Avon(), RenameTo("New", "2026"), kToday).ok());  // May have come.
  const auto once = Rename(Avon(), RenameTo("Avon Constabulary", "2024-04-01"), kToday);
  EXPECT_EQ(ReasonOf(Rename(*once, RenameTo("New", "2024-04-01"), kToday).status()), "DATES_CONTRADICT");
  EXPECT_EQ(ReasonOf(Rename(*once, RenameTo("New", "2023"), kToday).status()), "DATES_CONTRADICT");
  EXPECT_TRUE(Rename(*once, RenameTo("New", "2024"), kToday).ok());
}

TEST(ReplaceBody, EndsTheOneBefore) {
  v1::ReplaceOversightBodyRequest request;
  request.mutable_oversight_body()->set_kind(v1::OVERSIGHT_BODY_KIND_MAYOR);
  request.mutable_oversight_body()->set_display_name("Mayor of Avon");
  EXPECT_EQ(ReasonOf(ReplaceBody(Avon(), request, kToday).status()), "INVALID_FIELDS");
  *request.mutable_oversight_body()->mutable_from_date() = Date("2025-05-06");
  const auto force = ReplaceBody(Avon(), request, kToday);
  ASSERT_TRUE(force.ok()) << force.status();
  const auto body_on = [&](absl::CivilDay day) {
    const auto on_date = OnDate(*force, {}, day);
    return on_date.oversight_bodies_size() == 1 ? on_date.oversight_bodies(0).oversight_body().display_name() : "none";
  };
  EXPECT_EQ(body_on(absl::CivilDay(2012, 11, 21)), "none");
  EXPECT_EQ(body_on(absl::CivilDay(2025, 5, 5)), "PCC for Avon");
  EXPECT_EQ(body_on(absl::CivilDay(2025, 5, 6)), "Mayor of Avon");
  *request.mutable_oversight_body()->mutable_from_date() = Date("2012");
  EXPECT_TRUE(ReplaceBody(Avon(), request, kToday).ok());  // May be after November of that year.
  *request.mutable_oversight_body()->mutable_from_date() = Date("2011");
  EXPECT_EQ(ReasonOf(ReplaceBody(Avon(), request, kToday).status()), "DATES_CONTRADICT");
}

TEST(Merge, EndsTheForceAndNamesItsSuccessor) {
  v1::Force successor = Avon();
  successor.set_name("forces/west");
  v1::MergeForceRequest request;
  request.set_successor("forces/west");
  request.set_reason("The Police (Areas) Order 2026.");
  *request.mutable_end_date() = Date("2026-04-01");
  const auto merged = Merge(Avon(), successor, request, kToday);
  ASSERT_TRUE(merged.ok()) << merged.status();
  EXPECT_EQ(merged->state(), v1::FORCE_STATE_MERGED);
  EXPECT_EQ(merged->successor(), "forces/west");
  EXPECT_EQ(OnDate(*merged, {}, absl::CivilDay(2026, 3, 31)).state(), v1::FORCE_STATE_ACTIVE);
  EXPECT_EQ(OnDate(*merged, {}, absl::CivilDay(2026, 4, 1)).state(), v1::FORCE_STATE_MERGED);
  EXPECT_THAT(NamesOn(OnDate(*merged, {}, absl::CivilDay(2026, 4, 1))), IsEmpty());

  // What has ended does not go on, and takes nobody's place.
  const auto again = Merge(*merged, successor, request, kToday);
  EXPECT_EQ(ReasonOf(again.status()), "FORCE_ENDED");
  EXPECT_THAT(std::string(again.status().message()), HasSubstr("forces/west"));
  EXPECT_EQ(ReasonOf(Rename(*merged, RenameTo("New", "2026"), kToday).status()), "FORCE_ENDED");
  EXPECT_EQ(ReasonOf(Merge(successor, *merged, request, kToday).status()), "SUCCESSOR_UNFIT");
  EXPECT_EQ(ReasonOf(Merge(Avon(), Avon(), request, kToday).status()), "SUCCESSOR_UNFIT");
  *request.mutable_end_date() = Date("2027");
  EXPECT_EQ(ReasonOf(Merge(Avon(), successor, request, kToday).status()), "DATES_CONTRADICT");

  v1::AbolishForceRequest abolish;
  *abolish.mutable_end_date() = Date("2026");
  const auto abolished = Abolish(Avon(), nullptr, abolish, kToday);
  ASSERT_TRUE(abolished.ok()) << abolished.status();
  EXPECT_EQ(abolished->state(), v1::FORCE_STATE_ABOLISHED);
  EXPECT_EQ(OnDate(*abolished, {}, absl::CivilDay(2026, 5, 1)).state(), v1::FORCE_STATE_UNSPECIFIED);
}

TEST(OfficeHolders, OneDayIsOneAnswer) {
  const std::vector<v1::OfficeHolder> holders = {Chief("Ann", "2019-04", "2023-05-17"), Chief("Ben", "2023-05-17"),
                                                 Holder(v1::OFFICE_HM_INSPECTOR, "Cat", "2021"),
                                                 Holder(v1::OFFICE_LIAISON_LEAD, "Dan", "2022", "2023")};
  EXPECT_THAT(HoldersOn(holders, absl::CivilDay(2019, 3, 31)), IsEmpty());
  EXPECT_THAT(HoldersOn(holders, absl::CivilDay(2019, 4, 15)), ElementsAre("Ann?"));
  EXPECT_THAT(HoldersOn(holders, absl::CivilDay(2021, 7, 1)), ElementsAre("Ann", "Cat?"));
  EXPECT_THAT(HoldersOn(holders, absl::CivilDay(2023, 5, 16)), ElementsAre("Ann", "Cat", "Dan?"));
  EXPECT_THAT(HoldersOn(holders, absl::CivilDay(2023, 5, 17)), ElementsAre("Ben", "Cat", "Dan?"));
  EXPECT_THAT(HoldersOn(holders, absl::CivilDay(2024, 1, 1)), ElementsAre("Ben", "Cat"));
}

TEST(OfficeHolders, AnOfficeHasOneHolderAtATime) {
  v1::OfficeHolder ann = Chief("Ann", "2019-04");
  ann.set_name("forces/avon/officeHolders/1");
  const auto appoint = [&](const v1::OfficeHolder& holder) {
    return Appoint(holder, "forces/avon/officeHolders/2", {ann});
  };
  const auto second = appoint(Chief("Ben", "2023-05-17"));
  EXPECT_EQ(ReasonOf(second.status()), "OFFICE_TAKEN");
  EXPECT_EQ(ErrorMetadata(second.status(), "holder"), ann.name());
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("Record the end of that time first"));
  v1::OfficeHolder acting = Chief("Ben", "2023-05-17");
  acting.set_acting(true);
  EXPECT_TRUE(appoint(acting).ok());
  EXPECT_TRUE(appoint(Holder(v1::OFFICE_HM_INSPECTOR, "Ben", "2023")).ok());
  EXPECT_TRUE(appoint(Chief("Ben", "2010", "2019-04")).ok());
  *ann.mutable_to_date() = Date("2023");
  EXPECT_TRUE(appoint(Chief("Ben", "2023")).ok());  // They may have followed each other.
  EXPECT_EQ(ReasonOf(appoint(Chief("Ben", "2022-12-31")).status()), "OFFICE_TAKEN");

  // An update is not in its own way.
  v1::UpdateOfficeHolderRequest update;
  *update.mutable_office_holder() = ann;
  update.mutable_office_holder()->set_title("Chief Constable");
  update.mutable_update_mask()->add_paths("title");
  const auto updated = UpdateHolder(ann, update, {ann});
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->title(), "Chief Constable");
  EXPECT_FALSE(SameHolder(*updated, ann));
}

TEST(OfficeHolders, RefusesDaysThatEndBeforeTheyBegin) {
  const auto appoint = [](const std::string& from, const std::string& to) {
    return ReasonOf(Appoint(Chief("Ann", from, to), "forces/avon/officeHolders/1", {}).status());
  };
  EXPECT_EQ(appoint("2023-05-17", "2023-05-16"), "INVALID_FIELDS");
  EXPECT_EQ(appoint("2023-05-17", "2022"), "INVALID_FIELDS");
  EXPECT_EQ(appoint("2023-05-17", "2023"), "");
  EXPECT_EQ(appoint("2023", "2023-01-01"), "");
}

}  // namespace
}  // namespace oversight::forces
