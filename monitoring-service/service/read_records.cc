#include "monitoring-service/service/read_records.h"

#include <memory>
#include <set>

#include "common/rpc/errors.h"
#include "common/time/timestamp.h"
#include "monitoring-service/domain/embargo.h"
#include "monitoring-service/domain/names.h"

namespace oversight::monitoring {
namespace {

using google::protobuf::Message;

// Null for what is not there, or cannot be read any more.
absl::StatusOr<std::unique_ptr<Message>> Find(rpc::Facts& log, const std::string& name) {
  OVERSIGHT_ASSIGN_OR_RETURN(const auto version, log.Find(name));
  if (!version.has_value() || version->redacted) return nullptr;
  const auto* type = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(version->kind);
  if (type == nullptr) return nullptr;
  std::unique_ptr<Message> resource(google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
  if (!resource->ParseFromString(version->payload)) return nullptr;
  rpc::Stamp(*version, resource.get());
  return resource;
}

absl::StatusOr<bool> WasEmbargoed(rpc::Facts& log, const std::string& name, Sight sight, absl::Time read_time) {
  OVERSIGHT_ASSIGN_OR_RETURN(const std::unique_ptr<Message> resource, Find(log, name));
  if (resource == nullptr) return false;
  const Embargo embargo = EmbargoOn(*resource, sight, read_time);
  if (embargo.holds) return true;
  // No deeper than a disclosure about a proposal that was approved: names lead from what follows to what it follows
  // from.
  for (const std::string& other : embargo.if_any) {
    OVERSIGHT_ASSIGN_OR_RETURN(const bool was, WasEmbargoed(log, other, sight, read_time));
    if (was) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<std::vector<v1::EmbargoedRead>> NewRecordsOf(
    const google::protobuf::RepeatedPtrField<common::v1::ReportedRead>& reads, const ViewerOf& viewer_of,
    rpc::Facts& log) {
  std::vector<v1::EmbargoedRead> records;
  std::set<std::string> names;
  for (const common::v1::ReportedRead& read : reads) {
    const Viewer viewer = viewer_of(auth::Principal(read.reader()));
    for (const common::v1::ToldResource& told : read.told()) {
      v1::EmbargoedRead record = RecordOf(read, told);
      if (names.count(record.name()) > 0) continue;
      // Whoever has read the whole log has read what is under embargo, if anything is.
      bool was = record.resource() == kLedger;
      if (!was) {
        OVERSIGHT_ASSIGN_OR_RETURN(was, WasEmbargoed(log, record.resource(), viewer.SightOf(ForceOf(record.resource())),
                                                     GetTime(read.read_time())));
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
