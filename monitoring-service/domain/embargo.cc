#include "monitoring-service/domain/embargo.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/text/sha256.h"
#include "common/time/timestamp.h"
#include "monitoring-service/domain/names.h"
#include "oversight/monitoring/v1/advice.pb.h"
#include "oversight/monitoring/v1/announcement.pb.h"
#include "oversight/monitoring/v1/disclosure.pb.h"
#include "oversight/monitoring/v1/monitoring.pb.h"

namespace oversight::monitoring {
namespace {

bool IsAfter(const google::protobuf::Timestamp& time, absl::Time moment) { return GetTime(time) > moment; }

Embargo Of(const v1::Proposal& shown, const v1::Proposal& now, const Read& read) {
  if (now.state() == v1::PROPOSAL_STATE_OPEN) return {true, {}};
  // Decided, withdrawn or lapsed since it was read.
  const bool was_open = !read.whole || shown.state() == v1::PROPOSAL_STATE_OPEN;
  if (was_open && IsAfter(now.update_time(), read.time)) return {true, {}};
  return {false, {now.decision()}};
}

Embargo Of(const v1::Decision& shown, const v1::Decision& now, const Read& read) {
  if (now.has_historical()) return {};
  if (read.whole && shown.publication().state() == v1::PUBLICATION_STATE_PUBLISHED) return {};
  if (read.for_stage && (!now.has_take_effect_time() || IsAfter(now.take_effect_time(), read.time))) return {};
  switch (now.state()) {
    case v1::DECISION_STATE_PENDING_EFFECT:
      return {true, {}};
    case v1::DECISION_STATE_IN_EFFECT:
      return {now.publication().state() == v1::PUBLICATION_STATE_AWAITED ||
                  (now.publication().has_published_time() && IsAfter(now.publication().published_time(), read.time)),
              {}};
    case v1::DECISION_STATE_LAPSED:
    case v1::DECISION_STATE_REVOKED:
      return {IsAfter(now.update_time(), read.time), {}};
    default:
      return {};
  }
}

Embargo Of(const v1::Announcement& shown, const v1::Announcement& now, const Read& read) {
  if (read.whole && shown.has_published_time()) return {};
  if (now.has_published_time()) return {IsAfter(now.published_time(), read.time), {}};
  if (now.state() != v1::ANNOUNCEMENT_STATE_WITHDRAWN) return {true, {}};
  if (IsAfter(now.update_time(), read.time)) return {true, {}};
  return {false, {now.decision()}};
}

template <class T>
const T* As(const google::protobuf::Message& resource) {
  return google::protobuf::DynamicCastToGenerated<T>(&resource);
}

}  // namespace

Embargo EmbargoOn(const Read& read) {
  Embargo embargo;
  if (const auto* proposal = As<v1::Proposal>(read.now)) {
    embargo = Of(*As<v1::Proposal>(read.shown), *proposal, read);
  } else if (const auto* decision = As<v1::Decision>(read.now)) {
    embargo = Of(*As<v1::Decision>(read.shown), *decision, read);
  } else if (const auto* announcement = As<v1::Announcement>(read.now)) {
    embargo = Of(*As<v1::Announcement>(read.shown), *announcement, read);
  } else if (const auto* monitoring = As<v1::Monitoring>(read.shown)) {
    if (read.sight >= Sight::kStage) embargo.if_any = {monitoring->decision()};
  } else if (const auto* episode = As<v1::Episode>(read.shown)) {
    if (read.sight >= Sight::kStage) embargo.if_any = {episode->entry_decision(), episode->exit_decision()};
  } else if (const auto* advice = As<v1::Advice>(read.shown)) {
    embargo.if_any = {ProposalOf(advice->name())};
  } else if (const auto* disclosure = As<v1::Disclosure>(read.shown)) {
    embargo.if_any = {disclosure->about()};
  }
  std::erase(embargo.if_any, "");
  return embargo;
}

std::string ReadAs(const std::string& name) {
  // "forces/kent": one slash.
  return absl::StartsWith(name, "forces/") && std::count(name.begin(), name.end(), '/') == 1 ? MonitoringName(name)
                                                                                             : name;
}

v1::EmbargoedRead RecordOf(const common::v1::ReportedRead& read, const common::v1::ToldResource& told,
                           const std::string& reporter) {
  v1::EmbargoedRead record;
  const std::string resource = ReadAs(told.name());
  const std::string day = absl::FormatTime("%Y%m%d", GetTime(read.read_time()), absl::UTCTimeZone());
  std::string key = absl::StrCat(read.reader().name(), "\n", resource, "\n", told.revision());
  // What was told of a stage, or of the whole log, is of its moment: later that day it may be another.
  if (told.revision() == 0 && (resource == kLedger || IsMonitoringName(resource))) {
    absl::StrAppend(&key, "\n", read.read_time().seconds() / 60);
  }
  const std::string hash = Sha256(key);
  record.set_name(absl::StrCat("embargoedReads/", day, "-", absl::BytesToHexString(hash.substr(0, 16))));
  record.set_reader(read.reader().name());
  record.set_reader_display_name(read.reader().display_name());
  *record.mutable_roles() = read.reader().roles();
  record.set_resource(resource);
  record.set_resource_revision(told.revision());
  if (absl::StartsWith(resource, "forces/")) record.set_force(ForceOf(resource));
  record.set_method(read.method());
  *record.mutable_read_time() = read.read_time();
  record.set_reporter(reporter);
  return record;
}

}  // namespace oversight::monitoring
