// The case that the announcements' tests tell of: West Midlands Police, moved into Engage on 24 November 2023 for four
// reasons, whose causes of concern are public. The facts are those of the inspectorate's own announcement of that day.
// Used by the test's thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "monitoring-service/announcement/announcements.h"
#include "tests/monitoring/moves_fixture.h"

namespace oversight::monitoring {

inline const AnnouncementTemplates& ShippedTemplates() {
  static const auto* templates = new AnnouncementTemplates(*AnnouncementTemplates::Load("data/announcements"));
  return *templates;
}

class RecordMap final : public RecordedFacts {
 public:
  template <class T>
  void Keep(const T& resource) {
    by_name_[resource.name()] = std::make_shared<T>(resource);
  }
  void Forget(const std::string& name) { by_name_.erase(name); }
  std::shared_ptr<const google::protobuf::Message> Find(const std::string& name) const override {
    const auto it = by_name_.find(name);
    return it == by_name_.end() ? nullptr : it->second;
  }

 private:
  std::map<std::string, std::shared_ptr<const google::protobuf::Message>> by_name_;
};

class Announcing : public Moves {
 protected:
  static constexpr char kSpeaker[] = "forces/west-midlands/officeHolders/1";
  static constexpr char kAuthor[] = "principals/liaison-lead";
  static constexpr char kPress[] = "principals/press-officer";

  Announcing() {
    force_.set_name(kForce);
    force_.set_display_name("West Midlands Police");
    force_.set_service(forces::v1::SERVICE_TYPE_POLICE);
    speaker_.set_name(kSpeaker);
    speaker_.set_office(forces::v1::OFFICE_HM_INSPECTOR);
    speaker_.set_title("His Majesty’s Inspector of Constabulary");
    speaker_.set_display_name("Wendy Williams");
    speaker_.mutable_from_date()->set_year(2023);
    head_.set_ledger("ledgers/monitoring");
    head_.set_tree_size(41);
    head_.set_root_hash(std::string(32, '\x5a'));
    for (int i = 11; i <= 14; ++i) {
      auto concern = MakeConcern(absl::StrCat(kForce, "/concerns/", i));
      concern.mutable_handling()->set_level(concerns::v1::HANDLING_LEVEL_RESPONDING);
      concern.mutable_published()->set_title("Causes of concern");
      concerns_[concern.name()] = concern;
    }
    now_ = LondonTime(absl::CivilMinute(2023, 11, 24, 9, 0));
  }

  // Moved in, on 24 November 2023, at the beginning of the day.
  void MoveTheSeedIn() { Approve(Seed(), absl::CivilDay(2023, 11, 24)); }
  v1::Proposal Seed() {
    const std::string at = absl::StrCat(kForce, "/concerns/");
    v1::Proposal wanted = Wanted("engage", v1::GROUND_NOT_MANAGING_MITIGATING_OR_ERADICATING,
                                 {at + "11", at + "12", at + "13", at + "14"});
    wanted.mutable_reasons(0)->set_text(
        "carrying out effective investigations which lead to satisfactory results for victims");
    wanted.mutable_reasons(1)->set_text(
        "making sure multi-agency risk assessment conferences (MARACs) work effectively to keep vulnerable people "
        "safe");
    wanted.mutable_reasons(2)->set_text(
        "effectively managing the risk posed to the public by registered sex offenders");
    wanted.mutable_reasons(3)->set_text("managing the risk posed by online child abuse offenders effectively");
    auto* report = wanted.mutable_next_report();
    report->set_title("next inspection report");
    report->mutable_expected_date()->set_year(2024);
    report->mutable_expected_date()->set_part_of_year(common::v1::PART_OF_YEAR_EARLY);
    return wanted;
  }
  // Moved out again: the second reason is carried forward, and of the four concerns only its own is open.
  void MoveTheSeedOut() {
    now_ = LondonTime(absl::CivilMinute(2024, 9, 18, 9, 0));
    for (const auto* number : {"1", "5", "11", "13", "14"}) {
      concerns_[absl::StrCat(kForce, "/concerns/", number)].set_state(concerns::v1::CONCERN_STATE_DISCHARGED);
    }
    v1::Proposal wanted = Wanted("scan", v1::GROUND_IMPROVEMENT, {""});
    wanted.mutable_reasons(0)->set_text("the force has improved how it manages the risk from offenders");
    for (const auto* met : {"r1", "r3", "r4"}) *wanted.add_reason_outcomes() = Met(met);
    *wanted.add_reason_outcomes() = CarriedForward("r2");
    Approve(wanted, absl::CivilDay(2024, 9, 18));
  }

  // Proposed and approved, with effect on this day.
  void Approve(const v1::Proposal& wanted, absl::CivilDay day) {
    auto proposal = ProposeIt(wanted);
    ASSERT_TRUE(proposal.ok()) << proposal.status();
    Keep(*proposal);
    request_.Clear();
    *request_.mutable_effective_date() = ToPartialDate(day);
    auto decided = DecideIt(*proposal, v1::DECISION_OUTCOME_APPROVED);
    ASSERT_TRUE(decided.ok()) << decided.status();
    Keep(*decided);
    decision_ = decided->decision;
  }

  MoveFacts Facts() {
    ended_ = nullptr;
    const bool waits = decision_.state() == v1::DECISION_STATE_PENDING_EFFECT;
    for (const auto& episode : record_.episodes) {
      if (episode.exit_decision() == decision_.name() || (waits && episode.name() == record_.monitoring.episode())) {
        ended_ = &episode;
      }
      recorded_.Keep(episode);
    }
    recorded_.Keep(decision_);
    recorded_.Keep(force_);
    recorded_.Keep(speaker_);
    recorded_.Keep(ladders_.in_force());
    for (const auto& concern : concerns_.ConcernsOf(kForce)) recorded_.Keep(*concern);
    return {.decision = decision_,
            .ladder = ladders_.in_force(),
            .force = force_,
            .ended = ended_,
            .known = concerns_,
            .recorded = recorded_};
  }

  v1::Announcement Wished() {
    v1::Announcement wanted;
    wanted.set_decision(decision_.name());
    auto* quotation = wanted.add_quotations();
    quotation->set_speaker(kSpeaker);
    quotation->set_text(
        "We will work closely with the force to monitor its progress against these important and necessary changes.");
    return wanted;
  }
  absl::StatusOr<v1::Announcement> DraftIt(const v1::Announcement& wanted,
                                           const std::vector<v1::Announcement>& others = {},
                                           const std::optional<v1::Announcement>& corrects = std::nullopt) {
    return Draft(ShippedTemplates(), Facts(), wanted, others, corrects, head_, ++last_number_, kAuthor);
  }
  v1::Announcement Drafted() {
    auto draft = DraftIt(Wished());
    EXPECT_TRUE(draft.ok()) << draft.status();
    return draft.ok() ? *draft : v1::Announcement();
  }
  v1::Announcement Reviewed(const v1::Announcement& draft) { return *Review(*Submit(draft), kInspector); }
  v1::Announcement Cleared(const v1::Announcement& draft) {
    auto cleared = Clear(ShippedTemplates(), Facts(), Reviewed(draft), kPress);
    EXPECT_TRUE(cleared.ok()) << cleared.status();
    return cleared.ok() ? *cleared : v1::Announcement();
  }
  absl::StatusOr<v1::Announcement> ScheduleIt(const v1::Announcement& announcement, absl::Time minute) {
    return Schedule(ShippedTemplates(), Facts(), announcement, minute, now_);
  }
  absl::StatusOr<Released> PublishIt(const v1::Announcement& announcement,
                                     const std::optional<v1::Announcement>& corrects = std::nullopt) {
    return Publish(ShippedTemplates(), Facts(), record_, announcement, corrects, now_);
  }
  absl::StatusOr<v1::Announcement> EditIt(const v1::Announcement& announcement, const v1::Announcement& edited,
                                          const std::string& actor = kAuthor) {
    return Edit(ShippedTemplates(), Facts(), announcement, edited.statements(), actor);
  }

  // "TYPE subject" of each violation.
  std::vector<std::string> Violated(const v1::Announcement& announcement, bool going_out = false) {
    std::vector<std::string> violated;
    for (const auto& violation : CheckCoverage(ShippedTemplates(), announcement, Facts(), going_out)) {
      EXPECT_FALSE(violation.description().empty());
      violated.push_back(violation.type() + " " + violation.subject());
    }
    return violated;
  }
  static v1::Statement* Find(v1::Announcement& announcement, const std::string& id) {
    for (auto& statement : *announcement.mutable_statements()) {
      if (statement.id() == id) return &statement;
    }
    return nullptr;
  }
  static void Remove(v1::Announcement& announcement, const std::string& id) {
    auto* statements = announcement.mutable_statements();
    for (int i = 0; i < statements->size(); ++i) {
      if (statements->Get(i).id() == id) return statements->DeleteSubrange(i, 1);
    }
    ADD_FAILURE() << "no statement " << id;
  }

  forces::v1::Force force_;
  forces::v1::OfficeHolder speaker_;
  v1::RecordHead head_;
  v1::Decision decision_;
  RecordMap recorded_;
  const v1::Episode* ended_ = nullptr;
  int64_t last_number_ = 0;
};

}  // namespace oversight::monitoring
