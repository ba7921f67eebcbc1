#include "gateway/cli/arguments.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/rpc/utf8.h"
#include "common/time/partial_date.h"
#include "gateway/cli/values.h"

namespace oversight::cli {
namespace {

constexpr char kUsagePayload[] = "oversight.cli/usage";

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

std::string CountProblem(const std::string& value) {
  size_t number = 0;
  const bool good = absl::SimpleAtoi(value, &number) && number > 0;
  return good ? "" : absl::StrCat("\"", value, "\" is no number above 0");
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

const std::vector<std::string>& Ledgers() {
  static const auto* const kLedgers =
      new std::vector<std::string>{"ledgers/forces", "ledgers/concerns", "ledgers/monitoring"};
  return *kLedgers;
}

std::optional<std::string> LedgerName(const std::string& text) {
  const std::string name = absl::StartsWith(text, "ledgers/") ? text : "ledgers/" + text;
  if (std::find(Ledgers().begin(), Ledgers().end(), name) == Ledgers().end()) return std::nullopt;
  return name;
}

std::string LedgerProblem(const std::string& text) {
  return LedgerName(text) ? "" : absl::StrCat("\"", text, "\" is no ledger: write forces, concerns or monitoring");
}

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
