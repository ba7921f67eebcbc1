// Redaction by law over gRPC, and what every kind of read shows of it: the same for every service, so tried on the
// small application of these tests. And that it is done whole or not at all when the process dies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/ledger/archive/auditor.h"
#include "common/ledger/archive/record.h"
#include "common/ledger/hashing.h"
#include "common/rpc/status_mapping.h"
#include "grpcpp/create_channel.h"
#include "oversight/ledger/v1/ledger_service.grpc.pb.h"
#include "tests/rpc/toy_forces.h"
#include "tests/support/postgres.h"
#include "tests/support/server_process.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_server.h"

namespace oversight::rpc {
namespace {

namespace lv1 = ledger::v1;
using oversight::testing::Postgres;
using oversight::testing::ServerProcess;
using oversight::testing::TempDir;
using oversight::testing::TestServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kSecret[] = "The name of a witness";

// A caller of both services of the toy, wherever it runs.
class Caller {
 public:
  explicit Caller(const std::shared_ptr<grpc::Channel>& channel)
      : forces_(fv1::ForcesService::NewStub(channel)), ledger_(lv1::LedgerService::NewStub(channel)) {}

  template <class Stub, class Request, class Response>
  static absl::StatusOr<Response> Call(Stub& stub,
                                       grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                       const Request& request) {
    Response response;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    context.AddMetadata("oversight-principal", "chief-inspector");  // Where the channel does not say so.
    context.set_wait_for_ready(true);
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok()) return FromGrpc(status);
    return response;
  }

  absl::StatusOr<fv1::CreateForceResponse> Create(const std::string& id, const std::string& display_name) {
    fv1::CreateForceRequest request;
    request.set_force_id(id);
    *request.mutable_force() = SomeForce(display_name);
    request.set_request_id("create " + id);
    return Call(*forces_, &fv1::ForcesService::Stub::CreateForce, request);
  }
  absl::StatusOr<fv1::UpdateForceResponse> Rename(const std::string& name, const std::string& display_name) {
    fv1::UpdateForceRequest request;
    request.mutable_force()->set_name(name);
    request.mutable_force()->set_display_name(display_name);
    request.mutable_update_mask()->add_paths("display_name");
    return Call(*forces_, &fv1::ForcesService::Stub::UpdateForce, request);
  }
  absl::StatusOr<fv1::GetForceResponse> Get(const std::string& name, int64_t revision = 0) {
    fv1::GetForceRequest request;
    request.set_name(name);
    if (revision > 0) request.mutable_read()->mutable_as_of()->set_revision(revision);
    return Call(*forces_, &fv1::ForcesService::Stub::GetForce, request);
  }
  absl::StatusOr<fv1::ListForcesResponse> List(int64_t revision = 0, const std::string& query = "") {
    fv1::ListForcesRequest request;
    request.set_query(query);
    if (revision > 0) request.mutable_read()->mutable_as_of()->set_revision(revision);
    return Call(*forces_, &fv1::ForcesService::Stub::ListForces, request);
  }
  absl::StatusOr<fv1::ListForceVersionsResponse> Versions(const std::string& name) {
    fv1::ListForceVersionsRequest request;
    request.set_name(name);
    return Call(*forces_, &fv1::ForcesService::Stub::ListForceVersions, request);
  }
  static lv1::RedactVersionRequest Asking(const std::string& resource, int64_t revision,
                                          const std::string& ledger = "ledgers/test") {
    lv1::RedactVersionRequest request;
    request.set_name(ledger);
    request.set_resource(resource);
    request.set_resource_revision(revision);
    request.set_reason("Article 17 of the UK GDPR");
    return request;
  }
  absl::StatusOr<lv1::RedactVersionResponse> Redact(const lv1::RedactVersionRequest& request) {
    return Call(*ledger_, &lv1::LedgerService::Stub::RedactVersion, request);
  }
  absl::StatusOr<lv1::ListRedactionsResponse> Redactions(const lv1::ListRedactionsRequest& request) {
    return Call(*ledger_, &lv1::LedgerService::Stub::ListRedactions, request);
  }
  // The whole log.
  std::vector<ledger::LoggedTransaction> Log(const std::string& name = "ledgers/test") {
    lv1::ExportTransactionsRequest request;
    request.set_name(name);
    grpc::ClientContext context;
    context.AddMetadata("oversight-principal", "chief-inspector");
    auto reader = ledger_->ExportTransactions(&context, request);
    std::vector<ledger::LoggedTransaction> log;
    for (lv1::ExportTransactionsResponse part; reader->Read(&part);) {
      for (const auto& record : part.transactions().transactions()) {
        auto transaction = ledger::FromRecord(record);
        EXPECT_TRUE(transaction.ok()) << transaction.status();
        if (transaction.ok()) log.push_back(*std::move(transaction));
      }
    }
    const grpc::Status status = reader->Finish();
    EXPECT_TRUE(status.ok()) << status.error_message();
    return log;
  }
  // What is wrong with the log, or how many payloads it has lost by law.
  static std::string Audit(const std::vector<ledger::LoggedTransaction>& log) {
    ledger::Auditor auditor;
    for (const auto& transaction : log) auditor.Add(transaction);
    auditor.Finish();
    return auditor.finding() ? auditor.finding()->ToString() : absl::StrCat("sound, redacted ", auditor.redactions());
  }

 private:
  std::unique_ptr<fv1::ForcesService::Stub> forces_;
  std::unique_ptr<lv1::LedgerService::Stub> ledger_;
};

class RedactionServiceTest : public ::testing::Test {
 protected:
  // Kent at 1 with what has to go, Essex at 2, Kent corrected at 3.
  void SetUp() override {
    ASSERT_TRUE(caller_.Create("kent", kSecret).ok());
    ASSERT_TRUE(caller_.Create("essex", "Essex Police").ok());
    ASSERT_TRUE(caller_.Rename("forces/kent", "Kent Police").ok());
  }
  std::unique_ptr<TestServer> server_ = TestServer::Start(ToyForces::Builder(), {.ledger_name = "ledgers/test"});
  Caller caller_{server_->ChannelAs("")};
};

TEST_F(RedactionServiceTest, RemovesAVersionAndRecordsIt) {
  auto request = Caller::Asking("forces/kent", 1);
  request.set_request_id("redact 1");
  const auto response = caller_.Redact(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->header().revision(), 4);
  const lv1::Redaction& redaction = response->redaction();
  EXPECT_EQ(redaction.name(), "redactions/1");
  EXPECT_EQ(redaction.resource(), "forces/kent");
  EXPECT_EQ(redaction.resource_revision(), 1);
  EXPECT_EQ(redaction.reason(), "Article 17 of the UK GDPR");
  EXPECT_EQ(redaction.revision(), 4);
  EXPECT_EQ(redaction.etag(), "\"4\"");
  EXPECT_TRUE(redaction.has_create_time());

  const auto log = caller_.Log();
  ASSERT_EQ(log.size(), 4u);
  EXPECT_TRUE(log[0].changes[0].redacted);
  EXPECT_EQ(log[0].changes[0].payload_hash, redaction.payload_hash());
  EXPECT_TRUE(log[0].request->redacted);
  EXPECT_FALSE(log[1].request->redacted);
  EXPECT_EQ(log[3].audit.actor, "principals/chief-inspector");
  EXPECT_EQ(log[3].audit.verb, "RedactVersion");
  EXPECT_EQ(log[3].audit.reason, "Article 17 of the UK GDPR");
  EXPECT_EQ(Caller::Audit(log), "sound, redacted 1");
  for (const auto& transaction : log) {
    EXPECT_EQ(ledger::ToRecord(transaction).SerializeAsString().find(kSecret), std::string::npos);
  }

  // The same request again, and another for the same: the same record, and nothing is stored.
  const auto again = caller_.Redact(request);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->header().replayed());
  EXPECT_EQ(again->redaction().SerializeAsString(), redaction.SerializeAsString());
  auto other = Caller::Asking("forces/kent", 1);
  other.set_reason("Another reason");
  const auto twice = caller_.Redact(other);
  ASSERT_TRUE(twice.ok()) << twice.status();
  EXPECT_FALSE(twice->header().replayed());
  EXPECT_EQ(twice->redaction().SerializeAsString(), redaction.SerializeAsString());
  EXPECT_EQ(server_->ledger().head().revision, 4);
}

TEST_F(RedactionServiceTest, ReadsShowThatItWasRedacted) {
  ASSERT_TRUE(caller_.Redact(Caller::Asking("forces/kent", 1)).ok());
  EXPECT_EQ(caller_.Get("forces/kent")->force().display_name(), "Kent Police");
  EXPECT_EQ(caller_.Get("forces/kent", 3)->force().display_name(), "Kent Police");
  for (const int64_t revision : {1, 2}) {
    const absl::Status gone = caller_.Get("forces/kent", revision).status();
    EXPECT_EQ(gone.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(ReasonOf(gone), "VERSION_REDACTED");
    EXPECT_EQ(ErrorMetadata(gone, "name"), "forces/kent");
    EXPECT_EQ(ErrorMetadata(gone, "revision"), "1");
    EXPECT_EQ(ErrorMetadata(gone, "redaction"), "redactions/1");
    EXPECT_THAT(std::string(gone.message()), HasSubstr("redactions/1"));
  }

  for (const std::string query : {"", "Essex"}) {
    const auto past = caller_.List(2, query);
    ASSERT_TRUE(past.ok()) << past.status();
    ASSERT_EQ(past->forces_size(), 1);
    EXPECT_EQ(past->forces(0).name(), "forces/essex");
    EXPECT_THAT(past->header().redactions(), ElementsAre("redactions/1"));
    EXPECT_EQ(past->header().revision(), 2);
  }
  const auto now = caller_.List();
  EXPECT_EQ(now->forces_size(), 2);
  EXPECT_EQ(now->header().redactions_size(), 0);

  const auto versions = caller_.Versions("forces/kent");
  ASSERT_TRUE(versions.ok()) << versions.status();
  ASSERT_EQ(versions->versions_size(), 2);
  EXPECT_EQ(versions->versions(0).change().redaction(), "");
  EXPECT_EQ(versions->versions(0).force().display_name(), "Kent Police");
  EXPECT_FALSE(versions->versions(1).has_force());
  EXPECT_EQ(versions->versions(1).change().redaction(), "redactions/1");
  EXPECT_EQ(versions->versions(1).change().revision(), 1);
  EXPECT_EQ(versions->versions(1).change().verb(), "CreateForce");
  EXPECT_EQ(versions->versions(1).change().actor(), "principals/chief-inspector");
  EXPECT_EQ(versions->versions(1).change().reason(), "because");

  const absl::Status replay = caller_.Create("kent", kSecret).status();
  EXPECT_EQ(replay.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(replay), "ANSWER_REDACTED");
  EXPECT_EQ(ErrorMetadata(replay, "revision"), "1");
  EXPECT_TRUE(caller_.Create("essex", "Essex Police")->header().replayed());
}

// A page that ends with what is left out goes on behind it.
TEST_F(RedactionServiceTest, PagesOfThePastGoOnBehindWhatIsLeftOut) {
  ASSERT_TRUE(caller_.Redact(Caller::Asking("forces/kent", 1)).ok());
  ASSERT_TRUE(caller_.Create("wiltshire", "Wiltshire Police").ok());
  ASSERT_TRUE(caller_.Rename("forces/kent", "Kent").ok());
  ASSERT_TRUE(caller_.Redact(Caller::Asking("forces/kent", 3)).ok());
  fv1::ListForcesRequest request;
  request.set_page_size(1);
  request.mutable_read()->mutable_as_of()->set_revision(5);
  std::vector<std::string> names, redactions;
  auto stub = server_->StubAs<fv1::ForcesService>("chief-inspector");
  do {
    const auto page = Caller::Call(*stub, &fv1::ForcesService::Stub::ListForces, request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const auto& force : page->forces()) names.push_back(force.name());
    for (const auto& redaction : page->header().redactions()) redactions.push_back(redaction);
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(names, ElementsAre("forces/essex", "forces/wiltshire"));
  EXPECT_THAT(redactions, ElementsAre("redactions/2"));
}

TEST_F(RedactionServiceTest, RefusesWithTheRemedy) {
  const auto reason = [&](const lv1::RedactVersionRequest& request) {
    return ReasonOf(caller_.Redact(request).status());
  };
  EXPECT_EQ(reason(Caller::Asking("forces/kent", 3)), "VERSION_CURRENT");
  EXPECT_EQ(reason(Caller::Asking("forces/essex", 2)), "VERSION_CURRENT");
  EXPECT_EQ(reason(Caller::Asking("forces/kent", 2)), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(reason(Caller::Asking("forces/kent", 99)), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(reason(Caller::Asking("forces/wales", 1)), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(reason(Caller::Asking("forces/kent", 1, "ledgers/other")), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(server_->ledger().head().revision, 3);

  ASSERT_TRUE(caller_.Redact(Caller::Asking("forces/kent", 1)).ok());
  EXPECT_EQ(reason(Caller::Asking("redactions/1", 4)), "RECORD_OF_REDACTION");

  lv1::RedactVersionRequest empty;
  std::vector<std::string> fields;
  for (const auto& [field, what] : ViolationsOf(caller_.Redact(empty).status())) fields.push_back(field);
  EXPECT_THAT(fields, ElementsAre("name", "resource", "resource_revision", "reason"));

  for (const auto& [principal, may_list] : {std::pair("public", false), {"operator", true}, {"liaison-lead", false}}) {
    auto stub = server_->StubAs<lv1::LedgerService>(principal);
    lv1::RedactVersionResponse redacted;
    grpc::ClientContext context;
    EXPECT_EQ(ReasonOf(FromGrpc(stub->RedactVersion(&context, Caller::Asking("forces/kent", 1), &redacted))),
              "ROLE_NOT_ALLOWED")
        << principal;
    lv1::ListRedactionsRequest request;
    request.set_parent("ledgers/test");
    lv1::ListRedactionsResponse list;
    grpc::ClientContext other;
    EXPECT_EQ(stub->ListRedactions(&other, request, &list).ok(), may_list) << principal;
  }
}

TEST_F(RedactionServiceTest, ListsRedactionsInPages) {
  lv1::ListRedactionsRequest request;
  request.set_parent("ledgers/test");
  const auto none = caller_.Redactions(request);
  ASSERT_TRUE(none.ok()) << none.status();
  EXPECT_EQ(none->redactions_size(), 0);
  EXPECT_EQ(none->header().revision(), 3);

  // More than nine, so that the order is that of numbers.
  for (int i = 1; i <= 12; ++i) {
    ASSERT_TRUE(caller_.Rename("forces/essex", absl::StrCat("Essex ", i)).ok());
    const int64_t replaced = i == 1 ? 2 : server_->ledger().head().revision - 2;
    const auto redacted = caller_.Redact(Caller::Asking("forces/essex", replaced));
    ASSERT_TRUE(redacted.ok()) << redacted.status();
  }
  std::vector<std::string> names;
  request.set_page_size(5);
  do {
    const auto page = caller_.Redactions(request);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_LE(page->redactions_size(), 5);
    for (const auto& redaction : page->redactions()) {
      EXPECT_EQ(redaction.resource(), "forces/essex");
      EXPECT_GT(redaction.revision(), redaction.resource_revision());
      names.push_back(redaction.name());
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  ASSERT_EQ(names.size(), 12u);
  for (int i = 1; i <= 12; ++i) EXPECT_EQ(names[static_cast<size_t>(i - 1)], absl::StrCat("redactions/", i));

  request.mutable_read()->mutable_as_of()->set_revision(5);
  EXPECT_EQ(caller_.Redactions(request)->redactions_size(), 1);
  request.set_parent("ledgers/other");
  EXPECT_EQ(ReasonOf(caller_.Redactions(request).status()), "RESOURCE_NOT_FOUND");
}

// A process that dies while it redacts, on both engines.
class RedactionCrashTest : public ::testing::TestWithParam<bool> {
 protected:
  void Start(const std::string& failpoints) {
    std::vector<std::string> environment;
    if (!failpoints.empty()) environment.push_back("OVERSIGHT_FAILPOINTS=" + failpoints);
    process_.reset();
    std::remove((folder_ / "ready").c_str());
    process_ = std::make_unique<ServerProcess>(
        std::vector<std::string>{ServerProcess::Binary("rpc_toy_server"), "--insecure", "--drain-delay=0s",
                                 "--principals=data/principals.json", "--store=" + store_},
        folder_ / "ready", folder_ / "log", environment);
    const absl::Status serving = process_->WaitUntilServing();
    ASSERT_TRUE(serving.ok()) << serving;
    caller_ = std::make_unique<Caller>(grpc::CreateChannel(process_->address(), grpc::InsecureChannelCredentials()));
  }
  const TempDir folder_;
  std::string store_;
  std::unique_ptr<ServerProcess> process_;
  std::unique_ptr<Caller> caller_;
};

INSTANTIATE_TEST_SUITE_P(Engines, RedactionCrashTest, ::testing::Values(false, true),
                         [](const auto& info) { return info.param ? std::string("Postgres") : std::string("Sqlite"); });

TEST_P(RedactionCrashTest, IsDoneWholeOrNotAtAll) {
  if (GetParam() && Postgres::Get() == nullptr) GTEST_SKIP() << "PostgreSQL 15 is not installed.";
  // The third commit is the redaction.
  for (const auto& [point, stored] : {std::pair("ledger.before_commit", false), {"ledger.after_commit", true}}) {
    store_ = GetParam() ? Postgres::Get()->NewStore() : absl::StrCat("sqlite:", folder_ / point);
    Start(absl::StrCat(point, "=kill@3"));
    ASSERT_TRUE(caller_->Create("kent", kSecret).ok());
    ASSERT_TRUE(caller_->Rename("forces/kent", "Kent Police").ok());
    auto request = Caller::Asking("forces/kent", 1, "ledgers/toy");
    request.set_request_id("redact");
    EXPECT_EQ(caller_->Redact(request).status().code(), absl::StatusCode::kUnavailable) << point;

    Start("");
    const auto log = caller_->Log("ledgers/toy");
    ASSERT_EQ(log.size(), stored ? 3u : 2u) << point;
    EXPECT_EQ(log[0].changes[0].redacted, stored) << point;
    EXPECT_EQ(log[0].changes[0].payload.empty(), stored) << point;
    EXPECT_EQ(log[0].request->redacted, stored) << point;
    EXPECT_EQ(Caller::Audit(log), absl::StrCat("sound, redacted ", stored ? 1 : 0)) << point;
    EXPECT_EQ(caller_->Versions("forces/kent")->versions(1).change().redaction(), stored ? "redactions/1" : "");

    const auto again = caller_->Redact(request);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->header().replayed(), stored) << point;
    EXPECT_EQ(again->redaction().name(), "redactions/1") << point;
    EXPECT_EQ(Caller::Audit(caller_->Log("ledgers/toy")), "sound, redacted 1") << point;
  }
}

}  // namespace
}  // namespace oversight::rpc
