#include <filesystem>
#include <fstream>

#include "common/rpc/utf8.h"
#include "tests/monitoring/policy_fixture.h"

namespace oversight::monitoring {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr char kHead[] = "name: 'policies/p'\ndisplay_name: 'P'\n";
constexpr char kOneCause[] = "conditions { causes { } at_least: 1 }";

absl::Status Refusal(const std::string& text) { return Policies::Parse({{"p.txtpb", text}}).status(); }
// As "LINE: words".
std::vector<std::string> FaultsOf(const std::string& text) {
  std::vector<std::string> faults;
  for (const auto& [place, words] : ViolationsOf(Refusal(text))) faults.push_back(place + ": " + words);
  return faults;
}

TEST(PolicyDataTest, ThePoliciesThatAreShippedAreGood) {
  const auto policies = Policies::Load("data/policies");
  ASSERT_TRUE(policies.ok()) << policies.status();
  EXPECT_EQ(policies->all().size(), 2u);
  ASSERT_NE(policies->InForceOn(absl::CivilDay(2026, 11, 27)), nullptr);
  EXPECT_EQ(policies->InForceOn(absl::CivilDay(2026, 11, 27))->name(), "policies/published-grounds");
  EXPECT_EQ(policies->InForceOn(absl::CivilDay(2025, 12, 31)), nullptr) << "nothing is asked of decisions of before";
}

TEST(PolicyDataTest, NoFolderIsNoPolicyAndAMissingOneIsAnError) {
  EXPECT_THAT(Policies::Load("")->all(), IsEmpty());
  EXPECT_THAT(Policies::Load("data/nowhere").status(), Refuses(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
}

TEST(PolicyDataTest, TellsEveryFaultAtOnceByLine) {
  const std::string text = std::string(kHead) +
                           "escalation_weight: 10\n"                                                      // 3
                           "rules { id: 'Not An Id' text: 'T.' source: 'S' advises: ADVISED_MOVE_KEEP\n"  // 4
                           "  conditions { number: 'phase_of_the_moon' at_least: 1 } }\n"                 // 5
                           "rules { id: 'b' text: 'T.' source: 'S' advises: ADVISED_MOVE_RETURN\n"        // 6
                           "  conditions { causes { open_days_at_least: 99999 }\n"                        // 7
                           "    at_least: 1 } }\n"                                                        // 8
                           "rules { id: 'c' source: 'S' advises: ADVISED_MOVE_ESCALATE\n"                 // 9
                           "  conditions { causes { speed: 3 } at_least: 0 } }\n"                         // 10
                           "rules { id: 'c' text: 'T.' source: 'S' advises: ADVISED_MOVE_KEEP\n"          // 11
                           "  conditions { number: 'days_in_stage' at_least: 9 }\n"                       // 12
                           "  conditions { number: 'days_in_stage' at_most: 3 } }\n";                     // 13
  EXPECT_THAT(FaultsOf(text),
              ElementsAre(HasSubstr("p.txtpb:3: unreachable: no rule has a weight"), HasSubstr("p.txtpb:4: id must be"),
                          HasSubstr("p.txtpb:5: unknown fact \"phase_of_the_moon\""),
                          HasSubstr("p.txtpb:7: open_days_at_least must be from 0 to 36500"),
                          HasSubstr("p.txtpb:8: contradicts its advice"), HasSubstr("p.txtpb:9: text is required"),
                          HasSubstr("p.txtpb:10: "), HasSubstr("p.txtpb:11: the id \"c\" is given twice"),
                          HasSubstr("p.txtpb:13: unreachable")))
      << Refusal(text);
  EXPECT_THAT(FaultsOf(text)[6], HasSubstr("speed")) << "an unknown field";
  EXPECT_THAT(FaultsOf(text)[6], HasSubstr("at_least must be from 1")) << "a rule that fires always";
  EXPECT_THAT(Refusal(text), Refuses(absl::StatusCode::kInvalidArgument, "POLICY_INVALID"));
}

TEST(PolicyDataTest, SaysWhereATextIsNotAPolicy) {
  EXPECT_THAT(FaultsOf("name: 'policies/p'\ndisplay_name 3\n"), ElementsAre(HasSubstr("p.txtpb:2: ")));
  EXPECT_THAT(FaultsOf(std::string(kHead) + "rules {\n advises: ADVISED_MOVE_SIDEWAYS\n}"),
              ElementsAre(HasSubstr("p.txtpb:3: "), HasSubstr("p.txtpb:4: Unknown enumeration value")));
}

TEST(PolicyDataTest, AValueThatDoesNotFitHidesNoOtherFault) {
  const std::string text =
      "name: 'policies/p'\ndisplay_name: 5\n"                                  // 1, 2
      "rules {\n id: 'a' text: 'T.' source: 'S'\n"                             // 3, 4
      " advises: ADVISED_MOVE_SIDEWAYS\n"                                      // 5
      "\n"                                                                     // 6
      " conditions { causes { accelerated: maybe handling_at_most: 'bad' }\n"  // 7
      "\t\tat_least: 99999999999 }\n"                                          // 8
      " weight: many\n"                                                        // 9
      " conditions { number: 'the_moon' at_least: 1 } }\n"                     // 10
      "escalation_weight: 1\n";                                                // 11
  EXPECT_THAT(FaultsOf(text),
              ElementsAre(HasSubstr("p.txtpb:2: Expected string, got: 5 (column 15)"),
                          AllOf(HasSubstr("p.txtpb:5: "), HasSubstr("ADVISED_MOVE_SIDEWAYS"), HasSubstr("(column 11)")),
                          AllOf(HasSubstr("p.txtpb:7: "), HasSubstr("maybe"), HasSubstr("'bad'")),
                          HasSubstr("p.txtpb:8: Integer out of range (99999999999)"),
                          HasSubstr("p.txtpb:9: Expected integer, got: many"),
                          HasSubstr("p.txtpb:10: unknown fact \"the_moon\""), HasSubstr("p.txtpb:11: unreachable")))
      << Refusal(text);
  EXPECT_THAT(FaultsOf("name: 'p'\nspeed: 3\nrules {\n}}\nfrom_date { year: 'x' }"),
              ElementsAre(HasSubstr("p.txtpb:2: "),
                          AllOf(HasSubstr("p.txtpb:4: "), HasSubstr("what stands behind it was not read"))))
      << "what cannot be read at all ends the reading, and says so";
  std::string very(kHead);
  for (int i = 0; i < 200; ++i) very += "escalation_weight: x\n";
  EXPECT_FALSE(FaultsOf(very).empty()) << "it ends";
}

TEST(PolicyDataTest, WhatIsNotUtf8IsRefusedInWordsThatAre) {
  const std::string rule =
      "rules { id: 'r' text: 'T.' source: 'S' advises: ADVISED_MOVE_ESCALATE " + std::string(kOneCause) + " }";
  EXPECT_THAT(FaultsOf("name: 'policies/p'\ndisplay_name: 'P\\377'\n" + rule),
              ElementsAre("p.txtpb:2: display_name is not UTF-8"));
  EXPECT_THAT(FaultsOf(std::string(kHead) + "conflict: \xff\n"), ElementsAre(HasSubstr("p.txtpb:3: ")));
  EXPECT_GE(rpc::CountCodePoints(std::string(Refusal(std::string(kHead) + "\xff\n").message())), 0);
}

TEST(PolicyDataTest, WhatIsToBeTriedIsCheckedAndNotLoaded) {
  const std::string rule = RuleText("r", "ESCALATE", kOneCause);
  const std::string dated = kHead + std::string("from_date { year: 2026 month: 1 day: 1 }\n") + rule;
  std::string idea = kHead + rule;
  idea.replace(idea.find("policies/p"), 10, "policies/q");
  const auto policies = Policies::Parse({{"a", dated}, {"b", idea}});
  ASSERT_TRUE(policies.ok()) << policies.status();
  const auto tried = policies->ParseToTry({{"one", dated}, {"two", idea + "escalation_weight: 0"}});
  ASSERT_TRUE(tried.ok()) << tried.status() << ": a date overlaps nothing, and a candidate is free to change";
  EXPECT_EQ(tried->at("one").name(), "policies/p");
  EXPECT_EQ(tried->at("two").name(), "policies/q");
  EXPECT_EQ(policies->all().size(), 2u);
  EXPECT_THAT(ViolationsOf(policies->ParseToTry({{"one", kHead + rule}, {"two", idea + "speed: 3"}}).status()),
              ElementsAre(::testing::Pair("one:1", HasSubstr("that of a policy with a date")),
                          ::testing::Pair(HasSubstr("two:"), HasSubstr("speed"))));
  EXPECT_THAT(policies->ParseToTry({{"one", "rules"}}).status(),
              Refuses(absl::StatusCode::kInvalidArgument, "POLICY_INVALID"));
}

TEST(PolicyDataTest, RefusesARuleAgainstTheDirectionOfItsAdvice) {
  const auto fault = [](const std::string& move, const std::string& condition) {
    return FaultsOf(kHead + RuleText("r", move, condition));
  };
  const auto contradiction = ElementsAre(HasSubstr("contradicts its advice"));
  EXPECT_THAT(fault("ESCALATE", "conditions { causes { } at_most: 3 }"), contradiction);
  EXPECT_THAT(fault("KEEP", "conditions { number: 'meeting_days_late' at_most: 3 }"), contradiction);
  EXPECT_THAT(fault("RETURN", "conditions { recommendations { } at_least: 3 }"), contradiction);
  EXPECT_THAT(fault("RETURN", "conditions { number: 'days_in_stage' at_least: 90 }"), IsEmpty())
      << "time in a stage is neither good nor bad";
}

TEST(PolicyDataTest, RefusesARuleThatIsNeverHeard) {
  const std::string any = RuleText("any", "ESCALATE", kOneCause);
  EXPECT_THAT(
      FaultsOf(kHead + any + RuleText("two", "ESCALATE", "conditions { causes { accelerated: true } at_least: 2 }")),
      ElementsAre(HasSubstr("whenever \"two\" fires so does \"any\"")));
  EXPECT_THAT(FaultsOf(kHead + any + RuleText("same", "ESCALATE", kOneCause)),
              ElementsAre(HasSubstr("whenever \"same\" fires so does \"any\"")))
      << "only one of two that are the same";
  EXPECT_THAT(FaultsOf(kHead + RuleText("early", "KEEP", "conditions { number: 'days_in_stage' at_most: 90 }") +
                       RuleText("back", "RETURN", "conditions { number: 'days_in_stage' at_most: 30 }")),
              ElementsAre(HasSubstr("whenever \"back\" fires so does \"early\"")));
  EXPECT_THAT(FaultsOf(kHead + RuleText("keep", "KEEP", kOneCause) +
                       RuleText("bad", "ESCALATE", "conditions { causes { accelerated: true } at_least: 1 }")),
              IsEmpty())
      << "it escalates where the other only keeps";
  EXPECT_THAT(
      FaultsOf(kHead +
               RuleText("a", "ESCALATE",
                        "conditions { causes { handling_at_most: HANDLING_LEVEL_RESPONDING } at_least: 2 }") +
               RuleText("b", "ESCALATE",
                        "conditions { causes { handling_at_most: HANDLING_LEVEL_NOT_RESPONDING } at_least: 1 }")),
      IsEmpty());
}

TEST(PolicyDataTest, RulesOfWeights) {
  const auto weighted = [](const std::string& move, const std::string& conditions, const std::string& bar) {
    return FaultsOf(kHead + RuleText("w", move, conditions, 10) + bar);
  };
  EXPECT_THAT(weighted("ESCALATE", kOneCause, "escalation_weight: 20"), IsEmpty());
  EXPECT_THAT(weighted("ESCALATE", kOneCause, ""), ElementsAre(HasSubstr("escalation_weight is required")));
  EXPECT_THAT(weighted("KEEP", kOneCause, "escalation_weight: 20"),
              ElementsAre(HasSubstr("only a rule that escalates")));
  EXPECT_THAT(weighted("ESCALATE", "conditions { number: 'meeting_days_late' at_least: 1 }", "escalation_weight: 20"),
              ElementsAre(HasSubstr("which counts causes or recommendations")));
}

TEST(PolicyDataTest, DatesAreWholeAndDoNotOverlapAndNamesAreGivenOnce) {
  const std::string rule = RuleText("r", "ESCALATE", kOneCause);
  EXPECT_THAT(FaultsOf(kHead + std::string("from_date { year: 2026 }\n") + rule),
              ElementsAre(HasSubstr("p.txtpb:3: from_date must be a whole day")));
  const std::string dated = kHead + std::string("from_date { year: 2026 month: 1 day: 1 }\n") + rule;
  std::string other = dated;
  other.replace(other.find("policies/p"), 10, "policies/q");
  EXPECT_THAT(ViolationsOf(Policies::Parse({{"a", dated}, {"b", other}}).status()),
              ElementsAre(::testing::Pair("b:3", HasSubstr("overlaps policies/p"))));
  EXPECT_THAT(ViolationsOf(Policies::Parse({{"a", kHead + rule}, {"b", kHead + rule}}).status()),
              ElementsAre(::testing::Pair("b:1", HasSubstr("has the name of a"))));
}

TEST(PolicyDataTest, OneIsInForceUntilTheNextAndACandidateNever) {
  const auto text = [](const std::string& name, const std::string& date) {
    return "name: 'policies/" + name + "' display_name: 'P' " + date + RuleText("r", "ESCALATE", kOneCause);
  };
  const auto policies = Policies::Parse({{"1", text("new", "from_date { year: 2026 month: 3 day: 1 }")},
                                         {"2", text("old", "from_date { year: 2025 month: 3 day: 1 }")},
                                         {"3", text("idea", "")}});
  ASSERT_TRUE(policies.ok()) << policies.status();
  const auto in_force = [&](absl::CivilDay day) {
    const auto* policy = policies->InForceOn(day);
    return policy == nullptr ? std::string() : policy->name();
  };
  EXPECT_EQ(in_force(absl::CivilDay(2025, 2, 28)), "");
  EXPECT_EQ(in_force(absl::CivilDay(2025, 3, 1)), "policies/old");
  EXPECT_EQ(in_force(absl::CivilDay(2026, 2, 28)), "policies/old");
  EXPECT_EQ(in_force(absl::CivilDay(2026, 3, 1)), "policies/new");
  EXPECT_EQ(policies->all().back().name(), "policies/idea");
  EXPECT_NE(policies->Find("policies/idea"), nullptr);
}

TEST(PolicyDataTest, WhatIsInForceStaysAsItIsAndIsOnlyFollowed) {
  const auto text = [](const std::string& name, const std::string& date, const std::string& words) {
    return "name: 'policies/" + name + "' display_name: '" + words + "' " + date + RuleText("r", "ESCALATE", kOneCause);
  };
  const std::string january = "from_date { year: 2026 month: 1 day: 1 }",
                    july = "from_date { year: 2026 month: 7 day: 1 }";
  const auto parsed = [](const std::map<std::string, std::string>& texts) { return *Policies::Parse(texts); };
  const absl::CivilDay today(2026, 6, 1);
  const auto first = parsed({{"1", text("one", january, "A")}});
  EXPECT_TRUE(CheckFollows({}, first, today).ok()) << "the first may begin in the past";
  EXPECT_TRUE(CheckFollows(first.all(), first, today).ok());
  const auto edited = CheckFollows(first.all(), parsed({{"1", text("one", january, "B")}}), today);
  EXPECT_THAT(edited, Refuses(absl::StatusCode::kFailedPrecondition, "POLICY_INVALID"));
  EXPECT_THAT(PreconditionsOf(edited), ElementsAre("POLICY_IN_FORCE policies/one"));
  EXPECT_FALSE(CheckFollows(first.all(), Policies(), today).ok()) << "nor taken away";
  EXPECT_TRUE(
      CheckFollows(first.all(), parsed({{"1", text("one", january, "A")}, {"2", text("two", july, "B")}}), today).ok());
  const std::string before = "from_date { year: 2025 month: 12 day: 1 }";
  EXPECT_THAT(PreconditionsOf(CheckFollows(
                  first.all(), parsed({{"1", text("one", january, "A")}, {"2", text("two", before, "B")}}), today)),
              ElementsAre("POLICY_IN_FORCE policies/two"))
      << "the past is not given another policy";
  const auto to_come = parsed({{"1", text("one", january, "A")}, {"2", text("two", july, "B")}});
  EXPECT_TRUE(
      CheckFollows(to_come.all(), parsed({{"1", text("one", january, "A")}, {"2", text("two", july, "C")}}), today)
          .ok())
      << "what is not in force yet may change";
}

}  // namespace
}  // namespace oversight::monitoring
