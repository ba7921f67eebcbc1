// The command line as people use it, over the real gateway and the services behind it.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/cli/cli.h"
#include "gateway/cli/verbs.h"
#include "google/protobuf/util/json_util.h"
#include "tests/gateway/suite_fixture.h"
#include "tests/support/temp_dir.h"

namespace oversight::cli {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

struct Result {
  int code = -1;
  std::string out, err;
};

class CliSuiteTest : public gateway::SuiteFixture {
 protected:
  static Result RunAt(const std::string& address, const std::string& principal, const std::vector<std::string>& args) {
    std::ostringstream out, err;
    Result result;
    result.code = cli::Run(args, {.gateway = address, .principal = principal, .width = 100, .out = &out, .err = &err});
    result.out = out.str();
    result.err = err.str();
    return result;
  }
  Result As(const std::string& principal, const std::vector<std::string>& args) {
    return RunAt(gateway_->address(), principal, args);
  }
  // What it shows; fails when it is refused.
  std::string Shown(const std::string& principal, const std::vector<std::string>& args) {
    const Result result = As(principal, args);
    EXPECT_EQ(result.code, 0) << result.err;
    return result.out;
  }
};

TEST_F(CliSuiteTest, AForceIsRenamedAndReadBackOnADay) {
  EXPECT_THAT(Shown("records-manager", {"rename-force", "kent", "--display-name", "Kent Police Service", "--from-date",
                                        "2023-04", "--reason=A new name"}),
              AllOf(ContainsRegex("display name: +Kent Police Service\n"), HasSubstr("former names:\n")));
  EXPECT_THAT(Shown("records-manager", {"get-force-on-date", "kent", "--date=2022-11-24"}),
              AllOf(StartsWith("force: forces/kent\n"), ContainsRegex("Kent Police +yes\n")));
  EXPECT_THAT(Shown("records-manager", {"get-force-on-date", "kent", "--date=2023-04-15"}),
              AllOf(ContainsRegex("Kent Police +no\n"), ContainsRegex("Kent Police Service +no\n")));
  EXPECT_THAT(
      Shown("records-manager", {"versions", "kent"}),
      AllOf(HasSubstr("RenameForce by records-manager (revision 2)\n  reason:                      A new name\n"),
            ContainsRegex("display name: +Kent Police -> Kent Police Service\n"),
            HasSubstr("ImportForces by operator (revision 1)\n")));
  EXPECT_THAT(Shown("records-manager", {"show", "kent", "--as-of=1"}), HasSubstr("display name: Kent Police\n"));
  EXPECT_THAT(Shown("public", {"list", "forces", "--query", "kent police"}), HasSubstr("Kent Police Service"));
}

TEST_F(CliSuiteTest, AnUpdateChangesWhatItsFlagsNameAndClearsWhatIsEmpty) {
  EXPECT_THAT(Shown("records-manager", {"create-office-holder", "kent", "--office=chief-officer",
                                        "--display-name=A Person", "--title=Chief Constable", "--from-date=2024-03"}),
              ContainsRegex("name: +forces/kent/officeHolders/1\noffice: +chief officer\n"));
  EXPECT_THAT(Shown("records-manager", {"update-office-holder", "kent/1", "--to-date=early 2025", "--acting"}),
              AllOf(ContainsRegex("to date: +early 2025\n"), ContainsRegex("acting: +yes\n"),
                    ContainsRegex("title: +Chief Constable\n")));
  EXPECT_THAT(
      Shown("records-manager", {"update-office-holder", "kent/1", "--to-date=", "--acting=no"}),
      AllOf(Not(HasSubstr("to date:")), ContainsRegex("acting: +no\n"), ContainsRegex("from date: +March 2024\n")));
  EXPECT_THAT(Shown("public", {"list-office-holders"}),
              HasSubstr("forces/kent/officeHolders/1  A Person      chief officer  March 2024"));
}

TEST_F(CliSuiteTest, AnInspectionIsPublishedAndItsDutyMet) {
  Shown("liaison-lead", {"create-inspection", "surrey", "--programme=peel", "--cycle=2023-25", "--title=PEEL",
                         "--fieldwork-from-date=early 2023"});
  Shown("liaison-lead", {"await-report", "surrey/1", "--to-date=2023-05"});
  EXPECT_THAT(
      Shown("liaison-lead", {"publish-report", "surrey/1", "--title=PEEL report", "--address=https://example.org/r",
                             "--publication-date=2023-10-02", "--has-recommendations", "--grade-scheme=five-grades",
                             "--graded-areas=title=Crime; grade=inadequate; theme=investigations", "--graded-areas",
                             R"({"title":"Custody","grade":"GRADE_GOOD"})"}),
      AllOf(HasSubstr("    TITLE    GRADE       THEME\n    Crime    inadequate  themes/investigations\n"),
            HasSubstr("\nresponse duties:\n"), HasSubstr("forces/surrey/inspections/1/responseDuties/1")));
  EXPECT_THAT(Shown("public", {"get-response-duty", "surrey/1/1", "--on-date=2023-11-25"}),
              AllOf(ContainsRegex("days left: +1\n"), HasSubstr("\non date: 25 November 2023\n")));
  EXPECT_THAT(Shown("liaison-lead", {"record-response", "surrey/1/1", "--address=https://example.org/answer",
                                     "--published-date=2023-11-20"}),
              ContainsRegex("unsent to: +inspectors, secretary of state\n"));
  EXPECT_THAT(Shown("public", {"list-response-duties", "surrey", "--state=met"}),
              AllOf(StartsWith("on date: "), HasSubstr("responseDuties/1")));
  EXPECT_THAT(Shown("public", {"compare-grades", "surrey/1", "surrey/1"}), HasSubstr("comparable: yes\n"));
}

TEST_F(CliSuiteTest, ACaseGoesFromDraftToDecision) {
  const testing::TempDir folder;
  std::ofstream(folder / "finding.txt") << "They are not effective.";
  const std::string raised =
      Shown("liaison-lead", {"raise", "--force=west-midlands", "--kind=cause", "--title=Investigations",
                             "--finding=@" + (folder / "finding.txt"), "--theme=investigations", "--source=inspection",
                             "--source-title=PEEL", "--found=2023-09", "--recommend=Plan each @ 3 months", "--issue"});
  EXPECT_THAT(raised, AllOf(StartsWith("forces/west-midlands/concerns/1: issued cause of concern, Investigations\n"),
                            HasSubstr("recommendations/1: Plan each (due 3 months)\n")));
  EXPECT_THAT(Shown("liaison-lead", {"show", "west-midlands/concerns/1"}),
              ContainsRegex("finding: +They are not effective\\."));
  EXPECT_THAT(Shown("liaison-lead",
                    {"assess-handling", "west-midlands/1", "--level=not-responding", "--rationale=Nothing was done."}),
              ContainsRegex("level: +not responding\n"));
  EXPECT_THAT(Shown("liaison-lead", {"actions", "west-midlands/concerns/1"}),
              AllOf(ContainsRegex("withdraw-concern +yes\n"), ContainsRegex("discharge-concern +no +")));
  EXPECT_THAT(Shown("west-midlands-officer", {"claim-recommendation", "west-midlands/1/1", "--statement=Done."}),
              ContainsRegex("state: +claimed\n"));
  EXPECT_THAT(Shown("liaison-lead",
                    {"verify-recommendation", "west-midlands/1/1", "--outcome=returned", "--rationale=Not seen."}),
              ContainsRegex("outcome: +returned\n"));
  EXPECT_THAT(Shown("hm-inspector", {"propose", "--force=west-midlands", "--to=engage", "--ground=not-responding",
                                     "--reason=It does not respond @ 1", "--exit-criterion=It answers every letter",
                                     "--next-report=PEEL", "--next-report-date=early 2027"}),
              AllOf(ContainsRegex("text: +It does not respond\n +concern: +forces/west-midlands/concerns/1\n"),
                    HasSubstr("It answers every letter"), HasSubstr("early 2027")));
  EXPECT_THAT(
      Shown("chief-inspector", {"decide-proposal", "west-midlands/1", "--outcome=approved", "--rationale=It is so."}),
      HasSubstr("to stage:"));
  EXPECT_THAT(Shown("liaison-lead", {"show", "west-midlands/monitoring"}), ContainsRegex("stage: +engage\n"));
  EXPECT_THAT(Shown("liaison-lead", {"list", "monitoring", "--stage=engage"}),
              HasSubstr("forces/west-midlands/monitoring"));
  EXPECT_THAT(Shown("chief-inspector", {"dashboard", "west-midlands"}), HasSubstr("Stage: Engage"));
  EXPECT_THAT(Shown("chief-inspector", {"dashboard"}), HasSubstr("Engage: 1 force\n"));
  EXPECT_THAT(Shown("chief-inspector", {"watch", "west-midlands", "--count=1"}), HasSubstr("Stage: Engage"));
}

TEST_F(CliSuiteTest, APlanGoesFromSubmissionToItsForecastWithMeetingsAndSupport) {
  Shown("liaison-lead", {"raise", "--force=west-midlands", "--kind=cause", "--title=Investigations",
                         "--finding=They are not effective.", "--theme=investigations", "--source=inspection",
                         "--source-title=PEEL", "--found=2023-09", "--recommend=Plan each @ 3 months", "--issue"});
  const std::string objective =
      R"({"id":"o1","title":"Each is planned","recommendations":["forces/west-midlands/concerns/1/recommendations/1"]})";
  const std::string action = "id=a1; objective=o1; text=Train sergeants; owner=Head of crime; due-date=2023-12-31";
  const std::vector<std::string> content = {"--title=Improvement plan", "--objectives", objective, "--actions", action};
  const auto with = [&content](std::vector<std::string> args, const std::string& milestone) {
    args.insert(args.end(), content.begin(), content.end());
    args.push_back("--milestones=id=m1; objective=o1; title=Half are trained; due-date=" + milestone);
    return args;
  };
  EXPECT_THAT(Shown("west-midlands-officer", with({"create-plan", "west-midlands"}, "2023-12-01")),
              AllOf(ContainsRegex("name: +forces/west-midlands/plans/1\n"), ContainsRegex("state: +submitted\n")));
  EXPECT_THAT(Shown("hm-inspector", {"return-plan", "west-midlands/1", "--reasons=Say who trains whom."}),
              AllOf(ContainsRegex("state: +returned\n"), HasSubstr("Say who trains whom.")));
  Shown("west-midlands-officer",
        with({"submit-plan-version", "west-midlands/1", "--change-reason=It says so now."}, "2023-12-01"));
  EXPECT_THAT(Shown("hm-inspector", {"accept-plan", "west-midlands/1"}), ContainsRegex("state: +accepted\n"));
  Shown("west-midlands-officer",
        with({"submit-plan-version", "west-midlands/1", "--change-reason=Training began late."}, "2023-12-11"));
  Shown("hm-inspector", {"accept-plan", "west-midlands/1"});
  EXPECT_THAT(Shown("west-midlands-officer", {"get-plan-progress", "west-midlands/1", "--on-date=2023-12-20"}),
              AllOf(ContainsRegex("forecast date: +20 December 2023\n"), HasSubstr("11 December 2023")));
  Shown("west-midlands-officer", {"report-plan-progress", "west-midlands/1", "--items=id=m1; actual-date=2023-11-24"});
  EXPECT_THAT(
      Shown("hm-inspector", {"create-progress-review", "west-midlands/1", "--review-date=2023-11-24", "--overall=amber",
                             "--text=It began late.", "--objectives=objective=o1; rating=green"}),
      ContainsRegex("overall: +amber\n"));
  EXPECT_THAT(Shown("west-midlands-officer", {"actions", "forces/west-midlands/plans/1"}),
              AllOf(ContainsRegex("submit-plan-version +yes\n"), ContainsRegex("accept-plan +no +")));
  EXPECT_THAT(Shown("west-midlands-officer", {"versions", "forces/west-midlands/plans/1"}),
              AllOf(HasSubstr("ReturnPlan by hm-inspector"), HasSubstr("CreatePlan by west-midlands-officer")));

  EXPECT_THAT(
      Shown("hm-inspector",
            {"create-meeting", "west-midlands", "--meeting-date=2023-11-20", "--notes=Investigations.",
             "--attendees=display-name=HM Inspector; side=inspectorate", "--attendees=display-name=Chief; side=force",
             "--actions=text=Send the figures; owner=Deputy chief constable; due-date=2023-12-01"}),
      HasSubstr("forces/west-midlands/actions/1"));
  EXPECT_THAT(Shown("liaison-lead", {"get-meeting-cadence", "west-midlands", "--on-date=2024-11-20"}),
              AllOf(ContainsRegex("missed: +yes\n"), ContainsRegex("stage: +scan\n")));
  Shown("oversight-group-secretariat",
        {"create-oversight-session", "--session-date=2023-11-24", "--title=PPOG, November 2023"});
  Shown("oversight-group-secretariat", {"call-force", "1", "--force=west-midlands", "--invitation-date=2023-10-04"});
  EXPECT_THAT(Shown("oversight-group-secretariat",
                    {"hold-oversight-session", "1", "--attendees=display-name=Home Office; side=other",
                     "--presentations", R"({"force":"forces/west-midlands","text":"The plan was presented."})"}),
              AllOf(ContainsRegex("state: +held\n"), HasSubstr("forces/west-midlands/actions/1")));
  Shown("oversight-group-secretariat",
        {"pass-on-outcome", "1", "--force=west-midlands", "--outcome=Stay in Scan.", "--passed-to=HM Chief Inspector"});
  EXPECT_THAT(Shown("liaison-lead",
                    {"create-support", "west-midlands", "--provider=npcc", "--text=A peer.", "--from-date=2023-11"}),
              ContainsRegex("state: +given\n"));
  EXPECT_THAT(Shown("west-midlands-oversight-body", {"list-support", "west-midlands"}), HasSubstr("support/1"));

  EXPECT_THAT(
      Shown("chief-inspector", {"dashboard", "west-midlands"}),
      AllOf(HasSubstr("plans/1  accepted, version 3: Improvement plan\n"), HasSubstr("    rated amber on "),
            HasSubstr("actions done: 0 of 1; forecast to end 24 November 2023"), HasSubstr("To meet every 92 days"),
            HasSubstr("actions/1  due 1 December 2023, Deputy chief constable: Send the figures\n"),
            HasSubstr("support/1  given, from November 2023, by NPCC: A peer.\n")));
  EXPECT_THAT(Shown("west-midlands-officer", {"dashboard", "west-midlands"}),
              AllOf(HasSubstr("plans/1  accepted"), Not(HasSubstr("To meet every"))));
}

TEST_F(CliSuiteTest, PagesAreFollowedUpToTheLimit) {
  const std::string all = Shown("public", {"list-forces", "--page-size=7"});
  EXPECT_EQ(static_cast<int>(std::vector<std::string>(absl::StrSplit(all, "\nforces/")).size()), register_size_ + 1);
  const Result some = As("public", {"list-forces", "--page-size=2", "--limit=3", "--json"});
  EXPECT_EQ(std::count(some.out.begin(), some.out.end(), '\n'), 3);
  EXPECT_THAT(some.err, HasSubstr("a higher --limit shows them"));
  forces::v1::Force force;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(some.out.substr(0, some.out.find('\n')), &force).ok());
  EXPECT_EQ(force.name(), "forces/avon-and-somerset");
  const Result exact = As("public", {"list-forces", absl::StrCat("--limit=", register_size_)});
  EXPECT_THAT(exact.err, IsEmpty());
  EXPECT_EQ(As("public", {"list-forces", "--limit=0"}).code, 2);
  EXPECT_EQ(Shown("public", {"list", "office-holders", "--force", "kent"}), "None.\n");
}

TEST_F(CliSuiteTest, ARequestIsDoneOnceAndItsRepetitionSaysSo) {
  const std::vector<std::string> rename = {"rename-force", "kent", "--display-name=New", "--from-date=2023-04",
                                           "--request-id=a"};
  EXPECT_THAT(As("records-manager", rename).err, IsEmpty());
  const Result again = As("records-manager", rename);
  EXPECT_EQ(again.code, 0);
  EXPECT_THAT(again.err, HasSubstr("nothing was changed"));
  EXPECT_THAT(again.out, ContainsRegex("display name: +New\n"));
}

TEST_F(CliSuiteTest, RefusalsSayWhyInTheWordsOfTheCommandLine) {
  const Result none = As("public", {"get-force", "nowhere"});
  EXPECT_EQ(none.code, 1);
  EXPECT_THAT(none.err, HasSubstr("NOT_FOUND RESOURCE_NOT_FOUND"));
  const Result stale =
      As("records-manager", {"rename-force", "kent", "--display-name=x", "--from-date=2024", "--etag=9"});
  EXPECT_EQ(stale.code, 1);
  EXPECT_THAT(stale.err, HasSubstr("ETAG_MISMATCH"));
  const Result invalid =
      As("records-manager", {"update-force", "kent", "--display-name=", "--aliases", std::string(201, 'x')});
  EXPECT_EQ(invalid.code, 1);
  EXPECT_THAT(invalid.err, AllOf(HasSubstr("2 values are not valid."), HasSubstr("\n  --display-name: is required\n"),
                                 HasSubstr("\n  --aliases, the value number 1: ")));
  const Result in_json = As("records-manager", {"update-force", "kent", "--display-name=", "--json"});
  EXPECT_THAT(in_json.err, AllOf(StartsWith("{"), HasSubstr("force.display_name")));
  const Result nobody = As("", {"get-force", "kent"});
  EXPECT_EQ(nobody.code, 1);
  EXPECT_THAT(nobody.err, HasSubstr("--as=NAME"));
}

TEST_F(CliSuiteTest, AWrongCommandLineSendsNothing) {
  for (const std::vector<std::string>& args :
       std::vector<std::vector<std::string>>{{},
                                             {"renam-force", "kent"},
                                             {"rename-force"},
                                             {"rename-force", "kent", "--from-date=soon"},
                                             {"get-force", "kent", "--etag=1"},
                                             {"get-force", "kent", "surrey"},
                                             {"list-allowed-actions"},
                                             {"list"},
                                             {"list", "nothing"},
                                             {"show", "kent/1"},
                                             {"versions", "kent/officeHolders/1"},
                                             {"get-force", "kent", "--timeout=0"},
                                             {"help", "nothing"},
                                             {"verbs", "no-such-word"},
                                             {"\xff"}}) {
    // Nobody is there to be asked.
    const Result result = RunAt(gateway::Nowhere(), "records-manager", args);
    EXPECT_EQ(result.code, 2) << absl::StrCat(args.empty() ? "" : args[0]) << result.err;
    EXPECT_THAT(result.err, Not(IsEmpty()));
    EXPECT_THAT(result.out, IsEmpty());
  }
  EXPECT_THAT(RunAt(gateway::Nowhere(), "", {"renam-force"}).err, HasSubstr("Did you mean rename-force?"));
}

TEST_F(CliSuiteTest, NobodyThereIsToldApart) {
  const Result result = RunAt(gateway::Nowhere(), "public", {"get-force", "kent"});
  EXPECT_EQ(result.code, 3);
  EXPECT_THAT(result.err, HasSubstr("Is the suite running?"));
  // A flag overrules the environment, and the last one an alias.
  EXPECT_EQ(RunAt(gateway::Nowhere(), "public",
                  {"--gateway", gateway::Nowhere(), "get-force", "kent", "--gateway=" + gateway_->address()})
                .code,
            0);
}

TEST_F(CliSuiteTest, HelpNeedsNoSuite) {
  for (const std::vector<std::string>& args : std::vector<std::vector<std::string>>{{"help"},
                                                                                    {"--help"},
                                                                                    {"help", "rename-force"},
                                                                                    {"rename-force", "--help"},
                                                                                    {"rename-force", "kent", "-h"},
                                                                                    {"list", "concerns", "--help"},
                                                                                    {"verbs"},
                                                                                    {"verbs", "duty"},
                                                                                    {"--version"}}) {
    const Result result = RunAt(gateway::Nowhere(), "", args);
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.out, Not(IsEmpty()));
  }
  EXPECT_THAT(RunAt(gateway::Nowhere(), "", {"list", "concerns", "--help"}).out, StartsWith("oversight list-concerns"));
}

TEST_F(CliSuiteTest, VerbsThatServicesShareGoToTheOwner) {
  const std::string concern = Issued().concern().name();
  EXPECT_THAT(Shown("liaison-lead", {"list-allowed-actions", concern}), HasSubstr("DischargeConcern"));
  EXPECT_THAT(Shown("hm-inspector", {"list-allowed-actions", "west-midlands/monitoring"}), HasSubstr("CreateProposal"));
  EXPECT_THAT(Shown("liaison-lead", {"concerns.list-allowed-actions", concern}), HasSubstr("DischargeConcern"));
}

TEST_F(CliSuiteTest, StreamsStopAtTheirCount) {
  Draft();
  const std::string shown = Shown("liaison-lead", {"watch-concerns", "--initial-state", "--count=2"});
  const std::string json = Shown("liaison-lead", {"watch-concerns", "--initial-state", "--count=2", "--json"});
  EXPECT_EQ(std::count(json.begin(), json.end(), '\n'), 2);
  EXPECT_THAT(shown,
              AllOf(StartsWith("revision: "), HasSubstr("type: added"), HasSubstr("forces/west-midlands/concerns/1")));
}

TEST_F(CliSuiteTest, AnyMethodIsCalledWithJson) {
  EXPECT_THAT(Shown("public", {"call", "oversight.forces.v1.ForcesService/GetForce", R"({"name":"forces/kent"})"}),
              HasSubstr("\"displayName\": \"Kent Police\""));
  EXPECT_THAT(Shown("public", {"call", "get-force", R"({"name":"forces/kent"})", "--json"}),
              HasSubstr("\"displayName\":\"Kent Police\""));
}

// ---- National recommendations and many commands at once ----

TEST_F(CliSuiteTest, ANationalRecommendationGoesToEveryForceAndIsClosedByBulk) {
  Shown("liaison-lead", {"create-national-recommendation", "--title=Recommendation 1", "--text=Supervise violence.",
                         "--theme=investigations", "--source.title=A thematic inspection", "--due-rule=within 3 months",
                         "--service=police", "--all-active-forces"});
  EXPECT_THAT(Shown("liaison-lead", {"issue-national-recommendation", "1"}),
              AllOf(ContainsRegex("state: +issued\n"), HasSubstr("nationalRecommendations/1/forces/kent")));
  EXPECT_THAT(Shown("west-midlands-officer", {"list-national-items"}),
              AllOf(HasSubstr("nationalRecommendations/1/forces/west-midlands"), Not(HasSubstr("forces/kent"))));
  EXPECT_THAT(Shown("liaison-lead", {"list-due", "kent"}), HasSubstr("nationalRecommendations/1/forces/kent"));

  const testing::TempDir dir;
  const std::string file = dir / "commands.jsonl";
  std::ofstream(file)
      << R"({"markNationalItemNotApplicable": {"name": "nationalRecommendations/1/forces/kent", )"
      << R"("reason": "It has no such unit."}})"
      << "\n\n"
      << R"({"label": "Surrey", "verifyNationalItem": {"name": "nationalRecommendations/1/forces/surrey", )"
      << R"("outcome": "VERIFICATION_OUTCOME_ACCEPTED", "rationale": "Seen."}})"
      << "\n"
      << R"({"extendNationalItem": {"name": "nationalRecommendations/1/forces/essex", "reason": "More."}})";
  const Result trial = As("liaison-lead", {"bulk", file, "--dry-run"});
  EXPECT_EQ(trial.code, 1);
  EXPECT_THAT(trial.out,
              AllOf(HasSubstr("line 1: would be done\n"), HasSubstr("1 would be done, 2 would be refused.")));
  EXPECT_THAT(Shown("liaison-lead", {"get-national-item", "1/kent"}), ContainsRegex("state: +open\n"));

  const Result run = As("liaison-lead", {"bulk", file, "--request-id=file-1"});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("line 1: done, nationalRecommendations/1/forces/kent\n"),
                    HasSubstr("line 3, Surrey: FAILED_PRECONDITION WRONG_STATE: "), HasSubstr("ClaimNationalItem"),
                    HasSubstr("line 4: INVALID_ARGUMENT INVALID_FIELDS: 1 field is not valid: "
                              "extend_national_item.due_date is required.\n"),
                    HasSubstr("\n1 done, 2 refused.\n")));
  EXPECT_THAT(run.err, AllOf(HasSubstr("2 of 3 commands were refused."), HasSubstr("--request-id=file-1")));
  EXPECT_THAT(Shown("liaison-lead", {"get-national-item", "1/kent"}), ContainsRegex("state: +not applicable\n"));

  // Again: what was done stays done, once.
  const Result again = As("liaison-lead", {"bulk", file, "--request-id=file-1", "--json"});
  EXPECT_EQ(again.code, 1);
  EXPECT_EQ(std::count(again.out.begin(), again.out.end(), '\n'), 3);
  EXPECT_THAT(again.out, AllOf(HasSubstr(R"("label":"line 1")"), HasSubstr(R"("replayed":true)"),
                               HasSubstr(R"("label":"Surrey")"), HasSubstr(R"("reason":"WRONG_STATE")")));

  EXPECT_THAT(Shown("chief-inspector", {"get-national-recommendation-matrix", "--force=kent"}),
              ContainsRegex("FORCE +STATE[^\n]*\n +forces/kent +not applicable"));
  EXPECT_THAT(Shown("liaison-lead", {"dashboard", "kent"}),
              AllOf(HasSubstr("national recommendations: 0 open, 0 claimed"), HasSubstr("1 not applicable"),
                    ContainsRegex("National recommendations\n.*\n +nationalRecommendations/1 +not applicable")));
}

// A command is known by what it says: where it stands in the file does not matter.
TEST_F(CliSuiteTest, BulkDoesNothingTwiceWhenLinesAreTakenOutOrAdded) {
  const std::string concern = Issued().concern().name();
  const auto note = [&](const std::string& text) {
    return absl::StrCat(R"({"addProgressNote": {"parent": ")", concern,
                        R"(/recommendations/1", "progressNote": {"text": ")", text, R"("}}})", "\n");
  };
  const testing::TempDir dir;
  const std::string file = dir / "commands.jsonl";
  const auto run = [&](const std::string& lines) {
    std::ofstream(file) << lines;
    return Shown("liaison-lead", {"bulk", file, "--request-id=notes"});
  };
  const auto notes = [&] {
    const Result listed =
        As("liaison-lead", {"list-progress-notes", absl::StrCat(concern, "/recommendations/1"), "--json"});
    return std::count(listed.out.begin(), listed.out.end(), '\n');
  };
  run(note("One.") + note("Two.") + note("Twice.") + note("Twice."));
  EXPECT_EQ(notes(), 4) << "the same twice is meant twice";
  run(note("Two.") + note("Twice.") + note("Twice."));
  EXPECT_EQ(notes(), 4);
  EXPECT_THAT(run(note("New.") + "\n" + note("Twice.") + note("One.")), HasSubstr("3 done, 0 refused."));
  EXPECT_EQ(notes(), 5) << "one was new";
}

TEST_F(CliSuiteTest, ALineBreakInATitleIsRefusedAndASecondRaiseSaysSo) {
  const std::vector<std::string> raise = {"raise",
                                          "--force=kent",
                                          "--kind=cause",
                                          "--title=Crime",
                                          "--finding=x",
                                          "--theme=crime-recording",
                                          "--source=inspection",
                                          "--source-title=PEEL",
                                          "--found=2023",
                                          "--request-id=once"};
  EXPECT_THAT(Shown("liaison-lead", raise), Not(HasSubstr("before")));
  EXPECT_THAT(Shown("liaison-lead", raise), HasSubstr("Raised before, under the same request id"));
  auto forged = raise;
  forged[3] = "--title=Crime\nforces/kent/concerns/9: issued";
  forged[9] = "--request-id=another";
  EXPECT_THAT(As("liaison-lead", forged).err, HasSubstr("must be one line"));
}

TEST_F(CliSuiteTest, ASearchWithoutItsFlagIsToldWhatToType) {
  EXPECT_THAT(As("liaison-lead", {"search-concerns", "custody"}).err,
              AllOf(HasSubstr("--query is missing"), HasSubstr("oversight search-concerns --query=\"custody\"")));
}

TEST_F(CliSuiteTest, WhoMayNotReadTheLogsLeavesNoFolderBehind) {
  const testing::TempDir dir;
  EXPECT_EQ(As("public", {"backup", dir / "backup"}).code, 1);
  EXPECT_FALSE(std::filesystem::exists(dir / "backup"));
}

TEST_F(CliSuiteTest, AStoryIsNotPlayedOverTheRecordOfAnother) {
  Shown("liaison-lead", {"raise", "--force=west-midlands", "--kind=afi", "--title=Crime", "--finding=Not recorded.",
                         "--theme=crime-recording", "--source=inspection", "--source-title=PEEL", "--found=2023"});
  const Result refused = As("chief-inspector", {"play", "data/scenarios/west-midlands-2023.json"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("forces/west-midlands/concerns/1"), HasSubstr("Nothing was played")));
  EXPECT_THAT(Shown("liaison-lead", {"list-concerns", "west-midlands", "--json"}), Not(HasSubstr("concerns/2")));
}

TEST_F(CliSuiteTest, AStoryThatStopsSaysWhatStays) {
  const testing::TempDir dir;
  const std::string file = dir / "story.json";
  std::ofstream(file) << R"({"title": "T", "steps": [
    {"say": "one", "as": "records-manager", "method": "oversight.forces.v1.ForcesService/CreateOfficeHolder",
     "request": {"parent": "forces/kent", "requestId": "story/1", "officeHolder": {"office": "OFFICE_CHIEF_OFFICER",
                 "displayName": "First Chief", "fromDate": {"year": 2019}}}},
    {"say": "two", "as": "hm-inspector", "method": "oversight.concerns.v1.ConcernsService/IssueConcern",
     "request": {"name": "forces/kent/concerns/7", "requestId": "story/2"}}]})";
  const Result stopped = As("chief-inspector", {"play", file});
  EXPECT_EQ(stopped.code, 1);
  EXPECT_THAT(stopped.err, AllOf(HasSubstr("Step 2"), HasSubstr("The 1 step before it stay recorded")));
}

TEST_F(CliSuiteTest, BulkRunsNothingWhenALineCannotBeRead) {
  const std::string concern = Issued().concern().name();
  const testing::TempDir dir;
  const std::string file = dir / "commands.jsonl";
  std::ofstream(file) << R"({"assessHandling": {"name": ")" << concern
                      << R"(", "level": "HANDLING_LEVEL_ERADICATED", "rationale": "Seen."}})"
                      << "\n"
                      << "not JSON\n"
                      << R"({"label": "nothing"})"
                      << "\n"
                      << R"({"assessHandlin": {}})"
                      << "\n";
  const Result result = As("liaison-lead", {"bulk", file});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, AllOf(HasSubstr("line 2: is not a command in JSON"), HasSubstr("line 3: gives no command"),
                                HasSubstr("line 4: is not a command in JSON"), Not(HasSubstr("line 1:"))));
  EXPECT_THAT(Shown("liaison-lead", {"show", concern}), Not(HasSubstr("eradicated")));
  std::ofstream(dir / "empty.jsonl") << "\n";
  EXPECT_THAT(As("liaison-lead", {"bulk", dir / "empty.jsonl"}).err, HasSubstr("has no commands"));
  EXPECT_THAT(As("liaison-lead", {"bulk", dir / "none.jsonl"}).err, HasSubstr("Cannot read"));
  EXPECT_THAT(As("public", {"bulk", file}).code, 1);
}

TEST_F(CliSuiteTest, BulkGoesOnPastOneCall) {
  const std::string concern = Issued().concern().name();
  const testing::TempDir dir;
  const std::string file = dir / "commands.jsonl";
  std::ofstream out(file);
  for (int i = 0; i < 205; ++i) {
    out << R"({"assessHandling": {"name": ")" << concern << R"(", "level": "HANDLING_LEVEL_ERADICATED", "rationale": ")"
        << i << R"("}})"
        << "\n";
  }
  out.close();
  EXPECT_THAT(Shown("liaison-lead", {"bulk", file}),
              AllOf(HasSubstr("line 205: done, "), HasSubstr("\n205 done, 0 refused.\n")));
  const Result nobody = RunAt(gateway::Nowhere(), "liaison-lead", {"bulk", file, "--request-id=x", "--timeout=1"});
  EXPECT_EQ(nobody.code, 3);
  EXPECT_THAT(nobody.err, HasSubstr("Run the file again with --request-id=x"));
}

// Whatever is listed by a service can be listed here, with nothing but the word for it.
TEST_F(CliSuiteTest, EveryListCanBeShown) {
  Issued();
  for (const Verb& verb : Verbs()) {
    if (!absl::StartsWith(verb.name, "list-") || absl::StrContains(verb.name, "actions") ||
        absl::EndsWith(verb.name, "-versions") || verb.service == "ledger") {
      continue;
    }
    const Result result = As("chief-inspector", {verb.name});
    EXPECT_EQ(result.code, 0) << verb.name << ": " << result.err;
    EXPECT_THAT(result.out, Not(IsEmpty())) << verb.name;
  }
}

}  // namespace
}  // namespace oversight::cli
