#include "gateway/cli/log_stream.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace oversight::cli {
namespace {

namespace lv1 = ledger::v1;
using ledger::Revision;

constexpr char kService[] = "oversight.ledger.v1.LedgerService/";

// How long to go on trying, with ever longer pauses.
class Patience {
 public:
  explicit Patience(const Session& session) : give_up_(absl::Now() + session.options.timeout) {}
  // False when there is no time left.
  bool Pause() {
    if (absl::Now() + pause_ > give_up_) return false;
    std::this_thread::sleep_for(absl::ToChronoMilliseconds(pause_));
    pause_ = std::min(2 * pause_, absl::Seconds(2));
    return true;
  }

 private:
  absl::Time give_up_;
  absl::Duration pause_ = absl::Milliseconds(50);
};

}  // namespace

absl::StatusOr<lv1::TreeHead> GetHead(Session& session, const std::string& ledger) {
  lv1::GetTreeHeadRequest request;
  request.set_name(ledger);
  lv1::GetTreeHeadResponse response;
  const absl::Status status = session.client->Call(absl::StrCat(kService, "GetTreeHead"), request, &response);
  if (!status.ok()) return status;
  return response.tree_head();
}

ledger::Hash RootOf(const lv1::TreeHead& head) {
  return ledger::HashFromBytes(head.root_hash()).value_or(ledger::Hash{});
}

std::string StoreIdOf(const lv1::TreeHead& head) { return head.origin().substr(head.origin().rfind('/') + 1); }

absl::StatusOr<lv1::TreeHead> GetHeadPatiently(Session& session, const std::string& ledger) {
  Patience patience(session);
  while (true) {
    auto head = GetHead(session, ledger);
    if (!absl::IsUnavailable(head.status()) || !patience.Pause()) return head;
  }
}

absl::Status LogStream::Read(Revision up_to, const std::function<bool(const lv1::Transaction&)>& take) {
  Patience patience(session_);
  while (true) {
    const Revision before = position_;
    bool stopped = false;
    const absl::Status status = Attempt(up_to, take, &stopped);
    if (stopped || !absl::IsUnavailable(status)) return status;
    if (position_ > before) patience = Patience(session_);
    if (!patience.Pause()) return status;
  }
}

absl::Status LogStream::Attempt(Revision& up_to, const std::function<bool(const lv1::Transaction&)>& take,
                                bool* stopped) {
  lv1::ExportTransactionsRequest request;
  request.set_name(ledger_);
  request.set_after_revision(position_);
  request.set_up_to_revision(up_to);
  lv1::ExportTransactionsResponse part;
  absl::Status failure;
  const absl::Status status =
      session_.client->Stream(absl::StrCat(kService, "ExportTransactions"), request, &part, [&] {
        if (part.has_started()) {
          if (store_id_ != part.started().store_id()) {
            failure = absl::FailedPreconditionError(
                "The service has another store than when the reading of its log began. Begin again.");
          }
          if (up_to == 0) up_to = part.started().tree_head().tree_size();
        }
        for (const lv1::Transaction& transaction : part.transactions().transactions()) {
          if (!failure.ok() || *stopped) break;
          position_ = transaction.revision();
          *stopped = !take(transaction);
        }
        return failure.ok() && !*stopped;
      });
  return failure.ok() ? status : failure;
}

}  // namespace oversight::cli
