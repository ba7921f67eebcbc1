#include "gateway/http/calls.h"

#include <algorithm>
#include <utility>

#include "common/rpc/errors.h"
#include "common/rpc/status_mapping.h"

namespace oversight::gateway {

struct Calls::Round {
  std::mutex mu;
  std::vector<Reply> replies;
  size_t missing = 0;
  std::function<void(std::vector<Reply>)> then;

  void Set(size_t index, Reply reply) {
    {
      std::lock_guard lock(mu);
      replies[index] = std::move(reply);
      if (--missing > 0) return;
    }
    then(std::move(replies));
  }
};

void Calls::Ask(const std::vector<Question>& questions, std::function<void(std::vector<Reply>)> then,
                absl::Time deadline) {
  BackendCallOptions options = options_;
  options.deadline = std::min(options.deadline, deadline);
  if (questions.empty()) return then({});
  auto round = std::make_shared<Round>();
  round->replies.assign(questions.size(), absl::UnknownError(""));
  round->missing = questions.size();
  round->then = std::move(then);
  for (size_t i = 0; i < questions.size(); ++i) {
    const auto* method = questions[i].method;
    const std::string path = method == nullptr ? "" : "/" + method->service()->full_name() + "/" + method->name();
    const Route* route = routes_.Find(path);
    if (route == nullptr) {
      round->Set(i, Error(absl::StatusCode::kUnimplemented, common::v1::ERROR_REASON_UNKNOWN_METHOD,
                          "There is no method " + path + ".")
                        .With("method", path));
      continue;
    }
    const auto call = StartUnary(*route, options, ToByteBuffer(questions[i].request),
                                 [self = shared_from_this(), round, i](const UnaryAnswer& answer) {
                                   if (answer.status.ok()) {
                                     round->Set(i, ToString(answer.response));
                                   } else {
                                     round->Set(i, rpc::FromGrpc(answer.status));
                                   }
                                 });
    std::lock_guard lock(mu_);
    running_.push_back(call);
    if (cancelled_) call->Cancel();
  }
}

void Calls::Cancel() {
  std::lock_guard lock(mu_);
  cancelled_ = true;
  for (const auto& call : running_) call->Cancel();
}

}  // namespace oversight::gateway
