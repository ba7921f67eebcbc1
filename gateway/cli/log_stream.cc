#include "gateway/cli/log_stream.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace oversight::cli {
namespace {

namespace lv1 = ledger::v1;
using ledger::Revision;

constexpr char kService[] = "oversight.ledger.v1.LedgerService/";

}  // namespace

const std::vector<std::string>& Ledgers() {
  static const auto* ledgers = new std::vector<std::string>{"ledgers/forces", "ledgers/concerns", "ledgers/monitoring"};
  return *ledgers;
}

std::optional<std::string> LedgerName(const std::string& text) {
  const std::string name = absl::StartsWith(text, "ledgers/") ? text : "ledgers/" + text;
  if (std::find(Ledgers().begin(), Ledgers().end(), name) == Ledgers().end()) return std::nullopt;
  return name;
}

std::string LedgerProblem(const std::string& text) {
  return LedgerName(text) ? "" : absl::StrCat("\"", text, "\" is no ledger: write forces, concerns or monitoring");
}

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

absl::Status LogStream::Read(Revision up_to, const std::function<bool(const lv1::Transaction&)>& take) {
  absl::Time give_up = absl::Now() + session_.options.timeout;
  absl::Duration pause = absl::Milliseconds(50);
  while (true) {
    const Revision before = position_;
    bool stopped = false;
    const absl::Status status = Attempt(up_to, take, &stopped);
    if (stopped || !absl::IsUnavailable(status)) return status;
    if (position_ > before) {
      give_up = absl::Now() + session_.options.timeout;
      pause = absl::Milliseconds(50);
    }
    if (absl::Now() + pause > give_up) return status;
    std::this_thread::sleep_for(absl::ToChronoMilliseconds(pause));
    pause = std::min(2 * pause, absl::Seconds(2));
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
