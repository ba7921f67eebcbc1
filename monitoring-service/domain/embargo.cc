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

template <class T>
const T* As(const google::protobuf::Message& resource) {
  return google::protobuf::DynamicCastToGenerated<T>(&resource);
}

bool IsAfter(const google::protobuf::Timestamp& time, absl::Time moment) { return GetTime(time) > moment; }

Embargo Of(const v1::Proposal& proposal, absl::Time read_time) {
  // Decided, withdrawn or lapsed since it was read: it was open then.
  if (proposal.state() == v1::PROPOSAL_STATE_OPEN || IsAfter(proposal.update_time(), read_time)) return {true, {}};
  if (proposal.state() != v1::PROPOSAL_STATE_APPROVED) return {};
  return {false, {proposal.decision()}};
}

Embargo Of(const v1::Decision& decision, absl::Time read_time) {
  if (decision.has_historical()) return {};
  switch (decision.state()) {
    case v1::DECISION_STATE_PENDING_EFFECT:
      return {true, {}};
    case v1::DECISION_STATE_IN_EFFECT:
      return {decision.publication().state() == v1::PUBLICATION_STATE_AWAITED ||
                  (decision.publication().has_published_time() &&
                   IsAfter(decision.publication().published_time(), read_time)),
              {}};
    case v1::DECISION_STATE_LAPSED:
    case v1::DECISION_STATE_REVOKED:
      return {IsAfter(decision.update_time(), read_time), {}};
    default:
      return {};
  }
}

Embargo Of(const v1::Announcement& announcement, absl::Time read_time) {
  if (announcement.has_published_time()) return {IsAfter(announcement.published_time(), read_time), {}};
  if (announcement.state() != v1::ANNOUNCEMENT_STATE_WITHDRAWN || IsAfter(announcement.update_time(), read_time)) {
    return {true, {}};
  }
  return {false, {announcement.decision()}};
}

Embargo Of(const v1::Monitoring& monitoring, Sight sight) {
  if (sight < Sight::kStage) return {};
  Embargo embargo{monitoring.has_published(), {monitoring.decision()}};
  if (sight == Sight::kEverything) {
    embargo.if_any.push_back(monitoring.open_proposal());
    embargo.if_any.push_back(monitoring.pending_decision());
  }
  return embargo;
}

Embargo Of(const v1::Episode& episode, Sight sight) {
  if (sight < Sight::kStage) return {};
  return {episode.entry_awaits_publication() || episode.exit_awaits_publication(),
          {episode.entry_decision(), episode.exit_decision()}};
}

}  // namespace

Embargo EmbargoOn(const google::protobuf::Message& resource, Sight sight, absl::Time read_time) {
  Embargo embargo;
  if (const auto* proposal = As<v1::Proposal>(resource)) {
    embargo = Of(*proposal, read_time);
  } else if (const auto* decision = As<v1::Decision>(resource)) {
    embargo = Of(*decision, read_time);
  } else if (const auto* announcement = As<v1::Announcement>(resource)) {
    embargo = Of(*announcement, read_time);
  } else if (const auto* monitoring = As<v1::Monitoring>(resource)) {
    embargo = Of(*monitoring, sight);
  } else if (const auto* episode = As<v1::Episode>(resource)) {
    embargo = Of(*episode, sight);
  } else if (const auto* advice = As<v1::Advice>(resource)) {
    embargo.if_any = {ProposalOf(advice->name())};
  } else if (const auto* disclosure = As<v1::Disclosure>(resource)) {
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

v1::EmbargoedRead RecordOf(const common::v1::ReportedRead& read, const common::v1::ToldResource& told) {
  v1::EmbargoedRead record;
  const std::string resource = ReadAs(told.name());
  const std::string day = absl::FormatTime("%Y%m%d", GetTime(read.read_time()), absl::UTCTimeZone());
  const std::string hash = Sha256(absl::StrCat(read.reader().name(), "\n", resource, "\n", told.revision()));
  record.set_name(absl::StrCat("embargoedReads/", day, "-", absl::BytesToHexString(hash.substr(0, 16))));
  record.set_reader(read.reader().name());
  record.set_reader_display_name(read.reader().display_name());
  *record.mutable_roles() = read.reader().roles();
  record.set_resource(resource);
  record.set_resource_revision(told.revision());
  if (absl::StartsWith(resource, "forces/")) record.set_force(ForceOf(resource));
  record.set_method(read.method());
  *record.mutable_read_time() = read.read_time();
  return record;
}

}  // namespace oversight::monitoring
