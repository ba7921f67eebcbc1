// What must hold after a crash, as checks on the log that the store holds, on what callers were told and on what
// watchers saw. Pure functions over plain values, so that each check is itself tested (checks_test.cc): given a log
// with a fault it must find it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/ledger/types.h"
#include "tests/support/watch_validators.h"

namespace oversight::crash {

// What a caller knows of a write.
enum class Fate {
  kUnknown,  // no answer that says: it may or may not have been stored
  kStored,   // acknowledged
  kRefused,  // told that nothing was stored, and why
};
struct Written {
  std::string name;
  std::string payload;  // as the log keeps it
};
struct Write {
  std::string actor;
  std::string request_id;
  Fate fate = Fate::kUnknown;
  // Stored: what the answer said. `written` is every resource that the write changed.
  int64_t revision = 0;
  std::vector<Written> written;
  // Sent with the etag of this version of this resource; 0: without.
  std::string based_on;
  int64_t based_on_revision = 0;
};

// A version that a reader was given.
struct Seen {
  Written version;
  int64_t revision = 0;
};

// "ABORTED: Other transactions came first too often.", without the details.
std::string TextOf(const absl::Status& status);

// What was found wrong. Losses: something acknowledged or shown is no longer there or no longer the same. Doubles: a
// request was stored twice. Others: any other broken promise.
struct Findings {
  int64_t losses = 0, doubles = 0, others = 0;
  std::vector<std::string> messages;  // the first few

  bool none() const { return losses + doubles + others == 0; }
  void Loss(const std::string& message) { Add(losses, "LOSS: " + message); }
  void Double(const std::string& message) { Add(doubles, "DOUBLE: " + message); }
  void Other(const std::string& message) { Add(others, "WRONG: " + message); }
  void Add(const Findings& more);

 private:
  void Add(int64_t& count, std::string message);
};

using Log = std::vector<ledger::Transaction>;
using WholeLog = std::vector<ledger::LoggedTransaction>;

// The log by itself: revisions dense from 1, recorded times never going back, versions of each resource dense and
// naming the revision that made them, no request id of an actor twice.
Findings CheckLog(const Log& log);
// The log beside what callers know: every acknowledged write is there once, at its revision and as it was answered;
// what was refused is not there; an update made with an etag follows the very version it was based on; and there is
// nothing that nobody asked for, but the themes that the service records once.
Findings CheckWrites(const Log& log, const std::vector<Write>& writes);
// Every version that a reader was given is there: nobody was shown what was not yet safe.
Findings CheckSeen(const Log& log, const std::vector<Seen>& seen);
// Nothing that was in the log earlier has gone or changed.
Findings CheckGrown(const Log& before, const Log& now);
// Each leaf and payload of the log has the hash that is kept with it, and each request its record.
Findings CheckHashes(const WholeLog& log);
// A watcher whose stream was broken off and taken up again saw, from after `after`, what the log has. `parts` are its
// streams one after the other, `log` is the log from revision 1 as a watcher would be told it.
Findings CheckWatch(const std::vector<std::vector<testing::Delivery>>& parts, int64_t after,
                    const std::vector<testing::Delivery>& log);

// The last version of each resource in the log, in order of name, without what is deleted.
std::vector<ledger::Version> CurrentOf(const Log& log);
// All versions of one resource, newest first.
std::vector<ledger::Version> HistoryOf(const Log& log, const std::string& name);

}  // namespace oversight::crash
