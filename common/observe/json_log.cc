#include "common/observe/json_log.h"

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/observe/version.h"

namespace oversight::observe {
namespace {

// One value may not fill the log: a client can send megabytes.
constexpr size_t kMaxTextBytes = 8 * 1024;
// Beyond this a double no longer holds every integer, and many readers of JSON have only doubles.
constexpr int64_t kMaxExactInteger = int64_t{1} << 53;

constexpr const char* kReservedKeys[] = {"ts", "level", "logger", "msg", "service", "version"};

const char* LevelName(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
    case spdlog::level::debug:
      return "debug";
    case spdlog::level::warn:
      return "warning";
    case spdlog::level::err:
    case spdlog::level::critical:
      return "error";
    default:
      return "info";
  }
}

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kInfo:
      break;
  }
  return spdlog::level::info;
}

// The length of the well-formed UTF-8 sequence at the start of `text`, 0 when there is none.
size_t Utf8Length(std::string_view text) {
  const auto byte = [&text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xC2 && lead <= 0xDF   ? 2
                        : lead >= 0xE0 && lead <= 0xEF ? 3
                        : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                       : 0;
  if (length == 0 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // No overlong forms, no surrogates, nothing above U+10FFFF.
  if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F) || (lead == 0xF0 && byte(1) < 0x90) ||
      (lead == 0xF4 && byte(1) > 0x8F)) {
    return 0;
  }
  return length;
}

void AppendText(std::string_view text, std::string& out) {
  if (text.size() <= kMaxTextBytes) return AppendJsonString(text, out);
  size_t end = kMaxTextBytes;
  for (int i = 0; i < 3 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80; ++i) --end;
  AppendJsonString(absl::StrCat(absl::string_view(text.data(), end), "... (", text.size(), " bytes)"), out);
}

void AppendTimestamp(std::chrono::system_clock::time_point time, std::string& out) {
  out += absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::FromChrono(time), absl::UTCTimeZone());
}

// {"ts":"...","level":"info" - what comes first on every line.
void AppendHead(std::chrono::system_clock::time_point time, spdlog::level::level_enum level, std::string& out) {
  out += "{\"ts\":\"";
  AppendTimestamp(time, out);
  out += "\",\"level\":\"";
  out += LevelName(level);
  out += '"';
}

// The rest of the line, from the logger to the closing brace.
void AppendRest(std::string_view logger, std::string_view message, const std::string& service, const LogField* fields,
                size_t count, std::string& out) {
  out += ",\"logger\":";
  AppendText(logger, out);
  out += ",\"msg\":";
  AppendText(message, out);
  out += ",\"service\":";
  AppendText(service, out);
  out += ",\"version\":";
  AppendText(Version(), out);
  std::vector<std::string> used;
  used.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    // A key twice in one object is no well-formed record; nothing said is lost by renaming the later one.
    std::string key(fields[i].key.substr(0, kMaxTextBytes));
    const auto taken = [&used](const std::string& candidate) {
      return std::find(std::begin(kReservedKeys), std::end(kReservedKeys), candidate) != std::end(kReservedKeys) ||
             std::find(used.begin(), used.end(), candidate) != used.end();
    };
    // Keys are compared as written: two that differ only in broken bytes would look alike.
    std::string quoted;
    AppendJsonString(key, quoted);
    key = quoted.substr(1, quoted.size() - 2);
    while (taken(key)) key += '_';
    out += ",\"";
    out += key;
    out += "\":";
    fields[i].value.AppendJson(out);
    used.push_back(std::move(key));
  }
  out += "}";
}

// Of our own lines spdlog carries everything after the level, ready made. Lines that others write through spdlog are
// bare text and are made into JSON here. Two formatters in two sinks, and not a mark in the text: no text can pass for
// the other.
class JsonFormatter final : public spdlog::formatter {
 public:
  JsonFormatter(bool ready_made, std::string service) : ready_made_(ready_made), service_(std::move(service)) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    std::string line;
    const std::string_view payload(message.payload.data(), message.payload.size());
    line.reserve(payload.size() + 160);
    AppendHead(message.time, message.level, line);
    if (ready_made_) {
      line += payload;
    } else {
      const std::string_view logger(message.logger_name.data(), message.logger_name.size());
      AppendRest(logger.empty() ? "spdlog" : logger, payload, service_, nullptr, 0, line);
    }
    line += '\n';
    out.append(line.data(), line.data() + line.size());
  }

  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<JsonFormatter>(ready_made_, service_);
  }

 private:
  const bool ready_made_;
  const std::string service_;
};

class FunctionSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FunctionSink(std::function<void(std::string_view)> function) : function_(std::move(function)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t buffer;
    formatter_->format(message, buffer);
    function_(std::string_view(buffer.data(), buffer.size()));
  }
  void flush_() override {}

  const std::function<void(std::string_view)> function_;
};

std::shared_ptr<spdlog::sinks::sink> MakeSink(const LogOptions& options, bool ready_made) {
  std::shared_ptr<spdlog::sinks::sink> sink;
  // The stream sinks share one lock per process, so lines never mix.
  if (options.sink) {
    sink = std::make_shared<FunctionSink>(options.sink);
  } else if (options.to_stdout) {
    sink = std::make_shared<spdlog::sinks::stdout_sink_mt>();
  } else {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  }
  sink->set_formatter(std::make_unique<JsonFormatter>(ready_made, options.service));
  return sink;
}

std::mutex g_mu;
std::shared_ptr<Logging::State> g_state;  // Guarded by g_mu.
std::atomic<int> g_level{static_cast<int>(LogLevel::kInfo)};

std::shared_ptr<Logging::State> CurrentState() {
  std::lock_guard lock(g_mu);
  return g_state;
}

}  // namespace

struct Logging::State {
  std::string service;
  // The loggers hold the pool weakly; destroying it writes out the queue and joins the thread.
  std::shared_ptr<spdlog::async_logger> ready_made, text;
  std::shared_ptr<spdlog::logger> former_default;
  std::shared_ptr<spdlog::details::thread_pool> pool;
};

Logging::Logging(LogOptions options) : state_(std::make_shared<State>()) {
  state_->service = options.service;
  state_->pool = std::make_shared<spdlog::details::thread_pool>(std::max<size_t>(options.queue_size, 1), 1);
  const auto make = [&](bool ready_made) {
    auto logger = std::make_shared<spdlog::async_logger>("spdlog", MakeSink(options, ready_made), state_->pool,
                                                         spdlog::async_overflow_policy::overrun_oldest);
    logger->set_level(ToSpdlog(options.level));
    return logger;
  };
  state_->ready_made = make(true);
  state_->text = make(false);
  state_->former_default = spdlog::default_logger();
  spdlog::set_default_logger(state_->text);
  g_level = static_cast<int>(options.level);
  std::lock_guard lock(g_mu);
  g_state = state_;
}

Logging::~Logging() {
  spdlog::set_default_logger(state_->former_default);
  {
    std::lock_guard lock(g_mu);
    g_state.reset();
  }
  g_level = static_cast<int>(LogLevel::kInfo);
}

int64_t DroppedLogLines() {
  const auto state = CurrentState();
  return state ? static_cast<int64_t>(state->pool->overrun_counter()) : 0;
}

bool LogEnabled(LogLevel level) { return static_cast<int>(level) >= g_level.load(std::memory_order_relaxed); }

void Log(LogLevel level, std::string_view logger, std::string_view message, const LogField* fields, size_t count) {
  if (!LogEnabled(level)) return;
  std::string text;
  text.reserve(256);
  if (const auto state = CurrentState()) {
    AppendRest(logger, message, state->service, fields, count, text);
    state->ready_made->log(ToSpdlog(level), spdlog::string_view_t(text.data(), text.size()));
    return;
  }
  AppendHead(std::chrono::system_clock::now(), ToSpdlog(level), text);
  AppendRest(logger, message, "", fields, count, text);
  text += '\n';
  std::fwrite(text.data(), 1, text.size(), stderr);
}

bool ParseLogLevel(std::string_view text, LogLevel* level) {
  static constexpr std::pair<std::string_view, LogLevel> kNames[] = {{"debug", LogLevel::kDebug},
                                                                     {"info", LogLevel::kInfo},
                                                                     {"warning", LogLevel::kWarning},
                                                                     {"error", LogLevel::kError}};
  for (const auto& [name, value] : kNames) {
    if (text != name) continue;
    *level = value;
    return true;
  }
  return false;
}

void LogValue::AppendJson(std::string& out) const {
  if (const auto* text = std::get_if<std::string_view>(&value_)) {
    AppendText(*text, out);
  } else if (const auto* boolean = std::get_if<bool>(&value_)) {
    out += *boolean ? "true" : "false";
  } else if (const auto* number = std::get_if<double>(&value_)) {
    if (!std::isfinite(*number)) {
      out += std::isnan(*number) ? "\"NaN\"" : *number > 0 ? "\"Infinity\"" : "\"-Infinity\"";
      return;
    }
    char buffer[40];
    out.append(buffer, std::to_chars(buffer, buffer + sizeof(buffer), *number).ptr);
  } else if (const auto* integer = std::get_if<int64_t>(&value_)) {
    const bool exact = *integer >= -kMaxExactInteger && *integer <= kMaxExactInteger;
    absl::StrAppend(&out, exact ? "" : "\"", *integer, exact ? "" : "\"");
  } else if (const auto* natural = std::get_if<uint64_t>(&value_)) {
    const bool exact = *natural <= static_cast<uint64_t>(kMaxExactInteger);
    absl::StrAppend(&out, exact ? "" : "\"", *natural, exact ? "" : "\"");
  }
}

void AppendJsonString(std::string_view text, std::string& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  while (!text.empty()) {
    const size_t length = Utf8Length(text);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      text.remove_prefix(1);
      continue;
    }
    const char c = text.front();
    if (length > 1) {
      out += text.substr(0, length);
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[c & 0xF];
    } else {
      out += c;
    }
    text.remove_prefix(length);
  }
  out += '"';
}

}  // namespace oversight::observe
