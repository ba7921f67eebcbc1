#include "common/auth/authorization.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <set>

#include "common/auth/roles.h"
#include "common/rpc/errors.h"
#include "tests/support/toy_table.h"

namespace oversight::auth {
namespace {

using google::protobuf::Message;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A service of its own, described at run time: the table must work for any.
constexpr char kFile[] = R"pb(
  name: "sample.proto"
  package: "sample.v1"
  syntax: "proto3"
  message_type {
    name: "Concern"
    field { name: "name" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
  }
  message_type {
    name: "Request"
    field { name: "name" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
    field { name: "concern" number: 2 type: TYPE_MESSAGE type_name: ".sample.v1.Concern" label: LABEL_OPTIONAL }
    field { name: "names" number: 3 type: TYPE_STRING label: LABEL_REPEATED }
    field { name: "concerns" number: 4 type: TYPE_MESSAGE type_name: ".sample.v1.Concern" label: LABEL_REPEATED }
    field { name: "size" number: 5 type: TYPE_INT32 label: LABEL_OPTIONAL }
    field { name: "bytes" number: 6 type: TYPE_BYTES label: LABEL_OPTIONAL }
    field { name: "map" number: 7 type: TYPE_MESSAGE type_name: ".sample.v1.Request.MapEntry" label: LABEL_REPEATED }
    nested_type {
      name: "MapEntry"
      options { map_entry: true }
      field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
      field { name: "value" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL }
    }
  }
  service {
    name: "SampleService"
    method { name: "GetThing" input_type: ".sample.v1.Request" output_type: ".sample.v1.Request" }
    method { name: "UpdateThing" input_type: ".sample.v1.Request" output_type: ".sample.v1.Request" }
    method { name: "ListThemes" input_type: ".sample.v1.Request" output_type: ".sample.v1.Request" }
  }
)pb";

class AuthorizationTest : public ::testing::Test {
 protected:
  AuthorizationTest() {
    google::protobuf::FileDescriptorProto file;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kFile, &file));
    file_ = pool_.BuildFile(file);
    EXPECT_NE(file_, nullptr);
  }
  std::unique_ptr<Message> Request(const std::string& text) {
    std::unique_ptr<Message> message(factory_.GetPrototype(file_->FindMessageTypeByName("Request"))->New());
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, message.get()));
    return message;
  }
  const google::protobuf::ServiceDescriptor& service() { return *file_->service(0); }

  static Principal Someone(std::vector<Role> roles, std::vector<std::string> forces,
                           std::vector<std::string> regions = {}, bool all = false) {
    common::v1::Principal proto;
    proto.set_name("principals/someone");
    for (Role role : roles) proto.add_roles(role);
    for (const auto& force : forces) proto.add_forces(force);
    for (const auto& region : regions) proto.add_regions(region);
    proto.set_all_forces(all);
    return Principal(proto);
  }
  static std::vector<MethodRule> GoodRules() {
    return {{"GetThing", Access::kRead, {Role::ROLE_FORCE, Role::ROLE_HM_INSPECTOR}, Scope::kForce, "name"},
            {"UpdateThing", Access::kWrite, {Role::ROLE_HM_INSPECTOR}, Scope::kForce, "concern.name"},
            {"ListThemes", Access::kRead, {Role::ROLE_PUBLIC}}};
  }
  std::string Problems(std::vector<MethodRule> rules) {
    const absl::Status status = AuthorizationTable("sample.v1.SampleService", std::move(rules)).Verify(service());
    EXPECT_TRUE(status.ok() || status.code() == absl::StatusCode::kInternal);
    return std::string(status.message());
  }

  google::protobuf::DescriptorPool pool_;
  google::protobuf::DynamicMessageFactory factory_;
  const google::protobuf::FileDescriptor* file_ = nullptr;
  const AuthorizationTable table_{"sample.v1.SampleService", GoodRules()};
  const RegionLookup region_ = [](const std::string& force) {
    return force == "forces/lincolnshire" ? std::string("East Midlands") : std::string();
  };
};

TEST_F(AuthorizationTest, ACompleteTableIsAccepted) {
  EXPECT_TRUE(table_.Verify(service()).ok()) << table_.Verify(service());
}

TEST_F(AuthorizationTest, RolesOnlyLooksAtNoForce) {
  const AuthorizationTable roles("sample.v1.SampleService", RolesOnly(GoodRules()));
  EXPECT_TRUE(roles.Verify(service()).ok()) << roles.Verify(service());
  const Principal inspector = Someone({Role::ROLE_HM_INSPECTOR}, {"forces/kent"});
  EXPECT_TRUE(Check(roles, "GetThing", inspector, "forces/essex", region_).ok());
  EXPECT_EQ(ReasonOf(Check(table_, "GetThing", inspector, "forces/essex", region_)), "OUT_OF_SCOPE");
  EXPECT_EQ(ReasonOf(Check(roles, "UpdateThing", Someone({Role::ROLE_FORCE}, {}), "forces/kent", region_)),
            "ROLE_NOT_ALLOWED");
}

TEST_F(AuthorizationTest, AStandInHasARuleForEverythingInTheContract) {
  EXPECT_TRUE(oversight::testing::ToyTable(service()).Verify(service()).ok());
  const AuthorizationTable table = oversight::testing::ToyTable(service(), {GoodRules()[0]}, {Role::ROLE_SERVICE});
  EXPECT_TRUE(table.Verify(service()).ok()) << table.Verify(service());
  EXPECT_EQ(table.Find("GetThing")->force_field, "name");
  EXPECT_THAT(table.Find("ListThemes")->roles, ElementsAre(Role::ROLE_SERVICE));
}

TEST(RolesTest, EveryRoleIsInsideOrNot) {
  // A new role has to be placed: nobody sees what is not published by oversight, or is kept from it.
  std::set<int> placed = {Role::ROLE_UNSPECIFIED, Role::ROLE_PUBLIC, Role::ROLE_OPERATOR};
  for (const Role role : InsidersAndForces()) EXPECT_TRUE(placed.insert(role).second) << RoleName(role);
  const auto* roles = common::v1::Role_descriptor();
  for (int i = 0; i < roles->value_count(); ++i) EXPECT_EQ(placed.count(roles->value(i)->number()), 1u) << i;
  for (const Role role : {Role::ROLE_FORCE, Role::ROLE_OVERSIGHT_BODY}) {
    EXPECT_THAT(Insiders(), ::testing::Not(::testing::Contains(role)));
    EXPECT_THAT(InsidersAndForces(), ::testing::Contains(role));
  }
}

TEST_F(AuthorizationTest, VerifyNamesEverythingThatIsWrong) {
  const std::string problems = Problems({{"GetThing", Access::kRead, {}, Scope::kForce, "name"},
                                         {"GetThing", Access::kRead, {Role::ROLE_FORCE}},
                                         {"Gone", Access::kRead, {Role::ROLE_UNSPECIFIED}},
                                         {"UpdateThing", Access::kWrite, {Role::ROLE_PUBLIC}, Scope::kForce, "name"}});
  EXPECT_THAT(problems, HasSubstr("ListThemes has no rule"));
  EXPECT_THAT(problems, HasSubstr("GetThing allows no role"));
  EXPECT_THAT(problems, HasSubstr("GetThing has two rules"));
  EXPECT_THAT(problems, HasSubstr("Gone is not a method of the service"));
  EXPECT_THAT(problems, HasSubstr("Gone allows the unspecified role"));
  EXPECT_THAT(problems, HasSubstr("UpdateThing is public and yet has a scope"));
}

TEST_F(AuthorizationTest, VerifyChecksTheForceFieldAgainstTheRequest) {
  const auto with_field = [this](const std::string& field, Scope scope = Scope::kForce) {
    auto rules = GoodRules();
    rules[0].force_field = field;
    rules[0].scope = scope;
    return Problems(rules);
  };
  EXPECT_EQ(with_field("names"), "");
  EXPECT_EQ(with_field("concerns.name"), "");
  EXPECT_THAT(with_field("nam"), HasSubstr("has no field \"nam\""));
  EXPECT_THAT(with_field("concern.nam"), HasSubstr("has no field"));
  EXPECT_THAT(with_field("name.x"), HasSubstr("has no field"));
  EXPECT_THAT(with_field("concern"), HasSubstr("is not a string"));
  EXPECT_THAT(with_field("size"), HasSubstr("is not a string"));
  EXPECT_THAT(with_field("bytes"), HasSubstr("is not a string"));
  EXPECT_THAT(with_field("map.value"), HasSubstr("map"));
  EXPECT_THAT(with_field("concern..name"), HasSubstr("has no field"));
  EXPECT_THAT(with_field(""), HasSubstr("has a scope but no force field"));
  EXPECT_THAT(with_field("name", Scope::kNone), HasSubstr("has a force field but no scope"));
}

TEST_F(AuthorizationTest, VerifyRefusesTheTableOfAnotherService) {
  EXPECT_THAT(std::string(AuthorizationTable("other.v1.Service", GoodRules()).Verify(service()).message()),
              HasSubstr("not for sample.v1.SampleService"));
}

TEST_F(AuthorizationTest, FindTakesShortAndFullNames) {
  EXPECT_NE(table_.Find("GetThing"), nullptr);
  EXPECT_NE(table_.Find("/sample.v1.SampleService/GetThing"), nullptr);
  EXPECT_NE(table_.Find("sample.v1.SampleService/GetThing"), nullptr);
  for (const char* other : {"", "/", "GetThin", "/GetThing", "/other.v1.Service/GetThing", "//GetThing",
                            "/sample.v1.SampleService/", "x/sample.v1.SampleService/GetThing"}) {
    EXPECT_EQ(table_.Find(other), nullptr) << other;
  }
}

TEST_F(AuthorizationTest, RolesAreChecked) {
  const auto request = Request("concern { name: 'forces/kent/concerns/1' }");
  const absl::Status status = Check(table_, "/sample.v1.SampleService/UpdateThing",
                                    Someone({Role::ROLE_FORCE}, {"forces/kent"}), *request, region_);
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ReasonOf(status), "ROLE_NOT_ALLOWED");
  EXPECT_EQ(ErrorMetadata(status, "roles_allowed"), "HM_INSPECTOR");
  EXPECT_EQ(std::string(status.message()),
            "principals/someone may not call UpdateThing: it needs the role HM_INSPECTOR.");
  EXPECT_EQ(ReasonOf(Check(table_, "GetThing", Principal(), *request, region_)), "ROLE_NOT_ALLOWED");
}

TEST_F(AuthorizationTest, TheScopeIsChecked) {
  const auto inspector = Someone({Role::ROLE_HM_INSPECTOR}, {"forces/kent"}, {"East Midlands"});
  const auto check = [&](const std::string& name) {
    return Check(table_, "GetThing", inspector, *Request("name: '" + name + "'"), region_);
  };
  EXPECT_TRUE(check("forces/kent").ok());
  EXPECT_TRUE(check("forces/kent/concerns/3").ok());
  EXPECT_TRUE(check("forces/lincolnshire/concerns/3").ok());
  const absl::Status outside = check("forces/essex/concerns/3");
  EXPECT_EQ(outside.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ReasonOf(outside), "OUT_OF_SCOPE");
  EXPECT_EQ(ErrorMetadata(outside, "force"), "forces/essex");
  EXPECT_EQ(ReasonOf(check("forces/kentish")), "OUT_OF_SCOPE");
  for (const char* every : {"", "forces/-", "forces/-/concerns/1"})
    EXPECT_EQ(ReasonOf(check(every)), "OUT_OF_SCOPE") << every;
  for (const char* malformed : {"kent", "forces", "forces/", "forces//concerns/1", "/forces/kent"}) {
    EXPECT_EQ(ReasonOf(check(malformed)), "INVALID_FIELDS") << malformed;
  }
}

TEST_F(AuthorizationTest, AScopeOverEveryForceNeedsNoRegion) {
  const auto inspector = Someone({Role::ROLE_HM_INSPECTOR}, {}, {}, true);
  const RegionLookup never = [](const std::string&) -> std::string {
    ADD_FAILURE() << "the region was looked up";
    return "";
  };
  EXPECT_TRUE(Check(table_, "GetThing", inspector, *Request("name: 'forces/essex'"), never).ok());
  EXPECT_TRUE(Check(table_, "GetThing", inspector, *Request(""), never).ok());
  EXPECT_TRUE(
      Check(table_, "GetThing", Someone({Role::ROLE_FORCE}, {"forces/kent"}), *Request("name: 'forces/kent'"), nullptr)
          .ok());
}

TEST_F(AuthorizationTest, EveryForceNamedMustBeInScope) {
  auto rules = GoodRules();
  rules[0].force_field = "concerns.name";
  const AuthorizationTable table("sample.v1.SampleService", rules);
  const auto officer = Someone({Role::ROLE_FORCE}, {"forces/kent"});
  const auto check = [&](const std::string& text) {
    return ReasonOf(Check(table, "GetThing", officer, *Request(text), region_));
  };
  EXPECT_EQ(check("concerns { name: 'forces/kent/concerns/1' } concerns { name: 'forces/kent/concerns/2' }"), "");
  EXPECT_EQ(check("concerns { name: 'forces/kent/concerns/1' } concerns { name: 'forces/essex/concerns/2' }"),
            "OUT_OF_SCOPE");
  EXPECT_EQ(check("concerns { name: 'forces/kent/concerns/1' } concerns { }"), "OUT_OF_SCOPE");
  EXPECT_EQ(check(""), "OUT_OF_SCOPE");
}

TEST_F(AuthorizationTest, APublicMethodIsForEveryoneWhoIsSomeone) {
  EXPECT_TRUE(Check(table_, "ListThemes", Someone({Role::ROLE_FORCE}, {}), *Request("name: 'anything'"), region_).ok());
  EXPECT_EQ(ReasonOf(Check(table_, "ListThemes", Principal(), *Request(""), region_)), "ROLE_NOT_ALLOWED");
}

TEST_F(AuthorizationTest, AMethodWithoutRuleIsInternal) {
  const absl::Status status =
      Check(table_, "DeleteThing", Someone({Role::ROLE_CHIEF_INSPECTOR}, {}, {}, true), *Request(""), region_);
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(ReasonOf(status), "INTERNAL");
}

TEST_F(AuthorizationTest, AForceAlreadyKnownIsCheckedTheSameWay) {
  const auto officer = Someone({Role::ROLE_FORCE}, {"forces/kent"});
  EXPECT_TRUE(Check(table_, "GetThing", officer, std::string("forces/kent"), region_).ok());
  EXPECT_EQ(ReasonOf(Check(table_, "GetThing", officer, std::string("forces/essex"), region_)), "OUT_OF_SCOPE");
  EXPECT_EQ(ReasonOf(Check(table_, "GetThing", officer, std::string(), region_)), "OUT_OF_SCOPE");
  EXPECT_EQ(ReasonOf(Check(table_, "UpdateThing", officer, std::string("forces/kent"), region_)), "ROLE_NOT_ALLOWED");
}

TEST_F(AuthorizationTest, ForcesOfGivesEachOnceInOrder) {
  const auto forces =
      ForcesOf(*Request("names: 'forces/b/x' names: 'forces/a' names: 'forces/b' names: 'forces/-'"), "names");
  ASSERT_TRUE(forces.ok()) << forces.status();
  EXPECT_THAT(*forces, ElementsAre("forces/b", "forces/a", ""));
}

}  // namespace
}  // namespace oversight::auth
