// Reports who was told of what: collects what answers told their readers (told.h), and hands it on in batches to where
// it is judged and recorded: in the service that owns the record its ledger, elsewhere that service. No answer waits
// for that or fails by it.
//
// Of one reader, one version and one day (UTC) only the first read is handed on, as far as this process remembers. What
// cannot be handed on is tried again, for as long as it takes. What waits is bounded: beyond that reads are not
// reported, which an error in the log and a metric tell of. Stop hands on what is left. What a process that crashes had
// not handed on, at most that of the last interval while all is well, is lost.
//
// Thread-safe. What `send` uses must outlive it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/auth/principal.h"
#include "common/observe/metrics.h"
#include "common/rpc/siphash.h"
#include "common/rpc/told.h"
#include "oversight/common/v1/reported_read.pb.h"

namespace oversight::rpc {

class ReadReporter {
 public:
  struct Options {
    absl::Duration interval = absl::Seconds(1);   // How long reads are gathered before they are handed on.
    absl::Duration try_again = absl::Seconds(2);  // After a failure.
    size_t max_batch = 500;                       // Resources handed on at once, at most; also of one read.
    size_t max_waiting = 20000;                   // Resources that wait.
    size_t max_remembered = 200000;               // Of what was reported; 8 bytes each and as much again.
  };
  // Hands on a batch, then says how it went, once, on any thread. INVALID_ARGUMENT: never again; else it is tried
  // again.
  using Batch = google::protobuf::RepeatedPtrField<common::v1::ReportedRead>;
  using Send = std::function<void(const Batch&, std::function<void(absl::Status)>)>;

  // Adds oversight_reads_not_reported_total, oversight_reads_waiting and oversight_reads_oldest_seconds.
  ReadReporter(Send send, observe::Metrics& metrics, Options options);
  ReadReporter(Send send, observe::Metrics& metrics) : ReadReporter(std::move(send), metrics, Options()) {}
  ~ReadReporter();
  ReadReporter(const ReadReporter&) = delete;
  ReadReporter& operator=(const ReadReporter&) = delete;

  // An answer is about to go out. `method` as in Call::method. Services of the suite are no readers. `list` is the same
  // for the same `told` and no other, so that an answer that is given again need not be looked through; 0: none.
  void Note(const auth::Principal& reader, const std::string& method, const std::vector<Told>& told, absl::Time now,
            int64_t list = 0);

  // Hands on what waits, for at most as long; what is noted later is not reported. Idempotent.
  void Stop(absl::Duration at_most = absl::Seconds(5));

 private:
  void Run();
  // Takes what is handed on next. With the lock held.
  Batch TakeBatch();
  // Waits for the answer until Stop's time is up.
  absl::Status SendAndWait(const Batch& batch);
  void Lost(size_t count, const absl::Status& why);

  const Send send_;
  const Options options_;
  const SipKey key_;
  prometheus::Counter& lost_;

  std::mutex mu_;  // Guards what follows.
  std::condition_variable wake_;
  std::deque<common::v1::ReportedRead> waiting_;
  std::deque<absl::Time> noted_;                // When each of them was.
  size_t told_waiting_ = 0;                     // Resources in it, and in the batch under way.
  absl::Time oldest_ = absl::InfiniteFuture();  // When the first of the batch under way was noted; future: none is.
  std::unordered_set<uint64_t> remembered_;
  absl::Time told_late_ = absl::InfinitePast(), told_lost_ = absl::InfinitePast();  // Once a minute.
  bool stopping_ = false;
  absl::Time stop_by_ = absl::InfiniteFuture();

  std::vector<observe::Metrics::Callback> gauges_;
  std::once_flag joined_;
  std::thread thread_;  // Last: it uses the others.
};

}  // namespace oversight::rpc
