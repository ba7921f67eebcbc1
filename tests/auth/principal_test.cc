#include "common/auth/principal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace oversight::auth {
namespace {

common::v1::Principal Proto(const std::vector<std::string>& forces, const std::vector<std::string>& regions,
                            bool all = false) {
  common::v1::Principal proto;
  proto.set_name("principals/someone");
  for (const auto& force : forces) proto.add_forces(force);
  for (const auto& region : regions) proto.add_regions(region);
  proto.set_all_forces(all);
  return proto;
}

TEST(Principal, HoldsItsRoles) {
  auto proto = Proto({}, {});
  proto.add_roles(Role::ROLE_HM_INSPECTOR);
  const Principal principal(proto);
  EXPECT_TRUE(principal.HasRole(Role::ROLE_HM_INSPECTOR));
  EXPECT_FALSE(principal.HasRole(Role::ROLE_CHIEF_INSPECTOR));
  EXPECT_TRUE(principal.HasAnyRole({Role::ROLE_CHIEF_INSPECTOR, Role::ROLE_HM_INSPECTOR}));
  EXPECT_FALSE(principal.HasAnyRole({}));
  EXPECT_EQ(RoleName(Role::ROLE_HM_INSPECTOR), "HM_INSPECTOR");
}

TEST(Principal, CoversItsForcesAndRegions) {
  const Principal principal(Proto({"forces/west-midlands"}, {"East Midlands"}));
  EXPECT_TRUE(principal.Covers("forces/west-midlands", ""));
  EXPECT_TRUE(principal.Covers("forces/lincolnshire", "East Midlands"));
  EXPECT_FALSE(principal.Covers("forces/kent", "South East"));
  EXPECT_FALSE(principal.Covers("forces/west", "West Midlands"));
  EXPECT_FALSE(principal.Covers("", "East Midlands"));
  EXPECT_TRUE(Principal(Proto({}, {}, true)).Covers("", ""));
  EXPECT_FALSE(Principal().Covers("forces/kent", ""));
}

TEST(Principal, AnUnknownRegionMatchesNoneEvenWhenTheScopeHoldsAnEmptyOne) {
  EXPECT_FALSE(Principal(Proto({""}, {""})).Covers("forces/kent", ""));
  EXPECT_FALSE(Principal(Proto({""}, {""})).Covers("", ""));
}

RC_GTEST_PROP(PrincipalProperty, AWiderScopeCoversNoLess, ()) {
  const auto name = rc::gen::elementOf(std::vector<std::string>{"forces/a", "forces/b", "forces/c", ""});
  const auto region = rc::gen::elementOf(std::vector<std::string>{"North", "South", ""});
  const auto forces = *rc::gen::container<std::vector<std::string>>(name);
  const auto regions = *rc::gen::container<std::vector<std::string>>(region);
  const std::string asked = *name, asked_region = *region;
  const Principal narrow(Proto(forces, regions));
  auto wider_forces = forces;
  wider_forces.push_back(*name);
  auto wider_regions = regions;
  wider_regions.push_back(*region);
  const bool covered = narrow.Covers(asked, asked_region);
  if (covered) RC_ASSERT(Principal(Proto(wider_forces, wider_regions)).Covers(asked, asked_region));
  RC_ASSERT(Principal(Proto(forces, regions, true)).Covers(asked, asked_region));
  if (asked.empty()) RC_ASSERT(!covered);
}

TEST(Principal, IsSomebodyUnlessItIsTheWorldOrAService) {
  const auto with = [](std::initializer_list<Role> roles) {
    common::v1::Principal proto;
    for (const Role role : roles) proto.add_roles(role);
    return Principal(proto);
  };
  EXPECT_FALSE(IsSomebody(Principal()));
  EXPECT_FALSE(IsSomebody(with({Role::ROLE_PUBLIC})));
  EXPECT_FALSE(IsSomebody(with({Role::ROLE_SERVICE})));
  EXPECT_TRUE(IsSomebody(with({Role::ROLE_SERVICE, Role::ROLE_HM_INSPECTOR}))) << "nobody hides behind a second role";
  EXPECT_TRUE(IsSomebody(with({Role::ROLE_OPERATOR})));
}

}  // namespace
}  // namespace oversight::auth
