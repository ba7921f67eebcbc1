#include "common/observe/spans.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/support/awaited.h"
#include "tests/support/trace_collector.h"

namespace oversight::observe {
namespace {

using oversight::testing::Eventually;
using oversight::testing::TraceCollector;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Ne;

Span Named(const std::string& name, const TraceContext& context = NewTrace()) {
  Span span;
  span.context = context;
  span.name = name;
  span.kind = SpanKind::kServer;
  span.start = absl::FromUnixSeconds(1700000000);
  span.end = span.start + absl::Milliseconds(5);
  return span;
}

double ValueOf(const Metrics& metrics, const std::string& name) {
  const std::string text = metrics.Render();
  const size_t at = text.find("\n" + name + " ");
  return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
}

TEST(Spans, AreSentAsTheCollectorExpectsThem) {
  TraceCollector collector;
  Metrics metrics("test");
  SpanExporter exporter(collector.endpoint(), "forces-service", metrics);
  EXPECT_TRUE(RecordsSpans());
  const TraceContext parent = NewTrace();
  Span span = Named("a \"quoted\" name", ChildSpan(parent));
  span.code = absl::StatusCode::kUnavailable;
  span.attributes = {{"request_id", "r\n1"}};
  const std::string id = span.context.span_id;
  Record(std::move(span));
  Record(Named("well", parent));
  ASSERT_TRUE(Eventually([&] { return collector.spans().size() == 2; }));
  EXPECT_EQ(collector.strange(), 0);
  const auto spans = collector.spans();
  EXPECT_EQ(spans[0].service, "forces-service");
  EXPECT_EQ(spans[0].name, "a \"quoted\" name");
  EXPECT_EQ(spans[0].trace_id, parent.trace_id);
  EXPECT_EQ(spans[0].span_id, id);
  EXPECT_EQ(spans[0].parent_id, parent.span_id);
  EXPECT_EQ(spans[0].kind, 2);
  EXPECT_EQ(spans[0].start, "1700000000000000000");
  EXPECT_EQ(spans[0].end, "1700000000005000000");
  EXPECT_EQ(spans[0].status, 2);
  EXPECT_THAT(spans[0].raw, AllOf(HasSubstr("r\\n1"), HasSubstr("Unavailable")));
  EXPECT_EQ(spans[1].status, 1);
  EXPECT_EQ(spans[1].parent_id, "");
  EXPECT_TRUE(Eventually([&] { return ValueOf(metrics, "oversight_spans_sent_total") == 2; }));
  EXPECT_EQ(ValueOf(metrics, "oversight_spans_dropped_total"), 0);
}

TEST(Spans, AreNotSentWhenTheCallerDoesNotSampleOrNobodyAsks) {
  Record(Named("before"));
  EXPECT_FALSE(RecordsSpans());
  TraceCollector collector;
  Metrics metrics("test");
  {
    SpanExporter exporter(collector.endpoint(), "s", metrics);
    Record(Named("unsampled", NewTrace(/*sampled=*/false)));
    Record(Named("sampled"));
  }  // Sends what is left.
  Record(Named("after"));
  ASSERT_EQ(collector.spans().size(), 1u);
  EXPECT_EQ(collector.spans()[0].name, "sampled");
}

TEST(Spans, AreDroppedAndCountedWhenTheCollectorRefusesAndSentAgainWhenItDoesNot) {
  TraceCollector collector;
  collector.AnswerWith(503);
  Metrics metrics("test");
  SpanExporter exporter(collector.endpoint(), "s", metrics);
  Record(Named("refused"));
  ASSERT_TRUE(Eventually([&] { return ValueOf(metrics, "oversight_spans_dropped_total") == 1; }));
  collector.AnswerWith(200);
  Record(Named("taken"));
  ASSERT_TRUE(Eventually([&] { return collector.spans().size() == 1; }));
  EXPECT_EQ(collector.spans()[0].name, "taken");
}

// The collector takes the connection and says nothing. Whoever records is not held up, and memory has its bound.
TEST(Spans, AreDroppedWhenTooManyWait) {
  TraceCollector collector;
  collector.AnswerWith(0);
  Metrics metrics("test");
  SpanExporter exporter(collector.endpoint(), "s", metrics);
  constexpr size_t kMany = SpanExporter::kMostQueued + 3 * SpanExporter::kBatch;
  for (size_t i = 0; i < kMany; ++i) Record(Named("one"));
  EXPECT_GE(ValueOf(metrics, "oversight_spans_dropped_total"), 1);
  EXPECT_EQ(ValueOf(metrics, "oversight_spans_sent_total"), 0);
}

TEST(Spans, KnowAnEndpoint) {
  for (const char* good :
       {"", "http://collector:4318", "http://127.0.0.1", "http://[::1]:4318/", "http://c:1/prefix"}) {
    EXPECT_EQ(SpanExporter::IsEndpoint(good), "") << good;
  }
  for (const char* bad : {"collector:4318", "https://collector", "http://", "http://c:0", "http://c:x", "ftp://c"}) {
    EXPECT_THAT(SpanExporter::IsEndpoint(bad), Ne("")) << bad;
  }
}

}  // namespace
}  // namespace oversight::observe
