#include "monitoring-service/policy/attention.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/compare_names.h"
#include "common/time/partial_date.h"
#include "monitoring-service/domain/cadence.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/domain/plan_progress.h"
#include "monitoring-service/policy/assess.h"

namespace oversight::monitoring {
namespace {

using common::v1::PartialDate;
using common::v1::Role;
using common::v1::ROLE_CHIEF_INSPECTOR;
using common::v1::ROLE_HM_INSPECTOR;
using common::v1::ROLE_LIAISON_LEAD;
using common::v1::ROLE_OVERSIGHT_GROUP_SECRETARIAT;
using common::v1::ROLE_RECORDS_MANAGER;

class Gathering {
 public:
  Gathering(const v1::Policy* policy, const Ladders& ladders, const AttentionFacts& known, absl::CivilDay on_date,
            int within_days)
      : policy_(policy), ladders_(ladders), known_(known), on_date_(on_date), within_days_(within_days) {}

  std::vector<v1::AttentionItem> Run() {
    Advice();
    Moves();
    Recommendations();
    Responses();
    Duties();
    Meetings();
    Plans();
    Actions();
    Inconsistencies();
    return std::move(items_);
  }

 private:
  v1::AttentionItem& Add(v1::AttentionKind kind, std::string text, const std::string& resource, int64_t revision,
                         std::initializer_list<Role> roles) {
    auto& item = items_.emplace_back();
    item.set_kind(kind);
    item.set_force(known_.facts.force);
    item.set_text(std::move(text));
    item.set_resource(resource);
    item.set_revision(revision);
    for (const Role role : roles) item.add_roles(role);
    return item;
  }
  // The same with a date; nothing when it is further away than what is asked for.
  void AddDue(v1::AttentionKind kind, const std::string& what, absl::CivilDay due, const std::string& resource,
              int64_t revision, std::initializer_list<Role> roles) {
    const int days_late = static_cast<int>(on_date_ - due);
    if (-days_late > within_days_) return;
    const std::string when =
        days_late > 0    ? absl::StrCat(" was due on ", FormatForPeople(due), ", ", Days(days_late), " ago")
        : days_late == 0 ? std::string(" is due today")
                         : absl::StrCat(" is due on ", FormatForPeople(due), ", in ", Days(-days_late));
    auto& item = Add(kind, absl::StrCat(what, when, "."), resource, revision, roles);
    *item.mutable_due_date() = ToPartialDate(due);
    item.set_days_late(days_late);
  }
  static std::string Days(int days) { return absl::StrCat(days, days == 1 ? " day" : " days"); }
  static absl::CivilDay LatestDay(const PartialDate& date) { return DayInterval(date).last; }

  void Advice() {
    const v1::Monitoring stage = StageOf(ladders_, known_.facts);
    if (policy_ != nullptr) {
      const auto assessment = Assess({*policy_, ladders_, on_date_}, known_.facts);
      if (assessment.advised_move() != v1::ADVISED_MOVE_KEEP) {
        Add(assessment.advised_move() == v1::ADVISED_MOVE_ESCALATE ? v1::ATTENTION_KIND_ESCALATION_ADVISED
                                                                   : v1::ATTENTION_KIND_RETURN_ADVISED,
            assessment.text(), known_.facts.force, 0, {ROLE_HM_INSPECTOR, ROLE_CHIEF_INSPECTOR});
      }
    }
    if (stage.enhanced() && known_.facts.causes.empty()) {
      Add(v1::ATTENTION_KIND_NOTHING_OPEN,
          absl::StrCat("The force is in ", stage.stage_display_name(), " and no cause of concern of it is open."),
          stage.name(), stage.revision(), {ROLE_HM_INSPECTOR, ROLE_RECORDS_MANAGER});
    }
  }

  void Moves() {
    const v1::Decision* last = nullptr;
    for (const auto& decision : known_.decisions) {
      if (last == nullptr || rpc::CompareNames(last->name(), decision.name()) < 0) last = &decision;
      if (decision.name() == known_.facts.monitoring.decision() && decision.has_review_by_date()) {
        AddDue(v1::ATTENTION_KIND_DECISION_REVIEW, absl::StrCat("A review of ", ShortName(decision.name())),
               LatestDay(decision.review_by_date()), decision.name(), decision.revision(), {ROLE_CHIEF_INSPECTOR});
      }
    }
    bool open = false;
    for (const auto& proposal : known_.proposals) {
      if (proposal.state() != v1::PROPOSAL_STATE_OPEN) continue;
      open = true;
      Add(v1::ATTENTION_KIND_PROPOSAL_WAITS,
          absl::StrCat("A proposal to move the force to ", StageName(ladders_, proposal.to_stage()),
                       " waits for a decision."),
          proposal.name(), proposal.revision(), {ROLE_CHIEF_INSPECTOR});
    }
    if (last != nullptr && !open && last->state() == v1::DECISION_STATE_LAPSED) {
      Add(v1::ATTENTION_KIND_APPROVAL_LAPSED, absl::StrCat("An approval lapsed: ", last->lapse().text()), last->name(),
          last->revision(), {ROLE_HM_INSPECTOR, ROLE_CHIEF_INSPECTOR});
    }
  }

  void Recommendations() {
    for (const auto& [name, recommendation] : known_.facts.recommendations) {
      if (!recommendation.of_open_cause) continue;
      if (recommendation.claimed) {
        Add(v1::ATTENTION_KIND_CLAIM_WAITS, absl::StrCat("The claim on ", ShortName(name), " waits to be verified."),
            name, recommendation.revision, {ROLE_LIAISON_LEAD});
      } else if (recommendation.due) {
        AddDue(v1::ATTENTION_KIND_RECOMMENDATION_DUE, Capital(ShortName(name)), *recommendation.due, name,
               recommendation.revision, {ROLE_LIAISON_LEAD});
      }
    }
  }

  void Responses() {
    for (const auto& [concern, response] : known_.facts.responses) {
      if (response.standing != v1::RESPONSE_STANDING_AWAITING_JUDGEMENT || known_.facts.causes.count(concern) == 0) {
        continue;
      }
      Add(v1::ATTENTION_KIND_RESPONSE_WAITS,
          absl::StrCat("The force's answer to ", ShortName(concern), " waits to be judged."), response.name,
          response.revision, {ROLE_LIAISON_LEAD});
    }
  }

  void Duties() {
    for (const auto& duty : known_.duties) {
      // The state is derived for a day; the record is that a response was published, or not.
      if (duty.has_response() || !duty.has_due_date()) continue;
      AddDue(v1::ATTENTION_KIND_STATUTORY_RESPONSE_DUE,
             absl::StrCat("The response by law to \"", duty.report_title(), "\""), LatestDay(duty.due_date()),
             duty.name(), duty.revision(), {ROLE_LIAISON_LEAD});
    }
  }

  void Meetings() {
    std::vector<v1::Meeting> meetings;
    for (const auto& [name, meeting] : known_.facts.meetings) meetings.push_back(meeting);
    const v1::Monitoring stage = StageOf(ladders_, known_.facts);
    const auto cadence = CadenceOf(ladders_, stage, meetings, on_date_);
    if (!cadence.missed()) return;
    const bool met = !cadence.last_meeting().empty();
    AddDue(v1::ATTENTION_KIND_MEETING_MISSED, "A meeting with inspectors", LatestDay(cadence.due_date()),
           met ? cadence.last_meeting() : stage.name(),
           met ? known_.facts.meetings.at(cadence.last_meeting()).revision() : stage.revision(),
           {ROLE_LIAISON_LEAD, ROLE_HM_INSPECTOR});
  }

  void Plans() {
    for (const auto& [name, plan] : known_.facts.plans) {
      if (plan->state() != v1::PLAN_STATE_SUBMITTED) continue;
      Add(v1::ATTENTION_KIND_PLAN_WAITS,
          absl::StrCat("Version ", plan->version(), " of ", ShortName(name), " waits for a verdict."), name,
          plan->revision(), {ROLE_LIAISON_LEAD, ROLE_HM_INSPECTOR});
    }
    const v1::Plan* plan = PlanOf(known_.facts);
    if (plan == nullptr || plan->in_force_version() == 0) return;
    for (const auto& milestone : plan->in_force().milestones()) {
      if (milestone.has_actual_date() || !milestone.has_due_date()) continue;
      AddDue(v1::ATTENTION_KIND_MILESTONE_DUE, absl::StrCat("The milestone \"", milestone.title(), "\""),
             LatestDay(milestone.due_date()), plan->name(), plan->revision(), {ROLE_LIAISON_LEAD});
    }
  }

  void Actions() {
    for (const auto& action : known_.actions) {
      if (action.state() != v1::ACTION_STATE_OPEN || !action.has_due_date()) continue;
      AddDue(v1::ATTENTION_KIND_ACTION_DUE, absl::StrCat("The action \"", action.text(), "\" of ", action.owner()),
             LatestDay(action.due_date()), action.name(), action.revision(),
             {ROLE_LIAISON_LEAD, ROLE_OVERSIGHT_GROUP_SECRETARIAT});
    }
  }

  void Inconsistencies() {
    for (const auto& found : known_.inconsistencies) {
      Add(v1::ATTENTION_KIND_INCONSISTENCY, absl::StrCat(found.sentence(), " ", found.remedy()), found.name(),
          known_.checked_revision, {ROLE_LIAISON_LEAD, ROLE_RECORDS_MANAGER})
          .set_severity(found.severity());
    }
  }

  static std::string Capital(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text;
  }

  const v1::Policy* const policy_;
  const Ladders& ladders_;
  const AttentionFacts& known_;
  const absl::CivilDay on_date_;
  const int within_days_;
  std::vector<v1::AttentionItem> items_;
};

// What bears on a stage is never below what is only late.
int ClassOf(const v1::AttentionItem& item) {
  switch (item.kind()) {
    case v1::ATTENTION_KIND_ESCALATION_ADVISED:
      return 0;
    case v1::ATTENTION_KIND_APPROVAL_LAPSED:
    case v1::ATTENTION_KIND_PROPOSAL_WAITS:
    case v1::ATTENTION_KIND_RETURN_ADVISED:
    case v1::ATTENTION_KIND_NOTHING_OPEN:
      return 1;
    case v1::ATTENTION_KIND_INCONSISTENCY:
      return item.severity() == concerns::v1::SEVERITY_ERROR ? 3 : 4 + item.severity();
    default:
      break;
  }
  if (!item.has_due_date()) return 3;
  return item.days_late() > 0 ? 2 : 4;
}

}  // namespace

std::vector<v1::AttentionItem> AttentionOf(const v1::Policy* policy, const Ladders& ladders,
                                           const AttentionFacts& known, absl::CivilDay on_date, int within_days) {
  return Gathering(policy, ladders, known, on_date, within_days).Run();
}

void SortByUrgency(std::vector<v1::AttentionItem>& items) {
  std::stable_sort(items.begin(), items.end(), [](const v1::AttentionItem& a, const v1::AttentionItem& b) {
    const auto key = [](const v1::AttentionItem& item) { return std::make_tuple(ClassOf(item), -item.days_late()); };
    if (key(a) != key(b)) return key(a) < key(b);
    if (a.force() != b.force()) return rpc::CompareNames(a.force(), b.force()) < 0;
    return rpc::CompareNames(a.resource(), b.resource()) < 0;
  });
}

}  // namespace oversight::monitoring
