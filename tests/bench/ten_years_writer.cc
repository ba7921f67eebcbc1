#include "tests/bench/ten_years_writer.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/ledger/hashing.h"
#include "common/ledger/store.h"
#include "common/rpc/errors.h"
#include "google/protobuf/descriptor.h"

namespace oversight::bench {
namespace {

constexpr int kMaxUnderWay = 8192;

// As random as those that clients make, and the same each time.
std::string RequestIdOf(int64_t n) {
  const auto mixed = [](uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  };
  const uint64_t high = mixed(static_cast<uint64_t>(n) * 2 + 1), low = mixed(static_cast<uint64_t>(n) * 2 + 2);
  return absl::StrFormat("%08x-%04x-4%03x-a%03x-%012x", high >> 32, (high >> 16) & 0xffff, high & 0xfff, low >> 52,
                         low & 0xffffffffffff);
}

}  // namespace

absl::StatusOr<std::unique_ptr<StoreWriter>> StoreWriter::Open(const std::string& store, const FakeClock& clock,
                                                               std::string service) {
  std::unique_ptr<StoreWriter> writer(new StoreWriter(clock, std::move(service)));
  OVERSIGHT_ASSIGN_OR_RETURN(auto engine, ledger::EngineFor(store));
  ledger::Options options;
  options.max_queued_writes = 2 * kMaxUnderWay;
  options.max_batch = kMaxUnderWay;
  OVERSIGHT_ASSIGN_OR_RETURN(writer->ledger_, ledger::Ledger::Open(std::move(engine), clock, options));
  if (const int64_t there = writer->ledger_->head().revision; there > 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("The store ", store, " is not empty: it has ", there, " transactions. Nothing was changed."));
  }
  return writer;
}

StoreWriter::~StoreWriter() {
  if (ledger_ != nullptr) ledger_->Shutdown();
}

void StoreWriter::Write(const std::string& actor, const std::string& verb, const std::string& reason,
                        google::protobuf::Message* request, const google::protobuf::Message& response,
                        const std::vector<Put>& puts, const std::string& service) {
  const std::string request_id = RequestIdOf(++written_);
  request->GetReflection()->SetString(request, request->GetDescriptor()->FindFieldByName("request_id"), request_id);
  ledger::Command command;
  command.audit = {actor, verb, reason, request_id, ""};
  command.method = absl::StrCat("/", service.empty() ? service_ : service, "/", verb);
  command.request_hash = ledger::Sha256(request->SerializeAsString());
  ledger::Decision decision;
  decision.response = response.SerializeAsString();
  for (const Put& put : puts) {
    ledger::Change& change = decision.changes.emplace_back();
    const auto* name = put.resource->GetDescriptor()->FindFieldByName("name");
    change.name = put.resource->GetReflection()->GetString(*put.resource, name);
    change.kind = put.resource->GetTypeName();
    change.payload = rpc::ToPayload(*put.resource);
    change.terms = put.terms;
  }
  command.decide = [decision = std::move(decision)](ledger::View&) -> absl::StatusOr<ledger::Decision> {
    return decision;
  };
  {
    std::unique_lock lock(mu_);
    settled_.wait(lock, [this] { return under_way_ < kMaxUnderWay; });
    ++under_way_;
  }
  ledger_->Commit(std::move(command), [this](const absl::StatusOr<ledger::Committed>& committed) {
    std::lock_guard lock(mu_);
    if (!committed.ok()) failure_ = committed.status();
    --under_way_;
    settled_.notify_one();
  });
}

absl::Status StoreWriter::Settle() {
  std::unique_lock lock(mu_);
  settled_.wait(lock, [this] { return under_way_ == 0; });
  return failure_;
}

}  // namespace oversight::bench
