#include "concerns-service/service/overviews.h"

#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "common/ledger/status.h"
#include "common/rpc/resources.h"
#include "common/time/london.h"
#include "concerns-service/domain/names.h"
#include "concerns-service/service/terms.h"
#include "oversight/concerns/v1/concerns_service.pb.h"

namespace oversight::concerns {
namespace {

ConcernRecord RecordOf(const rpc::InformerCopy& copy, const std::string& concern) {
  return {copy.Get<v1::Concern>(concern), copy.List<v1::Recommendation>(concern + "/"),
          copy.List<v1::ForceResponse>(concern + "/")};
}

NationalRecord NationalRecordOf(const rpc::InformerCopy& copy, const std::string& national) {
  return {copy.Get<v1::NationalRecommendation>(national), copy.List<v1::NationalItem>(national + "/")};
}

Overview OverviewOf(const rpc::InformerCopy& copy) {
  std::vector<ConcernRecord> records;
  records.reserve(copy.Count<v1::Concern>());
  copy.ForEach<v1::Concern>("", [&](const v1::Concern& concern) {
    records.push_back(RecordOf(copy, concern.name()));
    return true;
  });
  std::vector<NationalRecord> nationals;
  copy.ForEach<v1::NationalRecommendation>("", [&](const v1::NationalRecommendation& national) {
    nationals.push_back(NationalRecordOf(copy, national.name()));
    return true;
  });
  return Overview(records, nationals);
}

}  // namespace

Overviews::Overviews(rpc::Runtime& runtime)
    : clock_(runtime.clock),
      projection_("concerns", *runtime.ledger, runtime.clock, rpc::ShapeOf<v1::WatchConcernsResponse>(),
                  {v1::Concern::descriptor(), v1::Recommendation::descriptor(), v1::ForceResponse::descriptor(),
                   v1::NationalRecommendation::descriptor(), v1::NationalItem::descriptor()},
                  &runtime.metrics) {
  projection_.AddIndex([this](const rpc::InformerChange& change) { Apply(change); });
  projection_.Start();
}

void Overviews::Apply(const rpc::InformerChange& change) {
  const OverviewMoment moment{change.after->revision(), change.after->recorded_time(), {}};
  if (change.listed) {
    Overview fresh = OverviewOf(*change.after);
    std::lock_guard lock(mu_);
    std::swap(overview_, fresh);
    moment_ = moment;
    return;
  }
  std::set<std::string> touched, nationals;
  for (const auto& item : change.items) {
    if (IsNational(item.name)) {
      nationals.insert(NationalOf(item.name));
    } else {
      touched.insert(ConcernOf(item.name));
    }
  }
  std::vector<std::pair<ConcernRecord, ConcernRecord>> replaced;
  for (const std::string& concern : touched) {
    replaced.emplace_back(RecordOf(*change.before, concern), RecordOf(*change.after, concern));
  }
  std::vector<std::pair<NationalRecord, NationalRecord>> replaced_nationals;
  for (const std::string& national : nationals) {
    replaced_nationals.emplace_back(NationalRecordOf(*change.before, national),
                                    NationalRecordOf(*change.after, national));
  }
  std::lock_guard lock(mu_);
  for (const auto& [before, after] : replaced) overview_.Replace(before, after);
  for (const auto& [before, after] : replaced_nationals) overview_.Replace(before, after);
  moment_ = moment;
}

void Overviews::Read(const common::v1::ReadOptions& read, ledger::Revision at_least, absl::Time deadline,
                     const std::string& force, Answer answer, Done done) {
  if (read.as_of().moment_case() != common::v1::AsOf::MOMENT_NOT_SET) {
    return ReadPast(read.as_of(), force, std::move(answer), std::move(done));
  }
  projection_.Settle(read, deadline, [this, at_least, deadline, answer, done](const absl::Status& settled) {
    if (!settled.ok()) return done(settled);
    projection_.WaitFor(at_least, deadline, [this, answer, done](const absl::Status& there) {
      if (!there.ok()) return done(there);
      ReadPresent(answer, done);
    });
  });
}

void Overviews::ReadPresent(const Answer& answer, const Done& done) {
  absl::Status status;
  {
    std::shared_lock lock(mu_);
    OverviewMoment moment = moment_;
    moment.today = Today(clock_);
    status = answer(overview_, moment);
  }
  done(status);
}

void Overviews::ReadPast(const common::v1::AsOf& as_of, const std::string& force, Answer answer, Done done) {
  if (force.empty()) {
    if (reading_all_.exchange(true)) return done(ledger::Overloaded("readings of all forces as of the past"));
    done = [this, done = std::move(done)](const absl::Status& status) {
      reading_all_ = false;
      done(status);
    };
  }
  ledger::AsOf moment;
  if (as_of.has_recorded_time()) {
    moment.time = rpc::GetTime(as_of.recorded_time());
  } else {
    moment.revision = as_of.revision();
  }
  const auto terms = [force](const google::protobuf::Descriptor*) {
    return force.empty() ? std::vector<ledger::Term>() : std::vector<ledger::Term>{ForceTerm(force)};
  };
  projection_.ReadAsOf(moment, terms,
                       [this, time = moment.time, answer = std::move(answer),
                        done](const absl::StatusOr<std::shared_ptr<const rpc::InformerCopy>>& copy) {
                         if (!copy.ok()) return done(copy.status());
                         past_.Post([copy = *copy, time, answer, done] {
                           const Overview overview = OverviewOf(*copy);
                           done(answer(overview, {copy->revision(), copy->recorded_time(),
                                                  LondonDay(time.value_or(copy->recorded_time()))}));
                         });
                       });
}

}  // namespace oversight::concerns
