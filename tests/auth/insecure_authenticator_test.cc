#include "common/auth/insecure_authenticator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "common/rpc/errors.h"
#include "tests/support/temp_dir.h"

namespace oversight::auth {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

constexpr char kShipped[] = "data/principals.json";  // Tests run at the top of the tree.

Credentials Header(const std::string& value) {
  Credentials credentials;
  credentials.principal_header = value;
  return credentials;
}

TEST(InsecureAuthenticator, TakesTheNameWithAndWithoutItsCollection) {
  const auto authenticator = InsecureAuthenticator::FromFile(kShipped);
  ASSERT_TRUE(authenticator.ok()) << authenticator.status();
  for (const char* header : {"chief-inspector", "principals/chief-inspector"}) {
    const auto principal = (*authenticator)->Authenticate(Header(header));
    ASSERT_TRUE(principal.ok()) << principal.status();
    EXPECT_EQ(principal->name(), "principals/chief-inspector");
    EXPECT_TRUE(principal->HasRole(Role::ROLE_CHIEF_INSPECTOR));
  }
  EXPECT_THAT((*authenticator)->Description(), HasSubstr(kShipped));
}

TEST(InsecureAuthenticator, RefusalListsTheNames) {
  const auto authenticator = InsecureAuthenticator::FromFile(kShipped);
  ASSERT_TRUE(authenticator.ok());
  for (const std::string& header :
       {std::string(), std::string("nobody"), std::string("principals/"), std::string("\xff\n\"")}) {
    const absl::Status status = (*authenticator)->Authenticate(Header(header)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated);
    EXPECT_EQ(ReasonOf(status), "UNAUTHENTICATED");
    EXPECT_THAT(std::string(status.message()), HasSubstr("chief-inspector, concerns-service, forces-service"));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("\xff")));
  }
}

TEST(InsecureAuthenticator, OtherCredentialsDoNotCount) {
  const auto authenticator = InsecureAuthenticator::FromFile(kShipped);
  ASSERT_TRUE(authenticator.ok());
  Credentials credentials;
  credentials.authorization = "Bearer chief-inspector";
  credentials.peer_identity = "principals/chief-inspector";
  EXPECT_EQ((*authenticator)->Authenticate(credentials).status().code(), absl::StatusCode::kUnauthenticated);
}

TEST(ShippedPrincipals, HaveOneOfEachRole) {
  const auto authenticator = InsecureAuthenticator::FromFile(kShipped);
  ASSERT_TRUE(authenticator.ok());
  const auto get = [&](const std::string& name) { return *(*authenticator)->Authenticate(Header(name)); };
  const std::pair<const char*, Role> kExpected[] = {
      {"liaison-lead", Role::ROLE_LIAISON_LEAD},
      {"hm-inspector", Role::ROLE_HM_INSPECTOR},
      {"chief-inspector", Role::ROLE_CHIEF_INSPECTOR},
      {"west-midlands-officer", Role::ROLE_FORCE},
      {"west-midlands-oversight-body", Role::ROLE_OVERSIGHT_BODY},
      {"oversight-group-secretariat", Role::ROLE_OVERSIGHT_GROUP_SECRETARIAT},
      {"press-officer", Role::ROLE_PRESS_OFFICE},
      {"records-manager", Role::ROLE_RECORDS_MANAGER},
      {"operator", Role::ROLE_OPERATOR},
      {"public", Role::ROLE_PUBLIC},
      {"forces-service", Role::ROLE_SERVICE},
      {"concerns-service", Role::ROLE_SERVICE},
      {"monitoring-service", Role::ROLE_SERVICE},
      {"gateway", Role::ROLE_SERVICE},
  };
  for (const auto& [name, role] : kExpected) EXPECT_TRUE(get(name).HasRole(role)) << name;
  EXPECT_TRUE(get("west-midlands-officer").Covers("forces/west-midlands", ""));
  EXPECT_FALSE(get("west-midlands-officer").Covers("forces/staffordshire", "West Midlands"));
  EXPECT_TRUE(get("hm-inspector").Covers("forces/staffordshire", "West Midlands"));
  EXPECT_FALSE(get("hm-inspector").CoversEveryForce());
  EXPECT_FALSE(get("operator").Covers("forces/west-midlands", "West Midlands"));
  EXPECT_TRUE(get("gateway").CoversEveryForce());
}

TEST(InsecureAuthenticator, TellsAllThatIsWrongWithAList) {
  common::v1::PrincipalList list;
  list.add_principals()->set_name("someone");
  auto* second = list.add_principals();
  second->set_name("principals/a");
  second->add_roles(Role::ROLE_UNSPECIFIED);
  second->add_forces("west-midlands");
  auto* third = list.add_principals();
  third->set_name("principals/a");
  third->add_roles(Role::ROLE_FORCE);
  const auto violations = ViolationsOf(InsecureAuthenticator::FromList(list, "test").status());
  EXPECT_THAT(violations, Contains(Pair("principals[0].name", HasSubstr("principals/{principal}"))));
  EXPECT_THAT(violations, Contains(Pair("principals[0].roles", "must hold a role")));
  EXPECT_THAT(violations, Contains(Pair("principals[1].roles", HasSubstr("knows"))));
  EXPECT_THAT(violations, Contains(Pair("principals[1].forces", HasSubstr("forces/{force}"))));
  EXPECT_THAT(violations, Contains(Pair("principals[2].name", "is given twice")));
  EXPECT_EQ(InsecureAuthenticator::FromList({}, "test").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(InsecureAuthenticator, SaysWhichFileIsMissingOrBroken) {
  const testing::TempDir folder;
  const std::string path = folder / "principals.json";
  const absl::Status missing = InsecureAuthenticator::FromFile(path).status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.message()), HasSubstr(path));
  std::ofstream(path) << R"({"principals": [{"name": "principals/a", "rolls": []}]})";
  const absl::Status broken = InsecureAuthenticator::FromFile(path).status();
  EXPECT_EQ(broken.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(broken.message()), HasSubstr(path));
}

}  // namespace
}  // namespace oversight::auth
