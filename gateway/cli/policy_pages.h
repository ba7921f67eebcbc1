// What a policy advises, as pages for people, in lines of at most `width` characters. Pure functions of messages.
#pragma once

#include <string>
#include <vector>

#include "oversight/monitoring/v1/attention_service.pb.h"
#include "oversight/monitoring/v1/policy_service.pb.h"

namespace oversight::cli {

// One force: the advice to be read aloud, the rules behind it with their facts, what nearly fired and what would change
// the answer.
std::string AssessmentPage(const monitoring::v1::Assessment& assessment, size_t width);
// Every force in a line, those that are advised to move first.
std::string AssessmentsPage(const monitoring::v1::AssessForcesResponse& answer, size_t width);

// What needs attention, an entry in a few lines, the most pressing first.
std::string AttentionPage(const monitoring::v1::ListAttentionResponse& answer, size_t width);
// A backtest, whole: the forces in the order they came, and the summary.
struct BacktestResult {
  std::vector<monitoring::v1::ForceBacktest> forces;
  monitoring::v1::BacktestSummary summary;
};
// The scores side by side, then the timeline of every force that was flagged or moved.
std::string BacktestPage(const BacktestResult& result, size_t width);
// One line for each spell and each decision, RFC 4180 with a header: force, policy, event, from, until, end, advised,
// lead_days, rules, decision.
std::string BacktestCsv(const BacktestResult& result);

}  // namespace oversight::cli
