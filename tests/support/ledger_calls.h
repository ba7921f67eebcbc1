// Blocking calls on a ledger, and short ways to write commands, for tests. Thread-safe as the ledger is.
#pragma once

#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/ledger/ledger.h"
#include "common/ledger/redaction.h"
#include "common/ledger/store.h"
#include "common/rpc/errors.h"
#include "oversight/ledger/v1/transaction.pb.h"
#include "tests/support/awaited.h"

namespace oversight::testing {

inline ledger::Change Put(std::string name, std::string payload, std::vector<ledger::Term> terms = {},
                          std::string kind = "test.Thing") {
  return {ledger::Change::Operation::kPut, std::move(name), std::move(kind), std::move(payload), std::move(terms)};
}
inline ledger::Change Delete(std::string name, std::string payload = "", std::string kind = "test.Thing") {
  return {ledger::Change::Operation::kDelete, std::move(name), std::move(kind), std::move(payload), {}};
}

// A command that stores `changes` whatever the state is.
inline ledger::Command Storing(std::vector<ledger::Change> changes, std::string request_id = "",
                               std::string response = "done") {
  ledger::Command command;
  command.audit = {"principals/tester", "Store", "a test", std::move(request_id), std::string(32, '7')};
  command.method = "/test.Test/Store";
  command.request_hash = "hash";
  command.decide = [changes = std::move(changes), response = std::move(response)](ledger::View&) {
    return absl::StatusOr<ledger::Decision>(ledger::Decision{changes, response});
  };
  return command;
}

// A command that decides by `decide`.
inline ledger::Command Deciding(std::function<absl::StatusOr<ledger::Decision>(ledger::View&)> decide,
                                std::string request_id = "") {
  ledger::Command command = Storing({}, std::move(request_id));
  command.decide = std::move(decide);
  return command;
}

// The change that redacts a version: the record called `name`.
inline ledger::Change RecordOf(const ledger::VersionId& id, const std::string& name,
                               const std::string& payload_hash = std::string(32, 'h')) {
  ledger::v1::Redaction redaction;
  redaction.set_name(name);
  redaction.set_resource(id.name);
  redaction.set_resource_revision(id.revision);
  redaction.set_payload_hash(payload_hash);
  redaction.set_reason("A court's order.");
  return Put(name, redaction.SerializeAsString(), {ledger::RedactionTerm(id)}, ledger::kRedactionKind);
}
// A command that redacts a version as LedgerService does.
inline ledger::Command Redacting(const ledger::VersionId& id, std::string request_id = "") {
  return Deciding(
      [id](ledger::View& view) -> absl::StatusOr<ledger::Decision> {
        OVERSIGHT_ASSIGN_OR_RETURN(const auto version, view.GetVersion(id));
        if (!version) return absl::NotFoundError(id.name);
        OVERSIGHT_ASSIGN_OR_RETURN(const int64_t last, view.LastNumber("redactions/"));
        const std::string name = absl::StrCat("redactions/", last + 1);
        return ledger::Decision{{RecordOf(id, name, version->payload_hash)}, name};
      },
      std::move(request_id));
}

inline absl::StatusOr<ledger::Committed> CommitNow(ledger::Ledger& ledger, ledger::Command command) {
  Awaited<ledger::Committed> done;
  ledger.Commit(std::move(command), done.callback());
  return done.Take();
}
inline absl::StatusOr<ledger::GetResult> GetNow(ledger::Ledger& ledger, const std::string& name,
                                                const ledger::AsOf& as_of = {}) {
  Awaited<ledger::GetResult> done;
  ledger.Get(name, as_of, done.callback());
  return done.Take();
}
inline absl::StatusOr<ledger::ListResult> ListNow(ledger::Ledger& ledger, ledger::ListQuery query) {
  Awaited<ledger::ListResult> done;
  ledger.List(std::move(query), done.callback());
  return done.Take();
}
inline absl::StatusOr<ledger::HistoryResult> HistoryNow(ledger::Ledger& ledger, ledger::HistoryQuery query) {
  Awaited<ledger::HistoryResult> done;
  ledger.History(std::move(query), done.callback());
  return done.Take();
}
inline absl::StatusOr<std::vector<std::shared_ptr<const ledger::Transaction>>> NextNow(ledger::Watcher& watcher) {
  Awaited<std::vector<std::shared_ptr<const ledger::Transaction>>> done;
  watcher.Next(done.callback());
  return done.Take();
}
// Everything from the watcher's position up to `revision`.
inline absl::StatusOr<std::vector<std::shared_ptr<const ledger::Transaction>>> DrainTo(ledger::Watcher& watcher,
                                                                                       ledger::Revision revision) {
  std::vector<std::shared_ptr<const ledger::Transaction>> all;
  while (watcher.position() < revision) {
    auto some = NextNow(watcher);
    if (!some.ok()) return some.status();
    all.insert(all.end(), some->begin(), some->end());
  }
  return all;
}

// The log as the store holds it now, read beside the programs that have it open, by the function of the reader that
// gives its pages.
template <class Whole>
absl::StatusOr<Whole> ReadLogBy(const std::string& store,
                                absl::StatusOr<Whole> (ledger::Reader::*page_of)(ledger::Revision after, int limit)) {
  OVERSIGHT_ASSIGN_OR_RETURN(const auto engine, ledger::EngineFor(store));
  OVERSIGHT_ASSIGN_OR_RETURN(const auto reader, engine->OpenReader());
  Whole all;
  while (true) {
    OVERSIGHT_ASSIGN_OR_RETURN(Whole page, ((*reader).*page_of)(all.empty() ? 0 : all.back().revision, /*limit=*/1000));
    if (page.empty()) return all;
    all.insert(all.end(), std::make_move_iterator(page.begin()), std::make_move_iterator(page.end()));
  }
}
inline absl::StatusOr<std::vector<ledger::Transaction>> ReadLog(const std::string& store) {
  return ReadLogBy<std::vector<ledger::Transaction>>(store, &ledger::Reader::Log);
}

}  // namespace oversight::testing
