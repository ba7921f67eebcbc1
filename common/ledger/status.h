// The errors the ledger and its engines give, each in one place. Messages are for callers: what a driver said goes to
// the log, never in here. Thread-safe.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/ledger/types.h"

namespace oversight::ledger {

// What goes wrong with a store.
absl::Status StoreUnavailable();
absl::Status StoreFull();
absl::Status StoreReadOnly();
// For health alone: a write has been under way for so long.
absl::Status StoreStalled(absl::Duration since);
absl::Status StoreCorrupt();
absl::Status Conflict();
// The store cannot be opened as it is: held by another process, made by a newer version, not a store. For operators.
absl::Status StoreRefused(const std::string& message);
// Of a restore: the store holds something already; what it holds is part of a restore that was not finished; another
// restore into it began before this one was finished.
absl::Status StoreNotEmpty();
absl::Status RestoreUnfinished();
absl::Status RestoreOvertaken();

// What goes wrong with a call.
absl::Status Overloaded(const std::string& queue);
absl::Status Draining();
absl::Status DeadlinePassed();
absl::Status CallCancelled();
absl::Status RequestIdReused(const std::string& request_id);
// The request was done at `revision`, but its answer is gone.
absl::Status AnswerRedacted(const std::string& request_id, Revision revision);
absl::Status RevisionInFuture(Revision asked, Revision head);
absl::Status TimeInFuture(absl::Time asked, absl::Time now);
absl::Status WatchLagging(Revision last_revision);
// A fault of our own code.
absl::Status Fault(const std::string& message);
// The same in a transaction of a log that was made elsewhere.
absl::Status FaultAt(Revision revision, const absl::Status& fault);

}  // namespace oversight::ledger
