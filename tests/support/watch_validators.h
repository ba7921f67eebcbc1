// What a watch promises, as checks on what a watcher was given: ordered, unique, atomic, reliable, resumable,
// bookmarked. They work on plain deliveries, so that a watch of the ledger, of a service and of the gateway are held to
// the same words; watch_recorder.h makes them of what a Watch RPC sends. Pure functions.
//
//   EXPECT_TRUE(KeepsWatchPromises(seen, /*after=*/5, log));
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/ledger/types.h"

namespace oversight::testing {

struct WatchedChange {
  std::string name;
  int64_t version = 0;
  bool deleted = false;
  std::string payload;
  bool redacted = false;  // by law, so there is no payload
  friend bool operator==(const WatchedChange&, const WatchedChange&) = default;
};
// One message of a watch: what one revision did, or a part of it.
struct Delivery {
  int64_t revision = 0;
  std::vector<WatchedChange> changes;
  friend bool operator==(const Delivery&, const Delivery&) = default;
};

inline Delivery DeliveryOf(const ledger::Transaction& transaction) {
  Delivery delivery{transaction.revision, {}};
  for (const ledger::Version& v : transaction.versions) {
    delivery.changes.push_back({v.name, v.version, v.deleted, v.payload, v.redacted});
  }
  return delivery;
}
inline std::vector<Delivery> DeliveriesOf(const std::vector<std::shared_ptr<const ledger::Transaction>>& transactions) {
  std::vector<Delivery> deliveries;
  for (const auto& transaction : transactions) deliveries.push_back(DeliveryOf(*transaction));
  return deliveries;
}

// Whether a change was told as the log has it, or had it: what is redacted now may have been told before.
inline bool AsLogged(const WatchedChange& seen, WatchedChange logged) {
  if (logged.redacted && !seen.redacted) {
    logged.redacted = false;
    logged.payload = seen.payload;
  }
  return seen == logged;
}
inline bool AsLogged(const Delivery& seen, const Delivery& logged) {
  return seen.revision == logged.revision &&
         std::equal(seen.changes.begin(), seen.changes.end(), logged.changes.begin(), logged.changes.end(),
                    [](const WatchedChange& a, const WatchedChange& b) { return AsLogged(a, b); });
}

// Revisions never go back.
inline ::testing::AssertionResult Ordered(const std::vector<Delivery>& seen) {
  for (size_t i = 1; i < seen.size(); ++i) {
    if (seen[i].revision < seen[i - 1].revision) {
      return ::testing::AssertionFailure() << "revision " << seen[i].revision << " came after " << seen[i - 1].revision;
    }
  }
  return ::testing::AssertionSuccess();
}
// No change of a resource is told twice.
inline ::testing::AssertionResult Unique(const std::vector<Delivery>& seen) {
  std::set<std::pair<int64_t, std::string>> told;
  for (const Delivery& delivery : seen) {
    for (const WatchedChange& change : delivery.changes) {
      if (!told.insert({delivery.revision, change.name}).second) {
        return ::testing::AssertionFailure() << change.name << " at " << delivery.revision << " was told twice";
      }
    }
  }
  return ::testing::AssertionSuccess();
}
// A revision is told in one delivery, never in parts.
inline ::testing::AssertionResult Atomic(const std::vector<Delivery>& seen) {
  std::set<int64_t> revisions;
  for (const Delivery& delivery : seen) {
    if (!revisions.insert(delivery.revision).second) {
      return ::testing::AssertionFailure() << "revision " << delivery.revision << " came in parts";
    }
  }
  return ::testing::AssertionSuccess();
}
// Every revision of the log after `after` and up to the last one seen is there, as the log has it. `log` is all of the
// log from its beginning, less what the watcher may not be told.
inline ::testing::AssertionResult Reliable(const std::vector<Delivery>& seen, int64_t after,
                                           const std::vector<Delivery>& log) {
  auto expected = log.begin();
  while (expected != log.end() && expected->revision <= after) ++expected;
  for (const Delivery& delivery : seen) {
    if (expected == log.end() || delivery.revision < expected->revision) {
      return ::testing::AssertionFailure() << "the log has nothing to tell at revision " << delivery.revision;
    }
    if (delivery.revision > expected->revision) {
      return ::testing::AssertionFailure()
             << "revision " << expected->revision << " is missing before " << delivery.revision;
    }
    if (!AsLogged(delivery, *expected)) {
      return ::testing::AssertionFailure() << "revision " << delivery.revision << " is not as the log has it";
    }
    ++expected;
  }
  return ::testing::AssertionSuccess();
}
// A watch broken off and taken up after its last revision saw what one watch would have seen.
inline ::testing::AssertionResult Resumable(const std::vector<std::vector<Delivery>>& parts, int64_t after,
                                            const std::vector<Delivery>& log) {
  std::vector<Delivery> whole;
  for (const auto& part : parts) whole.insert(whole.end(), part.begin(), part.end());
  return Reliable(whole, after, log);
}
// What a watcher is told is all there was up to `position`: nothing the log has after `after` is left out at the end.
inline ::testing::AssertionResult Bookmarked(const std::vector<Delivery>& seen, int64_t after, int64_t position,
                                             const std::vector<Delivery>& log) {
  if (!seen.empty() && seen.back().revision > position) {
    return ::testing::AssertionFailure() << "a bookmark at " << position << " came after revision "
                                         << seen.back().revision;
  }
  const int64_t last = seen.empty() ? after : seen.back().revision;
  for (const Delivery& delivery : log) {
    if (delivery.revision > last && delivery.revision <= position) {
      return ::testing::AssertionFailure()
             << "a bookmark at " << position << " promises revision " << delivery.revision << ", which did not come";
    }
  }
  return ::testing::AssertionSuccess();
}

// What a stream without bookmarks saw.
inline ::testing::AssertionResult KeepsWatchPromises(const std::vector<Delivery>& seen, int64_t after,
                                                     const std::vector<Delivery>& log) {
  for (const auto& result : {Ordered(seen), Unique(seen), Atomic(seen), Reliable(seen, after, log)}) {
    if (!result) return result;
  }
  return ::testing::AssertionSuccess();
}
// Every transaction is there: revisions from 1, without a gap.
inline ::testing::AssertionResult Dense(const std::vector<Delivery>& log) {
  for (size_t i = 0; i < log.size(); ++i) {
    if (log[i].revision != static_cast<int64_t>(i + 1)) {
      return ::testing::AssertionFailure() << "revision " << log[i].revision << " stands at place " << i + 1;
    }
  }
  return ::testing::AssertionSuccess();
}

// All that one stream of a Watch told, in the order it came.
struct WatchStory {
  struct Bookmark {
    int64_t revision = 0;
    size_t told = 0;  // how many of the deliveries came before it
    bool initial_state_end = false;
  };
  bool initial_state = false;    // whether it was asked for
  std::optional<int64_t> begin;  // the revision it was said to begin after
  std::vector<Delivery> deliveries;
  std::vector<Bookmark> bookmarks;
  std::vector<std::string> faults;  // what no stream may tell, as of the recorder
};

// The initial state, when it came to its end, is the state at its revision, each resource once and as new.
inline ::testing::AssertionResult BeginsWithTheState(const std::vector<Delivery>& initial, int64_t revision,
                                                     const std::vector<Delivery>& log) {
  std::map<std::string, WatchedChange> state;
  for (const Delivery& delivery : log) {
    if (delivery.revision > revision) break;
    for (WatchedChange change : delivery.changes) {
      change.version = 1;
      if (change.deleted) {
        state.erase(change.name);
      } else {
        state[change.name] = std::move(change);
      }
    }
  }
  for (const Delivery& delivery : initial) {
    if (delivery.revision != revision) {
      return ::testing::AssertionFailure()
             << "a part of the initial state at " << revision << " says " << delivery.revision;
    }
    for (const WatchedChange& change : delivery.changes) {
      const auto it = state.find(change.name);
      if (it == state.end() || !AsLogged(change, it->second)) {
        return ::testing::AssertionFailure() << change.name << " came twice or is not as it was at " << revision;
      }
      state.erase(it);
    }
  }
  if (!state.empty()) {
    return ::testing::AssertionFailure() << state.begin()->first << " is missing from the state at " << revision;
  }
  return ::testing::AssertionSuccess();
}

// All six promises, and the initial state where one was asked for. In `log` and story alike a version is 1 for what is
// new, 0 for what is deleted and 2 for all else, since that is what a stream tells of it.
inline ::testing::AssertionResult KeepsWatchPromises(const WatchStory& story, const std::vector<Delivery>& log) {
  if (!story.faults.empty()) return ::testing::AssertionFailure() << story.faults.front();
  if (!story.begin) {
    if (story.deliveries.empty() && story.bookmarks.empty()) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "it did not say where it begins";
  }
  const int64_t after = *story.begin;
  size_t listed = story.initial_state ? story.deliveries.size() : 0;  // how many are of the initial state
  bool listing = story.initial_state;
  for (const auto& bookmark : story.bookmarks) {
    if (bookmark.initial_state_end != listing) {
      return ::testing::AssertionFailure()
             << (listing ? "a bookmark came inside the initial state" : "the initial state ended twice or unasked");
    }
    if (!listing) continue;
    listing = false;
    listed = bookmark.told;
  }
  const auto live = story.deliveries.begin() + static_cast<std::ptrdiff_t>(listed);
  if (story.initial_state && !listing) {
    const auto whole = BeginsWithTheState({story.deliveries.begin(), live}, after, log);
    if (!whole) return whole;
  }
  const std::vector<Delivery> seen(live, story.deliveries.end());
  if (auto result = KeepsWatchPromises(seen, after, log); !result) return result;
  int64_t last = after;
  for (const auto& bookmark : story.bookmarks) {
    if (bookmark.revision < last) {
      return ::testing::AssertionFailure() << "a bookmark at " << bookmark.revision << " came after one at " << last;
    }
    last = bookmark.revision;
    const auto end = story.deliveries.begin() + static_cast<std::ptrdiff_t>(bookmark.told);
    if (auto result = Bookmarked({live, end}, after, last, log); !result) return result;
    if (end != story.deliveries.end() && end->revision <= last) {
      return ::testing::AssertionFailure() << "revision " << end->revision << " came after a bookmark at " << last;
    }
  }
  return ::testing::AssertionSuccess();
}

// Streams taken up one after another after all that the one before told keep the promises as one.
inline ::testing::AssertionResult KeepWatchPromisesTogether(const std::vector<WatchStory>& stories,
                                                            const std::vector<Delivery>& log) {
  std::optional<int64_t> position;
  for (const WatchStory& story : stories) {
    if (auto result = KeepsWatchPromises(story, log); !result) return result;
    if (!story.begin) continue;
    if (position && *story.begin != *position) {
      return ::testing::AssertionFailure() << "a stream taken up after " << *position << " began at " << *story.begin;
    }
    position = *story.begin;
    if (!story.deliveries.empty()) position = std::max(*position, story.deliveries.back().revision);
    if (!story.bookmarks.empty()) position = std::max(*position, story.bookmarks.back().revision);
  }
  return ::testing::AssertionSuccess();
}

}  // namespace oversight::testing
