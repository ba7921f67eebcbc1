// What the HTTP port's faces are made of, apart from any network: queries, compression, callers, REST paths.
#include <zlib.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/http/callers.h"
#include "gateway/http/gzip.h"
#include "gateway/http/openapi.h"
#include "gateway/http/query.h"
#include "gateway/http/rest_paths.h"
#include "gateway/http/security_headers.h"
#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "oversight/concerns/v1/concerns_service.pb.h"
#include "oversight/concerns/v1/overview_service.pb.h"
#include "oversight/forces/v1/forces_service.pb.h"
#include "oversight/gateway/v1/gateway_service.pb.h"
#include "oversight/monitoring/v1/attention_service.pb.h"
#include "oversight/monitoring/v1/monitoring_service.pb.h"
#include "oversight/monitoring/v1/register_service.pb.h"

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

TEST(Query, WhatIsEncodedComesBack) {
  for (const std::string& text : {std::string("South West"), std::string("a&b=c%d+e/é"), std::string()}) {
    EXPECT_EQ(ValueOf(ParseQuery("x=" + Encoded(text)), "x"), text);
  }
  EXPECT_EQ(Encoded("a-b_c.d~e f"), "a-b_c.d~e%20f");
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

// A body of pieces, and then its end or a failure.
class Pieces final : public HttpBody {
 public:
  explicit Pieces(std::vector<std::string> pieces, absl::Status end = absl::OkStatus())
      : pieces_(std::move(pieces)), end_(std::move(end)) {}
  void Next(std::function<void(Piece)> then) override {
    if (next_ < pieces_.size()) return then(std::optional<std::string>(pieces_[next_++]));
    if (!end_.ok()) return then(end_);
    then(std::nullopt);
  }
  void Cancel() override { cancelled_ = true; }
  bool cancelled_ = false;

 private:
  const std::vector<std::string> pieces_;
  const absl::Status end_;
  size_t next_ = 0;
};

TEST(Gzip, ABodyOfManyPiecesIsOneMemberMadeAsItIsSent) {
  std::vector<std::string> pieces;
  std::string plain;
  for (int i = 0; i < 2000; ++i) {
    pieces.push_back(absl::StrCat("row ", i * 7919, ",", i * i, "\n"));
    plain += pieces.back();
  }
  const auto body = GzipBody(std::make_shared<Pieces>(pieces));
  std::string packed;
  size_t greatest = 0;
  int parts = 0;
  for (bool more = true; more;) {
    body->Next([&](HttpBody::Piece piece) {
      ASSERT_TRUE(piece.ok());
      more = piece->has_value();
      if (!more) return;
      ++parts;
      greatest = std::max(greatest, (*piece)->size());
      packed += **piece;
    });
  }
  EXPECT_GT(parts, 1);
  EXPECT_LT(greatest, 40000u);
  std::string result(plain.size() + 1, '\0');
  z_stream stream = {};
  ASSERT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  result.resize(stream.total_out);
  inflateEnd(&stream);
  EXPECT_EQ(result, plain);
}

TEST(Gzip, ABodyThatBreaksOffIsNotEnded) {
  const auto pieces = std::make_shared<Pieces>(std::vector<std::string>{"a"}, absl::UnavailableError("gone"));
  const auto body = GzipBody(pieces);
  absl::Status status;
  for (int i = 0; i < 3 && status.ok(); ++i) body->Next([&](HttpBody::Piece piece) { status = piece.status(); });
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  body->Cancel();
  EXPECT_TRUE(pieces->cancelled_);
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
    routes_.AddService<monitoring::v1::GetRegisterRequest>("monitoring-service", nullptr);
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
  EXPECT_EQ(Found(paths, "forces/kent:agenda"), "GetAgenda forces/kent");
  EXPECT_EQ(Found(paths, "agenda").substr(0, 9), "GetAgenda");
  EXPECT_EQ(Found(paths, "comparisons").substr(0, 15), "ListComparisons");
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
    EXPECT_THAT(path.method->name(), ::testing::MatchesRegex("(Get|List|Search).*"));
  }
  EXPECT_GT(patterns.size(), 30u);
}

// ---- The OpenAPI document ----

class OpenApiTest : public RestPathsTest {
 protected:
  google::protobuf::Struct Document(OpenApiCallers callers = OpenApiCallers::kTokens) {
    const std::string json = OpenApiJson(paths_, callers, [](const google::protobuf::MethodDescriptor& method) {
      return method.name() == "ListConcerns" ? std::vector<std::string>{"csv"} : std::vector<std::string>();
    });
    google::protobuf::Struct document;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &document).ok());
    return document;
  }
  // The value at a path of names.
  static google::protobuf::Value At(const google::protobuf::Struct& document, const std::vector<std::string>& names) {
    google::protobuf::Value value;
    *value.mutable_struct_value() = document;
    for (const std::string& name : names) {
      const auto& fields = value.struct_value().fields();
      const auto it = fields.find(name);
      EXPECT_NE(it, fields.end()) << name;
      if (it == fields.end()) return {};
      const google::protobuf::Value next = it->second;
      value = next;
    }
    return value;
  }
  static google::protobuf::Struct Parameter(const google::protobuf::Value& operation, const std::string& name) {
    for (const auto& item : operation.struct_value().fields().at("parameters").list_value().values()) {
      if (item.struct_value().fields().at("name").string_value() == name) return item.struct_value();
    }
    ADD_FAILURE() << "no parameter " << name;
    return {};
  }

  const RestPaths paths_{routes_};
};

TEST_F(OpenApiTest, HasEveryPathThereIsAndNoOther) {
  std::set<std::string> expected = {"/v1/events", "/v1/openapi.json"};
  for (const RestPath& path : paths_.all()) {
    expected.insert("/v1/" + path.pattern);
    if (path.method->name() == "ListConcerns") expected.insert("/v1/" + path.pattern + ".csv");
  }
  std::set<std::string> found, ids;
  const auto paths = At(Document(), {"paths"});
  for (const auto& [path, item] : paths.struct_value().fields()) {
    found.insert(path);
    const auto& get = item.struct_value().fields().at("get").struct_value().fields();
    EXPECT_TRUE(ids.insert(get.at("operationId").string_value()).second) << path;
    EXPECT_FALSE(get.at("summary").string_value().empty()) << path;
  }
  EXPECT_EQ(found, expected);
}

TEST_F(OpenApiTest, ParametersAreTheFieldsOfTheRequestWithTheirCommentsAndLimits) {
  const auto list = At(Document(), {"paths", "/v1/forces/{force}/concerns", "get"});
  EXPECT_EQ(At(Parameter(list, "force"), {"in"}).string_value(), "path");
  EXPECT_EQ(At(Parameter(list, "pageSize"), {"schema", "type"}).string_value(), "integer");
  EXPECT_FALSE(At(Parameter(list, "pageToken"), {"description"}).string_value().empty());
  EXPECT_EQ(At(Parameter(list, "read.asOf.recordedTime"), {"schema", "format"}).string_value(), "date-time");
  const auto compare = At(Document(), {"paths", "/v1/comparisons", "get"});
  EXPECT_EQ(At(Parameter(compare, "by"), {"schema", "$ref"}).string_value(),
            "#/components/schemas/oversight.gateway.v1.ComparisonBy");
  EXPECT_EQ(At(Parameter(compare, "sinceDate"), {"schema", "type"}).string_value(), "string");
  for (const auto& item : list.struct_value().fields().at("parameters").list_value().values()) {
    EXPECT_NE(item.struct_value().fields().at("name").string_value(), "parent") << "it is in the path";
  }
}

TEST_F(OpenApiTest, SchemasAreTheMessagesAsTheirJson) {
  const auto document = Document();
  const std::vector<std::string> concern = {"components", "schemas", "oversight.concerns.v1.Concern", "properties"};
  const auto at = [&](std::vector<std::string> rest) {
    std::vector<std::string> names = concern;
    names.insert(names.end(), rest.begin(), rest.end());
    return At(document, names);
  };
  EXPECT_EQ(at({"revision", "type"}).string_value(), "string") << "64 bits are text in JSON";
  EXPECT_EQ(at({"createTime", "format"}).string_value(), "date-time");
  EXPECT_EQ(at({"accelerated", "type"}).string_value(), "boolean");
  EXPECT_EQ(at({"supersedes", "type"}).string_value(), "array");
  EXPECT_EQ(at({"state", "allOf"}).list_value().values(0).struct_value().fields().at("$ref").string_value(),
            "#/components/schemas/oversight.concerns.v1.ConcernState");
  EXPECT_EQ(at({"title", "description"}).string_value(),
            "A short title, such as \"Investigations and outcomes for victims\".");
  const auto state = At(document, {"components", "schemas", "oversight.concerns.v1.ConcernState"});
  EXPECT_THAT(At(state.struct_value(), {"description"}).string_value(),
              ::testing::HasSubstr("- `CONCERN_STATE_ISSUED`: Issued to the force and open."));
}

TEST_F(OpenApiTest, SaysHowCallersSayWhoTheyAreAndHowErrorsLook) {
  EXPECT_EQ(At(Document(), {"components", "securitySchemes", "token", "scheme"}).string_value(), "bearer");
  EXPECT_EQ(
      At(Document(OpenApiCallers::kInsecure), {"components", "securitySchemes", "principal", "name"}).string_value(),
      "oversight-principal");
  EXPECT_EQ(At(Document(), {"paths", "/v1/register", "get", "responses", "default", "$ref"}).string_value(),
            "#/components/responses/Error");
  EXPECT_EQ(OpenApiJson(paths_, OpenApiCallers::kTokens, [](const auto&) { return std::vector<std::string>(); }),
            OpenApiJson(paths_, OpenApiCallers::kTokens, [](const auto&) { return std::vector<std::string>(); }))
      << "the same bytes each time";
}

}  // namespace
}  // namespace oversight::gateway
