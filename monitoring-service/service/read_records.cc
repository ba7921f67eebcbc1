#include "monitoring-service/service/read_records.h"

#include <algorithm>
#include <memory>
#include <set>

#include "common/rpc/errors.h"
#include "common/rpc/parse_version.h"
#include "common/time/timestamp.h"
#include "monitoring-service/domain/embargo.h"
#include "monitoring-service/domain/names.h"
#include "oversight/monitoring/v1/monitoring.pb.h"

namespace oversight::monitoring {
namespace {

using google::protobuf::Message;

// Null for what cannot be read any more.
std::unique_ptr<Message> Parsed(const ledger::Version& version) {
  std::unique_ptr<Message> resource = rpc::ParseVersion(version);
  if (resource != nullptr) rpc::Stamp(version, resource.get());
  return resource;
}

struct Question {
  std::string name;
  int64_t revision = 0;  // That was shown; 0: none was.
  Sight sight;
  absl::Time read_time;
  bool for_stage = false;
};

absl::StatusOr<bool> WasEmbargoed(rpc::Facts& log, const Question& question) {
  OVERSIGHT_ASSIGN_OR_RETURN(const auto version, log.Find(question.name));
  if (!version.has_value()) return false;
  const std::unique_ptr<Message> now = Parsed(*version);
  if (now == nullptr) return false;
  std::unique_ptr<Message> shown;
  if (question.revision != 0 && question.revision != version->revision) {
    OVERSIGHT_ASSIGN_OR_RETURN(const auto earlier, log.Version({question.name, question.revision}));
    if (earlier.has_value() && earlier->version.kind == version->kind) shown = Parsed(earlier->version);
  }
  const bool of_stage = v1::Monitoring::descriptor() == now->GetDescriptor();
  const Embargo embargo = EmbargoOn({.shown = shown == nullptr ? *now : *shown,
                                     .now = *now,
                                     .sight = question.sight,
                                     .time = question.read_time,
                                     .whole = question.revision != 0,
                                     .for_stage = question.for_stage});
  if (embargo.holds) return true;
  // No deeper than a disclosure about a proposal that was approved: names lead from what follows to what it follows
  // from. What a stage was shown to be had come about; what was told of it is of the moment.
  for (const std::string& other : embargo.if_any) {
    OVERSIGHT_ASSIGN_OR_RETURN(const bool was, WasEmbargoed(log, {.name = other,
                                                                  .revision = 0,
                                                                  .sight = question.sight,
                                                                  .read_time = question.read_time,
                                                                  .for_stage = of_stage && question.revision == 0}));
    if (was) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<std::vector<v1::EmbargoedRead>> NewRecordsOf(
    const google::protobuf::RepeatedPtrField<common::v1::ReportedRead>& reads, const ViewerOf& viewer_of,
    const std::string& reporter, rpc::Facts& log) {
  std::vector<v1::EmbargoedRead> records;
  std::set<std::string> names;
  for (const common::v1::ReportedRead& read : reads) {
    const Viewer viewer = viewer_of(auth::Principal(read.reader()));
    // The clock of who answered may be ahead.
    const absl::Time read_time = std::min(GetTime(read.read_time()), log.now());
    for (const common::v1::ToldResource& told : read.told()) {
      v1::EmbargoedRead record = RecordOf(read, told, reporter);
      if (names.count(record.name()) > 0) continue;
      // Whoever has read the whole log has read what is under embargo, if anything is.
      bool was = record.resource() == kLedger;
      // Whoever sees no more than the public is shown nothing that is under embargo, however much it looks so by the
      // clocks of two machines.
      const Sight sight = viewer.SightOf(ForceOf(record.resource()));
      if (!was && sight > Sight::kPublished) {
        OVERSIGHT_ASSIGN_OR_RETURN(
            was,
            WasEmbargoed(
                log, {.name = record.resource(), .revision = told.revision(), .sight = sight, .read_time = read_time}));
      }
      if (!was) continue;
      OVERSIGHT_ASSIGN_OR_RETURN(const auto there, log.Find(record.name()));
      if (there.has_value()) continue;
      names.insert(record.name());
      records.push_back(std::move(record));
    }
  }
  return records;
}

}  // namespace oversight::monitoring
