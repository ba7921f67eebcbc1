// The Merkle tree against the vectors that Certificate Transparency's implementations share, and against RFC 9162's
// recursive definitions written down as they stand there.
#include "common/ledger/merkle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <atomic>
#include <map>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/ledger/hashing.h"

namespace oversight::ledger {
namespace {

using Hashes = std::vector<Hash>;

Hash FromHex(const std::string& hex) { return HashFromBytes(absl::HexStringToBytes(hex)).value(); }
std::string Hex(const Hash& hash) { return absl::BytesToHexString(HashBytes(hash)); }
Hash LeafOf(const std::string& input) { return HashFromBytes(Sha256(std::string(1, '\0') + input)).value(); }

Hashes SomeLeaves(int64_t count) {
  Hashes leaves;
  for (int64_t i = 0; i < count; ++i) leaves.push_back(LeafOf(absl::StrCat("leaf ", i)));
  return leaves;
}
const Hashes& Leaves() {
  static const Hashes leaves = SomeLeaves(5000);
  return leaves;
}
std::span<const Hash> First(int64_t count) { return std::span(Leaves()).first(static_cast<size_t>(count)); }

// The definitions, over Leaves(); a root is computed once. A shape says for each hash of a proof, from the leaf up, on
// which side it stands.
class Naive {
 public:
  Hash Root(int64_t first, int64_t count) {
    if (count == 0) return HashFromBytes(Sha256("")).value();
    if (count == 1) return Leaves()[static_cast<size_t>(first)];
    auto& known = roots_[{first, count}];
    if (!known) {
      const int64_t k = Left(count);
      known =
          HashFromBytes(Sha256(absl::StrCat("\x01", HashBytes(Root(first, k)), HashBytes(Root(first + k, count - k)))));
    }
    return *known;
  }
  Hashes Inclusion(int64_t index, int64_t size, int64_t first = 0) {
    if (size == 1) return {};
    const int64_t k = Left(size);
    Hashes proof = index < k ? Inclusion(index, k, first) : Inclusion(index - k, size - k, first + k);
    proof.push_back(index < k ? Root(first + k, size - k) : Root(first, k));
    return proof;
  }
  Hashes Consistency(int64_t size1, int64_t size2, int64_t first = 0, bool whole = true) {
    if (size1 == size2) return whole ? Hashes{} : Hashes{Root(first, size2)};
    const int64_t k = Left(size2);
    Hashes proof =
        size1 <= k ? Consistency(size1, k, first, whole) : Consistency(size1 - k, size2 - k, first + k, false);
    proof.push_back(size1 <= k ? Root(first + k, size2 - k) : Root(first, k));
    return proof;
  }
  static std::string InclusionShape(int64_t index, int64_t size) {
    if (index >= size) return "none";
    if (size == 1) return "";
    const int64_t k = Left(size);
    return index < k ? InclusionShape(index, k) + "R" : InclusionShape(index - k, size - k) + "L";
  }
  static std::string ConsistencyShape(int64_t size1, int64_t size2, bool whole = true) {
    if (size1 > size2) return "none";
    if (size1 == size2) return whole ? "" : "S";
    const int64_t k = Left(size2);
    return size1 <= k ? ConsistencyShape(size1, k, whole) + "R" : ConsistencyShape(size1 - k, size2 - k, false) + "L";
  }

 private:
  static int64_t Left(int64_t count) {
    int64_t k = 1;
    while (k < count - k) k *= 2;  // not 2k < count: a count may be near the largest there is
    return k;
  }
  std::map<std::pair<int64_t, int64_t>, std::optional<Hash>> roots_;
};

// A store that knows Leaves() and counts what it is asked.
struct Store {
  int64_t size = 0;
  int reads = 0;
  absl::Status status;
  Hashes leaves = Leaves();

  LeafSource Source() {
    return [this](int64_t first, int64_t count) -> absl::StatusOr<Hashes> {
      ++reads;
      EXPECT_GE(first, 0);
      EXPECT_GT(count, 0);
      EXPECT_LE(first + count, size);
      EXPECT_EQ(first / 256, (first + count - 1) / 256) << "not within a block";
      if (!status.ok()) return status;
      return Hashes(leaves.begin() + first, leaves.begin() + first + count);
    };
  }
};

struct Case {
  int64_t index, size;
  std::vector<std::string> proof;
};
Hashes ProofOf(const Case& c) {
  Hashes proof;
  for (const std::string& hex : c.proof) proof.push_back(FromHex(hex));
  return proof;
}

TEST(MerkleTest, AgreesWithTheVectorsOfCertificateTransparency) {
  const std::vector<std::string> inputs = {
      "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
  const std::vector<std::string> roots = {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                                          "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                          "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                          "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                          "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                          "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                          "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                          "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                          "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  Hashes leaves;
  for (const std::string& input : inputs) leaves.push_back(LeafOf(absl::HexStringToBytes(input)));
  TreeIndex index;
  ASSERT_TRUE(index.Extend(0, leaves).ok());
  TreeBuilder builder;
  for (size_t size = 0; size <= 8; ++size) {
    if (size > 0) builder.Append(leaves[size - 1]);
    EXPECT_EQ(Hex(RootOf(std::span(leaves).first(size))), roots[size]);
    EXPECT_EQ(Hex(builder.Root()), roots[size]);
    EXPECT_EQ(Hex(*index.Root(static_cast<int64_t>(size), nullptr)), roots[size]);
  }
  const std::string n0_2 = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                    n2_4 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                    n4_8 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
                    n6_8 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                    leaf1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                    leaf4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
  for (const Case& c : std::vector<Case>{{0, 1, {}},
                                         {0, 8, {leaf1, n2_4, n4_8}},
                                         {5, 8, {leaf4, n6_8, roots[4]}},
                                         {2, 3, {n0_2}},
                                         {1, 5, {roots[1], n2_4, leaf4}}}) {
    EXPECT_EQ(*index.InclusionProof(c.index, c.size, nullptr), ProofOf(c)) << c.index << " " << c.size;
    EXPECT_TRUE(VerifyInclusion(leaves[static_cast<size_t>(c.index)], c.index, c.size, ProofOf(c),
                                FromHex(roots[static_cast<size_t>(c.size)])));
  }
  const std::string n4_6 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
  for (const Case& c : std::vector<Case>{
           {1, 1, {}}, {1, 8, {leaf1, n2_4, n4_8}}, {6, 8, {n4_6, n6_8, roots[4]}}, {2, 5, {n2_4, leaf4}}}) {
    EXPECT_EQ(*index.ConsistencyProof(c.index, c.size, nullptr), ProofOf(c)) << c.index << " " << c.size;
    EXPECT_TRUE(VerifyConsistency(c.index, FromHex(roots[static_cast<size_t>(c.index)]), c.size,
                                  FromHex(roots[static_cast<size_t>(c.size)]), ProofOf(c)));
  }
}

TEST(MerkleTest, AgreesWithTheDefinitionsForEverySizeTo300) {
  Naive naive;
  TreeBuilder builder;
  TreeIndex growing, grown;
  Store store{.size = 300};
  ASSERT_TRUE(grown.Extend(0, First(300)).ok());
  for (int64_t size = 0; size <= 300; ++size) {
    if (size > 0) {
      builder.Append(Leaves()[static_cast<size_t>(size - 1)]);
      ASSERT_TRUE(growing.Extend(size - 1, std::span(&Leaves()[static_cast<size_t>(size - 1)], 1)).ok());
    }
    ASSERT_EQ(growing.size(), size);
    ASSERT_EQ(builder.size(), size);
    const Hash root = naive.Root(0, size);
    ASSERT_EQ(RootOf(First(size)), root);
    ASSERT_EQ(builder.Root(), root);
    store.reads = 0;
    ASSERT_EQ(*growing.Root(size, store.Source()), root);
    ASSERT_EQ(store.reads, 0) << "a current root needs no store";
    ASSERT_EQ(*grown.Root(size, store.Source()), root);
    // Every index of the small sizes; of the others, some.
    for (int64_t i = 0; i < size; i += size <= 40 ? 1 : size >= 255 && size <= 257 ? 5 : 37) {
      const Hashes inclusion = *grown.InclusionProof(i, size, store.Source());
      ASSERT_EQ(inclusion, naive.Inclusion(i, size)) << i << " " << size;
      ASSERT_TRUE(VerifyInclusion(Leaves()[static_cast<size_t>(i)], i, size, inclusion, root)) << i << " " << size;
      const Hashes consistency = *grown.ConsistencyProof(i + 1, size, store.Source());
      ASSERT_EQ(consistency, naive.Consistency(i + 1, size)) << i + 1 << " " << size;
      ASSERT_TRUE(VerifyConsistency(i + 1, naive.Root(0, i + 1), size, root, consistency)) << i + 1 << " " << size;
    }
    ASSERT_TRUE(grown.ConsistencyProof(0, size, store.Source())->empty());
    ASSERT_TRUE(VerifyConsistency(0, EmptyRoot(), size, root, {}));
  }
}

// An index of a random size, extended in random pieces.
int64_t GrowRandomly(TreeIndex& index) {
  // Large trees from the first try on, several levels above a block.
  const auto total =
      *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<int64_t>(1, static_cast<int64_t>(Leaves().size()) + 1));
  while (index.size() < total) {
    const int64_t first = index.size();
    const int64_t count = *rc::gen::inRange<int64_t>(1, total - first + 1);
    RC_ASSERT(index.Extend(first, First(first + count).subspan(static_cast<size_t>(first))).ok());
  }
  return total;
}

Hash WithFlippedBit(Hash hash) {
  const auto bit = *rc::gen::inRange(0, 256);
  hash[static_cast<size_t>(bit / 8)] ^= static_cast<uint8_t>(1 << bit % 8);
  return hash;
}
int64_t WithFlippedBit(int64_t n) { return n ^ (int64_t{1} << *rc::gen::inRange(0, 64)); }

// Every way there is to make `proof` another one by a little.
template <class Passes>
void NoOtherProofPasses(const Hashes& proof, const Passes& passes) {
  for (size_t i = 0; i < proof.size(); ++i) {
    Hashes other = proof;
    other[i] = WithFlippedBit(other[i]);
    RC_ASSERT(!passes(other));
    other = proof;
    other.erase(other.begin() + static_cast<ptrdiff_t>(i));
    RC_ASSERT(!passes(other));
    other = proof;
    other.insert(other.begin() + static_cast<ptrdiff_t>(i), proof[i]);
    RC_ASSERT(!passes(other));
    if (i > 0) {
      other = proof;
      std::swap(other[i - 1], other[i]);
      RC_ASSERT(!passes(other));
    }
  }
  Hashes longer = proof;
  longer.push_back(EmptyRoot());
  RC_ASSERT(!passes(longer));
}

RC_GTEST_PROP(MerkleTest, InclusionIsProvedAndNothingElseIs, ()) {
  Naive naive;
  TreeIndex tree;
  Store store{.size = GrowRandomly(tree)};
  const auto size = *rc::gen::inRange<int64_t>(1, store.size + 1);
  const auto index = *rc::gen::inRange<int64_t>(0, size);
  const Hash root = naive.Root(0, size), leaf = Leaves()[static_cast<size_t>(index)];
  RC_ASSERT(*tree.Root(size, store.Source()) == root);
  store.reads = 0;
  const Hashes proof = *tree.InclusionProof(index, size, store.Source());
  RC_ASSERT(store.reads <= 2);
  RC_ASSERT(proof == naive.Inclusion(index, size));
  RC_ASSERT(VerifyInclusion(leaf, index, size, proof, root));

  RC_ASSERT(!VerifyInclusion(WithFlippedBit(leaf), index, size, proof, root));
  RC_ASSERT(!VerifyInclusion(leaf, WithFlippedBit(index), size, proof, root));
  RC_ASSERT(!VerifyInclusion(leaf, index, size, proof, WithFlippedBit(root)));
  NoOtherProofPasses(proof, [&](const Hashes& other) { return VerifyInclusion(leaf, index, size, other, root); });
  for (const int64_t other : {WithFlippedBit(size), size - 1, size + 1, size * 2}) {
    RC_ASSERT(VerifyInclusion(leaf, index, other, proof, root) ==
              (Naive::InclusionShape(index, other) == Naive::InclusionShape(index, size)));
  }
}

RC_GTEST_PROP(MerkleTest, ConsistencyIsProvedAndNothingElseIs, ()) {
  Naive naive;
  TreeIndex tree;
  Store store{.size = GrowRandomly(tree)};
  const auto size2 = *rc::gen::inRange<int64_t>(1, store.size + 1);
  const auto size1 = *rc::gen::inRange<int64_t>(1, size2 + 1);
  const Hash root1 = naive.Root(0, size1), root2 = naive.Root(0, size2);
  const Hashes proof = *tree.ConsistencyProof(size1, size2, store.Source());
  RC_ASSERT(store.reads <= 2);
  RC_ASSERT(proof == naive.Consistency(size1, size2));
  RC_ASSERT(VerifyConsistency(size1, root1, size2, root2, proof));

  RC_ASSERT(!VerifyConsistency(WithFlippedBit(size1), root1, size2, root2, proof));
  RC_ASSERT(!VerifyConsistency(size1, WithFlippedBit(root1), size2, root2, proof));
  RC_ASSERT(!VerifyConsistency(size1, root1, size2, WithFlippedBit(root2), proof));
  NoOtherProofPasses(proof, [&](const Hashes& other) { return VerifyConsistency(size1, root1, size2, root2, other); });
  for (const int64_t other : {WithFlippedBit(size2), size2 - 1, size2 + 1, size2 * 2}) {
    RC_ASSERT(VerifyConsistency(size1, root1, other, root2, proof) ==
              (Naive::ConsistencyShape(size1, other) == Naive::ConsistencyShape(size1, size2)));
  }
}

TEST(MerkleTest, WhatIsMalformedProvesNothing) {
  const Hash a = LeafOf("a"), b = LeafOf("b"), root = NodeHash(a, b);
  const int64_t huge = std::numeric_limits<int64_t>::max();
  EXPECT_TRUE(VerifyInclusion(a, 0, 2, Hashes{b}, root));
  EXPECT_FALSE(VerifyInclusion(b, -1, 2, Hashes{a}, root));
  EXPECT_FALSE(VerifyInclusion(a, 2, 2, Hashes{b}, root));
  EXPECT_FALSE(VerifyInclusion(a, 0, 0, {}, a));
  EXPECT_FALSE(VerifyInclusion(a, 0, -1, {}, a));
  EXPECT_FALSE(VerifyInclusion(a, 0, 2, {}, a));
  EXPECT_FALSE(VerifyInclusion(a, 0, 1, Hashes{b}, root));
  EXPECT_FALSE(VerifyInclusion(a, 0, 1, Hashes{b}, NodeHash(b, a))) << "a proof that goes on above the root";
  EXPECT_FALSE(VerifyInclusion(a, 0, huge, Hashes(100, b), root));
  EXPECT_FALSE(VerifyInclusion(a, huge, huge, Hashes{b}, root));

  EXPECT_TRUE(VerifyConsistency(1, a, 2, root, Hashes{b}));
  EXPECT_TRUE(VerifyConsistency(2, root, 2, root, {}));
  EXPECT_FALSE(VerifyConsistency(2, root, 2, a, {}));
  EXPECT_FALSE(VerifyConsistency(2, root, 2, root, Hashes{b}));
  EXPECT_FALSE(VerifyConsistency(2, root, 1, a, Hashes{b}));
  EXPECT_FALSE(VerifyConsistency(1, a, 2, root, {}));
  EXPECT_FALSE(VerifyConsistency(3, root, 4, root, {}));
  EXPECT_FALSE(VerifyConsistency(-1, a, 2, root, Hashes{b}));
  EXPECT_FALSE(VerifyConsistency(std::numeric_limits<int64_t>::min(), a, 2, a, {}));
  // Three leaves and four, and a hash more, above either root.
  const Hash three = NodeHash(root, a), four = NodeHash(root, NodeHash(a, b));
  EXPECT_TRUE(VerifyConsistency(3, three, 4, four, Hashes{a, b, root}));
  EXPECT_FALSE(VerifyConsistency(3, NodeHash(b, three), 4, NodeHash(b, four), Hashes{a, b, root, b}));
  EXPECT_FALSE(VerifyConsistency(0, a, 2, root, {}));
  EXPECT_FALSE(VerifyConsistency(0, a, 0, a, {}));
  EXPECT_FALSE(VerifyConsistency(0, EmptyRoot(), 2, root, Hashes{b}));
  EXPECT_TRUE(VerifyConsistency(0, EmptyRoot(), 0, EmptyRoot(), {}));
  EXPECT_FALSE(VerifyConsistency(1, a, huge, root, Hashes(100, b)));
  EXPECT_FALSE(VerifyConsistency(huge, a, huge, root, {}));

  EXPECT_FALSE(HashFromBytes(""));
  EXPECT_FALSE(HashFromBytes(std::string(31, 'x')));
  EXPECT_FALSE(HashFromBytes(std::string(33, 'x')));
  EXPECT_EQ(HashBytes(*HashFromBytes(std::string(32, 'x'))), std::string(32, 'x'));
}

// A tree far larger than any that can be built: the first of 2^62 leaves.
TEST(MerkleTest, SizesMayBeAsLargeAsTheyGet) {
  Hash root = LeafOf("first");
  const Hashes proof(62, LeafOf("sibling"));
  for (const Hash& sibling : proof) root = NodeHash(root, sibling);
  EXPECT_TRUE(VerifyInclusion(LeafOf("first"), 0, int64_t{1} << 62, proof, root));
  EXPECT_TRUE(VerifyConsistency(1, LeafOf("first"), int64_t{1} << 62, root, proof));
}

TEST(TreeIndexTest, RefusesWhatItCannotAnswer) {
  TreeIndex tree;
  Store store{.size = 700};
  EXPECT_EQ(*tree.Root(0, nullptr), EmptyRoot());
  EXPECT_EQ(tree.InclusionProof(0, 0, nullptr).status().code(), absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(tree.Extend(0, First(700)).ok());
  EXPECT_EQ(tree.Extend(0, First(1)).code(), absl::StatusCode::kInternal);
  EXPECT_EQ(tree.Extend(699, First(2)).code(), absl::StatusCode::kInternal);
  EXPECT_EQ(tree.Extend(701, First(1)).code(), absl::StatusCode::kInternal);
  EXPECT_TRUE(tree.Extend(700, {}).ok());
  EXPECT_EQ(tree.size(), 700);
  EXPECT_EQ(tree.Root(701, store.Source()).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(tree.Root(-1, store.Source()).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(tree.InclusionProof(0, 701, store.Source()).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(tree.InclusionProof(5, 5, store.Source()).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(tree.InclusionProof(-1, 5, store.Source()).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(tree.ConsistencyProof(5, 701, store.Source()).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(tree.ConsistencyProof(6, 5, store.Source()).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(tree.ConsistencyProof(-1, 5, store.Source()).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(TreeIndexTest, PassesOnWhatIsWrongWithTheStoreAndProvesNothingFromALogThatChanged) {
  TreeIndex tree;
  Store store{.size = 700};
  ASSERT_TRUE(tree.Extend(0, First(700)).ok());
  store.status = absl::UnavailableError("gone");
  EXPECT_EQ(tree.Root(10, store.Source()).status(), store.status);
  EXPECT_EQ(tree.InclusionProof(10, 700, store.Source()).status(), store.status);
  EXPECT_EQ(tree.InclusionProof(690, 300, store.Source()).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(tree.ConsistencyProof(10, 700, store.Source()).status(), store.status);
  EXPECT_EQ(tree.ConsistencyProof(512, 300, store.Source()).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(tree.Root(512, store.Source()).ok()) << "whole blocks need no store";
  EXPECT_TRUE(tree.ConsistencyProof(512, 700, store.Source()).ok());

  store.status = absl::OkStatus();
  store.leaves[255] = LeafOf("another");
  // The changed leaf is not among those asked for, but in their block.
  EXPECT_EQ(tree.Root(10, store.Source()).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(tree.InclusionProof(10, 700, store.Source()).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(tree.ConsistencyProof(10, 700, store.Source()).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(tree.InclusionProof(300, 700, store.Source()).ok());
  store.reads = 0;
  EXPECT_TRUE(tree.InclusionProof(300, 302, store.Source()).ok());
  EXPECT_EQ(store.reads, 1) << "one block, read once";
  for (const Hashes& short_block : {Hashes{}, Hashes{RootOf(std::span(store.leaves).subspan(256, 256))}}) {
    const LeafSource source = [&](int64_t, int64_t) -> absl::StatusOr<Hashes> { return short_block; };
    EXPECT_EQ(tree.Root(300, source).status().code(), absl::StatusCode::kDataLoss);
  }
}

TEST(TreeIndexTest, AnswersWhileItGrows) {
  TreeIndex tree;
  std::atomic<bool> done{false};
  std::atomic<int> asked{0};
  std::vector<std::thread> readers;
  readers.reserve(2);
  for (int reader = 0; reader < 2; ++reader) {
    readers.emplace_back([&] {
      const LeafSource source = [](int64_t first, int64_t count) -> absl::StatusOr<Hashes> {
        return Hashes(Leaves().begin() + first, Leaves().begin() + first + count);
      };
      while (!done || asked < 100) {
        const int64_t size = tree.size();
        if (size == 0) continue;
        const int64_t index = ++asked * 7919LL % size;
        const auto root = tree.Root(size, source);
        ASSERT_TRUE(root.ok()) << root.status();
        const auto inclusion = tree.InclusionProof(index, size, source);
        ASSERT_TRUE(inclusion.ok()) << inclusion.status();
        EXPECT_TRUE(VerifyInclusion(Leaves()[static_cast<size_t>(index)], index, size, *inclusion, *root));
        const auto older = tree.Root(index + 1, source);
        ASSERT_TRUE(older.ok()) << older.status();
        const auto consistency = tree.ConsistencyProof(index + 1, size, source);
        ASSERT_TRUE(consistency.ok()) << consistency.status();
        EXPECT_TRUE(VerifyConsistency(index + 1, *older, size, *root, *consistency));
      }
    });
  }
  for (int64_t size = 0; size < static_cast<int64_t>(Leaves().size());) {
    const int64_t count = std::min<int64_t>(size % 37 + 1, static_cast<int64_t>(Leaves().size()) - size);
    ASSERT_TRUE(tree.Extend(size, First(size + count).subspan(static_cast<size_t>(size))).ok());
    size += count;
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace oversight::ledger
