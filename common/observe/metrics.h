// The metrics of one process, served as Prometheus text by the admin server. `main` owns one Metrics and passes it
// down; it must outlive all that counts into it. Counters, gauges and histograms are made once, at start, and then used
// without a lookup. Names and labels are constants of the program: a malformed one throws at start, where a test sees
// it. Thread-safe.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace oversight::observe {

using Labels = std::map<std::string, std::string>;

class Metrics {
 public:
  // Adds oversight_build_info{service,version,commit}, process_start_time_seconds, process_resident_memory_bytes,
  // process_cpu_seconds_total, process_open_fds and oversight_log_lines_dropped_total.
  explicit Metrics(const std::string& service);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // The same name and labels give the same object.
  prometheus::Counter& Counter(const std::string& name, const std::string& help, const Labels& labels = {});
  prometheus::Gauge& Gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  prometheus::Histogram& Histogram(const std::string& name, const std::string& help, const std::vector<double>& buckets,
                                   const Labels& labels = {});

  // A value read when somebody asks. The callback must not block and is never called after the handle is gone: whoever
  // owns what the callback reads keeps the handle. A second callback with the same name and labels adds a second
  // sample, which Prometheus refuses: do not. Handles must go before the Metrics.
  class Callback {
   public:
    Callback() = default;
    Callback(Callback&&) noexcept;
    Callback& operator=(Callback&&) noexcept;
    ~Callback();

   private:
    friend class Metrics;
    Callback(Metrics* owner, int id) : owner_(owner), id_(id) {}
    Metrics* owner_ = nullptr;
    int id_ = 0;
  };
  [[nodiscard]] Callback GaugeCallback(const std::string& name, const std::string& help, std::function<double()> read,
                                       const Labels& labels = {});
  // As above, for a number that only rises.
  [[nodiscard]] Callback CounterCallback(const std::string& name, const std::string& help, std::function<double()> read,
                                         const Labels& labels = {});

  // The Prometheus text format, families in order of name.
  std::string Render() const;

 private:
  class CallbackTable;
  Callback AddCallback(bool counter, const std::string& name, const std::string& help, std::function<double()> read,
                       const Labels& labels);

  prometheus::Registry registry_;
  std::unique_ptr<CallbackTable> callbacks_;
  std::vector<Callback> own_callbacks_;
};

// From 1 ms to 10 s, the range in which calls of the suite are worth telling apart.
const std::vector<double>& LatencyBuckets();
// "OK", "NotFound", ...: as the `grpc_code` label of go-grpc-middleware spells them.
const char* GrpcCodeName(absl::StatusCode code);

enum class MethodType { kUnary, kClientStream, kServerStream, kBidiStream };

// The metrics of one method, under the names of go-grpc-middleware so that public dashboards work: started, handled per
// code, msg_received, msg_sent, handling_seconds, with labels grpc_type, grpc_service, grpc_method (and grpc_code).
// Every child exists from the start, so that counting is an atomic add (a short lock for the histogram) and the first
// failure is a step from 0.
class MethodMetrics {
 public:
  // `prefix` is "grpc_server" or "grpc_client"; `service` "oversight.forces.v1.ForcesService"; `method` "GetForce".
  MethodMetrics(Metrics& metrics, const std::string& prefix, const std::string& service, const std::string& method,
                MethodType type);

  void Started() { started_->Increment(); }
  void Handled(absl::StatusCode code, absl::Duration took);
  void MessageReceived() { received_->Increment(); }
  void MessageSent() { sent_->Increment(); }

 private:
  static constexpr int kCodes = 17;
  prometheus::Counter *started_, *received_, *sent_;
  std::array<prometheus::Counter*, kCodes> handled_;
  prometheus::Histogram* seconds_;
};

}  // namespace oversight::observe
