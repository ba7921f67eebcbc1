#include "concerns-service/service/concern_watch.h"

#include <functional>
#include <utility>

#include "common/rpc/watch_shape.h"
#include "common/rpc/watch_stream.h"

namespace oversight::concerns {
namespace {

const google::protobuf::OneofDescriptor& ResourceOneof() {
  static const auto* const oneof = v1::ConcernEvent::descriptor()->FindOneofByName("resource");
  return *oneof;
}

// Calls what the caller sees for the first time ADDED.
class OutsidePort final : public rpc::WatchPort {
 public:
  OutsidePort(const Kinds& kinds, std::shared_ptr<rpc::StreamCall<v1::WatchConcernsResponse>> call)
      : kinds_(kinds), inner_(std::move(call)) {}

  std::unique_ptr<google::protobuf::Message> NewResponse() const override { return inner_.NewResponse(); }
  void Write(google::protobuf::Message* response, std::function<void(bool ok)> written) override {
    auto* message = static_cast<v1::WatchConcernsResponse*>(response);
    if (message->has_events()) {
      for (auto& event : *message->mutable_events()->mutable_events()) {
        const auto* reflection = event.GetReflection();
        const auto* field = reflection->GetOneofFieldDescriptor(event, &ResourceOneof());
        if (field != nullptr && kinds_.IsFirstShown(reflection->GetMessage(event, field))) {
          event.set_type(common::v1::EVENT_TYPE_ADDED);
        }
      }
    }
    inner_.Write(message, std::move(written));
  }
  void Finish(const absl::Status& status) override { inner_.Finish(status); }

 private:
  const Kinds& kinds_;
  rpc::StreamPort<v1::WatchConcernsResponse> inner_;
};

}  // namespace

void ServeConcernWatch(ServiceContext& shared, std::shared_ptr<rpc::StreamCall<v1::WatchConcernsResponse>> call,
                       const common::v1::WatchStart& start) {
  const Viewer viewer = shared.ViewerOf(*call);
  rpc::WatchOptions options{.ledger = &shared.resources().ledger(), .clock = &shared.resources().clock()};
  if (viewer.sees_everything()) return rpc::ServeWatch(std::move(call), start, options);
  const Kinds& kinds = shared.kinds();
  options.visible = [&kinds, viewer](const ledger::Version& version) { return kinds.SeesVersion(viewer, version); };
  static const rpc::WatchShape shape(v1::WatchConcernsResponse::descriptor());
  auto feed = rpc::WatchFeed::Start(std::make_shared<OutsidePort>(kinds, call), shape, start, options);
  if (feed != nullptr) call->OnEnd([feed] { feed->Stop(); });
}

}  // namespace oversight::concerns
