#include "common/observe/trace_context.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace oversight::observe {
namespace {

constexpr char kGood[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(TraceParent, IsRead) {
  const auto context = ParseTraceParent(kGood);
  ASSERT_TRUE(context);
  EXPECT_EQ(context->trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(context->span_id, "00f067aa0ba902b7");
  EXPECT_TRUE(context->sampled);
  EXPECT_EQ(FormatTraceParent(*context), kGood);
}

TEST(TraceParent, OnlyTheSampledFlagIsPassedOn) {
  const auto all = ParseTraceParent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff");
  ASSERT_TRUE(all);
  EXPECT_EQ(FormatTraceParent(*all), kGood);
  const auto none = ParseTraceParent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-fe");
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->sampled);
}

class Refused : public ::testing::TestWithParam<const char*> {};
TEST_P(Refused, IsNoTraceParent) { EXPECT_FALSE(ParseTraceParent(GetParam())); }
INSTANTIATE_TEST_SUITE_P(All, Refused,
                         ::testing::Values("", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
                                           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
                                           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-extra",
                                           "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                                           "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x",
                                           "0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                                           "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                                           "00-4bf92f3577b34da6a3ce929d0e0e4736-00F067AA0BA902B7-01",
                                           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0G",
                                           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                                           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                                           "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                                           " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));

TEST(TraceParent, OfALaterVersionMayGoOn) {
  EXPECT_TRUE(ParseTraceParent("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
  EXPECT_TRUE(ParseTraceParent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what.comes"));
}

TEST(TraceState, IsAListOfKeysAndValues) {
  EXPECT_TRUE(IsValidTraceState(""));
  EXPECT_TRUE(IsValidTraceState("congo=t61rcWkgMzE"));
  EXPECT_TRUE(IsValidTraceState("rojo=00f067aa0ba902b7 , ,1tenant@sys=a b"));
  EXPECT_FALSE(IsValidTraceState("a=1,a=2"));
  EXPECT_FALSE(IsValidTraceState("A=1"));
  EXPECT_FALSE(IsValidTraceState("1a=1"));
  EXPECT_FALSE(IsValidTraceState("a"));
  EXPECT_FALSE(IsValidTraceState("a="));
  EXPECT_FALSE(IsValidTraceState("a=b=c"));
  EXPECT_FALSE(IsValidTraceState("a=\x01"));
  EXPECT_FALSE(IsValidTraceState("a@=1"));
  EXPECT_FALSE(IsValidTraceState("a=" + std::string(257, 'x')));
  std::string many;
  for (int i = 0; i < 32; ++i) many += "k" + std::to_string(i) + "=v,";
  EXPECT_TRUE(IsValidTraceState(many));
  EXPECT_FALSE(IsValidTraceState(many + "k32=v"));
  EXPECT_FALSE(IsValidTraceState("a=" + std::string(250, 'x') + ",b=" + std::string(256, 'x') + ",c=x"));
}

TEST(ServerSpan, ContinuesTheCallersTrace) {
  const TraceContext span = ServerSpan(kGood, "congo=t61");
  EXPECT_EQ(span.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_NE(span.span_id, "00f067aa0ba902b7");
  EXPECT_EQ(span.trace_state, "congo=t61");
  EXPECT_TRUE(ParseTraceParent(FormatTraceParent(span)));
}

TEST(ServerSpan, KeepsTheTraceWithoutABadState) {
  const TraceContext span = ServerSpan(kGood, "bad state");
  EXPECT_EQ(span.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(span.trace_state, "");
}

TEST(ServerSpan, BeginsATraceWhenThereIsNone) {
  const TraceContext span = ServerSpan("garbage", "congo=t61");
  EXPECT_TRUE(ParseTraceParent(FormatTraceParent(span)));
  EXPECT_EQ(span.trace_state, "");
}

TEST(TraceIds, DoNotRepeat) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const TraceContext context = NewTrace();
    EXPECT_TRUE(seen.insert(context.trace_id).second);
    EXPECT_TRUE(seen.insert(context.span_id).second);
    EXPECT_TRUE(seen.insert(ChildSpan(context).span_id).second);
  }
}

rc::Gen<std::string> Hex(int digits) {
  return rc::gen::container<std::string>(digits, rc::gen::elementOf(std::string("0123456789abcdef")));
}

RC_GTEST_PROP(TraceParentProperty, RoundTrips, ()) {
  TraceContext context;
  context.trace_id = *Hex(32);
  context.span_id = *Hex(16);
  context.sampled = *rc::gen::arbitrary<bool>();
  RC_PRE(context.trace_id != std::string(32, '0') && context.span_id != std::string(16, '0'));
  RC_ASSERT(ParseTraceParent(FormatTraceParent(context)) == context);
}

RC_GTEST_PROP(TraceParentProperty, OneByteMoreOrOtherwiseIsReadOnlyWhenStillWellFormed, ()) {
  std::string text = kGood;
  const size_t at = *rc::gen::inRange<size_t>(0, text.size());
  text[at] = *rc::gen::arbitrary<char>();
  const auto context = ParseTraceParent(text);
  if (!context) return;
  RC_ASSERT(text.substr(3, 32) == context->trace_id);
  RC_ASSERT(text.substr(36, 16) == context->span_id);
  RC_ASSERT(text.substr(0, 2) != "ff");
}

RC_GTEST_PROP(TraceParentProperty, NoBytesCrash, ()) {
  const std::string text = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  ParseTraceParent(text);
  IsValidTraceState(text);
  RC_ASSERT(ParseTraceParent(FormatTraceParent(ServerSpan(text, text))).has_value());
}

}  // namespace
}  // namespace oversight::observe
