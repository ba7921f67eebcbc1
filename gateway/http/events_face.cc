#include "gateway/http/events_face.h"

#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/observe/json_log.h"
#include "common/rpc/errors.h"
#include "common/rpc/status_mapping.h"
#include "gateway/forward/backend_call.h"
#include "gateway/http/http_face.h"
#include "gateway/http/query.h"
#include "gateway/http/rest_error.h"
#include "gateway/http/rest_query.h"
#include "gateway/http/state_id.h"
#include "oversight/gateway/v1/gateway_service.pb.h"

namespace oversight::gateway {
namespace {

constexpr char kWatch[] = "/oversight.gateway.v1.GatewayService/WatchDashboard";
// What comes within this time of an event comes as one with the next.
constexpr absl::Duration kMinInterval = absl::Milliseconds(50);
// Browsers wait this long before they come again.
constexpr char kRetry[] = "retry: 2000\n\n";
constexpr char kHeartbeat[] = ": still here\n\n";

template <class Dashboard>
std::string DataOf(const std::string& name, const Dashboard& dashboard) {
  std::string json = "{\"dashboard\":";
  observe::AppendJsonString(name, json);
  json += ",\"sections\":[";
  bool first = true;
  for (const auto& section : dashboard.sections()) {
    absl::StrAppend(&json, first ? "" : ",", "{\"service\":");
    observe::AppendJsonString(section.service(), json);
    if (!section.part().empty()) {
      json += ",\"part\":";
      observe::AppendJsonString(section.part(), json);
    }
    absl::StrAppend(&json, ",\"state\":\"", v1::SectionState_Name(section.state()), "\",\"revision\":\"",
                    section.revision(), "\"}");
    first = false;
  }
  return json + "]}";
}

// Reads the watch as fast as it comes and keeps what is newest, until the client takes it.
class EventBody final : public HttpBody, public std::enable_shared_from_this<EventBody> {
 public:
  // `known`: the state that the client has, "" for none.
  EventBody(std::shared_ptr<StreamCall> watch, std::string force, std::string known)
      : watch_(std::move(watch)), force_(std::move(force)), resumed_(!known.empty()), told_(std::move(known)) {}

  // Waits for the first state; `then` with why there is none, when the watch is refused.
  void Start(std::function<void(absl::Status)> then) {
    {
      std::lock_guard lock(mu_);
      started_ = std::move(then);
    }
    Read();
  }

  void Next(std::function<void(Piece)> then) override {
    std::unique_lock lock(mu_);
    if (!greeted_) {
      greeted_ = true;
      lock.unlock();
      return then(std::optional<std::string>(kRetry));
    }
    waiting_ = std::move(then);
    Deliver(std::move(lock));
  }
  void Cancel() override {
    watch_->Cancel();
    std::unique_lock lock(mu_);
    ended_ = true;
    Deliver(std::move(lock));
  }
  bool endless() const override { return true; }

 private:
  struct Event {
    std::string id, data;
  };

  void Read() {
    watch_->Read([self = shared_from_this()](std::optional<grpc::ByteBuffer> message, const grpc::Status& status) {
      self->OnMessage(std::move(message), status);
    });
  }

  void OnMessage(std::optional<grpc::ByteBuffer> message, const grpc::Status& status) {
    v1::WatchDashboardResponse response;
    const bool goes_on = message.has_value() && response.ParseFromString(ToString(*message));
    if (message.has_value() && !goes_on) watch_->Cancel();
    std::unique_lock lock(mu_);
    const auto started = std::exchange(started_, nullptr);
    if (goes_on) {
      Take(response);
    } else {
      ended_ = true;
    }
    Deliver(std::move(lock));
    if (started) started(goes_on ? absl::OkStatus() : rpc::FromGrpc(status));
    if (message.has_value()) Read();
  }

  void Take(const v1::WatchDashboardResponse& response) {
    Event event;
    event.id = StateIdOf(response);
    const std::string& before = pending_.has_value() ? pending_->id : told_;
    if (event.id == before) {
      heartbeat_ = true;
      return;
    }
    event.data = response.has_force() ? DataOf(force_ + ":dashboard", response.force())
                                      : DataOf("nationalDashboard", response.national());
    // One that was not taken is gone: what it told of is within the state that comes now.
    missed_ = missed_ || pending_.has_value();
    pending_ = std::move(event);
  }

  // Gives what there is to a client that waits.
  void Deliver(std::unique_lock<std::mutex> lock) {
    if (waiting_ == nullptr) return;
    std::optional<std::string> piece;
    if (pending_.has_value()) {
      const bool first = std::exchange(first_, false);
      const char* kind = missed_ || (first && resumed_) ? "resync" : first ? "state" : "change";
      piece = absl::StrCat("id: ", pending_->id, "\nevent: ", kind, "\ndata: ", pending_->data, "\n\n");
      told_ = pending_->id;
      pending_.reset();
      missed_ = heartbeat_ = false;
    } else if (heartbeat_ && !ended_) {
      first_ = heartbeat_ = false;
      piece = kHeartbeat;
    } else if (!ended_) {
      return;
    }
    const auto then = std::exchange(waiting_, nullptr);
    lock.unlock();
    then(std::move(piece));
  }

  const std::shared_ptr<StreamCall> watch_;
  const std::string force_;
  const bool resumed_;  // The client had a state.
  std::mutex mu_;
  std::string told_;  // The state that the client has.
  std::optional<Event> pending_;
  bool missed_ = false;  // One that the client did not take.
  bool first_ = true, heartbeat_ = false, greeted_ = false, ended_ = false;
  std::function<void(absl::Status)> started_;
  std::function<void(Piece)> waiting_;
};

class Nothing final : public Cancellable {
 public:
  void Cancel() override {}
};

}  // namespace

std::shared_ptr<Cancellable> EventsFace::Answer(const HttpRequest& request, absl::Time,
                                                std::function<void(HttpAnswer)> done) {
  const auto refuse = [&done](const absl::Status& status) {
    done(RestErrorAnswer(status));
    return std::make_shared<Nothing>();
  };
  if (!request.reads()) {
    done(OnlyReadAnswer("Events are read, by GET."));
    return std::make_shared<Nothing>();
  }
  v1::WatchDashboardRequest watch;
  std::string known(request.header("last-event-id"));
  Parameters parameters = QueryOf(request.target);
  for (auto it = parameters.begin(); it != parameters.end();) {
    if (it->first != "since") {
      ++it;
      continue;
    }
    if (known.empty()) known = it->second;
    it = parameters.erase(it);
  }
  if (const absl::Status bad = SetParameters(parameters, &watch); !bad.ok()) return refuse(bad);
  if (!watch.has_min_interval())
    watch.mutable_min_interval()->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(kMinInterval)));
  const Route* route = routes_.Find(kWatch);
  if (route == nullptr) {
    return refuse(Error(absl::StatusCode::kUnimplemented, common::v1::ERROR_REASON_UNKNOWN_METHOD,
                        "Nothing can be watched here."));
  }
  BackendCallOptions options;
  options.headers = callers_.HeadersOf(request);
  // Then the client connects again with the state it has, and proves again who it is.
  options.deadline = absl::Now() + kMaxStreamAge;
  const auto body = std::make_shared<EventBody>(StartStream(*route, options, ToByteBuffer(watch.SerializeAsString())),
                                                watch.force(), std::move(known));
  body->Start([body, done = std::move(done)](const absl::Status& status) {
    if (!status.ok()) return done(RestErrorAnswer(status));
    HttpAnswer answer;
    answer.headers.emplace_back("content-type", "text/event-stream; charset=utf-8");
    answer.headers.emplace_back("cache-control", "no-store");
    answer.headers.emplace_back("x-content-type-options", "nosniff");
    answer.headers.emplace_back("x-accel-buffering", "no");  // Proxies must pass events on as they come.
    answer.stream = body;
    done(std::move(answer));
  });
  return body;
}

}  // namespace oversight::gateway
