#include "gateway/service/agenda_reading.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/rpc/status_mapping.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "common/time/timestamp.h"
#include "gateway/dashboard/agenda.h"
#include "gateway/dashboard/start_call.h"
#include "oversight/monitoring/v1/policy_service.grpc.pb.h"

namespace oversight::gateway {
namespace {

using monitoring::v1::AssessForceRequest;
using monitoring::v1::AssessForceResponse;
using monitoring::v1::PolicyService;

class AgendaReading : public std::enable_shared_from_this<AgendaReading> {
 public:
  AgendaReading(DashboardSource& source, const SuiteChannels& channels, PrepareCall prepare, absl::Time deadline,
                const v1::GetAgendaRequest& request, v1::GetAgendaResponse* response,
                std::function<void(absl::Status)> done)
      : source_(source),
        channels_(channels),
        prepare_(std::move(prepare)),
        deadline_(deadline),
        request_(request),
        response_(response),
        done_(std::move(done)),
        past_(request.has_until_time()),
        until_(past_ ? GetTime(request.until_time()) : source.now()),
        policies_(PolicyService::NewStub(channels.monitoring)) {}

  void Start() {
    if (request_.has_since_time() && GetTime(request_.since_time()) >= until_) {
      Violations violations;
      violations.Add("since_time", past_ ? "must be before until_time" : "must be in the past");
      return done_(violations.status());
    }
    source_.WaitFresh(past_ ? v1::DashboardFreshness() : request_.freshness(), deadline_,
                      [self = shared_from_this()](const absl::Status& fresh) {
                        if (!fresh.ok()) return self->done_(fresh);
                        self->Choose();
                      });
  }

 private:
  void Choose() {
    if (!request_.force().empty()) {
      forces_.push_back(request_.force());
      return Next();
    }
    if (past_) {
      // Which forces were called then, by what was recorded then.
      return ReadNationalPast(channels_, prepare_, request_.until_time(), deadline_,
                              [self = shared_from_this()](absl::StatusOr<ForceRecord> then) {
                                if (!then.ok()) return self->done_(then.status());
                                self->source_.AddLadder(then->facts);
                                self->ChooseFrom(then->facts);
                              });
    }
    const auto facts = source_.FactsNow();
    if (!facts.ok()) return done_(facts.status());
    ChooseFrom(*facts);
  }

  void ChooseFrom(const SuiteFacts& facts) {
    if (!facts.monitoring_known) {
      return done_(Error(absl::StatusCode::kUnavailable, common::v1::ERROR_REASON_DEPENDENCY_UNAVAILABLE,
                         "Which forces are in an enhanced stage is not known: monitoring-service cannot be reached. "
                         "Name a force, or try again in a moment.")
                       .With("service", "monitoring-service")
                       .RetryAfter(absl::Seconds(1)));
    }
    forces_ = EnhancedOn(facts, LondonDay(until_));
    if (forces_.size() > kMostAgendas) {
      response_->set_left_out(static_cast<int32_t>(forces_.size() - kMostAgendas));
      forces_.resize(kMostAgendas);
    }
    Next();
  }

  void Next() {
    if (next_ == forces_.size()) return done_(absl::OkStatus());
    span_ = {.force = forces_[next_++], .since = std::nullopt, .since_meeting = "", .until = until_};
    now_ = {};
    then_.reset();
    if (past_) {
      return Read(until_, [self = shared_from_this()](absl::StatusOr<ForceRecord> record) {
        if (!record.ok()) return self->done_(record.status());
        self->TakeNow(*std::move(record));
      });
    }
    source_.WaitForDerived(Audience::kInspectorate, span_.force, request_.freshness(), deadline_,
                           [self = shared_from_this()] {
                             auto record = self->source_.RecordNow(self->span_.force, Audience::kInspectorate);
                             if (!record.ok()) return self->done_(record.status());
                             self->TakeNow(*std::move(record));
                           });
  }

  void Read(absl::Time moment, std::function<void(absl::StatusOr<ForceRecord>)> take) {
    google::protobuf::Timestamp time;
    SetTime(moment, &time);
    ReadPast(channels_, prepare_, span_.force, time, Audience::kInspectorate, deadline_,
             [self = shared_from_this(), take = std::move(take)](absl::StatusOr<ForceRecord> record) {
               if (record.ok()) self->source_.AddLadder(record->facts);
               take(std::move(record));
             });
  }

  void TakeNow(ForceRecord record) {
    now_.record = std::move(record);
    if (request_.has_since_time()) {
      span_.since = GetTime(request_.since_time());
    } else if (const auto meeting = LastMeeting(now_.record.facts, span_.force, until_)) {
      span_.since = LondonTime(absl::CivilMinute(DayInterval(meeting->meeting_date()).first));
      span_.since_meeting = meeting->name();
    }
    if (!span_.since.has_value()) return AssessNow();
    Read(*span_.since, [self = shared_from_this()](absl::StatusOr<ForceRecord> record) {
      if (record.ok()) {
        self->then_ = AgendaSide{.record = *std::move(record)};
        return self->Assess(self->span_.since, [self](absl::StatusOr<monitoring::v1::Assessment> assessment) {
          self->then_->assessment = std::move(assessment);
          self->AssessNow();
        });
      }
      // Nothing was recorded of it by then.
      if (record.status().code() == absl::StatusCode::kNotFound) return self->AssessNow();
      self->done_(record.status());
    });
  }

  void AssessNow() {
    Assess(past_ ? std::optional(until_) : std::nullopt,
           [self = shared_from_this()](absl::StatusOr<monitoring::v1::Assessment> assessment) {
             self->now_.assessment = std::move(assessment);
             *self->response_->add_packs() =
                 ComposeAgenda(self->span_, self->then_.has_value() ? &*self->then_ : nullptr, self->now_);
             self->Next();
           });
  }

  // What the policy advised at a moment; unset: now.
  void Assess(std::optional<absl::Time> moment, std::function<void(absl::StatusOr<monitoring::v1::Assessment>)> take) {
    AssessForceRequest request;
    request.set_name(span_.force);
    if (moment.has_value()) SetTime(*moment, request.mutable_read()->mutable_as_of()->mutable_recorded_time());
    const auto start = [this](auto* c, auto* q, auto* r, auto end) { policies_->async()->AssessForce(c, q, r, end); };
    StartCall<AssessForceRequest, AssessForceResponse>(
        prepare_, deadline_, std::move(request), start,
        [self = shared_from_this(), take = std::move(take)](const grpc::Status& ended, AssessForceRequest&,
                                                            AssessForceResponse& response) {
          if (!ended.ok()) return take(rpc::FromGrpc(ended));
          take(std::move(*response.mutable_assessment()));
        });
  }

  DashboardSource& source_;
  const SuiteChannels channels_;
  const PrepareCall prepare_;
  const absl::Time deadline_;
  const v1::GetAgendaRequest request_;
  v1::GetAgendaResponse* const response_;
  const std::function<void(absl::Status)> done_;
  const bool past_;
  const absl::Time until_;
  const std::unique_ptr<PolicyService::Stub> policies_;
  std::vector<std::string> forces_;
  size_t next_ = 0;
  // Of the force being read.
  AgendaSpan span_;
  AgendaSide now_;
  std::optional<AgendaSide> then_;
};

}  // namespace

void ReadAgendas(DashboardSource& source, const SuiteChannels& channels, PrepareCall prepare, absl::Time deadline,
                 const v1::GetAgendaRequest& request, v1::GetAgendaResponse* response,
                 std::function<void(absl::Status)> done) {
  std::make_shared<AgendaReading>(source, channels, std::move(prepare), deadline, request, response, std::move(done))
      ->Start();
}

}  // namespace oversight::gateway
