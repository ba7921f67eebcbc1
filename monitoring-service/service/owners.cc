#include "monitoring-service/service/owners.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ledger/natural_order.h"
#include "common/observe/json_log.h"
#include "common/rpc/channel.h"
#include "common/rpc/errors.h"
#include "common/rpc/informer_grpc.h"
#include "common/rpc/resources.h"
#include "common/rpc/status_mapping.h"
#include "common/time/timestamp.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/service/past_owners.h"
#include "oversight/concerns/v1/concerns_service.grpc.pb.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"
#include "oversight/monitoring/v1/error_reason.pb.h"

namespace oversight::monitoring {
namespace {

using concerns::v1::ConcernsService;
using forces::v1::ForcesService;

std::shared_ptr<grpc::Channel> ChannelTo(const std::string& address, const std::string& name,
                                         const std::string& service,
                                         std::shared_ptr<grpc::ChannelCredentials> credentials,
                                         const auth::OwnToken* token) {
  rpc::ChannelOptions options;
  options.target = address;
  options.service = name;
  options.credentials = std::move(credentials);
  options.principal = kSelf;
  options.token = token;
  options.retry = rpc::ReadMethods(service);
  return rpc::MakeChannel(options);
}

// The cheapest fully consistent call there is: a list of one. `call` is stub->async()->ListX(context, request,
// response, done).
template <class Request, class Response, class Call>
rpc::AskHead HeadByList(Request request, Call call) {
  request.set_page_size(1);
  request.mutable_read()->mutable_consistency()->set_fully_consistent(true);
  return [request, call](absl::Time deadline, std::function<void(absl::StatusOr<rpc::OwnerHead>)> done) {
    struct Ask {
      grpc::ClientContext context;
      Request request;
      Response response;
    };
    auto ask = std::make_shared<Ask>();
    ask->context.set_deadline(absl::ToChronoTime(deadline));
    ask->request = request;
    call(&ask->context, &ask->request, &ask->response, [ask, done](const grpc::Status& status) {
      if (!status.ok()) return done(rpc::FromGrpc(status));
      done(rpc::OwnerHead{ask->response.header().revision(), ask->response.header().consistency_token()});
    });
  };
}

rpc::InformerOptions Options(const char* owner, rpc::AskHead ask_head, observe::Metrics& metrics) {
  rpc::InformerOptions options;
  options.owner = owner;
  options.metrics = &metrics;
  options.ask_head = std::move(ask_head);
  return options;
}

absl::Status Unavailable(const char* service) {
  return Error(absl::StatusCode::kUnavailable, common::v1::ERROR_REASON_DEPENDENCY_UNAVAILABLE,
               absl::StrCat(service,
                            " does not answer, and what is known here of what it owns is not enough. Try again; a "
                            "change, with the same request id."))
      .With("service", service)
      .RetryAfter(absl::Seconds(1));
}

// There is no copy at all: the service has just started, and reads what the owner has, which takes seconds where that
// is much; or the owner cannot be reached.
absl::Status NotReadYet(const char* service) {
  return Error(absl::StatusCode::kUnavailable, common::v1::ERROR_REASON_DEPENDENCY_UNAVAILABLE,
               absl::StrCat("What ", service,
                            " owns has not been read here yet: this service has just started, or the other does not "
                            "answer. Try again; a change, with the same request id."))
      .With("service", service)
      .RetryAfter(absl::Seconds(1));
}

class InformedOwners final : public Owners {
 public:
  InformedOwners(const std::string& forces_address, const std::string& concerns_address, observe::Metrics& metrics,
                 const std::shared_ptr<grpc::ChannelCredentials>& credentials, const auth::OwnToken* token)
      : forces_channel_(
            ChannelTo(forces_address, "forces-service", ForcesService::service_full_name(), credentials, token)),
        concerns_channel_(
            ChannelTo(concerns_address, "concerns-service", ConcernsService::service_full_name(), credentials, token)),
        forces_stub_(ForcesService::NewStub(forces_channel_)),
        concerns_stub_(ConcernsService::NewStub(concerns_channel_)),
        forces_(Options("forces", ForcesHead(), metrics), OpenForces()),
        concerns_(Options("concerns", ConcernsHead(), metrics), OpenConcerns()) {}
  ~InformedOwners() override { Stop(); }

  void Start(Changed changed) override {
    const auto listener = [changed = std::move(changed)](const rpc::InformerChange& change) {
      std::vector<std::string> names;
      names.reserve(change.items.size());
      for (const auto& item : change.items) names.push_back(item.name);
      changed(names);
    };
    for (rpc::InformerCore* informer :
         {static_cast<rpc::InformerCore*>(&forces_), static_cast<rpc::InformerCore*>(&concerns_)}) {
      informer->AddListener(listener);
      informer->Start();
    }
  }

  OwnerFacts Read() const override {
    const auto copy = [](const rpc::InformerCore& informer) {
      return informer.Status().state == rpc::InformerState::kNeverSynced ? nullptr : informer.Read();
    };
    OwnerFacts facts;
    facts.forces = copy(forces_);
    facts.concerns = copy(concerns_);
    return facts;
  }

  void Refresh(Need need, absl::Time deadline, std::function<void(const OwnerFacts&)> done) override {
    deadline = std::min(deadline, absl::Now() + kLongestWait);
    struct Refreshing {
      std::atomic<int> waiting;
      std::atomic<bool> forces_behind{false}, concerns_behind{false};
      std::function<void(const OwnerFacts&)> done;
    };
    auto refreshing = std::make_shared<Refreshing>();
    refreshing->waiting = need == Need::kBoth ? 2 : 1;
    refreshing->done = std::move(done);
    // An owner that does not answer is no error here: who needs it is told by the facts, once a repeated call has been
    // looked up.
    const auto arrived = [this, refreshing](const char* owner,
                                            std::atomic<bool> Refreshing::*behind) -> rpc::InformerCore::Done {
      return [this, refreshing, owner, behind](const absl::Status& status) {
        if (!status.ok()) {
          (*refreshing).*behind = true;
          observe::LogWarning("a copy could not be brought up to its owner's head",
                              {{"owner", owner}, {"error", status}});
        }
        if (refreshing->waiting.fetch_sub(1) != 1) return;
        OwnerFacts facts = Read();
        facts.forces_behind = refreshing->forces_behind;
        facts.concerns_behind = refreshing->concerns_behind;
        refreshing->done(facts);
      };
    };
    if (need != Need::kConcerns) forces_.WaitForHead(deadline, arrived("forces", &Refreshing::forces_behind));
    if (need != Need::kForces) concerns_.WaitForHead(deadline, arrived("concerns", &Refreshing::concerns_behind));
  }

  void ForcesAsOf(absl::Time time, absl::Time deadline,
                  std::function<void(absl::StatusOr<std::vector<std::string>>)> done) override {
    auto asking = std::make_shared<AskedRegister>();
    asking->stub = forces_stub_;
    asking->deadline = std::min(deadline, absl::Now() + kLongestWait);
    asking->done = std::move(done);
    asking->time = time;
    asking->present = Read().forces;
    asking->request.set_page_size(1000);
    SetTime(time, asking->request.mutable_read()->mutable_as_of()->mutable_recorded_time());
    NextPage(asking);
  }

  void FactsAsOf(const std::string& force, absl::Time time, absl::Time deadline,
                 std::function<void(absl::StatusOr<OwnerFacts>)> done) override {
    ReadPastOwners(forces_channel_, concerns_channel_, force, time, deadline,
                   [done = std::move(done)](absl::StatusOr<OwnerFacts> facts) {
                     const auto code = facts.status().code();
                     const bool silent = code == absl::StatusCode::kUnavailable ||
                                         code == absl::StatusCode::kDeadlineExceeded ||
                                         code == absl::StatusCode::kUnimplemented;
                     if (silent) return done(Unavailable("forces-service or concerns-service"));
                     done(std::move(facts));
                   });
  }

  void Check(const std::string& force, std::optional<absl::Time> time, absl::Time deadline,
             std::function<void(absl::StatusOr<RecordChecks>)> done) override {
    CheckRecord(concerns_channel_, force, time, std::min(deadline, absl::Now() + kLongestWait),
                [done = std::move(done)](absl::StatusOr<RecordChecks> checks) {
                  if (!checks.ok()) return done(Unavailable("concerns-service"));
                  done(std::move(checks));
                });
  }

  std::unique_ptr<LogReplay> Replay(ledger::Ledger& own) override {
    return std::make_unique<LogReplay>(own, forces_channel_, concerns_channel_);
  }

  void Stop() override {
    forces_.Stop();
    concerns_.Stop();
  }

 private:
  // A register being read, page by page.
  struct AskedRegister {
    std::shared_ptr<ForcesService::Stub> stub;
    absl::Time deadline;
    absl::Time time;
    std::shared_ptr<const rpc::InformerCopy> present;
    forces::v1::ListForcesRequest request;
    std::vector<std::string> names;
    bool redacted = false;  // names are missing
    std::function<void(absl::StatusOr<std::vector<std::string>>)> done;
  };
  struct Page {
    grpc::ClientContext context;
    forces::v1::ListForcesResponse response;
  };
  static void NextPage(const std::shared_ptr<AskedRegister>& asking) {
    auto page = std::make_shared<Page>();
    page->context.set_deadline(absl::ToChronoTime(asking->deadline));
    asking->stub->async()->ListForces(
        &page->context, &asking->request, &page->response, [asking, page](const grpc::Status& told) {
          const absl::Status status = rpc::FromGrpc(told);
          if (absl::IsOutOfRange(status) && asking->request.read().has_as_of()) {
            // Its clock is behind ours: all that it has recorded was recorded by then.
            asking->request.mutable_read()->clear_as_of();
            asking->request.mutable_read()->mutable_consistency()->set_fully_consistent(true);
            return NextPage(asking);
          }
          if (!status.ok()) return asking->done(Unavailable("forces-service"));
          for (const auto& force : page->response.forces()) asking->names.push_back(force.name());
          if (page->response.header().redactions_size() > 0) asking->redacted = true;
          if (page->response.next_page_token().empty()) return asking->done(NamesOf(*asking));
          asking->request.set_page_token(page->response.next_page_token());
          NextPage(asking);
        });
  }
  // What was known of a force then may have been redacted since. That it was known shows in what is known now: nothing
  // leaves the register.
  static absl::StatusOr<std::vector<std::string>> NamesOf(const AskedRegister& asked) {
    if (!asked.redacted) return asked.names;
    if (asked.present == nullptr) return Unavailable("forces-service");
    std::set<std::pair<std::string, std::string>> in_order;
    for (const std::string& name : asked.names) in_order.emplace(ledger::SortKey(name), name);
    asked.present->ForEach<forces::v1::Force>("", [&](const forces::v1::Force& force) {
      if (GetTime(force.create_time()) <= asked.time) in_order.emplace(ledger::SortKey(force.name()), force.name());
      return true;
    });
    std::vector<std::string> names;
    for (const auto& [key, name] : in_order) names.push_back(name);
    return names;
  }

  rpc::AskHead ForcesHead() {
    return HeadByList<forces::v1::ListForcesRequest, forces::v1::ListForcesResponse>(
        {}, [stub = forces_stub_](auto* context, auto* request, auto* response, auto done) {
          stub->async()->ListForces(context, request, response, std::move(done));
        });
  }
  rpc::AskHead ConcernsHead() {
    concerns::v1::ListConcernsRequest every;
    every.set_parent("forces/-");
    return HeadByList<concerns::v1::ListConcernsRequest, concerns::v1::ListConcernsResponse>(
        every, [stub = concerns_stub_](auto* context, auto* request, auto* response, auto done) {
          stub->async()->ListConcerns(context, request, response, std::move(done));
        });
  }
  rpc::OpenWatch OpenForces() {
    return rpc::GrpcWatch<forces::v1::WatchForcesRequest, forces::v1::WatchForcesResponse>(
        [stub = forces_stub_](auto* context, auto* request, auto* reactor) {
          stub->async()->WatchForces(context, request, reactor);
        });
  }
  rpc::OpenWatch OpenConcerns() {
    return rpc::GrpcWatch<concerns::v1::WatchConcernsRequest, concerns::v1::WatchConcernsResponse>(
        [stub = concerns_stub_](auto* context, auto* request, auto* reactor) {
          stub->async()->WatchConcerns(context, request, reactor);
        });
  }

  // They must outlive the informers.
  const std::shared_ptr<grpc::Channel> forces_channel_, concerns_channel_;
  std::shared_ptr<ForcesService::Stub> forces_stub_;
  std::shared_ptr<ConcernsService::Stub> concerns_stub_;
  rpc::Informer<forces::v1::Force, forces::v1::Inspection, forces::v1::OfficeHolder, forces::v1::ResponseDuty> forces_;
  rpc::Informer<concerns::v1::Concern, concerns::v1::Recommendation, concerns::v1::ForceResponse,
                concerns::v1::Evidence>
      concerns_;
};

}  // namespace

std::shared_ptr<const forces::v1::Force> OwnerFacts::Force(const std::string& name) const {
  return forces == nullptr ? nullptr : forces->Get<forces::v1::Force>(name);
}

absl::Status OwnerFacts::NeedForces() const {
  return forces != nullptr ? absl::OkStatus() : NotReadYet("forces-service");
}

absl::Status OwnerFacts::NeedConcerns() const {
  if (concerns == nullptr) return NotReadYet("concerns-service");
  return !concerns_behind ? absl::OkStatus() : Unavailable("concerns-service");
}

absl::Status OwnerFacts::NeedInspections() const {
  OVERSIGHT_RETURN_IF_ERROR(NeedForces());
  return !forces_behind ? absl::OkStatus() : Unavailable("forces-service");
}

absl::Status OwnerFacts::NeedForce(const std::string& name) const {
  OVERSIGHT_RETURN_IF_ERROR(NeedForces());
  if (Force(name) != nullptr) return absl::OkStatus();
  if (forces_behind) return Unavailable("forces-service");
  return ForceNotFound(name);
}

std::vector<std::string> OwnerFacts::ForceNames() const {
  std::vector<std::string> names;
  if (forces == nullptr) return names;
  forces->ForEach<forces::v1::Force>("", [&names](const forces::v1::Force& force) {
    names.push_back(force.name());
    return true;
  });
  return names;
}

absl::Status ForceNotFound(const std::string& name, const std::string& when) {
  const std::string be = when.empty() ? "is" : "was", have = when.empty() ? "there are" : "there were";
  return Error(absl::StatusCode::kNotFound, v1::ERROR_REASON_FORCE_NOT_FOUND,
               absl::StrCat("There ", be, " no force named \"", name, "\"", when,
                            ". ListForces of forces-service has those ", have, "."))
      .With("force", name)
      .Resource("Force", name);
}

std::unique_ptr<Owners> WatchOwners(const std::string& forces_address, const std::string& concerns_address,
                                    observe::Metrics& metrics, std::shared_ptr<grpc::ChannelCredentials> credentials,
                                    const auth::OwnToken* token) {
  return std::make_unique<InformedOwners>(forces_address, concerns_address, metrics, credentials, token);
}

}  // namespace oversight::monitoring
