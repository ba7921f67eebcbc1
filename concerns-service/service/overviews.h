// The overview of the record (domain/overview.h) as a server keeps it: in step with the log of this service by a
// projection (common/rpc/projection.h), and for a moment in the past made anew from the ledger, by the same code. What
// is read is of one revision.
//
// Thread-safe. The Runtime must outlive it; Stop comes before the ledger's Shutdown.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <shared_mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/ledger/types.h"
#include "common/rpc/projection.h"
#include "common/rpc/serial_thread.h"
#include "common/rpc/server.h"
#include "concerns-service/domain/overview.h"
#include "oversight/common/v1/read.pb.h"

namespace oversight::concerns {

// Where an overview stands.
struct OverviewMoment {
  ledger::Revision revision = 0;
  absl::Time recorded_time = absl::InfinitePast();
  absl::CivilDay today;  // In London, at that moment.
};

class Overviews {
 public:
  using Answer = std::function<absl::Status(const Overview&, const OverviewMoment&)>;
  using Done = std::function<void(const absl::Status&)>;

  explicit Overviews(rpc::Runtime& runtime);

  // Runs `answer` on the overview that `read` asks for, no older than `at_least`, then `done` with what it says.
  // `answer` must be quick: changes wait for it. Of a past moment only what belongs to `force` need be there ("":
  // everything). Errors: those of Projection::Settle; as_of in the future OUT_OF_RANGE REVISION_IN_FUTURE;
  // RESOURCE_EXHAUSTED OVERLOADED when everything of the past is asked for while that is being read for another.
  void Read(const common::v1::ReadOptions& read, ledger::Revision at_least, absl::Time deadline,
            const std::string& force, Answer answer, Done done);

  // Ends what it runs; waits answer CANCELLED.
  void Stop() { projection_.Stop(); }

 private:
  void Apply(const rpc::InformerChange& change);
  void ReadPresent(const Answer& answer, const Done& done);
  void ReadPast(const common::v1::AsOf& as_of, const std::string& force, Answer answer, Done done);

  const Clock& clock_;
  // Held shared while an answer is made, and alone while a change is taken in.
  std::shared_mutex mu_;
  Overview overview_;
  OverviewMoment moment_;  // But for its day.

  std::atomic<bool> reading_all_{false};
  rpc::SerialThread past_;      // Makes overviews of the past, which takes too long for a thread of the ledger.
  rpc::Projection projection_;  // Last: it tells the rest.
};

}  // namespace oversight::concerns
