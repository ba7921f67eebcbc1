// One watched dashboard: sends its present state, then again when what it shows or the state of a section has changed,
// or a heartbeat is due. Changes that come while a message is being taken, or within the client's least interval, are
// told as one: a slow client costs one pending flag. Thread-safe; lives through the call it serves.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/rpc/call.h"
#include "common/rpc/timer.h"
#include "gateway/dashboard/dashboard_source.h"

namespace oversight::gateway {

class DashboardFeed : public std::enable_shared_from_this<DashboardFeed> {
 public:
  using Stream = std::shared_ptr<rpc::StreamCall<grpc::ByteBuffer>>;
  // Told of each state before it is sent.
  using Sending = std::function<void(const rpc::Call&, const EncodedDashboard&)>;
  DashboardFeed(DashboardSource& source, Stream stream, const v1::WatchDashboardRequest& request, Audience audience,
                Sending sending);

  // Sends the first state. Until then nothing is sent, so that it may be waited for.
  void Begin();
  // Something may have changed.
  void Notify();
  // Time has passed: sends when a section's state has changed or a heartbeat is due.
  void Tick(absl::Time now);
  // The stream is over.
  void End();

 private:
  // Sends when there is something to send and the time has come. `lock` is released before anything is called.
  void Pump(std::unique_lock<std::mutex> lock);
  void Send(std::unique_lock<std::mutex> lock);

  DashboardSource& source_;
  const std::string force_;  // Empty: the national dashboard.
  const Audience audience_;
  const absl::Duration min_interval_, heartbeat_interval_;
  const Sending sending_;

  std::mutex mu_;
  Stream stream_;
  bool begun_ = false;
  bool due_ = true;        // A state not sent yet may be there.
  bool must_send_ = true;  // Send even when the dashboard is the same: a section's state changed, or a heartbeat.
  bool writing_ = false;
  bool timer_set_ = false;
  absl::Time sent_time_ = absl::InfinitePast();
  EncodedDashboard sent_;
  std::vector<int> sent_states_;
  rpc::Timer timer_;
};

}  // namespace oversight::gateway
