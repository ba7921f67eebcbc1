// The checker of histories itself: on histories made by hand, each of them what a broken store would do or a sound one
// may do, and on small random ones against trying every order.
#include "tests/support/linearizability.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"

namespace oversight::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = Operation::Kind;
using Outcome = Operation::Outcome;

Operation Read(int64_t called, int64_t answered, std::string seen) {
  return {.resource = "r", .seen = std::move(seen), .called = called, .answered = answered};
}
Operation Write(int64_t called, int64_t answered, std::string written) {
  return {.resource = "r", .kind = Kind::kWrite, .written = std::move(written), .called = called, .answered = answered};
}
Operation Over(std::string etag, Operation write) {
  write.if_match = std::move(etag);
  return write;
}
Operation Refused(Operation write) {
  write.outcome = Outcome::kRefused;
  return write;
}
Operation Unknown(Operation operation) {
  operation.outcome = Outcome::kUnknown;
  return operation;
}
Operation Telling(std::string seen, Operation write) {
  write.seen = std::move(seen);
  return write;
}

TEST(LinearizabilityTest, AcceptsWhatOneRegisterCouldHaveDone) {
  const std::vector<std::vector<Operation>> histories = {
      {},
      {Read(1, 2, "")},
      {Write(1, 2, "a"), Read(3, 4, "a"), Write(5, 6, "b"), Read(7, 8, "b")},
      // While a write is under way it may have happened or not,
      {Write(1, 2, "a"), Write(3, 8, "b"), Read(4, 5, "a"), Read(6, 7, "b")},
      // and of two the one answered first may have come last.
      {Write(1, 6, "a"), Write(2, 3, "b"), Read(4, 5, "b"), Read(7, 8, "a")},
      {Write(1, 2, "a"), Over("a", Write(3, 4, "b")), Refused(Over("a", Write(5, 6, "c"))), Read(7, 8, "b")},
      {Over("", Write(1, 5, "a")), Refused(Over("", Write(2, 4, "b"))), Read(6, 7, "a")},
      {Write(1, 2, "a"), Telling("a", Write(3, 4, "b")), Telling("b", Refused(Over("x", Write(5, 6, "c"))))},
      {Write(1, 2, "a"), Write(3, 4, ""), Read(5, 6, ""), Over("", Write(7, 8, "b"))},
      // An outcome that nobody knows: never, at once, or long after the caller gave up.
      {Write(1, 2, "a"), Unknown(Write(3, 4, "b")), Read(5, 6, "a"), Read(7, 8, "a")},
      {Write(1, 2, "a"), Unknown(Write(3, 4, "b")), Read(5, 6, "b"), Read(7, 8, "b")},
      {Write(1, 2, "a"), Unknown(Write(3, 4, "b")), Read(5, 6, "a"), Write(7, 8, "c"), Read(9, 10, "b")},
      {Write(1, 2, "a"), Unknown(Over("a", Write(3, 4, "b"))), Unknown(Over("b", Write(5, 6, "c"))), Read(7, 8, "c")},
      {Write(1, 2, "a"), Unknown(Write(3, 4, "b")), Refused(Over("a", Write(5, 6, "c"))), Read(7, 8, "b")},
      {Write(1, 2, "a"), Unknown(Write(3, 4, "")), Over("", Write(5, 6, "b"))},
      {Write(1, 2, "a"), Unknown(Read(3, 4, "whatever"))},
  };
  for (size_t i = 0; i < histories.size(); ++i) EXPECT_TRUE(Linearizable(histories[i])) << i;
}

TEST(LinearizabilityTest, CatchesWhatNoRegisterDoes) {
  const std::vector<std::pair<const char*, std::vector<Operation>>> histories = {
      {"stale read", {Write(1, 2, "a"), Write(3, 4, "b"), Read(5, 6, "a")}},
      {"acknowledged and lost", {Write(1, 2, "a"), Read(3, 4, "")}},
      {"read of what nobody wrote", {Write(1, 2, "a"), Read(3, 4, "b")}},
      {"read before the write was called", {Read(1, 2, "a"), Write(3, 4, "a")}},
      {"going back during a write", {Write(1, 2, "a"), Write(3, 10, "b"), Read(4, 5, "b"), Read(6, 7, "a")}},
      {"two readers who disagree on the order",
       {Write(1, 10, "a"), Write(1, 10, "b"), Read(11, 12, "a"), Read(13, 14, "b")}},
      {"lost update", {Write(1, 2, "a"), Over("a", Write(3, 6, "b")), Over("a", Write(4, 7, "c"))}},
      {"lost update, as told", {Write(1, 2, "a"), Telling("a", Write(3, 6, "b")), Telling("a", Write(4, 7, "c"))}},
      {"applied twice", {Write(1, 2, "a"), Read(3, 4, "a"), Write(5, 6, "b"), Read(7, 8, "a")}},
      {"applied twice, outcome unknown",
       {Unknown(Write(1, 2, "a")), Read(3, 4, "a"), Write(5, 6, "b"), Read(7, 8, "a")}},
      {"refused for no reason", {Write(1, 2, "a"), Refused(Over("a", Write(3, 4, "b")))}},
      {"refused, and stored", {Write(1, 2, "a"), Refused(Over("x", Write(3, 4, "b"))), Read(5, 6, "b")}},
      {"refused for what was not there", {Write(1, 2, "a"), Telling("b", Refused(Over("x", Write(3, 4, "c"))))}},
      {"stored over another value", {Write(1, 2, "a"), Over("x", Write(3, 4, "b"))}},
      {"unknown, seen before it was called", {Read(1, 2, "a"), Unknown(Write(3, 4, "a"))}},
      {"unknown, stored over another value", {Write(1, 2, "a"), Unknown(Over("x", Write(3, 4, "b"))), Read(5, 6, "b")}},
      {"deleted, and back", {Write(1, 2, "a"), Write(3, 4, ""), Read(5, 6, "a")}},
  };
  for (const auto& [what, history] : histories) EXPECT_FALSE(Linearizable(history)) << what;
}

TEST(LinearizabilityTest, ResourcesAreRegistersOfTheirOwn) {
  Operation other = Write(3, 4, "b");
  other.resource = "s";
  EXPECT_TRUE(Linearizable({Write(1, 2, "a"), other, Read(5, 6, "a")}));
  Operation stale = Read(7, 8, "a");
  stale.resource = "s";
  const auto result = Linearizable({Write(1, 2, "a"), other, Read(5, 6, "a"), stale});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.message(), AllOf(HasSubstr("callers of s "), Not(HasSubstr("[5, 6]"))));
}

TEST(LinearizabilityTest, TellsWhereNoOrderFits) {
  std::vector<Operation> history;
  for (int i = 0; i < 100; ++i) history.push_back(Write(10 * i, 10 * i + 5, absl::StrCat("v", i)));
  history.push_back(Read(721, 729, "v70"));
  const auto result = Linearizable(history);
  ASSERT_FALSE(result);
  const std::string text = result.message();
  EXPECT_THAT(text, AllOf(HasSubstr("67 fit, and then"), HasSubstr("[720, 725] caller 0 wrote \"v72\""),
                          HasSubstr("leave \"v72\". None of these can come next"),
                          HasSubstr("[721, 729] caller 0 read \"v70\""), Not(HasSubstr("v99"))));
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 15);
}

TEST(LinearizabilityTest, AgreesWithTryingEveryOrder) {
  // Every order that keeps to time, every choice of what the unknown did.
  struct Naive {
    std::vector<Operation> left;
    bool Fits(const std::string& value) {
      bool only_unknown = true;
      for (const Operation& o : left) only_unknown &= o.outcome == Outcome::kUnknown;
      if (only_unknown) return true;
      for (size_t i = 0; i < left.size(); ++i) {
        const Operation o = left[i];
        bool first = true;
        for (const Operation& other : left) {
          first &= other.outcome == Outcome::kUnknown || other.answered >= o.called;
        }
        if (!first) continue;
        std::string after = value;
        const bool matches = !o.if_match || *o.if_match == value;
        if (o.outcome != Outcome::kUnknown && o.seen && *o.seen != value) continue;
        if (o.kind == Kind::kWrite) {
          if (matches == (o.outcome == Outcome::kRefused)) continue;
          if (matches) after = o.written;
        }
        left.erase(left.begin() + static_cast<std::ptrdiff_t>(i));
        const bool fits = Fits(after);
        left.insert(left.begin() + static_cast<std::ptrdiff_t>(i), o);
        if (fits) return true;
      }
      return false;
    }
  };
  std::mt19937 random(20240607);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  int fitting = 0;
  constexpr int kRounds = 20000;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<Operation> history;
    const auto value = [&] {
      return std::string(below(4) == 0 ? "" : std::string(1, static_cast<char>('a' + below(4))));
    };
    for (int i = 0, n = 3 + below(4); i < n; ++i) {
      Operation o = Read(below(12), 0, value());
      o.answered = o.called + 1 + below(6);
      if (below(5) < 3) {
        o.kind = Kind::kWrite;
        // Mostly unique, sometimes not.
        o.written = below(4) == 0 ? value() : std::string(1, static_cast<char>('a' + i));
        if (below(2) == 0) o.if_match = value();
        if (below(3) != 0) o.seen.reset();
        if (below(3) == 0) o.outcome = Outcome::kUnknown;
        if (below(4) == 0 && o.if_match) o.outcome = Outcome::kRefused;
      }
      history.push_back(o);
    }
    const bool expected = Naive{history}.Fits("");
    fitting += expected ? 1 : 0;
    std::string told;
    for (const Operation& o : history) {
      absl::StrAppend(&told, o.called, "-", o.answered, " kind ", static_cast<int>(o.kind), " outcome ",
                      static_cast<int>(o.outcome), " written ", o.written, " if_match ", o.if_match.value_or("*"),
                      " seen ", o.seen.value_or("*"), "\n");
    }
    ASSERT_EQ(static_cast<bool>(Linearizable(history)), expected) << "round " << round << "\n" << told;
  }
  // Neither verdict was rare.
  EXPECT_GT(fitting, kRounds / 20);
  EXPECT_LT(fitting, kRounds * 19 / 20);
}

// What a sound register did for many callers at once, some of whom never learned what became of their writes.
std::vector<Operation> Simulated(int callers, int operations, unsigned seed) {
  struct Open {
    Operation operation;
    int64_t happens_at;
    bool happened = false;
  };
  std::mt19937 random(seed);
  std::vector<Operation> history;
  std::vector<Open> open;
  std::string value;
  int64_t tick = 0;
  for (int i = 0; i < operations || !open.empty();) {
    if (i < operations && open.size() < static_cast<size_t>(callers)) {
      Operation o = random() % 2 ? Read(++tick, 0, "") : Write(++tick, 0, absl::StrCat("v", i));
      if (o.kind == Kind::kWrite && random() % 2) o.if_match = value;
      open.push_back({o, tick + static_cast<int64_t>(random() % 40)});
      ++i;
    }
    for (size_t at = 0; at < open.size();) {
      Operation& o = open[at].operation;
      ++tick;
      if (!open[at].happened && open[at].happens_at <= tick) {
        open[at].happened = true;
        const bool matches = !o.if_match || *o.if_match == value;
        const bool lost = random() % 10 == 0;
        if (o.kind == Kind::kRead || !matches) o.seen = value;
        if (o.kind == Kind::kWrite && matches && !(lost && random() % 2)) {
          value = o.written;
        }
        if (!matches) o.outcome = Outcome::kRefused;
        if (lost) o.outcome = Outcome::kUnknown;
      }
      if (open[at].happened && random() % 8 == 0) {
        o.answered = tick;
        history.push_back(o);
        open.erase(open.begin() + static_cast<std::ptrdiff_t>(at));
      } else {
        ++at;
      }
    }
  }
  return history;
}

TEST(LinearizabilityTest, ManyOperationsOfManyCallersAreChecked) {
  std::vector<Operation> history = Simulated(12, 5000, 7);
  EXPECT_TRUE(Linearizable(history));
  // One read in the middle that gives what was overwritten long before.
  size_t i = 2500;
  while (history[i].kind != Kind::kRead || history[i].outcome != Outcome::kDone) ++i;
  history[i].seen = history[i - 500].seen.value_or("v1");
  EXPECT_FALSE(Linearizable(history));
}

}  // namespace
}  // namespace oversight::testing
