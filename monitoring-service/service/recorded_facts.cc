#include "monitoring-service/service/recorded_facts.h"

#include <vector>

#include "absl/strings/str_split.h"
#include "oversight/concerns/v1/concern.pb.h"
#include "oversight/concerns/v1/evidence.pb.h"
#include "oversight/concerns/v1/force_response.pb.h"
#include "oversight/concerns/v1/recommendation.pb.h"
#include "oversight/forces/v1/inspection.pb.h"
#include "oversight/forces/v1/office_holder.pb.h"
#include "oversight/monitoring/v1/announcement.pb.h"
#include "oversight/monitoring/v1/ladder.pb.h"
#include "oversight/monitoring/v1/meeting.pb.h"
#include "oversight/monitoring/v1/monitoring.pb.h"
#include "oversight/monitoring/v1/plan.pb.h"

namespace oversight::monitoring {
namespace {

using google::protobuf::Message;

template <class T>
std::shared_ptr<const Message> From(const std::shared_ptr<const rpc::InformerCopy>& copy, const std::string& name) {
  return copy == nullptr ? nullptr : copy->Get<T>(name);
}

template <class T>
std::shared_ptr<const Message> Logged(rpc::Facts& log, const std::string& name, absl::Status& status) {
  absl::StatusOr<std::optional<T>> found = log.Get<T>(name);
  if (!found.ok()) status = found.status();
  if (!found.ok() || !found->has_value()) return nullptr;
  return std::make_shared<const T>(**std::move(found));
}

}  // namespace

std::shared_ptr<const Message> LoggedFacts::Find(const std::string& name) const {
  const std::vector<std::string> segments = absl::StrSplit(name, '/');
  if (segments.size() == 2 && segments[0] == "ladders") return Logged<v1::Ladder>(log_, name, status_);
  if (segments.size() == 2 && segments[0] == "nationalInspections") {
    return From<forces::v1::Inspection>(owners_.forces, name);
  }
  if (segments.size() < 2 || segments[0] != "forces") return nullptr;
  if (segments.size() == 2) return From<forces::v1::Force>(owners_.forces, name);
  const std::string& collection = segments[2];
  if (segments.size() == 3) {
    return collection == "monitoring" ? Logged<v1::Monitoring>(log_, name, status_) : nullptr;
  }
  if (segments.size() == 4) {
    if (collection == "decisions") return Logged<v1::Decision>(log_, name, status_);
    if (collection == "episodes") return Logged<v1::Episode>(log_, name, status_);
    if (collection == "proposals") return Logged<v1::Proposal>(log_, name, status_);
    if (collection == "announcements") return Logged<v1::Announcement>(log_, name, status_);
    if (collection == "plans") return Logged<v1::Plan>(log_, name, status_);
    if (collection == "meetings") return Logged<v1::Meeting>(log_, name, status_);
    if (collection == "inspections") return From<forces::v1::Inspection>(owners_.forces, name);
    if (collection == "officeHolders") return From<forces::v1::OfficeHolder>(owners_.forces, name);
    if (collection == "concerns") return From<concerns::v1::Concern>(owners_.concerns, name);
    if (collection == "evidence") return From<concerns::v1::Evidence>(owners_.concerns, name);
  }
  if (segments.size() == 6 && collection == "concerns") {
    if (segments[4] == "recommendations") return From<concerns::v1::Recommendation>(owners_.concerns, name);
    if (segments[4] == "responses") return From<concerns::v1::ForceResponse>(owners_.concerns, name);
  }
  return nullptr;
}

}  // namespace oversight::monitoring
