// The life of an announcement, and what of a move is public when.
#include "monitoring-service/announcement/announcements.h"

#include "common/time/london.h"
#include "tests/monitoring/announcing_fixture.h"

namespace oversight::monitoring {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const auto kWrongState = [] { return Refuses(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"); };

class AnnouncementLife : public Announcing {
 protected:
  void SetUp() override { MoveTheSeedIn(); }
  static v1::Announcement In(v1::Announcement announcement, v1::AnnouncementState state) {
    announcement.set_state(state);
    return announcement;
  }
  // Every verb on it, by name, that is refused for its state.
  std::vector<std::string> RefusedIn(const v1::Announcement& announcement) {
    const absl::Time minute = now_ + absl::Hours(1);
    auto edited = announcement;
    Find(edited, "press")->set_text("Other words.");
    *Find(edited, "press")->add_facts() = Find(edited, "who")->facts(0);
    std::vector<std::string> refused;
    const auto note = [&refused](const char* verb, const absl::Status& status) {
      if (ReasonOf(status) == "WRONG_STATE") refused.push_back(verb);
    };
    note("edit", EditIt(announcement, edited).status());
    note("refresh", Regenerate(ShippedTemplates(), Facts(), announcement, {}, head_, kAuthor).status());
    note("submit", Submit(announcement).status());
    note("review", Review(announcement, kInspector).status());
    note("return", monitoring::Return(announcement, "Because.").status());
    note("clear", Clear(ShippedTemplates(), Facts(), announcement, kPress).status());
    note("schedule", ScheduleIt(announcement, minute).status());
    note("pull", Pull(announcement, "Because.").status());
    note("publish", PublishIt(announcement).status());
    note("withdraw", Withdraw(announcement, "Because.").status());
    return refused;
  }
};

TEST_F(AnnouncementLife, GoesFromDraftToPublished) {
  auto announcement = Drafted();
  EXPECT_EQ(announcement.name(), "forces/west-midlands/announcements/1");
  EXPECT_EQ(announcement.state(), v1::ANNOUNCEMENT_STATE_DRAFT);
  EXPECT_THAT(announcement.authors(), ElementsAre(kAuthor));
  EXPECT_THAT(announcement.template_(), HasSubstr("moved-in "));
  announcement = *Submit(announcement);
  EXPECT_EQ(announcement.state(), v1::ANNOUNCEMENT_STATE_IN_REVIEW);
  announcement = *Review(announcement, kInspector);
  EXPECT_EQ(announcement.state(), v1::ANNOUNCEMENT_STATE_REVIEWED);
  EXPECT_EQ(announcement.reviewer(), kInspector);
  announcement = *Clear(ShippedTemplates(), Facts(), announcement, kPress);
  EXPECT_EQ(announcement.state(), v1::ANNOUNCEMENT_STATE_CLEARED);
  EXPECT_EQ(announcement.clearer(), kPress);
  const absl::Time minute = now_ + absl::Hours(1);
  EXPECT_EQ(WaitsFor(announcement), std::nullopt);
  announcement = *ScheduleIt(announcement, minute);
  EXPECT_EQ(announcement.state(), v1::ANNOUNCEMENT_STATE_SCHEDULED);
  EXPECT_EQ(WaitsFor(announcement), minute);
  EXPECT_FALSE(IsPublic(announcement));
  const auto released = Release(ShippedTemplates(), Facts(), record_, announcement, std::nullopt, minute);
  ASSERT_TRUE(released.has_value());
  EXPECT_EQ(released->announcement.state(), v1::ANNOUNCEMENT_STATE_PUBLISHED);
  EXPECT_EQ(ToTime(released->announcement.published_time()), minute);
  EXPECT_TRUE(IsPublic(released->announcement));
  EXPECT_FALSE(released->corrected.has_value());
  ASSERT_TRUE(released->made_public.has_value());
  EXPECT_EQ(released->made_public->decision.publication().announcement(), announcement.name());
}

TEST_F(AnnouncementLife, EveryVerbHasItsStates) {
  const auto draft = Drafted();
  EXPECT_THAT(RefusedIn(draft), ElementsAre("review", "return", "clear", "schedule", "pull", "publish"));
  EXPECT_THAT(RefusedIn(In(draft, v1::ANNOUNCEMENT_STATE_IN_REVIEW)),
              ElementsAre("submit", "clear", "schedule", "pull", "publish"));
  EXPECT_THAT(RefusedIn(In(draft, v1::ANNOUNCEMENT_STATE_REVIEWED)),
              ElementsAre("submit", "review", "schedule", "pull", "publish"));
  EXPECT_THAT(RefusedIn(In(draft, v1::ANNOUNCEMENT_STATE_CLEARED)), ElementsAre("submit", "review", "clear", "pull"));
  EXPECT_THAT(RefusedIn(In(draft, v1::ANNOUNCEMENT_STATE_SCHEDULED)),
              ElementsAre("edit", "refresh", "submit", "review", "return", "clear", "schedule", "publish", "withdraw"));
  EXPECT_THAT(RefusedIn(In(draft, v1::ANNOUNCEMENT_STATE_PUBLISHED)),
              ElementsAre("edit", "refresh", "submit", "review", "return", "clear", "schedule", "pull", "publish"));
  for (const auto state : {v1::ANNOUNCEMENT_STATE_CORRECTED, v1::ANNOUNCEMENT_STATE_WITHDRAWN}) {
    EXPECT_EQ(RefusedIn(In(draft, state)).size(), 10);
  }
}

// What ListAllowedActions says of an announcement is what a call then meets.
TEST_F(AnnouncementLife, WhatIsAllowedIsWhatIsDone) {
  const auto draft = Drafted();
  for (int state = v1::ANNOUNCEMENT_STATE_DRAFT; state <= v1::ANNOUNCEMENT_STATE_WITHDRAWN; ++state) {
    const auto announcement = In(draft, static_cast<v1::AnnouncementState>(state));
    std::vector<std::string> refused;
    const auto actions = AllowedAnnouncing(announcement, kInspector);
    EXPECT_EQ(actions.size(), 10u);
    for (const auto& action : actions) {
      EXPECT_EQ(action.allowed(), action.message().empty());
      if (action.allowed()) continue;
      EXPECT_EQ(action.reason(), "WRONG_STATE");
      // "SubmitAnnouncement" -> "submit".
      std::string verb = action.verb().substr(0, action.verb().find("Announcement"));
      verb[0] = static_cast<char>(verb[0] - 'A' + 'a');
      refused.push_back(verb == "update" ? "edit" : verb);
    }
    EXPECT_EQ(refused, RefusedIn(announcement)) << state;
  }
  for (const auto& action : AllowedAnnouncing(In(draft, v1::ANNOUNCEMENT_STATE_IN_REVIEW), kAuthor)) {
    if (action.verb() == "ReviewAnnouncement") EXPECT_EQ(action.reason(), "AUTHOR_CANNOT_REVIEW");
  }
  EXPECT_EQ(ReasonOf(MayAnnounce("SingAnnouncement", draft, kAuthor)), "INTERNAL");
}

TEST_F(AnnouncementLife, AWrongStateSaysWhatToDo) {
  const auto status = PublishIt(Drafted()).status();
  EXPECT_THAT(status, kWrongState());
  EXPECT_EQ(ErrorMetadata(status, "state"), "DRAFT");
  EXPECT_THAT(std::string(status.message()), HasSubstr("is DRAFT, not CLEARED. The press office must clear it first."));
}

TEST_F(AnnouncementLife, NobodyReviewsWhatTheyWrote) {
  auto announcement = *Submit(Drafted());
  EXPECT_THAT(Review(announcement, kAuthor).status(),
              Refuses(absl::StatusCode::kPermissionDenied, "AUTHOR_CANNOT_REVIEW"));
  auto edited = announcement;
  Find(edited, "plan")->set_text("West Midlands Police has been asked for a plan.");
  announcement = *Submit(*EditIt(announcement, edited, kPress));
  for (const auto* author : {kAuthor, kPress}) {
    EXPECT_THAT(Review(announcement, author).status(),
                Refuses(absl::StatusCode::kPermissionDenied, "AUTHOR_CANNOT_REVIEW"));
  }
  EXPECT_TRUE(Review(announcement, kInspector).ok());
}

TEST_F(AnnouncementLife, AnyChangeOfTheTextGoesBackToDraft) {
  const auto cleared = Cleared(Drafted());
  auto edited = cleared;
  Find(edited, "plan")->set_text("West Midlands Police has been asked for a plan.");
  const auto changed = *EditIt(cleared, edited);
  EXPECT_EQ(changed.state(), v1::ANNOUNCEMENT_STATE_DRAFT);
  EXPECT_TRUE(changed.reviewer().empty());
  EXPECT_TRUE(changed.clearer().empty());
  EXPECT_THAT(changed.text(), HasSubstr("has been asked for a plan.\n"));
  auto kept = changed;
  EXPECT_TRUE(Find(kept, "plan")->by_hand());
  EXPECT_FALSE(Find(kept, "who")->by_hand());
  EXPECT_TRUE(Find(kept, "press")->standing());
  // The same again changes nothing, whatever it says of its marks.
  EXPECT_TRUE(Same(*EditIt(cleared, cleared), cleared));
  auto marked = cleared;
  for (auto& statement : *marked.mutable_statements()) statement.set_by_hand(true);
  EXPECT_TRUE(Same(*EditIt(cleared, marked), cleared));
}

TEST_F(AnnouncementLife, AnotherOrderIsAnotherText) {
  const auto cleared = Cleared(Drafted());
  auto edited = cleared;
  edited.mutable_statements()->SwapElements(2, 3);
  EXPECT_EQ(EditIt(cleared, edited)->state(), v1::ANNOUNCEMENT_STATE_DRAFT);
}

TEST_F(AnnouncementLife, AHandWrittenStatementNamesItsFactOrItsSpeaker) {
  const auto draft = Drafted();
  auto edited = draft;
  const auto add = [&edited](const std::string& id, v1::StatementPart part) {
    auto* statement = edited.add_statements();
    statement->set_id(id);
    statement->set_part(part);
    statement->set_text("It is so.");
    return statement;
  };
  add("founded", v1::STATEMENT_PART_PARAGRAPH)->add_facts()->set_name(decision_.name());
  Find(edited, "founded")->mutable_facts(0)->set_field("decided_date");
  add("quoted", v1::STATEMENT_PART_QUOTATION)->set_speaker(kSpeaker);
  auto changed = EditIt(draft, edited);
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(Find(*changed, "founded")->facts(0).value(), "2023-11-24");
  EXPECT_TRUE(Find(*changed, "founded")->by_hand());

  add("founded", v1::STATEMENT_PART_PARAGRAPH);                        // the id again, and no fact
  add("unspoken", v1::STATEMENT_PART_QUOTATION);                       // no speaker
  add("spoken", v1::STATEMENT_PART_NOTE)->set_speaker(kSpeaker);       // a speaker of nothing, and no fact
  auto* unknown = add("unknown", static_cast<v1::StatementPart>(99));  // no such part
  unknown->add_facts()->set_name("forces/west-midlands/concerns/99");  // no such resource
  unknown->mutable_facts(0)->set_field("title");
  unknown->add_facts()->set_name(decision_.name());
  unknown->mutable_facts(1)->set_field("review_by_date");    // holds nothing
  unknown->add_facts()->set_name("forces/kent/concerns/1");  // another force's
  unknown->mutable_facts(2)->set_field("title");
  recorded_.Keep(concerns_["forces/kent/concerns/1"]);
  const int n = draft.statements_size();
  const auto at = [n](int i, const std::string& field) {
    return absl::StrCat("announcement.statements[", n + i, "]", field);
  };
  EXPECT_THAT(FieldsOf(EditIt(draft, edited).status()),
              ElementsAre(at(2, ".id"), at(2, ".facts"), at(3, ".speaker"), at(4, ".speaker"), at(4, ".facts"),
                          at(5, ".facts[0]"), at(5, ".facts[1]"), at(5, ".facts[2]"), at(5, ".part")));
  EXPECT_THAT(FieldsOf(EditIt(draft, v1::Announcement()).status()), ElementsAre("announcement.statements"));
}

TEST_F(AnnouncementLife, ASentBackAnnouncementIsADraftWithTheReason) {
  auto returned = *monitoring::Return(Cleared(Drafted()), "The third reason reads badly.");
  EXPECT_EQ(returned.state(), v1::ANNOUNCEMENT_STATE_DRAFT);
  EXPECT_EQ(returned.return_reason(), "The third reason reads badly.");
  EXPECT_TRUE(returned.reviewer().empty());
  EXPECT_TRUE(Submit(returned)->return_reason().empty());
}

TEST_F(AnnouncementLife, RefreshTakesUpTheFactsAndDropsWhatWasWrittenByHand) {
  const auto cleared = Cleared(Drafted());
  v1::RecordHead later = head_;
  later.set_tree_size(50);
  const auto refresh = [&](const v1::Announcement& announcement, const QuotationList& quotations = {}) {
    return *Regenerate(ShippedTemplates(), Facts(), announcement, quotations, later, kPress);
  };
  EXPECT_TRUE(Same(refresh(cleared), cleared)) << "a log that went on is no reason for another review";
  concerns_[absl::StrCat(kForce, "/concerns/11")].mutable_handling()->set_level(
      concerns::v1::HANDLING_LEVEL_NOT_RESPONDING);
  auto fresh = refresh(cleared);
  EXPECT_EQ(fresh.state(), v1::ANNOUNCEMENT_STATE_DRAFT);
  EXPECT_NE(Find(fresh, "warning"), nullptr);
  EXPECT_EQ(fresh.record_head().tree_size(), 50);
  EXPECT_THAT(fresh.authors(), ElementsAre(kAuthor, kPress));
  EXPECT_THAT(Violated(fresh), IsEmpty());
  QuotationList quotations;
  *quotations.Add() = fresh.quotations(0);
  quotations[0].set_text("Other words.");
  EXPECT_THAT(refresh(fresh, quotations).text(), HasSubstr("said: “Other words.”"));
}

TEST_F(AnnouncementLife, WhatIsNotCoveredIsNeitherClearedNorScheduledNorPublished) {
  auto reviewed = Reviewed(Drafted());
  auto cleared = Cleared(Drafted());
  Remove(reviewed, "reason-r1");
  Remove(cleared, "reason-r1");
  for (const auto& status : {Clear(ShippedTemplates(), Facts(), reviewed, kPress).status(),
                             ScheduleIt(cleared, now_ + absl::Hours(1)).status(), PublishIt(cleared).status()}) {
    EXPECT_THAT(status, Refuses(absl::StatusCode::kFailedPrecondition, "NOT_COVERED"));
    EXPECT_THAT(PreconditionsOf(status), ElementsAre("REASON_MISSING r1"));
  }
}

TEST_F(AnnouncementLife, AMinuteIsWholeToComeAndNotBeforeTheMove) {
  const auto cleared = Cleared(Drafted());
  EXPECT_THAT(FieldsOf(ScheduleIt(cleared, now_ + absl::Seconds(90)).status()), ElementsAre("publish_time"));
  EXPECT_TRUE(ScheduleIt(cleared, now_).ok());
  for (const absl::Time wrong : {now_ - absl::Minutes(1), now_ + kLongestSchedule + absl::Minutes(1)}) {
    EXPECT_THAT(ScheduleIt(cleared, wrong).status(),
                Refuses(absl::StatusCode::kFailedPrecondition, "DATES_CONTRADICT"));
  }
  *decision_.mutable_effective_time() = ToTimestamp(now_ + absl::Hours(2));
  EXPECT_THAT(ScheduleIt(cleared, now_ + absl::Hours(1)).status(),
              Refuses(absl::StatusCode::kFailedPrecondition, "DATES_CONTRADICT"));
  EXPECT_TRUE(ScheduleIt(cleared, now_ + absl::Hours(2)).ok());
}

TEST_F(AnnouncementLife, APulledReleaseIsClearedAndWaitsNoMore) {
  const auto scheduled = *ScheduleIt(Cleared(Drafted()), now_ + absl::Hours(1));
  const auto pulled = *Pull(scheduled, "The force objects.");
  EXPECT_EQ(pulled.state(), v1::ANNOUNCEMENT_STATE_CLEARED);
  EXPECT_EQ(pulled.pull_reason(), "The force objects.");
  EXPECT_EQ(WaitsFor(pulled), std::nullopt);
  const absl::Time late = now_ + absl::Hours(2);
  EXPECT_FALSE(Release(ShippedTemplates(), Facts(), record_, pulled, std::nullopt, late).has_value());
  EXPECT_TRUE(ScheduleIt(pulled, late)->pull_reason().empty());
}

TEST_F(AnnouncementLife, NothingGoesOutBeforeItsMinute) {
  const absl::Time minute = now_ + absl::Hours(1);
  const auto scheduled = *ScheduleIt(Cleared(Drafted()), minute);
  EXPECT_FALSE(
      Release(ShippedTemplates(), Facts(), record_, scheduled, std::nullopt, minute - absl::Seconds(1)).has_value());
}

TEST_F(AnnouncementLife, AReleaseThatIsNotCoveredAnyMoreIsHeldBackWithTheReasons) {
  const absl::Time minute = now_ + absl::Hours(1);
  const auto scheduled = *ScheduleIt(Cleared(Drafted()), minute);
  concerns_[absl::StrCat(kForce, "/concerns/11")].set_state(concerns::v1::CONCERN_STATE_DISCHARGED);
  const auto released = Release(ShippedTemplates(), Facts(), record_, scheduled, std::nullopt, minute);
  ASSERT_TRUE(released.has_value());
  EXPECT_EQ(released->announcement.state(), v1::ANNOUNCEMENT_STATE_CLEARED);
  ASSERT_EQ(released->announcement.held_back().violations_size(), 1);
  EXPECT_EQ(released->announcement.held_back().violations(0).type(), "FACT_CHANGED");
  EXPECT_FALSE(IsPublic(released->announcement));
  EXPECT_FALSE(released->made_public.has_value());
}

TEST_F(AnnouncementLife, AReleaseOfTheSameMinuteAsTheMoveWaitsForIt) {
  const absl::Time minute = now_ + absl::Hours(1);
  auto scheduled = *ScheduleIt(Cleared(Drafted()), minute);
  decision_.set_state(v1::DECISION_STATE_PENDING_EFFECT);
  *decision_.mutable_effective_time() = ToTimestamp(minute);
  EXPECT_FALSE(Release(ShippedTemplates(), Facts(), record_, scheduled, std::nullopt, minute).has_value());
  // One that was to come later after all is held back: it tells of what is not.
  *decision_.mutable_effective_time() = ToTimestamp(minute + absl::Hours(1));
  EXPECT_EQ(Release(ShippedTemplates(), Facts(), record_, scheduled, std::nullopt, minute)
                ->announcement.held_back()
                .violations(0)
                .type(),
            "MOVE_NOT_MADE");
}

TEST_F(AnnouncementLife, ADecisionHasOneAnnouncement) {
  const auto first = Drafted();
  const auto second = DraftIt(Wished(), {first});
  EXPECT_THAT(second.status(), Refuses(absl::StatusCode::kFailedPrecondition, "ANNOUNCEMENT_EXISTS"));
  EXPECT_EQ(ErrorMetadata(second.status(), "announcement"), first.name());
  EXPECT_TRUE(DraftIt(Wished(), {*Withdraw(first, "Written anew.")}).ok());
}

TEST_F(AnnouncementLife, WhetherADecisionMayBeAnnouncedIsSaidBeforehand) {
  const auto& decision = Facts().decision;
  EXPECT_TRUE(MayDraft(decision, {}).ok());
  EXPECT_EQ(ReasonOf(MayDraft(decision, {Drafted()})), "ANNOUNCEMENT_EXISTS");
  EXPECT_TRUE(MayDraft(decision, {In(Drafted(), v1::ANNOUNCEMENT_STATE_WITHDRAWN)}).ok());
  auto declined = decision;
  declined.set_outcome(v1::DECISION_OUTCOME_DECLINED);
  EXPECT_THAT(MayDraft(declined, {}), kWrongState());
}

TEST_F(AnnouncementLife, WhatMovesNothingIsNotAnnounced) {
  for (const auto state : {v1::DECISION_STATE_LAPSED, v1::DECISION_STATE_REVOKED}) {
    decision_.set_state(state);
    EXPECT_THAT(DraftIt(Wished()).status(), kWrongState());
  }
  decision_.set_state(v1::DECISION_STATE_IN_EFFECT);
  decision_.mutable_historical()->set_source("https://www.example.org");
  EXPECT_THAT(DraftIt(Wished()).status(), kWrongState()) << "it was announced at its time, by others";
  decision_.clear_historical();
  decision_.set_state(v1::DECISION_STATE_DECLINED);
  decision_.set_outcome(v1::DECISION_OUTCOME_DECLINED);
  EXPECT_THAT(DraftIt(Wished()).status(), kWrongState());
}

TEST_F(AnnouncementLife, OnlyWhoHoldsAnOfficeForTheForceIsQuoted) {
  auto wanted = Wished();
  wanted.mutable_quotations(0)->set_speaker("forces/west-midlands/officeHolders/9");
  *wanted.add_quotations() = Wished().quotations(0);
  wanted.mutable_quotations(1)->set_speaker("forces/kent/officeHolders/1");
  EXPECT_THAT(FieldsOf(DraftIt(wanted).status()),
              ElementsAre("announcement.quotations[0].speaker", "announcement.quotations[1].speaker"));
  speaker_.mutable_to_date()->set_year(2022);
  EXPECT_THAT(FieldsOf(DraftIt(Wished()).status()), ElementsAre("announcement.quotations[0].speaker"));
}

TEST_F(AnnouncementLife, ACorrectionTakesThePlaceOfWhatIsOut) {
  const auto first = PublishIt(Cleared(Drafted()))->announcement;
  decision_ = PublishIt(Cleared(Drafted()))->made_public->decision;
  auto wanted = Wished();
  wanted.set_corrects(first.name());
  EXPECT_THAT(FieldsOf(DraftIt(wanted, {first}, first).status()), ElementsAre("announcement.correction_reason"));
  wanted.set_correction_reason("The second reason named the wrong meeting.");
  auto other = first;
  other.set_decision("forces/west-midlands/decisions/9");
  EXPECT_THAT(FieldsOf(DraftIt(wanted, {first}, other).status()), ElementsAre("announcement.corrects"));
  EXPECT_THAT(DraftIt(wanted, {first}, In(first, v1::ANNOUNCEMENT_STATE_CLEARED)).status(), kWrongState());
  const auto correction = DraftIt(wanted, {first}, first);
  ASSERT_TRUE(correction.ok()) << correction.status();
  EXPECT_THAT(DraftIt(wanted, {first, *correction}, first).status(),
              Refuses(absl::StatusCode::kFailedPrecondition, "ANNOUNCEMENT_EXISTS"))
      << "one correction at a time";
  const auto released = PublishIt(Cleared(*correction), first);
  ASSERT_TRUE(released.ok()) << released.status();
  ASSERT_TRUE(released->corrected.has_value());
  EXPECT_EQ(released->corrected->state(), v1::ANNOUNCEMENT_STATE_CORRECTED);
  EXPECT_EQ(released->corrected->corrected_by(), correction->name());
  EXPECT_EQ(released->corrected->text(), first.text()) << "it stays readable";
  EXPECT_FALSE(released->made_public.has_value()) << "the move was public already";
  const auto withdrawn = *Withdraw(first, "It was wrong.");
  EXPECT_FALSE(PublishIt(Cleared(*correction), withdrawn)->corrected.has_value());
}

TEST_F(AnnouncementLife, AWithdrawnAnnouncementStaysReadable) {
  const auto published = PublishIt(Cleared(Drafted()))->announcement;
  const auto withdrawn = *Withdraw(published, "The decision is to be looked at again.");
  EXPECT_EQ(withdrawn.state(), v1::ANNOUNCEMENT_STATE_WITHDRAWN);
  EXPECT_EQ(withdrawn.withdrawal_reason(), "The decision is to be looked at again.");
  EXPECT_TRUE(IsPublic(withdrawn));
  EXPECT_EQ(ForPublic(withdrawn).text(), published.text());
  EXPECT_FALSE(IsPublic(*Withdraw(Drafted(), "Never needed.")));
}

TEST_F(AnnouncementLife, ThePublicSeesWordsAndNoNamesBehindThem) {
  const auto shown = ForPublic(PublishIt(Cleared(Drafted()))->announcement);
  EXPECT_FALSE(shown.text().empty());
  const std::string all = shown.DebugString();
  for (const auto* hidden : {"decisions/", "concerns/", "principals/", "facts"}) {
    EXPECT_THAT(all, ::testing::Not(HasSubstr(hidden)));
  }
}

// ---- What is public ----

class PublicRecord : public Announcing {
 protected:
  // What a publication changes, taken up as the ledger would.
  void MakeItPublic(const v1::Decision& decision) {
    const auto made = MakePublic(record_, decision, *ladders_.FindStage(decision.to_stage()), "a", now_);
    EXPECT_EQ(made.decision.publication().state(), v1::PUBLICATION_STATE_PUBLISHED);
    if (made.monitoring) record_.monitoring = *made.monitoring;
    for (const auto& episode : made.episodes) {
      for (auto& known : record_.episodes) {
        if (known.name() == episode.name()) known = episode;
      }
      if (record_.episode && record_.episode->name() == episode.name()) record_.episode = episode;
    }
  }
  std::string Stage() { return ForPublic(record_.monitoring).stage(); }
};

TEST_F(PublicRecord, AMoveIsNotPublicUntilItsAnnouncementIs) {
  const std::string before = ForPublic(record_.monitoring).DebugString();
  MoveTheSeedIn();
  EXPECT_EQ(decision_.publication().state(), v1::PUBLICATION_STATE_AWAITED);
  EXPECT_EQ(record_.monitoring.stage(), "engage");
  record_.monitoring.set_revision(77);
  record_.monitoring.set_etag("\"77\"");
  EXPECT_EQ(ForPublic(record_.monitoring).DebugString(), before);
  EXPECT_EQ(ForPublic(record_.episodes[0]), std::nullopt);
  MakeItPublic(decision_);
  EXPECT_EQ(Stage(), "engage");
  const auto episode = ForPublic(record_.episodes[0]);
  ASSERT_TRUE(episode.has_value());
  EXPECT_EQ(episode->entry_reasons_size(), 4);
  EXPECT_TRUE(episode->entry_reasons(0).concern().empty());
  EXPECT_TRUE(episode->entry_reasons(0).exit_criterion().empty());
}

TEST_F(PublicRecord, UntilAReturnIsPublishedTheEpisodeLasts) {
  MoveTheSeedIn();
  MakeItPublic(decision_);
  const std::string stage = ForPublic(record_.monitoring).DebugString();
  const std::string episode = ForPublic(record_.episodes[0])->DebugString();
  MoveTheSeedOut();
  EXPECT_EQ(record_.monitoring.stage(), "scan");
  EXPECT_EQ(ForPublic(record_.monitoring).DebugString(), stage);
  EXPECT_EQ(ForPublic(record_.episodes[0])->DebugString(), episode);
  MakeItPublic(decision_);
  EXPECT_EQ(Stage(), "scan");
  const auto ended = ForPublic(record_.episodes[0]);
  EXPECT_TRUE(ended->has_until_date());
  EXPECT_EQ(ended->open_causes_size(), 1);
  EXPECT_TRUE(ended->open_causes(0).concern().empty());
  EXPECT_EQ(ended->reason_outcomes(1).reason() + ended->reason_outcomes(1).text(), "r3");
}

TEST_F(PublicRecord, ACauseThatWasOpenAndNotPublicIsNeitherShownNorCounted) {
  MoveTheSeedIn();
  MakeItPublic(decision_);
  MoveTheSeedOut();
  MakeItPublic(decision_);
  auto episode = record_.episodes[0];
  auto* secret = episode.add_open_causes();
  secret->set_concern(kFirst);
  secret->set_title("Not public");
  const auto shown = ForPublic(episode);
  ASSERT_EQ(shown->open_causes_size(), 1);
  EXPECT_EQ(shown->open_causes(0).title(), "Title of forces/west-midlands/concerns/12");
  EXPECT_EQ(WithoutUnpublished(episode).open_causes_size(), 2) << "the force knows its causes of concern";
}

TEST_F(PublicRecord, HowAReasonEndedThatWasAddedInSilenceDoesNotShow) {
  MoveTheSeedIn();
  MoveTheSeedOut();
  auto episode = record_.episodes[0];
  episode.clear_entry_awaits_publication();
  episode.clear_exit_awaits_publication();
  const auto outcomes = [&] {
    std::vector<std::string> reasons;
    const v1::Episode shown = ForPublic(episode).value();
    for (const auto& outcome : shown.reason_outcomes()) reasons.push_back(outcome.reason());
    return reasons;
  };
  auto* added = episode.add_added_reasons();
  added->mutable_reason()->set_id("r5");
  *episode.add_reason_outcomes() = Met("r5");
  EXPECT_THAT(outcomes(), ElementsAre("r1", "r3", "r4", "r2"));
  added->set_historical(true);
  EXPECT_THAT(outcomes(), ElementsAre("r1", "r3", "r4", "r2", "r5"));
}

TEST_F(PublicRecord, TwoMovesBecomePublicInOrderWhicheverIsAnnouncedFirst) {
  MoveTheSeedIn();
  const auto in = decision_;
  MoveTheSeedOut();
  const auto out = decision_;
  EXPECT_EQ(Stage(), "scan");
  EXPECT_FALSE(ForPublic(record_.monitoring).has_since_date());
  const auto both_hidden = record_;
  MakeItPublic(in);
  EXPECT_EQ(Stage(), "engage") << "that it has left is not known yet";
  EXPECT_EQ(ForPublic(record_.monitoring).episode(), "forces/west-midlands/episodes/1");
  EXPECT_FALSE(ForPublic(record_.episodes[0])->has_until_date());
  MakeItPublic(out);
  EXPECT_EQ(Stage(), "scan");
  EXPECT_TRUE(ForPublic(record_.monitoring).has_since_date());

  record_ = both_hidden;
  MakeItPublic(out);
  EXPECT_EQ(Stage(), "scan");
  EXPECT_EQ(ForPublic(record_.episodes[0]), std::nullopt);
  MakeItPublic(in);
  EXPECT_EQ(Stage(), "scan") << "the later move stands";
  EXPECT_TRUE(ForPublic(record_.episodes[0])->has_until_date());
}

TEST_F(PublicRecord, OfTwoMovesOfOneDayTheLaterStandsWhicheverIsAnnouncedFirst) {
  MoveTheSeedIn();
  MakeItPublic(decision_);
  MoveTheSeedOut();
  const auto out = decision_;
  for (const auto* number : {"1", "5", "11", "13", "14"}) {
    concerns_[absl::StrCat(kForce, "/concerns/", number)].set_state(concerns::v1::CONCERN_STATE_ISSUED);
  }
  Approve(Seed(), absl::CivilDay(2024, 9, 18));
  const auto in_again = decision_;
  Approve(Return(), absl::CivilDay(2024, 9, 18));
  MakeItPublic(in_again);
  EXPECT_EQ(Stage(), "engage");
  MakeItPublic(out);
  EXPECT_EQ(Stage(), "engage") << "it was moved in again after that";
  EXPECT_EQ(ForPublic(record_.monitoring).episode(), "forces/west-midlands/episodes/2");
  MakeItPublic(decision_);
  EXPECT_EQ(Stage(), "scan");
}

TEST_F(PublicRecord, WhatNeverHadAnAnnouncementIsPublic) {
  MoveTheSeedIn();
  // As a record from before announcements, or an import, has it.
  record_.monitoring.clear_published();
  record_.episodes[0].clear_entry_awaits_publication();
  EXPECT_EQ(Stage(), "engage");
  EXPECT_TRUE(ForPublic(record_.episodes[0]).has_value());
}

TEST_F(PublicRecord, ADeclinedDecisionHasNothingToPublish) {
  const auto proposal = *ProposeIt(Seed());
  const auto declined = DecideIt(proposal, v1::DECISION_OUTCOME_DECLINED);
  EXPECT_FALSE(declined->decision.has_publication());
}

TEST_F(PublicRecord, AForceIsShownItsStageWithoutWhatThePublicSees) {
  MoveTheSeedIn();
  const auto shown = WithoutUnpublished(record_.monitoring);
  EXPECT_EQ(shown.stage(), "engage");
  EXPECT_FALSE(shown.has_published());
  EXPECT_FALSE(WithoutUnpublished(record_.episodes[0]).entry_awaits_publication());
}

}  // namespace
}  // namespace oversight::monitoring
