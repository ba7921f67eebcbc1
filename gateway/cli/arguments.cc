#include "gateway/cli/arguments.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/rpc/utf8.h"
#include "common/time/partial_date.h"

namespace oversight::cli {
namespace {

constexpr char kUsagePayload[] = "oversight.cli/usage";
constexpr int kMostUnits = 3650;

template <class T>
std::string Problem(const absl::StatusOr<T>& result) {
  return result.ok() ? std::string() : std::string(result.status().message());
}

}  // namespace

absl::Status UsageError(const std::string& message) {
  absl::Status status(absl::StatusCode::kInvalidArgument, message);
  status.SetPayload(kUsagePayload, absl::Cord());
  return status;
}

bool IsUsageError(const absl::Status& status) { return status.GetPayload(kUsagePayload).has_value(); }

absl::Status CheckUtf8(const std::vector<std::string>& arguments) {
  const auto is_option = [](const std::string& text) { return text.size() > 2 && text.rfind("--", 0) == 0; };
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (rpc::CountCodePoints(arguments[i]) >= 0) continue;
    const std::string own = arguments[i].substr(0, arguments[i].find('='));
    if (is_option(own) && rpc::CountCodePoints(own) >= 0) return UsageError(absl::StrCat(own, " is not valid UTF-8."));
    if (i > 0 && is_option(arguments[i - 1]) && arguments[i - 1].find('=') == std::string::npos) {
      return UsageError(absl::StrCat(arguments[i - 1], " is not valid UTF-8."));
    }
    return UsageError(absl::StrCat("Argument ", i + 1, " is not valid UTF-8."));
  }
  return absl::OkStatus();
}

std::string NotEmpty(const std::string& value) {
  return absl::StripAsciiWhitespace(value).empty() ? "must not be empty" : "";
}

std::string DateProblem(const std::string& value) {
  if (const std::string problem = NotEmpty(value); !problem.empty()) return problem;
  return Problem(ParsePartialDate(value));
}

std::string DueProblem(const std::string& value) { return Problem(ParseDue(value)); }

std::string RecommendationProblem(const std::string& value) { return Problem(ParseRecommendation(value)); }

absl::StatusOr<common::v1::DueRule> ParseDue(const std::string& text) {
  common::v1::DueRule rule;
  if (text == "immediately") {
    rule.set_immediately(true);
    return rule;
  }
  static const std::regex kWithin("(?:within )?([0-9]{1,9}) (day|month)s?");
  std::smatch match;
  if (std::regex_match(text, match, kWithin)) {
    const int count = std::stoi(match[1]);
    if (count < 1 || count > kMostUnits) {
      return UsageError(absl::StrCat("\"", text, "\" is no due rule: write 1 to ", kMostUnits, " days or months."));
    }
    rule.mutable_within()->set_count(count);
    rule.mutable_within()->set_unit(match[2] == "day" ? common::v1::DUE_UNIT_DAYS : common::v1::DUE_UNIT_MONTHS);
    return rule;
  }
  auto date = ParsePartialDate(text);
  if (!date.ok() || !IsExact(*date)) {
    return UsageError(
        absl::StrCat("\"", text, "\" is no due rule. Write immediately, 2024-03-31, 28 days or 3 months."));
  }
  *rule.mutable_date() = *date;
  return rule;
}

absl::StatusOr<concerns::v1::Recommendation> ParseRecommendation(const std::string& text) {
  const size_t at = text.rfind('@');
  if (at == std::string::npos) {
    return UsageError(absl::StrCat("\"", text, "\" has no due rule. Write \"Do this @ 3 months\"."));
  }
  auto due = ParseDue(std::string(absl::StripAsciiWhitespace(text.substr(at + 1))));
  if (!due.ok()) return due.status();
  concerns::v1::Recommendation recommendation;
  recommendation.set_text(std::string(absl::StripAsciiWhitespace(text.substr(0, at))));
  if (recommendation.text().empty()) {
    return UsageError(absl::StrCat("\"", text, "\" does not say what should be done. Write \"Do this @ 3 months\"."));
  }
  *recommendation.mutable_due_rule() = *due;
  return recommendation;
}

absl::Status CheckListOptions(const std::string& kind, const std::vector<std::string>& given) {
  static const std::vector<std::pair<std::string, std::vector<std::string>>> kKinds = {
      {"--force", {"concerns", "recommendations", "proposals", "decisions", "episodes"}},
      {"--state", {"concerns", "recommendations", "proposals"}},
      {"--stage", {"monitoring"}},
      {"--region", {"forces"}},
      {"--query", {"forces"}}};
  for (const auto& [option, kinds] : kKinds) {
    if (std::find(given.begin(), given.end(), option) == given.end()) continue;
    if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) continue;
    std::string names;
    for (size_t i = 0; i < kinds.size(); ++i) {
      absl::StrAppend(&names, i == 0 ? "" : i + 1 == kinds.size() ? " and " : ", ", kinds[i]);
    }
    return UsageError(absl::StrCat(option, " does not apply to ", kind, "; it is for ", names, "."));
  }
  return absl::OkStatus();
}

const std::vector<std::string>& Ledgers() {
  static const std::vector<std::string> ledgers = {"ledgers/forces", "ledgers/concerns", "ledgers/monitoring"};
  return ledgers;
}

std::optional<std::string> LedgerName(const std::string& text) {
  const std::string name = absl::StartsWith(text, "ledgers/") ? text : "ledgers/" + text;
  if (std::find(Ledgers().begin(), Ledgers().end(), name) == Ledgers().end()) return std::nullopt;
  return name;
}

std::string LedgerProblem(const std::string& text) {
  return LedgerName(text) ? "" : absl::StrCat("\"", text, "\" is no ledger: write forces, concerns or monitoring");
}

absl::StatusOr<std::string> LedgerToList(const std::string& kind, const std::string& ledger) {
  if (kind != "redactions") {
    if (ledger.empty()) return ledger;
    return UsageError(absl::StrCat("\"", ledger, "\" does not belong here: a ledger is named for redactions alone."));
  }
  if (ledger.empty()) return UsageError("Name the ledger: list redactions forces, concerns or monitoring.");
  const auto name = LedgerName(ledger);
  if (!name) return UsageError(LedgerProblem(ledger) + ".");
  return *name;
}

absl::StatusOr<std::pair<std::string, int64_t>> ParseVersion(const std::string& text) {
  const size_t at = text.rfind('@');
  int64_t revision = 0;
  if (at == std::string::npos || at == 0 || !absl::SimpleAtoi(text.substr(at + 1), &revision) || revision < 1) {
    return UsageError(absl::StrCat("\"", text,
                                   "\" is no version. Write RESOURCE@REVISION, such as forces/kent/concerns/1@12; "
                                   "oversight versions RESOURCE shows the revisions."));
  }
  return std::pair(text.substr(0, at), revision);
}

std::string VersionProblem(const std::string& text) { return Problem(ParseVersion(text)); }

std::string QuotedEtag(const std::string& text) {
  return text.empty() || text.front() == '"' ? text : absl::StrCat("\"", text, "\"");
}

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t most) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return absl::NotFoundError(absl::StrCat("Cannot read ", path, ": it is a folder."));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("Cannot read ", path, "."));
  // Read piece by piece, so that a file without end is refused too.
  std::string content;
  std::vector<char> piece(65536);
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0) {
    content.append(piece.data(), static_cast<size_t>(file.gcount()));
    if (content.size() > most) {
      return absl::OutOfRangeError(
          absl::StrCat(path, " is too large: it holds more than ", most, " bytes. Nothing was sent."));
    }
  }
  if (file.bad()) return absl::NotFoundError(absl::StrCat("Cannot read ", path, "."));
  return content;
}

}  // namespace oversight::cli
