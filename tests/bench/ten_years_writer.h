// Writes into a store what a service would have written, at the time that the clock shows: the changed resources with
// the terms they are listed by, who did what and why, and the answer to each request, so that a repeated one is
// answered from its record. What is written until Settle has one time. For one thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/ledger/ledger.h"
#include "common/rpc/resources.h"
#include "common/time/clock.h"
#include "google/protobuf/message.h"

namespace oversight::bench {

class StoreWriter {
 public:
  // `service` is the full name, "oversight.concerns.v1.ConcernsService". FAILED_PRECONDITION when the store is not
  // empty.
  static absl::StatusOr<std::unique_ptr<StoreWriter>> Open(const std::string& store, const FakeClock& clock,
                                                           std::string service);
  ~StoreWriter();

  ledger::Ledger& ledger() { return *ledger_; }
  int64_t written() const { return written_; }

  // One act. `resources` are stored and copied into the response beforehand by the caller; MarkWritten prepares a copy.
  struct Put {
    const google::protobuf::Message* resource;
    std::vector<ledger::Term> terms;
  };
  // Sets the request's `request_id` to the next of this store's.
  void Write(const std::string& actor, const std::string& verb, const std::string& reason,
             google::protobuf::Message* request, const google::protobuf::Message& response,
             const std::vector<Put>& puts, const std::string& service = "");

  // Waits until everything is stored.
  absl::Status Settle();

 private:
  StoreWriter(const FakeClock& clock, std::string service) : clock_(clock), service_(std::move(service)) {}

  const FakeClock& clock_;
  const std::string service_;
  std::unique_ptr<ledger::Ledger> ledger_;
  int64_t written_ = 0;
  std::mutex mu_;
  std::condition_variable settled_;
  int under_way_ = 0;     // guarded by mu_
  absl::Status failure_;  // guarded by mu_
};

// A copy as the service's answer holds it until its revision is known, as the resource kit (common/rpc/resources.cc)
// marks what a change writes.
template <class T>
T MarkWritten(T resource) {
  resource.clear_etag();
  resource.set_revision(-1);
  resource.clear_update_time();
  return resource;
}

}  // namespace oversight::bench
