#include "common/observe/trace_context.h"

#include <algorithm>
#include <array>
#include <random>
#include <vector>

namespace oversight::observe {
namespace {

constexpr size_t kVersion00Length = 55;
constexpr size_t kMaxStateBytes = 512;
constexpr size_t kMaxStateMembers = 32;

bool IsLowerHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}
bool IsAllZero(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c == '0'; });
}

std::mt19937_64& Generator() {
  thread_local std::mt19937_64 generator = [] {
    std::random_device device;
    std::array<uint32_t, 8> words;
    for (uint32_t& word : words) word = device();
    std::seed_seq seed(words.begin(), words.end());
    return std::mt19937_64(seed);
  }();
  return generator;
}

std::string RandomHex(size_t digits) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  do {
    text.clear();
    while (text.size() < digits) {
      uint64_t bits = Generator()();
      for (int i = 0; i < 16 && text.size() < digits; ++i, bits >>= 4) text += kHex[bits & 0xF];
    }
  } while (IsAllZero(text));
  return text;
}

std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool IsLowerOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool IsKeyPart(std::string_view text, size_t most, bool digit_may_lead) {
  if (text.empty() || text.size() > most) return false;
  if (!IsLowerOrDigit(text[0]) || (!digit_may_lead && text[0] >= '0' && text[0] <= '9')) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return IsLowerOrDigit(c) || c == '_' || c == '-' || c == '*' || c == '/'; });
}

// Either a simple key, or tenant@system.
bool IsStateKey(std::string_view key) {
  const size_t at = key.find('@');
  if (at == std::string_view::npos) return IsKeyPart(key, 256, false);
  return IsKeyPart(key.substr(0, at), 241, true) && IsKeyPart(key.substr(at + 1), 14, false);
}

bool IsStateValue(std::string_view value) {
  if (value.empty() || value.size() > 256 || value.back() == ' ') return false;
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c <= 0x7E && c != ',' && c != '='; });
}

}  // namespace

std::optional<TraceContext> ParseTraceParent(std::string_view text) {
  if (text.size() < kVersion00Length) return std::nullopt;
  const std::string_view version = text.substr(0, 2), trace = text.substr(3, 32), span = text.substr(36, 16),
                         flags = text.substr(53, 2);
  if (text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
  if (!IsLowerHex(version) || !IsLowerHex(trace) || !IsLowerHex(span) || !IsLowerHex(flags)) return std::nullopt;
  if (version == "ff" || IsAllZero(trace) || IsAllZero(span)) return std::nullopt;
  if (text.size() > kVersion00Length && (version == "00" || text[kVersion00Length] != '-')) return std::nullopt;
  TraceContext context;
  context.trace_id = std::string(trace);
  context.span_id = std::string(span);
  const char last = flags[1];
  context.sampled = ((last <= '9' ? last - '0' : last - 'a' + 10) & 1) != 0;
  return context;
}

std::string FormatTraceParent(const TraceContext& context) {
  return "00-" + context.trace_id + "-" + context.span_id + (context.sampled ? "-01" : "-00");
}

bool IsValidTraceState(std::string_view text) {
  if (text.size() > kMaxStateBytes) return false;
  std::vector<std::string_view> keys;
  while (true) {
    const size_t comma = text.find(',');
    const std::string_view member = TrimBlanks(text.substr(0, comma));
    if (!member.empty()) {  // Empty members are allowed.
      const size_t equals = member.find('=');
      if (equals == std::string_view::npos) return false;
      const std::string_view key = member.substr(0, equals);
      if (!IsStateKey(key) || !IsStateValue(member.substr(equals + 1))) return false;
      if (std::find(keys.begin(), keys.end(), key) != keys.end() || keys.size() == kMaxStateMembers) return false;
      keys.push_back(key);
    }
    if (comma == std::string_view::npos) return true;
    text.remove_prefix(comma + 1);
  }
}

TraceContext NewTrace(bool sampled) {
  TraceContext context;
  context.trace_id = RandomHex(32);
  context.span_id = RandomHex(16);
  context.sampled = sampled;
  return context;
}

TraceContext ChildSpan(const TraceContext& parent) {
  TraceContext child = parent;
  child.parent_id = parent.span_id;
  do {
    child.span_id = RandomHex(16);
  } while (child.span_id == parent.span_id);
  return child;
}

TraceContext ServerSpan(std::string_view traceparent, std::string_view tracestate) {
  std::optional<TraceContext> caller = ParseTraceParent(traceparent);
  if (!caller) return NewTrace();  // Without a valid parent the state means nothing.
  if (IsValidTraceState(tracestate)) caller->trace_state = std::string(tracestate);
  return ChildSpan(*caller);
}

}  // namespace oversight::observe
