// forces-service as its clients see it: over real transport, on a real ledger, as sample principals.
#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "common/auth/insecure_authenticator.h"
#include "common/rpc/errors.h"
#include "common/rpc/status_mapping.h"
#include "forces-service/service/authorization.h"
#include "forces-service/service/program.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"
#include "tests/support/golden.h"
#include "tests/support/ledger_calls.h"
#include "tests/support/test_server.h"
#include "tests/support/watch_recorder.h"

namespace oversight::forces {
namespace {

using ::google::protobuf::util::MessageDifferencer;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

using Stub = v1::ForcesService::Stub;

constexpr char kHeader[] = "id,name,kind,service,ons_code,region,oversight_body_kind,oversight_body\n";
constexpr char kKent[] =
    "kent,Kent Police,TERRITORIAL,POLICE,E23000032,South East,POLICE_AND_CRIME_COMMISSIONER,PCC for Kent\n";
constexpr char kEssex[] =
    "essex,Essex Police,TERRITORIAL,POLICE,E23000028,East of England,POLICE_AND_CRIME_COMMISSIONER,PCC for Essex\n";

std::string ShippedRegister() {
  std::ifstream in("data/forces.csv");
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// No field of the shipped file holds a line break: every line but the header is a force.
int CountForces(const std::string& csv) { return static_cast<int>(std::count(csv.begin(), csv.end(), '\n')) - 1; }

void SetDeadline(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
}

class ForcesServiceTest : public ::testing::Test {
 protected:
  std::unique_ptr<Stub> As(const std::string& principal) { return server_->StubAs<v1::ForcesService>(principal); }

  // One call, by the records manager unless said otherwise.
  template <class Request, class Response>
  absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                const Request& request, const std::string& principal = "records-manager") {
    grpc::ClientContext context;
    SetDeadline(context);
    Response response;
    const grpc::Status status = (As(principal).get()->*method)(&context, request, &response);
    if (!status.ok()) return rpc::FromGrpc(status);
    return response;
  }

  absl::StatusOr<v1::ImportForcesResponse> Import(const std::string& csv, const std::string& principal = "operator") {
    v1::ImportForcesRequest request;
    request.set_csv(csv);
    return Call(&Stub::ImportForces, request, principal);
  }

  absl::StatusOr<v1::GetForceResponse> Get(const std::string& name, std::optional<int64_t> as_of_revision = {}) {
    v1::GetForceRequest request;
    request.set_name(name);
    if (as_of_revision) request.mutable_read()->mutable_as_of()->set_revision(*as_of_revision);
    return Call(&Stub::GetForce, request, "public");
  }

  // All pages of a list.
  std::vector<v1::Force> List(v1::ListForcesRequest request) {
    std::vector<v1::Force> forces;
    do {
      const auto page = Call(&Stub::ListForces, request, "public");
      if (!page.ok()) {
        ADD_FAILURE() << page.status();
        break;
      }
      forces.insert(forces.end(), page->forces().begin(), page->forces().end());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return forces;
  }
  std::vector<v1::Force> ListAll() { return List({}); }

  absl::StatusOr<v1::UpdateForceResponse> Rename(const std::string& name, const std::string& display_name,
                                                 const std::string& etag = "", const std::string& request_id = "") {
    v1::UpdateForceRequest request;
    request.mutable_force()->set_name(name);
    request.mutable_force()->set_display_name(display_name);
    request.mutable_force()->set_etag(etag);
    request.mutable_update_mask()->add_paths("display_name");
    request.set_request_id(request_id);
    return Call(&Stub::UpdateForce, request);
  }

  int64_t Head() { return server_->ledger().head().revision; }

  std::unique_ptr<testing::TestServer> server_ = testing::TestServer::Start(BuildApplication);
};

std::vector<std::string> NamesOf(const std::vector<v1::Force>& forces) {
  std::vector<std::string> names;
  for (const auto& force : forces) names.push_back(force.name());
  return names;
}

v1::CreateForceRequest CreateWiltshire() {
  v1::CreateForceRequest request;
  request.set_force_id("wiltshire");
  v1::Force& force = *request.mutable_force();
  force.set_display_name("Wiltshire Police");
  force.set_kind(v1::FORCE_KIND_TERRITORIAL);
  force.set_service(v1::SERVICE_TYPE_POLICE);
  force.set_ons_code("E23000038");
  force.set_region("South West");
  force.mutable_oversight_body()->set_kind(v1::OVERSIGHT_BODY_KIND_POLICE_AND_CRIME_COMMISSIONER);
  force.mutable_oversight_body()->set_display_name("Police and Crime Commissioner for Wiltshire");
  force.add_aliases("Heddlu Wiltshire");
  return request;
}

// ---- Import ----

TEST_F(ForcesServiceTest, ImportsTheShippedRegister) {
  const std::string csv = ShippedRegister();
  const auto imported = Import(csv);
  ASSERT_TRUE(imported.ok()) << imported.status();
  EXPECT_GT(imported->created_count(), 0);
  EXPECT_EQ(imported->created_count(), CountForces(csv));
  EXPECT_EQ(imported->updated_count(), 0);
  EXPECT_EQ(imported->unchanged_count(), 0);
  EXPECT_EQ(imported->header().revision(), 1) << "one transaction";

  EXPECT_EQ(static_cast<int>(ListAll().size()), CountForces(csv));
  const auto force = Get("forces/west-midlands");
  ASSERT_TRUE(force.ok()) << force.status();
  EXPECT_EQ(force->force().display_name(), "West Midlands Police");
  EXPECT_EQ(force->force().region(), "West Midlands");
}

TEST_F(ForcesServiceTest, ImportingAgainStoresNothing) {
  const std::string csv = ShippedRegister();
  ASSERT_TRUE(Import(csv).ok());
  const int64_t head = Head();
  const auto again = Import(csv);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->created_count(), 0);
  EXPECT_EQ(again->updated_count(), 0);
  EXPECT_EQ(again->unchanged_count(), CountForces(csv));
  EXPECT_EQ(again->header().revision(), head);
  EXPECT_EQ(Head(), head);
}

TEST_F(ForcesServiceTest, ImportChangesWhatDiffersAndRemovesNothing) {
  ASSERT_TRUE(Import(std::string(kHeader) + kKent + kEssex).ok());
  std::string renamed = kKent;
  renamed.replace(renamed.find("Kent Police"), 11, "Kent Constabulary");
  const auto imported = Import(std::string(kHeader) + renamed);
  ASSERT_TRUE(imported.ok()) << imported.status();
  EXPECT_EQ(imported->created_count(), 0);
  EXPECT_EQ(imported->updated_count(), 1);
  EXPECT_EQ(Get("forces/kent")->force().display_name(), "Kent Constabulary");
  EXPECT_EQ(Get("forces/essex")->force().revision(), 1);
}

TEST_F(ForcesServiceTest, AMalformedFileImportsNothingAndNamesEachLine) {
  const auto imported = Import(std::string(kHeader) + kKent + "essex,Essex Police\n" + kEssex +
                               "Surrey,,SOLAR,POLICE,E1,South East,OTHER,A body\n" + kKent);
  EXPECT_EQ(imported.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(imported.status()), "REGISTER_FILE_INVALID");
  EXPECT_THAT(ViolationsOf(imported.status()),
              ElementsAre(Pair("csv.line[3]", HasSubstr("columns")),
                          Pair("csv.line[5]", AllOf(HasSubstr("Surrey"), HasSubstr("name is required"),
                                                    HasSubstr("SOLAR"), HasSubstr("ons_code"))),
                          Pair("csv.line[6]", HasSubstr("of line 2"))));
  EXPECT_EQ(Head(), 0);
  EXPECT_THAT(ListAll(), IsEmpty());
}

// So many that the details are cut: the message and the metadata still name every line.
TEST_F(ForcesServiceTest, NamesEveryLineOfAnUtterlyMalformedFile) {
  std::string csv = kHeader;
  for (int i = 0; i < 500; ++i) csv += "nonsense\n";
  const auto imported = Import(csv);
  EXPECT_EQ(ReasonOf(imported.status()), "REGISTER_FILE_INVALID");
  EXPECT_EQ(ErrorMetadata(imported.status(), "faulty_lines"), "2-501");
  EXPECT_THAT(std::string(imported.status().message()), HasSubstr("2-501"));
  EXPECT_FALSE(ViolationsOf(imported.status()).empty());
}

TEST_F(ForcesServiceTest, ValidateOnlyCountsAndStoresNothing) {
  v1::ImportForcesRequest request;
  request.set_csv(std::string(kHeader) + kKent);
  request.set_validate_only(true);
  const auto checked = Call(&Stub::ImportForces, request);
  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_EQ(checked->created_count(), 1);
  EXPECT_EQ(Head(), 0);
}

TEST_F(ForcesServiceTest, RefusesAFileThatIsTooBig) {
  const auto too_big = Import(std::string((1 << 20) + 1, 'x'));
  EXPECT_EQ(too_big.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(too_big.status()), "INVALID_FIELDS");
  EXPECT_THAT(ViolationsOf(too_big.status()), ElementsAre(Pair("csv", ::testing::_)));
  // Above the transport's limit the message is not even read.
  EXPECT_EQ(Import(std::string(5 << 20, 'x')).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Head(), 0);
}

// ---- Get, list ----

TEST_F(ForcesServiceTest, AnUnknownForceIsNotFound) {
  v1::ListForceVersionsRequest versions;
  versions.set_name("forces/atlantis");
  for (const absl::Status& status : {Get("forces/atlantis").status(), Rename("forces/atlantis", "Atlantis").status(),
                                     Call(&Stub::ListForceVersions, versions).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
    EXPECT_EQ(ReasonOf(status), "RESOURCE_NOT_FOUND");
  }
}

TEST_F(ForcesServiceTest, RefusesMalformedNames) {
  for (const char* name : {"", "kent", "forces/", "forces/Kent", "forces/kent/concerns/1", "concerns/kent"}) {
    const auto force = Get(name);
    EXPECT_EQ(force.status().code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_EQ(ReasonOf(force.status()), "INVALID_FIELDS") << name;
    EXPECT_THAT(ViolationsOf(force.status()), ElementsAre(Pair("name", ::testing::_))) << name;
  }
}

TEST_F(ForcesServiceTest, FiltersGiveExactlyWhatMatches) {
  ASSERT_TRUE(Import(ShippedRegister()).ok());
  const std::vector<v1::Force> all = ListAll();
  const struct {
    std::function<void(v1::ListForcesRequest&)> ask;
    std::function<bool(const v1::Force&)> expect;
  } cases[] = {
      {[](auto& q) { q.set_kind(v1::FORCE_KIND_NON_TERRITORIAL); },
       [](const auto& f) { return f.kind() == v1::FORCE_KIND_NON_TERRITORIAL; }},
      {[](auto& q) { q.set_service(v1::SERVICE_TYPE_FIRE_AND_RESCUE); },
       [](const auto& f) { return f.service() == v1::SERVICE_TYPE_FIRE_AND_RESCUE; }},
      {[](auto& q) { q.set_region("Wales"); }, [](const auto& f) { return f.region() == "Wales"; }},
      {[](auto& q) {
         q.set_region("South West");
         q.set_service(v1::SERVICE_TYPE_FIRE_AND_RESCUE);
       },
       [](const auto& f) { return f.region() == "South West" && f.service() == v1::SERVICE_TYPE_FIRE_AND_RESCUE; }},
      {[](auto& q) { q.set_query("  constabulary"); },
       [](const auto& f) { return f.display_name().find("Constabulary") != std::string::npos; }},
      {[](auto& q) {
         q.set_query("POLICE");
         q.set_region("West Midlands");
       },
       [](const auto& f) {
         return f.region() == "West Midlands" && f.display_name().find("Police") != std::string::npos;
       }},
  };
  for (const auto& c : cases) {
    v1::ListForcesRequest request;
    c.ask(request);
    std::vector<v1::Force> expected;
    std::copy_if(all.begin(), all.end(), std::back_inserter(expected), c.expect);
    ASSERT_FALSE(expected.empty()) << request.ShortDebugString();
    EXPECT_LT(expected.size(), all.size()) << request.ShortDebugString();
    EXPECT_EQ(NamesOf(List(request)), NamesOf(expected)) << request.ShortDebugString();
    request.set_page_size(1);
    EXPECT_EQ(NamesOf(List(request)), NamesOf(expected)) << request.ShortDebugString();
  }
  v1::ListForcesRequest nowhere;
  nowhere.set_region("wales");
  EXPECT_THAT(List(nowhere), IsEmpty()) << "a region is matched as written";
}

TEST_F(ForcesServiceTest, AFilterFollowsAChange) {
  ASSERT_TRUE(Import(std::string(kHeader) + kKent).ok());
  v1::UpdateForceRequest request;
  request.mutable_force()->set_name("forces/kent");
  request.mutable_force()->set_region("London");
  ASSERT_TRUE(Call(&Stub::UpdateForce, request).ok());
  v1::ListForcesRequest list;
  list.set_region("South East");
  EXPECT_THAT(List(list), IsEmpty());
  list.set_region("London");
  EXPECT_THAT(NamesOf(List(list)), ElementsAre("forces/kent"));
}

TEST_F(ForcesServiceTest, PagesShowEveryForceOnceAtOneRevision) {
  ASSERT_TRUE(Import(ShippedRegister()).ok());
  const std::vector<std::string> expected = NamesOf(ListAll());
  ASSERT_EQ(std::set<std::string>(expected.begin(), expected.end()).size(), expected.size());
  v1::ListForcesRequest request;
  request.set_page_size(7);
  std::vector<std::string> seen;
  int pages = 0;
  do {
    const auto page = Call(&Stub::ListForces, request);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_LE(page->forces_size(), 7);
    EXPECT_EQ(page->header().revision(), 1);
    for (const auto& force : page->forces()) seen.push_back(force.name());
    request.set_page_token(page->next_page_token());
    // What is added between two pages belongs to a later revision.
    if (++pages == 1) {
      v1::CreateForceRequest later = CreateWiltshire();
      later.set_force_id("added-later");
      ASSERT_TRUE(Call(&Stub::CreateForce, later).ok());
    }
  } while (!request.page_token().empty());
  EXPECT_EQ(seen, expected);
  EXPECT_GT(pages, 1);
  EXPECT_EQ(ListAll().size(), expected.size() + 1);
}

TEST_F(ForcesServiceTest, RefusesThePageTokenOfAnotherQuery) {
  ASSERT_TRUE(Import(ShippedRegister()).ok());
  v1::ListForcesRequest request;
  request.set_page_size(2);
  request.set_kind(v1::FORCE_KIND_TERRITORIAL);
  const auto page = Call(&Stub::ListForces, request);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_FALSE(page->next_page_token().empty());

  v1::ListForcesRequest other;
  other.set_page_token(page->next_page_token());
  v1::ListForcesRequest changed = request;
  changed.set_query("police");
  changed.set_page_token(page->next_page_token());
  v1::ListForcesRequest broken = request;
  broken.set_page_token(page->next_page_token() + "x");
  for (const auto& refused : {other, changed, broken}) {
    const auto result = Call(&Stub::ListForces, refused);
    EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(result.status()), "PAGE_TOKEN_MISMATCH");
  }
  request.set_page_token(page->next_page_token());
  request.set_page_size(5);
  EXPECT_TRUE(Call(&Stub::ListForces, request).ok()) << "the size of a page may change";
}

TEST_F(ForcesServiceTest, ReadsThePast) {
  ASSERT_TRUE(Import(std::string(kHeader) + kKent).ok());
  const absl::Time before = server_->clock().Now();
  server_->clock().Advance(absl::Hours(24));
  ASSERT_TRUE(Rename("forces/kent", "Kent Constabulary").ok());
  ASSERT_TRUE(Call(&Stub::CreateForce, CreateWiltshire()).ok());

  const auto then = Get("forces/kent", 1);
  ASSERT_TRUE(then.ok()) << then.status();
  EXPECT_EQ(then->force().display_name(), "Kent Police");
  EXPECT_EQ(then->force().revision(), 1);
  EXPECT_EQ(Get("forces/kent")->force().display_name(), "Kent Constabulary");
  EXPECT_EQ(Get("forces/wiltshire", 2).status().code(), absl::StatusCode::kNotFound);

  v1::ListForcesRequest list;
  list.mutable_read()->mutable_as_of()->mutable_recorded_time()->set_seconds(absl::ToUnixSeconds(before));
  EXPECT_THAT(NamesOf(List(list)), ElementsAre("forces/kent"));

  const auto future = Get("forces/kent", 1000);
  EXPECT_EQ(future.status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(ReasonOf(future.status()), "REVISION_IN_FUTURE");
}

// ---- Create, update ----

TEST_F(ForcesServiceTest, CreatesAForceOnce) {
  v1::CreateForceRequest request = CreateWiltshire();
  request.mutable_force()->set_display_name("  Wiltshire   Police ");
  const auto created = Call(&Stub::CreateForce, request);
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->force().name(), "forces/wiltshire");
  EXPECT_EQ(created->force().display_name(), "Wiltshire Police");
  EXPECT_EQ(created->force().revision(), created->header().revision());
  const auto read = Get("forces/wiltshire");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(MessageDifferencer::Equals(read->force(), created->force()))
      << read->force().DebugString() << created->force().DebugString();

  const auto again = Call(&Stub::CreateForce, request);
  EXPECT_EQ(again.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ReasonOf(again.status()), "RESOURCE_EXISTS");
}

TEST_F(ForcesServiceTest, TellsEveryFaultyFieldAtOnceAndStoresNothing) {
  v1::CreateForceRequest request = CreateWiltshire();
  request.set_force_id("Wiltshire!");
  request.mutable_force()->set_kind(static_cast<v1::ForceKind>(99));
  request.mutable_force()->clear_display_name();
  request.mutable_force()->mutable_oversight_body()->clear_kind();
  request.mutable_force()->set_region(std::string(101, 'r'));
  const auto refused = Call(&Stub::CreateForce, request);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(refused.status()), "INVALID_FIELDS");
  std::vector<std::string> fields;
  for (const auto& [field, words] : ViolationsOf(refused.status())) fields.push_back(field);
  EXPECT_THAT(fields, UnorderedElementsAre("force_id", "force.kind", "force.display_name", "force.oversight_body.kind",
                                           "force.region"));
  EXPECT_EQ(Head(), 0);
}

TEST_F(ForcesServiceTest, RefusesAnUnknownEnumInAFilter) {
  v1::ListForcesRequest request;
  request.set_service(static_cast<v1::ServiceType>(99));
  const auto refused = Call(&Stub::ListForces, request);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(ViolationsOf(refused.status()), ElementsAre(Pair("service", ::testing::_)));
}

TEST_F(ForcesServiceTest, UpdatesWhatTheMaskNames) {
  const auto created = Call(&Stub::CreateForce, CreateWiltshire());
  ASSERT_TRUE(created.ok()) << created.status();
  v1::UpdateForceRequest request;
  request.mutable_force()->set_name("forces/wiltshire");
  request.mutable_force()->set_etag(created->force().etag());
  request.mutable_force()->set_display_name("not in the mask");
  request.mutable_force()->add_aliases("Wilts");
  request.mutable_force()->add_aliases("WILTS");
  request.mutable_update_mask()->add_paths("aliases");
  const auto updated = Call(&Stub::UpdateForce, request);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->force().display_name(), "Wiltshire Police");
  EXPECT_THAT(updated->force().aliases(), ElementsAre("Wilts"));
  EXPECT_NE(updated->force().etag(), created->force().etag());
  EXPECT_TRUE(MessageDifferencer::Equals(updated->force().create_time(), created->force().create_time()));
  EXPECT_TRUE(MessageDifferencer::Equals(Get("forces/wiltshire")->force(), updated->force()));
}

TEST_F(ForcesServiceTest, AnUpdateThatChangesNothingStoresNothing) {
  const auto created = Call(&Stub::CreateForce, CreateWiltshire());
  ASSERT_TRUE(created.ok()) << created.status();
  const auto same = Rename("forces/wiltshire", " Wiltshire Police ");
  ASSERT_TRUE(same.ok()) << same.status();
  EXPECT_TRUE(MessageDifferencer::Equals(same->force(), created->force())) << same->force().DebugString();
  EXPECT_EQ(Head(), 1);
}

TEST_F(ForcesServiceTest, RefusesAMalformedMask) {
  ASSERT_TRUE(Import(std::string(kHeader) + kKent).ok());
  for (const std::vector<std::string>& paths :
       {std::vector<std::string>{"colour"}, {"display_name", "*"}, {"oversight_body.colour"}, {"aliases.0"}}) {
    v1::UpdateForceRequest request;
    request.mutable_force()->set_name("forces/kent");
    request.mutable_force()->set_display_name("Kent");
    for (const auto& path : paths) request.mutable_update_mask()->add_paths(path);
    const auto refused = Call(&Stub::UpdateForce, request);
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument) << paths[0];
    EXPECT_EQ(ReasonOf(refused.status()), "INVALID_FIELDS") << paths[0];
    EXPECT_THAT(ViolationsOf(refused.status()), Contains(Pair(HasSubstr("update_mask"), ::testing::_))) << paths[0];
  }
  EXPECT_EQ(Head(), 1);
}

TEST_F(ForcesServiceTest, RefusesAStaleEtag) {
  ASSERT_TRUE(Import(std::string(kHeader) + kKent).ok());
  const std::string stale = Get("forces/kent")->force().etag();
  ASSERT_TRUE(Rename("forces/kent", "Kent Constabulary", stale).ok());
  const auto refused = Rename("forces/kent", "Kent", stale);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(refused.status()), "ETAG_MISMATCH");
  EXPECT_EQ(ErrorMetadata(refused.status(), "current_etag"), Get("forces/kent")->force().etag());
  EXPECT_EQ(Head(), 2);
}

TEST_F(ForcesServiceTest, ARepeatedRequestGivesTheFirstAnswer) {
  ASSERT_TRUE(Import(std::string(kHeader) + kKent).ok());
  const auto first = Rename("forces/kent", "Kent Constabulary", "", "request-1");
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(Rename("forces/kent", "Kent").ok());
  auto again = Rename("forces/kent", "Kent Constabulary", "", "request-1");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->header().replayed());
  again->mutable_header()->clear_replayed();
  EXPECT_TRUE(MessageDifferencer::Equals(*again, *first)) << again->DebugString() << first->DebugString();
  EXPECT_EQ(Get("forces/kent")->force().display_name(), "Kent");

  const auto reused = Rename("forces/kent", "Something else", "", "request-1");
  EXPECT_EQ(reused.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(reused.status()), "REQUEST_ID_REUSED");
  EXPECT_EQ(Head(), 3);
}

// ---- History, watch ----

TEST_F(ForcesServiceTest, TellsTheHistoryOfAForce) {
  ASSERT_TRUE(Import(std::string(kHeader) + kKent + kEssex).ok());
  ASSERT_TRUE(Rename("forces/kent", "Kent Constabulary", "", "request-1").ok());
  ASSERT_TRUE(Rename("forces/essex", "Essex Constabulary").ok());
  v1::ListForceVersionsRequest request;
  request.set_name("forces/kent");
  request.set_page_size(1);
  const auto newest = Call(&Stub::ListForceVersions, request);
  ASSERT_TRUE(newest.ok()) << newest.status();
  ASSERT_EQ(newest->versions_size(), 1);
  EXPECT_EQ(newest->versions(0).force().display_name(), "Kent Constabulary");
  EXPECT_EQ(newest->versions(0).change().actor(), "principals/records-manager");
  EXPECT_EQ(newest->versions(0).change().verb(), "UpdateForce");
  EXPECT_EQ(newest->versions(0).change().request_id(), "request-1");
  EXPECT_EQ(newest->versions(0).change().revision(), 2);
  ASSERT_FALSE(newest->next_page_token().empty());

  request.set_page_token(newest->next_page_token());
  const auto oldest = Call(&Stub::ListForceVersions, request);
  ASSERT_TRUE(oldest.ok()) << oldest.status();
  ASSERT_EQ(oldest->versions_size(), 1);
  EXPECT_EQ(oldest->versions(0).force().display_name(), "Kent Police");
  EXPECT_EQ(oldest->versions(0).change().actor(), "principals/operator");
  EXPECT_EQ(oldest->versions(0).change().verb(), "ImportForces");
  EXPECT_THAT(oldest->next_page_token(), IsEmpty());
}

TEST_F(ForcesServiceTest, WatchGivesThePresentThenEveryChange) {
  const std::string csv = ShippedRegister();
  ASSERT_TRUE(Import(csv).ok());
  v1::WatchForcesRequest request;
  request.mutable_start()->set_initial_state(true);
  const auto stub = As("gateway");
  testing::RecordedWatch<v1::WatchForcesResponse> watch(
      true, [&](grpc::ClientContext* context) { return stub->WatchForces(context, request); });

  v1::WatchForcesResponse message;
  ASSERT_TRUE(watch.Read(&message));
  EXPECT_TRUE(message.has_created()) << message.ShortDebugString();
  int initial = 0;
  while (watch.Read(&message) && !message.bookmark().initial_state_end()) initial += message.events().events_size();
  EXPECT_EQ(message.bookmark().revision(), 1);
  EXPECT_EQ(initial, CountForces(csv));

  const auto renamed = Rename("forces/kent", "Kent Constabulary");
  ASSERT_TRUE(renamed.ok()) << renamed.status();
  message = watch.ReadEvents();
  ASSERT_EQ(message.events().events_size(), 1) << message.ShortDebugString();
  EXPECT_EQ(message.events().revision(), 2);
  EXPECT_EQ(message.events().events(0).type(), common::v1::EVENT_TYPE_MODIFIED);
  EXPECT_TRUE(MessageDifferencer::Equals(message.events().events(0).force(), renamed->force()));
  EXPECT_TRUE(KeepsWatchPromises(watch.End(), testing::LogToldBy<v1::WatchForcesResponse>(server_->ledger())));
  EXPECT_EQ(watch.Finish().error_code(), grpc::StatusCode::CANCELLED);
}

// ---- Dated facts ----

TEST_F(ForcesServiceTest, TellsWhoWasChiefOnADayAndWhatWasKnownOfItWhen) {
  ASSERT_TRUE(Import(std::string(kHeader) + kKent + kEssex).ok());
  const auto date = [](int year, int month, int day) {
    common::v1::PartialDate date;
    date.set_year(year);
    date.set_month(month);
    date.set_day(day);
    return date;
  };
  v1::CreateOfficeHolderRequest request;
  request.set_parent("forces/kent");
  auto& holder = *request.mutable_office_holder();
  holder.set_office(v1::OFFICE_CHIEF_OFFICER);
  holder.set_display_name("First Chief");
  *holder.mutable_from_date() = date(2019, 4, 1);
  const auto first = Call(&Stub::CreateOfficeHolder, request, "liaison-lead");
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->office_holder().name(), "forces/kent/officeHolders/1");
  holder.set_office(v1::OFFICE_LIAISON_LEAD);
  holder.set_display_name("Liaison Lead");
  ASSERT_TRUE(Call(&Stub::CreateOfficeHolder, request, "liaison-lead").ok());
  holder.set_office(v1::OFFICE_CHIEF_OFFICER);
  holder.set_display_name("Second Chief");
  *holder.mutable_from_date() = date(2023, 5, 17);
  EXPECT_EQ(ReasonOf(Call(&Stub::CreateOfficeHolder, request, "liaison-lead").status()), "OFFICE_TAKEN");

  v1::UpdateOfficeHolderRequest end;
  end.mutable_office_holder()->set_name(first->office_holder().name());
  end.mutable_office_holder()->set_etag(first->office_holder().etag());
  *end.mutable_office_holder()->mutable_to_date() = date(2023, 5, 17);
  end.mutable_update_mask()->add_paths("to_date");
  const auto ended = Call(&Stub::UpdateOfficeHolder, end, "liaison-lead");
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ReasonOf(Call(&Stub::UpdateOfficeHolder, end, "liaison-lead").status()), "ETAG_MISMATCH");
  ASSERT_TRUE(Call(&Stub::CreateOfficeHolder, request, "liaison-lead").ok());

  const auto chief_on = [&](const common::v1::PartialDate& day, int64_t as_of = 0,
                            const std::string& principal = "public") {
    v1::GetForceOnDateRequest ask;
    ask.set_name("forces/kent");
    *ask.mutable_date() = day;
    if (as_of > 0) ask.mutable_read()->mutable_as_of()->set_revision(as_of);
    const auto answer = Call(&Stub::GetForceOnDate, ask, principal);
    EXPECT_TRUE(answer.ok()) << answer.status();
    std::vector<std::string> names;
    if (answer.ok()) {
      for (const auto& found : answer->force().office_holders()) names.push_back(found.office_holder().display_name());
    }
    return names;
  };
  EXPECT_THAT(chief_on(date(2023, 5, 16)), ElementsAre("First Chief"));
  EXPECT_THAT(chief_on(date(2023, 5, 17)), ElementsAre("Second Chief"));
  // Before the second was recorded, the first was thought to stay.
  EXPECT_THAT(chief_on(date(2023, 5, 17), first->header().revision()), ElementsAre("First Chief"));
  // Staff of the inspectorate are for the inspectorate.
  EXPECT_THAT(chief_on(date(2023, 5, 17), 0, "hm-inspector"), ElementsAre("Second Chief", "Liaison Lead"));
  v1::ListOfficeHoldersRequest list;
  list.set_parent("forces/kent");
  EXPECT_EQ(Call(&Stub::ListOfficeHolders, list, "public")->office_holders_size(), 2);
  EXPECT_EQ(Call(&Stub::ListOfficeHolders, list, "hm-inspector")->office_holders_size(), 3);
  list.set_parent("forces/-");
  list.set_office(v1::OFFICE_CHIEF_OFFICER);
  EXPECT_EQ(Call(&Stub::ListOfficeHolders, list, "hm-inspector")->office_holders_size(), 2);
  v1::GetOfficeHolderRequest get;
  get.set_name("forces/kent/officeHolders/2");
  EXPECT_EQ(ReasonOf(Call(&Stub::GetOfficeHolder, get, "public").status()), "RESOURCE_NOT_FOUND");

  // What an office holder's entry was may have to go by law: then the answer says that something is left out.
  v1::UpdateOfficeHolderRequest update;
  update.mutable_office_holder()->set_name("forces/kent/officeHolders/1");
  update.mutable_office_holder()->set_display_name("Withheld");
  update.mutable_update_mask()->add_paths("display_name");
  const int64_t before = server_->ledger().head().revision;
  const auto updated = Call(&Stub::UpdateOfficeHolder, update, "liaison-lead");
  ASSERT_TRUE(updated.ok()) << updated.status();
  ASSERT_TRUE(testing::CommitNow(server_->ledger(),
                                 testing::Redacting({"forces/kent/officeHolders/1", ended->header().revision()}))
                  .ok());
  v1::GetForceOnDateRequest ask;
  ask.set_name("forces/kent");
  *ask.mutable_date() = date(2023, 5, 16);
  ask.mutable_read()->mutable_as_of()->set_revision(before);
  const auto inside = Call(&Stub::GetForceOnDate, ask, "hm-inspector");
  ASSERT_TRUE(inside.ok()) << inside.status();
  ASSERT_EQ(inside->force().office_holders_size(), 1);
  EXPECT_EQ(inside->force().office_holders(0).office_holder().display_name(), "Liaison Lead");
  EXPECT_THAT(inside->header().redactions(), ElementsAre("redactions/1"));
  EXPECT_EQ(Call(&Stub::GetForceOnDate, ask, "public")->header().redactions_size(), 0);
}

TEST_F(ForcesServiceTest, AMergedForceKeepsItsRecordAndAFileDoesNotBringItBack) {
  const std::string file = std::string(kHeader) + kKent + kEssex;
  ASSERT_TRUE(Import(file).ok());
  v1::RenameForceRequest rename;
  rename.set_name("forces/kent");
  rename.set_display_name("Kent Constabulary");
  rename.mutable_from_date()->set_year(2020);
  rename.set_reason("Order of 2019.");
  ASSERT_TRUE(Call(&Stub::RenameForce, rename).ok());
  v1::MergeForceRequest merge;
  merge.set_name("forces/kent");
  merge.set_successor("forces/essex");
  merge.mutable_end_date()->set_year(2023);
  merge.set_reason("Order of 2022.");
  EXPECT_EQ(ReasonOf(Call(&Stub::MergeForce, merge, "operator").status()), "ROLE_NOT_ALLOWED");
  const auto merged = Call(&Stub::MergeForce, merge);
  ASSERT_TRUE(merged.ok()) << merged.status();
  EXPECT_EQ(merged->force().state(), v1::FORCE_STATE_MERGED);
  merge.set_successor("forces/nowhere");
  EXPECT_EQ(ReasonOf(Call(&Stub::MergeForce, merge).status()), "RESOURCE_NOT_FOUND");

  ASSERT_TRUE(Import(file).ok());
  const auto kent = Get("forces/kent");
  ASSERT_TRUE(kent.ok());
  EXPECT_EQ(kent->force().state(), v1::FORCE_STATE_MERGED);
  EXPECT_EQ(kent->force().successor(), "forces/essex");
  EXPECT_EQ(kent->force().former_names(0).display_name(), "Kent Police");
  v1::ListForcesRequest find;
  find.set_query("kent police");
  EXPECT_EQ(List(find).size(), 1u);
  EXPECT_EQ(Get("forces/kent", 1)->force().display_name(), "Kent Police");
  find.clear_query();
  find.set_state(v1::FORCE_STATE_MERGED);
  EXPECT_THAT(NamesOf(List(find)), ::testing::ElementsAre("forces/kent"));
  find.set_state(v1::FORCE_STATE_ACTIVE);
  EXPECT_THAT(NamesOf(List(find)), ::testing::ElementsAre("forces/essex"));
}

// ---- The rest ----

TEST_F(ForcesServiceTest, KeepsEverythingOverARestart) {
  ASSERT_TRUE(Import(ShippedRegister()).ok());
  const std::vector<v1::Force> before = ListAll();
  server_->Restart();
  const std::vector<v1::Force> after = ListAll();
  ASSERT_EQ(after.size(), before.size());
  for (size_t i = 0; i < after.size(); ++i) EXPECT_TRUE(MessageDifferencer::Equals(after[i], before[i]));
}

// One unchanging picture of the JSON that clients see. A change here is a change of the contract.
TEST_F(ForcesServiceTest, JsonOfAForceIsAsEver) {
  ASSERT_TRUE(Call(&Stub::CreateForce, CreateWiltshire()).ok());
  server_->clock().Advance(absl::Hours(1));
  ASSERT_TRUE(Rename("forces/wiltshire", "Wiltshire Constabulary").ok());
  const auto force = Get("forces/wiltshire");
  ASSERT_TRUE(force.ok()) << force.status();
  testing::ExpectGolden("force.json", force->force());
}

TEST_F(ForcesServiceTest, NobodyIsRefused) {
  v1::GetForceRequest request;
  request.set_name("forces/kent");
  const auto refused = Call(&Stub::GetForce, request, "");
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(ReasonOf(refused.status()), "UNAUTHENTICATED");
}

// The register is public, few may write to it, and who did is for the inspectorate.
TEST(ForcesAuthorization, SaysWhoMayDoWhat) {
  const auth::AuthorizationTable table = MakeAuthorizationTable();
  const auto* service = v1::GetForceRequest::descriptor()->file()->FindServiceByName("ForcesService");
  ASSERT_NE(service, nullptr);
  ASSERT_TRUE(table.Verify(*service).ok());
  const auto principals = auth::InsecureAuthenticator::FromFile("data/principals.json");
  ASSERT_TRUE(principals.ok()) << principals.status();

  const std::set<std::string> read = {"GetForce",          "ListForces",        "GetForceOnDate",  "GetOfficeHolder",
                                      "ListOfficeHolders", "GetInspection",     "ListInspections", "CompareGrades",
                                      "GetResponseDuty",   "ListResponseDuties"};
  const std::set<std::string> audit = {"ListForceVersions", "WatchForces", "ListInspectionVersions",
                                       "ListResponseDutyVersions"};
  const std::set<std::string> publish = {"PublishReport"};
  const std::set<std::string> inspect = {"CreateInspection", "UpdateInspection", "StartFieldwork", "AwaitReport",
                                         "CancelInspection"};
  const std::set<std::string> respond = {"RecordChiefCommentsDate", "RecordResponse", "MarkResponseSent"};
  const std::set<std::string> import = {"ImportForces"};
  const std::set<std::string> offices = {"CreateOfficeHolder", "UpdateOfficeHolder"};
  const std::set<std::string> write = {"CreateForce",          "UpdateForce", "RenameForce",
                                       "ReplaceOversightBody", "MergeForce",  "AbolishForce"};
  const auto all_of = [](std::initializer_list<std::set<std::string>> sets) {
    std::set<std::string> all;
    for (const auto& set : sets) all.insert(set.begin(), set.end());
    return all;
  };
  const std::map<std::string, std::set<std::string>> allowed = {
      {"public", read},
      {"west-midlands-officer", read},
      {"west-midlands-oversight-body", all_of({read, respond})},
      {"liaison-lead", all_of({read, audit, offices, inspect, publish, respond})},
      {"hm-inspector", all_of({read, audit, offices, inspect, publish, respond})},
      {"oversight-group-secretariat", all_of({read, audit})},
      {"press-officer", all_of({read, audit, publish})},
      {"operator", all_of({read, audit, import})},
      {"chief-inspector", all_of({read, audit, import, write, offices, inspect, publish, respond})},
      {"records-manager", all_of({read, audit, import, write, offices, inspect, publish, respond})},
      {"forces-service", all_of({read, audit})},
      {"concerns-service", all_of({read, audit})},
      {"monitoring-service", all_of({read, audit})},
      {"gateway", all_of({read, audit})},
  };
  for (const auto& [name, methods] : allowed) {
    const auto principal = (*principals)->Authenticate({.principal_header = name});
    ASSERT_TRUE(principal.ok()) << name;
    for (int i = 0; i < service->method_count(); ++i) {
      const std::string method = service->method(i)->name();
      const absl::Status status =
          auth::Check(table, method, *principal, std::string(), [](const std::string&) { return std::string(); });
      EXPECT_EQ(status.ok(), methods.count(method) > 0) << name << " " << method << " " << status;
      EXPECT_EQ(ReasonOf(status), status.ok() ? "" : "ROLE_NOT_ALLOWED") << name << " " << method;
    }
  }
}

}  // namespace
}  // namespace oversight::forces
