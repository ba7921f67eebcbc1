#include "common/observe/json_log.h"

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <spdlog/spdlog.h>

#include <condition_variable>
#include <limits>
#include <mutex>
#include <thread>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/observe/version.h"

namespace oversight::observe {
namespace {

using google::protobuf::Struct;
using ::testing::HasSubstr;

// Takes the lines of one Logging.
class Lines {
 public:
  void Take(std::string_view line) {
    std::lock_guard lock(mu_);
    lines_.emplace_back(line);
  }
  std::vector<std::string> all() const {
    std::lock_guard lock(mu_);
    return lines_;
  }

 private:
  mutable std::mutex mu_;
  std::vector<std::string> lines_;
};

LogOptions To(Lines& lines, LogLevel level = LogLevel::kInfo) {
  LogOptions options;
  options.service = "forces-service";
  options.level = level;
  options.sink = [&lines](std::string_view line) { lines.Take(line); };
  return options;
}

bool ParseJson(const std::string& text, Struct* result) {
  return google::protobuf::util::JsonStringToMessage(text, result).ok();
}

// What `write` logs, parsed; fails the test when a line is no JSON object on one line.
template <class Write>
std::vector<Struct> Logged(Write write, LogLevel level = LogLevel::kInfo) {
  Lines lines;
  {
    Logging logging(To(lines, level));
    write();
  }
  std::vector<Struct> result;
  for (const std::string& line : lines.all()) {
    EXPECT_EQ(line.find('\n'), line.size() - 1) << line;
    Struct parsed;
    EXPECT_TRUE(ParseJson(line, &parsed)) << line;
    result.push_back(parsed);
  }
  return result;
}

std::string Text(const Struct& line, const std::string& key) {
  const auto it = line.fields().find(key);
  return it == line.fields().end() ? "(absent)" : it->second.string_value();
}

TEST(JsonLog, ALineHoldsWhatEveryLineHolds) {
  const absl::Time before = absl::Now();
  const auto lines = Logged([] { Log(LogLevel::kWarning, "ledger", "slow commit", {{"millis", 12}}); });
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(Text(lines[0], "level"), "warning");
  EXPECT_EQ(Text(lines[0], "logger"), "ledger");
  EXPECT_EQ(Text(lines[0], "msg"), "slow commit");
  EXPECT_EQ(Text(lines[0], "service"), "forces-service");
  EXPECT_EQ(Text(lines[0], "version"), Version());
  absl::Time time;
  std::string error;
  ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, Text(lines[0], "ts"), &time, &error)) << error;
  EXPECT_GE(time, absl::FromUnixMicros(absl::ToUnixMicros(before)));
  EXPECT_LE(time, absl::Now());
}

TEST(JsonLog, FieldsKeepTheirTypes) {
  const std::string owned = "owned";
  const auto lines = Logged([&] {
    LogInfo("call handled", {{"text", "x"},
                             {"owned", owned},
                             {"int", -3},
                             {"size", owned.size()},
                             {"ratio", 1.5},
                             {"tiny", 1e-300},
                             {"yes", true},
                             {"big", std::numeric_limits<int64_t>::min()},
                             {"biggest", std::numeric_limits<uint64_t>::max()},
                             {"nan", std::numeric_limits<double>::quiet_NaN()},
                             {"inf", -std::numeric_limits<double>::infinity()}});
  });
  ASSERT_EQ(lines.size(), 1u);
  const auto& fields = lines[0].fields();
  EXPECT_EQ(fields.at("text").string_value(), "x");
  EXPECT_EQ(fields.at("owned").string_value(), "owned");
  EXPECT_EQ(fields.at("int").number_value(), -3);
  EXPECT_EQ(fields.at("size").number_value(), 5);
  EXPECT_EQ(fields.at("ratio").number_value(), 1.5);
  EXPECT_EQ(fields.at("tiny").number_value(), 1e-300);
  EXPECT_TRUE(fields.at("yes").bool_value());
  // What a double cannot hold goes as text, so that no reader rounds it.
  EXPECT_EQ(fields.at("big").string_value(), "-9223372036854775808");
  EXPECT_EQ(fields.at("biggest").string_value(), "18446744073709551615");
  EXPECT_EQ(fields.at("nan").string_value(), "NaN");
  EXPECT_EQ(fields.at("inf").string_value(), "-Infinity");
}

TEST(JsonLog, NothingPutsInAFieldOfItsOwn) {
  const auto lines = Logged([] {
    LogInfo("x\",\"level\":\"error", {{"msg", "forged"}, {"a", 1}, {"a", 2}, {"k\"ey", "v\n\x01"}});
    spdlog::info("{}", R"(,"level":"error","forged":1})");
  });
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(Text(lines[0], "level"), "info");
  EXPECT_EQ(Text(lines[0], "msg"), "x\",\"level\":\"error");
  EXPECT_EQ(Text(lines[0], "msg_"), "forged");
  EXPECT_EQ(lines[0].fields().at("a").number_value(), 1);
  EXPECT_EQ(lines[0].fields().at("a_").number_value(), 2);
  EXPECT_EQ(Text(lines[0], "k\"ey"), "v\n\x01");
  EXPECT_EQ(Text(lines[1], "msg"), R"(,"level":"error","forged":1})");
  EXPECT_EQ(Text(lines[1], "level"), "info");
  EXPECT_EQ(Text(lines[1], "service"), "forces-service");
}

TEST(JsonLog, BrokenUtf8BecomesTheReplacementCharacter) {
  const auto lines = Logged([] {
    LogInfo(
        "a\xff"
        "b\xc3\xa9 \xe2\x82 \xed\xa0\x80 \xc0\xaf \xf4\x90\x80\x80 \xf0\x9f\x9a\x94");
  });
  ASSERT_EQ(lines.size(), 1u);
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(Text(lines[0], "msg"), "a" + bad + "b\xc3\xa9 " + bad + bad + " " + bad + bad + bad + " " + bad + bad +
                                       " " + bad + bad + bad + bad + " \xf0\x9f\x9a\x94");
}

TEST(JsonLog, LongTextIsCutBetweenCharacters) {
  std::string text;
  while (text.size() < 100'000) text += "\xe2\x82\xac";
  const auto lines = Logged([&] { LogInfo(text, {{"field", text}}); });
  ASSERT_EQ(lines.size(), 1u);
  for (const char* key : {"msg", "field"}) {
    EXPECT_LT(Text(lines[0], key).size(), 9000u);
    EXPECT_THAT(Text(lines[0], key), HasSubstr("... (100002 bytes)"));
    EXPECT_EQ(Text(lines[0], key).find("\xEF\xBF\xBD"), std::string::npos);
  }
}

TEST(JsonLog, TheLevelHoldsBackWhatIsBelowIt) {
  const auto write = [] {
    LogDebug("d");
    LogInfo("i");
    LogWarning("w");
    LogError("e");
    spdlog::debug("sd");
  };
  EXPECT_EQ(Logged(write, LogLevel::kDebug).size(), 5u);
  EXPECT_EQ(Logged(write, LogLevel::kInfo).size(), 3u);
  EXPECT_EQ(Logged(write, LogLevel::kError).size(), 1u);
  LogLevel level;
  EXPECT_TRUE(ParseLogLevel("warning", &level));
  EXPECT_EQ(level, LogLevel::kWarning);
  EXPECT_FALSE(ParseLogLevel("loud", &level));
}

TEST(JsonLog, TheEndWritesOutWhatIsQueued) {
  constexpr int kThreads = 4, kEach = 500;
  const auto lines = Logged([] {
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([t] {
        for (int i = 0; i < kEach; ++i) LogInfo("line", {{"thread", t}, {"i", i}});
      });
    }
    for (auto& thread : threads) thread.join();
  });
  EXPECT_EQ(lines.size(), static_cast<size_t>(kThreads * kEach));
}

TEST(JsonLog, AFullQueueDropsTheOldestAndCountsThem) {
  std::mutex mu;
  std::condition_variable changed;
  bool blocked = false, release = false;
  std::vector<std::string> lines;
  LogOptions options;
  options.queue_size = 4;
  options.sink = [&](std::string_view line) {
    std::unique_lock lock(mu);
    lines.emplace_back(line);
    blocked = true;
    changed.notify_all();
    changed.wait(lock, [&] { return release; });
  };
  {
    Logging logging(options);
    LogInfo("first");
    {
      std::unique_lock lock(mu);  // The writer holds "first" and takes nothing more.
      ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(10), [&] { return blocked; }));
    }
    for (int i = 0; i < 10; ++i) LogInfo("later", {{"i", i}});
    EXPECT_EQ(DroppedLogLines(), 6);
    std::lock_guard lock(mu);
    release = true;
    changed.notify_all();
  }
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_THAT(lines[1], HasSubstr("\"i\":6"));
  EXPECT_THAT(lines[4], HasSubstr("\"i\":9"));
  EXPECT_EQ(DroppedLogLines(), 0);
}

TEST(JsonLog, WithoutLoggingLinesGoToStderr) {
  ::testing::internal::CaptureStderr();
  LogInfo("early", {{"n", 1}});
  LogDebug("not shown");
  const std::string text = ::testing::internal::GetCapturedStderr();
  Struct line;
  ASSERT_TRUE(ParseJson(text, &line)) << text;
  EXPECT_EQ(Text(line, "msg"), "early");
}

RC_GTEST_PROP(JsonLogProperty, AnyBytesGiveOneParsableLine, ()) {
  const auto bytes = rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  const std::string message = *bytes, key = *bytes, value = *bytes, other_key = *bytes;
  const double number = *rc::gen::arbitrary<double>();
  const int64_t integer = *rc::gen::arbitrary<int64_t>();
  Lines lines;
  {
    Logging logging(To(lines));
    LogInfo(message, {{key, value}, {other_key, number}, {"integer", integer}, {key, true}});
    spdlog::default_logger()->log(spdlog::level::info, message);
  }
  RC_ASSERT(lines.all().size() == 2u);
  for (const std::string& line : lines.all()) {
    RC_ASSERT(line.find('\n') == line.size() - 1);
    Struct parsed;
    RC_ASSERT(ParseJson(line, &parsed));
    RC_ASSERT(Text(parsed, "level") == "info");
    RC_ASSERT(Text(parsed, "service") == "forces-service");
  }
}

RC_GTEST_PROP(JsonLogProperty, GoodTextComesBackAsItWas, ()) {
  const std::string text = *rc::gen::container<std::string>(rc::gen::inRange<char>(0, 127));
  std::string json = "{\"text\":";
  AppendJsonString(text, json);
  json += '}';
  Struct parsed;
  RC_ASSERT(ParseJson(json, &parsed));
  RC_ASSERT(Text(parsed, "text") == text);
}

}  // namespace
}  // namespace oversight::observe
