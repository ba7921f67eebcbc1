#include "tests/support/watch_recorder.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/rpc/resources.h"
#include "tests/support/ledger_calls.h"

namespace oversight::testing {
namespace {

constexpr int64_t kDeletedVersion = 0, kNewVersion = 1, kLaterVersion = 2;

int64_t Number(const google::protobuf::Message& resource, const char* field) {
  return resource.GetReflection()->GetInt64(resource, resource.GetDescriptor()->FindFieldByName(field));
}
std::string Text(const google::protobuf::Message& resource, const char* field) {
  return resource.GetReflection()->GetString(resource, resource.GetDescriptor()->FindFieldByName(field));
}

}  // namespace

void WatchRecorder::Add(const google::protobuf::Message& response) {
  const auto fault = [&](const auto&... what) { story_.faults.push_back(absl::StrCat(what...)); };
  if (const auto* created = shape_.Created(response)) {
    if (story_.begin) fault("it began twice, at ", *story_.begin, " and ", created->revision());
    if (created->consistency_token().empty()) fault("it began without a token");
    story_.begin = created->revision();
    return;
  }
  if (!story_.begin) fault("something came before it said where it begins");
  if (const auto* bookmark = shape_.Bookmark(response)) {
    if (bookmark->consistency_token().empty()) fault("a bookmark has no token");
    story_.bookmarks.push_back({bookmark->revision(), story_.deliveries.size(), bookmark->initial_state_end()});
    return;
  }
  if (!shape_.IsEvents(response)) return fault("an empty message came");

  const std::unique_ptr<google::protobuf::Message> copy(response.New());
  copy->CopyFrom(response);
  const auto events = shape_.TakeEvents(copy.get());
  Delivery delivery{events.revision, {}};
  if (events.events.empty()) fault("revision ", events.revision, " came without events");
  if (events.token.empty()) fault("revision ", events.revision, " has no token");
  const bool initial = story_.initial_state && story_.bookmarks.empty();
  for (const auto& event : events.events) {
    const bool deleted = event.type == common::v1::EVENT_TYPE_DELETED;
    const int64_t version = deleted                                      ? kDeletedVersion
                            : event.type == common::v1::EVENT_TYPE_ADDED ? kNewVersion
                                                                         : kLaterVersion;
    if (event.resource == nullptr && !event.redaction.empty()) {
      delivery.changes.push_back({event.name, version, deleted, "", true});
      continue;
    }
    if (!event.redaction.empty())
      fault("the event of ", event.name, " at ", events.revision, " shows what is redacted");
    if (event.resource == nullptr || Text(*event.resource, "name") != event.name) {
      fault("the event of ", event.name, " at ", events.revision, " carries something else");
      continue;
    }
    const int64_t stamped = Number(*event.resource, "revision");
    if (initial ? stamped > events.revision : stamped != events.revision) {
      fault(event.name, " at ", events.revision, " says of itself that it is of ", stamped);
    }
    delivery.changes.push_back({event.name, version, deleted, rpc::ToPayload(*event.resource), false});
  }
  story_.deliveries.push_back(std::move(delivery));
}

std::vector<Delivery> LogToldBy(ledger::Ledger& ledger, const google::protobuf::Descriptor* response,
                                const ToldFilter& told) {
  std::set<std::string> kinds;
  const rpc::WatchShape shape(response);
  for (const auto* kind : shape.kinds()) kinds.insert(kind->full_name());
  auto watcher = ledger.Watch(0);
  EXPECT_TRUE(watcher.ok()) << watcher.status();
  const auto transactions = DrainTo(**watcher, ledger.head().revision);
  EXPECT_TRUE(transactions.ok()) << transactions.status();
  if (!transactions.ok()) return {};
  EXPECT_TRUE(Dense(DeliveriesOf(*transactions)));
  std::vector<Delivery> log;
  for (const auto& transaction : *transactions) {
    Delivery delivery{transaction->revision, {}};
    for (const ledger::Version& v : transaction->versions) {
      if (!kinds.contains(v.kind)) continue;
      WatchedChange change{v.name,
                           v.deleted                         ? kDeletedVersion
                           : v.create_revision == v.revision ? kNewVersion
                                                             : kLaterVersion,
                           v.deleted, v.payload, v.redacted};
      if (told == nullptr || told(change)) delivery.changes.push_back(std::move(change));
    }
    if (!delivery.changes.empty()) log.push_back(std::move(delivery));
  }
  return log;
}

}  // namespace oversight::testing
