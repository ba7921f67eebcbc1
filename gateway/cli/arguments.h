// What the command line can tell about its arguments without asking the suite: dates, due rules, recommendations,
// ledgers, versions, files, which options go together. Pure, but for ReadFile; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "oversight/common/v1/due_rule.pb.h"
#include "oversight/concerns/v1/recommendation.pb.h"

namespace oversight::cli {

// The command line itself is wrong: ends with exit code 2.
absl::Status UsageError(const std::string& message);
bool IsUsageError(const absl::Status& status);

// Says which argument is not valid UTF-8; `arguments` without the program's name.
absl::Status CheckUtf8(const std::vector<std::string>& arguments);

// Validators of one option's value: "" when it is good, else what is wrong with it.
std::string NotEmpty(const std::string& value);
std::string DateProblem(const std::string& value);
std::string DueProblem(const std::string& value);
std::string RecommendationProblem(const std::string& value);

// "immediately", "2024-03-31", "28 days", "within 3 months".
absl::StatusOr<common::v1::DueRule> ParseDue(const std::string& text);
// "Do this @ 3 months".
absl::StatusOr<concerns::v1::Recommendation> ParseRecommendation(const std::string& text);

// Refuses options of `list`, such as "--force", that do not go with the kind, and says which kinds take them.
absl::Status CheckListOptions(const std::string& kind, const std::vector<std::string>& given);

// All three ledgers: "ledgers/forces", ... in the order of dependence.
const std::vector<std::string>& Ledgers();
// "forces" or "ledgers/forces" -> "ledgers/forces"; nothing for what is no ledger.
std::optional<std::string> LedgerName(const std::string& text);
std::string LedgerProblem(const std::string& text);
// Which ledger `list` is to look into: redactions are of one, and of no other kind is there any to name.
absl::StatusOr<std::string> LedgerToList(const std::string& kind, const std::string& ledger);

// "forces/kent@12" -> the resource and the revision of a version of it.
absl::StatusOr<std::pair<std::string, int64_t>> ParseVersion(const std::string& text);
std::string VersionProblem(const std::string& text);

// 9 and "9" are the same etag: shells eat the quotes it is written with.
std::string QuotedEtag(const std::string& text);

// NOT_FOUND when it cannot be read, OUT_OF_RANGE when it holds more than `most` bytes.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t most);

}  // namespace oversight::cli
