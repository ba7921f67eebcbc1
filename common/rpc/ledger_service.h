// oversight.ledger.v1.LedgerService over a ledger: the log as evidence, the same in every service that has a store. The
// Server (server.h) adds it by itself. What is in the Runtime must outlive it. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/auth/authorization.h"
#include "common/ledger/ledger.h"
#include "common/rpc/call.h"
#include "common/rpc/resources.h"
#include "oversight/ledger/v1/ledger_service.grpc.pb.h"

namespace oversight::rpc {

// Who may call what of it.
auth::AuthorizationTable MakeLedgerAuthorizationTable();

class LedgerServiceImpl final : public ledger::v1::LedgerService::CallbackService {
 public:
  // `name` is the ledger's, such as "ledgers/forces".
  LedgerServiceImpl(Host& host, ledger::Ledger& ledger, const Clock& clock, std::string name);

  grpc::ServerUnaryReactor* GetTreeHead(grpc::CallbackServerContext* context,
                                        const ledger::v1::GetTreeHeadRequest* request,
                                        ledger::v1::GetTreeHeadResponse* response) override;
  grpc::ServerUnaryReactor* GetInclusionProof(grpc::CallbackServerContext* context,
                                              const ledger::v1::GetInclusionProofRequest* request,
                                              ledger::v1::GetInclusionProofResponse* response) override;
  grpc::ServerUnaryReactor* GetConsistencyProof(grpc::CallbackServerContext* context,
                                                const ledger::v1::GetConsistencyProofRequest* request,
                                                ledger::v1::GetConsistencyProofResponse* response) override;
  grpc::ServerWriteReactor<ledger::v1::ExportTransactionsResponse>* ExportTransactions(
      grpc::CallbackServerContext* context, const ledger::v1::ExportTransactionsRequest* request) override;
  grpc::ServerUnaryReactor* RedactVersion(grpc::CallbackServerContext* context,
                                          const ledger::v1::RedactVersionRequest* request,
                                          ledger::v1::RedactVersionResponse* response) override;
  grpc::ServerUnaryReactor* ListRedactions(grpc::CallbackServerContext* context,
                                           const ledger::v1::ListRedactionsRequest* request,
                                           ledger::v1::ListRedactionsResponse* response) override;

 private:
  // OK for this ledger's name.
  absl::Status IsThisLedger(const std::string& name) const;
  // Runs `body` when the ledger named is this one and its log reaches `least`, as far as any replica knows; else
  // `fail`.
  void WithLog(absl::Time deadline, const std::string& name, ledger::Revision least,
               const std::function<void(const absl::Status&)>& fail, std::function<void()> body);
  void SetTreeHead(const ledger::TreeState& tree, ledger::v1::TreeHead* head) const;
  void SetHeader(common::v1::ResponseHeader* header) const;

  Host& host_;
  ledger::Ledger& ledger_;
  Resources resources_;
  const std::string name_;
};

}  // namespace oversight::rpc
