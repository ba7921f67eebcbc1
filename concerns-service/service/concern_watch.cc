#include "concerns-service/service/concern_watch.h"

#include <functional>
#include <utility>

#include "common/rpc/resources.h"
#include "common/rpc/watch_shape.h"
#include "common/rpc/watch_stream.h"
#include "concerns-service/domain/visibility.h"

namespace oversight::concerns {
namespace {

// Calls what the caller sees for the first time ADDED.
class OutsidePort final : public rpc::WatchPort {
 public:
  explicit OutsidePort(std::shared_ptr<rpc::StreamCall<v1::WatchConcernsResponse>> call) : inner_(std::move(call)) {}

  std::unique_ptr<google::protobuf::Message> NewResponse() const override { return inner_.NewResponse(); }
  void Write(google::protobuf::Message* response, std::function<void(bool ok)> written) override {
    auto* message = static_cast<v1::WatchConcernsResponse*>(response);
    if (message->has_events()) {
      for (auto& event : *message->mutable_events()->mutable_events()) {
        if ((event.has_concern() && IsFirstIssued(event.concern())) ||
            (event.has_recommendation() && IsFirstIssued(event.recommendation()))) {
          event.set_type(common::v1::EVENT_TYPE_ADDED);
        }
      }
    }
    inner_.Write(message, std::move(written));
  }
  void Finish(const absl::Status& status) override { inner_.Finish(status); }

 private:
  rpc::StreamPort<v1::WatchConcernsResponse> inner_;
};

bool SeesVersion(const Viewer& viewer, const ledger::Version& version) {
  if (version.kind == v1::Concern::descriptor()->full_name()) {
    const auto concern = rpc::FromVersion<v1::Concern>(version);
    return concern.ok() && viewer.Sees(*concern);
  }
  const auto recommendation = rpc::FromVersion<v1::Recommendation>(version);
  return recommendation.ok() && viewer.Sees(*recommendation);
}

}  // namespace

void ServeConcernWatch(std::shared_ptr<rpc::StreamCall<v1::WatchConcernsResponse>> call,
                       const common::v1::WatchStart& start, const Viewer& viewer, ledger::Ledger& ledger,
                       const Clock& clock) {
  rpc::WatchOptions options{.ledger = &ledger, .clock = &clock};
  if (viewer.sees_everything()) return rpc::ServeWatch(std::move(call), start, options);
  options.visible = [viewer](const ledger::Version& version) { return SeesVersion(viewer, version); };
  static const rpc::WatchShape shape(v1::WatchConcernsResponse::descriptor());
  auto feed = rpc::WatchFeed::Start(std::make_shared<OutsidePort>(call), shape, start, options);
  if (feed != nullptr) call->OnEnd([feed] { feed->Stop(); });
}

}  // namespace oversight::concerns
