// What a watch promises, as checks on what a watcher was given: ordered, unique, atomic, reliable, resumable. They work
// on plain deliveries, so that a watch of the ledger, of a service and of the gateway are held to the same words. Pure
// functions.
//
//   EXPECT_TRUE(KeepsWatchPromises(seen, /*after=*/5, log));
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
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
    delivery.changes.push_back({v.name, v.version, v.deleted, v.payload});
  }
  return delivery;
}
inline std::vector<Delivery> DeliveriesOf(const std::vector<std::shared_ptr<const ledger::Transaction>>& transactions) {
  std::vector<Delivery> deliveries;
  for (const auto& transaction : transactions) deliveries.push_back(DeliveryOf(*transaction));
  return deliveries;
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
// Every revision of the log after `after` and up to the last one seen is there, as the log has it. `log` begins at 1.
inline ::testing::AssertionResult Reliable(const std::vector<Delivery>& seen, int64_t after,
                                           const std::vector<Delivery>& log) {
  int64_t expected = after;
  for (const Delivery& delivery : seen) {
    ++expected;
    if (delivery.revision != expected) {
      return ::testing::AssertionFailure() << "revision " << expected << " is missing before " << delivery.revision;
    }
    if (expected > static_cast<int64_t>(log.size()) || log[static_cast<size_t>(expected - 1)] != delivery) {
      return ::testing::AssertionFailure() << "revision " << expected << " is not as the log has it";
    }
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

inline ::testing::AssertionResult KeepsWatchPromises(const std::vector<Delivery>& seen, int64_t after,
                                                     const std::vector<Delivery>& log) {
  for (const auto& result : {Ordered(seen), Unique(seen), Atomic(seen), Reliable(seen, after, log)}) {
    if (!result) return result;
  }
  return ::testing::AssertionSuccess();
}

}  // namespace oversight::testing
