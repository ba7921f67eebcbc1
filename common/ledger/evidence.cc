#include "common/ledger/evidence.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/ledger/hashing.h"
#include "common/ledger/status.h"
#include "common/rpc/errors.h"

namespace oversight::ledger {
namespace {

// How many leaves one task takes in: some milliseconds of work.
constexpr int64_t kPart = 16384;

absl::StatusOr<std::vector<Hash>> ReadLeaves(Reader& reader, int64_t first, int64_t count) {
  // The leaf with index i is the transaction with revision i + 1.
  OVERSIGHT_ASSIGN_OR_RETURN(const std::string bytes, reader.LeafHashes(first, static_cast<int>(count)));
  if (bytes.size() != static_cast<size_t>(count) * kHashBytes) return StoreCorrupt();
  std::vector<Hash> leaves(static_cast<size_t>(count));
  for (size_t i = 0; i < leaves.size(); ++i) {
    std::copy_n(bytes.begin() + static_cast<int64_t>(i * kHashBytes), kHashBytes, leaves[i].begin());
  }
  return leaves;
}

std::vector<std::string> BytesOf(const std::vector<Hash>& hashes) {
  std::vector<std::string> bytes;
  bytes.reserve(hashes.size());
  for (const Hash& hash : hashes) bytes.push_back(HashBytes(hash));
  return bytes;
}

}  // namespace

void Evidence::Tree(std::optional<Revision> size, Callback<TreeState> done) {
  Ask<TreeState>(size, std::move(done), [this](Reader& reader, Revision size) { return StateAt(reader, size); });
}

void Evidence::ProveInclusion(Revision revision, std::optional<Revision> size, Callback<TreeProof> done) {
  Ask<TreeProof>(size, std::move(done), [this, revision](Reader& reader, Revision size) -> absl::StatusOr<TreeProof> {
    if (revision > size) return RevisionInFuture(revision, size);
    OVERSIGHT_ASSIGN_OR_RETURN(TreeState tree, StateAt(reader, size));
    OVERSIGHT_ASSIGN_OR_RETURN(const std::vector<Hash> path,
                               index_.InclusionProof(revision - 1, size, SourceOf(reader)));
    OVERSIGHT_ASSIGN_OR_RETURN(const std::vector<Hash> leaf, ReadLeaves(reader, revision - 1, 1));
    return TreeProof{std::move(tree), BytesOf(path), HashBytes(leaf[0])};
  });
}

void Evidence::ProveConsistency(Revision old_size, std::optional<Revision> size, Callback<TreeProof> done) {
  Ask<TreeProof>(size, std::move(done), [this, old_size](Reader& reader, Revision size) -> absl::StatusOr<TreeProof> {
    if (old_size > size) return RevisionInFuture(old_size, size);
    OVERSIGHT_ASSIGN_OR_RETURN(TreeState tree, StateAt(reader, size));
    const LeafSource source = SourceOf(reader);
    OVERSIGHT_ASSIGN_OR_RETURN(const Hash old_root, index_.Root(old_size, source));
    OVERSIGHT_ASSIGN_OR_RETURN(const std::vector<Hash> path, index_.ConsistencyProof(old_size, size, source));
    return TreeProof{std::move(tree), BytesOf(path), HashBytes(old_root)};
  });
}

template <class T>
void Evidence::Ask(std::optional<Revision> size, Callback<T> done, Question<T> question) {
  const Revision head = head_.revision();
  if (size && *size > head) return done(RevisionInFuture(*size, head));
  Enqueue<T>(size.value_or(head), std::make_shared<Callback<T>>(std::move(done)), std::move(question));
}

template <class T>
void Evidence::Enqueue(Revision size, std::shared_ptr<Callback<T>> done, Question<T> question) {
  auto task = [self = shared_from_this(), size, done, question](absl::StatusOr<Reader*> reader) {
    absl::Status status = reader.status();
    if (status.ok() && self->index_.size() < size) status = self->Extend(**reader, size);
    if (status.ok() && self->index_.size() < size) {
      self->Enqueue<T>(size, done, question);
      return true;
    }
    absl::StatusOr<T> result = status.ok() ? question(**reader, size) : absl::StatusOr<T>(status);
    const bool sound = result.ok() || absl::IsOutOfRange(result.status());
    (*done)(std::move(result));
    return sound;
  };
  const absl::Status status = readers_->Submit(ReaderPool::Kind::kCall, std::move(task));
  if (!status.ok()) (*done)(status);
}

absl::Status Evidence::Extend(Reader& reader, Revision size) {
  std::lock_guard lock(extend_mu_);
  const int64_t first = index_.size();
  if (first >= size) return absl::OkStatus();
  OVERSIGHT_ASSIGN_OR_RETURN(const std::vector<Hash> leaves, ReadLeaves(reader, first, std::min(kPart, size - first)));
  return index_.Extend(first, leaves);
}

absl::StatusOr<TreeState> Evidence::StateAt(Reader& reader, Revision size) const {
  OVERSIGHT_ASSIGN_OR_RETURN(const Hash root, index_.Root(size, SourceOf(reader)));
  OVERSIGHT_ASSIGN_OR_RETURN(const absl::Time time, reader.TimeOf(size));
  return TreeState{size, HashBytes(root), time};
}

LeafSource Evidence::SourceOf(Reader& reader) {
  return [&reader](int64_t first, int64_t count) { return ReadLeaves(reader, first, count); };
}

}  // namespace oversight::ledger
