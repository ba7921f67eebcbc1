// Reports who was told of what: collects what answers told their readers (told.h), and hands it on in batches to where
// it is judged and recorded: in the service that owns the record its ledger, elsewhere that service. No answer waits
// for that or fails by it.
//
// Of one reader, one version and one day (UTC) only the first read is handed on, as far as this process remembers; of
// what was told of in other words, without a version, the first of each second, since what they mean changes. What
// cannot be handed on is tried again, for as long as it takes; what is refused is tried by itself, and then lost. What
// waits is bounded: of one reader by saying instead that they read everything there is, and of all together by not
// reporting more. What is lost is counted, and an error in the log tells of it. Stop hands on what is left. What a
// process that crashes had not handed on, at most that of the last interval while all is well, is lost too.
//
// Thread-safe. What `send` uses must outlive it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
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
    std::string everything;                       // The name that stands for all there is: "ledgers/monitoring".
    absl::Duration interval = absl::Seconds(1);   // How long reads are gathered before they are handed on.
    absl::Duration try_again = absl::Seconds(2);  // After a failure.
    size_t max_batch = 500;                       // Resources handed on at once, at most; also of one read.
    size_t max_of_reader = 4000;                  // Resources that wait of one reader; more count as `everything`.
    size_t max_waiting = 20000;                   // Resources that wait.
    size_t max_remembered = 200000;               // Of what was reported, about 40 bytes each.
  };
  // Hands on a batch, then says how it went, once, on any thread.
  using Batch = google::protobuf::RepeatedPtrField<common::v1::ReportedRead>;
  using Send = std::function<void(const Batch&, std::function<void(absl::Status)>)>;

  // Adds oversight_reads_not_reported_total, oversight_reads_waiting and oversight_reads_oldest_seconds.
  ReadReporter(Send send, observe::Metrics& metrics, Options options);
  ~ReadReporter();
  ReadReporter(const ReadReporter&) = delete;
  ReadReporter& operator=(const ReadReporter&) = delete;

  // An answer that is made once and given often: `slot` is what it answers, and `id` the same for the same answer
  // alone. Whoever was given it already is not looked through again.
  struct Given {
    std::string slot;
    int64_t id = 0;  // 0: not such an answer.
  };
  // An answer is about to go out. `method` as in Call::method. Nobody in particular (auth::IsSomebody) is no reader.
  void Note(const auth::Principal& reader, const std::string& method, const std::vector<Told>& told, absl::Time now,
            const Given& given);
  void Note(const auth::Principal& reader, const std::string& method, const std::vector<Told>& told, absl::Time now) {
    Note(reader, method, told, now, Given());
  }

  // Hands on what waits, for at most as long; what is noted later is lost. Idempotent.
  void Stop(absl::Duration at_most = absl::Seconds(5));

 private:
  struct Waiting {
    common::v1::ReportedRead read;
    absl::Time noted;  // On the machine's clock.
  };

  void Add(const auth::Principal& reader, const std::string& method, const std::vector<const Told*>& told,
           absl::Time now);
  bool Remembers(uint64_t key) const { return remembered_.count(key) > 0 || remembered_before_.count(key) > 0; }
  void Remember(uint64_t key);
  void Run();
  // Takes what is handed on next. With the lock held.
  Batch TakeBatch();
  // Hands on a batch until it is taken, or lost: how many resources were. Without the lock.
  size_t HandOn(const Batch& batch);
  // Waits for the answer until Stop's time is up.
  absl::Status SendAndWait(const Batch& batch);
  bool TimeIsUp();
  // What was lost may be read, and reported, again. With the lock held.
  void Forget();
  void TellLate(const absl::Status& why);
  void Lost(size_t count, const absl::Status& why);

  const Send send_;
  const Options options_;
  const SipKey key_;
  prometheus::Counter& lost_;

  std::mutex mu_;  // Guards what follows.
  std::condition_variable wake_;
  std::deque<Waiting> waiting_;
  size_t told_waiting_ = 0;                              // Resources in it, and in the batch under way.
  std::map<std::string, size_t> of_reader_;              // The same of each reader, those in waiting_ alone.
  absl::Time under_way_since_ = absl::InfiniteFuture();  // When the first of the batch under way was noted.
  // What was reported, in two generations, the older of which goes when the younger is full.
  std::unordered_set<uint64_t> remembered_, remembered_before_;
  std::unordered_map<uint64_t, int64_t> given_;  // By reader, day and slot: the id that was given last.
  absl::Time told_late_ = absl::InfinitePast(), told_lost_ = absl::InfinitePast();  // Once a minute.
  bool stopping_ = false;
  absl::Time stop_by_ = absl::InfiniteFuture();

  std::vector<observe::Metrics::Callback> gauges_;
  std::once_flag joined_;
  std::thread thread_;  // Last: it uses the others.
};

}  // namespace oversight::rpc
