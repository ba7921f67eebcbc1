// What a service keeps in memory of its own ledger, to answer questions that no index of the store answers: the
// informer (informer.h), fed by the ledger itself in place of a Watch over gRPC. The same promises hold: initial state,
// then change after change, one revision at a time, resumed or listed again when that must be; indexes are kept in step
// with the copy. The start costs what the current state costs, not the length of the log. Where several processes have
// one store open, each keeps a projection of its own, and what another one writes shows here as soon as it is told.
//
//   rpc::Projection projection("concerns", ledger, clock, rpc::ShapeOf<WatchConcernsResponse>(),
//                              {Concern::descriptor(), Recommendation::descriptor()}, &metrics);
//   projection.AddIndex([&](const rpc::InformerChange& change) { ... });
//   projection.Start();
//   projection.Settle(q.read(), call.deadline(), [&](absl::Status status) { ... projection.Read() ... });
//
// Takes in changes on one thread of its own, so that neither writers nor gRPC wait for it; indexes, listeners and waits
// run there. Thread-safe. The ledger, the clock and the metrics must outlive it; Stop comes before the ledger's
// Shutdown.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/ledger/ledger.h"
#include "common/rpc/informer.h"
#include "common/rpc/serial_thread.h"
#include "common/rpc/watch_shape.h"
#include "common/time/clock.h"
#include "oversight/common/v1/read.pb.h"

namespace oversight::rpc {

// A base, so that the thread is there before the informer and after it.
struct ProjectionThread {
  SerialThread thread;
};

class Projection : private ProjectionThread, public InformerCore {
 public:
  // `owner` is the service's short name, "concerns": for messages and metrics. `shape` is that of its Watch response,
  // which says what kinds there are; `kinds` are those to keep.
  Projection(std::string owner, ledger::Ledger& ledger, const Clock& clock, const WatchShape& shape,
             std::vector<const google::protobuf::Descriptor*> kinds, observe::Metrics* metrics = nullptr);
  ~Projection();

  // Runs `done` with OK when the copy, and every index, holds what `read` asks for; `as_of` is not looked at. Without
  // `consistency`, and with minimize_latency, that is all that could be read from this process's ledger when the call
  // came: whoever wrote here reads what they wrote. Errors: INVALID_ARGUMENT CONSISTENCY_TOKEN_MISMATCH,
  // DEADLINE_EXCEEDED, UNAVAILABLE.
  void Settle(const common::v1::ReadOptions& read, absl::Time deadline, Done done);

  // The copy as it was at a moment in the past, read from the ledger: this costs as much as there was then. `terms`
  // gives the index terms by which a kind is to be narrowed down; none: all of it. `done` runs on a ledger thread.
  // OUT_OF_RANGE REVISION_IN_FUTURE.
  using Terms = std::function<std::vector<ledger::Term>(const google::protobuf::Descriptor* kind)>;
  void ReadAsOf(const ledger::AsOf& as_of, const Terms& terms,
                std::function<void(absl::StatusOr<std::shared_ptr<const InformerCopy>>)> done);

 private:
  ledger::Ledger& ledger_;
  const std::vector<const google::protobuf::Descriptor*> kinds_;
};

}  // namespace oversight::rpc
