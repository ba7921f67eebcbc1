#include "common/rpc/ledger_service.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/ledger/archive/export_format.h"
#include "common/ledger/archive/record.h"
#include "common/rpc/errors.h"
#include "common/rpc/redaction_rules.h"

namespace oversight::rpc {
namespace {

using auth::Access;
using auth::Role;
using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;
using grpc::ServerWriteReactor;
using ledger::LoggedTransaction;
using ledger::Revision;
using ledger::v1::Redaction;

constexpr char kRedactions[] = "redactions/";

// 0 in a request means all there are.
std::optional<Revision> SizeOf(int64_t size) { return size == 0 ? std::nullopt : std::optional<Revision>(size); }
// All there are, also those that another replica has just acknowledged.
Revision LeastOf(int64_t size) { return size == 0 ? std::numeric_limits<Revision>::max() : size; }

// Sends the log part by part; lives as long as the stream.
class Export final : public std::enable_shared_from_this<Export> {
 public:
  using Response = ledger::v1::ExportTransactionsResponse;

  Export(ledger::Ledger& ledger, std::shared_ptr<StreamCall<Response>> call, Revision after, Revision up_to,
         bool facts_only)
      : ledger_(ledger), call_(std::move(call)), position_(after), up_to_(up_to), facts_only_(facts_only) {}

  void Start(ledger::v1::ExportStarted started) {
    Response response;
    *response.mutable_started() = std::move(started);
    Write(std::move(response));
  }

 private:
  void Write(Response response) {
    call_->Write(std::move(response), [self = shared_from_this()](bool ok) {
      if (ok) self->Next();
    });
  }

  void Next() {
    if (position_ >= up_to_) return call_->Finish(absl::OkStatus());
    ledger_.ReadLog(position_, up_to_,
                    [self = shared_from_this()](absl::StatusOr<std::vector<LoggedTransaction>> transactions) {
                      if (!transactions.ok()) return self->call_->Finish(transactions.status());
                      self->Send(*std::move(transactions));
                    });
  }

  void Send(std::vector<LoggedTransaction> transactions) {
    Response response;
    for (LoggedTransaction& transaction : transactions) {
      if (facts_only_) ledger::KeepFacts(transaction);
      if (transaction.revision != position_ + 1 || !ledger::NotUtf8(transaction).empty()) break;
      position_ = transaction.revision;
      *response.mutable_transactions()->add_transactions() = ledger::ToRecord(transaction);
    }
    if (!response.has_transactions()) {
      return call_->Finish(
          Error(absl::StatusCode::kDataLoss, common::v1::ERROR_REASON_STORE_CORRUPT,
                absl::StrCat("Revision ", position_ + 1, " is missing in the log, or holds texts that are not UTF-8."))
              .With("revision", absl::StrCat(position_ + 1)));
    }
    Write(std::move(response));
  }

  ledger::Ledger& ledger_;
  const std::shared_ptr<StreamCall<Response>> call_;
  Revision position_;
  const Revision up_to_;
  const bool facts_only_;
};

}  // namespace

auth::AuthorizationTable MakeLedgerAuthorizationTable() {
  // Heads and proofs hold hashes alone, and are worth nothing unless everyone can ask for them. The log itself holds
  // what is not published.
  const std::vector<Role> everyone = {Role::ROLE_PUBLIC};
  const std::vector<Role> keepers = {Role::ROLE_RECORDS_MANAGER, Role::ROLE_CHIEF_INSPECTOR};
  const std::vector<Role> keepers_and_operators = {Role::ROLE_RECORDS_MANAGER, Role::ROLE_CHIEF_INSPECTOR,
                                                   Role::ROLE_OPERATOR};
  // A service replays the logs of others: it hears of all they hold anyway, by watching them.
  std::vector<Role> exporters = keepers_and_operators;
  exporters.push_back(Role::ROLE_SERVICE);
  return auth::AuthorizationTable(ledger::v1::LedgerService::service_full_name(),
                                  {
                                      {"GetTreeHead", Access::kRead, everyone},
                                      {"GetInclusionProof", Access::kRead, everyone},
                                      {"GetConsistencyProof", Access::kRead, everyone},
                                      {"ExportTransactions", Access::kRead, exporters},
                                      {"RedactVersion", Access::kWrite, keepers},
                                      {"ListRedactions", Access::kRead, keepers_and_operators},
                                  });
}

LedgerServiceImpl::LedgerServiceImpl(Host& host, ledger::Ledger& ledger, const Clock& clock, std::string name)
    : host_(host), ledger_(ledger), resources_(ledger, clock), name_(std::move(name)) {
  resources_.Register<Redaction>(TermsOfRedaction);
}

ServerUnaryReactor* LedgerServiceImpl::GetTreeHead(CallbackServerContext* context,
                                                   const ledger::v1::GetTreeHeadRequest* request,
                                                   ledger::v1::GetTreeHeadResponse* response) {
  return host_.Unary(context, request, response,
                     [this](Call& call, const ledger::v1::GetTreeHeadRequest& request,
                            ledger::v1::GetTreeHeadResponse* response, Done done) {
                       WithLog(call.deadline(), request.name(), LeastOf(request.tree_size()), done,
                               [=, this, &request] {
                                 ledger_.Tree(SizeOf(request.tree_size()),
                                              [this, response, done](const absl::StatusOr<ledger::TreeState>& tree) {
                                                if (!tree.ok()) return done(tree.status());
                                                SetHeader(response->mutable_header());
                                                SetTreeHead(*tree, response->mutable_tree_head());
                                                done(absl::OkStatus());
                                              });
                               });
                     });
}

ServerUnaryReactor* LedgerServiceImpl::GetInclusionProof(CallbackServerContext* context,
                                                         const ledger::v1::GetInclusionProofRequest* request,
                                                         ledger::v1::GetInclusionProofResponse* response) {
  return host_.Unary(context, request, response,
                     [this](Call& call, const ledger::v1::GetInclusionProofRequest& request,
                            ledger::v1::GetInclusionProofResponse* response, Done done) {
                       WithLog(call.deadline(), request.name(), std::max(request.revision(), request.tree_size()), done,
                               [=, this, &request] {
                                 ledger_.ProveInclusion(
                                     request.revision(), SizeOf(request.tree_size()),
                                     [this, &request, response, done](const absl::StatusOr<ledger::TreeProof>& proof) {
                                       if (!proof.ok()) return done(proof.status());
                                       response->set_leaf_hash(proof->subject);
                                       response->set_leaf_index(request.revision() - 1);
                                       for (const std::string& hash : proof->hashes) response->add_hashes(hash);
                                       SetHeader(response->mutable_header());
                                       SetTreeHead(proof->tree, response->mutable_tree_head());
                                       done(absl::OkStatus());
                                     });
                               });
                     });
}

ServerUnaryReactor* LedgerServiceImpl::GetConsistencyProof(CallbackServerContext* context,
                                                           const ledger::v1::GetConsistencyProofRequest* request,
                                                           ledger::v1::GetConsistencyProofResponse* response) {
  return host_.Unary(context, request, response,
                     [this](Call& call, const ledger::v1::GetConsistencyProofRequest& request,
                            ledger::v1::GetConsistencyProofResponse* response, Done done) {
                       WithLog(call.deadline(), request.name(), std::max(request.old_tree_size(), request.tree_size()),
                               done, [=, this, &request] {
                                 ledger_.ProveConsistency(
                                     request.old_tree_size(), SizeOf(request.tree_size()),
                                     [this, response, done](const absl::StatusOr<ledger::TreeProof>& proof) {
                                       if (!proof.ok()) return done(proof.status());
                                       response->set_old_root_hash(proof->subject);
                                       for (const std::string& hash : proof->hashes) response->add_hashes(hash);
                                       SetHeader(response->mutable_header());
                                       SetTreeHead(proof->tree, response->mutable_tree_head());
                                       done(absl::OkStatus());
                                     });
                               });
                     });
}

ServerWriteReactor<ledger::v1::ExportTransactionsResponse>* LedgerServiceImpl::ExportTransactions(
    CallbackServerContext* context, const ledger::v1::ExportTransactionsRequest* request) {
  using Stream = StreamCall<ledger::v1::ExportTransactionsResponse>;
  return host_.Stream<ledger::v1::ExportTransactionsResponse>(
      context, request,
      [this](const std::shared_ptr<Stream>& call, const ledger::v1::ExportTransactionsRequest& request) {
        const Revision after = request.after_revision();
        const auto size = SizeOf(request.up_to_revision());
        const auto fail = [call](const absl::Status& status) { call->Finish(status); };
        WithLog(call->deadline(), request.name(), std::max(after, LeastOf(request.up_to_revision())), fail,
                [this, call, after, size, facts_only = request.facts_only()] {
                  ledger_.Tree(size, [this, call, after, facts_only](const absl::StatusOr<ledger::TreeState>& tree) {
                    if (!tree.ok()) return call->Finish(tree.status());
                    ledger::v1::ExportStarted started;
                    started.set_ledger(name_);
                    started.set_store_id(ledger_.store_id());
                    SetTreeHead(*tree, started.mutable_tree_head());
                    std::make_shared<Export>(ledger_, call, after, tree->size, facts_only)->Start(std::move(started));
                  });
                });
      });
}

ServerUnaryReactor* LedgerServiceImpl::RedactVersion(CallbackServerContext* context,
                                                     const ledger::v1::RedactVersionRequest* request,
                                                     ledger::v1::RedactVersionResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](Call& call, const ledger::v1::RedactVersionRequest& request, ledger::v1::RedactVersionResponse* response,
             Done done) {
        if (const absl::Status status = IsThisLedger(request.name()); !status.ok()) return done(status);
        const auto decide = [&request](Facts& facts) -> absl::StatusOr<Outcome<ledger::v1::RedactVersionResponse>> {
          const ledger::VersionId id{request.resource(), request.resource_revision()};
          OVERSIGHT_ASSIGN_OR_RETURN(const std::optional<ledger::StoredVersion> version, facts.Version(id));
          Outcome<ledger::v1::RedactVersionResponse> outcome;
          if (version && version->version.redacted) {
            if (!IsRedacted(version->version)) return NotReadable(version->version);
            OVERSIGHT_ASSIGN_OR_RETURN(*outcome.response.mutable_redaction(),
                                       facts.Require<Redaction>(version->version.redaction));
            return outcome;
          }
          OVERSIGHT_ASSIGN_OR_RETURN(const bool current, facts.IsCurrent(id));
          OVERSIGHT_ASSIGN_OR_RETURN(const int64_t number, facts.NextNumber(kRedactions));
          OVERSIGHT_ASSIGN_OR_RETURN(const Redaction redaction,
                                     RecordRedaction(request, version, current, absl::StrCat(kRedactions, number)));
          outcome.Put(redaction);  // That is what removes the payload.
          *outcome.response.mutable_redaction() = redaction;
          return outcome;
        };
        resources_.Mutate(call, request, response, request.reason(), decide, std::move(done));
      });
}

ServerUnaryReactor* LedgerServiceImpl::ListRedactions(CallbackServerContext* context,
                                                      const ledger::v1::ListRedactionsRequest* request,
                                                      ledger::v1::ListRedactionsResponse* response) {
  return host_.Unary(context, request, response,
                     [this](Call& call, const ledger::v1::ListRedactionsRequest& request,
                            ledger::v1::ListRedactionsResponse* response, Done done) {
                       if (const absl::Status status = IsThisLedger(request.parent()); !status.ok()) {
                         return done(status);
                       }
                       resources_.ListResources<Redaction>(call, request, response,
                                                           &ledger::v1::ListRedactionsResponse::mutable_redactions, {},
                                                           std::move(done));
                     });
}

absl::Status LedgerServiceImpl::IsThisLedger(const std::string& name) const {
  return name == name_ ? absl::OkStatus() : NotFound("ledger of this service", name);
}

void LedgerServiceImpl::WithLog(absl::Time deadline, const std::string& name, Revision least,
                                const std::function<void(const absl::Status&)>& fail, std::function<void()> body) {
  if (const absl::Status status = IsThisLedger(name); !status.ok()) return fail(status);
  if (least <= ledger_.head().revision) return body();
  // Where several replicas write to one store, the caller may have heard of it from another one.
  ledger_.Refresh(deadline, [fail, body = std::move(body)](const absl::StatusOr<ledger::Head>& head) {
    if (!head.ok()) return fail(head.status());
    body();  // Says itself when it is still beyond the head.
  });
}

void LedgerServiceImpl::SetTreeHead(const ledger::TreeState& tree, ledger::v1::TreeHead* head) const {
  head->set_tree_size(tree.size);
  head->set_root_hash(tree.root);
  if (tree.size > 0) SetTime(tree.recorded_time, head->mutable_recorded_time());
  head->set_origin(ledger::OriginOf(name_, ledger_.store_id()));
}

void LedgerServiceImpl::SetHeader(common::v1::ResponseHeader* header) const {
  const ledger::Head head = ledger_.head();
  resources_.SetHeader(head.revision, head.recorded_time, header);
}

}  // namespace oversight::rpc
