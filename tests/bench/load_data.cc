// Fills empty stores with ten plausible years (ten_years.h). Run it from the top of the tree.
#include <cstdlib>
#include <iostream>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "common/observe/config.h"
#include "common/observe/progress.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "tests/bench/ten_years.h"

namespace oversight::bench {
namespace {

int Main(int argc, char** argv) {
  TenYears plan;
  plan.forces_store = "sqlite:.data/ten-years/forces.db";
  plan.concerns_store = "sqlite:.data/ten-years/concerns.db";
  std::string scale = "1", until;
  int64_t seed = 1;
  observe::Flags flags("load_data", "LOAD_DATA", "Fills empty stores with ten plausible years of casework.");
  flags.Add("forces", &plan.forces_store, "The store of forces-service: sqlite:PATH or postgres://...");
  flags.Add("concerns", &plan.concerns_store, "The store of concerns-service.");
  flags.Add("scale", &scale, "1 for 100,000 recommendations and a million transactions; 0.1 for a tenth.");
  flags.Add("seed", &seed, "The same seed gives the same data.", {.validate = observe::IsBetween(0, 1000000000)});
  flags.Add("until", &until, "The last day, such as 2025-12-31. Empty: yesterday.");
  if (const auto exit_code = flags.Parse(argc, argv)) return *exit_code;
  plan.seed = static_cast<uint64_t>(seed);
  if (!absl::SimpleAtod(scale, &plan.scale) || plan.scale <= 0 || plan.scale > 10) {
    std::cerr << "--scale must be a number above 0 and up to 10\n";
    return 2;
  }
  const absl::CivilDay yesterday = LondonDay(absl::Now()) - 1;
  plan.last_day = yesterday;
  if (!until.empty()) {
    const auto date = ParsePartialDate(until);
    if (!date.ok() || !IsExact(*date) || *ToCivilDay(*date) > yesterday) {
      std::cerr << "--until must be a day that is over, such as 2025-12-31\n";
      return 2;
    }
    plan.last_day = *ToCivilDay(*date);
  }
  absl::StatusOr<Loaded> loaded;
  {
    observe::Progress progress("ten years", "recommendations");
    plan.progress = [&progress](int64_t done, int64_t total) { progress.Show(done, total); };
    loaded = LoadTenYears(plan);
  }
  if (!loaded.ok()) {
    std::cerr << "load_data: " << loaded.status().message() << "\n";
    return 1;
  }
  std::cout << loaded->concerns << " concerns, " << loaded->recommendations << " recommendations; "
            << loaded->concerns_transactions << " transactions of concerns, " << loaded->forces_transactions
            << " of forces, until " << FormatForPeople(plan.last_day) << "\n";
  return 0;
}

}  // namespace
}  // namespace oversight::bench

int main(int argc, char** argv) { return oversight::bench::Main(argc, argv); }
