#include "common/ledger/merkle.h"

#include <algorithm>
#include <bit>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ledger/hashing.h"
#include "common/ledger/status.h"
#include "common/rpc/errors.h"
#include "spdlog/spdlog.h"

namespace oversight::ledger {
namespace {

constexpr int64_t kBlock = 256;

// Where a tree of `count` leaves divides: the largest power of two less than count, which is at least 2.
int64_t LeftSize(int64_t count) { return static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(count - 1))); }

bool IsPowerOfTwo(int64_t n) { return std::has_single_bit(static_cast<uint64_t>(n)); }

absl::Status Invalid(const std::string& message) {
  return Error(absl::StatusCode::kInvalidArgument, common::v1::ERROR_REASON_INVALID_FIELDS, message);
}

}  // namespace

std::optional<Hash> HashFromBytes(std::string_view bytes) {
  Hash hash;
  if (bytes.size() != hash.size()) return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

std::string HashBytes(const Hash& hash) { return std::string(hash.begin(), hash.end()); }

Hash EmptyRoot() {
  Hash hash;
  Sha256Into("", hash.data());
  return hash;
}

Hash NodeHash(const Hash& left, const Hash& right) {
  std::array<char, 1 + 2 * sizeof(Hash)> bytes;
  bytes[0] = 1;
  std::copy(right.begin(), right.end(), std::copy(left.begin(), left.end(), bytes.begin() + 1));
  Hash hash;
  Sha256Into(std::string_view(bytes.data(), bytes.size()), hash.data());
  return hash;
}

Hash RootOf(std::span<const Hash> leaves) {
  TreeBuilder builder;
  for (const Hash& leaf : leaves) builder.Append(leaf);
  return builder.Root();
}

// RFC 9162, section 2.1.3.2, with its names: fn and sn are the numbers of the node and of the last node of its level.
bool VerifyInclusion(const Hash& leaf_hash, int64_t index, int64_t size, std::span<const Hash> proof,
                     const Hash& root) {
  if (index < 0 || index >= size) return false;
  uint64_t fn = static_cast<uint64_t>(index), sn = static_cast<uint64_t>(size - 1);
  Hash r = leaf_hash;
  for (const Hash& p : proof) {
    if (sn == 0) return false;
    if (fn % 2 == 1 || fn == sn) {
      r = NodeHash(p, r);
      // The last node of a level that has no sibling is its own parent.
      while (fn % 2 == 0 && fn != 0) fn >>= 1, sn >>= 1;
    } else {
      r = NodeHash(r, p);
    }
    fn >>= 1, sn >>= 1;
  }
  return sn == 0 && r == root;
}

// RFC 9162, section 2.1.4.2, with its names.
bool VerifyConsistency(int64_t size1, const Hash& root1, int64_t size2, const Hash& root2,
                       std::span<const Hash> proof) {
  if (size1 < 0 || size1 > size2) return false;
  if (size1 == 0 && root1 != EmptyRoot()) return false;
  if (size1 == size2) return proof.empty() && root1 == root2;
  if (size1 == 0) return proof.empty();
  uint64_t fn = static_cast<uint64_t>(size1 - 1), sn = static_cast<uint64_t>(size2 - 1);
  while (fn % 2 == 1) fn >>= 1, sn >>= 1;
  // The proof starts from the last complete subtree that both trees share. When that is the whole first tree, its root
  // is known and the proof leaves it out.
  Hash start = root1;
  if (!IsPowerOfTwo(size1)) {
    if (proof.empty()) return false;
    start = proof.front();
    proof = proof.subspan(1);
  }
  Hash fr = start, sr = start;
  for (const Hash& c : proof) {
    if (sn == 0) return false;
    if (fn % 2 == 1 || fn == sn) {
      fr = NodeHash(c, fr);
      sr = NodeHash(c, sr);
      while (fn % 2 == 0 && fn != 0) fn >>= 1, sn >>= 1;
    } else {
      sr = NodeHash(sr, c);
    }
    fn >>= 1, sn >>= 1;
  }
  return sn == 0 && fr == root1 && sr == root2;
}

void TreeBuilder::Append(const Hash& leaf) {
  Hash root = leaf;
  // As in an addition of one: each trailing 1 bit of the size is a subtree that the new one completes.
  for (int64_t carry = size_; carry % 2 == 1; carry /= 2) {
    root = NodeHash(complete_.back(), root);
    complete_.pop_back();
  }
  complete_.push_back(root);
  ++size_;
}

Hash TreeBuilder::Root() const {
  if (complete_.empty()) return EmptyRoot();
  Hash root = complete_.back();
  for (size_t i = complete_.size() - 1; i-- > 0;) root = NodeHash(complete_[i], root);
  return root;
}

absl::Status TreeIndex::Extend(int64_t first_index, std::span<const Hash> leaves) {
  while (true) {
    // Per block, so that those who ask never wait for long.
    std::lock_guard lock(mu_);
    const int64_t complete = levels_.empty() ? 0 : static_cast<int64_t>(levels_[0].size()) * kBlock;
    const int64_t size = complete + static_cast<int64_t>(unfinished_.size());
    if (first_index != size) {
      return Fault(absl::StrCat("the tree has ", size, " leaves and was to be extended at ", first_index));
    }
    const size_t count = std::min(leaves.size(), static_cast<size_t>(kBlock) - unfinished_.size());
    unfinished_.insert(unfinished_.end(), leaves.begin(), leaves.begin() + static_cast<ptrdiff_t>(count));
    if (unfinished_.size() == kBlock) {
      Hash root = RootOf(unfinished_);
      unfinished_.clear();
      for (size_t level = 0;; ++level) {
        if (level == levels_.size()) levels_.emplace_back();
        levels_[level].push_back(root);
        if (levels_[level].size() % 2 == 1) break;
        root = NodeHash(levels_[level][levels_[level].size() - 2], root);
      }
    }
    leaves = leaves.subspan(count);
    if (leaves.empty()) return absl::OkStatus();
    first_index += static_cast<int64_t>(count);
  }
}

int64_t TreeIndex::size() const {
  std::shared_lock lock(mu_);
  return (levels_.empty() ? 0 : static_cast<int64_t>(levels_[0].size()) * kBlock) +
         static_cast<int64_t>(unfinished_.size());
}

absl::StatusOr<Hash> TreeIndex::Root(int64_t size, const LeafSource& source) const {
  if (auto status = CheckSize(size); !status.ok()) return status;
  Blocks blocks;
  if (size % kBlock != 0) {
    if (auto status = Load(size - 1, source, blocks); !status.ok()) return status;
  }
  std::shared_lock lock(mu_);
  return RangeRoot(0, size, blocks);
}

absl::StatusOr<std::vector<Hash>> TreeIndex::InclusionProof(int64_t index, int64_t size,
                                                            const LeafSource& source) const {
  if (auto status = CheckSize(size); !status.ok()) return status;
  if (index < 0 || index >= size) {
    return Invalid(absl::StrCat("A tree of ", size, " leaves has none at index ", index, "."));
  }
  Blocks blocks;
  if (auto status = Load(index, source, blocks); !status.ok()) return status;
  if (size % kBlock != 0) {
    if (auto status = Load(size - 1, source, blocks); !status.ok()) return status;
  }
  std::vector<Hash> proof;
  std::shared_lock lock(mu_);
  AppendInclusion(index, 0, size, blocks, proof);
  return proof;
}

absl::StatusOr<std::vector<Hash>> TreeIndex::ConsistencyProof(int64_t size1, int64_t size2,
                                                              const LeafSource& source) const {
  for (const int64_t size : {size1, size2}) {
    if (auto status = CheckSize(size); !status.ok()) return status;
  }
  if (size1 > size2) {
    return Invalid(absl::StrCat("A tree of ", size1, " leaves is not the beginning of one of ", size2, "."));
  }
  std::vector<Hash> proof;
  if (size1 == 0 || size1 == size2) return proof;
  Blocks blocks;
  for (const int64_t size : {size1, size2}) {
    if (size % kBlock == 0) continue;
    if (auto status = Load(size - 1, source, blocks); !status.ok()) return status;
  }
  std::shared_lock lock(mu_);
  AppendConsistency(size1, 0, size2, true, blocks, proof);
  return proof;
}

absl::Status TreeIndex::CheckSize(int64_t asked) const {
  if (asked < 0) return Invalid(absl::StrCat("No tree has ", asked, " leaves."));
  const int64_t have = size();
  return asked > have ? RevisionInFuture(asked, have) : absl::OkStatus();
}

absl::Status TreeIndex::Load(int64_t index, const LeafSource& source, Blocks& blocks) const {
  const int64_t number = index / kBlock;
  if (blocks.contains(number)) return absl::OkStatus();
  Hash root;
  {
    std::shared_lock lock(mu_);
    if (levels_.empty() || number >= static_cast<int64_t>(levels_[0].size())) {
      blocks[number] = unfinished_;
      return absl::OkStatus();
    }
    root = levels_[0][static_cast<size_t>(number)];
  }
  auto leaves = source(number * kBlock, kBlock);
  if (!leaves.ok()) return leaves.status();
  if (leaves->size() != kBlock || RootOf(*leaves) != root) {
    spdlog::error("the leaf hashes of revisions {} to {} are not those that this process has read or written before",
                  number * kBlock + 1, (number + 1) * kBlock);
    return StoreCorrupt();
  }
  blocks[number] = *std::move(leaves);
  return absl::OkStatus();
}

Hash TreeIndex::RangeRoot(int64_t first, int64_t count, const Blocks& blocks) const {
  if (count == 0) return EmptyRoot();
  if (count < kBlock) {
    return RootOf(std::span<const Hash>(blocks.at(first / kBlock))
                      .subspan(static_cast<size_t>(first % kBlock), static_cast<size_t>(count)));
  }
  if (IsPowerOfTwo(count)) {
    return levels_[static_cast<size_t>(std::countr_zero(static_cast<uint64_t>(count / kBlock)))]
                  [static_cast<size_t>(first / count)];
  }
  const int64_t left = LeftSize(count);
  return NodeHash(RangeRoot(first, left, blocks), RangeRoot(first + left, count - left, blocks));
}

// PATH of RFC 9162, section 2.1.3.1, for the leaf at `index` in the subtree of `count` leaves from `first`.
void TreeIndex::AppendInclusion(int64_t index, int64_t first, int64_t count, const Blocks& blocks,
                                std::vector<Hash>& proof) const {
  if (count == 1) return;
  const int64_t left = LeftSize(count);
  if (index < first + left) {
    AppendInclusion(index, first, left, blocks, proof);
    proof.push_back(RangeRoot(first + left, count - left, blocks));
  } else {
    AppendInclusion(index, first + left, count - left, blocks, proof);
    proof.push_back(RangeRoot(first, left, blocks));
  }
}

// SUBPROOF of RFC 9162, section 2.1.4.1, for the first `size1` of the `count` leaves from `first`.
void TreeIndex::AppendConsistency(int64_t size1, int64_t first, int64_t count, bool root_is_known, const Blocks& blocks,
                                  std::vector<Hash>& proof) const {
  if (size1 == count) {
    if (!root_is_known) proof.push_back(RangeRoot(first, count, blocks));
    return;
  }
  const int64_t left = LeftSize(count);
  if (size1 <= left) {
    AppendConsistency(size1, first, left, root_is_known, blocks, proof);
    proof.push_back(RangeRoot(first + left, count - left, blocks));
  } else {
    AppendConsistency(size1 - left, first + left, count - left, false, blocks, proof);
    proof.push_back(RangeRoot(first, left, blocks));
  }
}

}  // namespace oversight::ledger
