// Many clients that write to concerns-service without rest, each in a thread of its own: concerns are created, changed
// with and without etags, given recommendations, issued and withdrawn (several resources in one transaction) and
// assessed; some concerns are shared, so that clients contend for them. Each write has a request id of its own. A call
// that ends without an answer is made again with the same id, at the next replica if there is one, until there is an
// answer; about one in four is given up instead, and its outcome stays unknown.
//
// What is chosen follows the seed; when things happen does not. For one driving thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "grpcpp/client_context.h"
#include "tests/crash/checks.h"
#include "tests/crash/target.h"

namespace oversight::crash {

// The answer to a write.
struct Reply {
  grpc::Status status;
  int64_t revision = 0;
  bool replayed = false;
  std::vector<Written> written;  // what the change wrote, of what the answer holds
  std::string response;          // all of it, but for whether it was replayed
};
// A write that can be sent, and sent again.
using Send = std::function<Reply(Stub&)>;
struct Sent {
  Write write;
  Send send;
  int attempts = 0;
  bool replayed = false;  // acknowledged from the record of an earlier attempt
};

// What a reply says about the fate of a write.
enum class Verdict { kStored, kRefused, kUnknown, kTryAgain };
Verdict VerdictOf(const grpc::Status& status);

class Writers {
 public:
  // `shared` are names of drafts that all may change. They wait for the first Go.
  Writers(int clients, uint64_t seed, Target& target, std::vector<std::string> forces, std::vector<std::string> shared);
  ~Writers();

  void Go();
  // Returns when every client has come to rest after the call it was in.
  void Park();
  // Writes acknowledged so far.
  int64_t acknowledged() const;
  // False when there are not so many in good time.
  bool WaitForAcknowledged(int64_t count);

  // While parked: every write so far, also those that clients will go on to try.
  void ForEach(const std::function<void(Sent&)>& visit);
  // While parked: writes whose outcome stays unknown because they were given up.
  std::vector<Sent*> given_up();
  // While parked: versions that clients read.
  std::vector<Seen> seen() const;
  // While parked: answers that no write should get.
  Findings TakeFindings();

 private:
  class Client;
  // Blocks while parked; false when it is all over.
  bool MayGoOn();
  void Acknowledged();

  mutable std::mutex mu_;
  std::condition_variable changed_;
  bool going_ = false, over_ = false;
  int resting_ = 0;
  int64_t acknowledged_ = 0;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<std::thread> threads_;
};

}  // namespace oversight::crash
