// Fills empty stores of forces-service and concerns-service with ten plausible years: 60 forces with their inspections,
// and concerns that are drafted, issued, answered, extended, claimed, returned, verified, discharged, superseded and
// withdrawn day by day, by the rules of the services' own domains and in the shape in which the services write. The
// services open such stores as their own, and answer a repeated request from its record.
//
// At scale 1 there are about 100,000 recommendations and 1,000,000 transactions of concerns. The same seed, scale and
// last day give the same log, but for what the store makes up itself (its id). For one thread; blocks.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"

namespace oversight::bench {

struct TenYears {
  std::string forces_store, concerns_store;  // As of --store: "sqlite:PATH" or "postgres://...". Must be empty.
  double scale = 1;
  uint64_t seed = 1;
  absl::CivilDay last_day{2025, 12, 31};  // Not in the future.
  // Told now and then how many recommendations of how many there are to be are there. May be null.
  std::function<void(int64_t done, int64_t total)> progress;
};

// What became of it.
struct Loaded {
  int64_t concerns = 0, recommendations = 0;
  int64_t forces_transactions = 0, concerns_transactions = 0;
};

// Reads data/forces.csv, data/themes.json and data/bank-holidays.json: run it from the top of the tree.
// FAILED_PRECONDITION when a store is not empty, and the errors of the stores.
absl::StatusOr<Loaded> LoadTenYears(const TenYears& plan);

}  // namespace oversight::bench
