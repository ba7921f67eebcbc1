// Every RPC of the suite, and every page, as everyone who may come: against the real services with real tokens, at
// their own ports and through the gateway, over gRPC and REST. What is expected is in matrix.txt, to be read by people.
// It is written by
//
//   OVERSIGHT_WRITE_MATRIX=1 build/release/bin/matrix_test        (at the top of the tree)
//
// after which the difference is to be read, line by line, before it is committed: it is who may do what.
#include <cstdlib>
#include <fstream>
#include <future>
#include <map>
#include <set>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/rpc/channel.h"
#include "common/rpc/errors.h"
#include "common/rpc/status_mapping.h"
#include "common/rpc/validator.h"
#include "gateway/cli/contract.h"
#include "gateway/forward/backend_call.h"
#include "gateway/forward/routes.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "tests/auth/matrix/rest_targets.h"
#include "tests/auth/matrix/sample_request.h"
#include "tests/support/awaited.h"
#include "tests/support/http_client.h"
#include "tests/support/suite.h"
#include "tests/support/test_issuer.h"

namespace oversight::testing {
namespace {

using auth::Role;
using google::protobuf::MethodDescriptor;

constexpr char kTable[] = "tests/auth/matrix/matrix.txt";
// All requests are about this force, of which there is a record.
constexpr char kForce[] = "west-midlands";
constexpr char kRegion[] = "West Midlands";
constexpr char kOtherForce[] = "forces/kent";

// The scopes in which each role comes, by the letter that stands for it in the table.
constexpr std::string_view kScopes = "orxa";

// What became of a call.
enum class Outcome { kAnswered, kDenied, kNotFound, kUnauthenticated };

Outcome OutcomeOf(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::PERMISSION_DENIED:
      return Outcome::kDenied;
    case grpc::StatusCode::UNAUTHENTICATED:
      return Outcome::kUnauthenticated;
    case grpc::StatusCode::NOT_FOUND:
      return Outcome::kNotFound;
    default:
      return Outcome::kAnswered;
  }
}

Outcome OutcomeOf(int http_status) {
  switch (http_status) {
    case 403:
      return Outcome::kDenied;
    case 401:
      return Outcome::kUnauthenticated;
    case 404:
      return Outcome::kNotFound;
    default:
      return Outcome::kAnswered;
  }
}

std::vector<Role> Roles() {
  std::vector<Role> roles;
  for (int i = 0; i < common::v1::Role_descriptor()->value_count(); ++i) {
    const auto role = static_cast<Role>(common::v1::Role_descriptor()->value(i)->number());
    if (role != Role::ROLE_UNSPECIFIED) roles.push_back(role);
  }
  return roles;
}

// Short enough for a column; no role is without one.
std::string ColumnOf(Role role) {
  switch (role) {
    case Role::ROLE_PUBLIC:
      return "publ";
    case Role::ROLE_FORCE:
      return "forc";
    case Role::ROLE_OVERSIGHT_BODY:
      return "body";
    case Role::ROLE_LIAISON_LEAD:
      return "lead";
    case Role::ROLE_HM_INSPECTOR:
      return "hmi";
    case Role::ROLE_CHIEF_INSPECTOR:
      return "chie";
    case Role::ROLE_OVERSIGHT_GROUP_SECRETARIAT:
      return "secr";
    case Role::ROLE_PRESS_OFFICE:
      return "pres";
    case Role::ROLE_RECORDS_MANAGER:
      return "reco";
    case Role::ROLE_OPERATOR:
      return "oper";
    case Role::ROLE_SERVICE:
      return "serv";
    default:
      ADD_FAILURE() << "The role " << auth::RoleName(role) << " has no column.";
      return "????";
  }
}

class MatrixTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    issuer_ = new TestIssuer();
    suite_ = new Suite({.issuer = issuer_});
    const Ran played = suite_->Cli("liaison-lead", {"play", "data/scenarios/west-midlands-2023.json"});
    ASSERT_EQ(played.code, 0) << played.err;
    expired_ = "Bearer " + issuer_->Token(issuer_->Sample("chief-inspector"), absl::Now() - absl::Hours(3));
    for (const Role role : Roles()) {
      for (const char scope : kScopes) {
        common::v1::Principal principal;
        std::string id = absl::AsciiStrToLower(absl::StrCat(auth::RoleName(role), "-", std::string(1, scope)));
        principal.set_name(absl::StrCat("principals/", absl::StrReplaceAll(id, {{"_", "-"}})));
        principal.add_roles(role);
        if (scope == 'o') principal.add_forces(absl::StrCat("forces/", kForce));
        if (scope == 'r') principal.add_regions(kRegion);
        if (scope == 'x') principal.add_forces(kOtherForce);
        if (scope == 'a') principal.set_all_forces(true);
        callers_[{role, scope}] = "Bearer " + issuer_->Token(auth::Principal(principal));
      }
    }
    for (const auto& [services, name] :
         std::vector<std::pair<std::string, std::string>>{{"oversight.forces.", "forces-service"},
                                                          {"oversight.ledger.", "forces-service"},
                                                          {"oversight.concerns.", "concerns-service"},
                                                          {"oversight.monitoring.", "monitoring-service"},
                                                          {"oversight.gateway.", "gateway"}}) {
      stubs_[services] = std::make_shared<grpc::GenericStub>(rpc::MakeChannel({.target = suite_->address(name)}));
    }
    door_ = std::make_shared<grpc::GenericStub>(rpc::MakeChannel({.target = suite_->address("gateway")}));
    // The regions of forces have come to everybody who judges by them, and the case to the gateway.
    const MethodDescriptor* dashboard =
        cli::Contract().FindMethodByName("oversight.gateway.v1.GatewayService.GetForceDashboard");
    ASSERT_TRUE(Eventually([&] {
      return Call(*dashboard, door_, callers_.at({Role::ROLE_HM_INSPECTOR, 'r'})).ok() &&
             suite_->Cli("chief-inspector", {"dashboard", kForce}).out.find("Stage: Engage") != std::string::npos;
    }));
  }
  static void TearDownTestSuite() {
    stubs_.clear();
    door_.reset();
    delete suite_;
    delete issuer_;
  }

  static std::vector<const MethodDescriptor*> Methods() {
    std::vector<const MethodDescriptor*> methods;
    for (const auto* service : cli::Services()) {
      for (int i = 0; i < service->method_count(); ++i) methods.push_back(service->method(i));
    }
    return methods;
  }

  static const std::shared_ptr<grpc::GenericStub>& OwnerOf(const MethodDescriptor& method) {
    for (const auto& [prefix, stub] : stubs_) {
      if (absl::StartsWith(method.full_name(), prefix)) return stub;
    }
    ADD_FAILURE() << method.full_name() << ": nobody is known to serve it.";
    return door_;
  }

  // How the call ends; for a stream, how it begins.
  static grpc::Status Call(const MethodDescriptor& method, const std::shared_ptr<grpc::GenericStub>& stub,
                           const std::string& authorization) {
    const auto request = SampleRequest(method, kForce);
    gateway::Route route;
    route.path = absl::StrCat("/", method.service()->full_name(), "/", method.name());
    route.owner = "?";
    route.stub = stub;
    gateway::BackendCallOptions options;
    options.deadline = absl::Now() + absl::Seconds(30);
    if (!authorization.empty()) options.headers.emplace_back("authorization", authorization);
    const grpc::ByteBuffer bytes = gateway::ToByteBuffer(request->SerializeAsString());
    if (!method.server_streaming()) {
      std::promise<grpc::Status> ended;
      gateway::StartUnary(route, options, bytes,
                          [&ended](gateway::UnaryAnswer answer) { ended.set_value(answer.status); });
      return ended.get_future().get();
    }
    const auto stream = gateway::StartStream(route, options, bytes);
    grpc::Status result;
    for (bool first = true;; first = false) {
      std::promise<std::pair<bool, grpc::Status>> read;
      stream->Read([&read](std::optional<grpc::ByteBuffer> message, const grpc::Status& status) {
        read.set_value({message.has_value(), status});
      });
      const auto [more, status] = read.get_future().get();
      if (!more && first) result = status;
      if (!more) return result;
      if (first) stream->Cancel();
    }
  }

  // One row: who is answered ("n" for nobody with a token, and per role the scopes), who is refused (-), and from whom
  // it is hidden that there is something (?).
  template <class Ask>
  static std::string RowOf(const std::string& name, const Ask& ask) {
    const Outcome chief = ask(callers_.at({Role::ROLE_CHIEF_INSPECTOR, 'a'}));
    const auto cell = [&](const std::string& authorization, char letter) {
      switch (ask(authorization)) {
        case Outcome::kAnswered:
          return letter;
        case Outcome::kDenied:
          return '-';
        case Outcome::kNotFound:
          return chief == Outcome::kAnswered ? '?' : letter;
        default:
          return '!';  // Nobody here has a bad token.
      }
    };
    std::string row = absl::StrCat(name, std::string(name.size() < 34 ? 34 - name.size() : 1, ' '));
    row += cell("", 'n');
    for (const Role role : Roles()) {
      row += "  ";
      for (const char scope : kScopes) row += cell(callers_.at({role, scope}), scope);
    }
    return row;
  }

  static std::string Header() {
    std::string header(34, ' ');
    header += "n";
    for (const Role role : Roles()) {
      const std::string column = ColumnOf(role);
      absl::StrAppend(&header, "  ", column, std::string(4 - column.size(), ' '));
    }
    return header;
  }

  static TestIssuer* issuer_;
  static Suite* suite_;
  static std::string expired_;
  static std::map<std::pair<Role, char>, std::string> callers_;
  static std::map<std::string, std::shared_ptr<grpc::GenericStub>> stubs_;
  static std::shared_ptr<grpc::GenericStub> door_;
};
TestIssuer* MatrixTest::issuer_ = nullptr;
Suite* MatrixTest::suite_ = nullptr;
std::string MatrixTest::expired_;
std::map<std::pair<Role, char>, std::string> MatrixTest::callers_;
std::map<std::string, std::shared_ptr<grpc::GenericStub>> MatrixTest::stubs_;
std::shared_ptr<grpc::GenericStub> MatrixTest::door_;

constexpr char kIntroduction[] =
    R"(# Who may call what. Held against the running suite by matrix_test; written by it when told to (see matrix_test.cc).
#
# Each row is an RPC, or a page; each column a role, in four scopes. All requests are about West Midlands Police:
#   o  the scope is that force           r  the scope is its region
#   x  the scope is another force only   a  the scope is every force
# A letter: who comes so is answered, or told of a fault of the request. -: refused, PERMISSION_DENIED.
# ?: told there is no such thing, where the chief inspector is told of it.
# The first column, n, is whoever has no token. With a bad token everything is refused, UNAUTHENTICATED, which has no column.
#
# public, force, oversight body, liaison lead, HM Inspector, chief inspector, secretariat of the oversight group, press office,
# records manager, operator, service
)";

const std::vector<std::string>& Pages() {
  static const auto* const pages = new std::vector<std::string>{
      "/",
      "/register",
      "/announcements",
      "/attention",
      "/reads",
      "/viewer",
      "/forces/west-midlands",
      "/forces/west-midlands/announcements",
      "/forces/west-midlands/announcements/1",
      "/forces/west-midlands/decisions/1",
      "/forces/west-midlands/next",
      "/forces/west-midlands/create-concern",
      "/forces/west-midlands/concerns/1",
      "/forces/west-midlands/concerns/1/issue-concern",
      "/forces/west-midlands/proposals/1",
      "/forces/west-midlands/proposals/1/decide-proposal",
      "/forces/west-midlands/announcements/1/clear-announcement",
  };
  return *pages;
}

std::map<std::string, std::string> RowsOf(const std::string& table) {
  std::map<std::string, std::string> rows;
  std::string section;
  for (absl::string_view line : absl::StrSplit(table, '\n')) {
    // Rows are indented by two; headers are by more.
    if (line.empty() || line[0] == '#' || absl::StartsWith(line, "   ")) continue;
    if (line[0] != ' ') {
      section = std::string(line.substr(0, line.find(' ')));
      continue;
    }
    const std::string row(absl::StripAsciiWhitespace(line));
    rows[section + " " + row.substr(0, row.find(' '))] = row;
  }
  return rows;
}

std::string Shipped() {
  std::ifstream file(kTable);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// A call can only be judged by who makes it when nothing else is wrong with it.
TEST_F(MatrixTest, EverySampleRequestPassesTheFieldRules) {
  for (const MethodDescriptor* method : Methods()) {
    const auto request = SampleRequest(*method, kForce);
    std::string json;
    (void)google::protobuf::util::MessageToJsonString(*request, &json);
    EXPECT_TRUE(rpc::Validate(*request).ok()) << method->full_name() << ": " << rpc::Validate(*request) << "\n" << json;
  }
}

TEST_F(MatrixTest, EveryRpcAndPageHasARow) {
  const auto rows = RowsOf(Shipped());
  std::set<std::string> known;
  for (const MethodDescriptor* method : Methods()) {
    known.insert(absl::StrCat(method->service()->full_name(), " ", method->name()));
  }
  for (const std::string& page : Pages()) known.insert("pages " + page);
  for (const std::string& name : known) EXPECT_EQ(rows.count(name), 1U) << name << " has no row in " << kTable;
  for (const auto& [name, row] : rows) EXPECT_EQ(known.count(name), 1U) << kTable << " has a row for nothing: " << name;
}

TEST_F(MatrixTest, EveryoneMayDoWhatTheTableSaysAndNothingElse) {
  std::string table = kIntroduction;
  std::string service;
  for (const MethodDescriptor* method : Methods()) {
    if (method->service()->full_name() != service) {
      service = method->service()->full_name();
      absl::StrAppend(&table, "\n", service, "\n", Header(), "\n");
    }
    const std::string name = absl::StrCat("  ", method->name());
    const std::string row =
        RowOf(name, [&](const std::string& who) { return OutcomeOf(Call(*method, OwnerOf(*method), who)); });
    absl::StrAppend(&table, row, "\n");
  }
  absl::StrAppend(&table, "\npages\n", Header(), "\n");
  for (const std::string& page : Pages()) {
    absl::StrAppend(
        &table,
        RowOf("  " + page,
              [&](const std::string& who) {
                HttpHeaders headers;
                if (!who.empty()) headers.emplace("authorization", who);
                return OutcomeOf(HttpCall(suite_->address("gateway", "http"), "GET", page, headers, "").status);
              }),
        "\n");
  }
  if (std::getenv("OVERSIGHT_WRITE_MATRIX") != nullptr) {  // NOLINT(concurrency-mt-unsafe): nothing sets it
    std::ofstream(kTable) << table;
    GTEST_SKIP() << "written to " << kTable << ": read the difference before it is committed";
  }
  const auto expected = RowsOf(Shipped()), found = RowsOf(table);
  std::string difference;
  for (const auto& [name, row] : found) {
    const auto it = expected.find(name);
    if (it == expected.end() || it->second == row) continue;
    absl::StrAppend(&difference, name.substr(0, name.find(' ')), "\n", Header(), "\n", "expected  ", it->second,
                    "\nfound     ", row, "\n");
  }
  EXPECT_EQ(difference, "") << difference;
  EXPECT_EQ(Shipped(), table) << "The form of the table: write it anew.";
}

// The gateway adds nothing to what the owner says, and takes nothing away.
TEST_F(MatrixTest, ThroughTheGatewayItIsTheSame) {
  for (const MethodDescriptor* method : Methods()) {
    const auto& owner = OwnerOf(*method);
    if (owner == stubs_.at("oversight.gateway.")) continue;
    for (const auto& [who, bearer] : callers_) {
      EXPECT_EQ(OutcomeOf(Call(*method, owner, bearer)), OutcomeOf(Call(*method, door_, bearer)))
          << method->full_name() << " as " << auth::RoleName(who.first) << " " << who.second;
    }
    EXPECT_EQ(OutcomeOf(Call(*method, owner, "")), OutcomeOf(Call(*method, door_, ""))) << method->full_name();
  }
}

TEST_F(MatrixTest, ABadTokenIsRefusedByEveryRpcAndPage) {
  for (const MethodDescriptor* method : Methods()) {
    for (const auto& stub : {OwnerOf(*method), door_}) {
      const grpc::Status status = Call(*method, stub, expired_);
      EXPECT_EQ(ReasonOf(rpc::FromGrpc(status)), "TOKEN_EXPIRED") << method->full_name();
    }
  }
  for (const std::string& page : Pages()) {
    if (page == "/viewer") continue;  // There is none where nobody is believed.
    const int status =
        HttpCall(suite_->address("gateway", "http"), "GET", page, {{"authorization", expired_}}, "").status;
    EXPECT_EQ(status, 401) << page;
  }
}

// What REST shows to whom is what the RPC behind it shows.
TEST_F(MatrixTest, RestIsTheSame) {
  int compared = 0;
  for (const auto& [target, method] : RestTargets(kForce)) {
    std::vector<std::string> all = {""};
    for (const auto& [who, bearer] : callers_) all.push_back(bearer);
    for (const std::string& bearer : all) {
      HttpHeaders headers;
      if (!bearer.empty()) headers.emplace("authorization", bearer);
      const HttpAnswer answer = HttpCall(suite_->address("gateway", "http"), "GET", "/v1/" + target, headers, "");
      const grpc::Status status = Call(*method, door_, bearer);
      // A read can need more than its path says, which a query would; then it says so to whoever may read.
      EXPECT_EQ(OutcomeOf(answer.status), OutcomeOf(status))
          << target << ": " << answer.status << " and " << status.error_code() << "\n"
          << answer.body;
      ++compared;
    }
  }
  EXPECT_GT(compared, 50 * 45);
}

}  // namespace
}  // namespace oversight::testing
