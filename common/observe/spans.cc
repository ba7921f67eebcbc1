#include "common/observe/spans.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <future>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/observe/config.h"
#include "common/observe/json_log.h"
#include "common/observe/version.h"

namespace oversight::observe {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr char kScheme[] = "http://";
constexpr std::chrono::seconds kBetweenBatches{1};

std::mutex current_mu;
std::atomic<SpanExporter*> current{nullptr};  // Written with current_mu held.

void AppendAttribute(const std::string& key, const std::string& value, std::string& json) {
  json += "{\"key\":";
  AppendJsonString(key, json);
  json += ",\"value\":{\"stringValue\":";
  AppendJsonString(value, json);
  json += "}}";
}

void AppendSpan(const Span& span, std::string& json) {
  absl::StrAppend(&json, "{\"traceId\":\"", span.context.trace_id, "\",\"spanId\":\"", span.context.span_id, "\"");
  if (!span.context.parent_id.empty()) absl::StrAppend(&json, ",\"parentSpanId\":\"", span.context.parent_id, "\"");
  if (!span.context.trace_state.empty()) {
    json += ",\"traceState\":";
    AppendJsonString(span.context.trace_state, json);
  }
  json += ",\"name\":";
  AppendJsonString(span.name, json);
  absl::StrAppend(&json, ",\"kind\":", static_cast<int>(span.kind), ",\"startTimeUnixNano\":\"",
                  absl::ToUnixNanos(span.start), "\",\"endTimeUnixNano\":\"", absl::ToUnixNanos(span.end),
                  "\",\"attributes\":[");
  AppendAttribute("rpc.grpc.status", GrpcCodeName(span.code), json);
  for (const auto& [key, value] : span.attributes) {
    json += ',';
    AppendAttribute(key, value, json);
  }
  absl::StrAppend(&json, "],\"status\":{\"code\":", span.code == absl::StatusCode::kOk ? 1 : 2, "}}");
}

std::string Payload(const std::string& service, const std::vector<Span>& batch) {
  std::string json = "{\"resourceSpans\":[{\"resource\":{\"attributes\":[";
  AppendAttribute("service.name", service, json);
  json += ',';
  AppendAttribute("service.version", Version(), json);
  json += "]},\"scopeSpans\":[{\"scope\":{\"name\":\"oversight\"},\"spans\":[";
  bool first = true;
  for (const Span& span : batch) {
    if (!first) json += ',';
    first = false;
    AppendSpan(span, json);
  }
  return json + "]}]}]}";
}

// "collector:4318/prefix" apart; no port is 4318, that of OTLP over HTTP.
bool Split(const std::string& endpoint, std::string* host, std::string* port, std::string* path) {
  if (!absl::StartsWith(endpoint, kScheme)) return false;
  const std::string rest = endpoint.substr(sizeof(kScheme) - 1);
  const size_t slash = rest.find('/');
  const std::string address = rest.substr(0, slash);
  *path = slash == std::string::npos ? "" : std::string(absl::StripSuffix(rest.substr(slash), "/"));
  int number = 4318;
  const bool has_port = address.rfind(':') != std::string::npos && !absl::EndsWith(address, "]");
  if (!SplitHostPort(has_port ? address : absl::StrCat(address, ":", number), host, &number) || number == 0)
    return false;
  *port = std::to_string(number);
  return !host->empty();
}

}  // namespace

bool RecordsSpans() { return current.load(std::memory_order_relaxed) != nullptr; }

void Record(Span span) {
  if (!RecordsSpans() || !span.context.sampled) return;
  std::lock_guard lock(current_mu);  // So that it does not go meanwhile.
  if (SpanExporter* exporter = current.load()) exporter->Add(std::move(span));
}

std::string SpanExporter::IsEndpoint(const std::string& value) {
  std::string host, port, path;
  if (value.empty() || Split(value, &host, &port, &path)) return "";
  return "must be http://HOST:PORT, the address of a collector that takes OTLP over HTTP";
}

SpanExporter::SpanExporter(const std::string& endpoint, std::string service, Metrics& metrics)
    : service_(std::move(service)) {
  Split(endpoint, &host_, &port_, &path_);
  const auto counter = [&](const char* name, const char* help, const std::atomic<int64_t>& value) {
    counters_.push_back(metrics.CounterCallback(name, help, [&value] { return static_cast<double>(value.load()); }));
  };
  counter("oversight_spans_sent_total", "Spans that the collector of traces has taken.", sent_);
  counter("oversight_spans_dropped_total",
          "Spans that were not sent: too many waited, or the collector did not answer.", dropped_);
  thread_ = std::thread([this] { Run(); });
  std::lock_guard lock(current_mu);
  current.store(this);
}

SpanExporter::~SpanExporter() {
  {
    std::lock_guard lock(current_mu);
    current.store(nullptr);
  }
  {
    std::lock_guard lock(mu_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void SpanExporter::Add(Span span) {
  std::lock_guard lock(mu_);
  if (queue_.size() >= kMostQueued) {
    dropped_.fetch_add(1);
    return;
  }
  queue_.push_back(std::move(span));
  if (queue_.size() == kBatch) wake_.notify_all();
}

void SpanExporter::Run() {
  bool told = false;  // That the collector does not answer: once, until it does again.
  std::unique_lock lock(mu_);
  for (;;) {
    wake_.wait_for(lock, kBetweenBatches, [this] { return stop_ || queue_.size() >= kBatch; });
    while (!queue_.empty()) {
      const size_t count = std::min(queue_.size(), kBatch);
      std::vector<Span> batch(std::make_move_iterator(queue_.begin()),
                              std::make_move_iterator(queue_.begin() + static_cast<std::ptrdiff_t>(count)));
      queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
      lock.unlock();
      const absl::Status status = Send(batch);
      (status.ok() ? sent_ : dropped_).fetch_add(static_cast<int64_t>(count));
      if (!status.ok() && !told) {
        LogWarning("spans are dropped: the collector of traces does not take them", {{"error", status}});
      }
      told = !status.ok();
      lock.lock();
      if (!status.ok() && stop_) {  // The process is to end, and waits for nobody.
        dropped_.fetch_add(static_cast<int64_t>(queue_.size()));
        queue_.clear();
      }
    }
    if (stop_) return;
  }
}

absl::Status SpanExporter::Send(const std::vector<Span>& batch) const {
  try {
    asio::io_context context;
    const auto await = [&context](auto future) {
      context.restart();
      context.run_for(absl::ToChronoMilliseconds(kPatience));
      if (future.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
        throw std::runtime_error("It does not answer in time.");
      }
      return future.get();
    };
    tcp::resolver resolver(context);
    const auto found = await(resolver.async_resolve(host_, port_, asio::use_future));
    beast::tcp_stream stream(context);
    stream.expires_after(absl::ToChronoMilliseconds(kPatience));
    await(stream.async_connect(found, asio::use_future));
    http::request<http::string_body> request{http::verb::post, path_ + "/v1/traces", 11};
    request.set(http::field::host, absl::StrCat(host_, ":", port_));
    request.set(http::field::content_type, "application/json");
    request.set(http::field::connection, "close");
    request.body() = Payload(service_, batch);
    request.prepare_payload();
    await(http::async_write(stream, request, asio::use_future));
    beast::flat_buffer buffer;
    http::response<http::string_body> response;
    await(http::async_read(stream, buffer, response, asio::use_future));
    if (response.result_int() / 100 == 2) return absl::OkStatus();
    return absl::UnavailableError(absl::StrCat("It answers with status ", response.result_int(), "."));
  } catch (const std::exception& e) {
    return absl::UnavailableError(e.what());
  }
}

}  // namespace oversight::observe
