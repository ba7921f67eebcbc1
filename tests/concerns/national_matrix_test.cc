// What is derived from national recommendations: the matrix with its counts, due items, search, checks; and that it is
// kept in step.
#include "concerns-service/domain/national_matrix.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "concerns-service/domain/overview.h"
#include "concerns-service/domain/search_words.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/concerns/national_support.h"
#include "tests/concerns/overview_support.h"

namespace oversight::concerns {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto kAccepted = v1::VERIFICATION_OUTCOME_ACCEPTED;

std::string Words(const v1::NationalCounts& counts) {
  return absl::StrCat("open ", counts.open(), " claimed ", counts.claimed(), " verified ", counts.verified(), " n/a ",
                      counts.not_applicable(), " withdrawn ", counts.withdrawn(), " overdue ", counts.overdue(),
                      " extended ", counts.extended());
}

std::vector<std::string> RowsOf(const NationalMatrix& matrix, const MatrixSelection& selection, const std::string& day,
                                const std::string& after = "") {
  const auto columns = matrix.ColumnsOf(selection, Day(day));
  std::vector<std::string> rows;
  for (const auto& column : columns.columns) rows.push_back(absl::StrCat(column.force(), ": ", Words(column.counts())));
  rows.push_back("all: " + Words(columns.counts));
  matrix.EachRow(selection, columns, Day(day), after, [&](v1::NationalRow row) {
    std::vector<std::string> cells;
    for (const auto& cell : row.cells()) {
      cells.push_back(cell.state() == 0 ? "-" : absl::StrCat(StateWord(cell.state()), cell.overdue() ? "!" : ""));
    }
    rows.push_back(
        absl::StrCat(row.national_recommendation(), " ", absl::StrJoin(cells, " "), ": ", Words(row.counts())));
    return true;
  });
  return rows;
}

// Two: the first to three forces with one claimed, one extended, one not applicable; the second to Kent alone.
std::pair<National, National> Two() {
  National first = IssuedNational();
  first.items[0] = ClaimNationalItem(first.recommendation, first.items[0], ItemClaim(), On("2024-02-01")).value();
  first.items[1] = MarkNationalItemNotApplicable(first.items[1], {}, On("2024-02-01")).value();
  first.items[2] =
      ExtendNationalItem(first.recommendation, first.items[2], ItemExtension("2024-05-31"), On("2024-02-01")).value();
  auto request = NationalRequestFor({"forces/kent"});
  request.mutable_national_recommendation()->set_theme("themes/online-child-abuse");
  request.mutable_national_recommendation()->set_text("Train every officer.");
  return {first, IssuedNational(NationalDraft(request, "nationalRecommendations/2"))};
}

TEST(NationalMatrix, HasARowForEachRecommendationAndAColumnForEachForce) {
  const auto [first, second] = Two();
  NationalMatrix matrix;
  matrix.Add(Shared(second));
  matrix.Add(Shared(first));
  EXPECT_THAT(
      RowsOf(matrix, {}, "2024-03-01"),
      ElementsAre("forces/essex: open 0 claimed 1 verified 0 n/a 0 withdrawn 0 overdue 1 extended 0",
                  "forces/gloucestershire-fire: open 0 claimed 0 verified 0 n/a 1 withdrawn 0 overdue 0 extended 0",
                  "forces/kent: open 2 claimed 0 verified 0 n/a 0 withdrawn 0 overdue 1 extended 1",
                  "all: open 2 claimed 1 verified 0 n/a 1 withdrawn 0 overdue 2 extended 1",
                  "nationalRecommendations/1 CLAIMED! NOT_APPLICABLE OPEN: "
                  "open 1 claimed 1 verified 0 n/a 1 withdrawn 0 overdue 1 extended 1",
                  "nationalRecommendations/2 - - OPEN!: "
                  "open 1 claimed 0 verified 0 n/a 0 withdrawn 0 overdue 1 extended 0"));
}

TEST(NationalMatrix, IsNarrowedDownByThemeAndForce) {
  const auto [first, second] = Two();
  NationalMatrix matrix;
  matrix.Add(Shared(first));
  matrix.Add(Shared(second));
  EXPECT_THAT(RowsOf(matrix, {.forces = nullptr, .theme = "themes/online-child-abuse"}, "2024-02-24"),
              ElementsAre("forces/kent: open 1 claimed 0 verified 0 n/a 0 withdrawn 0 overdue 0 extended 0",
                          "all: open 1 claimed 0 verified 0 n/a 0 withdrawn 0 overdue 0 extended 0",
                          "nationalRecommendations/2 OPEN: "
                          "open 1 claimed 0 verified 0 n/a 0 withdrawn 0 overdue 0 extended 0"));
  const auto essex = [](const std::string& force) { return force == "forces/essex"; };
  EXPECT_THAT(RowsOf(matrix, {.forces = essex, .theme = ""}, "2024-02-24"),
              ElementsAre("forces/essex: open 0 claimed 1 verified 0 n/a 0 withdrawn 0 overdue 0 extended 0",
                          "all: open 0 claimed 1 verified 0 n/a 0 withdrawn 0 overdue 0 extended 0",
                          "nationalRecommendations/1 CLAIMED: "
                          "open 0 claimed 1 verified 0 n/a 0 withdrawn 0 overdue 0 extended 0"));
  EXPECT_EQ(RowsOf(matrix, {}, "2024-02-24", kNationalName).size(), 5u);  // One row after the first.
}

TEST(NationalMatrix, DoesNotKnowDrafts) {
  NationalMatrix matrix;
  matrix.Add(Shared(National{NationalDraft(), {}}));
  EXPECT_THAT(RowsOf(matrix, {}, "2024-02-24"),
              ElementsAre("all: open 0 claimed 0 verified 0 n/a 0 withdrawn 0 overdue 0 extended 0"));
}

TEST(NationalMatrix, SaysWhatIsDueNext) {
  const auto [first, second] = Two();
  NationalMatrix matrix;
  matrix.Add(Shared(first));
  matrix.Add(Shared(second));
  EXPECT_EQ(matrix.NextDue("forces/kent", Day("2024-02-24")), Day("2024-02-24"));
  EXPECT_EQ(matrix.NextDue("forces/kent", Day("2024-02-25")), Day("2024-05-31"));
  EXPECT_EQ(matrix.NextDue("forces/kent", Day("2024-06-01")), std::nullopt);
  EXPECT_EQ(matrix.NextDue("forces/nowhere", Day("2024-02-24")), std::nullopt);
}

TEST(NationalSummary, StandsInTheForcesOwn) {
  Overview overview;
  overview.Replace({}, Made("forces/avon/concerns/1").Issued("2023-11-24").Recommends(kRecOpen, "2024-04-01").record());
  overview.Replace({}, Made("forces/kent/concerns/1").Issued("2023-11-24").Recommends(kRecOpen, "2024-04-01").record());
  overview.Replace({}, Shared(IssuedNational()));
  std::vector<std::string> forces;
  overview.EachForce("", [&](const std::string& force) {
    forces.push_back(force);
    return true;
  });
  EXPECT_THAT(forces, ElementsAre("forces/avon", "forces/essex", "forces/gloucestershire-fire", "forces/kent"));
  forces.clear();
  overview.EachForce("forces/avon", [&](const std::string& force) {
    forces.push_back(force);
    return forces.size() < 2;
  });
  EXPECT_THAT(forces, ElementsAre("forces/essex", "forces/gloucestershire-fire"));
  const auto kent = overview.SummaryOf("forces/kent", Day("2024-02-24"));
  EXPECT_EQ(kent.counts().open_recommendations(), 1);
  EXPECT_EQ(kent.national_counts().open(), 1);
  EXPECT_EQ(FormatIso(kent.next_due_date()), "2024-02-24");
  EXPECT_EQ(FormatIso(overview.SummaryOf("forces/kent", Day("2024-02-25")).next_due_date()), "2024-04-01");
  EXPECT_EQ(overview.SummaryOf("forces/avon", Day("2024-02-24")).national_counts().open(), 0);
}

TEST(NationalDue, HasWhatIsNotClosed) {
  const auto items = DueItemsOf(Shared(Two().first));
  ASSERT_EQ(items.size(), 2u);
  const auto claimed = ToProto(items[0], Day("2024-02-25"), testing::ShippedBankHolidays());
  EXPECT_EQ(claimed.kind(), v1::DUE_KIND_NATIONAL_ITEM);
  EXPECT_EQ(claimed.name(), "nationalRecommendations/1/forces/essex");
  EXPECT_EQ(claimed.force(), "forces/essex");
  EXPECT_EQ(claimed.concern(), "");
  EXPECT_EQ(claimed.concern_title(), "Recommendation 1");
  EXPECT_EQ(claimed.theme(), "themes/investigations");
  EXPECT_THAT(claimed.text(), HasSubstr("Supervise every"));
  EXPECT_TRUE(claimed.overdue() && claimed.claimed());
  const auto extended = ToProto(items[1], Day("2024-02-25"), testing::ShippedBankHolidays());
  EXPECT_EQ(FormatIso(extended.due_date()), "2024-05-31");
  EXPECT_EQ(FormatIso(extended.original_due_date()), "2024-02-24");
}

TEST(NationalSearch, FindsTheTextOnceForAllItsForces) {
  const auto documents = DocumentsOf(Shared(IssuedNational()));
  ASSERT_EQ(documents.size(), 1u);
  EXPECT_TRUE(documents[0].issued && documents[0].open);
  EXPECT_TRUE(IsAbout(documents[0], [](const std::string& force) { return force == "forces/kent"; }));
  EXPECT_FALSE(IsAbout(documents[0], [](const std::string& force) { return force == "forces/old"; }));
  SearchIndex index;
  index.Put(documents[0]);
  int hits = 0;
  index.Each(WordsOf("supervis violence"), std::nullopt, [&](const Document& document) {
    EXPECT_EQ(document.name, kNationalName);
    ++hits;
    return true;
  });
  EXPECT_EQ(hits, 1);
}

TEST(NationalSearch, KnowsOfADraftWhomItNames) {
  const auto named = DocumentsOf(Shared(National{NationalDraft(NationalRequestFor({"forces/kent"})), {}}));
  EXPECT_FALSE(named[0].issued);
  EXPECT_TRUE(IsAbout(named[0], [](const std::string& force) { return force == "forces/kent"; }));
  const auto all = DocumentsOf(Shared(National{NationalDraft(), {}}));
  EXPECT_FALSE(IsAbout(all[0], [](const std::string&) { return true; }));
}

// ---- Checks ----

std::vector<std::string> FoundOn(const ConsistencyIndex& index, const std::string& day,
                                 const RegisterFacts* facts = nullptr) {
  std::vector<std::string> found;
  index.Each({}, Day(day), facts, std::nullopt, [&](const FindingPlace&, const Finding& finding) {
    found.push_back(finding.rule + " " + finding.name);
    return true;
  });
  return found;
}

TEST(NationalChecks, FindNothingInWhatTheCommandsMake) {
  ConsistencyIndex index;
  index.Add(Shared(IssuedNational()));
  index.Add(Shared(WithdrawNationalRecommendation(IssuedNational(), {}, On("2024-02-01")).value()));
  EXPECT_THAT(FoundOn(index, "2030-01-01"), IsEmpty());
}

TEST(NationalChecks, FindAClaimThatWaits) {
  ConsistencyIndex index;
  index.Add(Shared(Two().first));
  EXPECT_THAT(FoundOn(index, "2024-03-28"), IsEmpty());
  EXPECT_THAT(FoundOn(index, "2024-03-29"), ElementsAre("claimed-not-verified nationalRecommendations/1/forces/essex"));
  index.Remove(Shared(Two().first));
  EXPECT_THAT(FoundOn(index, "2024-03-29"), IsEmpty());
}

TEST(NationalChecks, FindWhatNoCommandMakes) {
  National early = IssuedNational();
  *early.items[0].mutable_due_date() = Date("2023-11-01");
  ConsistencyIndex index;
  index.Add(Shared(early));
  EXPECT_THAT(FoundOn(index, "2024-01-01"), ElementsAre("due-before-issue nationalRecommendations/1/forces/essex"));
  National open = IssuedNational();
  open.recommendation.set_state(v1::NATIONAL_RECOMMENDATION_STATE_WITHDRAWN);
  open.items.resize(1);
  ConsistencyIndex other;
  other.Add(Shared(open));
  EXPECT_THAT(FoundOn(other, "2024-01-01"),
              ElementsAre("withdrawn-with-open-items nationalRecommendations/1/forces/essex"));
}

TEST(NationalChecks, FindOpenItemsOfAForceThatIsNoMore) {
  RegisterFacts facts;
  facts.ended.push_back({"forces/essex", "forces/kent", "1 April 2024"});
  facts.ended.push_back({"forces/gloucestershire-fire", "", "1 April 2024"});
  ConsistencyIndex index;
  index.Add(Shared(Two().first));
  EXPECT_THAT(FoundOn(index, "2024-03-01", &facts), ElementsAre("force-ended nationalRecommendations/1/forces/essex"));
}

// ---- In step ----

std::vector<std::string> Told(const Overview& overview, const std::string& day) {
  std::vector<std::string> told = RowsOf(overview.national(), {}, day);
  overview.EachForce("", [&](const std::string& force) {
    told.push_back(overview.SummaryOf(force, Day(day)).ShortDebugString());
    return true;
  });
  overview.due().Each({}, Day(day), std::nullopt, [&](const DuePlace&, const Due& due) {
    told.push_back(ToProto(due, Day(day), testing::ShippedBankHolidays()).ShortDebugString());
    return true;
  });
  RegisterFacts facts;
  facts.ended.push_back({"forces/essex", "", "today"});
  for (auto& found : FoundOn(overview.consistency(), day, &facts)) told.push_back(found);
  overview.search().Each(WordsOf("supervise"), std::nullopt, [&](const Document& document) {
    told.push_back(absl::StrCat(document.name, " ", document.issued, document.open));
    return true;
  });
  return told;
}

RC_GTEST_PROP(NationalOverview, KeptInStepIsWhatIsMadeFromScratch, ()) {
  std::vector<National> nationals;
  for (int i = 1; i <= 3; ++i) {
    nationals.push_back({NationalDraft(NationalRequest(), absl::StrCat("nationalRecommendations/", i)), {}});
  }
  Overview kept;
  for (const National& national : nationals) kept.Replace({}, Shared(national));
  absl::CivilDay day(2023, 11, 24);
  const int steps = *rc::gen::inRange(0, 80);
  for (int i = 0; i < steps; ++i) {
    day += *rc::gen::inRange(0, 15);
    const Acting acting = On(FormatIso(day));
    National& national = nationals[*rc::gen::inRange<size_t>(0, nationals.size())];
    const NationalRecord before = Shared(national);
    if (national.items.empty()) {
      auto issued = IssueNational(national.recommendation, acting);
      if (issued.ok()) national = *std::move(issued);
    } else if (*rc::gen::inRange(0, 15) == 0) {
      auto withdrawn = WithdrawNationalRecommendation(national, {}, acting);
      if (withdrawn.ok()) national = *std::move(withdrawn);
    } else {
      v1::NationalItem& item = national.items[*rc::gen::inRange<size_t>(0, national.items.size())];
      const int verb = *rc::gen::inRange(0, 6);
      auto changed =
          verb < 2   ? ClaimNationalItem(national.recommendation, item, ItemClaim(), acting)
          : verb < 4 ? VerifyNationalItem(
                           national.recommendation, item,
                           ItemVerification(*rc::gen::element(kAccepted, v1::VERIFICATION_OUTCOME_RETURNED)), acting)
          : verb == 4 ? ExtendNationalItem(national.recommendation, item, ItemExtension(FormatIso(day + 30)), acting)
                      : MarkNationalItemNotApplicable(item, {}, acting);
      if (changed.ok()) item = *std::move(changed);
    }
    kept.Replace(before, Shared(national));
  }
  std::vector<NationalRecord> all;
  for (const National& national : nationals) all.push_back(Shared(national));
  const Overview scratch({}, all);
  for (const int days : {0, 30, 300}) {
    RC_ASSERT(Told(kept, FormatIso(day + days)) == Told(scratch, FormatIso(day + days)));
  }
}

}  // namespace
}  // namespace oversight::concerns
