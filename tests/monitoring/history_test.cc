// Moves of the past: what a line may say, what the lines of a force mean together and beside the record, and that
// nothing of a file is taken when anything is wrong with it.
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "monitoring-service/domain/history.h"
#include "oversight/monitoring/v1/error_reason.pb.h"
#include "tests/monitoring/domain_fixture.h"

namespace oversight::monitoring {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kHeader[] = "force,move,date,causes_of_concern,reasons,source,confidence\n";
constexpr char kIn[] = "kent,ENGAGE,2019,6,grasp of demand; investigations and victims,https://example.org/in,high\n";
constexpr char kOut[] = "kent,SCAN,2023-09-20,0,all closed,https://example.org/out,medium: the day is the paper's\n";
constexpr absl::CivilDay kToday(2026, 11, 27);

class History : public testing::Test {
 protected:
  // Plans the import of these lines over what is known, and takes it up as the ledger would.
  absl::StatusOr<HistoryPlan> Import(const std::vector<std::string>& lines) {
    LineFaults faults;
    const HistoryFile file = ReadHistory(kHeader + absl::StrJoin(lines, ""), ladders_, kToday, faults);
    HistoryPlan plan;
    for (const auto& [force, moves] : ByForce(file)) PlanHistory(ladders_, moves, Known(force), plan, faults);
    if (!faults.empty()) return faults.Refusal(v1::ERROR_REASON_HISTORY_FILE_INVALID);
    for (const auto& decision : plan.decisions) {
      auto& known = Known(ForceOf(decision.name()));
      known.decisions.push_back(decision);
      ++known.record.last_decision;
    }
    for (const auto& episode : plan.episodes) Put(episode);
    for (const auto& monitoring : plan.monitoring) Known(ForceOf(monitoring.name())).record.monitoring = monitoring;
    return plan;
  }
  // What is wrong, as "csv.line[2]: words".
  std::vector<std::string> Faults(const std::vector<std::string>& lines) {
    const auto plan = Import(lines);
    EXPECT_THAT(plan.status(), Refuses(absl::StatusCode::kInvalidArgument, "HISTORY_FILE_INVALID"));
    std::vector<std::string> faults;
    for (const auto& [field, words] : ViolationsOf(plan.status())) faults.push_back(absl::StrCat(field, ": ", words));
    return faults;
  }
  KnownHistory& Known(const std::string& force) {
    const auto [it, is_new] = known_.try_emplace(force);
    if (is_new) it->second.record.monitoring = VirtualMonitoring(ladders_, force);
    return it->second;
  }
  void Put(const v1::Episode& episode) {
    auto& record = Known(ForceOf(episode.name())).record;
    for (auto& each : record.episodes) {
      if (each.name() == episode.name()) {
        each = episode;
        return;
      }
    }
    record.episodes.push_back(episode);
    ++record.last_episode;
  }
  // An episode that was begun and ended by decisions of this record.
  void Live(const std::string& from, const std::string& until = "") {
    v1::Episode episode;
    episode.set_name("forces/kent/episodes/1");
    episode.set_stage("engage");
    *episode.mutable_from_date() = *ParsePartialDate(from);
    episode.set_entry_decision("forces/kent/decisions/1");
    if (!until.empty()) *episode.mutable_until_date() = *ParsePartialDate(until);
    Put(episode);
    auto& record = Known("forces/kent").record;
    record.last_decision = 1;
    auto& monitoring = record.monitoring;
    *monitoring.mutable_since_date() = *ParsePartialDate(until.empty() ? from : until);
    monitoring.set_decision("forces/kent/decisions/1");
    if (!until.empty()) return;
    monitoring.set_stage("engage");
    monitoring.set_enhanced(true);
    monitoring.set_episode(episode.name());
  }
  v1::Monitoring Kent() { return Known("forces/kent").record.monitoring; }

  const Ladders& ladders_ = ShippedLadders();
  std::map<std::string, KnownHistory> known_;
};

TEST_F(History, NothingNewIsImportedOverAMoveThatIsNotPublished) {
  ASSERT_TRUE(Import({kIn, kOut}).ok());
  Known("forces/kent").record.monitoring.mutable_published()->set_stage("scan");
  EXPECT_TRUE(Import({kIn, kOut}).ok()) << "what is there already changes nothing";
  EXPECT_THAT(Faults({kIn, kOut, "kent,ENGAGE,2024,,a,https://example.org/again,low\n"}),
              ElementsAre(AllOf(HasSubstr("csv.line[4]"), HasSubstr("is not published"))));
}

TEST_F(History, AMoveInAndAMoveOutBecomeTwoDecisionsAndAnEpisode) {
  const auto plan = Import({kIn, kOut});
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_EQ(plan->decisions.size(), 2u);
  const auto& in = plan->decisions[0];
  EXPECT_EQ(in.name(), "forces/kent/decisions/1");
  EXPECT_EQ(in.outcome(), v1::DECISION_OUTCOME_APPROVED);
  EXPECT_EQ(in.state(), v1::DECISION_STATE_IN_EFFECT);
  EXPECT_EQ(in.from_stage(), "scan");
  EXPECT_EQ(in.to_stage(), "engage");
  EXPECT_EQ(in.ladder(), "ladders/scan-engage");
  EXPECT_EQ(FormatIso(in.effective_date()), "2019") << "kept as it is";
  EXPECT_FALSE(in.has_decided_date());
  EXPECT_THAT(in.proposal() + in.decider() + in.rationale(), IsEmpty()) << "no source tells";
  ASSERT_EQ(in.reasons_size(), 2);
  EXPECT_EQ(in.reasons(1).id(), "r2");
  EXPECT_EQ(in.reasons(1).text(), "investigations and victims");
  EXPECT_EQ(in.historical().source(), "https://example.org/in");
  EXPECT_EQ(in.historical().confidence(), v1::HISTORICAL_CONFIDENCE_HIGH);
  EXPECT_EQ(in.historical().causes_of_concern(), 6);
  const auto& out = plan->decisions[1];
  EXPECT_EQ(out.from_stage(), "engage");
  EXPECT_EQ(out.historical().confidence(), v1::HISTORICAL_CONFIDENCE_MEDIUM);
  EXPECT_EQ(out.historical().note(), "medium: the day is the paper's");

  ASSERT_EQ(plan->episodes.size(), 1u);
  const auto& episode = plan->episodes[0];
  EXPECT_EQ(episode.name(), "forces/kent/episodes/1");
  EXPECT_EQ(episode.entry_decision(), in.name());
  EXPECT_EQ(episode.exit_decision(), out.name());
  EXPECT_EQ(FormatIso(episode.from_date()), "2019");
  EXPECT_EQ(FormatIso(episode.until_date()), "2023-09-20");
  EXPECT_EQ(episode.length().max_days() - episode.length().min_days(), 364);
  EXPECT_TRUE(episode.has_historical_entry() && episode.has_historical_exit());
  ASSERT_EQ(plan->monitoring.size(), 1u);
  EXPECT_EQ(plan->monitoring[0].stage(), "scan");
  EXPECT_EQ(FormatIso(plan->monitoring[0].since_date()), "2023-09-20");
  EXPECT_EQ(plan->monitoring[0].decision(), out.name());
  EXPECT_EQ(plan->counts.decision_count(), 2);
  EXPECT_EQ(plan->counts.begun_episode_count(), 1);
  EXPECT_EQ(plan->counts.ended_episode_count(), 1);
}

TEST_F(History, AnEpisodeThatLastsPutsTheForceIntoTheStage) {
  ASSERT_TRUE(Import({kIn}).ok());
  EXPECT_EQ(Kent().stage(), "engage");
  EXPECT_TRUE(Kent().enhanced());
  EXPECT_EQ(Kent().episode(), "forces/kent/episodes/1");
  EXPECT_EQ(FormatIso(Kent().since_date()), "2019");
}

TEST_F(History, ALaterFileClosesTheEpisodeOfAnEarlierOne) {
  ASSERT_TRUE(Import({kIn}).ok());
  const auto plan = Import({kOut});
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->episodes[0].name(), "forces/kent/episodes/1");
  EXPECT_EQ(plan->decisions[0].name(), "forces/kent/decisions/2");
  EXPECT_EQ(plan->counts.begun_episode_count(), 0);
  EXPECT_EQ(plan->counts.ended_episode_count(), 1);
  EXPECT_EQ(Kent().stage(), "scan");
}

TEST_F(History, TheSameAgainChangesNothingAlone_InPartOrWithMoreBehindIt) {
  ASSERT_TRUE(Import({kIn, kOut}).ok());
  for (const auto& lines : std::vector<std::vector<std::string>>{{kIn, kOut}, {kIn}, {kOut}}) {
    const auto again = Import(lines);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_TRUE(again->decisions.empty() && again->episodes.empty() && again->monitoring.empty());
    EXPECT_EQ(again->counts.unchanged_count(), static_cast<int>(lines.size()));
  }
  const auto more = Import({kIn, kOut, "kent,ENGAGE,2025-02,,again,https://example.org/x,low\n"});
  ASSERT_TRUE(more.ok()) << more.status();
  EXPECT_EQ(more->counts.unchanged_count(), 2);
  EXPECT_EQ(more->counts.decision_count(), 1);
  EXPECT_EQ(Kent().episode(), "forces/kent/episodes/2");
}

TEST_F(History, OtherWordsForWhatWasImportedAreRefused) {
  ASSERT_TRUE(Import({kIn, kOut}).ok());
  EXPECT_THAT(Faults({"kent,ENGAGE,2019,5,grasp of demand,https://example.org/y,low\n", kOut}),
              ElementsAre(HasSubstr("csv.line[2]: reasons and source and confidence and causes_of_concern differ from "
                                    "what was imported as forces/kent/decisions/1")));
  EXPECT_THAT(Faults({kIn,
                      "kent,SCAN,2023-09-20,0,all closed; STILL OPEN: it,https://example.org/out,medium: the day "
                      "is the paper's\n"}),
              ElementsAre(HasSubstr("csv.line[3]: reasons differ")));
  EXPECT_THAT(Faults({"kent,ENGAGE,2019,6,grasp of demand; investigations and victims; (2020) more,"
                      "https://example.org/in,high\n"}),
              ElementsAre(HasSubstr("csv.line[2]: reasons differ")));
}

TEST_F(History, AReasonWithADateInBracketsCameThen) {
  const auto plan =
      Import({"kent,ENGAGE,2022-06-28,,calls; (2023) child exploitation; (see annex) records,"
              "https://example.org/in,high\n"});
  ASSERT_TRUE(plan.ok()) << plan.status();
  const auto& episode = plan->episodes[0];
  ASSERT_EQ(episode.entry_reasons_size(), 2);
  EXPECT_EQ(episode.entry_reasons(1).text(), "(see annex) records") << "no date";
  ASSERT_EQ(episode.added_reasons_size(), 1);
  EXPECT_EQ(episode.added_reasons(0).reason().text(), "child exploitation");
  EXPECT_EQ(episode.added_reasons(0).reason().id(), "r3");
  EXPECT_EQ(FormatIso(episode.added_reasons(0).added_date()), "2023");
  EXPECT_TRUE(episode.added_reasons(0).historical());
  EXPECT_FALSE(plan->decisions[0].historical().has_causes_of_concern()) << "not known is not 0";
  EXPECT_THAT(Faults({"kent,SCAN,2022-12,,closed,https://example.org/out,high\n"}),
              ElementsAre(HasSubstr("date is before reason r3 of forces/kent/episodes/1 came, 2023")));
}

TEST_F(History, WhatIsStillOpenIsCarriedForwardWhenItIsAReasonOfTheEntry) {
  const auto plan = Import({kIn,
                            "kent,SCAN,2024-09-18,1,three closed; STILL OPEN: Investigations (three of five "
                            "closed); STILL OPEN: records,https://example.org/out,high\n"});
  ASSERT_TRUE(plan.ok()) << plan.status();
  const auto& episode = plan->episodes[0];
  ASSERT_EQ(episode.exit_reasons_size(), 1) << "what is open is no reason";
  ASSERT_EQ(episode.reason_outcomes_size(), 1);
  EXPECT_EQ(episode.reason_outcomes(0).reason(), "r2");
  EXPECT_EQ(episode.reason_outcomes(0).end(), v1::REASON_END_CARRIED_FORWARD);
  EXPECT_EQ(episode.reason_outcomes(0).text(), "Investigations (three of five closed)");
  EXPECT_THAT(episode.historical_exit().still_open(), ElementsAre("Investigations (three of five closed)", "records"));
}

TEST_F(History, AConflictOfSourcesIsKept) {
  const auto plan =
      Import({"kent,ENGAGE,2022-07-06,2,calls,https://example.org/in,CONFLICT: the letter says July; the "
              "press says June\n"});
  ASSERT_TRUE(plan.ok()) << plan.status();
  const auto& source = plan->decisions[0].historical();
  EXPECT_EQ(source.confidence(), v1::HISTORICAL_CONFIDENCE_CONFLICTING);
  EXPECT_EQ(source.conflict(), "the letter says July; the press says June");
  EXPECT_THAT(source.note(), HasSubstr("CONFLICT: the letter"));
}

// ---- What is wrong with a line by itself ----

TEST_F(History, EveryFaultOfEveryLineIsToldWithItsFieldAndWhatToDo) {
  EXPECT_THAT(
      Faults({",LEAVE,soon,many,,example.org,perhaps\n", "Kent Police,,,,x,,\n",
              "kent,ENGAGE,2031,-1,STILL OPEN: it,http://example.org,highly\n",
              "essex,SCAN,2018,1001,STILL OPEN:; closed,https://a b,CONFLICT:\n", kIn}),
      ElementsAre(
          AllOf(HasSubstr("csv.line[2]: force is required"), HasSubstr("move \"LEAVE\" is not one of SCAN, ENGAGE"),
                HasSubstr("date \"soon\" is no date; write 2019"),
                HasSubstr("causes_of_concern \"many\" is not a number"), HasSubstr("reasons is required"),
                HasSubstr("source \"example.org\" is no address"),
                HasSubstr("confidence \"perhaps\" does not say how sure it is; begin it with high")),
          AllOf(HasSubstr("csv.line[3]: force \"Kent Police\" is not an id"),
                HasSubstr("move is required: write one of"), HasSubstr("date is required"),
                HasSubstr("source is required"), HasSubstr("confidence is required"), Not(HasSubstr("causes"))),
          AllOf(HasSubstr("csv.line[4]: date 2031 is to come"), HasSubstr("\"-1\" is not a number from 0 to 1000"),
                HasSubstr("reasons has \"STILL OPEN:\", which goes with a move out"),
                HasSubstr("confidence \"highly\" does not say"), Not(HasSubstr("source"))),
          AllOf(HasSubstr("csv.line[5]: date 2018 is before ladders/scan-engage came into use (2019)"),
                HasSubstr("\"1001\" is not a number"), HasSubstr("\"STILL OPEN:\" without saying what"),
                HasSubstr("source \"https://a b\" is no address"), HasSubstr("\"CONFLICT:\" without saying"))));
  EXPECT_TRUE(known_.empty() || Known("forces/kent").decisions.empty());
}

TEST_F(History, TextsAndNumbersThatAreTooLongAreRefused) {
  const std::string many = absl::StrJoin(std::vector<std::string>(51, "x"), ";");
  EXPECT_THAT(Faults({absl::StrCat("kent,ENGAGE,2019,,", many, ",https://example.org,high\n"),
                      absl::StrCat("essex,ENGAGE,2019,,", std::string(2001, 'x'), ",https://", std::string(1000, 'x'),
                                   ",high ", std::string(2000, 'x'), "\n")}),
              ElementsAre(HasSubstr("reasons holds more than 50"),
                          AllOf(HasSubstr("has more than 2000 bytes"), HasSubstr("source has more than 1000 bytes"),
                                HasSubstr("confidence has more than 2000 bytes"))));
  std::vector<std::string> lines(kMaxHistoricalMoves, kIn);
  lines.emplace_back(kIn);
  const auto faults = Faults(lines);
  EXPECT_THAT(faults.back(), HasSubstr("is the first after 1000 moves, which is the most allowed"));
}

TEST_F(History, AReasonIsAddedWhileTheEpisodeLasts) {
  EXPECT_THAT(Faults({"kent,ENGAGE,2022,,calls; (2021) early,https://example.org,high\n",
                      "essex,ENGAGE,2022,,calls; (2031) late,https://example.org,high\n"}),
              ElementsAre(HasSubstr("reasons has one of 2021, which is not while the episode lasted"),
                          HasSubstr("reasons has one of 2031")));
}

TEST_F(History, AFileThatIsNoTableIsRefused) {
  LineFaults faults;
  ReadHistory("force,move,when\nkent,ENGAGE,2019\n", ladders_, kToday, faults);
  EXPECT_THAT(ViolationsOf(faults.Refusal(v1::ERROR_REASON_HISTORY_FILE_INVALID))[0].second,
              AllOf(HasSubstr("unknown column \"when\""), HasSubstr("has no column \"confidence\"")));
  EXPECT_THAT(Faults({"kent,ENGAGE\n", "kent,ENGAGE,2019,,\"x,https://example.org,high\n"}),
              ElementsAre(HasSubstr("csv.line[2]: has 2 columns, and the header has 7"),
                          HasSubstr("csv.line[3]: begins a quoted field that is never closed")));
}

// ---- What the lines of a force mean together ----

TEST_F(History, MovesOfAForceStandInTheOrderOfTime) {
  EXPECT_THAT(Faults({kIn, "kent,SCAN,2018-12,0,closed,https://example.org,high\n"}), testing::SizeIs(1))
      << "before the ladder";
  EXPECT_THAT(Faults({"kent,ENGAGE,2022,,calls,https://example.org,high\n",
                      "kent,SCAN,2021-05,,closed,https://example.org,high\n"}),
              ElementsAre(HasSubstr("csv.line[3]: date is before that of line 2; put the moves of a force in the order "
                                    "of time")));
  EXPECT_TRUE(Import({"kent,ENGAGE,2022,,calls,https://example.org,high\n",
                      "kent,SCAN,2022-03,,closed,https://example.org,high\n"})
                  .ok())
      << "what may be is not refused";
}

TEST_F(History, AMoveToWhereTheForceIsAndAMoveOutOfNothingAreRefused) {
  EXPECT_THAT(Faults({kIn, "kent,ENGAGE,2020,,calls,https://example.org,high\n"}),
              ElementsAre(HasSubstr("csv.line[3]: move is to the stage that forces/kent is in already, in "
                                    "forces/kent/episodes/1 from 2019 until now; a line that moves it out")));
  EXPECT_THAT(Faults({kOut}), ElementsAre(HasSubstr("csv.line[2]: move closes no episode: forces/kent is in Scan then; "
                                                    "a line that moves it in must come before")));
  EXPECT_THAT(Faults({kIn, kOut, "kent,SCAN,2024,,closed,https://example.org,high\n"}),
              ElementsAre(HasSubstr("csv.line[4]: move closes no episode")));
}

TEST_F(History, AFaultyLineIsNotBlamedOnTheOthersOfItsForce) {
  EXPECT_THAT(Faults({"kent,ENGAGE,soon,,calls,https://example.org,high\n", kOut,
                      "essex,SCAN,2020,,closed,https://example.org,high\n"}),
              ElementsAre(HasSubstr("csv.line[2]: date"), HasSubstr("csv.line[4]: move closes no episode")));
}

// ---- Beside the record ----

TEST_F(History, AnEpisodeOverAnotherOfTheRecordIsRefusedNamingBoth) {
  Live("2022-06-24");
  EXPECT_THAT(
      Faults({kIn, kOut}),
      ElementsAre(HasSubstr("csv.line[3]: date makes an episode from 2019 until 20 September 2023, which "
                            "overlaps forces/kent/episodes/1 from 24 June 2022 until now; leave the line out")));
  EXPECT_THAT(Faults({kIn}), ElementsAre(AllOf(HasSubstr("from 2019 until now, which overlaps"),
                                               HasSubstr("forces/kent/episodes/1 from 24 June 2022"))));
  EXPECT_THAT(Faults({"kent,ENGAGE,2022-06-24,,calls,https://example.org,high\n"}),
              ElementsAre(HasSubstr("overlaps forces/kent/episodes/1")))
      << "the same move was decided here";
}

TEST_F(History, AnEpisodeBeforeOneOfTheRecordLeavesTheStageAlone) {
  Live("2023-09");
  const auto plan = Import({kIn, kOut});
  ASSERT_TRUE(plan.ok()) << plan.status() << " it may have come first";
  EXPECT_TRUE(plan->monitoring.empty());
  EXPECT_EQ(plan->episodes[0].name(), "forces/kent/episodes/2") << "numbers are never reused";
  EXPECT_EQ(plan->decisions[0].name(), "forces/kent/decisions/2");
  EXPECT_EQ(Kent().episode(), "forces/kent/episodes/1");
}

TEST_F(History, AnEpisodeBeforeOneThatEndedLeavesTheStageAlone) {
  Live("2024-01", "2024-06");
  const auto plan = Import({kIn, kOut});
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_TRUE(plan->monitoring.empty());
  EXPECT_EQ(FormatIso(Kent().since_date()), "2024-06");
  ASSERT_TRUE(Import({"kent,ENGAGE,2024-06,,calls,https://example.org,high\n"}).ok()) << "one after it moves the force";
  EXPECT_EQ(Kent().stage(), "engage");
}

TEST_F(History, OnlyImportedEpisodesAreClosedByAnImportAndOnlyOnce) {
  Live("2022-06-24");
  EXPECT_THAT(Faults({kOut}),
              ElementsAre(HasSubstr("move closes forces/kent/episodes/1, which was begun in this record "
                                    "and not imported; propose and decide its end")));
  known_.clear();
  ASSERT_TRUE(Import({kIn, kOut}).ok());
  EXPECT_THAT(Faults({kIn, "kent,SCAN,2024,0,closed,https://example.org,high\n"}),
              ElementsAre(HasSubstr("csv.line[3]: move closes forces/kent/episodes/1, which lasted from 2019 until 20 "
                                    "September 2023 and was closed by forces/kent/decisions/2; leave the line out")));
  known_.clear();
  ASSERT_TRUE(Import({"kent,ENGAGE,2024,,calls,https://example.org,high\n"}).ok());
  EXPECT_THAT(Faults({kOut}), ElementsAre(HasSubstr("date is before forces/kent/episodes/1 began, 2024")));
}

}  // namespace
}  // namespace oversight::monitoring
