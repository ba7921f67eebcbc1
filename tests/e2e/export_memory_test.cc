// An export streams: however long a log is, none of the processes that it goes through needs more memory for it. By the
// real binaries, over a store of N transactions and one of ten times as many.
#include <cstdlib>
#include <fstream>
#include <map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/awaited.h"
#include "tests/support/sample_export.h"
#include "tests/support/suite.h"
#include "tests/support/temp_dir.h"

namespace oversight::testing {
namespace {

constexpr int64_t kMiB = 1 << 20;
#ifdef __SANITIZE_ADDRESS__
constexpr int64_t kScale = 4;  // It surrounds what is allocated, and keeps back what was freed.
#else
constexpr int64_t kScale = 1;
#endif

std::string Read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

class ExportMemoryTest : public ::testing::Test {
 protected:
  // Runs a command to its end and gives the most memory that it had in use.
  int64_t PeakOf(const std::vector<std::string>& command) {
    Process process(command, folder_ / "log");
    int64_t peak = 0;
    EXPECT_TRUE(Eventually(
        [&] {
          peak = std::max(peak, process.PeakBytes());
          return !process.running();
        },
        std::chrono::seconds(600)));
    EXPECT_EQ(process.Wait(), 0) << Read(folder_ / "log");
    return peak;
  }

  // The most memory that each took for a log of so many transactions: restored, verified, exported.
  std::map<std::string, int64_t> Peaks(int count) {
    const std::string file = folder_ / absl::StrCat(count, ".jsonl"), exported = file + ".exported.gz";
    const std::string store = absl::StrCat("sqlite:", folder_ / absl::StrCat(count, ".db"));
    WriteSampleExport(file, "ledgers/forces", count);
    const auto binary = [](const std::string& name) { return ServerProcess::Binary(name); };
    std::map<std::string, int64_t> peaks;
    peaks["restore"] = PeakOf({binary("forces-service"), "restore", file, "--store=" + store});
    peaks["verify of the store"] = PeakOf({binary("forces-service"), "verify", "--store=" + store});
    peaks["export of the store"] = PeakOf({binary("forces-service"), "export", exported, "--store=" + store});
    peaks["verify of the file"] = PeakOf({binary("oversight"), "verify", exported});
    Suite suite({.stores = {{"forces-service", store}}});
    peaks["export"] = PeakOf(
        {binary("oversight"), "--gateway=" + suite.address("gateway"), "--as=operator", "export", "forces", exported});
    for (const char* server : {"gateway", "forces-service"}) peaks[server] = suite.process(server).PeakBytes();
    return peaks;
  }

  const TempDir folder_;
};

TEST_F(ExportMemoryTest, GrowsNotWithTheLog) {
  setenv("ASAN_OPTIONS", "quarantine_size_mb=16", /*overwrite=*/0);  // Of the processes that are measured.
  int few = 5000;
  if (const char* given = std::getenv("OVERSIGHT_EXPORT_TRANSACTIONS"); given != nullptr) {
    ASSERT_TRUE(absl::SimpleAtoi(given, &few));
  }
  const auto before = Peaks(few), after = Peaks(10 * few);
  for (const auto& [what, peak] : after) {
    // SQLite keeps up to 64 MiB of what it writes and 16 MiB of what it reads, which few transactions do not fill; the
    // rest is how full buffers happened to be. All the transactions together would take more.
    const int64_t allowance = (what == "restore" ? 88 : 48) * kMiB * kScale;
    EXPECT_LT(peak, before.at(what) + allowance) << what;
    std::printf("%s: %lld MiB for %d transactions, %lld MiB for %d\n", what.c_str(),
                static_cast<long long>(before.at(what) / kMiB), few, static_cast<long long>(peak / kMiB), 10 * few);
  }
}

}  // namespace
}  // namespace oversight::testing
