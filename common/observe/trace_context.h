// W3C Trace Context: reads, checks, writes and makes the `traceparent` header (and carries `tracestate` along). Total
// functions over values: any bytes may come in. Thread-safe; random ids come from a generator per thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oversight::observe {

struct TraceContext {
  std::string trace_id;   // 32 lower-case hexadecimal digits, not all zero.
  std::string span_id;    // 16, the same: the span this context stands for.
  std::string parent_id;  // The span that this one is a part of; empty when it is the first, or the caller's own.
  bool sampled = false;
  std::string trace_state;  // As received, when it was well-formed.

  bool operator==(const TraceContext&) const = default;
};

// Strict, as the specification asks: version 00 is exactly 55 characters; a higher version may have more after a dash;
// version ff, upper case and zero ids are refused. Whoever finds the header twice must pass nothing.
std::optional<TraceContext> ParseTraceParent(std::string_view traceparent);
// "00-<trace>-<span>-01". Of the flags only `sampled` is passed on.
std::string FormatTraceParent(const TraceContext& context);

// A well-formed list of at most 32 members and 512 characters with no key twice.
bool IsValidTraceState(std::string_view tracestate);

// A new trace with one span.
TraceContext NewTrace(bool sampled = true);
// A new span of the same trace.
TraceContext ChildSpan(const TraceContext& parent);
// What a server does with the headers of a call: a child span of the caller's, or a new trace when there is no valid
// one.
TraceContext ServerSpan(std::string_view traceparent, std::string_view tracestate = {});

}  // namespace oversight::observe
