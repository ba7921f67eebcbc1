#include "common/ledger/archive/record.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/ledger/hashing.h"
#include "common/rpc/utf8.h"
#include "common/time/timestamp.h"

namespace oversight::ledger {
namespace {

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  const int64_t micros = absl::ToUnixMicros(time);
  // Floor, so that a moment before 1970 has nanoseconds from 0 as well.
  const int64_t seconds = micros >= 0 ? micros / 1'000'000 : -((-micros + 999'999) / 1'000'000);
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>((micros - seconds * 1'000'000) * 1000));
  return timestamp;
}

absl::Status Malformed(int64_t revision, const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat("The record of revision ", revision, " is malformed: ", what, "."));
}

}  // namespace

std::string NotUtf8(const LoggedTransaction& transaction) {
  const auto bad = [](std::string_view text) { return rpc::CountCodePoints(text) < 0; };
  const Audit& audit = transaction.audit;
  for (const auto& [what, text] : {std::pair("the actor", &audit.actor),
                                   {"the verb", &audit.verb},
                                   {"the reason", &audit.reason},
                                   {"the request id", &audit.request_id},
                                   {"the trace id", &audit.trace_id}}) {
    if (bad(*text)) return what;
  }
  if (transaction.request && bad(transaction.request->method)) return "the method";
  for (const LoggedChange& change : transaction.changes) {
    if (bad(change.name)) return "the name of a change";
    if (bad(change.kind)) return "the kind of a change";
    for (const Term& term : DecodeTerms(change.encoded_terms)) {
      if (bad(term.term) || bad(term.value)) return "an index term";
    }
  }
  return "";
}

void KeepFacts(LoggedTransaction& transaction) {
  transaction.audit = {};
  transaction.leaf_hash.clear();
  transaction.request.reset();
  for (LoggedChange& change : transaction.changes) {
    change.payload_hash.clear();
    change.encoded_terms.clear();
  }
}

v1::Transaction ToRecord(const LoggedTransaction& transaction) {
  v1::Transaction record;
  record.set_revision(transaction.revision);
  *record.mutable_recorded_time() = ToTimestamp(transaction.recorded_time);
  record.set_actor(transaction.audit.actor);
  record.set_verb(transaction.audit.verb);
  record.set_reason(transaction.audit.reason);
  record.set_request_id(transaction.audit.request_id);
  record.set_trace_id(transaction.audit.trace_id);
  for (const LoggedChange& logged : transaction.changes) {
    v1::Change& change = *record.add_changes();
    change.set_operation(static_cast<v1::Operation>(logged.operation));
    change.set_name(logged.name);
    change.set_kind(logged.kind);
    change.set_payload(logged.payload);
    change.set_payload_hash(logged.payload_hash);
    change.set_redacted(logged.redacted);
    for (Term& term : DecodeTerms(logged.encoded_terms)) {
      v1::Term& entry = *change.add_terms();
      entry.set_term(std::move(term.term));
      entry.set_value(std::move(term.value));
    }
  }
  record.set_leaf_hash(transaction.leaf_hash);
  if (transaction.request) {
    record.mutable_request()->set_method(transaction.request->method);
    record.mutable_request()->set_request_hash(transaction.request->request_hash);
    record.mutable_request()->set_response(transaction.request->response);
    record.mutable_request()->set_redacted(transaction.request->redacted);
  }
  return record;
}

absl::StatusOr<LoggedTransaction> FromRecord(const v1::Transaction& record) {
  const int64_t revision = record.revision();
  if (revision < 1) return Malformed(revision, "revisions begin at 1");
  if (record.leaf_hash().size() != kHashBytes) return Malformed(revision, "the leaf hash has not 32 bytes");
  const auto& time = record.recorded_time();
  if (time.nanos() % 1000 != 0 || time.nanos() < 0 || time.nanos() >= 1'000'000'000) {
    return Malformed(revision, "the recorded time is not in whole microseconds");
  }
  LoggedTransaction transaction;
  transaction.revision = revision;
  transaction.recorded_time = GetTime(time);
  transaction.audit = {record.actor(), record.verb(), record.reason(), record.request_id(), record.trace_id()};
  transaction.leaf_hash = record.leaf_hash();
  for (const v1::Change& change : record.changes()) {
    if (change.operation() != v1::OPERATION_PUT && change.operation() != v1::OPERATION_DELETE) {
      return Malformed(revision, "unknown operation");
    }
    if (change.payload_hash().size() != kHashBytes) return Malformed(revision, "a payload hash has not 32 bytes");
    if (change.redacted() && !change.payload().empty()) return Malformed(revision, "a redacted change has a payload");
    std::vector<Term> terms;
    for (const v1::Term& term : change.terms()) terms.push_back({term.term(), term.value()});
    std::string encoded = EncodeTerms(terms);
    if (DecodeTerms(encoded) != terms) return Malformed(revision, "index terms are not in order");
    transaction.changes.push_back({static_cast<Change::Operation>(change.operation()), change.name(), change.kind(),
                                   change.payload(), change.payload_hash(), std::move(encoded), change.redacted()});
  }
  if (record.has_request()) {
    if (record.request_id().empty()) return Malformed(revision, "an answer is kept without a request id");
    const v1::RequestRecord& request = record.request();
    if (request.redacted() && !request.response().empty()) return Malformed(revision, "a redacted answer is there");
    transaction.request =
        RequestRecord{record.actor(), record.request_id(),       request.method(),   request.request_hash(),
                      revision,       transaction.recorded_time, request.response(), request.redacted()};
  }
  return transaction;
}

}  // namespace oversight::ledger
