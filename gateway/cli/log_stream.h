// How the command line reads the log of a running service: its head, and its transactions in order. Blocking; for one
// thread.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "common/ledger/merkle.h"
#include "common/ledger/types.h"
#include "gateway/cli/commands.h"
#include "oversight/ledger/v1/ledger_service.pb.h"

namespace oversight::cli {

absl::StatusOr<ledger::v1::TreeHead> GetHead(Session& session, const std::string& ledger);
// The same, and asks again while the service cannot be reached, for as long as the session waits for an answer.
absl::StatusOr<ledger::v1::TreeHead> GetHeadPatiently(Session& session, const std::string& ledger);
ledger::Hash RootOf(const ledger::v1::TreeHead& head);
// The id of the store that the head is of.
std::string StoreIdOf(const ledger::v1::TreeHead& head);

// Reads a log and goes on where it was when the connection breaks.
class LogStream {
 public:
  // `store_id` is that of the store the log must be of.
  LogStream(Session& session, std::string ledger, std::string store_id)
      : session_(session), ledger_(std::move(ledger)), store_id_(std::move(store_id)) {}

  // Gives each transaction behind the last one given up to `up_to` (0: the end at present) to `take`, until that
  // returns false. Gives up when nothing came for as long as the session waits for an answer.
  absl::Status Read(ledger::Revision up_to, const std::function<bool(const ledger::v1::Transaction&)>& take);

 private:
  absl::Status Attempt(ledger::Revision& up_to, const std::function<bool(const ledger::v1::Transaction&)>& take,
                       bool* stopped);

  Session& session_;
  const std::string ledger_, store_id_;
  ledger::Revision position_ = 0;
};

}  // namespace oversight::cli
