#include "tests/crash/writers.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/rpc/resources.h"
#include "common/rpc/status_mapping.h"
#include "tests/support/awaited.h"

namespace oversight::crash {
namespace {

using concerns::v1::Concern;

constexpr std::chrono::seconds kCallDeadline{10};
constexpr size_t kOwnConcerns = 4;
constexpr int kRecommendationsEach = 3;

template <class Resource>
void AddWritten(const Resource& resource, Reply& reply) {
  if (resource.revision() == reply.revision) reply.written.push_back({resource.name(), rpc::ToPayload(resource)});
}

template <class Request, class Response>
Send Sending(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*), Request request) {
  return [method, request = std::move(request)](Stub& stub) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kCallDeadline);
    Response response;
    Reply reply;
    reply.status = (stub.*method)(&context, request, &response);
    if (!reply.status.ok()) return reply;
    reply.revision = response.header().revision();
    reply.replayed = response.header().replayed();
    if constexpr (requires { response.concern(); }) AddWritten(response.concern(), reply);
    if constexpr (requires { response.recommendation(); }) AddWritten(response.recommendation(), reply);
    if constexpr (requires { response.recommendations(); }) {
      for (const auto& recommendation : response.recommendations()) AddWritten(recommendation, reply);
    }
    response.mutable_header()->clear_replayed();
    reply.response = response.SerializeAsString();
    return reply;
  };
}

}  // namespace

Verdict VerdictOf(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::OK:
      return Verdict::kStored;
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::CANCELLED:
      return Verdict::kUnknown;
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return Verdict::kTryAgain;
    case grpc::StatusCode::ABORTED:
      return ReasonOf(rpc::FromGrpc(status)) == "CONFLICT" ? Verdict::kTryAgain : Verdict::kRefused;
    default:
      return Verdict::kRefused;
  }
}

// One client. What it keeps is its thread's while the writers go, and the driver's while they are parked.
class Writers::Client {
 public:
  Client(Writers& writers, Target& target, int index, uint64_t seed, const std::vector<std::string>& forces,
         const std::vector<std::string>& shared)
      : writers_(writers),
        target_(target),
        index_(index),
        principal_(Principals()[static_cast<size_t>(index) % Principals().size()]),
        replica_(index % target.replicas()),
        random_(seed),
        forces_(forces),
        shared_(shared) {}

  void Run() {
    while (writers_.MayGoOn()) {
      if (!pending_) pending_ = Next();
      if (pending_) Try();
    }
  }

  std::vector<std::unique_ptr<Sent>> done;
  std::vector<Sent*> given_up;
  std::vector<Seen> seen;
  Findings findings;

  void ForEach(const std::function<void(Sent&)>& visit) {
    for (const auto& sent : done) visit(*sent);
    if (pending_) visit(*pending_->sent);
  }

 private:
  // A concern that this client alone writes to, as it last knew it.
  struct Own {
    std::string name;
    int64_t revision = 0;
    int recommendations = 0;
    bool issued = false;
  };
  // A write under way. `own` is the concern it is about, empty for a shared or a new one.
  struct Pending {
    std::unique_ptr<Sent> sent;
    std::string own;
    std::function<void(const Reply&)> stored;  // takes in what the answer says
    bool may_be_refused = false;               // another may have come first
  };

  uint64_t Dice(uint64_t sides) { return random_() % sides; }
  std::string Words(const std::string& request_id) {
    return absl::StrCat(request_id, " ", std::string(20 + Dice(Dice(8) == 0 ? 6000 : 500), 'w'));
  }
  Own* Find(const std::string& name) {
    const auto it = std::find_if(own_.begin(), own_.end(), [&](const Own& own) { return own.name == name; });
    return it == own_.end() ? nullptr : &*it;
  }
  void Forget(const std::string& name) {
    own_.erase(std::remove_if(own_.begin(), own_.end(), [&](const Own& own) { return own.name == name; }), own_.end());
  }

  template <class Request, class Response>
  Pending Make(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*), Request request,
               const std::string& own) {
    Pending pending;
    pending.sent = std::make_unique<Sent>();
    pending.sent->write.actor = principal_;
    pending.sent->write.request_id = request.request_id();
    pending.sent->send = Sending(method, std::move(request));
    pending.own = own;
    return pending;
  }
  // Remembers that the write was sent with the etag of this version.
  static void BasedOn(Pending& pending, const std::string& name, int64_t revision) {
    pending.sent->write.based_on = name;
    pending.sent->write.based_on_revision = revision;
  }
  // After a change of the concern itself.
  void TakesRevision(Pending& pending) {
    pending.stored = [this, name = pending.own](const Reply& reply) {
      if (Own* own = Find(name)) own->revision = reply.revision;
    };
  }

  std::optional<Pending> Next() {
    // Those who turned away from a replica come back to it, once in a while.
    if (Dice(4) == 0) replica_ = static_cast<int>(Dice(static_cast<uint64_t>(target_.replicas())));
    const std::string id = absl::StrCat("client-", index_, "-write-", ++writes_);
    if (!shared_.empty() && Dice(6) == 0) return ChangeShared(id);
    if (own_.size() < kOwnConcerns) return Create(id);
    const Own own = own_[Dice(own_.size())];
    if (own.issued) return Dice(3) == 0 ? Withdraw(id, own) : Assess(id, own);
    if (own.recommendations < kRecommendationsEach && Dice(2) == 0) return Recommend(id, own);
    if (own.recommendations > 0 && Dice(3) == 0) return Issue(id, own);
    return Dice(12) == 0 ? Withdraw(id, own) : Change(id, own);
  }

  Pending Create(const std::string& id) {
    concerns::v1::CreateConcernRequest request;
    request.set_parent(forces_[Dice(forces_.size())]);
    request.set_request_id(id);
    Concern& concern = *request.mutable_concern();
    concern.set_kind(concerns::v1::CONCERN_KIND_CAUSE_OF_CONCERN);
    concern.set_title("Drafted by " + id);
    concern.set_finding(Words(id));
    concern.set_theme("themes/investigations");
    concern.mutable_source()->set_kind(concerns::v1::SOURCE_KIND_INSPECTION);
    concern.mutable_source()->set_title("Inspection");
    concern.mutable_found_date()->set_year(2020);
    Pending pending = Make(&Stub::CreateConcern, std::move(request), "");
    pending.stored = [this](const Reply& reply) {
      if (reply.written.size() == 1) own_.push_back({reply.written[0].name, reply.revision, 0, false});
    };
    return pending;
  }

  // With the etag two times of three: then it must follow the version it was made on.
  Pending Change(const std::string& id, const Own& own) {
    const bool with_etag = Dice(3) != 0;
    Pending pending = Update(id, own.name, own.name, with_etag ? own.revision : 0);
    TakesRevision(pending);
    return pending;
  }

  Pending Update(const std::string& id, const std::string& own, const std::string& name, int64_t based_on) {
    concerns::v1::UpdateConcernRequest request;
    request.set_request_id(id);
    request.mutable_concern()->set_name(name);
    request.mutable_concern()->set_title("Changed by " + id);
    request.mutable_concern()->set_finding(Words(id));
    request.mutable_update_mask()->add_paths("title");
    request.mutable_update_mask()->add_paths("finding");
    if (based_on > 0) request.mutable_concern()->set_etag(rpc::EtagOf(based_on));
    Pending pending = Make(&Stub::UpdateConcern, std::move(request), own);
    BasedOn(pending, name, based_on);
    return pending;
  }

  Pending Recommend(const std::string& id, const Own& own) {
    concerns::v1::CreateRecommendationRequest request;
    request.set_parent(own.name);
    request.set_request_id(id);
    request.mutable_recommendation()->set_text(Words(id));
    request.mutable_recommendation()->mutable_due_rule()->set_immediately(true);
    Pending pending = Make(&Stub::CreateRecommendation, std::move(request), own.name);
    pending.stored = [this, name = own.name](const Reply&) {
      if (Own* own = Find(name)) ++own->recommendations;
    };
    return pending;
  }

  // The concern and all its recommendations at once.
  Pending Issue(const std::string& id, const Own& own) {
    concerns::v1::IssueConcernRequest request;
    request.set_name(own.name);
    request.set_etag(rpc::EtagOf(own.revision));
    request.set_request_id(id);
    Pending pending = Make(&Stub::IssueConcern, std::move(request), own.name);
    BasedOn(pending, own.name, own.revision);
    pending.stored = [this, name = own.name, id](const Reply& reply) {
      if (Own* own = Find(name)) {
        own->revision = reply.revision;
        own->issued = true;
        CheckWhole(id, own->recommendations, reply);
      }
    };
    return pending;
  }

  Pending Assess(const std::string& id, const Own& own) {
    concerns::v1::AssessHandlingRequest request;
    request.set_name(own.name);
    request.set_etag(rpc::EtagOf(own.revision));
    request.set_request_id(id);
    request.set_level(concerns::v1::HANDLING_LEVEL_RESPONDING);
    request.set_rationale(Words(id));
    Pending pending = Make(&Stub::AssessHandling, std::move(request), own.name);
    BasedOn(pending, own.name, own.revision);
    TakesRevision(pending);
    return pending;
  }

  Pending Withdraw(const std::string& id, const Own& own) {
    concerns::v1::WithdrawConcernRequest request;
    request.set_name(own.name);
    request.set_request_id(id);
    request.set_reason(Words(id));
    Pending pending = Make(&Stub::WithdrawConcern, std::move(request), own.name);
    pending.stored = [this, name = own.name, id](const Reply& reply) {
      if (const Own* own = Find(name)) CheckWhole(id, own->recommendations, reply);
      Forget(name);
    };
    return pending;
  }

  // All of a concern with its recommendations, or nothing: never a part.
  void CheckWhole(const std::string& id, int recommendations, const Reply& reply) {
    if (reply.written.size() == static_cast<size_t>(recommendations) + 1) return;
    findings.Other(absl::StrCat("request ", id, " wrote ", reply.written.size(), " resources, not a concern and its ",
                                recommendations, " recommendations"));
  }

  // Reads a concern that others change too, and changes it on that ground.
  std::optional<Pending> ChangeShared(const std::string& id) {
    const auto stub = target_.Get(replica_, principal_);
    if (stub == nullptr) return TurnAway();
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kCallDeadline);
    concerns::v1::GetConcernRequest request;
    request.set_name(shared_[Dice(shared_.size())]);
    // A replica may answer from what it has by now, and that may be from before there was anything.
    const bool fully = Dice(2) == 0;
    if (fully) request.mutable_read()->mutable_consistency()->set_fully_consistent(true);
    concerns::v1::GetConcernResponse response;
    const grpc::Status status = stub->GetConcern(&context, request, &response);
    if (!status.ok()) {
      const bool too_early = !fully && status.error_code() == grpc::StatusCode::NOT_FOUND;
      if (VerdictOf(status) == Verdict::kRefused && !too_early) Unexpected("a read of " + request.name(), status);
      return TurnAway();
    }
    seen.push_back({{request.name(), rpc::ToPayload(response.concern())}, response.concern().revision()});
    Pending pending = Update(id, "", request.name(), response.concern().revision());
    pending.may_be_refused = true;
    return pending;
  }
  // To the next replica, after a moment.
  std::nullopt_t TurnAway() {
    replica_ = (replica_ + 1) % target_.replicas();
    target_.Pause();
    return std::nullopt;
  }

  void Unexpected(const std::string& what, const grpc::Status& status) {
    findings.Other(absl::StrCat(what, " was answered ", TextOf(rpc::FromGrpc(status))));
  }

  void Try() {
    const auto stub = target_.Get(replica_, principal_);
    if (stub == nullptr) {
      TurnAway();
      return;
    }
    Sent& sent = *pending_->sent;
    ++sent.attempts;
    const Reply reply = sent.send(*stub);
    switch (VerdictOf(reply.status)) {
      case Verdict::kStored:
        sent.write.fate = Fate::kStored;
        sent.write.revision = reply.revision;
        sent.write.written = reply.written;
        sent.replayed = reply.replayed;
        if (pending_->stored) pending_->stored(reply);
        gave_up_ = false;
        writers_.Acknowledged();
        break;
      case Verdict::kRefused:
        sent.write.fate = Fate::kRefused;
        if (!pending_->may_be_refused || reply.status.error_code() != grpc::StatusCode::ABORTED) {
          Unexpected(sent.write.request_id, reply.status);
        }
        Forget(pending_->own);
        break;
      case Verdict::kTryAgain:
        target_.Pause();
        return;
      case Verdict::kUnknown:
        // Not twice in a row, or a server that is long away would be told of nothing else.
        if (gave_up_ || Dice(4) != 0) {
          TurnAway();
          return;
        }
        gave_up_ = true;
        given_up.push_back(&sent);
        Forget(pending_->own);
        break;
    }
    done.push_back(std::move(pending_->sent));
    pending_.reset();
  }

  Writers& writers_;
  Target& target_;
  const int index_;
  const std::string principal_;
  int replica_;
  std::mt19937_64 random_;
  const std::vector<std::string> forces_, shared_;
  int64_t writes_ = 0;
  bool gave_up_ = false;  // the last write that came to an end was given up
  std::vector<Own> own_;
  std::optional<Pending> pending_;
};

Writers::Writers(int clients, uint64_t seed, Target& target, std::vector<std::string> forces,
                 std::vector<std::string> shared) {
  for (int i = 0; i < clients; ++i) {
    clients_.push_back(
        std::make_unique<Client>(*this, target, i, seed * 1000 + static_cast<uint64_t>(i), forces, shared));
  }
  for (const auto& client : clients_) threads_.emplace_back([&client = *client] { client.Run(); });
}

Writers::~Writers() {
  {
    std::lock_guard lock(mu_);
    over_ = true;
    changed_.notify_all();
  }
  for (auto& thread : threads_) thread.join();
}

void Writers::Go() {
  std::lock_guard lock(mu_);
  going_ = true;
  changed_.notify_all();
}

void Writers::Park() {
  std::unique_lock lock(mu_);
  going_ = false;
  changed_.wait(lock, [this] { return resting_ == static_cast<int>(clients_.size()); });
}

bool Writers::MayGoOn() {
  std::unique_lock lock(mu_);
  if (going_ && !over_) return true;
  ++resting_;
  changed_.notify_all();
  changed_.wait(lock, [this] { return going_ || over_; });
  --resting_;
  return !over_;
}

void Writers::Acknowledged() {
  std::lock_guard lock(mu_);
  ++acknowledged_;
  changed_.notify_all();
}

int64_t Writers::acknowledged() const {
  std::lock_guard lock(mu_);
  return acknowledged_;
}

bool Writers::WaitForAcknowledged(int64_t count) {
  std::unique_lock lock(mu_);
  return changed_.wait_for(lock, testing::kPatience, [&] { return acknowledged_ >= count; });
}

void Writers::ForEach(const std::function<void(Sent&)>& visit) {
  for (const auto& client : clients_) client->ForEach(visit);
}

std::vector<Sent*> Writers::given_up() {
  std::vector<Sent*> all;
  for (const auto& client : clients_) all.insert(all.end(), client->given_up.begin(), client->given_up.end());
  return all;
}

std::vector<Seen> Writers::seen() const {
  std::vector<Seen> all;
  for (const auto& client : clients_) all.insert(all.end(), client->seen.begin(), client->seen.end());
  return all;
}

Findings Writers::TakeFindings() {
  Findings all;
  for (const auto& client : clients_) all.Add(std::exchange(client->findings, {}));
  return all;
}

}  // namespace oversight::crash
