// What the HTTP port's faces are made of, apart from any network: queries, compression, callers, REST paths.
#include <zlib.h>

#include <set>

#include "gateway/http/callers.h"
#include "gateway/http/gzip.h"
#include "gateway/http/query.h"
#include "gateway/http/rest_paths.h"
#include "gateway/http/security_headers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "oversight/concerns/v1/concerns_service.pb.h"
#include "oversight/concerns/v1/overview_service.pb.h"
#include "oversight/forces/v1/forces_service.pb.h"
#include "oversight/gateway/v1/gateway_service.pb.h"
#include "oversight/monitoring/v1/attention_service.pb.h"
#include "oversight/monitoring/v1/monitoring_service.pb.h"

namespace oversight::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(Query, IsNamesAndValuesDecoded) {
  EXPECT_THAT(QueryOf("/register?on-date=early+2024&x=%C3%A9%2f&&y&z=a=b"),
              ElementsAre(Pair("on-date", "early 2024"), Pair("x", "é/"), Pair("y", ""), Pair("z", "a=b")));
  EXPECT_THAT(QueryOf("/register"), IsEmpty());
  EXPECT_THAT(QueryOf("/register?"), IsEmpty());
  EXPECT_EQ(ValueOf(ParseQuery("a=1&a=2"), "a"), "1");
  EXPECT_EQ(ValueOf({}, "a"), "");
}

TEST(Query, WhatIsNoEncodingStaysAsItIs) {
  EXPECT_THAT(ParseQuery("a=%&b=%4&c=%zz&d=100%25"),
              ElementsAre(Pair("a", "%"), Pair("b", "%4"), Pair("c", "%zz"), Pair("d", "100%")));
}

TEST(Gzip, IsTakenByThoseWhoSaySo) {
  for (const char* yes : {"gzip", "GZIP", "deflate, gzip;q=1.0, *;q=0.5", "br , gzip", "gzip;q=0.1"}) {
    EXPECT_TRUE(AcceptsGzip(yes)) << yes;
  }
  for (const char* no : {"", "identity", "br", "gzip;q=0", "gzip; q=0.000", "xgzip"})
    EXPECT_FALSE(AcceptsGzip(no)) << no;
}

TEST(Gzip, ComesOutAsItWentIn) {
  for (const std::string& plain :
       {std::string(), std::string("a"), std::string(300000, 'x'), std::string("\0\xff<p>", 5)}) {
    const std::string packed = Gzip(plain);
    z_stream stream = {};
    ASSERT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
    std::string result(plain.size() + 1, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(result.data());
    stream.avail_out = static_cast<uInt>(result.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    result.resize(stream.total_out);
    inflateEnd(&stream);
    EXPECT_EQ(result, plain);
  }
}

auth::Principal Named(const std::string& name, const std::string& display_name) {
  common::v1::Principal principal;
  principal.set_name(name);
  principal.set_display_name(display_name);
  return auth::Principal(principal);
}

HttpRequest With(std::multimap<std::string, std::string> headers) { return {"GET", "/", std::move(headers), ""}; }

TEST(Callers, AreWhomTheHeadersSayElseTheCookieElseThePublic) {
  const Callers callers({Named("principals/public", "The public"), Named("principals/hm-inspector", "HMI")});
  EXPECT_THAT(callers.HeadersOf(With({})), ElementsAre(Pair("oversight-principal", "public")));
  EXPECT_THAT(callers.HeadersOf(With({{"cookie", "a=b; oversight-principal=hm-inspector"}})),
              ElementsAre(Pair("oversight-principal", "hm-inspector")));
  EXPECT_EQ(callers.Of(With({{"cookie", "oversight-principal=hm-inspector"}}))->display_name(), "HMI");
  EXPECT_THAT(callers.HeadersOf(With({{"cookie", "oversight-principal=somebody"}})),
              ElementsAre(Pair("oversight-principal", "public")));
  const auto named =
      With({{"cookie", "oversight-principal=hm-inspector"}, {"oversight-principal", "x"}, {"accept", "y"}});
  EXPECT_THAT(callers.HeadersOf(named), ElementsAre(Pair("oversight-principal", "x"))) << "for the services to judge";
  EXPECT_EQ(callers.Of(named), nullptr);
  const auto proven = With({{"authorization", "Bearer t"}, {"cookie", "oversight-principal=hm-inspector"}});
  EXPECT_THAT(callers.HeadersOf(proven), ElementsAre(Pair("authorization", "Bearer t")));
  EXPECT_EQ(callers.Of(proven), nullptr);
}

TEST(Callers, NoCookieIsBelievedWhereCallersMustProveWhoTheyAre) {
  const Callers callers({});
  EXPECT_THAT(callers.HeadersOf(With({{"cookie", "oversight-principal=chief-inspector"}})), IsEmpty());
}

TEST(SecurityHeaders, SpeakOfHttpsOnlyWherePeopleComeByIt) {
  const auto named = [](bool https) {
    std::set<std::string> names;
    for (const auto& [name, value] : SecurityHeaders(https)) {
      EXPECT_TRUE(names.insert(name).second) << name;
      EXPECT_NE(value, "");
    }
    return names;
  };
  EXPECT_EQ(named(false).count("strict-transport-security"), 0U);
  EXPECT_EQ(named(true).count("strict-transport-security"), 1U);
  EXPECT_EQ(named(true).size(), named(false).size() + 1);
}

class RestPathsTest : public ::testing::Test {
 protected:
  RestPathsTest() {
    routes_.AddService<forces::v1::GetForceRequest>("forces-service", nullptr);
    routes_.AddService<concerns::v1::GetConcernRequest>("concerns-service", nullptr);
    routes_.AddService<concerns::v1::GetForceSummaryRequest>("concerns-service", nullptr);
    routes_.AddService<monitoring::v1::GetMonitoringRequest>("monitoring-service", nullptr);
    routes_.AddService<monitoring::v1::ListAttentionRequest>("monitoring-service", nullptr);
    routes_.AddService<v1::GetForceDashboardRequest>("gateway", nullptr);
  }
  // "GetForce forces/kent"; "" when there is nothing.
  static std::string Found(const RestPaths& paths, const std::string& path) {
    const auto match = paths.Find(path);
    return match.has_value() ? match->path->method->name() + " " + match->name : "";
  }

  Routes routes_;
};

TEST_F(RestPathsTest, FollowFromTheContract) {
  const RestPaths paths(routes_);
  EXPECT_EQ(Found(paths, "forces/kent"), "GetForce forces/kent");
  EXPECT_EQ(Found(paths, "forces/kent/concerns"), "ListConcerns forces/kent");
  EXPECT_EQ(Found(paths, "forces/-/concerns"), "ListConcerns forces/-");
  EXPECT_EQ(Found(paths, "forces/kent/concerns/1"), "GetConcern forces/kent/concerns/1");
  EXPECT_EQ(Found(paths, "forces/kent/concerns/1:versions"), "ListConcernVersions forces/kent/concerns/1");
  EXPECT_EQ(Found(paths, "forces/kent/monitoring"), "GetMonitoring forces/kent/monitoring");
  EXPECT_EQ(Found(paths, "forces/kent:dashboard"), "GetForceDashboard forces/kent");
  EXPECT_EQ(Found(paths, "forces/kent:due"), "ListDue forces/kent");
  EXPECT_EQ(Found(paths, "forces/kent/inspections/peel-2023"), "GetInspection forces/kent/inspections/peel-2023");
  EXPECT_EQ(Found(paths, "nationalInspections/peel-2023"), "GetInspection nationalInspections/peel-2023");
  EXPECT_EQ(Found(paths, "forces/kent/inspections"), "ListInspections forces/kent");
  EXPECT_EQ(Found(paths, "forces").substr(0, 10), "ListForces");
  EXPECT_EQ(Found(paths, "nationalDashboard").substr(0, 20), "GetNationalDashboard");
  EXPECT_EQ(Found(paths, "attention").substr(0, 13), "ListAttention");
  EXPECT_EQ(Found(paths, "forces/kent:attention"), "ListAttention forces/kent");
  for (const char* nothing : {"", "/", ":", "forces/", "forces//concerns", "forces/kent/", "forces/kent:nothing",
                              "forces/kent:", "forces/kent/concerns/1/2/3", ":dashboard", "forces/kent:dashboard/x"}) {
    EXPECT_EQ(Found(paths, nothing), "") << nothing;
  }
}

TEST_F(RestPathsTest, AreReadsAndEachIsOne) {
  const RestPaths paths(routes_);
  std::set<std::string> patterns;
  for (const RestPath& path : paths.all()) {
    EXPECT_TRUE(patterns.insert(path.pattern).second) << path.pattern;
    EXPECT_THAT(path.method->name(), ::testing::MatchesRegex("(Get|List).*"));
  }
  EXPECT_GT(patterns.size(), 30u);
}

}  // namespace
}  // namespace oversight::gateway
