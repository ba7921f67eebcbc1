// Finds out whether a log is sound: the one state machine behind every verification, be the log in a store, in a file
// or coming from a service. Fed the transactions in order it computes every hash again from the content, and says of
// the first that is wrong what is wrong with it, in plain words. What a sound log is:
//
// - Revisions are 1, 2, 3, ... and recorded times never go back.
// - A transaction says who acted and what was done, changes at least one resource and none twice.
// - Payloads hash to the payload hashes, contents to the leaf hashes, and leaf hashes to the roots of the heads that
// are
//   known. A change that is made together with its hashes is found by a head that somebody kept, and by that alone.
// - A payload is missing only where a record of its redaction follows later in the log, and a record follows only where
//   one is missing.
// - A request id has a remembered answer, and it is this transaction's. What the answer says is covered by no hash.
//
// Memory: a few hundred bytes, the heads, and about 100 bytes per redaction. Pure; one thread at a time.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/ledger/merkle.h"
#include "common/ledger/types.h"

namespace oversight::ledger {

// What is wrong with a log, and where first.
struct Finding {
  // The revision; with `last` above it, one of those from `first` to `last`. 0: none in particular.
  Revision first = 0;
  Revision last = 0;
  std::string what;  // "the payload of forces/kent and its hash do not agree"

  // "Revision 7: the payload of forces/kent and its hash do not agree."
  std::string ToString() const;
};

// What is known of the log from elsewhere: the root it had, or has, at a size.
struct KnownHead {
  std::string source;  // for the finding, such as "the head remembered in forces.head"
  int64_t size = 0;
  Hash root{};
  bool is_end = false;   // the log must end there
  bool is_kept = false;  // it comes from elsewhere than the log itself, so what it agrees with is what it was
};

class Auditor {
 public:
  explicit Auditor(std::vector<KnownHead> heads = {});

  // Adds a head that became known on the way, of at least the present size.
  void Know(KnownHead head);
  // The reading of the log began when it had `size` transactions. A record of redaction behind them may tell of a
  // payload that was still there when it was read.
  void ReadingBegan(int64_t size) { began_at_ = size; }
  // Takes the next transaction. False when something is wrong: then finding() says what, and nothing more is taken.
  bool Add(const LoggedTransaction& transaction);
  // After the last one. False as above.
  bool Finish();
  // Says what is wrong with the next transaction where that was found before it could be read as one. Always false.
  bool Fail(const std::string& what);
  // The same of no revision in particular.
  bool FailWhole(const std::string& what);

  const std::optional<Finding>& finding() const { return finding_; }
  // The revisions of payloads that are missing and for which no record was seen yet. A log that is read while it is
  // written may hold the record behind the end at which the reading was to stop.
  bool awaits_redactions() const { return !unexplained_.empty(); }
  // Of what was taken so far.
  int64_t size() const { return tree_.size(); }
  int64_t changes() const { return changes_; }
  int64_t redactions() const { return static_cast<int64_t>(explained_.size()); }
  absl::Time recorded_time() const { return recorded_time_; }  // of the last; InfinitePast when there is none
  Hash Root() const { return tree_.Root(); }

 private:
  // A version: its revision and name. Ordered by revision, so that the first one missing is named.
  using Place = std::pair<Revision, std::string>;

  std::string Problem(const LoggedTransaction& transaction) const;
  std::string TakeRedaction(const LoggedChange& change);
  void CompareHeads();

  std::vector<KnownHead> heads_;    // by size
  size_t next_head_ = 0;            // the first not compared yet
  int64_t confirmed_ = 0;           // the size of the last kept head that agreed
  std::optional<std::string> end_;  // who says that the log ends here
  std::optional<int64_t> began_at_;
  TreeBuilder tree_;
  int64_t changes_ = 0;
  absl::Time recorded_time_ = absl::InfinitePast();
  std::map<Place, std::string> unexplained_, explained_;  // payloads that are missing, with their hashes
  std::optional<Finding> finding_;
};

// After the reading of a log that may be written meanwhile came to its end: calls `read_on`, which gives the auditor
// what the log has more by now, while it awaits records of redactions and more comes.
absl::Status ReadOnForRedactions(const Auditor& auditor, const std::function<absl::Status()>& read_on);

}  // namespace oversight::ledger
