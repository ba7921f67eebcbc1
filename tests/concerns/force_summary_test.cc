#include "concerns-service/domain/force_summary.h"

#include "tests/concerns/overview_support.h"

namespace oversight::concerns {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kKent[] = "forces/kent";

std::vector<std::string> ForcesOf(const ForceSummaries& summaries, const std::string& after = "") {
  std::vector<std::string> forces;
  summaries.EachForce(after, [&](const std::string& force) {
    forces.push_back(force);
    return true;
  });
  return forces;
}

TEST(ForceSummaries, CountWhatIsOpenByKindAndTheme) {
  ForceSummaries summaries;
  Made cause("forces/kent/concerns/1");
  cause.Issued("2023-11-24").Recommends(kRecOpen, "2024-02-24").Recommends(kRecOpen, "2024-05-24");
  cause.Recommends(kRecClaimed, "2024-01-01").Recommends(kRecVerified, "2024-01-01");
  cause.concern().set_accelerated(true);
  summaries.Add(cause.record());
  Made area("forces/kent/concerns/2", v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT);
  summaries.Add(area.Issued("2023-10-01").Theme("themes/vetting").record());
  Made closed("forces/kent/concerns/3");
  summaries.Add(closed.Issued("2020-01-01")
                    .Closed(v1::CONCERN_STATE_DISCHARGED, "2021-01-01")
                    .Recommends(kRecVerified, "2020-06-01")
                    .record());

  const v1::ForceSummary summary = summaries.Of(kKent, Day("2024-03-01"));
  EXPECT_EQ(summary.force(), kKent);
  EXPECT_EQ(summary.counts().open_causes_of_concern(), 1);
  EXPECT_EQ(summary.counts().accelerated_causes_of_concern(), 1);
  EXPECT_EQ(summary.counts().open_areas_for_improvement(), 1);
  EXPECT_EQ(summary.counts().open_recommendations(), 2);
  EXPECT_EQ(summary.counts().claimed_recommendations(), 1);
  EXPECT_EQ(summary.counts().overdue_recommendations(), 2) << "one open, one claimed";
  EXPECT_EQ(FormatIso(summary.oldest_open_issue_date()), "2023-10-01");
  EXPECT_EQ(FormatIso(summary.next_due_date()), "2024-05-24");
  ASSERT_EQ(summary.themes_size(), 2);
  EXPECT_EQ(summary.themes(0).theme(), "themes/investigations");
  EXPECT_EQ(summary.themes(0).counts().open_causes_of_concern(), 1);
  EXPECT_EQ(summary.themes(0).counts().open_areas_for_improvement(), 0);
  EXPECT_EQ(summary.themes(0).counts().overdue_recommendations(), 2);
  EXPECT_EQ(summary.themes(0).counts().claimed_recommendations(), 1);
  EXPECT_EQ(summary.themes(1).theme(), "themes/vetting");
  EXPECT_EQ(summary.themes(1).counts().open_areas_for_improvement(), 1);
  EXPECT_EQ(summary.themes(1).counts().open_recommendations(), 0);
}

TEST(ForceSummaries, ARecommendationIsOverdueFromTheDayAfterItWasDue) {
  ForceSummaries summaries;
  summaries.Add(Made("forces/kent/concerns/1").Issued("2023-11-24").Recommends(kRecOpen, "2024-02-24").record());
  EXPECT_EQ(summaries.Of(kKent, Day("2024-02-24")).counts().overdue_recommendations(), 0);
  EXPECT_EQ(FormatIso(summaries.Of(kKent, Day("2024-02-24")).next_due_date()), "2024-02-24");
  EXPECT_EQ(summaries.Of(kKent, Day("2024-02-25")).counts().overdue_recommendations(), 1);
  EXPECT_FALSE(summaries.Of(kKent, Day("2024-02-25")).has_next_due_date());
  EXPECT_EQ(summaries.Of(kKent, Day("2024-02-25")).counts().open_recommendations(), 1) << "overdue is still open";
}

TEST(ForceSummaries, CountExtensionsAndResponsesThatWait) {
  ForceSummaries summaries;
  Made made("forces/kent/concerns/1");
  made.Issued("2023-11-24").Recommends(kRecOpen, "2024-05-24");
  *made.last().add_extensions()->mutable_from_due_date() = Date("2024-02-24");
  made.Recommends(kRecVerified, "2024-05-24");
  *made.last().add_extensions()->mutable_from_due_date() = Date("2024-02-24");
  made.Responds(v1::FORCE_RESPONSE_STATE_AWAITING_JUDGEMENT).Responds(v1::FORCE_RESPONSE_STATE_INADEQUATE);
  const ConcernRecord record = made.record();
  summaries.Add(record);
  EXPECT_EQ(summaries.Of(kKent, Day("2024-03-01")).counts().extended_recommendations(), 1);
  EXPECT_EQ(summaries.Of(kKent, Day("2024-03-01")).counts().responses_awaiting_judgement(), 1);
  summaries.Remove(record);
  summaries.Add(made.Closed(v1::CONCERN_STATE_WITHDRAWN, "2024-03-01").record());
  EXPECT_EQ(summaries.Of(kKent, Day("2024-03-01")).counts().responses_awaiting_judgement(), 0)
      << "nobody needs to judge it now";
}

TEST(ForceSummaries, TellHowOftenAConcernWasIssuedAgain) {
  ForceSummaries summaries;
  const auto reissued = [&](int number, std::vector<int> supersedes, bool open) {
    Made made("forces/kent/concerns/" + std::to_string(number));
    made.Issued("2023-11-24");
    for (const int old : supersedes) made.concern().add_supersedes("forces/kent/concerns/" + std::to_string(old));
    if (!open) made.Closed(v1::CONCERN_STATE_SUPERSEDED, "2024-01-01");
    return made.record();
  };
  const auto most = [&] { return summaries.Of(kKent, Day("2024-03-01")).most_reissues(); };
  summaries.Add(reissued(1, {}, false));
  EXPECT_EQ(most(), 0);
  const ConcernRecord second = reissued(2, {1}, true);
  summaries.Add(second);
  EXPECT_EQ(most(), 1);
  summaries.Remove(second);
  summaries.Add(reissued(2, {1}, false));
  EXPECT_EQ(most(), 0) << "not open any more";
  summaries.Add(reissued(3, {}, false));
  summaries.Add(reissued(4, {3, 2}, true));
  EXPECT_EQ(most(), 2);
  summaries.Add(reissued(5, {6}, true));
  summaries.Add(reissued(6, {5}, true));
  EXPECT_GE(most(), 2) << "a circle, which there cannot be, comes to an end";
}

TEST(ForceSummaries, KnowNothingOfDrafts) {
  ForceSummaries summaries;
  summaries.Add(Made("forces/kent/concerns/1").Recommends(kRecDraft).record());
  Made withdrawn("forces/kent/concerns/2");
  summaries.Add(withdrawn.Recommends(kRecWithdrawn).Closed(v1::CONCERN_STATE_WITHDRAWN, "2023-11-24").record());
  summaries.Add({});
  EXPECT_THAT(ForcesOf(summaries), IsEmpty());
  const v1::ForceSummary summary = summaries.Of(kKent, Day("2024-03-01"));
  EXPECT_TRUE(summary.has_counts());
  EXPECT_EQ(summary.counts().open_causes_of_concern(), 0);
  EXPECT_EQ(summary.themes_size(), 0);
  EXPECT_FALSE(summary.has_oldest_open_issue_date());
}

TEST(ForceSummaries, ListForcesThatAnythingWasIssuedTo) {
  ForceSummaries summaries;
  const ConcernRecord closed =
      Made("forces/essex/concerns/1").Issued("2020-01-01").Closed(v1::CONCERN_STATE_DISCHARGED, "2021-01-01").record();
  summaries.Add(closed);
  summaries.Add(Made("forces/area-10/concerns/1").Issued("2023-01-01").record());
  summaries.Add(Made("forces/area-9/concerns/1").Issued("2023-01-01").record());
  EXPECT_THAT(ForcesOf(summaries), ElementsAre("forces/area-9", "forces/area-10", "forces/essex"));
  EXPECT_THAT(ForcesOf(summaries, "forces/area-9"), ElementsAre("forces/area-10", "forces/essex"));
  EXPECT_THAT(ForcesOf(summaries, "forces/b"), ElementsAre("forces/essex"));
  summaries.Remove(closed);
  EXPECT_THAT(ForcesOf(summaries), ElementsAre("forces/area-9", "forces/area-10"));
}

}  // namespace
}  // namespace oversight::concerns
