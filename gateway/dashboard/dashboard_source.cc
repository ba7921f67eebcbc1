#include "gateway/dashboard/dashboard_source.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/rpc/errors.h"
#include "common/rpc/tokens.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "common/time/timestamp.h"
#include "gateway/dashboard/compose.h"
#include "gateway/dashboard/names.h"

namespace oversight::gateway {
namespace {

using concerns::v1::Concern;
using concerns::v1::Evidence;
using concerns::v1::ForceResponse;
using concerns::v1::NationalItem;
using concerns::v1::NationalRecommendation;
using concerns::v1::ProgressNote;
using concerns::v1::Recommendation;
using concerns::v1::Revisit;
using forces::v1::Force;
using forces::v1::Inspection;
using forces::v1::OfficeHolder;
using forces::v1::ResponseDuty;
using monitoring::v1::Action;
using monitoring::v1::Advice;
using monitoring::v1::Announcement;
using monitoring::v1::Decision;
using monitoring::v1::Disclosure;
using monitoring::v1::Episode;
using monitoring::v1::Ladder;
using monitoring::v1::Meeting;
using monitoring::v1::Monitoring;
using monitoring::v1::Plan;
using monitoring::v1::ProgressReview;
using monitoring::v1::Proposal;
using monitoring::v1::Support;

void SetAge(absl::Duration age, v1::SectionStatus& section) {
  if (age == absl::InfiniteDuration()) return;
  const int64_t millis = std::max<int64_t>(0, absl::ToInt64Milliseconds(age));
  section.mutable_age()->set_seconds(millis / 1000);
  section.mutable_age()->set_nanos(static_cast<int32_t>(millis % 1000 * 1000000));
}

// The ladder in force is the one that began last; null when none is known.
Shared<Ladder> LadderInForce(const rpc::InformerCopy& monitoring) {
  Shared<Ladder> in_force;
  for (auto& ladder : monitoring.List<Ladder>()) {
    if (in_force == nullptr || SortsBefore(in_force->from_date(), ladder->from_date())) in_force = std::move(ladder);
  }
  return in_force;
}

// The facts of the copies: all, or those of one force.
SuiteFacts Gather(const SuiteCopy& copy, bool monitoring_known, const std::string& force) {
  const auto forces = copy.forces->Read();
  const auto concerns = copy.concerns->Read();
  const auto monitoring = copy.monitoring->Read();
  const std::string below = force.empty() ? "" : force + "/";
  SuiteFacts facts;
  if (force.empty()) {
    facts.forces = forces->List<Force>();
  } else if (auto one = forces->Get<Force>(force)) {
    facts.forces.push_back(std::move(one));
    forces->ForEach<Force>("", [&](const Force& other) {
      if (other.successor() == force) facts.predecessors.push_back(other.name());
      return true;
    });
    facts.office_holders = forces->List<OfficeHolder>(below);
    facts.inspections = forces->List<Inspection>(below);
    facts.response_duties = forces->List<ResponseDuty>(below);
    facts.progress_notes = concerns->List<ProgressNote>(below);
    facts.responses = concerns->List<ForceResponse>(below);
    facts.revisits = concerns->List<Revisit>(below);
    facts.evidence = concerns->List<Evidence>(below);
    facts.announcements = monitoring->List<Announcement>(below);
    facts.plans = monitoring->List<Plan>(below);
    facts.progress_reviews = monitoring->List<ProgressReview>(below);
    facts.meetings = monitoring->List<Meeting>(below);
    facts.actions = monitoring->List<Action>(below);
    facts.support = monitoring->List<Support>(below);
    facts.advice = monitoring->List<Advice>(below);
    facts.disclosures = monitoring->List<Disclosure>(below);
    // Names of national items begin with what they are items of.
    for (auto& recommendation : concerns->List<NationalRecommendation>("")) {
      auto item = concerns->Get<NationalItem>(absl::StrCat(recommendation->name(), "/", force));
      if (item == nullptr) continue;
      facts.national_items.push_back(std::move(item));
      facts.national_recommendations.push_back(std::move(recommendation));
    }
  }
  facts.concerns = concerns->List<Concern>(below);
  facts.recommendations = concerns->List<Recommendation>(below);
  facts.monitoring = monitoring->List<Monitoring>(below);
  facts.proposals = monitoring->List<Proposal>(below);
  facts.decisions = monitoring->List<Decision>(below);
  facts.episodes = monitoring->List<Episode>(below);
  facts.ladder = LadderInForce(*monitoring);
  facts.monitoring_known = monitoring_known;
  return facts;
}

int64_t NextId() {
  static std::atomic<int64_t> last{0};
  return ++last;
}

}  // namespace

std::vector<rpc::Told> WithStages(std::vector<rpc::Told> told,
                                  const std::vector<Shared<monitoring::v1::Monitoring>>& stages) {
  std::erase_if(told, [](const rpc::Told& one) { return std::count(one.name.begin(), one.name.end(), '/') == 1; });
  for (const auto& stage : stages) told.push_back({stage->name(), stage->revision()});
  return told;
}

DashboardOut::DashboardOut(const google::protobuf::Message& dashboard, std::string slot,
                           const std::vector<Shared<monitoring::v1::Monitoring>>& stages)
    : bytes(dashboard.SerializeAsString()),
      told(WithStages(rpc::ToldBy(dashboard), stages)),
      slot(std::move(slot)),
      id(NextId()) {}

DashboardSource::DashboardSource(SuiteCopy& copy, const Clock& clock, Questions questions)
    : copy_(copy),
      clock_(clock),
      // Some of its rules look at the register.
      overviews_("concerns-service", *copy.concerns, {copy.forces.get()}, clock, std::move(questions.overview),
                 [this] { TellListeners(); }),
      follow_ups_("monitoring-service", *copy.monitoring, {}, clock, std::move(questions.follow_up),
                  [this] { TellListeners(); }) {
  const auto owners = copy_.owners();
  for (size_t i = 0; i < owners.size(); ++i) {
    owners[i].informer->AddListener([this, i](const rpc::InformerChange& change) { OnChange(i, change); });
  }
}

void DashboardSource::OnChange(size_t owner, const rpc::InformerChange& change) {
  {
    std::lock_guard lock(mu_);
    told_[owner] = change.revision;
    ++all_changes_;
    if (change.listed) listed_at_ = all_changes_;
    for (const auto& item : change.items) {
      const std::string force = ForceConcerned(item.name);
      if (force.empty()) {
        listed_at_ = all_changes_;
      } else {
        changed_at_[force] = all_changes_;
      }
      // A force that ended shows on the dashboard of the one that took its place.
      for (const auto& resource : {item.before, item.after}) {
        if (resource == nullptr || resource->GetDescriptor() != forces::v1::Force::descriptor()) continue;
        const std::string& successor = static_cast<const forces::v1::Force&>(*resource).successor();
        if (!successor.empty()) changed_at_[successor] = all_changes_;
      }
    }
  }
  TellListeners();
}

void DashboardSource::TellListeners() {
  ++changes_;
  for (const auto& listener : listeners_) listener();
}

std::vector<v1::SectionStatus> DashboardSource::Sections(Audience audience, const std::string& force) const {
  std::vector<v1::SectionStatus> sections;
  const auto tell_why = [audience](const std::string& reason) {
    return reason.empty() || audience == Audience::kInspectorate ? reason
                                                                 : "This part cannot be brought up to date now.";
  };
  for (const auto& owner : copy_.owners()) {
    const rpc::InformerStatus status = owner.informer->Status();
    v1::SectionStatus section;
    section.set_service(owner.service);
    section.set_revision(status.revision);
    section.set_reason(status.reason);
    switch (status.state) {
      case rpc::InformerState::kSynced:
        section.set_state(v1::SECTION_STATE_COMPLETE);
        break;
      case rpc::InformerState::kStale:
        section.set_state(v1::SECTION_STATE_STALE);
        break;
      case rpc::InformerState::kNeverSynced:
        section.set_state(v1::SECTION_STATE_UNAVAILABLE);
        break;
    }
    SetAge(status.age, section);
    sections.push_back(std::move(section));
  }
  if (!force.empty()) sections.push_back(DerivedSection(audience, overviews_, force, "overview", sections[1]));
  sections.push_back(DerivedSection(audience, follow_ups_, force, "follow_up", sections[2]));
  for (auto& section : sections) section.set_reason(tell_why(section.reason()));
  return sections;
}

v1::SectionStatus DashboardSource::DerivedSection(Audience audience, const DerivedCopy& copy, const std::string& force,
                                                  const char* part, const v1::SectionStatus& service) {
  const DerivedCopy::View view = copy.Look(force);
  v1::SectionStatus section;
  // It is asked for again at every change in the force's record, and outsiders do not see every change.
  const bool untold = audience == Audience::kOutside && !view.refused;
  if (view.derived != nullptr && (view.current || untold)) {
    // Of the record as the copy has it, what is derived is as good as the copy.
    section = service;
  } else if (view.derived == nullptr) {
    section.set_state(v1::SECTION_STATE_UNAVAILABLE);
    section.set_reason(view.reason);
  } else {
    const bool complete = !view.late && service.state() == v1::SECTION_STATE_COMPLETE;
    section.set_state(complete ? v1::SECTION_STATE_COMPLETE : v1::SECTION_STATE_STALE);
    if (!complete) section.set_reason(view.reason);
    section.set_revision(view.revision);
    SetAge(view.age, section);
  }
  section.set_service(service.service());
  section.set_part(part);
  return section;
}

absl::Status DashboardSource::ForcesKnown() const {
  const rpc::InformerStatus status = copy_.forces->Status();
  if (status.state != rpc::InformerState::kNeverSynced) return absl::OkStatus();
  return Error(absl::StatusCode::kUnavailable, common::v1::ERROR_REASON_DEPENDENCY_UNAVAILABLE,
               absl::StrCat("The register of forces is not known yet: ", status.reason))
      .With("service", "forces-service")
      .RetryAfter(absl::Seconds(1));
}

bool DashboardSource::MonitoringKnown() const {
  return copy_.monitoring->Status().state != rpc::InformerState::kNeverSynced;
}

DashboardSource::Version DashboardSource::VersionNow(const std::string& force) const {
  Version version;
  version.today = Today(clock_);
  version.monitoring_known = MonitoringKnown();
  // An informer swaps its copy first and tells of it afterwards.
  const auto owners = copy_.owners();
  for (size_t i = 0; i < owners.size(); ++i) version.revisions[i] = owners[i].informer->Read()->revision();
  std::lock_guard lock(mu_);
  version.settled = version.revisions == told_;
  version.change = all_changes_;
  if (!force.empty()) {
    const auto it = changed_at_.find(force);
    version.change = std::max(listed_at_, it == changed_at_.end() ? 0 : it->second);
  }
  return version;
}

bool DashboardSource::Current(const Entry& entry, const Version& now) {
  const Version& built = entry.version;
  if (entry.encoded == nullptr || built.change != now.change || built.today != now.today ||
      built.monitoring_known != now.monitoring_known || built.derived != now.derived) {
    return false;
  }
  // Revisions that listeners are not told of may bring nothing (a bookmark) or what they are about to be told of.
  return now.settled || built.revisions == now.revisions;
}

DashboardSource::Entry& DashboardSource::EntryOf(const std::string& key) {
  std::lock_guard lock(mu_);
  auto& entry = entries_[key];
  if (entry == nullptr) entry = std::make_unique<Entry>();
  return *entry;
}

absl::StatusOr<EncodedDashboard> DashboardSource::National() {
  OVERSIGHT_RETURN_IF_ERROR(ForcesKnown());
  Entry& entry = EntryOf("");
  follow_ups_.Want("");  // Without the lock, as below.
  std::lock_guard lock(entry.mu);
  const DerivedCopy::View follow_up = follow_ups_.Look("");
  // The version is read before the copies: should they change in between, the next caller builds again.
  Version version = VersionNow("");
  version.derived = {0, follow_up.generation};
  if (!Current(entry, version)) {
    const SuiteFacts facts = Gather(copy_, version.monitoring_known, "");
    const auto missed =
        follow_up.derived != nullptr ? follow_up.derived->missed : std::vector<monitoring::v1::MeetingCadence>();
    entry.encoded =
        std::make_shared<const DashboardOut>(ComposeNational(facts, missed, version.today), "", facts.monitoring);
    entry.version = version;
    ++builds_;
  }
  return entry.encoded;
}

absl::StatusOr<EncodedDashboard> DashboardSource::Force(const std::string& force, Audience audience) {
  OVERSIGHT_RETURN_IF_ERROR(ForcesKnown());
  // Asked before a cache entry is made: names of no force must not fill the cache.
  if (copy_.forces->Get<forces::v1::Force>(force) == nullptr) return NotFound("force", force);
  const std::string slot = absl::StrCat(audience == Audience::kInspectorate ? "i:" : "o:", force);
  Entry& entry = EntryOf(slot);
  // Asked without the lock: an answer may come at once, and whoever hears of it asks for this dashboard.
  overviews_.Want(force);
  follow_ups_.Want(force);
  std::lock_guard lock(entry.mu);
  const DerivedCopy::View overview = overviews_.Look(force);
  const DerivedCopy::View follow_up = follow_ups_.Look(force);
  Version version = VersionNow(force);
  version.derived = {overview.generation, follow_up.generation};
  if (!Current(entry, version)) {
    const SuiteFacts facts = Gather(copy_, version.monitoring_known, force);
    v1::ForceDashboard dashboard = ComposeForce(facts, force, version.today, audience);
    for (const auto* view : {&overview, &follow_up}) {
      if (view->derived != nullptr) AddDerived(*view->derived, audience, dashboard);
    }
    entry.encoded = std::make_shared<const DashboardOut>(dashboard, slot);
    entry.version = version;
    ++builds_;
  }
  return entry.encoded;
}

absl::StatusOr<EncodedDashboard> DashboardSource::ForceOn(const std::string& force, absl::CivilDay day,
                                                          Audience audience) {
  OVERSIGHT_RETURN_IF_ERROR(ForcesKnown());
  if (copy_.forces->Get<forces::v1::Force>(force) == nullptr) return NotFound("force", force);
  const SuiteFacts facts = Gather(copy_, MonitoringKnown(), force);
  return std::make_shared<const DashboardOut>(ComposeForceOn(facts, force, day, audience),
                                              absl::StrCat(force, " on ", FormatIso(day)));
}

absl::StatusOr<EncodedDashboard> DashboardSource::ForceThen(ForceRecord past, const std::string& force,
                                                            std::optional<absl::CivilDay> on_day, absl::Time moment,
                                                            Audience audience) const {
  AddLadder(past.facts);
  const absl::CivilDay then = LondonDay(moment);
  v1::ForceDashboard dashboard;
  if (on_day.has_value() && *on_day != then) {
    dashboard = ComposeForceOn(past.facts, force, *on_day, audience);
  } else {
    dashboard = ComposeForce(past.facts, force, then, audience);
    for (const auto* part : {&past.overview, &past.follow_up}) {
      if (part->has_value()) AddDerived(**part, audience, dashboard);
    }
  }
  SetTime(moment, dashboard.mutable_as_of_time());
  return std::make_shared<const DashboardOut>(dashboard, "then");
}

absl::StatusOr<EncodedDashboard> DashboardSource::NationalThen(ForceRecord past, absl::Time moment) const {
  AddLadder(past.facts);
  const auto missed =
      past.follow_up.has_value() ? past.follow_up->missed : std::vector<monitoring::v1::MeetingCadence>();
  v1::NationalDashboard dashboard = ComposeNational(past.facts, missed, LondonDay(moment));
  SetTime(moment, dashboard.mutable_as_of_time());
  return std::make_shared<const DashboardOut>(dashboard, "then");
}

absl::StatusOr<ForceRecord> DashboardSource::RecordNow(const std::string& force, Audience audience) {
  OVERSIGHT_RETURN_IF_ERROR(ForcesKnown());
  if (copy_.forces->Get<forces::v1::Force>(force) == nullptr) return NotFound("force", force);
  ForceRecord record;
  // Sections first: should the facts change in between, they are newer than it says.
  record.sections = Sections(audience, force);
  record.facts = Gather(copy_, MonitoringKnown(), force);
  if (const auto overview = overviews_.Want(force).derived) record.overview = *overview;
  if (const auto follow_up = follow_ups_.Want(force).derived) record.follow_up = *follow_up;
  return record;
}

absl::StatusOr<SuiteFacts> DashboardSource::FactsNow() const {
  OVERSIGHT_RETURN_IF_ERROR(ForcesKnown());
  return Gather(copy_, MonitoringKnown(), "");
}

void DashboardSource::AddLadder(SuiteFacts& facts) const { facts.ladder = LadderInForce(*copy_.monitoring->Read()); }

void DashboardSource::WaitForDerived(Audience audience, const std::string& force,
                                     const v1::DashboardFreshness& freshness, absl::Time deadline,
                                     std::function<void()> done) {
  const bool must_be_fresh = freshness.fully_consistent() || !freshness.at_least_as_fresh().empty();
  std::vector<DerivedCopy*> copies;
  // Names of no force must not fill the cache.
  if (force.empty() || copy_.forces->Get<forces::v1::Force>(force) != nullptr) {
    for (DerivedCopy* copy : {&overviews_, &follow_ups_}) {
      if (copy == &overviews_ && force.empty()) continue;
      const bool waits = must_be_fresh || audience == Audience::kOutside || copy->Look(force).derived == nullptr;
      if (waits) copies.push_back(copy);
    }
  }
  if (copies.empty()) return done();
  const absl::Duration limit = must_be_fresh ? absl::Seconds(2) : absl::Milliseconds(250);
  const auto left = std::make_shared<std::atomic<size_t>>(copies.size());
  for (DerivedCopy* copy : copies) {
    copy->WaitCurrent(force, std::min(deadline, absl::Now() + limit), [left, done] {
      if (--*left == 0) done();
    });
  }
}

void DashboardSource::WaitForToken(const std::string& token, absl::Time deadline,
                                   std::function<void(absl::Status)> done) {
  const absl::Status mismatch =
      Error(absl::StatusCode::kInvalidArgument, common::v1::ERROR_REASON_CONSISTENCY_TOKEN_MISMATCH,
            "A token in at_least_as_fresh is malformed, or of a store that this gateway does not follow.")
          .Violation("freshness.at_least_as_fresh", "must be consistency tokens of this suite");
  rpc::ConsistencyPoint point;
  if (rpc::ReadConsistencyToken(token, &point) != rpc::TokenFit::kFits) return done(mismatch);
  // The token says which store it is of, not which service: the copy that follows that store knows it. A copy that is
  // not connected may be of that store without knowing it yet.
  std::vector<rpc::InformerCore*> undecided;
  for (const auto& owner : copy_.owners()) {
    const rpc::InformerStatus status = owner.informer->Status();
    rpc::ConsistencyPoint known;
    if (rpc::ReadConsistencyToken(status.token, &known) == rpc::TokenFit::kFits &&
        known.store_prefix == point.store_prefix) {
      return owner.informer->WaitForToken(token, deadline, std::move(done));
    }
    if (!status.connected || status.state == rpc::InformerState::kNeverSynced) undecided.push_back(owner.informer);
  }
  if (undecided.empty()) return done(mismatch);
  struct Search {
    std::mutex mu;
    size_t left;
    absl::Status outcome;
    std::function<void(absl::Status)> done;
  };
  auto search = std::make_shared<Search>();
  search->left = undecided.size();
  search->outcome = mismatch;
  search->done = std::move(done);
  for (auto* informer : undecided) {
    informer->WaitForToken(token, deadline, [search](const absl::Status& status) {
      std::function<void(absl::Status)> over;
      absl::Status outcome;
      {
        std::lock_guard lock(search->mu);
        --search->left;
        if (status.ok() || status.code() != absl::StatusCode::kInvalidArgument) search->outcome = status;
        outcome = search->outcome;
        if (status.ok() || search->left == 0) over.swap(search->done);
      }
      if (over) over(outcome);
    });
  }
}

void DashboardSource::WaitFresh(const v1::DashboardFreshness& freshness, absl::Time deadline,
                                std::function<void(absl::Status)> done) {
  struct Waits {
    std::mutex mu;
    int left = 1;
    absl::Status status;
    std::function<void(absl::Status)> done;
    void Arrive(const absl::Status& arrived) {
      {
        std::lock_guard lock(mu);
        if (status.ok()) status = arrived;
        if (--left > 0) return;
      }
      done(status);
    }
  };
  auto waits = std::make_shared<Waits>();
  waits->done = std::move(done);
  const auto add = [&waits] {
    std::lock_guard lock(waits->mu);
    ++waits->left;
  };
  for (const auto& token : freshness.at_least_as_fresh()) {
    add();
    WaitForToken(token, deadline, [waits](const absl::Status& status) { waits->Arrive(status); });
  }
  if (freshness.fully_consistent()) {
    // A service that is down makes its section STALE; it does not fail the call. So that it does not use up the whole
    // deadline either, it gets two seconds.
    const absl::Time limit = std::min(deadline, absl::Now() + absl::Seconds(2));
    for (const auto& owner : copy_.owners()) {
      add();
      owner.informer->WaitForHead(limit, [waits](absl::Status) { waits->Arrive(absl::OkStatus()); });
    }
  }
  waits->Arrive(absl::OkStatus());
}

std::string DashboardSource::RegionOf(const std::string& force) const {
  const auto found = copy_.forces->Get<forces::v1::Force>(force);
  return found == nullptr ? std::string() : found->region();
}

}  // namespace oversight::gateway
