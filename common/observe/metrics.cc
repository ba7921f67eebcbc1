#include "common/observe/metrics.h"

#include <dirent.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <mutex>
#include <utility>

#include "absl/time/clock.h"
#include "common/observe/json_log.h"
#include "common/observe/version.h"

namespace oversight::observe {
namespace {

double ResidentBytes() {
  long total = 0, resident = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "re")) {
    if (std::fscanf(file, "%ld %ld", &total, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& value) {
    return static_cast<double>(value.tv_sec) + static_cast<double>(value.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double OpenFiles() {
  int count = 0;
  if (DIR* directory = opendir("/proc/self/fd")) {
    while (readdir(directory) != nullptr) ++count;
    closedir(directory);
    count -= 3;  // ".", ".." and the directory itself.
  }
  return count;
}

const char* TypeName(MethodType type) {
  switch (type) {
    case MethodType::kClientStream:
      return "client_stream";
    case MethodType::kServerStream:
      return "server_stream";
    case MethodType::kBidiStream:
      return "bidi_stream";
    case MethodType::kUnary:
      break;
  }
  return "unary";
}

}  // namespace

class Metrics::CallbackTable {
 public:
  int Add(bool counter, const std::string& name, const std::string& help, std::function<double()> read,
          const Labels& labels) {
    std::lock_guard lock(mu_);
    entries_.emplace(++last_id_, Entry{counter, name, help, std::move(read), labels});
    return last_id_;
  }
  // Waits for a collection under way, so that the callback is never called afterwards.
  void Remove(int id) {
    std::lock_guard lock(mu_);
    entries_.erase(id);
  }
  void Collect(std::vector<prometheus::MetricFamily>& families) const {
    std::lock_guard lock(mu_);
    for (const auto& [id, entry] : entries_) {
      auto it = std::find_if(families.begin(), families.end(),
                             [&entry = entry](const auto& family) { return family.name == entry.name; });
      if (it == families.end()) {
        const auto type = entry.counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
        it = families.insert(families.end(), prometheus::MetricFamily{entry.name, entry.help, type, {}});
      }
      prometheus::ClientMetric metric;
      for (const auto& [key, value] : entry.labels) metric.label.push_back({key, value});
      (entry.counter ? metric.counter.value : metric.gauge.value) = entry.read();
      it->metric.push_back(std::move(metric));
    }
  }

 private:
  struct Entry {
    bool counter;
    std::string name, help;
    std::function<double()> read;
    Labels labels;
  };
  mutable std::mutex mu_;
  std::map<int, Entry> entries_;
  int last_id_ = 0;
};

Metrics::Metrics(const std::string& service) : callbacks_(std::make_unique<CallbackTable>()) {
  Gauge("oversight_build_info", "1, with what was built as labels.",
        {{"service", service}, {"version", Version()}, {"commit", GitCommit()}})
      .Set(1);
  Gauge("process_start_time_seconds", "When the process began to count, in seconds since 1970.")
      .Set(absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch()));
  own_callbacks_.push_back(
      GaugeCallback("process_resident_memory_bytes", "Resident memory of the process in bytes.", ResidentBytes));
  own_callbacks_.push_back(
      CounterCallback("process_cpu_seconds_total", "Processor time used by the process in seconds.", CpuSeconds));
  own_callbacks_.push_back(GaugeCallback("process_open_fds", "Open file descriptors of the process.", OpenFiles));
  own_callbacks_.push_back(CounterCallback("oversight_log_lines_dropped_total",
                                           "Log lines dropped because the queue to the log was full.",
                                           [] { return static_cast<double>(DroppedLogLines()); }));
}

Metrics::~Metrics() { own_callbacks_.clear(); }

prometheus::Counter& Metrics::Counter(const std::string& name, const std::string& help, const Labels& labels) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry_).Add(labels);
}

prometheus::Gauge& Metrics::Gauge(const std::string& name, const std::string& help, const Labels& labels) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry_).Add(labels);
}

prometheus::Histogram& Metrics::Histogram(const std::string& name, const std::string& help,
                                          const std::vector<double>& buckets, const Labels& labels) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry_).Add(labels, buckets);
}

Metrics::Callback::Callback(Callback&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)), id_(other.id_) {}

Metrics::Callback& Metrics::Callback::operator=(Callback&& other) noexcept {
  std::swap(owner_, other.owner_);
  std::swap(id_, other.id_);
  return *this;
}

Metrics::Callback::~Callback() {
  if (owner_ != nullptr) owner_->callbacks_->Remove(id_);
}

Metrics::Callback Metrics::AddCallback(bool counter, const std::string& name, const std::string& help,
                                       std::function<double()> read, const Labels& labels) {
  return Callback(this, callbacks_->Add(counter, name, help, std::move(read), labels));
}

Metrics::Callback Metrics::GaugeCallback(const std::string& name, const std::string& help, std::function<double()> read,
                                         const Labels& labels) {
  return AddCallback(false, name, help, std::move(read), labels);
}

Metrics::Callback Metrics::CounterCallback(const std::string& name, const std::string& help,
                                           std::function<double()> read, const Labels& labels) {
  return AddCallback(true, name, help, std::move(read), labels);
}

std::string Metrics::Render() const {
  std::vector<prometheus::MetricFamily> families = registry_.Collect();
  callbacks_->Collect(families);
  std::sort(families.begin(), families.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  for (prometheus::MetricFamily& family : families) {
    std::sort(family.metric.begin(), family.metric.end(),
              [](const auto& a, const auto& b) { return a.label < b.label; });
  }
  return prometheus::TextSerializer().Serialize(families);
}

const std::vector<double>& LatencyBuckets() {
  static const auto& buckets =
      *new std::vector<double>{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
  return buckets;
}

const char* GrpcCodeName(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return "OK";
    case absl::StatusCode::kCancelled:
      return "Canceled";
    case absl::StatusCode::kInvalidArgument:
      return "InvalidArgument";
    case absl::StatusCode::kDeadlineExceeded:
      return "DeadlineExceeded";
    case absl::StatusCode::kNotFound:
      return "NotFound";
    case absl::StatusCode::kAlreadyExists:
      return "AlreadyExists";
    case absl::StatusCode::kPermissionDenied:
      return "PermissionDenied";
    case absl::StatusCode::kResourceExhausted:
      return "ResourceExhausted";
    case absl::StatusCode::kFailedPrecondition:
      return "FailedPrecondition";
    case absl::StatusCode::kAborted:
      return "Aborted";
    case absl::StatusCode::kOutOfRange:
      return "OutOfRange";
    case absl::StatusCode::kUnimplemented:
      return "Unimplemented";
    case absl::StatusCode::kInternal:
      return "Internal";
    case absl::StatusCode::kUnavailable:
      return "Unavailable";
    case absl::StatusCode::kDataLoss:
      return "DataLoss";
    case absl::StatusCode::kUnauthenticated:
      return "Unauthenticated";
    default:
      return "Unknown";
  }
}

MethodMetrics::MethodMetrics(Metrics& metrics, const std::string& prefix, const std::string& service,
                             const std::string& method, MethodType type) {
  const Labels labels = {{"grpc_type", TypeName(type)}, {"grpc_service", service}, {"grpc_method", method}};
  started_ = &metrics.Counter(prefix + "_started_total", "Calls started.", labels);
  received_ = &metrics.Counter(prefix + "_msg_received_total", "Messages received.", labels);
  sent_ = &metrics.Counter(prefix + "_msg_sent_total", "Messages sent.", labels);
  seconds_ = &metrics.Histogram(prefix + "_handling_seconds", "Time from the start of a call to its end, in seconds.",
                                LatencyBuckets(), labels);
  for (int code = 0; code < kCodes; ++code) {
    Labels with_code = labels;
    with_code["grpc_code"] = GrpcCodeName(static_cast<absl::StatusCode>(code));
    handled_[code] = &metrics.Counter(prefix + "_handled_total", "Calls ended, by status code.", with_code);
  }
}

void MethodMetrics::Handled(absl::StatusCode code, absl::Duration took) {
  int index = static_cast<int>(code);
  if (index < 0 || index >= kCodes) index = static_cast<int>(absl::StatusCode::kUnknown);
  handled_[index]->Increment();
  seconds_->Observe(absl::ToDoubleSeconds(took));
}

}  // namespace oversight::observe
