// The parts of service_bench. Each measures its contenders in rounds that take turns, so that noise of the machine
// falls on all alike, and reports. For the main thread.
#pragma once

#include "tests/bench/harness.h"
#include "tests/bench/report.h"

namespace oversight::bench {

// GetForce beside a bare gRPC echo of the same bytes.
void BenchReads(const Plan& plan, Report& report);
// IssueConcern, which decides over several resources, at several numbers of calls in flight.
void BenchIssuing(const Plan& plan, Report& report);
// One changed resource made durable: both engines beside etcd and plain inserts.
void BenchCommits(const Plan& plan, Report& report);
// What reads and a start cost as the log grows.
void BenchGrowth(const Plan& plan, Report& report);
// Counts, due items, search, checks and histories over ten years of casework, and how they grow with it.
void BenchOverview(const Plan& plan, Report& report);
// 1000 announcements of one minute, and what is read of monitoring, over ten years, beside a bare echo of the same bytes.
// Waits for a minute of the clock.
void BenchMonitoring(const Plan& plan, Report& report);
// The assessment of all forces, and backtests, over ten years of casework.
void BenchPolicy(const Plan& plan, Report& report);
// Streams that wait, and one event to all of them, beside etcd's.
void BenchWatch(const Plan& plan, Report& report);

}  // namespace oversight::bench
