// The writing connection of the PostgreSQL engine. One thread at a time.
//
// A batch is decided without any lock, on the state at one revision, its base: rows of the log never change (a payload
// may be removed by law, but whoever does that moves the head), so reads as of the base are repeatable, and most come
// from memory. The commit is one short database transaction in one round
// trip. Its first statement moves the head from the base to the new end; when another replica moved it meanwhile,
// nothing of the batch is stored and Commit gives kAborted: the batch is decided again. After such a conflict the next
// batches take the lock before they decide, so that replicas take turns and none starves.
//
// Requests are not looked up before they are decided: a request id that is there already violates the primary key when
// the batch commits, or is found when the command is refused. Then the batch is decided again with look-ups.
#pragma once

#include <memory>
#include <string>

#include "common/ledger/engine.h"
#include "common/ledger/postgres/pg_connection.h"

namespace oversight::ledger {

// A commit tells `channel` the new head by NOTIFY, unless it is empty. With `confirm` it first makes a commit of no
// consequence: what an earlier connection left in doubt, and may be seen by now, is then as safe as any commit is, such
// as with a synchronous standby, before it is told.
absl::StatusOr<std::unique_ptr<Writer>> OpenPostgresWriter(const PgAddress& address, const std::string& channel,
                                                           bool confirm);

}  // namespace oversight::ledger
