#include "tests/crash/scene.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/rpc/resources.h"
#include "common/rpc/status_mapping.h"
#include "tests/crash/store_reading.h"
#include "tests/support/awaited.h"

namespace oversight::crash {
namespace {

using concerns::v1::Concern;
using concerns::v1::Recommendation;

constexpr int kShared = 3;
constexpr size_t kSentAgain = 6;  // acknowledged writes, per cycle
constexpr int kHistories = 5;     // per cycle
const char* const kForces[] = {"forces/kent", "forces/west-midlands", "forces/essex"};

// How long to wait for an answer to one call.
void SetDeadline(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + testing::kPatience);
}

template <class Request>
void ReadFully(Request& request) {
  request.mutable_read()->mutable_consistency()->set_fully_consistent(true);
}

// All pages of a list: every item's name with the item as it was given.
template <class Request, class Response, class Items>
absl::StatusOr<std::map<std::string, std::string>> ListAll(Stub& stub,
                                                           grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                                        const Request&, Response*),
                                                           Request request, Items items) {
  std::map<std::string, std::string> all;
  while (true) {
    grpc::ClientContext context;
    SetDeadline(context);
    Response response;
    OVERSIGHT_RETURN_IF_ERROR(rpc::FromGrpc((stub.*method)(&context, request, &response)));
    for (const auto& item : items(response)) {
      if (!all.insert({item.name(), item.SerializeAsString()}).second) {
        return absl::InternalError(absl::StrCat(item.name(), " is listed twice"));
      }
    }
    if (response.next_page_token().empty()) return all;
    request.set_page_token(response.next_page_token());
  }
}

// What the service shows beside what the log has.
template <class T>
void Compare(const absl::StatusOr<std::map<std::string, std::string>>& shown, const Log& log, Findings& findings) {
  const std::string kind = T::descriptor()->full_name();
  if (!shown.ok()) return findings.Other(absl::StrCat("a list of ", kind, " gave ", TextOf(shown.status())));
  size_t expected = 0;
  for (const auto& version : CurrentOf(log)) {
    if (version.kind != kind) continue;
    ++expected;
    const absl::StatusOr<T> resource = rpc::FromVersion<T>(version);
    const auto it = shown->find(version.name);
    if (!resource.ok() || it == shown->end() || it->second != resource->SerializeAsString()) {
      findings.Loss(absl::StrCat("the list does not show ", version.name, " as of revision ", version.revision));
    }
  }
  if (shown->size() != expected) {
    findings.Other(absl::StrCat("the list shows ", shown->size(), " of ", kind, ", the log has ", expected));
  }
}

}  // namespace

std::vector<Blow> Blows(bool postgres) {
  using Kind = Blow::Kind;
  std::vector<Blow> blows = {
      {"kill -9", Kind::kReplica, ""},
      {"before commit", Kind::kFailpoint, "ledger.before_commit"},
      {"after commit", Kind::kFailpoint, "ledger.after_commit"},
      {"mid batch", Kind::kFailpoint, "ledger.mid_batch"},
      {"during start", Kind::kStartUp, ""},
  };
  if (postgres) {
    blows.push_back({"pipeline sent", Kind::kFailpoint, "ledger.pipeline_sent"});
    blows.push_back({"all replicas", Kind::kEverybody, ""});
    blows.push_back({"database server", Kind::kServer, ""});
  }
  return blows;
}

Scene::Scene(const Register& forces, testing::Postgres* server, int clients, uint64_t seed)
    : server_(server),
      clients_(clients),
      seed_(seed),
      random_(seed),
      deployment_(forces, server),
      heads_(deployment_.target(), seed) {}

absl::Status Scene::Begin() {
  for (int replica = 0; replica < deployment_.replicas(); ++replica) {
    OVERSIGHT_RETURN_IF_ERROR(deployment_.Start(replica));
  }
  std::vector<std::string> shared;
  for (int i = 0; i < kShared; ++i) {
    concerns::v1::CreateConcernRequest request;
    request.set_parent(kForces[0]);
    request.set_request_id(absl::StrCat("shared-", i));
    Concern& concern = *request.mutable_concern();
    concern.set_kind(concerns::v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT);
    concern.set_title("All may change this");
    concern.set_finding("It is changed by all.");
    concern.set_theme("themes/investigations");
    concern.mutable_source()->set_kind(concerns::v1::SOURCE_KIND_INSPECTION);
    concern.mutable_source()->set_title("Inspection");
    concern.mutable_found_date()->set_year(2020);
    grpc::ClientContext context;
    SetDeadline(context);
    concerns::v1::CreateConcernResponse response;
    OVERSIGHT_RETURN_IF_ERROR(
        rpc::FromGrpc(deployment_.target().Get(0, Principals()[0])->CreateConcern(&context, request, &response)));
    Write write;
    write.actor = Principals()[0];
    write.request_id = request.request_id();
    write.fate = Fate::kStored;
    write.revision = response.header().revision();
    write.written.push_back({response.concern().name(), rpc::ToPayload(response.concern())});
    prepared_.push_back(std::move(write));
    shared.push_back(response.concern().name());
  }
  // A watch can only begin after a revision.
  for (int replica = 0; replica < deployment_.replicas(); ++replica) {
    watchers_.push_back(std::make_unique<Watcher>(deployment_.target(), replica, 1));
  }
  writers_ = std::make_unique<Writers>(clients_, seed_, deployment_.target(),
                                       std::vector<std::string>(std::begin(kForces), std::end(kForces)), shared);
  return absl::OkStatus();
}

absl::Status Scene::Writing(int64_t more) {
  if (!writers_->WaitForAcknowledged(writers_->acknowledged() + more)) {
    return absl::UnavailableError("writes are not answered");
  }
  for (int replica = 0; replica < deployment_.replicas(); ++replica) heads_.Take(replica);
  return absl::OkStatus();
}

absl::Status Scene::Strike(const Blow& blow) {
  const auto replica = static_cast<int>(Dice(deployment_.replicas()));
  const int64_t before = 1 + Dice(150);
  switch (blow.kind) {
    case Blow::Kind::kFailpoint:
      OVERSIGHT_RETURN_IF_ERROR(deployment_.Stop(replica));
      // The first few are passed by what a service writes itself while it starts.
      OVERSIGHT_RETURN_IF_ERROR(
          deployment_.Start(replica, {absl::StrCat("OVERSIGHT_FAILPOINTS=", blow.failpoint, "=kill@", 4 + Dice(40))}));
      writers_->Go();
      return deployment_.WaitUntilDead(replica);
    case Blow::Kind::kReplica:
      writers_->Go();
      OVERSIGHT_RETURN_IF_ERROR(Writing(before));
      deployment_.Kill(replica);
      return absl::OkStatus();
    case Blow::Kind::kStartUp:
      writers_->Go();
      OVERSIGHT_RETURN_IF_ERROR(Writing(before));
      deployment_.Kill(replica);
      deployment_.Begin(replica);
      usleep(static_cast<useconds_t>(Dice(60'000)));  // The random point; nothing is assumed about how far it gets.
      deployment_.Kill(replica);
      return absl::OkStatus();
    case Blow::Kind::kEverybody:
      writers_->Go();
      OVERSIGHT_RETURN_IF_ERROR(Writing(before));
      for (int each = 0; each < deployment_.replicas(); ++each) deployment_.Kill(each);
      return absl::OkStatus();
    case Blow::Kind::kServer:
      writers_->Go();
      OVERSIGHT_RETURN_IF_ERROR(Writing(before));
      server_->StopImmediately();
      server_->Start();
      return absl::OkStatus();
  }
  return absl::InternalError("no such blow");
}

absl::Status Scene::RestartWhatIsDown() {
  for (int replica = 0; replica < deployment_.replicas(); ++replica) {
    if (!deployment_.Running(replica)) OVERSIGHT_RETURN_IF_ERROR(deployment_.Start(replica));
  }
  return absl::OkStatus();
}

Findings Scene::Cycle(const Blow& blow) {
  absl::Status status = Strike(blow);
  if (status.ok()) status = RestartWhatIsDown();
  if (status.ok()) status = Writing(20 + Dice(60));
  writers_->Park();
  Findings findings = writers_->TakeFindings();
  if (status.ok()) {
    findings.Add(Check());
  } else {
    findings.Other(absl::StrCat(blow.name, ": ", TextOf(status)));
  }
  return findings;
}

// An answer, whichever replica gives it.
absl::StatusOr<Reply> Scene::Ask(Sent& sent) {
  const auto limit = std::chrono::steady_clock::now() + testing::kPatience;
  auto replica = static_cast<int>(Dice(deployment_.replicas()));
  while (true) {
    const auto stub = deployment_.target().Get(replica, sent.write.actor);
    if (stub == nullptr) return absl::UnavailableError("a replica is down that should not be");
    Reply reply = sent.send(*stub);
    const Verdict verdict = VerdictOf(reply.status);
    if (verdict == Verdict::kStored || verdict == Verdict::kRefused) {
      ++replayed_;
      return reply;
    }
    if (std::chrono::steady_clock::now() > limit) return rpc::FromGrpc(reply.status);
    replica = (replica + 1) % deployment_.replicas();
    deployment_.target().Pause();
  }
}

// A write sent again has the outcome it had; one that has none yet gets one, and keeps it.
void Scene::SendOneAgain(Sent& sent, Findings& findings) {
  Write& write = sent.write;
  const std::string which = absl::StrCat("request ", write.request_id, ", sent again");
  const absl::StatusOr<Reply> first = Ask(sent);
  if (!first.ok()) return findings.Other(absl::StrCat(which, ": ", TextOf(first.status())));
  if (VerdictOf(first->status) == Verdict::kRefused) {
    const bool may = write.fate == Fate::kUnknown && write.based_on_revision > 0 &&
                     first->status.error_code() == grpc::StatusCode::ABORTED;
    if (!may) findings.Other(absl::StrCat(which, ", was answered ", TextOf(rpc::FromGrpc(first->status))));
    write.fate = Fate::kRefused;
    return;
  }
  if (write.fate == Fate::kStored && (first->revision != write.revision || !first->replayed)) {
    findings.Double(absl::StrCat(which, ", was stored at revision ", write.revision, " and now at ", first->revision));
  }
  write.fate = Fate::kStored;
  write.revision = first->revision;
  write.written = first->written;
  const absl::StatusOr<Reply> second = Ask(sent);
  if (!second.ok() || !second->status.ok() || !second->replayed || second->response != first->response) {
    findings.Double(absl::StrCat(which, " twice, was answered in two ways"));
  }
}

void Scene::SendAgain(Findings& findings) {
  std::vector<Sent*> again, stored;
  for (Sent* sent : writers_->given_up()) {
    // Some are never asked about again: these must not be stored twice either.
    if (sent->write.fate == Fate::kUnknown && Dice(2) == 0) again.push_back(sent);
  }
  writers_->ForEach([&](Sent& sent) {
    if (sent.write.fate == Fate::kStored) stored.push_back(&sent);
  });
  for (size_t i = 0; i < kSentAgain && !stored.empty(); ++i) {
    again.push_back(stored[static_cast<size_t>(Dice(static_cast<int64_t>(stored.size())))]);
  }
  for (Sent* sent : again) SendOneAgain(*sent, findings);
}

void Scene::CheckReads(const Log& log, int replica, Findings& findings) {
  const auto stub = deployment_.target().Get(replica, Principals()[0]);
  if (stub == nullptr) return findings.Other("a replica is down that should not be");
  {
    concerns::v1::GetConcernRequest request;
    request.set_name(prepared_[0].written[0].name);
    ReadFully(request);
    grpc::ClientContext context;
    SetDeadline(context);
    concerns::v1::GetConcernResponse response;
    const grpc::Status status = stub->GetConcern(&context, request, &response);
    if (!status.ok()) return findings.Other(absl::StrCat("a read gave ", TextOf(rpc::FromGrpc(status))));
    if (response.header().revision() != static_cast<int64_t>(log.size())) {
      findings.Other(
          absl::StrCat("the service is at revision ", response.header().revision(), ", its store at ", log.size()));
    }
  }
  concerns::v1::ListConcernsRequest concerns;
  concerns.set_parent("forces/-");
  concerns.set_page_size(200);
  ReadFully(concerns);
  Compare<Concern>(ListAll(*stub, &Stub::ListConcerns, concerns, [](const auto& page) { return page.concerns(); }), log,
                   findings);
  concerns::v1::ListRecommendationsRequest recommendations;
  recommendations.set_parent("forces/-/concerns/-");
  recommendations.set_page_size(200);
  ReadFully(recommendations);
  Compare<Recommendation>(ListAll(*stub, &Stub::ListRecommendations, recommendations,
                                  [](const auto& page) { return page.recommendations(); }),
                          log, findings);

  const std::vector<ledger::Version> current = CurrentOf(log);
  for (int i = 0; i < kHistories; ++i) {
    const auto& resource = current[static_cast<size_t>(Dice(static_cast<int64_t>(current.size())))];
    if (resource.kind != Concern::descriptor()->full_name()) continue;
    concerns::v1::ListConcernVersionsRequest request;
    request.set_name(resource.name);
    request.set_page_size(1000);
    grpc::ClientContext context;
    SetDeadline(context);
    concerns::v1::ListConcernVersionsResponse response;
    const grpc::Status status = stub->ListConcernVersions(&context, request, &response);
    std::vector<std::string> shown, expected;
    for (const auto& version : response.versions()) shown.push_back(version.concern().SerializeAsString());
    for (const auto& version : HistoryOf(log, resource.name)) {
      const auto concern = rpc::FromVersion<Concern>(version);
      expected.push_back(concern.ok() ? concern->SerializeAsString() : "unreadable");
    }
    if (!status.ok() || shown != expected) {
      findings.Other(absl::StrCat("the history of ", resource.name, " shows ", shown.size(), " versions, the log has ",
                                  expected.size(), ": ", TextOf(rpc::FromGrpc(status))));
    }
  }
}

Findings Scene::Check() {
  Findings findings;
  SendAgain(findings);
  const absl::StatusOr<Log> log = ReadLog(deployment_.store());
  const absl::StatusOr<WholeLog> whole = ReadWholeLog(deployment_.store());
  if (!log.ok() || !whole.ok()) {
    findings.Other(absl::StrCat("the store cannot be read: ", TextOf(log.ok() ? whole.status() : log.status())));
    return findings;
  }
  if (const absl::Status files = deployment_.CheckFiles(); !files.ok()) findings.Other(TextOf(files));

  std::vector<Write> writes = prepared_;
  writers_->ForEach([&](const Sent& sent) { writes.push_back(sent.write); });
  findings.Add(CheckLog(*log));
  findings.Add(CheckWrites(*log, writes));
  findings.Add(CheckSeen(*log, writers_->seen()));
  findings.Add(CheckGrown(before_, *log));
  findings.Add(CheckHashes(*whole));
  for (int replica = 0; replica < deployment_.replicas(); ++replica) {
    CheckReads(*log, replica, findings);
    findings.Add(heads_.Check(*log, replica));
  }

  std::vector<testing::Delivery> told;
  for (const auto& transaction : *log) told.push_back(AsTold(transaction));
  for (const auto& watcher : watchers_) {
    if (!watcher->WaitFor(static_cast<int64_t>(log->size()))) {
      findings.Other(absl::StrCat("a watcher is not told of revision ", log->size()));
    }
    findings.Add(watcher->TakeFindings());
    findings.Add(CheckWatch(watcher->parts(), watcher->resumed_after(), told));
  }
  before_ = *log;
  return findings;
}

Counts Scene::counts() {
  Counts counts;
  writers_->ForEach([&](const Sent& sent) {
    if (sent.write.fate == Fate::kStored) ++counts.acknowledged;
    if (sent.replayed) ++counts.from_record;
  });
  counts.given_up = static_cast<int64_t>(writers_->given_up().size());
  counts.replayed = replayed_;
  counts.transactions = static_cast<int64_t>(before_.size());
  return counts;
}

}  // namespace oversight::crash
