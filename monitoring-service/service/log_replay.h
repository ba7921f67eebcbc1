// The logs of the three services, read side by side and told as one in the order of their recorded times. The own log
// is read in pages of about a megabyte, those of the owners as streams that give no more than is taken from them: what
// is held at once does not grow with the length of the logs. Blocks, so it runs on a thread of its own. Cancel may come
// from any thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/ledger/ledger.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "oversight/ledger/v1/transaction.pb.h"

namespace oversight::monitoring {

class LogReplay {
 public:
  LogReplay(ledger::Ledger& own, std::shared_ptr<grpc::Channel> forces, std::shared_ptr<grpc::Channel> concerns);
  ~LogReplay();

  // Gives `take` every transaction there is as it begins, until that fails; what it says is passed on. `begun` is told
  // first how many there are. Errors: UNAVAILABLE DEPENDENCY_UNAVAILABLE, CANCELLED; those of the store.
  absl::Status Run(const std::function<void(int64_t total)>& begun,
                   const std::function<absl::Status(absl::Time, const ledger::v1::Transaction&)>& take);
  void Cancel();

 private:
  class Source;
  class OwnLog;
  class OwnersLog;

  std::mutex mu_;  // Guards what follows.
  bool cancelled_ = false;
  std::vector<std::unique_ptr<Source>> sources_;
};

}  // namespace oversight::monitoring
