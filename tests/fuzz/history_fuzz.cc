// The file of past moves: no line is both taken and refused.
#include <set>

#include "monitoring-service/domain/history_file.h"
#include "tests/fuzz/fuzz.h"

using oversight::fuzz::Hold;
namespace monitoring = oversight::monitoring;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* ladders = new monitoring::Ladders(*monitoring::Ladders::Load("data/ladders.json"));
  oversight::LineFaults faults;
  const auto file =
      monitoring::ReadHistory(oversight::fuzz::Text(data, size), *ladders, absl::CivilDay(2026, 1, 1), faults);
  for (const auto& move : file.moves) {
    Hold(move.line > 1 && move.stage != nullptr && !move.force.empty(), "a move has a line, a stage and a force");
  }
  return 0;
}
