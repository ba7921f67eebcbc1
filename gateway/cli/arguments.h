// What the command line can tell about its arguments without asking the suite, beside what values.h reads: text that is
// no text, files, and what only commands that are written out take. Pure, but for ReadFile; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "oversight/concerns/v1/recommendation.pb.h"

namespace oversight::cli {

// The command line itself is wrong: ends with exit code 2.
absl::Status UsageError(const std::string& message);
bool IsUsageError(const absl::Status& status);

// Says which argument is not valid UTF-8; `arguments` without the program's name.
absl::Status CheckUtf8(const std::vector<std::string>& arguments);

// Checks of one flag's value: "" when it is good, else what is wrong with it.
std::string NotEmpty(const std::string& value);
std::string DateProblem(const std::string& value);
std::string DueProblem(const std::string& value);
std::string RecommendationProblem(const std::string& value);
std::string CountProblem(const std::string& value);  // A whole number above 0.

// "Do this @ 3 months".
absl::StatusOr<concerns::v1::Recommendation> ParseRecommendation(const std::string& text);

// All three ledgers: "ledgers/forces", ... in the order of dependence.
const std::vector<std::string>& Ledgers();
// "forces" or "ledgers/forces" -> "ledgers/forces"; nothing for what is no ledger.
std::optional<std::string> LedgerName(const std::string& text);
std::string LedgerProblem(const std::string& text);

// 9 and "9" are the same etag: shells eat the quotes it is written with.
std::string QuotedEtag(const std::string& text);

// NOT_FOUND when it cannot be read, OUT_OF_RANGE when it holds more than `most` bytes.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t most);

}  // namespace oversight::cli
