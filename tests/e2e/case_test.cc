// The case that the project started from, West Midlands Police in 2023 and 2024, through the command line into the real
// binaries: what the announcement tells, what the public sees and when, the return with one cause of concern open, and
// what is refused on the way. The story is that of data/scenarios, played as far as a test needs it.
#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "gateway/cli/contract.h"
#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "oversight/monitoring/v1/announcements_service.pb.h"
#include "oversight/monitoring/v1/monitoring_service.grpc.pb.h"
#include "oversight/monitoring/v1/register_service.pb.h"
#include "oversight/monitoring/v1/sequence_service.pb.h"
#include "tests/e2e/suite_fixture.h"
#include "tests/support/http_client.h"
#include "tests/support/temp_dir.h"

namespace oversight::testing {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;
using google::protobuf::util::JsonStringToMessage;
using google::protobuf::util::MessageToJsonString;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

constexpr char kStory[] = "data/scenarios/west-midlands-2023-2024.json";
// How the steps begin before which tests stop to look.
constexpr char kProposes[] = "HM Inspector proposes the move into Engage";
constexpr char kDecides[] = "24 November 2023: the chief inspector decides";
constexpr char kAnnounces[] = "The liaison lead has the announcement made from the record";
constexpr char kQuotation[] =
    R"({"speaker": "forces/west-midlands/officeHolders/1", "text": "We will work closely with the force to monitor its progress against these important and necessary changes."})";

Struct Parsed(const std::string& json) {
  Struct parsed;
  EXPECT_TRUE(JsonStringToMessage(json, &parsed).ok()) << json;
  return parsed;
}
std::string Text(const Struct& object, const std::string& field) {
  const auto found = object.fields().find(field);
  return found == object.fields().end() ? "" : found->second.string_value();
}
std::string Written(const std::string& path, const google::protobuf::Message& json) {
  std::string text;
  EXPECT_TRUE(MessageToJsonString(json, &text).ok());
  std::ofstream(path) << text;
  return path;
}
std::string Slurp(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

class CaseTest : public SuiteFixture {
 protected:
  void Play(const std::string& file) {
    const Ran played = suite_->Cli("chief-inspector", {"play", file});
    ASSERT_EQ(played.code, 0) << played.err;
  }
  // Plays the story up to the step that begins with these words, without it. What was played before is repeated, which
  // changes nothing.
  void PlayBefore(const std::string& words) {
    Struct story = Parsed(Slurp(kStory));
    auto& steps = *(*story.mutable_fields())["steps"].mutable_list_value()->mutable_values();
    const auto until = std::find_if(steps.begin(), steps.end(), [&](const Value& step) {
      return absl::StartsWith(Text(step.struct_value(), "say"), words);
    });
    ASSERT_NE(until, steps.end()) << words;
    steps.DeleteSubrange(static_cast<int>(until - steps.begin()), static_cast<int>(steps.end() - until));
    Play(Written(folder_ / "part.json", story));
  }
  std::string Told(const std::string& principal, const std::vector<std::string>& arguments) {
    const Ran ran = suite_->Cli(principal, arguments);
    EXPECT_EQ(ran.code, 0) << ran.err;
    return ran.out;
  }
  // Of a verb that gives one resource.
  template <class Response>
  Response Asked(const std::string& principal, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "--json");
    Response response;
    const std::string json = Told(principal, arguments);
    EXPECT_TRUE(JsonStringToMessage(json, &response).ok()) << json;
    return response;
  }
  monitoring::v1::Announcement Announcement(const std::string& principal, int number) {
    return Asked<monitoring::v1::GetAnnouncementResponse>(principal,
                                                          {"get-announcement", absl::StrCat("west-midlands/", number)})
        .announcement();
  }
  // From draft to clearance, by hand.
  void Agree(const std::string& announcement) {
    Told("liaison-lead", {"submit-announcement", announcement});
    Told("hm-inspector", {"review-announcement", announcement});
    Told("press-officer", {"clear-announcement", announcement});
  }

  const TempDir folder_;
};

// ---- What the announcement tells. ----

// A fact of the inspectorate's announcement of 24 November 2023, in its order, and the words by which ours tells it.
struct SeedFact {
  const char* fact;
  std::vector<std::string> told_by;
};
const std::vector<SeedFact>& SeedFacts() {
  static const auto* facts = new std::vector<SeedFact>{
      {"the headline: who, and into what", {"West Midlands Police moved into enhanced monitoring"}},
      {"who decided", {"His Majesty’s Chief Inspector of Constabulary has moved West Midlands Police"}},
      {"when: that day", {"from 24 November 2023"}},
      {"the level is an enhanced one", {"to Engage, an enhanced level of monitoring"}},
      {"the inspectorate by its full name, and in short",
       {"His Majesty’s Inspectorate of Constabulary and Fire & Rescue Services (HMICFRS)"}},
      {"it watches all the time", {"under watch at all times"}},
      {"it watches all police forces in England and Wales", {"every police force in England and Wales"}},
      {"there are two stages, Scan and Engage", {"two stages, Scan and Engage"}},
      {"every force is in Scan by default, which is routine",
       {"Every force is in Scan, which is routine monitoring, unless it is moved"}},
      {"it may be moved to Engage, which is enhanced, if it does not deal effectively with the concerns",
       {"may be moved to Engage, which is enhanced monitoring, when it does not deal effectively with what the "
        "inspectorate is concerned about"}},
      {"the reasons are what the inspectorate said the force is not doing",
       {"moved to Engage because, HMICFRS said, it is not:"}},
      {"first reason: investigations and results for victims",
       {"- carrying out effective investigations which lead to satisfactory results for victims;"}},
      {"second reason: MARACs", {"- making sure that multi-agency risk assessment conferences (MARACs)"}},
      {"what MARACs are",
       {"meetings where statutory and voluntary bodies share information about people at high risk of domestic abuse"}},
      {"what they are to do", {"work effectively to keep vulnerable people safe;"}},
      {"third reason: registered sex offenders",
       {"- effectively managing the risk posed to the public by registered sex offenders; and"}},
      {"fourth reason: online child abuse", {"- managing the risk posed by online child abuse offenders effectively."}},
      {"the assurance", {"HMICFRS is assured that West Midlands Police is taking steps to deal with these concerns"}},
      {"what is needed all the same", {"improvements that are significant and last are needed"}},
      {"that progress is watched closely", {"the inspectorate will follow the force’s progress closely"}},
      {"more detail comes in the next inspection report",
       {"HMICFRS will say more about the performance of West Midlands Police in its next inspection report"}},
      {"when that is to be published", {"due to be published in early 2024"}},
      {"who speaks", {"His Majesty’s Inspector of Constabulary Wendy Williams said: “"}},
      {"the ground: not responding", {"when it does not respond to the inspectorate’s concerns"}},
      {"the ground: not managing, mitigating or eradicating", {"does not manage, mitigate or eradicate them"}},
      {"Engage is more scrutiny", {"There it is looked at more closely"}},
      {"and support, by the inspectorate and others of the sector",
       {"supported by the inspectorate and by other bodies in policing"}},
      {"to improve and serve the public better", {"so that it improves and serves the public better"}},
      {"an improvement plan was asked for, urgently", {"asked for an improvement plan as a matter of urgency"}},
      {"the force meets inspectors regularly", {"will meet the inspectorate’s inspectors regularly"}},
      {"the inspectorate works closely with the force, in the speaker's words",
       {"“We will work closely with the force to monitor its progress against these important and necessary "
        "changes.”"}},
      {"notes: the press office, its telephone and its address",
       {"Notes to editors", "HMICFRS Press Office on 0300 071 6781", "HMICPressOffice@hmicfrs.gov.uk"}},
      {"notes: where the process is explained",
       {"https://hmicfrs.justiceinspectorates.gov.uk/about-us/what-we-do/our-approach-to-monitoring-forces/"}},
  };
  return *facts;
}

TEST_F(CaseTest, TheAnnouncementMadeByHandTellsEveryFactOfTheSeedAndIsCorrectedByAnother) {
  StartSuite({});
  PlayBefore(kAnnounces);
  Told("liaison-lead",
       {"create-announcement", "west-midlands", "--decision=1", absl::StrCat("--quotations=", kQuotation)});
  Agree("west-midlands/1");
  // It is set to a minute, pulled, and goes out at once instead.
  const std::string minute = absl::FormatTime("%Y-%m-%dT%H:%M:00Z", absl::Now() + absl::Hours(1), absl::UTCTimeZone());
  Told("press-officer", {"schedule-announcement", "west-midlands/1", "--publish-time=" + minute});
  EXPECT_EQ(Announcement("chief-inspector", 1).state(), monitoring::v1::ANNOUNCEMENT_STATE_SCHEDULED);
  Told("chief-inspector", {"pull-announcement", "west-midlands/1", "--reason=It goes out at once."});
  EXPECT_EQ(suite_->Cli("public", {"get-announcement", "west-midlands/1"}).code, 1);
  Told("press-officer", {"publish-announcement", "west-midlands/1"});

  const auto published = Announcement("public", 1);
  EXPECT_EQ(published.state(), monitoring::v1::ANNOUNCEMENT_STATE_PUBLISHED);
  for (const auto& [fact, told_by] : SeedFacts()) {
    for (const auto& words : told_by) EXPECT_THAT(published.text(), HasSubstr(words)) << fact;
  }
  EXPECT_THAT(published.text(), Not(HasSubstr("{{")));

  // What is out is not changed: another one takes its place, and both stay readable.
  const Ran edited = suite_->Cli("liaison-lead", {"refresh-announcement", "west-midlands/1"});
  EXPECT_EQ(edited.code, 1);
  EXPECT_THAT(edited.err, AllOf(HasSubstr("WRONG_STATE"), HasSubstr("corrected by another announcement")));
  Told("liaison-lead", {"create-announcement", "west-midlands", "--decision=1", "--corrects=west-midlands/1",
                        "--correction-reason=The quotation is left out.", "--request-id=correction"});
  EXPECT_EQ(suite_->Cli("public", {"get-announcement", "west-midlands/2"}).code, 1) << "not out yet";
  Agree("west-midlands/2");
  Told("press-officer", {"publish-announcement", "west-midlands/2"});
  EXPECT_EQ(Announcement("public", 1).state(), monitoring::v1::ANNOUNCEMENT_STATE_CORRECTED);
  EXPECT_EQ(Announcement("public", 1).corrected_by(), "forces/west-midlands/announcements/2");
  EXPECT_EQ(Announcement("public", 2).corrects(), "forces/west-midlands/announcements/1");
  EXPECT_THAT(Announcement("public", 2).text(), Not(HasSubstr("Wendy Williams")));
}

// ---- What the public sees. ----

// Every read of every service over HTTP as the public, asked about the case: "Service/Method" -> the status and what it
// says. What is asked for is the first of each kind. Where the answer stands in the log is left out, of which page
// tokens tell too.
class PublicReads {
 public:
  explicit PublicReads(const std::string& http) : http_(http) {
    for (const auto* service : cli::Services()) {
      // That a log grows, and by which hashes, is for everyone to see; what is in it is not.
      if (service->name() == "LedgerService") continue;
      for (int i = 0; i < service->method_count(); ++i) {
        const auto& method = *service->method(i);
        // Every change can be repeated by its request id, and no read has one.
        const bool change = method.input_type()->FindFieldByName("request_id") != nullptr;
        if (!change && !method.server_streaming() && !method.client_streaming()) methods_.push_back(&method);
      }
    }
  }
  std::map<std::string, std::string> Answers() const {
    std::map<std::string, std::string> answers;
    for (const auto* method : methods_) {
      const std::string path = absl::StrCat("/", method->service()->full_name(), "/", method->name());
      const HttpAnswer answer =
          HttpCall(http_, "POST", path, {{"content-type", "application/json"}, {"oversight-principal", "public"}},
                   Request(*method->input_type()));
      EXPECT_THAT(answer.status, ::testing::AnyOf(200, 403, 404)) << path << ": " << answer.body;
      std::string body = answer.body;
      if (answer.status == 200) {
        Struct shown = Parsed(body);
        for (const char* place : {"header", "nextPageToken", "sections"}) shown.mutable_fields()->erase(place);
        body = shown.DebugString();
      } else {
        body = Text(Parsed(body), "message");
      }
      answers[method->name()] = absl::StrCat(answer.status, " ", body);
    }
    return answers;
  }

 private:
  static std::string Example(std::string shape) {
    shape = shape.substr(0, shape.find('|'));
    static const auto* const known = new std::map<std::string, std::string>{{"force", "west-midlands"},
                                                                            {"stage", "engage"},
                                                                            {"ladder", "scan-engage"},
                                                                            {"theme", "workforce"},
                                                                            {"ledger", "monitoring"}};
    while (shape.find('{') != std::string::npos) {
      const size_t from = shape.find('{'), to = shape.find('}', from);
      const auto named = known->find(shape.substr(from + 1, to - from - 1));
      shape.replace(from, to - from + 1, named == known->end() ? "1" : named->second);
    }
    return shape;
  }
  static std::string Request(const google::protobuf::Descriptor& type) {
    Struct request;
    for (int i = 0; i < type.field_count(); ++i) {
      const auto& field = *type.field(i);
      const auto rules = cli::RulesOf(field);
      if (field.name() == "page_size") (*request.mutable_fields())["pageSize"].set_number_value(1000);
      if (!rules.required()) continue;
      Value value;
      if (field.type() == google::protobuf::FieldDescriptor::TYPE_MESSAGE) {
        auto& date = *value.mutable_struct_value()->mutable_fields();
        date["year"].set_number_value(2024);
        date["month"].set_number_value(1);
        date["day"].set_number_value(15);
      } else {
        value.set_string_value(rules.resource().empty() ? "investigations" : Example(rules.resource()));
      }
      auto& slot = (*request.mutable_fields())[field.json_name()];
      if (field.is_repeated()) {
        *slot.mutable_list_value()->add_values() = value;
      } else {
        slot = value;
      }
    }
    std::string json;
    EXPECT_TRUE(MessageToJsonString(request, &json).ok());
    return json;
  }

  const std::string http_;
  std::vector<const google::protobuf::MethodDescriptor*> methods_;
};

TEST_F(CaseTest, NothingOfTheMoveShowsToThePublicBeforeItIsPublishedAndEverythingAfterwards) {
  StartSuite({});
  PlayBefore(kProposes);
  const PublicReads reads(suite_->address("gateway", "http"));
  const auto before = reads.Answers();
  EXPECT_GT(before.size(), 50u) << "every read of the contract is asked";
  EXPECT_THAT(before.at("GetRegister"), HasSubstr("200 "));

  // The public watches from before the proposal on.
  const auto stub = monitoring::v1::MonitoringService::NewStub(suite_->ChannelAs("gateway", "public"));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  const auto watch = stub->WatchMonitoring(&context, {});
  monitoring::v1::WatchMonitoringResponse told;
  ASSERT_TRUE(watch->Read(&told) && told.has_created());

  // Proposed, advised on, told in confidence, decided, in effect, announced up to the clearance: nothing shows.
  for (const char* words : {kDecides, kAnnounces, "   and publishes it. From now on the public sees the move"}) {
    PlayBefore(words);
    const auto now = reads.Answers();
    for (const auto& [method, answer] : before) EXPECT_EQ(now.at(method), answer) << method << " before " << words;
  }
  EXPECT_THAT(Told("chief-inspector", {"get-monitoring", "west-midlands"}), HasSubstr("Engage")) << "inside it does";
  EXPECT_THAT(Told("public", {"get-monitoring", "west-midlands"}), Not(HasSubstr("Engage")));
  EXPECT_THAT(Told("public", {"--json", "get-register"}), Not(HasSubstr("west-midlands")));

  PlayBefore("The cause of concern is public too: Investigations");
  std::vector<std::string> changed;
  const auto after = reads.Answers();
  for (const auto& [method, answer] : before) {
    if (after.at(method) != answer) changed.push_back(method);
  }
  EXPECT_THAT(changed, UnorderedElementsAre("GetMonitoring", "ListMonitoring", "GetEpisode", "ListEpisodes",
                                            "GetRegister", "GetAnnouncement", "ListAnnouncements", "Search"));
  EXPECT_THAT(Told("public", {"get-monitoring", "west-midlands"}), HasSubstr("Engage"));

  // The watch tells of the announcement, and of nothing before it.
  bool announced = false;
  while (!announced && watch->Read(&told)) {
    for (const auto& event : told.events().events()) {
      EXPECT_EQ(event.name(), "forces/west-midlands/announcements/1");
      EXPECT_EQ(event.announcement().state(), monitoring::v1::ANNOUNCEMENT_STATE_PUBLISHED);
      announced = true;
    }
  }
  EXPECT_TRUE(announced);
  context.TryCancel();
}

// ---- The way out. ----

TEST_F(CaseTest, TheReturnIsRecordedWithOneCauseOpenAndItsReasonCarriedForward) {
  StartSuite({});
  Play(kStory);
  const auto seen_by = [this](const std::string& principal) {
    return Asked<monitoring::v1::GetEpisodeResponse>(principal, {"get-episode", "west-midlands/1"}).episode();
  };
  EXPECT_EQ(seen_by("public").reason_outcomes(0).end(), monitoring::v1::REASON_END_CARRIED_FORWARD);
  const auto episode = seen_by("liaison-lead");
  ASSERT_EQ(episode.reason_outcomes_size(), 4);
  EXPECT_EQ(episode.reason_outcomes(0).reason(), "r1");
  EXPECT_EQ(episode.reason_outcomes(0).end(), monitoring::v1::REASON_END_CARRIED_FORWARD);
  EXPECT_EQ(episode.reason_outcomes(0).followed_by(), "the force liaison lead");
  EXPECT_THAT(episode.reason_outcomes(0).follow_up(), HasSubstr("two recommendations that are left"));
  for (int i = 1; i < 4; ++i) EXPECT_EQ(episode.reason_outcomes(i).end(), monitoring::v1::REASON_END_MET);
  ASSERT_EQ(episode.open_causes_size(), 1);
  EXPECT_EQ(episode.open_causes(0).title(), "Investigations and outcomes for victims");

  const std::string text = Announcement("public", 2).text();
  for (const char* told :
       {"West Midlands Police returned to routine monitoring",
        "has returned West Midlands Police from Engage to Scan, the routine level of monitoring, from 18 September "
        "2024.",
        "West Midlands Police had been in Engage since 24 November 2023.",
        "- three of the four causes of concern are closed; and",
        "- three of the five recommendations about investigations are carried out; that cause of concern stays open.",
        "Still open when the force left Engage:",
        "- the cause of concern “Investigations and outcomes for victims”; and",
        "“carrying out effective investigations which lead to satisfactory results for victims”, which the force "
        "liaison lead "
        "will follow: the two recommendations that are left stay under watch in Scan until they are verified."}) {
    EXPECT_THAT(text, HasSubstr(told));
  }

  // The register, for people: in Engage on the days between, previously in Engage afterwards.
  struct Day {
    const char* date;
    bool current, previous;
  };
  for (const Day& day :
       {Day{"2023-11-23", false, false}, Day{"2023-11-24", true, false}, Day{"2024-03-01", true, false},
        Day{"2024-09-17", true, false}, Day{"2024-09-18", false, true}, Day{"2026-01-01", false, true}}) {
    const auto answer =
        Asked<monitoring::v1::GetRegisterResponse>("public", {"get-register", absl::StrCat("--on-date=", day.date)});
    EXPECT_EQ(answer.current_size(), day.current ? 1 : 0) << day.date;
    EXPECT_EQ(answer.previous_size(), day.previous ? 1 : 0) << day.date;
    for (const auto* list : {&answer.current(), &answer.previous()}) {
      for (const auto& entry : *list) {
        EXPECT_EQ(entry.force_display_name(), "West Midlands Police");
        EXPECT_EQ(entry.certainty(), monitoring::v1::REGISTER_CERTAINTY_CERTAIN);
        EXPECT_EQ(entry.reasons_in_size(), 4);
      }
    }
    if (!day.previous) continue;
    EXPECT_EQ(answer.previous(0).open_cause_count(), 1);
    EXPECT_THAT(answer.previous(0).still_open(),
                ElementsAre("carrying out effective investigations which lead to satisfactory results for victims"));
  }

  // The rest of the story is on record too.
  const std::string plan = Told("west-midlands-officer", {"--json", "get-plan", "west-midlands/1"});
  EXPECT_THAT(
      plan, AllOf(HasSubstr("PLAN_STATE_ACCEPTED"), HasSubstr("It does not say by what points progress is measured.")));
  EXPECT_THAT(Told("liaison-lead", {"list-progress-reviews", "west-midlands/plans/1"}), HasSubstr("amber"));
  EXPECT_THAT(Told("liaison-lead", {"get-meeting", "west-midlands/2"}), HasSubstr("forces/west-midlands/actions/1"))
      << "the action was carried over to it";
  EXPECT_THAT(Told("chief-inspector", {"get-oversight-session", "1"}), HasSubstr("presented the progress"));
  EXPECT_THAT(Told("liaison-lead", {"list-support", "west-midlands"}), HasSubstr("ended"));
}

TEST_F(CaseTest, TheSequenceOfTheDecisionIsInOrderOnEveryClock) {
  StartSuite({});
  Play(kStory);
  const auto sequence = [this](const std::string& clock) {
    return Asked<monitoring::v1::GetDecisionSequenceResponse>(
        "chief-inspector", {"get-decision-sequence", "west-midlands/1", "--clock=" + clock});
  };
  const auto kinds = [](const monitoring::v1::GetDecisionSequenceResponse& response) {
    std::vector<std::string> names;
    for (const auto& act : response.acts()) {
      names.push_back(monitoring::v1::SequenceActKind_Name(act.kind()).substr(sizeof("SEQUENCE_ACT_KIND_") - 1));
    }
    return names;
  };
  // As it happened. What is of this day only stands at its end, and the announcement goes out when the story is played.
  EXPECT_THAT(kinds(sequence("effective")),
              ElementsAre("PROPOSED", "DISCLOSED", "DISCLOSED", "CONCERN_ISSUED", "CONCERN_ISSUED", "CONCERN_ISSUED",
                          "CONCERN_ISSUED", "ADVISED", "DECIDED", "TOOK_EFFECT", "LATER_MOVE", "ANNOUNCEMENT_DRAFTED",
                          "ANNOUNCEMENT_SUBMITTED", "ANNOUNCEMENT_REVIEWED", "ANNOUNCEMENT_CLEARED", "PUBLISHED"));
  const auto recorded = sequence("recorded");
  EXPECT_THAT(kinds(recorded), ElementsAre("CONCERN_ISSUED", "CONCERN_ISSUED", "CONCERN_ISSUED", "CONCERN_ISSUED",
                                           "PROPOSED", "ADVISED", "DISCLOSED", "DISCLOSED", "DECIDED", "TOOK_EFFECT",
                                           "ANNOUNCEMENT_DRAFTED", "ANNOUNCEMENT_SUBMITTED", "ANNOUNCEMENT_REVIEWED",
                                           "ANNOUNCEMENT_CLEARED", "PUBLISHED", "LATER_MOVE"));
  const auto published = sequence("published");
  EXPECT_EQ(published.acts_size(), recorded.acts_size()) << "the same acts on every clock";
  const auto by_publication = kinds(published);
  EXPECT_THAT(std::vector<std::string>(by_publication.begin(), by_publication.begin() + 7),
              ElementsAre("CONCERN_ISSUED", "CONCERN_ISSUED", "CONCERN_ISSUED", "CONCERN_ISSUED", "DECIDED",
                          "TOOK_EFFECT", "PUBLISHED"));
  for (int i = 7; i < published.acts_size(); ++i) {
    EXPECT_FALSE(published.acts(i).has_published_date()) << published.acts(i).words();
  }
  // For eyes: who was told what and when stands before the decision.
  const std::string page = Told("chief-inspector", {"sequence", "west-midlands/1"});
  const auto at = [&page](const std::string& words) {
    EXPECT_THAT(page, HasSubstr(words));
    return page.find(words);
  };
  EXPECT_LT(at("Police and Crime Commissioner told in confidence"), at("Approved, with effect from 24 November"));
  EXPECT_LT(at("Approved, with effect from 24 November"), at("West Midlands Police moved to Engage."));
}

// ---- What is refused. ----

class RefusalTest : public CaseTest {
 protected:
  RefusalTest() {
    // The sample, and one who may both propose and decide.
    Struct principals = Parsed(Slurp("data/principals.json"));
    auto& list = *(*principals.mutable_fields())["principals"].mutable_list_value();
    *list.add_values()->mutable_struct_value() = Parsed(
        R"({"name": "principals/acting-chief", "displayName": "Acting chief inspector", "allForces": true,
            "roles": ["ROLE_HM_INSPECTOR", "ROLE_CHIEF_INSPECTOR"]})");
    SuiteShape shape;
    shape.principals = Written(folder_ / "principals.json", principals);
    StartSuite(shape);
  }
  // Read as a service, whose reads are not put on record.
  std::string Revision() {
    return Text(Parsed(Told("gateway", {"--json", "get-monitoring", "west-midlands"}))
                    .fields()
                    .at("header")
                    .struct_value(),
                "revision");
  }
  // Refused with the rule and the remedy, in this order, and nothing is stored.
  void Refused(const std::string& principal, const std::vector<std::string>& arguments,
               const std::vector<std::string>& told) {
    const std::string before = Revision();
    const Ran ran = suite_->Cli(principal, arguments);
    EXPECT_EQ(ran.code, 1) << ran.out;
    const std::string err = absl::StrReplaceAll(ran.err, {{"\n  ", " "}, {"\n", " "}});
    for (const auto& words : told) EXPECT_THAT(err, HasSubstr(words)) << arguments[0];
    EXPECT_EQ(Revision(), before) << arguments[0] << " stored something";
  }
  std::vector<std::string> Proposal(const std::string& to, const std::string& ground,
                                    std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"create-proposal", "west-midlands", "--to-stage=" + to, "--ground=" + ground,
                                          R"(--reasons={"text": "carrying out effective investigations",
                                              "concern": "forces/west-midlands/concerns/1",
                                              "exitCriterion": "Two revisits find them effective"})"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  static std::vector<std::string> Decision(const std::string& number, const std::string& decided,
                                           const std::string& effective) {
    return {"decide-proposal",         "west-midlands/" + number,   "--outcome=approved",
            "--rationale=It is time.", "--decided-date=" + decided, "--effective-date=" + effective};
  }
};

TEST_F(RefusalTest, BadMovesAreRefusedWithTheRuleAndTheRemedyAndNothingIsStored) {
  PlayBefore(kProposes);
  Refused("hm-inspector", Proposal("scan", "improvement"),
          {"ALREADY_IN_STAGE", "is in Scan already", "Propose a move to another stage"});
  Refused("hm-inspector", Proposal("engage", "not-responding", {"--ladder=ladders/of-tomorrow"}),
          {"LADDER_NOT_FOUND", "There is no ladder", "must be ladders/scan-engage or empty"});
  Refused("hm-inspector", Proposal("engage", "not-responding", {"--ladder=ladders/steering-group-2009"}),
          {"LADDER_NOT_IN_FORCE", "Propose under that one"});

  // One's own proposal, whatever roles one has.
  Told("acting-chief", Proposal("engage", "not-responding"));
  Refused("acting-chief", Decision("1", "2023-11-24", "2023-11-24"),
          {"PROPOSER_CANNOT_DECIDE", "principals/acting-chief"});
  Refused("hm-inspector", Decision("1", "2023-11-24", "2023-11-24"), {"ROLE_NOT_ALLOWED", "CHIEF_INSPECTOR"});

  // A dossier that is stale, until it is refreshed.
  Told("hm-inspector", {"assess-handling", "west-midlands/1", "--level=not-responding", "--rationale=Nothing came."});
  Refused("chief-inspector", Decision("1", "2023-11-24", "2023-11-24"),
          {"DOSSIER_STALE", "RefreshProposal", "forces/west-midlands/concerns/1",
           "handling.level was RESPONDING, is NOT_RESPONDING"});
  Told("hm-inspector", {"refresh-proposal", "west-midlands/1"});

  // Before what it rests on was there.
  Refused("chief-inspector", Decision("1", "2023-11-23", "2023-11-24"),
          {"DATES_CONTRADICT", "forces/west-midlands/concerns/1", "was issued on 2023-11-24, after the decision",
           "the decision must not be dated before"});

  // It moves; what is not cleared is not published.
  Told("chief-inspector", Decision("1", "2023-11-24", "2023-11-24"));
  Refused("hm-inspector", Proposal("engage", "not-responding"),
          {"ALREADY_IN_STAGE", "is in Engage already", "Propose a move to another stage"});
  Told("liaison-lead", {"create-announcement", "west-midlands", "--decision=1"});
  const std::vector<std::string> publish = {"publish-announcement", "west-midlands/1"};
  Refused("press-officer", publish, {"WRONG_STATE", "is DRAFT, not CLEARED", "The press office must clear it first"});
  Told("liaison-lead", {"submit-announcement", "west-midlands/1"});
  Refused("press-officer", publish, {"WRONG_STATE", "is IN_REVIEW, not CLEARED", "must clear it first"});
  Refused("liaison-lead", {"review-announcement", "west-midlands/1"},
          {"AUTHOR_CANNOT_REVIEW", "Someone else must review it"});
  Told("hm-inspector", {"review-announcement", "west-midlands/1"});
  Refused("press-officer", publish, {"WRONG_STATE", "is REVIEWED, not CLEARED", "must clear it first"});

  // Out, with its reason accounted for.
  const std::vector<std::string> outcome = {
      R"(--reason-outcomes={"reason": "r1", "end": "REASON_END_CARRIED_FORWARD", "text": "Not dealt with yet.",
          "followedBy": "the force liaison lead", "followUp": "under watch in Scan"})"};
  Refused("hm-inspector", Proposal("scan", "improvement"),
          {"REASON_UNACCOUNTED", "one entry for each reason", "MET, SUPERSEDED or CARRIED_FORWARD", "r1"});
  Told("hm-inspector", Proposal("scan", "improvement", outcome));
  Refused("chief-inspector", Decision("2", "2023-11-24", "2023-11-23"),
          {"DATES_CONTRADICT", "is before the decision, 2023-11-24", "is before the force's last move, 2023-11-24"});
  Told("chief-inspector", Decision("2", "2024-09-18", "2024-09-18"));

  // In again, on a day when it was in already.
  Told("hm-inspector", Proposal("engage", "not-responding"));
  Refused("chief-inspector", Decision("3", "2024-01-15", "2024-01-15"),
          {"DATES_CONTRADICT", "forces/west-midlands/episodes/1", "lasted from 2023-11-24 until 2024-09-18",
           "must not be before its end"});
}

}  // namespace
}  // namespace oversight::testing
