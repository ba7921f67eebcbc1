// The log as evidence over gRPC: the same for every service, so tried on the small application of these tests.
#include "common/rpc/ledger_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/ledger/archive/record.h"
#include "common/ledger/hashing.h"
#include "common/ledger/merkle.h"
#include "common/rpc/status_mapping.h"
#include "tests/rpc/toy_forces.h"
#include "tests/support/test_server.h"

namespace oversight::rpc {
namespace {

namespace lv1 = ledger::v1;
using oversight::testing::TestServer;

std::vector<ledger::Hash> HashesOf(const google::protobuf::RepeatedPtrField<std::string>& bytes) {
  std::vector<ledger::Hash> hashes;
  for (const std::string& hash : bytes) hashes.push_back(ledger::HashFromBytes(hash).value());
  return hashes;
}

class LedgerServiceTest : public ::testing::Test {
 protected:
  LedgerServiceTest() {
    stub_ = server_->StubAs<lv1::LedgerService>("public");
    keeper_ = server_->StubAs<lv1::LedgerService>("chief-inspector");
  }

  void Create(int count) {
    auto forces = server_->StubAs<fv1::ForcesService>("liaison-lead");
    for (int i = 0; i < count; ++i) {
      fv1::CreateForceRequest request;
      request.set_force_id(absl::StrCat("force-", ++created_));
      *request.mutable_force() = SomeForce();
      request.set_request_id(absl::StrCat("create-", created_));
      fv1::CreateForceResponse response;
      grpc::ClientContext context;
      const grpc::Status status = forces->CreateForce(&context, request, &response);
      ASSERT_TRUE(status.ok()) << status.error_message();
    }
  }

  template <class Response, class Request>
  absl::StatusOr<Response> Call(grpc::Status (lv1::LedgerService::Stub::*method)(grpc::ClientContext*, const Request&,
                                                                                 Response*),
                                Request request) {
    if (request.name().empty()) request.set_name("ledgers/test");
    Response response;
    grpc::ClientContext context;
    const grpc::Status status = (stub_.get()->*method)(&context, request, &response);
    if (!status.ok()) return FromGrpc(status);
    return response;
  }
  lv1::TreeHead Head(int64_t size = 0) {
    lv1::GetTreeHeadRequest request;
    request.set_tree_size(size);
    const auto response = Call<lv1::GetTreeHeadResponse>(&lv1::LedgerService::Stub::GetTreeHead, request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? response->tree_head() : lv1::TreeHead();
  }
  // All that a stream gives; how it ended in `status`.
  std::vector<lv1::ExportTransactionsResponse> Export(lv1::LedgerService::Stub& stub,
                                                      lv1::ExportTransactionsRequest request, grpc::Status* status) {
    request.set_name("ledgers/test");
    grpc::ClientContext context;
    auto reader = stub.ExportTransactions(&context, request);
    std::vector<lv1::ExportTransactionsResponse> parts;
    for (lv1::ExportTransactionsResponse part; reader->Read(&part);) parts.push_back(part);
    *status = reader->Finish();
    return parts;
  }

  std::unique_ptr<TestServer> server_ = TestServer::Start(ToyForces::Builder(), {.ledger_name = "ledgers/test"});
  std::unique_ptr<lv1::LedgerService::Stub> stub_, keeper_;
  int created_ = 0;
};

TEST_F(LedgerServiceTest, AnyoneCanCheckThatTheLogOnlyGrew) {
  Create(3);
  const lv1::TreeHead old_head = Head();
  EXPECT_EQ(old_head.tree_size(), 3);
  EXPECT_EQ(old_head.origin(), absl::StrCat("oversight-ledger/test/", server_->ledger().store_id()));
  Create(4);

  lv1::GetConsistencyProofRequest consistency;
  consistency.set_old_tree_size(3);
  const auto grown =
      Call<lv1::GetConsistencyProofResponse>(&lv1::LedgerService::Stub::GetConsistencyProof, consistency);
  ASSERT_TRUE(grown.ok()) << grown.status();
  EXPECT_EQ(grown->tree_head().tree_size(), 7);
  EXPECT_EQ(grown->old_root_hash(), old_head.root_hash());
  EXPECT_TRUE(ledger::VerifyConsistency(3, ledger::HashFromBytes(old_head.root_hash()).value(), 7,
                                        ledger::HashFromBytes(grown->tree_head().root_hash()).value(),
                                        HashesOf(grown->hashes())));

  lv1::GetInclusionProofRequest inclusion;
  inclusion.set_revision(2);
  inclusion.set_tree_size(3);
  const auto included = Call<lv1::GetInclusionProofResponse>(&lv1::LedgerService::Stub::GetInclusionProof, inclusion);
  ASSERT_TRUE(included.ok()) << included.status();
  EXPECT_EQ(included->leaf_index(), 1);
  EXPECT_TRUE(ledger::VerifyInclusion(ledger::HashFromBytes(included->leaf_hash()).value(), 1, 3,
                                      HashesOf(included->hashes()),
                                      ledger::HashFromBytes(old_head.root_hash()).value()));
  EXPECT_EQ(Head(3).root_hash(), old_head.root_hash());
  EXPECT_EQ(Head(3).recorded_time().SerializeAsString(), old_head.recorded_time().SerializeAsString());
}

TEST_F(LedgerServiceTest, TheExportHoldsEverythingTheHeadCovers) {
  Create(300);
  grpc::Status status;
  const auto parts = Export(*keeper_, {}, &status);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_GE(parts.size(), 2u);
  ASSERT_TRUE(parts[0].has_started());
  EXPECT_EQ(parts[0].started().ledger(), "ledgers/test");
  EXPECT_EQ(parts[0].started().store_id(), server_->ledger().store_id());
  ledger::TreeBuilder tree;
  for (size_t i = 1; i < parts.size(); ++i) {
    for (const lv1::Transaction& record : parts[i].transactions().transactions()) {
      ASSERT_EQ(record.revision(), tree.size() + 1);
      const auto transaction = ledger::FromRecord(record);
      ASSERT_TRUE(transaction.ok()) << transaction.status();
      EXPECT_EQ(ledger::ToRecord(*transaction).SerializeAsString(), record.SerializeAsString());
      EXPECT_EQ(transaction->request->method, "/oversight.forces.v1.ForcesService/CreateForce");
      tree.Append(ledger::HashFromBytes(record.leaf_hash()).value());
    }
  }
  EXPECT_EQ(tree.size(), 300);
  EXPECT_EQ(ledger::HashBytes(tree.Root()), parts[0].started().tree_head().root_hash());

  lv1::ExportTransactionsRequest rest;
  rest.set_after_revision(298);
  rest.set_up_to_revision(299);
  const auto one = Export(*keeper_, rest, &status);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(one.size(), 2u);
  EXPECT_EQ(one[0].started().tree_head().tree_size(), 299);
  EXPECT_EQ(one[1].transactions().transactions_size(), 1);
  EXPECT_EQ(one[1].transactions().transactions(0).revision(), 299);

  rest.set_facts_only(true);
  const auto facts = Export(*keeper_, rest, &status);
  ASSERT_EQ(facts.size(), 2u);
  lv1::Transaction left = one[1].transactions().transactions(0);
  for (auto& change : *left.mutable_changes()) {
    ASSERT_FALSE(change.payload().empty());
    change.clear_terms();
    change.clear_payload_hash();
  }
  left.clear_actor();
  left.clear_verb();
  left.clear_reason();
  left.clear_request_id();
  left.clear_trace_id();
  left.clear_leaf_hash();
  left.clear_request();
  EXPECT_EQ(facts[1].transactions().transactions(0).SerializeAsString(), left.SerializeAsString())
      << "what became of the resources, and nothing else";
}

TEST_F(LedgerServiceTest, RefusesWhatItCannotAnswer) {
  Create(2);
  lv1::GetTreeHeadRequest head;
  head.set_name("ledgers/other");
  EXPECT_EQ(ReasonOf(Call<lv1::GetTreeHeadResponse>(&lv1::LedgerService::Stub::GetTreeHead, head).status()),
            "RESOURCE_NOT_FOUND");
  head.set_name("ledgers/test");
  head.set_tree_size(3);
  EXPECT_EQ(ReasonOf(Call<lv1::GetTreeHeadResponse>(&lv1::LedgerService::Stub::GetTreeHead, head).status()),
            "REVISION_IN_FUTURE");
  lv1::GetInclusionProofRequest inclusion;
  EXPECT_EQ(
      ReasonOf(Call<lv1::GetInclusionProofResponse>(&lv1::LedgerService::Stub::GetInclusionProof, inclusion).status()),
      "INVALID_FIELDS");
  grpc::Status status;
  Export(*stub_, {}, &status);
  EXPECT_EQ(ReasonOf(FromGrpc(status)), "ROLE_NOT_ALLOWED");
  lv1::ExportTransactionsRequest beyond;
  beyond.set_up_to_revision(3);
  Export(*keeper_, beyond, &status);
  EXPECT_EQ(ReasonOf(FromGrpc(status)), "REVISION_IN_FUTURE");
}

}  // namespace
}  // namespace oversight::rpc
