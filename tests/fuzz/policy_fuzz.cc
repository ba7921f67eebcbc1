// Policies as people write them: refused with words, or fit to be asked.
#include "common/rpc/utf8.h"
#include "google/protobuf/stubs/logging.h"
#include "monitoring-service/policy/policy_data.h"
#include "tests/fuzz/fuzz.h"

using oversight::fuzz::Hold;
namespace monitoring = oversight::monitoring;

// What protobuf would print of each input.
[[maybe_unused]] static const auto kQuiet = google::protobuf::SetLogHandler(nullptr);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto policies = monitoring::Policies::Parse({{"p.txtpb", std::string(oversight::fuzz::Text(data, size))}});
  if (!policies.ok()) {
    Hold(oversight::rpc::CountCodePoints(std::string(policies.status().message())) > 0, "a refusal has words in UTF-8");
    return 0;
  }
  for (const auto& policy : policies->all()) {
    Hold(policies->Find(policy.name()) != nullptr, "what was taken is found");
    for (const auto& rule : policy.rules()) {
      for (const auto& condition : rule.conditions()) Hold(!monitoring::InWords(condition).empty(), "it has words");
    }
  }
  policies->InForceOn(absl::CivilDay(2026, 1, 1));
  return 0;
}
