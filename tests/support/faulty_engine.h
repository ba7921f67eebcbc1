// An engine that does what it is told to fail, in front of a real one. Thread-safe: faults may be set while it works.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "common/ledger/engine.h"
#include "common/ledger/status.h"

namespace oversight::testing {

// How often each thing is to go wrong from now on.
struct Faults {
  std::atomic<int> commit_lost{0};            // fails, nothing is stored
  std::atomic<int> commit_full{0};            // fails as on a full disk
  std::atomic<int> commit_stored_unknown{0};  // stored, but the answer is lost
  std::atomic<int> commit_aborted{0};         // another process was first
  std::atomic<int> commit_forgotten{0};       // said to be stored, and is not
  std::atomic<int> append_lost{0};
  std::atomic<int> view_lost{0};
  std::atomic<int> open_writer_lost{0};
  std::atomic<int> open_reader_lost{0};
  std::atomic<int> reads_lost{0};

  static bool Take(std::atomic<int>& count) {
    int left = count.load();
    while (left > 0) {
      if (count.compare_exchange_weak(left, left - 1)) return true;
    }
    return false;
  }
};

class FaultyWriter final : public ledger::Writer {
 public:
  FaultyWriter(std::unique_ptr<ledger::Writer> real, std::shared_ptr<Faults> faults)
      : real_(std::move(real)), faults_(std::move(faults)) {}

  absl::StatusOr<std::optional<ledger::Version>> Get(const std::string& name) override {
    if (Faults::Take(faults_->view_lost)) return ledger::StoreUnavailable();
    return real_->Get(name);
  }
  absl::StatusOr<std::optional<ledger::StoredVersion>> GetVersion(const ledger::VersionId& id) override {
    return real_->GetVersion(id);
  }
  absl::Status Redact(const ledger::VersionId& id) override { return real_->Redact(id); }
  absl::StatusOr<std::vector<ledger::Version>> List(const std::string& kind, const ledger::Term& term,
                                                    int limit) override {
    return real_->List(kind, term, limit);
  }
  absl::StatusOr<int64_t> LastNumber(const std::string& prefix) override { return real_->LastNumber(prefix); }
  absl::StatusOr<ledger::Revision> Begin(ledger::Revision head) override { return real_->Begin(head); }
  absl::Status Savepoint() override { return real_->Savepoint(); }
  absl::Status RollbackToSavepoint() override { return real_->RollbackToSavepoint(); }
  absl::Status ReleaseSavepoint() override { return real_->ReleaseSavepoint(); }
  absl::StatusOr<std::optional<ledger::RequestRecord>> FindRequest(const std::string& actor,
                                                                   const std::string& request_id) override {
    return real_->FindRequest(actor, request_id);
  }
  absl::Status PutRequest(const ledger::RequestRecord& record) override { return real_->PutRequest(record); }
  absl::StatusOr<ledger::Transaction> Append(const ledger::Audit& audit, const std::vector<ledger::Change>& changes,
                                             absl::Time recorded_time) override {
    if (Faults::Take(faults_->append_lost)) return ledger::StoreUnavailable();
    return real_->Append(audit, changes, recorded_time);
  }
  absl::Status AppendLogged(std::vector<ledger::LoggedTransaction> transactions) override {
    if (Faults::Take(faults_->append_lost)) return ledger::StoreUnavailable();
    return real_->AppendLogged(std::move(transactions));
  }
  absl::Status Commit() override {
    if (Faults::Take(faults_->commit_lost)) return ledger::StoreUnavailable();
    if (Faults::Take(faults_->commit_full)) return ledger::StoreFull();
    if (Faults::Take(faults_->commit_aborted)) return ledger::Conflict();
    if (Faults::Take(faults_->commit_forgotten)) {
      real_->Abandon();
      return absl::OkStatus();
    }
    const absl::Status status = real_->Commit();
    return Faults::Take(faults_->commit_stored_unknown) ? ledger::StoreUnavailable() : status;
  }
  void Abandon() override { real_->Abandon(); }

 private:
  const std::unique_ptr<ledger::Writer> real_;
  const std::shared_ptr<Faults> faults_;
};

class FaultyReader final : public ledger::Reader {
 public:
  FaultyReader(std::unique_ptr<ledger::Reader> real, std::shared_ptr<Faults> faults)
      : real_(std::move(real)), faults_(std::move(faults)) {}

  absl::StatusOr<ledger::Head> GetHead() override { return real_->GetHead(); }
  absl::StatusOr<ledger::Head> HeadAt(absl::Time time) override { return real_->HeadAt(time); }
  absl::StatusOr<absl::Time> TimeOf(ledger::Revision revision) override { return real_->TimeOf(revision); }
  absl::StatusOr<std::optional<ledger::Version>> Get(const std::string& name, ledger::Revision revision) override {
    if (Faults::Take(faults_->reads_lost)) return ledger::StoreUnavailable();
    return real_->Get(name, revision);
  }
  absl::StatusOr<ledger::ListResult> List(const ledger::ListQuery& query, ledger::VersionCache* cache) override {
    return real_->List(query, cache);
  }
  absl::StatusOr<ledger::HistoryResult> History(const ledger::HistoryQuery& query) override {
    return real_->History(query);
  }
  absl::StatusOr<std::vector<ledger::Transaction>> Log(ledger::Revision after, int limit) override {
    return real_->Log(after, limit);
  }
  absl::StatusOr<std::vector<ledger::LoggedTransaction>> LogWhole(ledger::Revision after, int limit) override {
    return real_->LogWhole(after, limit);
  }
  absl::StatusOr<std::string> LeafHashes(ledger::Revision after, int limit) override {
    return real_->LeafHashes(after, limit);
  }

 private:
  const std::unique_ptr<ledger::Reader> real_;
  const std::shared_ptr<Faults> faults_;
};

class FaultyEngine final : public ledger::Engine {
 public:
  FaultyEngine(std::unique_ptr<ledger::Engine> real, std::shared_ptr<Faults> faults)
      : real_(std::move(real)), faults_(std::move(faults)) {}

  absl::StatusOr<int> Schema() override { return real_->Schema(); }
  absl::StatusOr<ledger::SchemaChange> Migrate() override { return real_->Migrate(); }
  absl::StatusOr<ledger::StoreIdentity> Identity() override { return real_->Identity(); }
  absl::Status BeginRestore(const std::string& store_id) override { return real_->BeginRestore(store_id); }
  absl::Status FinishRestore() override { return real_->FinishRestore(); }
  absl::StatusOr<std::unique_ptr<ledger::Reader>> OpenReader() override {
    if (Faults::Take(faults_->open_reader_lost)) return ledger::StoreUnavailable();
    auto reader = real_->OpenReader();
    if (!reader.ok()) return reader.status();
    return std::make_unique<FaultyReader>(*std::move(reader), faults_);
  }
  absl::StatusOr<std::unique_ptr<ledger::Writer>> OpenWriter() override {
    if (Faults::Take(faults_->open_writer_lost)) return ledger::StoreUnavailable();
    auto writer = real_->OpenWriter();
    if (!writer.ok()) return writer.status();
    return std::make_unique<FaultyWriter>(*std::move(writer), faults_);
  }
  bool shared() const override { return real_->shared(); }
  void Listen(std::function<void(absl::StatusOr<ledger::Revision>)> heard) override { real_->Listen(std::move(heard)); }
  void Close() override { real_->Close(); }

 private:
  const std::unique_ptr<ledger::Engine> real_;
  const std::shared_ptr<Faults> faults_;
};

}  // namespace oversight::testing
