#include "monitoring-service/domain/plans.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "monitoring-service/domain/dates.h"
#include "monitoring-service/domain/follow_up_actions.h"
#include "monitoring-service/domain/moments.h"
#include "monitoring-service/domain/names.h"
#include "oversight/monitoring/v1/error_reason.pb.h"

namespace oversight::monitoring {
namespace {

// The version in force, which later ones must answer for; null while none is.
const v1::PlanContent* InForce(const v1::Plan& plan) {
  return plan.in_force_version() == 0 ? nullptr : &Standing(plan);
}

// Every id of a version, with what it is the id of.
std::map<std::string, std::string> IdsOf(const v1::PlanContent& content) {
  std::map<std::string, std::string> ids;
  for (const auto& objective : content.objectives()) ids.emplace(objective.id(), "an objective");
  for (const auto& action : content.actions()) ids.emplace(action.id(), "an action");
  for (const auto& milestone : content.milestones()) ids.emplace(milestone.id(), "a milestone");
  return ids;
}

// What has dates: actions and milestones, in turn.
template <class Content, class Visit>
void ForEachDated(Content& content, Visit visit) {
  for (auto& action : *content.mutable_actions()) visit(action);
  for (auto& milestone : *content.mutable_milestones()) visit(milestone);
}

const v1::PlanAction* Find(const v1::PlanContent* content, const v1::PlanAction& wanted) {
  if (content == nullptr) return nullptr;
  for (const auto& action : content->actions()) {
    if (action.id() == wanted.id()) return &action;
  }
  return nullptr;
}
const v1::Milestone* Find(const v1::PlanContent* content, const v1::Milestone& wanted) {
  if (content == nullptr) return nullptr;
  for (const auto& milestone : content->milestones()) {
    if (milestone.id() == wanted.id()) return &milestone;
  }
  return nullptr;
}

// ---- What a version must be. ----

class ContentCheck {
 public:
  // `latest` is the version before it, in force or not.
  ContentCheck(const v1::PlanContent& content, const v1::PlanContent* in_force, const v1::PlanContent& latest)
      : content_(content), in_force_(in_force), latest_(IdsOf(latest)) {
    if (in_force != nullptr) before_ = IdsOf(*in_force);
  }

  absl::Status Run() {
    std::set<std::string> objectives, served;
    for (int i = 0; i < content_.objectives_size(); ++i) {
      const auto& objective = content_.objectives(i);
      const std::string at = absl::StrCat("content.objectives[", i, "]");
      TakeId(objective.id(), "an objective", at);
      objectives.insert(objective.id());
      if (objective.recommendations().empty() && objective.other_basis().empty()) {
        violations_.Add(at + ".recommendations", "is required: at least one, unless other_basis says what it rests on");
      }
    }
    for (int i = 0; i < content_.actions_size(); ++i) {
      const auto& action = content_.actions(i);
      CheckDated(action, objectives, "an action", absl::StrCat("content.actions[", i, "]"));
      served.insert(action.objective());
    }
    for (int i = 0; i < content_.milestones_size(); ++i) {
      CheckDated(content_.milestones(i), objectives, "a milestone", absl::StrCat("content.milestones[", i, "]"));
    }
    for (int i = 0; i < content_.objectives_size(); ++i) {
      if (served.count(content_.objectives(i).id()) > 0) continue;
      violations_.Add(absl::StrCat("content.objectives[", i, "].id"),
                      "has no action: give each objective at least one action");
    }
    CheckRemovals();
    return violations_.status();
  }

 private:
  void TakeId(const std::string& id, const std::string& what, const std::string& at) {
    if (!taken_.insert(id).second) violations_.Add(at + ".id", absl::StrCat(id, " is given twice in this plan"));
    const auto before = before_.find(id);
    if (before != before_.end() && before->second != what) {
      violations_.Add(at + ".id",
                      absl::StrCat(id, " is the id of ", before->second, " in the version in force; give another id"));
    } else if (const auto latest = latest_.find(id); latest != latest_.end() && latest->second != what) {
      violations_.Add(at + ".id",
                      absl::StrCat(id, " is the id of ", latest->second, " in the version before; give another id"));
    }
    if (in_force_ == nullptr) return;
    for (const auto& removal : in_force_->removals()) {
      if (removal.id() != id) continue;
      violations_.Add(at + ".id", absl::StrCat(id, " was removed by version ", removal.version(), "; give another id"));
    }
  }

  template <class Item>
  void CheckDated(const Item& item, const std::set<std::string>& objectives, const std::string& what,
                  const std::string& at) {
    TakeId(item.id(), what, at);
    if (objectives.count(item.objective()) == 0) {
      violations_.Add(at + ".objective", absl::StrCat("must be the id of an objective of this version"));
    }
  }

  void CheckRemovals() {
    std::set<std::string> removed;
    for (int i = 0; i < content_.removals_size(); ++i) {
      const std::string& id = content_.removals(i).id();
      const std::string at = absl::StrCat("content.removals[", i, "].id");
      if (before_.count(id) == 0) violations_.Add(at, "must be an id of the version in force");
      if (taken_.count(id) > 0) violations_.Add(at, absl::StrCat(id, " is in this version and so is not removed"));
      if (!removed.insert(id).second) violations_.Add(at, absl::StrCat(id, " is removed twice"));
    }
    for (const auto& [id, what] : before_) {
      if (taken_.count(id) > 0 || removed.count(id) > 0) continue;
      violations_.Add("content.removals", absl::StrCat("leaves out ", id, ", ", what,
                                                       " of the version in force: keep it, or say why it is removed"));
    }
  }

  const v1::PlanContent& content_;
  const v1::PlanContent* in_force_;
  const std::map<std::string, std::string> latest_;
  std::map<std::string, std::string> before_;
  std::set<std::string> taken_;
  Violations violations_;
};

// Why an objective cannot answer this recommendation; "" when it can. What does not exist, what is a draft and what is
// another force's is told in the same words: the force must not learn which.
std::string Unusable(const std::string& force, const std::string& name, bool named_before, const KnownFacts& facts) {
  const std::string none = absl::StrCat("is no issued recommendation to ", force);
  if (ForceOf(name) != force) return none;
  for (const auto& known : facts.RecommendationsOf(name.substr(0, name.find("/recommendations/")))) {
    if (known->name() != name) continue;
    switch (known->state()) {
      case concerns::v1::RECOMMENDATION_STATE_OPEN:
      case concerns::v1::RECOMMENDATION_STATE_CLAIMED:
      case concerns::v1::RECOMMENDATION_STATE_VERIFIED:
        return {};
      case concerns::v1::RECOMMENDATION_STATE_WITHDRAWN:
        return named_before ? "" : "is withdrawn";
      case concerns::v1::RECOMMENDATION_STATE_SUPERSEDED:
        return named_before ? "" : "is superseded: name the one that was issued instead";
      default:
        return none;
    }
  }
  return none;
}

absl::Status CheckRecommendations(const std::string& force, const v1::PlanContent& content,
                                  const v1::PlanContent* in_force, const KnownFacts& facts) {
  std::set<std::string> before, told;
  if (in_force != nullptr) {
    for (const auto& objective : in_force->objectives()) {
      before.insert(objective.recommendations().begin(), objective.recommendations().end());
    }
  }
  Error error(
      absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_RECOMMENDATION_NOT_USABLE,
      "An objective answers recommendations that were issued to the force and still count; see the violations.");
  for (const auto& objective : content.objectives()) {
    for (const auto& name : objective.recommendations()) {
      const std::string why = Unusable(force, name, before.count(name) > 0, facts);
      if (!why.empty() && told.insert(name).second) error.Precondition("RECOMMENDATION_NOT_USABLE", name, why);
    }
  }
  return told.empty() ? absl::OkStatus() : error.status();
}

// ---- What is kept from version to version. ----

// Dates that earlier versions gave and that were reported are the record's, whatever the request says.
void CarryDates(const v1::Plan& plan, int version, v1::PlanContent& content) {
  const v1::PlanContent* in_force = InForce(plan);
  const v1::PlanContent* latest = plan.version() == 0 ? nullptr : &plan.content();
  ForEachDated(content, [&](auto& item) {
    item.clear_original_due_date();
    item.clear_actual_date();
    item.clear_due_dates();
    if (const auto* standing = Find(in_force, item)) {
      if (standing->has_original_due_date()) *item.mutable_original_due_date() = standing->original_due_date();
      if (standing->has_actual_date()) *item.mutable_actual_date() = standing->actual_date();
    }
    const auto* before = Find(latest, item);
    if (before == nullptr) before = Find(in_force, item);
    if (before != nullptr) *item.mutable_due_dates() = before->due_dates();
    const int known = item.due_dates_size();
    if (known > 0 && MustBeSameDay(item.due_dates(known - 1).due_date(), item.due_date())) return;
    auto* date = item.add_due_dates();
    date->set_version(version);
    *date->mutable_due_date() = item.due_date();
  });
  for (auto& removal : *content.mutable_removals()) removal.set_version(version);
  if (in_force == nullptr) return;
  auto removals = in_force->removals();
  removals.MergeFrom(content.removals());
  *content.mutable_removals() = std::move(removals);
}

absl::StatusOr<v1::Plan> WithVersion(v1::Plan plan, const v1::PlanContent& wanted, const std::string& reason,
                                     const KnownFacts& facts, const std::string& actor, absl::Time now) {
  OVERSIGHT_RETURN_IF_ERROR(ContentCheck(wanted, InForce(plan), plan.content()).Run());
  OVERSIGHT_RETURN_IF_ERROR(CheckRecommendations(ForceOf(plan.name()), wanted, InForce(plan), facts));
  v1::PlanContent content = wanted;
  CarryDates(plan, plan.version() + 1, content);
  if (plan.state() == v1::PLAN_STATE_ACCEPTED) *plan.mutable_in_force() = plan.content();
  *plan.mutable_content() = std::move(content);
  plan.set_version(plan.version() + 1);
  plan.set_state(v1::PLAN_STATE_SUBMITTED);
  plan.set_submitter(actor);
  *plan.mutable_submit_time() = ToTimestamp(now);
  plan.set_change_reason(reason);
  return plan;
}

v1::PlanVerdict& AddVerdict(v1::Plan& plan, v1::PlanState outcome, const std::string& actor, absl::Time now) {
  plan.set_state(outcome);
  auto& verdict = *plan.add_verdicts();
  verdict.set_version(plan.version());
  verdict.set_outcome(outcome);
  verdict.set_reviewer(actor);
  *verdict.mutable_verdict_time() = ToTimestamp(now);
  return verdict;
}

}  // namespace

const v1::PlanContent& Standing(const v1::Plan& plan) { return plan.has_in_force() ? plan.in_force() : plan.content(); }

int StandingVersion(const v1::Plan& plan) {
  return plan.in_force_version() > 0 ? plan.in_force_version() : plan.version();
}

absl::StatusOr<v1::Plan> Submit(const std::string& force, const v1::PlanContent& content, int64_t number,
                                const KnownFacts& facts, const std::string& actor, absl::Time now) {
  v1::Plan plan;
  plan.set_name(absl::StrCat(PlanPrefix(force), number));
  return WithVersion(std::move(plan), content, "", facts, actor, now);
}

absl::StatusOr<v1::Plan> SubmitNext(const v1::Plan& plan, const v1::SubmitPlanVersionRequest& request,
                                    const KnownFacts& facts, const std::string& actor, absl::Time now) {
  OVERSIGHT_RETURN_IF_ERROR(Check(FollowUp::kSubmitPlanVersion, &plan));
  return WithVersion(plan, request.content(), request.change_reason(), facts, actor, now);
}

absl::StatusOr<v1::Plan> Return(const v1::Plan& plan, const v1::ReturnPlanRequest& request, const std::string& actor,
                                absl::Time now) {
  OVERSIGHT_RETURN_IF_ERROR(Check(FollowUp::kReturnPlan, &plan));
  Violations violations;
  for (int i = 0; i < request.reasons_size(); ++i) {
    if (request.reasons(i).empty()) violations.Add(absl::StrCat("reasons[", i, "]"), "must not be empty");
  }
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  v1::Plan returned = plan;
  *AddVerdict(returned, v1::PLAN_STATE_RETURNED, actor, now).mutable_reasons() = request.reasons();
  return returned;
}

absl::StatusOr<v1::Plan> Accept(const v1::Plan& plan, const v1::AcceptPlanRequest& request, const std::string& actor,
                                absl::Time now) {
  OVERSIGHT_RETURN_IF_ERROR(Check(FollowUp::kAcceptPlan, &plan));
  v1::Plan accepted = plan;
  auto& verdict = AddVerdict(accepted, v1::PLAN_STATE_ACCEPTED, actor, now);
  if (!request.note().empty()) verdict.add_reasons(request.note());
  ForEachDated(*accepted.mutable_content(), [](auto& item) {
    if (!item.has_original_due_date()) *item.mutable_original_due_date() = item.due_date();
  });
  accepted.set_in_force_version(accepted.version());
  accepted.clear_in_force();
  return accepted;
}

absl::StatusOr<v1::Plan> Report(const v1::Plan& plan, const v1::ReportPlanProgressRequest& request, absl::Time now) {
  OVERSIGHT_RETURN_IF_ERROR(Check(FollowUp::kReportPlanProgress, &plan));
  std::map<std::string, bool> done;  // By id, whether it was reported as done before.
  v1::PlanContent standing = Standing(plan);
  ForEachDated(standing, [&done](const auto& item) { done[item.id()] = item.has_actual_date(); });
  Violations violations;
  DateContradictions dates("What is done is reported when it is done, not ahead of time.");
  std::map<std::string, const v1::DoneItem*> reported;
  for (int i = 0; i < request.items_size(); ++i) {
    const auto& item = request.items(i);
    const std::string at = absl::StrCat("items[", i, "]");
    const auto known = done.find(item.id());
    if (known == done.end()) {
      violations.Add(at + ".id", "must be the id of an action or a milestone of the version in force");
      continue;
    }
    if (!reported.emplace(item.id(), &item).second)
      violations.Add(at + ".id", absl::StrCat(item.id(), " is given twice"));
    if (known->second && item.correction_reason().empty()) {
      violations.Add(at + ".correction_reason", "is required: it was reported as done before; say what was wrong");
    }
    if (!known->second && !item.correction_reason().empty()) {
      violations.Add(at + ".correction_reason", "goes with what was reported as done before only");
    }
    if (!known->second && !item.has_actual_date()) violations.Add(at + ".actual_date", "is required");
    if (item.has_actual_date()) dates.NotToCome(at + ".actual_date", item.actual_date(), LondonDay(now));
  }
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  OVERSIGHT_RETURN_IF_ERROR(dates.status());
  v1::Plan after = plan;
  const auto set = [&reported](auto& item) {
    const auto found = reported.find(item.id());
    if (found == reported.end()) return;
    item.clear_actual_date();
    if (found->second->has_actual_date()) *item.mutable_actual_date() = found->second->actual_date();
  };
  // A later version under review has the same things, and what is done is done in it too.
  ForEachDated(*after.mutable_content(), set);
  if (after.has_in_force()) ForEachDated(*after.mutable_in_force(), set);
  return after;
}

}  // namespace oversight::monitoring
