#include "common/ledger/archive/verdict.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/ledger/archive/canonical_json.h"

namespace oversight::ledger {
namespace {

std::string Hex(const Hash& hash) { return absl::BytesToHexString(HashBytes(hash)); }
std::string Utc(absl::Time time) { return absl::FormatTime("%E4Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone()); }

}  // namespace

std::string Verdict::ToText() const {
  const std::string taken = absl::StrCat(transactions, transactions == 1 ? " transaction with " : " transactions with ",
                                         changes, changes == 1 ? " change" : " changes");
  if (finding) {
    return absl::StrCat(subject, ": NOT SOUND. ", finding->ToString(), "\n  ", taken, " before that ",
                        transactions == 1 ? "is" : "are", " sound.\n");
  }
  std::string text = absl::StrCat(subject, ": sound. ", taken);
  if (transactions > 0) absl::StrAppend(&text, ", the last of ", Utc(recorded_time));
  absl::StrAppend(&text, ".\n  root ", Hex(root), "\n");
  if (redactions > 0) {
    absl::StrAppend(&text, "  ", redactions, redactions == 1 ? " payload was" : " payloads were",
                    " removed by law, with the records that say why.\n");
  }
  if (!heads.empty()) absl::StrAppend(&text, "  It goes on from ", absl::StrJoin(heads, ", "), ".\n");
  return text;
}

std::string Verdict::ToJson() const {
  std::string json = absl::StrCat("{\"changes\":", changes);
  if (finding) {
    absl::StrAppend(&json, ",\"finding\":{\"firstRevision\":", finding->first,
                    ",\"lastRevision\":", std::max(finding->first, finding->last), ",\"what\":");
    AppendJsonText(finding->what, json);
    json += '}';
  }
  absl::StrAppend(&json, ",\"origin\":");
  AppendJsonText(origin, json);
  if (transactions > 0) absl::StrAppend(&json, ",\"recordedTime\":\"", Utc(recorded_time), "\"");
  absl::StrAppend(&json, ",\"redactions\":", redactions, ",\"rootHash\":\"", Hex(root),
                  "\",\"sound\":", finding ? "false" : "true", ",\"subject\":");
  AppendJsonText(subject, json);
  absl::StrAppend(&json, ",\"transactions\":", transactions, "}\n");
  return json;
}

Verdict VerdictOf(std::string subject, std::string origin, const Auditor& auditor, std::vector<std::string> heads) {
  return {std::move(subject), std::move(origin),       auditor.size(),   auditor.changes(), auditor.redactions(),
          auditor.Root(),     auditor.recorded_time(), std::move(heads), auditor.finding()};
}

}  // namespace oversight::ledger
