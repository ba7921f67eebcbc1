// The log as evidence, on every engine: what is read back whole hashes to the leaves, and the tree's proofs verify.
#include "common/ledger/hashing.h"
#include "common/ledger/merkle.h"
#include "tests/ledger/ledger_fixture.h"

namespace oversight::ledger {
namespace {

using namespace oversight::testing;
using ::testing::IsEmpty;

class EvidenceTest : public LedgerTest {
 protected:
  // More than one block of the tree index, and an unfinished one.
  static constexpr Revision kMany = 600;

  void StoreMany() {
    for (Revision i = 1; i < kMany; i += 100) {
      std::vector<Awaited<Committed>> done(100);
      for (int j = 0; j < 100; ++j) {
        ledger_->Commit(Storing({Put(absl::StrCat("things/", i + j), absl::StrCat("payload ", j))}),
                        done[static_cast<size_t>(j)].callback());
      }
      for (auto& one : done) ASSERT_TRUE(one.Take().ok());
    }
  }
  absl::StatusOr<std::vector<LoggedTransaction>> Log(Revision after, Revision up_to) {
    Awaited<std::vector<LoggedTransaction>> done;
    ledger_->ReadLog(after, up_to, done.callback());
    return done.Take();
  }
  absl::StatusOr<TreeState> Tree(std::optional<Revision> size = std::nullopt) {
    Awaited<TreeState> done;
    ledger_->Tree(size, done.callback());
    return done.Take();
  }
  absl::StatusOr<TreeProof> Inclusion(Revision revision, std::optional<Revision> size = std::nullopt) {
    Awaited<TreeProof> done;
    ledger_->ProveInclusion(revision, size, done.callback());
    return done.Take();
  }
  absl::StatusOr<TreeProof> Consistency(Revision old_size, std::optional<Revision> size = std::nullopt) {
    Awaited<TreeProof> done;
    ledger_->ProveConsistency(old_size, size, done.callback());
    return done.Take();
  }
  static std::vector<Hash> HashesOf(const TreeProof& proof) {
    std::vector<Hash> hashes;
    for (const std::string& hash : proof.hashes) hashes.push_back(HashFromBytes(hash).value());
    return hashes;
  }
};

TEST_P(EvidenceTest, TheLogIsReadBackWhole) {
  Store({Put("things/1", "first", {{"b", "2"}, {"a", "1"}})}, "request-1");
  clock_.Advance(absl::Seconds(3));
  Store({Put("things/1", "second"), Put("things/2", std::string("nul \0 byte", 10))});
  Store({Delete("things/2", "last state")}, "request-2");

  const auto log = Log(0, 3);
  ASSERT_TRUE(log.ok()) << log.status();
  ASSERT_EQ(log->size(), 3u);
  for (const LoggedTransaction& transaction : *log) {
    std::vector<HashedChange> hashed;
    for (const LoggedChange& change : transaction.changes) {
      EXPECT_EQ(change.payload_hash, Sha256(change.payload));
      EXPECT_FALSE(change.redacted);
      hashed.push_back({change.operation, change.name, change.kind, change.payload_hash, change.encoded_terms});
    }
    EXPECT_EQ(transaction.leaf_hash,
              LeafHash(transaction.revision, absl::ToUnixMicros(transaction.recorded_time), transaction.audit, hashed));
  }
  EXPECT_EQ((*log)[0].changes[0].payload, "first");
  EXPECT_EQ((*log)[0].changes[0].encoded_terms, EncodeTerms({{"a", "1"}, {"b", "2"}}));
  ASSERT_TRUE((*log)[0].request);
  EXPECT_EQ((*log)[0].request->method, "/test.Test/Store");
  EXPECT_EQ((*log)[0].request->request_hash, "hash");
  EXPECT_EQ((*log)[0].request->response, "done");
  EXPECT_EQ((*log)[0].request->revision, 1);
  EXPECT_FALSE((*log)[1].request);
  EXPECT_EQ((*log)[1].changes.size(), 2u);
  EXPECT_EQ((*log)[1].changes[1].payload, std::string("nul \0 byte", 10));
  EXPECT_EQ((*log)[1].recorded_time - (*log)[0].recorded_time, absl::Seconds(3));
  EXPECT_EQ((*log)[2].changes[0].operation, Change::Operation::kDelete);
  ASSERT_TRUE((*log)[2].request);

  EXPECT_EQ(Log(1, 2)->size(), 1u);
  EXPECT_EQ((*Log(1, 2))[0].revision, 2);
  EXPECT_THAT(*Log(3, 3), IsEmpty());
  EXPECT_EQ(ReasonOf(Log(0, 4).status()), "REVISION_IN_FUTURE");
}

TEST_P(EvidenceTest, TheTreeIsTheOneOverTheLeaves) {
  EXPECT_EQ(Tree()->size, 0);
  EXPECT_EQ(Tree()->root, HashBytes(EmptyRoot()));
  StoreMany();
  std::vector<Hash> leaves;
  while (static_cast<Revision>(leaves.size()) < kMany) {
    const auto log = Log(static_cast<Revision>(leaves.size()), kMany);
    ASSERT_TRUE(log.ok()) << log.status();
    for (const LoggedTransaction& transaction : *log) leaves.push_back(HashFromBytes(transaction.leaf_hash).value());
  }
  for (const Revision size : {kMany, Revision{1}, Revision{255}, Revision{256}, Revision{257}, Revision{511}}) {
    const auto tree = Tree(size);
    ASSERT_TRUE(tree.ok()) << tree.status();
    EXPECT_EQ(tree->size, size);
    EXPECT_EQ(tree->root, HashBytes(RootOf({leaves.data(), static_cast<size_t>(size)})));
  }
  EXPECT_EQ(Tree()->size, kMany);
  EXPECT_EQ(Tree()->recorded_time, ledger_->head().recorded_time);
  EXPECT_EQ(ReasonOf(Tree(kMany + 1).status()), "REVISION_IN_FUTURE");

  const std::string before = Tree()->root;
  Open();
  EXPECT_EQ(Tree()->root, before);
  Store({Put("things/1", "more")});
  EXPECT_EQ(Tree()->size, kMany + 1);
  EXPECT_NE(Tree()->root, before);
}

TEST_P(EvidenceTest, ProofsVerify) {
  StoreMany();
  const Hash root = HashFromBytes(Tree()->root).value();
  for (const Revision revision : {Revision{1}, Revision{2}, Revision{256}, Revision{257}, Revision{512}, kMany}) {
    const auto proof = Inclusion(revision);
    ASSERT_TRUE(proof.ok()) << proof.status();
    EXPECT_EQ(proof->tree.size, kMany);
    const Hash leaf = HashFromBytes((*Log(revision - 1, revision))[0].leaf_hash).value();
    EXPECT_EQ(proof->subject, HashBytes(leaf));
    EXPECT_TRUE(VerifyInclusion(leaf, revision - 1, kMany, HashesOf(*proof), root)) << revision;
    EXPECT_FALSE(VerifyInclusion(leaf, revision % kMany, kMany, HashesOf(*proof), root)) << revision;
  }
  for (const Revision old_size : {Revision{0}, Revision{1}, Revision{100}, Revision{256}, Revision{300}, kMany}) {
    const auto proof = Consistency(old_size);
    ASSERT_TRUE(proof.ok()) << proof.status();
    EXPECT_EQ(proof->subject, Tree(old_size)->root);
    EXPECT_TRUE(VerifyConsistency(old_size, HashFromBytes(proof->subject).value(), kMany, root, HashesOf(*proof)))
        << old_size;
  }
  EXPECT_EQ(ReasonOf(Inclusion(kMany + 1).status()), "REVISION_IN_FUTURE");
  EXPECT_EQ(ReasonOf(Inclusion(6, 5).status()), "REVISION_IN_FUTURE");
  EXPECT_EQ(ReasonOf(Consistency(6, 5).status()), "REVISION_IN_FUTURE");
}

INSTANTIATE_TEST_SUITE_P(Engines, EvidenceTest, ::testing::ValuesIn(Engines()), EngineName);

}  // namespace
}  // namespace oversight::ledger
