// traceparent and tracestate, which anyone may send.
#include "common/observe/trace_context.h"
#include "tests/fuzz/fuzz.h"

using oversight::fuzz::Hold;
namespace observe = oversight::observe;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = oversight::fuzz::Text(data, size);
  const std::string_view parent = text.substr(0, text.find('\n'));
  const std::string_view state = parent.size() == text.size() ? std::string_view() : text.substr(parent.size() + 1);
  if (const auto context = observe::ParseTraceParent(parent)) {
    const std::string written = observe::FormatTraceParent(*context);
    Hold(observe::ParseTraceParent(written) == context, "what is written is read again");
  }
  const auto span = observe::ServerSpan(parent, state);
  Hold(observe::ParseTraceParent(observe::FormatTraceParent(span)).has_value(), "a span is always well-formed");
  Hold(span.trace_state.empty() || observe::IsValidTraceState(span.trace_state), "no bad state is passed on");
  return 0;
}
