#include "common/ledger/failpoint.h"

#include <signal.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/rpc/errors.h"

namespace oversight::ledger {
namespace {

// In the order of the enum.
constexpr std::array<const char*, 4> kNames = {"ledger.mid_batch", "ledger.before_commit", "ledger.pipeline_sent",
                                               "ledger.after_commit"};
constexpr char kAction[] = "kill@";

// At which pass from now each point strikes; zero and less: never.
std::array<std::atomic<int64_t>, kNames.size()> left;

using Counts = std::array<int64_t, kNames.size()>;

absl::Status Read(const std::string& item, Counts& counts) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(item, absl::MaxSplits('=', 1));
  const auto name = std::find(kNames.begin(), kNames.end(), parts.first);
  if (name == kNames.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("There is no failpoint \"", parts.first, "\". There are: ", absl::StrJoin(kNames, ", "), "."));
  }
  absl::string_view action = parts.second;
  int64_t& count = counts[static_cast<size_t>(name - kNames.begin())];
  if (absl::ConsumePrefix(&action, kAction) && absl::SimpleAtoi(action, &count) && count >= 1) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("The failpoint ", parts.first, " needs an action such as kill@7, not \"", parts.second, "\"."));
}

}  // namespace

namespace internal {

std::atomic<bool> failpoints_armed{false};

void Pass(Failpoint point) {
  auto& count = left[static_cast<size_t>(point)];
  // One that is off is not counted down, so that it cannot come round.
  if (count.load(std::memory_order_relaxed) > 0 && count.fetch_sub(1, std::memory_order_relaxed) == 1) raise(SIGKILL);
}

}  // namespace internal

absl::Status ArmFailpoints(const std::string& spec) {
  Counts counts{};
  if (!spec.empty()) {
    for (const auto item : absl::StrSplit(spec, ',')) OVERSIGHT_RETURN_IF_ERROR(Read(std::string(item), counts));
  }
  for (size_t i = 0; i < kNames.size(); ++i) left[i] = counts[i];
  internal::failpoints_armed = !spec.empty();
  if (!spec.empty()) {
    spdlog::warn("FAILPOINTS ARE ARMED, for a test: this process will kill itself. OVERSIGHT_FAILPOINTS={}", spec);
  }
  return absl::OkStatus();
}

}  // namespace oversight::ledger
