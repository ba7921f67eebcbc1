#include "common/ledger/status.h"

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"

namespace oversight::ledger {

using absl::StatusCode;

absl::Status StoreUnavailable() {
  return Error(
             StatusCode::kUnavailable, common::v1::ERROR_REASON_STORE_UNAVAILABLE,
             "The store cannot be used now. Nothing is known to have been stored. Try again with the same request id.")
      .RetryAfter(absl::Seconds(1));
}
absl::Status StoreFull() {
  return Error(StatusCode::kResourceExhausted, common::v1::ERROR_REASON_STORE_FULL,
               "The disk of the store is full. Nothing was stored.")
      .RetryAfter(absl::Seconds(30));
}
absl::Status StoreReadOnly() {
  return Error(StatusCode::kUnavailable, common::v1::ERROR_REASON_STORE_READ_ONLY,
               "The store is read-only. Nothing was stored.")
      .RetryAfter(absl::Seconds(5));
}
absl::Status StoreStalled(absl::Duration since) {
  return Error(
      StatusCode::kUnavailable, common::v1::ERROR_REASON_STORE_UNAVAILABLE,
      absl::StrCat("The store does not answer: a write has been under way for ", absl::ToInt64Seconds(since), " s."));
}
absl::Status StoreCorrupt() {
  return Error(StatusCode::kDataLoss, common::v1::ERROR_REASON_STORE_CORRUPT,
               "The store is damaged or is not a store. Operators: see the log and the runbook.");
}
absl::Status Conflict() {
  return Error(StatusCode::kAborted, common::v1::ERROR_REASON_CONFLICT,
               "Other transactions came first too often. Nothing was stored. Try again.");
}
absl::Status StoreRefused(const std::string& message) {
  return Error(StatusCode::kFailedPrecondition, common::v1::ERROR_REASON_STORE_UNAVAILABLE, message);
}
absl::Status StoreNotEmpty() {
  return StoreRefused(
      "The store holds records already, and a restore goes into an empty store only. Nothing was changed. Restore into "
      "another file or schema, or move what is there out of the way first.");
}
absl::Status RestoreUnfinished() {
  return StoreRefused(
      "The store holds part of a restore that was not finished, and no service starts on it. Run `restore` again: it "
      "clears the store and begins anew.");
}
absl::Status RestoreOvertaken() {
  return StoreRefused(
      "Another restore into this store began while this one ran. Neither is finished. Run one alone, from the "
      "beginning.");
}

absl::Status Overloaded(const std::string& queue) {
  return Error(StatusCode::kResourceExhausted, common::v1::ERROR_REASON_OVERLOADED,
               absl::StrCat("Too many ", queue, " are waiting. Nothing was done. Try again shortly."))
      .With("queue", queue)
      .RetryAfter(absl::Milliseconds(200));
}
absl::Status Draining() {
  return Error(StatusCode::kUnavailable, common::v1::ERROR_REASON_DRAINING, "The server is stopping.");
}
absl::Status DeadlinePassed() {
  return Error(StatusCode::kDeadlineExceeded, common::v1::ERROR_REASON_DEADLINE_EXCEEDED,
               "The deadline passed before the work began. Nothing was stored.");
}
absl::Status CallCancelled() {
  return Error(StatusCode::kCancelled, std::string("CANCELLED"), "The caller cancelled the call.");
}
absl::Status RequestIdReused(const std::string& request_id) {
  return Error(StatusCode::kInvalidArgument, common::v1::ERROR_REASON_REQUEST_ID_REUSED,
               absl::StrCat("The request id \"", request_id,
                            "\" was used before for another request. Use a new one for each new request."))
      .With("request_id", request_id);
}
absl::Status AnswerRedacted(const std::string& request_id, Revision revision) {
  return Error(
             StatusCode::kFailedPrecondition, common::v1::ERROR_REASON_ANSWER_REDACTED,
             absl::StrCat("The request \"", request_id, "\" was done, at revision ", revision,
                          ", and is not done again. Its answer repeated what was removed by law since, and was removed "
                          "with it. Read the resource instead."))
      .With("request_id", request_id)
      .With("revision", absl::StrCat(revision));
}
absl::Status RevisionInFuture(Revision asked, Revision head) {
  return Error(StatusCode::kOutOfRange, common::v1::ERROR_REASON_REVISION_IN_FUTURE,
               absl::StrCat("Revision ", asked, " is not reached yet. The last one is ", head, "."))
      .With("revision", absl::StrCat(asked))
      .With("head_revision", absl::StrCat(head));
}
absl::Status TimeInFuture(absl::Time asked, absl::Time now) {
  const std::string asked_text = absl::FormatTime(asked, absl::UTCTimeZone());
  return Error(StatusCode::kOutOfRange, common::v1::ERROR_REASON_REVISION_IN_FUTURE,
               absl::StrCat(asked_text, " is in the future. It is ", absl::FormatTime(now, absl::UTCTimeZone()), "."))
      .With("time", asked_text);
}
absl::Status WatchLagging(Revision last_revision) {
  return Error(StatusCode::kResourceExhausted, common::v1::ERROR_REASON_WATCH_LAGGING,
               absl::StrCat("The watcher fell too far behind. Watch again after revision ", last_revision, "."))
      .With("last_revision", absl::StrCat(last_revision));
}
absl::Status Fault(const std::string& message) {
  return Error(StatusCode::kInternal, common::v1::ERROR_REASON_INTERNAL, message);
}
absl::Status FaultAt(Revision revision, const absl::Status& fault) {
  return Error(StatusCode::kInternal, common::v1::ERROR_REASON_INTERNAL, std::string(fault.message()))
      .With("revision", absl::StrCat(revision));
}

}  // namespace oversight::ledger
