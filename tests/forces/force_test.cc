#include "forces-service/domain/force.h"

#include "common/rpc/errors.h"
#include "forces-service/domain/import.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace oversight::forces {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

v1::Force Kent() {
  v1::Force force;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        name: "forces/kent"
        display_name: "Kent Police"
        kind: FORCE_KIND_TERRITORIAL
        service: SERVICE_TYPE_POLICE
        ons_code: "E23000032"
        region: "South East"
        oversight_body { kind: OVERSIGHT_BODY_KIND_POLICE_AND_CRIME_COMMISSIONER display_name: "PCC for Kent" }
        aliases: "Heddlu Caint")pb",
      &force));
  return force;
}

v1::CreateForceRequest CreateKent() {
  v1::CreateForceRequest request;
  request.set_force_id("kent");
  *request.mutable_force() = Kent();
  return request;
}

TEST(Normalise, TidiesWordsAndDropsRepeatedAliases) {
  v1::Force force = Kent();
  force.set_etag("\"3\"");
  force.set_revision(3);
  force.mutable_create_time()->set_seconds(1);
  force.mutable_update_time()->set_seconds(1);
  force.set_display_name("  Kent \n Police ");
  force.set_region(" South East");
  force.clear_aliases();
  for (const char* alias : {" KP", "kp", "", "Ŵ", "  ", "ŵ", "Other"}) force.add_aliases(alias);
  Normalise(force);
  EXPECT_THAT(force.aliases(), ElementsAre("KP", "Ŵ", "Other"));
  force.clear_aliases();
  force.add_aliases("Heddlu Caint");
  EXPECT_TRUE(SameForce(force, Kent())) << force.DebugString();
}

TEST(IsForceId, TakesWhatMayStandInAName) {
  for (const char* good : {"a", "kent", "devon-and-cornwall", "43", "a-1"}) EXPECT_TRUE(IsForceId(good)) << good;
  EXPECT_TRUE(IsForceId(std::string(63, 'a')));
  for (const char* bad : {"", "-a", "a-", "Kent", "a_b", "a/b", "a b", "ŵ"}) EXPECT_FALSE(IsForceId(bad)) << bad;
  EXPECT_FALSE(IsForceId(std::string(64, 'a')));
}

TEST(FindFaults, FindsAllOfThem) {
  EXPECT_THAT(FindFaults(Kent()), IsEmpty());
  std::vector<std::string> fields;
  v1::Force force;
  force.set_ons_code("E1");
  force.set_region("a\x02");
  force.add_aliases(std::string(201, 'a'));
  for (const Fault& fault : FindFaults(force)) fields.push_back(fault.field);
  EXPECT_THAT(fields, ElementsAre("display_name", "kind", "service", "ons_code", "region", "oversight_body.kind",
                                  "oversight_body.display_name", "aliases[0]"));
}

TEST(FindFaults, BoundsTheNumberOfAliases) {
  v1::Force force = Kent();
  for (int i = force.aliases_size(); i < 20; ++i) force.add_aliases("alias " + std::to_string(i));
  EXPECT_THAT(FindFaults(force), IsEmpty());
  force.add_aliases("one more");
  ASSERT_EQ(FindFaults(force).size(), 1u);
  EXPECT_EQ(FindFaults(force)[0].field, "aliases");
}

TEST(Create, NamesTheForceAfterItsId) {
  v1::CreateForceRequest request = CreateKent();
  request.mutable_force()->set_name("forces/whatever");
  auto force = Create(std::nullopt, request);
  ASSERT_TRUE(force.ok()) << force.status();
  EXPECT_EQ(force->state(), v1::FORCE_STATE_ACTIVE);
  force->clear_state();
  EXPECT_TRUE(SameForce(*force, Kent()));
}

TEST(Create, RefusesASecondOne) {
  const auto force = Create(Kent(), CreateKent());
  EXPECT_EQ(force.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ReasonOf(force.status()), "RESOURCE_EXISTS");
}

TEST(Create, TellsAllFaultsAtOnceAsFieldsOfTheRequest) {
  v1::CreateForceRequest request = CreateKent();
  request.mutable_force()->set_display_name(" ");
  request.mutable_force()->set_ons_code("12");
  const auto force = Create(std::nullopt, request);
  EXPECT_EQ(ReasonOf(force.status()), "INVALID_FIELDS");
  EXPECT_THAT(ViolationsOf(force.status()),
              ElementsAre(Pair("force.display_name", "is required"),
                          Pair("force.ons_code", ::testing::HasSubstr("nine characters"))));
}

TEST(Update, ChangesTheMaskedFieldsAlone) {
  v1::UpdateForceRequest request;
  request.mutable_force()->set_name("forces/kent");
  request.mutable_force()->set_display_name(" Kent  Constabulary");
  request.mutable_force()->set_region("ignored");
  request.mutable_update_mask()->add_paths("display_name");
  request.mutable_update_mask()->add_paths("aliases");
  const auto force = Update(Kent(), request);
  ASSERT_TRUE(force.ok()) << force.status();
  v1::Force expected = Kent();
  expected.set_display_name("Kent Constabulary");
  expected.clear_aliases();
  EXPECT_TRUE(SameForce(*force, expected)) << force->DebugString();
}

TEST(Update, WithoutMaskChangesWhatIsSet) {
  v1::UpdateForceRequest request;
  request.mutable_force()->set_region("South");
  const auto force = Update(Kent(), request);
  ASSERT_TRUE(force.ok()) << force.status();
  v1::Force expected = Kent();
  expected.set_region("South");
  EXPECT_TRUE(SameForce(*force, expected)) << force->DebugString();
}

TEST(Update, ToTheSameIsTheSame) {
  v1::UpdateForceRequest request;
  *request.mutable_force() = Kent();
  request.mutable_force()->set_display_name("Kent Police  ");
  request.mutable_update_mask()->add_paths("*");
  const auto force = Update(Kent(), request);
  ASSERT_TRUE(force.ok()) << force.status();
  EXPECT_TRUE(SameForce(*force, Kent()));
}

TEST(Update, RefusesToLeaveAForceFaulty) {
  v1::UpdateForceRequest request;
  request.mutable_update_mask()->add_paths("display_name");
  request.mutable_update_mask()->add_paths("oversight_body");
  const auto force = Update(Kent(), request);
  EXPECT_EQ(ReasonOf(force.status()), "INVALID_FIELDS");
  EXPECT_THAT(
      ViolationsOf(force.status()),
      UnorderedElementsAre(Pair("force.display_name", "is required"), Pair("force.oversight_body.kind", "is required"),
                           Pair("force.oversight_body.display_name", "is required")));
}

TEST(Update, RefusesAMaskThatNamesNoField) {
  v1::UpdateForceRequest request;
  request.mutable_update_mask()->add_paths("colour");
  const auto force = Update(Kent(), request);
  EXPECT_EQ(force.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(force.status()), "INVALID_FIELDS");
}

TEST(TextQuery, FindsInNameAndAliasesWhateverTheCase) {
  EXPECT_TRUE(TextQuery("kent").Matches(Kent()));
  EXPECT_TRUE(TextQuery("T POL").Matches(Kent()));
  EXPECT_TRUE(TextQuery(" kent \t police ").Matches(Kent()));
  EXPECT_TRUE(TextQuery("HEDDLU").Matches(Kent()));
  EXPECT_TRUE(TextQuery("").Matches(Kent()));
  EXPECT_FALSE(TextQuery("Essex").Matches(Kent()));
  EXPECT_FALSE(TextQuery("forces/kent").Matches(Kent()));
  v1::Force welsh = Kent();
  welsh.add_aliases("Heddlu Gŵyr");
  EXPECT_TRUE(TextQuery("GŴYR").Matches(welsh));
}

std::map<std::string, v1::Force> ByName(const std::vector<v1::Force>& forces) {
  std::map<std::string, v1::Force> result;
  for (const auto& force : forces) result.emplace(force.name(), force);
  return result;
}

v1::Force Named(const std::string& id) {
  v1::Force force = Kent();
  force.set_name(ForceName(id));
  return force;
}

TEST(PlanImport, SortsRowsIntoNewChangedAndUnchanged) {
  Register incoming;
  incoming.has_aliases = true;
  v1::Force changed = Named("essex");
  changed.set_region("East of England");
  incoming.forces = {Named("surrey"), changed, Kent()};
  const ImportPlan plan = PlanImport(ByName({Kent(), Named("essex"), Named("gone-from-file")}), incoming);
  ASSERT_EQ(plan.created.size(), 1u);
  EXPECT_EQ(plan.created[0].name(), "forces/surrey");
  ASSERT_EQ(plan.updated.size(), 1u);
  EXPECT_TRUE(SameForce(plan.updated[0], changed));
  EXPECT_EQ(plan.unchanged_count, 1);
}

TEST(PlanImport, LeavesAliasesThatTheFileDoesNotSpeakOf) {
  Register incoming;
  incoming.forces = {Kent()};
  incoming.forces[0].clear_aliases();
  EXPECT_EQ(PlanImport(ByName({Kent()}), incoming).unchanged_count, 1);
  incoming.forces[0].set_region("South");
  const ImportPlan plan = PlanImport(ByName({Kent()}), incoming);
  ASSERT_EQ(plan.updated.size(), 1u);
  EXPECT_THAT(plan.updated[0].aliases(), ElementsAre("Heddlu Caint"));

  incoming.has_aliases = true;
  const ImportPlan cleared = PlanImport(ByName({Kent()}), incoming);
  ASSERT_EQ(cleared.updated.size(), 1u);
  EXPECT_THAT(cleared.updated[0].aliases(), IsEmpty());
}

}  // namespace
}  // namespace oversight::forces
