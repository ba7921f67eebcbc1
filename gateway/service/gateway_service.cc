#include "gateway/service/gateway_service.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/channel.h"
#include "common/rpc/errors.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "common/time/timestamp.h"
#include "gateway/dashboard/comparison.h"
#include "gateway/service/agenda_reading.h"
#include "gateway/service/authorization.h"
#include "gateway/service/dashboard_bytes.h"
#include "gateway/service/dashboard_feed.h"
#include "gateway/service/searching.h"

namespace oversight::gateway {
namespace {

// How long the owners may take for what is read of them.
constexpr absl::Duration kLongestRead = absl::Seconds(10);

// In the caller's name: the owners show what that one may see. For as long as the call lasts.
PrepareCall InTheNameOf(rpc::Call& call) {
  return [&call](grpc::ClientContext& context) { rpc::Propagate(call, kLongestRead, &context); };
}

}  // namespace

GatewayServiceImpl::GatewayServiceImpl(rpc::Host& host, DashboardSource& source, SuiteChannels channels,
                                       const auth::AuthorizationTable& table, rpc::ReadReporter& reporter)
    : host_(host), source_(source), channels_(std::move(channels)), table_(table), reporter_(reporter) {
  host_.SetReadObserver(
      [this](const rpc::Call& call, const google::protobuf::Message*, const google::protobuf::Message& answer) {
        reporter_.Note(call.principal(), call.method(), rpc::ToldBy(answer), source_.now());
      });
  source_.AddListener([this] {
    std::vector<std::shared_ptr<DashboardFeed>> feeds;
    {
      std::lock_guard lock(mu_);
      feeds.assign(feeds_.begin(), feeds_.end());
    }
    for (const auto& feed : feeds) feed->Notify();
  });
  tending_ = std::thread([this] { TendFeeds(); });
}

GatewayServiceImpl::~GatewayServiceImpl() { Stop(); }

void GatewayServiceImpl::Stop() {
  {
    std::lock_guard lock(mu_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (tending_.joinable()) tending_.join();
}

void GatewayServiceImpl::Note(const rpc::Call& call, const EncodedDashboard& dashboard) {
  reporter_.Note(call.principal(), call.method(), dashboard->told, source_.now(), {dashboard->slot, dashboard->id});
}

void GatewayServiceImpl::TendFeeds() {
  std::unique_lock lock(mu_);
  while (!wake_.wait_for(lock, std::chrono::milliseconds(250), [this] { return stopping_; })) {
    if (feeds_.empty()) continue;
    const std::vector<std::shared_ptr<DashboardFeed>> feeds(feeds_.begin(), feeds_.end());
    lock.unlock();
    const absl::Time now = absl::Now();
    for (const auto& feed : feeds) feed->Tick(now);
    lock.lock();
  }
}

grpc::ServerUnaryReactor* GatewayServiceImpl::GetNationalDashboard(grpc::CallbackServerContext* context,
                                                                   const grpc::ByteBuffer* request,
                                                                   grpc::ByteBuffer* response) {
  return host_.UnaryRaw<v1::GetNationalDashboardRequest>(
      context, request, response,
      [this](rpc::Call& call, const v1::GetNationalDashboardRequest& request, grpc::ByteBuffer* response,
             rpc::Done done) {
        if (request.has_as_of_time()) return GetPastNationalDashboard(call, request, response, done);
        source_.WaitFresh(request.freshness(), call.deadline(),
                          [this, &call, response, freshness = request.freshness(), done](const absl::Status& fresh) {
                            if (!fresh.ok()) return done(fresh);
                            source_.WaitForDerived(
                                Audience::kInspectorate, "", freshness, call.deadline(), [this, &call, response, done] {
                                  const auto sections = source_.Sections(Audience::kInspectorate);
                                  const auto encoded = source_.National();
                                  if (!encoded.ok()) return done(encoded.status());
                                  Note(call, *encoded);
                                  *response = DashboardBytes(v1::GetNationalDashboardResponse::kDashboardFieldNumber,
                                                             sections, *encoded);
                                  done(absl::OkStatus());
                                });
                          });
      });
}

grpc::ServerUnaryReactor* GatewayServiceImpl::GetForceDashboard(grpc::CallbackServerContext* context,
                                                                const grpc::ByteBuffer* request,
                                                                grpc::ByteBuffer* response) {
  return host_.UnaryRaw<v1::GetForceDashboardRequest>(
      context, request, response,
      [this](rpc::Call& call, const v1::GetForceDashboardRequest& request, grpc::ByteBuffer* response, rpc::Done done) {
        const Audience audience = AudienceOf(call.principal());
        std::optional<absl::CivilDay> on_day;
        if (request.has_on_date()) on_day = ToCivilDay(request.on_date());
        if (on_day.has_value() && *on_day > source_.today()) {
          Violations violations;
          violations.Add("on_date", absl::StrCat("must not be in the future; today is ", FormatIso(source_.today())));
          return done(violations.status());
        }
        if (request.has_as_of_time()) return GetPastDashboard(call, request, response, done);
        source_.WaitFresh(
            request.freshness(), call.deadline(),
            [this, &call, response, force = request.name(), freshness = request.freshness(), audience, on_day,
             done](const absl::Status& fresh) {
              if (!fresh.ok()) return done(fresh);
              const auto answer = [this, &call, response, done](std::vector<v1::SectionStatus> sections,
                                                                const absl::StatusOr<EncodedDashboard>& encoded) {
                if (!encoded.ok()) return done(encoded.status());
                Note(call, *encoded);
                *response = DashboardBytes(v1::GetForceDashboardResponse::kDashboardFieldNumber, sections, *encoded);
                done(absl::OkStatus());
              };
              if (on_day.has_value() && *on_day != source_.today()) {
                // Sections first, here and below: should the facts change in between, they are newer than
                // it says.
                auto sections = source_.Sections(audience);
                sections.resize(3);  // Nothing is derived for it.
                return answer(std::move(sections), source_.ForceOn(force, *on_day, audience));
              }
              source_.WaitForDerived(audience, force, freshness, call.deadline(), [this, force, audience, answer] {
                auto sections = source_.Sections(audience, force);
                answer(std::move(sections), source_.Force(force, audience));
              });
            });
      });
}

void GatewayServiceImpl::GetPastNationalDashboard(rpc::Call& call, const v1::GetNationalDashboardRequest& request,
                                                  grpc::ByteBuffer* response, rpc::Done done) {
  ReadNationalPast(channels_, InTheNameOf(call), request.as_of_time(), rpc::DeadlineFor(call, kLongestRead),
                   [this, response, moment = GetTime(request.as_of_time()), done](absl::StatusOr<ForceRecord> past) {
                     if (!past.ok()) return done(past.status());
                     const std::vector<v1::SectionStatus> sections = past->sections;
                     const auto encoded = source_.NationalThen(*std::move(past), moment);
                     if (!encoded.ok()) return done(encoded.status());
                     *response =
                         DashboardBytes(v1::GetNationalDashboardResponse::kDashboardFieldNumber, sections, *encoded);
                     done(absl::OkStatus());
                   });
}

void GatewayServiceImpl::GetPastDashboard(rpc::Call& call, const v1::GetForceDashboardRequest& request,
                                          grpc::ByteBuffer* response, rpc::Done done) {
  const absl::Time moment = GetTime(request.as_of_time());
  std::optional<absl::CivilDay> on_day;
  if (request.has_on_date()) on_day = ToCivilDay(request.on_date());
  if (on_day.has_value() && *on_day > LondonDay(moment)) {
    Violations violations;
    violations.Add("on_date", absl::StrCat("must not be after as_of_time, which is on ", FormatIso(LondonDay(moment))));
    return done(violations.status());
  }
  const Audience audience = AudienceOf(call.principal());
  ReadPast(channels_, InTheNameOf(call), request.name(), request.as_of_time(), audience,
           rpc::DeadlineFor(call, kLongestRead),
           [this, response, force = request.name(), on_day, moment, audience, done](absl::StatusOr<ForceRecord> past) {
             if (!past.ok()) return done(past.status());
             std::vector<v1::SectionStatus> sections = past->sections;
             // Of another day than that of the moment nothing is derived.
             if (on_day.has_value() && *on_day != LondonDay(moment)) sections.resize(3);
             const auto encoded = source_.ForceThen(*std::move(past), force, on_day, moment, audience);
             if (!encoded.ok()) return done(encoded.status());
             *response = DashboardBytes(v1::GetForceDashboardResponse::kDashboardFieldNumber, sections, *encoded);
             done(absl::OkStatus());
           });
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* GatewayServiceImpl::WatchDashboard(grpc::CallbackServerContext* context,
                                                                               const grpc::ByteBuffer* request) {
  return host_.StreamRaw<v1::WatchDashboardRequest>(
      context, request,
      [this](std::shared_ptr<rpc::StreamCall<grpc::ByteBuffer>> stream, const v1::WatchDashboardRequest& request) {
        // A watch shows what one of the two reads shows, so that read's rule decides.
        const std::string method = request.force().empty() ? "GetNationalDashboard" : "GetForceDashboard";
        const absl::Status allowed = auth::Check(table_, method, stream->principal(), request.force(),
                                                 [this](const std::string& force) { return source_.RegionOf(force); });
        if (!allowed.ok()) return stream->Finish(allowed);
        const Audience audience = AudienceOf(stream->principal());
        auto feed = std::make_shared<DashboardFeed>(
            source_, stream, request, audience,
            [this](const rpc::Call& call, const EncodedDashboard& dashboard) { Note(call, dashboard); });
        {
          std::lock_guard lock(mu_);
          feeds_.insert(feed);
        }
        stream->OnEnd([this, feed] {
          {
            std::lock_guard lock(mu_);
            feeds_.erase(feed);
          }
          feed->End();
        });
        // The first state is to be whole, if that does not take long.
        source_.WaitForDerived(audience, request.force(), {}, absl::InfiniteFuture(), [feed] { feed->Begin(); });
      });
}

grpc::ServerUnaryReactor* GatewayServiceImpl::GetAgenda(grpc::CallbackServerContext* context,
                                                        const v1::GetAgendaRequest* request,
                                                        v1::GetAgendaResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::GetAgendaRequest& request, v1::GetAgendaResponse* response, rpc::Done done) {
        ReadAgendas(source_, channels_, InTheNameOf(call), rpc::DeadlineFor(call, kLongestRead), request, response,
                    [done](const absl::Status& status) { done(status); });
      });
}

grpc::ServerUnaryReactor* GatewayServiceImpl::Search(grpc::CallbackServerContext* context,
                                                     const v1::SearchRequest* request, v1::SearchResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::SearchRequest& request, v1::SearchResponse* response, rpc::Done done) {
        SearchSuite(channels_, InTheNameOf(call), rpc::DeadlineFor(call, kLongestRead), request, response,
                    [done](const absl::Status& status) { done(status); });
      });
}

grpc::ServerUnaryReactor* GatewayServiceImpl::ListComparisons(grpc::CallbackServerContext* context,
                                                              const v1::ListComparisonsRequest* request,
                                                              v1::ListComparisonsResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::ListComparisonsRequest& request,
                            v1::ListComparisonsResponse* response, rpc::Done done) {
                       std::optional<absl::CivilDay> since;
                       if (request.has_since_date()) since = ToCivilDay(request.since_date());
                       if (since.has_value() && *since > source_.today()) {
                         Violations violations;
                         violations.Add("since_date", absl::StrCat("must not be in the future; today is ",
                                                                   FormatIso(source_.today())));
                         return done(violations.status());
                       }
                       source_.WaitFresh(request.freshness(), call.deadline(),
                                         [this, &call, response, by = request.by(), order = request.order(), since,
                                          done](const absl::Status& fresh) {
                                           if (!fresh.ok()) return done(fresh);
                                           // Sections first: should the facts change in between, they are newer than it
                                           // says.
                                           auto sections = source_.Sections(Audience::kInspectorate);
                                           sections.resize(3);  // Nothing of what is derived shows here.
                                           const auto facts = source_.FactsNow();
                                           if (!facts.ok()) return done(facts.status());
                                           // Its counts are made of all stages.
                                           reporter_.Note(call.principal(), call.method(),
                                                          WithStages({}, facts->monitoring), source_.now());
                                           *response = ComposeComparison(*facts, by, order, source_.today(), since);
                                           for (auto& section : sections)
                                             *response->add_sections() = std::move(section);
                                           done(absl::OkStatus());
                                         });
                     });
}

}  // namespace oversight::gateway
