// The checks of what a watch promises, themselves: each finds the one fault it is for, in an otherwise sound story.
#include "tests/support/watch_validators.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace oversight::testing {
namespace {

using ::testing::HasSubstr;

WatchedChange New(const std::string& name, const std::string& payload) { return {name, 1, false, payload}; }
WatchedChange Later(const std::string& name, const std::string& payload) { return {name, 2, false, payload}; }
WatchedChange Gone(const std::string& name) { return {name, 0, true, ""}; }

const std::vector<Delivery>& Log() {
  static const auto* log = new std::vector<Delivery>{{1, {New("a", "1"), New("b", "1")}},
                                                     {2, {Later("a", "2")}},
                                                     {3, {New("c", "3"), Later("b", "3")}},
                                                     {4, {Gone("a")}},
                                                     {5, {Later("c", "5")}}};
  return *log;
}
std::vector<Delivery> Part(int64_t after, int64_t to) {
  return {Log().begin() + static_cast<std::ptrdiff_t>(after), Log().begin() + static_cast<std::ptrdiff_t>(to)};
}

TEST(WatchValidatorsTest, EachFindsItsFault) {
  std::vector<Delivery> seen = Part(1, 5);
  EXPECT_TRUE(KeepsWatchPromises(seen, 1, Log()));
  EXPECT_TRUE(Dense(Log()));

  std::vector<Delivery> swapped = seen;
  std::swap(swapped[1], swapped[2]);
  EXPECT_FALSE(Ordered(swapped));
  EXPECT_FALSE(KeepsWatchPromises(swapped, 1, Log()));

  std::vector<Delivery> twice = seen;
  twice.insert(twice.begin() + 1, seen[0]);
  EXPECT_TRUE(Ordered(twice));
  EXPECT_FALSE(Unique(twice));
  EXPECT_FALSE(KeepsWatchPromises(twice, 1, Log()));

  std::vector<Delivery> halves = seen;
  halves.insert(halves.begin() + 1, {3, {seen[1].changes[0]}});
  halves[2].changes.erase(halves[2].changes.begin());
  EXPECT_TRUE(Ordered(halves) && Unique(halves));
  EXPECT_FALSE(Atomic(halves));
  EXPECT_FALSE(KeepsWatchPromises(halves, 1, Log()));

  const auto breaks = [&](const std::function<void(std::vector<Delivery>&)>& change) {
    std::vector<Delivery> broken = seen;
    change(broken);
    EXPECT_TRUE(Ordered(broken) && Unique(broken) && Atomic(broken));
    EXPECT_FALSE(Reliable(broken, 1, Log()));
    EXPECT_FALSE(KeepsWatchPromises(broken, 1, Log()));
  };
  breaks([](auto& broken) { broken.erase(broken.begin()); });                        // the first is missing
  breaks([](auto& broken) { broken.erase(broken.begin() + 2); });                    // one in the middle
  breaks([](auto& broken) { broken[1].changes.pop_back(); });                        // half of one
  breaks([](auto& broken) { broken[1].changes[0].payload = "something"; });          // another payload
  breaks([](auto& broken) { broken[1].changes[1].version = 1; });                    // called new
  breaks([](auto& broken) { broken[2].changes[0].deleted = false; });                // not called deleted
  breaks([](auto& broken) { broken.insert(broken.begin(), {1, {New("z", "")}}); });  // one from before
  breaks([](auto& broken) { broken.push_back({6, {New("z", "")}}); });               // one the log does not have

  EXPECT_TRUE(Resumable({Part(1, 3), {}, Part(3, 5)}, 1, Log()));
  EXPECT_FALSE(Resumable({Part(1, 3), Part(2, 5)}, 1, Log()));
  EXPECT_FALSE(Resumable({Part(1, 3), Part(4, 5)}, 1, Log()));

  EXPECT_TRUE(Bookmarked(Part(1, 3), 1, 3, Log()));
  EXPECT_FALSE(Bookmarked(Part(1, 3), 1, 2, Log()));
  EXPECT_FALSE(Bookmarked(Part(1, 3), 1, 4, Log()));
  EXPECT_FALSE(Bookmarked({}, 1, 2, Log()));

  EXPECT_FALSE(Dense(Part(1, 5)));
  std::vector<Delivery> gap = Log();
  gap.erase(gap.begin() + 2);
  EXPECT_FALSE(Dense(gap));
}

TEST(WatchValidatorsTest, WhatAWatcherMayNotSeeLeavesNoGap) {
  std::vector<Delivery> visible = Log();
  visible.erase(visible.begin() + 1);
  visible[1].changes.pop_back();
  EXPECT_TRUE(KeepsWatchPromises({visible[1], visible[2]}, 2, visible));
  EXPECT_TRUE(Bookmarked({visible[0]}, 0, 2, visible)) << "a bookmark may pass what is hidden";
  EXPECT_FALSE(KeepsWatchPromises({Log()[2]}, 2, visible)) << "half of it was to be hidden";
  EXPECT_FALSE(KeepsWatchPromises({visible[0], Log()[1]}, 0, visible));
}

// From after revision 1, with a bookmark between and at the end.
WatchStory Resumed() {
  WatchStory story;
  story.begin = 1;
  story.deliveries = Part(1, 5);
  story.bookmarks = {{1, 0}, {3, 2}, {3, 2}, {5, 4}};
  return story;
}
// The state at revision 3 in two messages, then the rest.
WatchStory FromTheState() {
  WatchStory story;
  story.initial_state = true;
  story.begin = 3;
  story.deliveries = {{3, {New("a", "2"), New("b", "3")}}, {3, {New("c", "3")}}, Log()[3], Log()[4]};
  story.bookmarks = {{3, 2, true}, {4, 3}, {5, 4}};
  return story;
}

TEST(WatchValidatorsTest, AStoryIsHeldToAllOfThem) {
  EXPECT_TRUE(KeepsWatchPromises(WatchStory(), Log()));
  EXPECT_TRUE(KeepsWatchPromises(Resumed(), Log()));
  EXPECT_TRUE(KeepsWatchPromises(FromTheState(), Log()));
  WatchStory cut = FromTheState();  // inside the initial state
  cut.deliveries.resize(1);
  cut.bookmarks.clear();
  EXPECT_TRUE(KeepsWatchPromises(cut, Log()));

  using Break = std::function<void(WatchStory&)>;
  const std::vector<std::pair<std::string, Break>> broken_resumes = {
      {"did not say where it begins", [](auto& s) { s.begin.reset(); }},
      {"something is amiss", [](auto& s) { s.faults.push_back("something is amiss"); }},
      {"revision 2 is missing",
       [](auto& s) { s.begin = 1, s.deliveries.erase(s.deliveries.begin()), s.bookmarks = {}; }},
      {"nothing to tell at revision 2", [](auto& s) { s.begin = 2, s.bookmarks = {}; }},
      {"came after revision 3", [](auto& s) { s.bookmarks[1].revision = 2; }},
      {"promises revision 4", [](auto& s) { s.bookmarks[1].revision = 4, s.bookmarks[2].revision = 4; }},
      {"promises revision 5", [](auto& s) { s.deliveries.pop_back(), s.bookmarks[3].told = 3; }},
      {"came after one at 3",
       [](auto& s) {
         s.bookmarks[2] = {1, 2};
       }},
      {"unasked", [](auto& s) { s.bookmarks[1].initial_state_end = true; }},
      {"as the log has it", [](auto& s) { s.deliveries[0].changes[0].payload = "x"; }},
  };
  for (const auto& [what, spoil] : broken_resumes) {
    WatchStory story = Resumed();
    spoil(story);
    const auto result = KeepsWatchPromises(story, Log());
    EXPECT_FALSE(result) << what;
    EXPECT_THAT(result.message(), HasSubstr(what));
  }
  const std::vector<std::pair<std::string, Break>> broken_states = {
      {"c is missing from the state",
       [](auto& s) {
         s.deliveries[1] = {3, {}};
       }},
      {"b came twice", [](auto& s) { s.deliveries[1].changes.push_back(New("b", "3")); }},
      {"a came twice or is not as it was", [](auto& s) { s.deliveries[0].changes[0].payload = "1"; }},
      {"a came twice or is not as it was", [](auto& s) { s.deliveries[0].changes[0].version = 2; }},
      {"z came twice or is not as it was", [](auto& s) { s.deliveries[0].changes[0].name = "z"; }},
      {"says 2", [](auto& s) { s.deliveries[0].revision = 2; }},
      {"inside the initial state", [](auto& s) { s.bookmarks[0].initial_state_end = false; }},
      {"ended twice", [](auto& s) { s.bookmarks[1].initial_state_end = true; }},
      {"revision 4 is missing", [](auto& s) { s.deliveries.erase(s.deliveries.begin() + 2), s.bookmarks.resize(1); }},
  };
  for (const auto& [what, spoil] : broken_states) {
    WatchStory story = FromTheState();
    spoil(story);
    const auto result = KeepsWatchPromises(story, Log());
    EXPECT_FALSE(result) << what;
    EXPECT_THAT(result.message(), HasSubstr(what));
  }
}

TEST(WatchValidatorsTest, StoriesAreTakenUpWhereTheOneBeforeEnded) {
  WatchStory first = Resumed(), second = Resumed();
  first.deliveries = Part(1, 3);
  first.bookmarks.resize(2);
  second.begin = 3;
  second.deliveries = Part(3, 5);
  second.bookmarks = {{5, 2}};
  EXPECT_TRUE(KeepWatchPromisesTogether({first, WatchStory(), second}, Log()));
  EXPECT_TRUE(KeepWatchPromisesTogether({FromTheState()}, Log()));
  second.begin = 4;
  second.deliveries = Part(4, 5);
  second.bookmarks.clear();
  EXPECT_FALSE(KeepWatchPromisesTogether({first, second}, Log())) << "revision 4 fell between them";
  second.begin = 2;
  second.deliveries = Part(2, 5);
  EXPECT_FALSE(KeepWatchPromisesTogether({first, second}, Log())) << "revision 3 came to both";
  second.deliveries[0].changes.clear();
  EXPECT_FALSE(KeepWatchPromisesTogether({second}, Log()));
}

}  // namespace
}  // namespace oversight::testing
