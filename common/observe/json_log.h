// Logs as one JSON object per line: ts, level, logger, msg, service, version, then the fields of the call.
//
//   observe::LogInfo("call handled", {{"method", method}, {"code", "OK"}, {"duration_ms", 1.5}});
//
// `main` owns one Logging for the life of the process; from then on lines go through a bounded queue to one writing
// thread, and when the queue is full the oldest line is dropped and counted, so that logging never holds up a call.
// Before and after, lines are written to stderr at once. Each value is escaped, broken UTF-8 becomes U+FFFD and long
// text is cut, so every line parses whatever a client sent. spdlog's own default logger is taken over too. Thread-safe,
// except that only one Logging may exist at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "absl/status/status.h"

namespace oversight::observe {

enum class LogLevel { kDebug = 1, kInfo = 2, kWarning = 3, kError = 4 };

// "debug", "info", "warning" or "error"; false for other text.
bool ParseLogLevel(std::string_view text, LogLevel* level);

// A value that lives only as long as the log call: text is not copied until the line is made.
class LogValue {
 public:
  LogValue(std::string_view text) : value_(text) {}               // NOLINT: implicit on purpose, as are those below
  LogValue(const char* text) : value_(std::string_view(text)) {}  // NOLINT
  LogValue(const std::string& text) : value_(std::string_view(text)) {}  // NOLINT
  // Its message. Not of a temporary that ends before the call.
  LogValue(const absl::Status& status)  // NOLINT
      : value_(std::string_view(status.message().data(), status.message().size())) {}
  LogValue(bool value) : value_(value) {}    // NOLINT
  LogValue(double value) : value_(value) {}  // NOLINT
  template <class Int, std::enable_if_t<std::is_integral_v<Int> && !std::is_same_v<Int, bool>, int> = 0>
  LogValue(Int value) {  // NOLINT
    if constexpr (std::is_signed_v<Int>) {
      value_ = static_cast<int64_t>(value);
    } else {
      value_ = static_cast<uint64_t>(value);
    }
  }

  void AppendJson(std::string& out) const;

 private:
  std::variant<std::string_view, bool, double, int64_t, uint64_t> value_;
};

struct LogField {
  std::string_view key;
  LogValue value;
};
using LogFields = std::initializer_list<LogField>;

void Log(LogLevel level, std::string_view logger, std::string_view message, const LogField* fields, size_t count);
inline void Log(LogLevel level, std::string_view logger, std::string_view message, LogFields fields = {}) {
  Log(level, logger, message, fields.begin(), fields.size());
}
bool LogEnabled(LogLevel level);

inline void LogDebug(std::string_view message, LogFields fields = {}) { Log(LogLevel::kDebug, "app", message, fields); }
inline void LogInfo(std::string_view message, LogFields fields = {}) { Log(LogLevel::kInfo, "app", message, fields); }
inline void LogWarning(std::string_view message, LogFields fields = {}) {
  Log(LogLevel::kWarning, "app", message, fields);
}
inline void LogError(std::string_view message, LogFields fields = {}) { Log(LogLevel::kError, "app", message, fields); }

struct LogOptions {
  std::string service;
  LogLevel level = LogLevel::kInfo;
  bool to_stdout = false;  // Otherwise stderr.
  size_t queue_size = 8192;
  // Takes each finished line (with its newline) instead of the stream, on the writing thread.
  std::function<void(std::string_view line)> sink;
};

class Logging {
 public:
  explicit Logging(LogOptions options);
  // Writes out what is queued.
  ~Logging();
  Logging(const Logging&) = delete;
  Logging& operator=(const Logging&) = delete;

  struct State;

 private:
  std::shared_ptr<State> state_;
};

// Lines dropped since the present Logging began, because the queue was full.
int64_t DroppedLogLines();

// Appends `text` as a JSON string with its quotes. Exposed for other places that write JSON by hand.
void AppendJsonString(std::string_view text, std::string& out);

}  // namespace oversight::observe
