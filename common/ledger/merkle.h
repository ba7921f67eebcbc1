// The Merkle tree over the leaf hashes of a ledger's transactions, as RFC 6962 and RFC 9162 (section 2.1) define it:
// an inner node is SHA-256(0x01 || left || right), the left side holds the largest power of two that is less than the
// whole, and the root of no leaves is SHA-256 of nothing. The leaf at index i (from 0) is the transaction of revision
// i + 1, hashed by hashing.h, so the tree of size n covers the revisions 1 to n.
//
// The functions are pure and thread-safe. TreeBuilder computes a root from a stream and is for one thread. TreeIndex is
// what a service keeps in memory to answer for any size; it is thread-safe. Nothing of a tree is stored: the log is the
// truth and the tree follows from it (docs/adr/0009-tamper-evidence.md).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace oversight::ledger {

// A SHA-256 value.
using Hash = std::array<uint8_t, 32>;

// Between a Hash and the strings of 32 bytes that the store and the wire have. Nothing for a string of another length.
std::optional<Hash> HashFromBytes(std::string_view bytes);
std::string HashBytes(const Hash& hash);

Hash EmptyRoot();
Hash NodeHash(const Hash& left, const Hash& right);
Hash RootOf(std::span<const Hash> leaves);

// Whether `proof` shows that the tree of `size` leaves with this root has `leaf_hash` at `index`. False for anything
// malformed. A proof binds a root, not a size: another size whose path to the leaf has the same shape passes too, so
// size and root must come together from a source that is trusted for both, a verified checkpoint.
bool VerifyInclusion(const Hash& leaf_hash, int64_t index, int64_t size, std::span<const Hash> proof, const Hash& root);

// Whether `proof` shows that the tree of `size1` leaves is the beginning of the tree of `size2` leaves. The proof is
// empty between equal trees, and from the empty tree, which is the beginning of every tree. Sizes are as above.
bool VerifyConsistency(int64_t size1, const Hash& root1, int64_t size2, const Hash& root2, std::span<const Hash> proof);

// The root of a stream of leaves. Remembers one hash per bit of the size and nothing else.
class TreeBuilder {
 public:
  void Append(const Hash& leaf);
  int64_t size() const { return size_; }
  Hash Root() const;

 private:
  int64_t size_ = 0;
  std::vector<Hash> complete_;  // the roots of the complete subtrees of size_, the largest first
};

// Reads leaf hashes back from the store: those with index `first` to `first + count - 1`, all of which have been given
// to TreeIndex::Extend.
using LeafSource = std::function<absl::StatusOr<std::vector<Hash>>(int64_t first, int64_t count)>;

// Answers for every tree up to its size: the roots of all complete, aligned subtrees of 256 leaves and more, 64 bytes
// per 256 leaves in all, and the leaves of the last, unfinished block of 256. What is in between is read back: at most
// two whole blocks of 256 leaves per question, none for a current root. A block that does not have the root it had when
// it was indexed gives STORE_CORRUPT: nothing is ever proved from a log that changed.
//
// Thread-safe. Any number of threads may ask while one extends. `source` is called on the asking thread, without a
// lock, and may block; its errors are passed on.
class TreeIndex {
 public:
  // `first_index` must be size(): nothing left out, nothing twice; otherwise INTERNAL, and nothing is taken. About 0.1
  // microseconds of work per leaf.
  absl::Status Extend(int64_t first_index, std::span<const Hash> leaves);
  int64_t size() const;

  // Each for any tree up to size(). REVISION_IN_FUTURE for one beyond it, INVALID_ARGUMENT for what is in no tree.
  absl::StatusOr<Hash> Root(int64_t size, const LeafSource& source) const;
  // That the leaf at `index` is in the tree of `size` leaves; 0 <= index < size.
  absl::StatusOr<std::vector<Hash>> InclusionProof(int64_t index, int64_t size, const LeafSource& source) const;
  // That the tree of `size1` leaves is the beginning of the tree of `size2` leaves; 0 <= size1 <= size2.
  absl::StatusOr<std::vector<Hash>> ConsistencyProof(int64_t size1, int64_t size2, const LeafSource& source) const;

 private:
  using Blocks = std::map<int64_t, std::vector<Hash>>;  // number of the block -> its leaves

  // Puts the block with the leaf at `index` into `blocks`, read back and checked, unless it is there.
  absl::Status Load(int64_t index, const LeafSource& source, Blocks& blocks) const;
  absl::Status CheckSize(int64_t size) const;
  // The next three need mu_, and in `blocks` every block they would look into.
  Hash RangeRoot(int64_t first, int64_t count, const Blocks& blocks) const;
  void AppendInclusion(int64_t index, int64_t first, int64_t count, const Blocks& blocks,
                       std::vector<Hash>& proof) const;
  void AppendConsistency(int64_t size1, int64_t first, int64_t count, bool root_is_known, const Blocks& blocks,
                         std::vector<Hash>& proof) const;

  mutable std::shared_mutex mu_;
  std::vector<std::vector<Hash>> levels_;  // levels_[k][i]: the root of the i-th 256 * 2^k leaves
  std::vector<Hash> unfinished_;           // the leaves after the last complete block
};

}  // namespace oversight::ledger
