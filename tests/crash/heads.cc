#include "tests/crash/heads.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/rpc/status_mapping.h"
#include "tests/support/awaited.h"

namespace oversight::crash {
namespace {

constexpr char kLedger[] = "ledgers/concerns";
constexpr size_t kLatest = 3, kEarlier = 3;  // heads compared each time
constexpr int kTransactions = 3;             // proved each time

template <class Request, class Response>
absl::StatusOr<Response> Ask(LedgerStub& stub,
                             grpc::Status (LedgerStub::*method)(grpc::ClientContext*, const Request&, Response*),
                             Request request) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + testing::kPatience);
  request.set_name(kLedger);
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return rpc::FromGrpc(status);
  return response;
}

// What is no hash becomes one that fits nothing.
ledger::Hash HashOf(const std::string& bytes) { return ledger::HashFromBytes(bytes).value_or(ledger::Hash{}); }

template <class Repeated>
std::vector<ledger::Hash> ProofOf(const Repeated& hashes) {
  std::vector<ledger::Hash> proof;
  for (const auto& hash : hashes) proof.push_back(HashOf(hash));
  return proof;
}

}  // namespace

void Heads::Take(int replica) {
  const auto stub = target_.GetLedger(replica);
  if (stub == nullptr) return;
  const auto answer = Ask(*stub, &LedgerStub::GetTreeHead, ledger::v1::GetTreeHeadRequest());
  if (answer.ok()) taken_.push_back({answer->tree_head().tree_size(), HashOf(answer->tree_head().root_hash())});
}

void Heads::CheckConsistency(LedgerStub& stub, const Head& old, const Head& now, Findings& findings) {
  if (old.size > now.size) {
    return findings.Loss(absl::StrCat("a tree head of size ", old.size, " was given, but the log ends at ", now.size));
  }
  ledger::v1::GetConsistencyProofRequest request;
  request.set_old_tree_size(old.size);
  request.set_tree_size(now.size);
  const auto answer = Ask(stub, &LedgerStub::GetConsistencyProof, request);
  if (!answer.ok()) {
    return findings.Other(absl::StrCat("a proof of consistency gave ", TextOf(answer.status())));
  }
  if (!ledger::VerifyConsistency(old.size, old.root, now.size, now.root, ProofOf(answer->hashes()))) {
    findings.Loss(absl::StrCat("the tree head given at size ", old.size, " is no beginning of the log of ", now.size));
  }
}

void Heads::CheckInclusion(LedgerStub& stub, const Log& log, const Head& now, Findings& findings) {
  const auto& transaction = log[random_() % log.size()];
  ledger::v1::GetInclusionProofRequest request;
  request.set_revision(transaction.revision);
  request.set_tree_size(now.size);
  const auto answer = Ask(stub, &LedgerStub::GetInclusionProof, request);
  if (!answer.ok()) {
    return findings.Other(absl::StrCat("a proof of inclusion gave ", TextOf(answer.status())));
  }
  if (!ledger::VerifyInclusion(HashOf(transaction.leaf_hash), transaction.revision - 1, now.size,
                               ProofOf(answer->hashes()), now.root)) {
    findings.Loss(absl::StrCat("revision ", transaction.revision, " is not proved to be in the log"));
  }
}

Findings Heads::Check(const Log& log, int replica) {
  Findings findings;
  const auto stub = target_.GetLedger(replica);
  if (stub == nullptr) {
    findings.Other("a replica is down that should not be");
    return findings;
  }
  ledger::TreeBuilder tree;
  for (const auto& transaction : log) tree.Append(HashOf(transaction.leaf_hash));
  const Head now{tree.size(), tree.Root()};
  ledger::v1::GetTreeHeadRequest request;
  request.set_tree_size(now.size);
  const auto answer = Ask(*stub, &LedgerStub::GetTreeHead, request);
  if (!answer.ok() || HashOf(answer->tree_head().root_hash()) != now.root) {
    findings.Other(
        absl::StrCat("the tree head of size ", now.size, " is not that of the log: ", TextOf(answer.status())));
    return findings;
  }
  for (size_t i = 0; i < std::min(kLatest, taken_.size()); ++i) {
    CheckConsistency(*stub, taken_[taken_.size() - 1 - i], now, findings);
  }
  for (size_t i = 0; i < kEarlier && !taken_.empty(); ++i) {
    CheckConsistency(*stub, taken_[random_() % taken_.size()], now, findings);
  }
  for (int i = 0; i < kTransactions; ++i) CheckInclusion(*stub, log, now, findings);
  taken_.push_back(now);
  return findings;
}

}  // namespace oversight::crash
