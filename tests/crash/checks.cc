#include "tests/crash/checks.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ledger/hashing.h"

namespace oversight::crash {
namespace {

constexpr size_t kMessages = 20;

std::string Of(const Write& write) { return absl::StrCat("request ", write.request_id, " of ", write.actor); }

bool SameVersion(const ledger::Version& a, const ledger::Version& b) {
  return a.name == b.name && a.kind == b.kind && a.payload == b.payload && a.create_revision == b.create_revision &&
         a.revision == b.revision && a.version == b.version && a.create_time == b.create_time &&
         a.update_time == b.update_time && a.deleted == b.deleted;
}

bool SameTransaction(const ledger::Transaction& a, const ledger::Transaction& b) {
  if (a.revision != b.revision || a.recorded_time != b.recorded_time || a.audit.actor != b.audit.actor ||
      a.audit.verb != b.audit.verb || a.audit.reason != b.audit.reason || a.audit.request_id != b.audit.request_id ||
      a.audit.trace_id != b.audit.trace_id || a.leaf_hash != b.leaf_hash || a.versions.size() != b.versions.size()) {
    return false;
  }
  for (size_t i = 0; i < a.versions.size(); ++i) {
    if (!SameVersion(a.versions[i], b.versions[i])) return false;
  }
  return true;
}

// Where a resource stands while the log is read from its beginning.
struct Place {
  int64_t version = 0, revision = 0, create_revision = 0;
  bool deleted = false;
};

void CheckVersion(const ledger::Transaction& transaction, const ledger::Version& version, Place& place,
                  Findings& findings) {
  const std::string where = absl::StrCat(version.name, " at revision ", transaction.revision);
  const bool is_new = place.version == 0 || place.deleted;
  const Place next{is_new ? 1 : place.version + 1, transaction.revision,
                   is_new ? transaction.revision : place.create_revision, version.deleted};
  if (place.revision == transaction.revision) findings.Other(absl::StrCat(where, " is changed twice"));
  if (version.version != next.version) {
    findings.Other(absl::StrCat(where, " is version ", version.version, ", not ", next.version));
  }
  if (version.revision != transaction.revision || version.create_revision != next.create_revision) {
    findings.Other(absl::StrCat(where, " says revision ", version.revision, ", created at ", version.create_revision));
  }
  if (version.update_time != transaction.recorded_time) findings.Other(absl::StrCat(where, " has another time"));
  place = next;
}

// The version of a resource before a revision; 0 when there was none.
int64_t RevisionBefore(const Log& log, const std::string& name, int64_t revision) {
  for (int64_t at = revision - 1; at >= 1; --at) {
    for (const auto& version : log[static_cast<size_t>(at - 1)].versions) {
      if (version.name == name) return at;
    }
  }
  return 0;
}

void CheckStored(const Log& log, const Write& write, Findings& findings) {
  if (write.revision < 1 || write.revision > static_cast<int64_t>(log.size())) {
    return findings.Loss(absl::StrCat(Of(write), " was acknowledged at revision ", write.revision,
                                      ", but the log ends at ", log.size()));
  }
  const auto& transaction = log[static_cast<size_t>(write.revision - 1)];
  if (transaction.audit.request_id != write.request_id || transaction.audit.actor != write.actor) {
    return findings.Loss(absl::StrCat(Of(write), " was acknowledged at revision ", write.revision, ", where request ",
                                      transaction.audit.request_id, " of ", transaction.audit.actor, " stands"));
  }
  std::map<std::string, std::string> found;
  for (const auto& version : transaction.versions) found[version.name] = version.payload;
  for (const auto& written : write.written) {
    const auto it = found.find(written.name);
    if (it == found.end() || it->second != written.payload) {
      findings.Loss(absl::StrCat(Of(write), " was acknowledged at revision ", write.revision, " with ", written.name,
                                 it == found.end() ? ", which is not there" : ", which is not as it was answered"));
    }
  }
  if (write.written.size() != transaction.versions.size()) {
    findings.Other(absl::StrCat(Of(write), " changed ", transaction.versions.size(), " resources, but was answered ",
                                write.written.size()));
  }
}

}  // namespace

std::string TextOf(const absl::Status& status) {
  return absl::StrCat(absl::StatusCodeToString(status.code()), ": ", status.message());
}

void Findings::Add(int64_t& count, std::string message) {
  ++count;
  if (messages.size() < kMessages) messages.push_back(std::move(message));
}

void Findings::Add(const Findings& more) {
  losses += more.losses;
  doubles += more.doubles;
  others += more.others;
  for (const auto& message : more.messages) {
    if (messages.size() < kMessages) messages.push_back(message);
  }
}

Findings CheckLog(const Log& log) {
  Findings findings;
  std::map<std::string, Place> places;
  std::map<std::pair<std::string, std::string>, int64_t> requests;
  absl::Time last = absl::InfinitePast();
  for (size_t i = 0; i < log.size(); ++i) {
    const auto& transaction = log[i];
    if (transaction.revision != static_cast<int64_t>(i + 1)) {
      findings.Loss(absl::StrCat("revision ", i + 1, " is missing: ", transaction.revision, " stands there"));
      return findings;  // What follows would only repeat it.
    }
    if (transaction.recorded_time < last) {
      findings.Other(absl::StrCat("revision ", transaction.revision, " was recorded before the one before it"));
    }
    last = transaction.recorded_time;
    if (transaction.versions.empty()) {
      findings.Other(absl::StrCat("revision ", transaction.revision, " changes nothing"));
    }
    for (const auto& version : transaction.versions) {
      CheckVersion(transaction, version, places[version.name], findings);
    }
    if (transaction.audit.request_id.empty()) continue;
    const auto [it, is_new] =
        requests.insert({{transaction.audit.actor, transaction.audit.request_id}, transaction.revision});
    if (!is_new) {
      findings.Double(absl::StrCat("request ", transaction.audit.request_id, " of ", transaction.audit.actor,
                                   " stands at revision ", it->second, " and again at ", transaction.revision));
    }
  }
  return findings;
}

Findings CheckWrites(const Log& log, const std::vector<Write>& writes) {
  Findings findings;
  std::map<std::pair<std::string, std::string>, const Write*> known;
  for (const Write& write : writes) {
    known[{write.actor, write.request_id}] = &write;
    if (write.fate == Fate::kStored) CheckStored(log, write, findings);
  }
  bool started = false;
  for (const auto& transaction : log) {
    // The one thing that the service writes by itself: the themes, when it starts for the first time.
    if (transaction.audit.verb == "RecordThemes" && !std::exchange(started, true)) continue;
    const auto it = known.find({transaction.audit.actor, transaction.audit.request_id});
    if (it == known.end()) {
      findings.Other(absl::StrCat("revision ", transaction.revision, " holds request ", transaction.audit.request_id,
                                  " of ", transaction.audit.actor, ", which nobody made"));
      continue;
    }
    const Write& write = *it->second;
    if (write.fate == Fate::kRefused) {
      findings.Other(absl::StrCat(Of(write), " was refused, yet stands at revision ", transaction.revision));
    }
    if (write.based_on_revision == 0) continue;
    const int64_t before = RevisionBefore(log, write.based_on, transaction.revision);
    if (before != write.based_on_revision) {
      findings.Other(absl::StrCat(Of(write), " was made on ", write.based_on, " of revision ", write.based_on_revision,
                                  ", but stored at ", transaction.revision, " over revision ", before));
    }
  }
  return findings;
}

Findings CheckSeen(const Log& log, const std::vector<Seen>& seen) {
  Findings findings;
  for (const Seen& one : seen) {
    bool found = false;
    if (one.revision >= 1 && one.revision <= static_cast<int64_t>(log.size())) {
      for (const auto& version : log[static_cast<size_t>(one.revision - 1)].versions) {
        found |= version.name == one.version.name && version.payload == one.version.payload;
      }
    }
    if (!found) {
      findings.Loss(absl::StrCat("a reader was given ", one.version.name, " at revision ", one.revision,
                                 ", which is not there as it was given"));
    }
  }
  return findings;
}

Findings CheckGrown(const Log& before, const Log& now) {
  Findings findings;
  for (size_t i = 0; i < before.size(); ++i) {
    if (i >= now.size()) {
      findings.Loss(absl::StrCat("the log ended at revision ", before.size(), " and now ends at ", now.size()));
      return findings;
    }
    if (!SameTransaction(before[i], now[i])) {
      findings.Loss(absl::StrCat("revision ", i + 1, " is not what it was before the crash"));
    }
  }
  return findings;
}

Findings CheckHashes(const WholeLog& log) {
  Findings findings;
  for (const auto& transaction : log) {
    const std::string where = absl::StrCat("revision ", transaction.revision);
    std::vector<ledger::HashedChange> changes;
    for (const auto& change : transaction.changes) {
      if (!change.redacted && ledger::Sha256(change.payload) != change.payload_hash) {
        findings.Loss(absl::StrCat(where, ": the payload of ", change.name, " is not what was hashed"));
      }
      changes.push_back({change.operation, change.name, change.kind, change.payload_hash, change.encoded_terms});
    }
    if (ledger::LeafHash(transaction.revision, absl::ToUnixMicros(transaction.recorded_time), transaction.audit,
                         changes) != transaction.leaf_hash) {
      findings.Loss(absl::StrCat(where, " is not what was hashed"));
    }
    if (!transaction.audit.request_id.empty() && !transaction.request) {
      findings.Other(absl::StrCat(where, " has no record of request ", transaction.audit.request_id));
    }
  }
  return findings;
}

Findings CheckWatch(const std::vector<std::vector<testing::Delivery>>& parts, int64_t after,
                    const std::vector<testing::Delivery>& log) {
  Findings findings;
  std::vector<testing::Delivery> whole;
  for (const auto& part : parts) whole.insert(whole.end(), part.begin(), part.end());
  if (!whole.empty() && whole.back().revision > static_cast<int64_t>(log.size())) {
    findings.Loss(
        absl::StrCat("a watcher was told of revision ", whole.back().revision, ", but the log ends at ", log.size()));
  }
  if (const auto result = testing::KeepsWatchPromises(whole, after, log); !result) {
    findings.Other(absl::StrCat("a watcher that began after ", after, ": ", result.message()));
  }
  return findings;
}

std::vector<ledger::Version> CurrentOf(const Log& log) {
  std::map<std::string, const ledger::Version*> last;
  for (const auto& transaction : log) {
    for (const auto& version : transaction.versions) last[version.name] = &version;
  }
  std::vector<ledger::Version> current;
  for (const auto& [name, version] : last) {
    if (!version->deleted) current.push_back(*version);
  }
  return current;
}

std::vector<ledger::Version> HistoryOf(const Log& log, const std::string& name) {
  std::vector<ledger::Version> history;
  for (auto transaction = log.rbegin(); transaction != log.rend(); ++transaction) {
    for (const auto& version : transaction->versions) {
      if (version.name == name) history.push_back(version);
    }
  }
  return history;
}

}  // namespace oversight::crash
