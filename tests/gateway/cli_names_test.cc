// Names in short, and the verbs that are found by them.
#include "gateway/cli/names.h"

#include "gateway/cli/verbs.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace oversight::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kForce[] = "forces/{force}";
constexpr char kConcern[] = "forces/{force}/concerns/{concern}";
constexpr char kInspection[] = "forces/{force}/inspections/{inspection}|nationalInspections/{inspection}";

std::string Completed(const std::string& shapes, const std::string& text, const NameContext& context = {}) {
  const auto name = CompleteName(shapes, text, context);
  return name.ok() ? *name : std::string(name.status().message());
}

TEST(Names, WordsBetweenIdsMayBeLeftOut) {
  EXPECT_EQ(Completed(kForce, "kent"), "forces/kent");
  EXPECT_EQ(Completed(kForce, "forces/kent"), "forces/kent");
  for (const char* text : {"kent/1", "kent/concerns/1", "forces/kent/1", "forces/kent/concerns/1"}) {
    EXPECT_EQ(Completed(kConcern, text), "forces/kent/concerns/1") << text;
  }
  EXPECT_EQ(Completed("forces/{force}/monitoring", "kent"), "forces/kent/monitoring");
  EXPECT_EQ(Completed(kInspection, "kent/2"), "forces/kent/inspections/2");
  EXPECT_EQ(Completed(kInspection, "2"), "nationalInspections/2");
  EXPECT_EQ(Completed("{stage}", "engage"), "engage");
  // An id that is a word of the shape.
  EXPECT_EQ(Completed(kForce, "forces"), "forces/forces");
}

TEST(Names, WhatFitsNoShapeIsRefusedWithTheShape) {
  for (const char* text : {"", "kent", "kent/concerns", "kent/0", "kent/one", "kent/1/2", "Kent/1", "/", "kent//1"}) {
    const auto name = CompleteName(kConcern, text);
    ASSERT_FALSE(name.ok()) << text << " became " << *name;
    EXPECT_THAT(std::string(name.status().message()),
                AllOf(HasSubstr("\"" + std::string(text) + "\""), HasSubstr(kConcern)));
  }
}

TEST(Names, ParentsOfListsMayBeAny) {
  const NameContext any = {.wildcard = true};
  EXPECT_EQ(Completed(kConcern, "", any), "forces/-/concerns/-");
  EXPECT_EQ(Completed(kConcern, "kent", any), "forces/kent/concerns/-");
  EXPECT_EQ(Completed(kConcern, "-", any), "forces/-/concerns/-");
  EXPECT_EQ(Completed(kConcern, "-/2", any), "forces/-/concerns/2");
  EXPECT_FALSE(CompleteName(kForce, "-").ok());
  // Of several shapes that of which least was left out.
  EXPECT_EQ(Completed("forces/{force}/concerns/{concern}|forces/{force}", "kent", any), "forces/kent");
}

TEST(Names, TheBeginningIsTakenFromTheNameBeside) {
  const NameContext beside = {.beside = "forces/kent/concerns/1"};
  EXPECT_EQ(Completed(kConcern, "3", beside), "forces/kent/concerns/3");
  EXPECT_EQ(Completed(kConcern, "surrey/3", beside), "forces/surrey/concerns/3");
  EXPECT_EQ(Completed(kForce, "surrey", beside), "forces/surrey");
  EXPECT_EQ(Completed("themes/{theme}", "workforce", beside), "themes/workforce");
}

TEST(Names, WhatMayBeSeveralIsAskedBack) {
  EXPECT_THAT(Completed(kInspection, "3", {.beside = "forces/kent"}),
              HasSubstr("may be forces/kent/inspections/3 or nationalInspections/3"));
  EXPECT_EQ(Completed(kInspection, "nationalInspections/3", {.beside = "forces/kent"}), "nationalInspections/3");
  EXPECT_EQ(Completed(kInspection, "kent/3", {.beside = "forces/kent"}), "forces/kent/inspections/3");
}

TEST(Names, ExamplesCanBeTyped) {
  EXPECT_EQ(ShortForm(kConcern), "FORCE/CONCERN");
  EXPECT_EQ(ShortExample(kForce), "kent");
  EXPECT_EQ(ShortExample(kConcern), "kent/concerns/1");
}

std::string Found(const absl::StatusOr<Named>& named) {
  return named.ok() ? named->verb->name + " " + named->name : std::string(named.status().message());
}

TEST(Verbs, AResourceIsReadByItsName) {
  EXPECT_EQ(Found(FindByName("Get", "", "kent")), "get-force forces/kent");
  EXPECT_EQ(Found(FindByName("Get", "", "kent/concerns/1")), "get-concern forces/kent/concerns/1");
  EXPECT_EQ(Found(FindByName("Get", "", "kent/monitoring")), "get-monitoring forces/kent/monitoring");
  EXPECT_EQ(Found(FindByName("Get", "", "kent/officeHolders/1")), "get-office-holder forces/kent/officeHolders/1");
  EXPECT_EQ(Found(FindByName("Get", "", "nationalInspections/1")), "get-inspection nationalInspections/1");
  EXPECT_EQ(Found(FindByName("List", "Versions", "kent/concerns/1")), "list-concern-versions forces/kent/concerns/1");
  EXPECT_THAT(Found(FindByName("Get", "", "kent/1")),
              AllOf(HasSubstr("may be forces/kent/actions/1, "), HasSubstr("forces/kent/concerns/1, "),
                    HasSubstr("forces/kent/proposals/1"), HasSubstr(": write which")));
  EXPECT_THAT(Found(FindByName("Get", "", "1")), AllOf(HasSubstr("oversightSessions/1"), Not(HasSubstr("forces/1"))));
  EXPECT_THAT(Found(FindByName("Get", "", "a/b/c/d/e")), HasSubstr("is no name of a record"));
  const std::string none = Found(FindByName("Get", "", "kent/concerns/0"));
  EXPECT_THAT(none, HasSubstr("There is no \"kent/concerns/0\": write a name such as kent/concerns/1;"));
  EXPECT_LT(none.size(), 120u) << none;
}

TEST(Verbs, ActionsAreAskedOfTheOwner) {
  const auto of_concern = FindActions("kent/concerns/1");
  ASSERT_TRUE(of_concern.ok()) << of_concern.status();
  EXPECT_EQ(Written(*of_concern->verb), "concerns.list-allowed-actions");
  EXPECT_EQ(Written(*FindActions("kent/proposals/1")->verb), "monitoring.list-allowed-actions");
  EXPECT_FALSE(FindActions("kent").ok());
}

TEST(Verbs, AreWrittenAsShortAsTheyCanBe) {
  ASSERT_EQ(FindVerbs("rename-force").size(), 1u);
  EXPECT_EQ(Written(*FindVerbs("rename-force")[0]), "rename-force");
  EXPECT_EQ(FindVerbs("forces.rename-force"), FindVerbs("rename-force"));
  EXPECT_EQ(PathOf(*FindVerbs("rename-force")[0]->method), "oversight.forces.v1.ForcesService/RenameForce");
  EXPECT_GE(FindVerbs("list-allowed-actions").size(), 2u);
  EXPECT_TRUE(FindVerbs("RenameForce").empty());
}

}  // namespace
}  // namespace oversight::cli
