// The calls, side by side, that bring together what an owner derives: each fills its part of one answer, and when the
// last has ended the answer is given, or the first refusal. For one answer; the calls run on gRPC's threads.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/identity.h"
#include "common/rpc/informer.h"
#include "common/rpc/status_mapping.h"
#include "gateway/dashboard/derived_part.h"
#include "gateway/dashboard/start_call.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/status.h"
#include "oversight/common/v1/read.pb.h"

namespace oversight::gateway {

inline PrepareCall CallAs(const rpc::Identity& identity) {
  return [identity](grpc::ClientContext& context) { identity.AddTo(context); };
}
// A read that shows at least what the copy does.
inline common::v1::ReadOptions AtLeastAsFresh(const rpc::InformerCopy& copy) {
  common::v1::ReadOptions read;
  if (!copy.token().empty()) read.mutable_consistency()->set_at_least_as_fresh(copy.token());
  return read;
}

using PartDone = std::function<void(absl::StatusOr<DerivedPart>)>;

class Asking : public std::enable_shared_from_this<Asking> {
 public:
  Asking(PrepareCall prepare, common::v1::ReadOptions read, absl::Time deadline, PartDone done)
      : prepare_(std::move(prepare)), read_(std::move(read)), deadline_(deadline), done_(std::move(done)) {}

  // One call, begun by `start`, which holds the stub; `take` runs with the lock when it has succeeded.
  template <class Request, class Response, class Start>
  void Call(Request request, Start start, std::function<void(DerivedPart& answer, Response& response)> take) {
    *request.mutable_read() = read_;
    {
      std::lock_guard lock(mu_);
      ++left_;
    }
    StartCall<Request, Response>(
        prepare_, deadline_, std::move(request), start,
        [self = shared_from_this(), take = std::move(take)](const grpc::Status& ended, Request&, Response& response) {
          if (ended.ok()) {
            std::lock_guard lock(self->mu_);
            // What is told as of a revision is at least as new in all of its parts.
            const int64_t revision = response.header().revision();
            int64_t& oldest = self->answer_.revision;
            oldest = self->answered_++ == 0 ? revision : std::min(oldest, revision);
            take(self->answer_, response);
          }
          self->Arrive(ended.ok() ? absl::OkStatus() : rpc::FromGrpc(ended));
        });
  }

  // No more calls follow. `finish` runs on the answer, if there is one, before it is given.
  void End(std::function<void(DerivedPart& answer)> finish = nullptr) {
    {
      std::lock_guard lock(mu_);
      finish_ = std::move(finish);
    }
    Arrive(absl::OkStatus());
  }

  // There is more than the answer shows. Within `take` or `finish`.
  static void LeaveOut(DerivedPart& answer, const char* field, const char* reason) {
    auto& left_out = *answer.force.add_left_out();
    left_out.set_field(field);
    left_out.set_reason(reason);
  }

 private:
  void Arrive(const absl::Status& arrived) {
    {
      std::lock_guard lock(mu_);
      if (status_.ok()) status_ = arrived;
      if (--left_ > 0) return;
    }
    if (!status_.ok()) return done_(status_);
    if (finish_ != nullptr) finish_(answer_);
    done_(std::move(answer_));
  }

  const PrepareCall prepare_;
  const common::v1::ReadOptions read_;
  const absl::Time deadline_;
  const PartDone done_;
  std::mutex mu_;
  int left_ = 1;
  int answered_ = 0;
  absl::Status status_;
  DerivedPart answer_;
  std::function<void(DerivedPart&)> finish_;
};

}  // namespace oversight::gateway
