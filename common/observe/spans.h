// What a process tells a collector of traces: spans, sent as OTLP over HTTP in JSON (POST ENDPOINT/v1/traces) by a
// thread of its own. A span says that something was done, for how long and how it ended; never who asked, for what, or
// why it was refused, since whoever reads traces need not be told of records.
//
// Recording never waits: spans go into a queue of kMostQueued, and what comes while it is full is dropped and counted,
// as is a batch that the collector does not take within kPatience. Like the log (json_log.h) there is one for the
// process, which whoever has something to record need not be given. Recording is thread-safe, and does nothing while
// there is none.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/observe/metrics.h"
#include "common/observe/trace_context.h"

namespace oversight::observe {

enum class SpanKind { kInternal = 1, kServer = 2, kClient = 3 };  // As OTLP numbers them.

struct Span {
  TraceContext context;  // Its own ids and its parent's. One that is not sampled is not sent.
  std::string name;      // "oversight.forces.v1.ForcesService/GetForce"
  SpanKind kind = SpanKind::kInternal;
  absl::Time start, end;
  absl::StatusCode code = absl::StatusCode::kOk;
  std::vector<std::pair<std::string, std::string>> attributes;  // Such as {"request_id", "..."}.
};

// Whether anything is made of what is recorded, so that nothing is put together in vain.
bool RecordsSpans();
void Record(Span span);

class SpanExporter {
 public:
  static constexpr size_t kMostQueued = 8192;
  static constexpr size_t kBatch = 512;
  static constexpr absl::Duration kPatience = absl::Seconds(5);

  // From now on Record sends to `endpoint`, "http://collector:4318", as from `service`. One at a time; `metrics` must
  // outlive it. Whether anybody answers there is seen later.
  SpanExporter(const std::string& endpoint, std::string service, Metrics& metrics);
  // Sends what is queued, if the collector takes it at once, and ends.
  ~SpanExporter();
  SpanExporter(const SpanExporter&) = delete;
  SpanExporter& operator=(const SpanExporter&) = delete;

  // What is wrong with an endpoint, as a flag's validator says it; "" when nothing.
  static std::string IsEndpoint(const std::string& value);

 private:
  friend void Record(Span span);
  void Add(Span span);
  void Run();
  absl::Status Send(const std::vector<Span>& batch) const;

  const std::string service_;
  std::string host_, port_, path_;
  std::mutex mu_;
  std::condition_variable wake_;
  std::vector<Span> queue_;  // Guarded by mu_, as stop_ is.
  bool stop_ = false;
  std::atomic<int64_t> sent_{0}, dropped_{0};
  std::vector<Metrics::Callback> counters_;
  std::thread thread_;
};

}  // namespace oversight::observe
