#include "monitoring-service/service/log_replay.h"

#include <deque>
#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/rpc/status_mapping.h"
#include "common/time/timestamp.h"
#include "oversight/common/v1/error_reason.pb.h"
#include "oversight/ledger/v1/ledger_service.grpc.pb.h"

namespace oversight::monitoring {

using ledger::v1::Transaction;

// A log being read, in order.
class LogReplay::Source {
 public:
  virtual ~Source() = default;
  // How many transactions there are; before the first Next.
  virtual absl::StatusOr<int64_t> Begin() = 0;
  // The next one; null at the end. Valid until the next call.
  virtual absl::StatusOr<const Transaction*> Next() = 0;
  virtual void Cancel() {}
};

class LogReplay::OwnLog final : public Source {
 public:
  explicit OwnLog(ledger::Ledger& ledger) : ledger_(ledger) {}

  absl::StatusOr<int64_t> Begin() override {
    up_to_ = ledger_.head().revision;
    return up_to_;
  }
  absl::StatusOr<const Transaction*> Next() override {
    if (page_.empty() && after_ < up_to_) {
      std::promise<absl::StatusOr<std::vector<ledger::LoggedTransaction>>> read;
      ledger_.ReadLog(after_, up_to_, [&read](absl::StatusOr<std::vector<ledger::LoggedTransaction>> page) {
        read.set_value(std::move(page));
      });
      auto page = read.get_future().get();
      if (!page.ok()) return page.status();
      page_.assign(std::make_move_iterator(page->begin()), std::make_move_iterator(page->end()));
    }
    if (page_.empty()) return nullptr;
    ledger::LoggedTransaction& logged = page_.front();
    current_.Clear();
    current_.set_revision(logged.revision);
    SetTime(logged.recorded_time, current_.mutable_recorded_time());
    for (auto& change : logged.changes) {
      auto& told = *current_.add_changes();
      told.set_operation(change.operation == ledger::Change::Operation::kDelete ? ledger::v1::OPERATION_DELETE
                                                                                : ledger::v1::OPERATION_PUT);
      told.set_name(std::move(change.name));
      told.set_kind(std::move(change.kind));
      told.set_payload(std::move(change.payload));
      told.set_redacted(change.redacted);
    }
    after_ = logged.revision;
    page_.pop_front();
    return &current_;
  }

 private:
  ledger::Ledger& ledger_;
  ledger::Revision after_ = 0, up_to_ = 0;
  std::deque<ledger::LoggedTransaction> page_;
  Transaction current_;
};

class LogReplay::OwnersLog final : public Source {
 public:
  OwnersLog(const std::shared_ptr<grpc::Channel>& channel, std::string name)
      : stub_(ledger::v1::LedgerService::NewStub(channel)), name_(std::move(name)) {}

  absl::StatusOr<int64_t> Begin() override {
    ledger::v1::ExportTransactionsRequest request;
    request.set_name(name_);
    request.set_facts_only(true);
    reader_ = stub_->ExportTransactions(&context_, request);
    if (!reader_->Read(&message_)) return Ended();
    return message_.started().tree_head().tree_size();
  }
  absl::StatusOr<const Transaction*> Next() override {
    while (at_ >= message_.transactions().transactions_size()) {
      if (over_) return nullptr;
      at_ = 0;
      message_.Clear();
      if (reader_->Read(&message_)) continue;
      over_ = true;
      OVERSIGHT_RETURN_IF_ERROR(Ended());
    }
    return &message_.transactions().transactions(at_++);
  }
  void Cancel() override { context_.TryCancel(); }

 private:
  absl::Status Ended() {
    const absl::Status status = rpc::FromGrpc(reader_->Finish());
    if (status.ok() || absl::IsCancelled(status)) return status;
    return Error(absl::StatusCode::kUnavailable, common::v1::ERROR_REASON_DEPENDENCY_UNAVAILABLE,
                 absl::StrCat(name_, " cannot be read: ", std::string(status.message()), " Try again."))
        .With("ledger", name_)
        .RetryAfter(absl::Seconds(1));
  }

  const std::unique_ptr<ledger::v1::LedgerService::Stub> stub_;
  const std::string name_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<ledger::v1::ExportTransactionsResponse>> reader_;
  ledger::v1::ExportTransactionsResponse message_;
  int at_ = 0;
  bool over_ = false;
};

LogReplay::LogReplay(ledger::Ledger& own, std::shared_ptr<grpc::Channel> forces,
                     std::shared_ptr<grpc::Channel> concerns) {
  // In the order of dependence: of transactions of one moment the earlier ones here come first.
  sources_.push_back(std::make_unique<OwnersLog>(forces, "ledgers/forces"));
  sources_.push_back(std::make_unique<OwnersLog>(concerns, "ledgers/concerns"));
  sources_.push_back(std::make_unique<OwnLog>(own));
}

LogReplay::~LogReplay() {
  // A stream that was begun must have ended before it goes.
  Cancel();
}

void LogReplay::Cancel() {
  std::lock_guard lock(mu_);
  cancelled_ = true;
  for (const auto& source : sources_) source->Cancel();
}

absl::Status LogReplay::Run(const std::function<void(int64_t)>& begun,
                            const std::function<absl::Status(absl::Time, const Transaction&)>& take) {
  int64_t total = 0;
  for (const auto& source : sources_) {
    OVERSIGHT_ASSIGN_OR_RETURN(const int64_t count, source->Begin());
    total += count;
  }
  begun(total);
  std::vector<const Transaction*> next;
  for (const auto& source : sources_) {
    OVERSIGHT_ASSIGN_OR_RETURN(next.emplace_back(), source->Next());
  }
  for (;;) {
    {
      std::lock_guard lock(mu_);
      if (cancelled_) return absl::CancelledError("The caller has gone away.");
    }
    size_t first = next.size();
    absl::Time earliest;
    for (size_t i = 0; i < next.size(); ++i) {
      if (next[i] == nullptr) continue;
      const absl::Time time = GetTime(next[i]->recorded_time());
      if (first < next.size() && time >= earliest) continue;
      first = i;
      earliest = time;
    }
    if (first == next.size()) return absl::OkStatus();
    OVERSIGHT_RETURN_IF_ERROR(take(earliest, *next[first]));
    OVERSIGHT_ASSIGN_OR_RETURN(next[first], sources_[first]->Next());
  }
}

}  // namespace oversight::monitoring
