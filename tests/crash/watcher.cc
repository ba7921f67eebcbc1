#include "tests/crash/watcher.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/resources.h"
#include "common/rpc/status_mapping.h"
#include "tests/crash/writers.h"
#include "tests/support/awaited.h"

namespace oversight::crash {
namespace {

using concerns::v1::Concern;
using concerns::v1::Recommendation;
using concerns::v1::ThemeList;
using testing::Delivery;
using testing::WatchedChange;

// Versions are not told; the payload has all stamps in it, so that these are compared too.
template <class T>
WatchedChange Told(const T& resource, bool deleted) {
  return {resource.name(), 0, deleted, resource.SerializeAsString()};
}

template <class T>
WatchedChange ToldAs(const ledger::Version& version) {
  const absl::StatusOr<T> resource = rpc::FromVersion<T>(version);
  return resource.ok() ? Told(*resource, version.deleted)
                       : WatchedChange{version.name, -1, version.deleted, "unreadable"};
}

}  // namespace

Delivery AsTold(const ledger::Transaction& transaction) {
  Delivery delivery{transaction.revision, {}};
  for (const auto& version : transaction.versions) {
    delivery.changes.push_back(version.kind == Concern::descriptor()->full_name() ? ToldAs<Concern>(version)
                               : version.kind == ThemeList::descriptor()->full_name()
                                   ? ToldAs<ThemeList>(version)
                                   : ToldAs<Recommendation>(version));
  }
  return delivery;
}

Watcher::Watcher(Target& target, int replica, int64_t resume_after)
    : target_(target), resume_after_(resume_after), replica_(replica), seen_(resume_after), thread_([this] {
        Run();
      }) {}

Watcher::~Watcher() {
  {
    std::lock_guard lock(mu_);
    stopping_ = true;
    if (context_ != nullptr) context_->TryCancel();
  }
  thread_.join();
}

void Watcher::Run() {
  while (true) {
    {
      std::lock_guard lock(mu_);
      if (stopping_) return;
    }
    if (const auto stub = target_.Get(replica_, Principals()[0])) Follow(*stub);
    replica_ = (replica_ + 1) % target_.replicas();
    target_.Pause();
  }
}

void Watcher::Follow(Stub& stub) {
  grpc::ClientContext context;
  concerns::v1::WatchConcernsRequest request;
  request.mutable_start()->mutable_bookmark_interval()->set_nanos(100'000'000);
  request.mutable_start()->set_token(token_);
  {
    std::lock_guard lock(mu_);
    if (stopping_) return;
    context_ = &context;
    request.mutable_start()->set_resume_after(seen_);
    parts_.emplace_back();
  }
  const auto stream = stub.WatchConcerns(&context, request);
  concerns::v1::WatchConcernsResponse response;
  while (stream->Read(&response)) Take(response);
  const grpc::Status status = stream->Finish();
  std::lock_guard lock(mu_);
  context_ = nullptr;
  if (!stopping_ && VerdictOf(status) == Verdict::kRefused) {
    findings_.Other(absl::StrCat("a watch after revision ", request.start().resume_after(), " ended with ",
                                 TextOf(rpc::FromGrpc(status))));
  }
}

void Watcher::Take(const concerns::v1::WatchConcernsResponse& response) {
  std::lock_guard lock(mu_);
  switch (response.response_case()) {
    case concerns::v1::WatchConcernsResponse::kEvents: {
      Delivery delivery{response.events().revision(), {}};
      for (const auto& event : response.events().events()) {
        const bool deleted = event.type() == common::v1::EVENT_TYPE_DELETED;
        delivery.changes.push_back(event.has_concern()      ? Told(event.concern(), deleted)
                                   : event.has_theme_list() ? Told(event.theme_list(), deleted)
                                                            : Told(event.recommendation(), deleted));
      }
      parts_.back().push_back(std::move(delivery));
      seen_ = response.events().revision();
      token_ = response.events().consistency_token();
      break;
    }
    case concerns::v1::WatchConcernsResponse::kBookmark:
      if (response.bookmark().revision() < seen_) {
        findings_.Other(
            absl::StrCat("a bookmark says ", response.bookmark().revision(), " after revision ", seen_, " was told"));
      }
      seen_ = response.bookmark().revision();
      token_ = response.bookmark().consistency_token();
      break;
    default:
      break;
  }
  changed_.notify_all();
}

bool Watcher::WaitFor(int64_t revision) {
  std::unique_lock lock(mu_);
  return changed_.wait_for(lock, testing::kPatience, [&] { return seen_ >= revision; });
}

std::vector<std::vector<Delivery>> Watcher::parts() const {
  std::lock_guard lock(mu_);
  return parts_;
}

Findings Watcher::TakeFindings() {
  std::lock_guard lock(mu_);
  return std::exchange(findings_, {});
}

}  // namespace oversight::crash
