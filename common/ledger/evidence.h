// Answers for the tree over the log: keeps a TreeIndex beside the log, extended from it when somebody asks. Reads leaf
// hashes by the ledger's reader threads, a part at a time, so that other reads go on while a long log is indexed for
// the first time. Thread-safe; shared by its own tasks, so it may be let go of at any time.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "common/ledger/engine.h"
#include "common/ledger/head_cell.h"
#include "common/ledger/ledger.h"
#include "common/ledger/merkle.h"
#include "common/ledger/reader_pool.h"

namespace oversight::ledger {

class Evidence : public std::enable_shared_from_this<Evidence> {
 public:
  // `head` outlives the reader pool's threads.
  Evidence(std::shared_ptr<ReaderPool> readers, const HeadCell& head) : readers_(std::move(readers)), head_(head) {}

  // As Ledger has them.
  void Tree(std::optional<Revision> size, Callback<TreeState> done);
  void ProveInclusion(Revision revision, std::optional<Revision> size, Callback<TreeProof> done);
  void ProveConsistency(Revision old_size, std::optional<Revision> size, Callback<TreeProof> done);

 private:
  // With everything up to `size` indexed. Runs on a reader thread.
  template <class T>
  using Question = std::function<absl::StatusOr<T>(Reader& reader, Revision size)>;

  template <class T>
  void Ask(std::optional<Revision> size, Callback<T> done, Question<T> question);
  template <class T>
  void Enqueue(Revision size, std::shared_ptr<Callback<T>> done, Question<T> question);
  // Takes in the next leaves; OK also when another thread did.
  absl::Status Extend(Reader& reader, Revision size);
  absl::StatusOr<TreeState> StateAt(Reader& reader, Revision size) const;
  static LeafSource SourceOf(Reader& reader);

  const std::shared_ptr<ReaderPool> readers_;
  const HeadCell& head_;
  std::mutex extend_mu_;  // one extends at a time
  TreeIndex index_;
};

}  // namespace oversight::ledger
