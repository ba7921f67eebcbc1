#include "tests/e2e/embargo/story.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"

namespace oversight::testing {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;
using google::protobuf::util::JsonStringToMessage;
using google::protobuf::util::MessageToJsonString;

constexpr char kScenarioFile[] = "data/scenarios/west-midlands-2023-2024.json";

// What is added, each before the step that begins with the words, and from there on in order.
struct Added {
  const char* before;
  const char* steps;
};
constexpr Added kAdded[] = {
    {"HM Inspector proposes the move into Engage", R"([
{"say": "Attempt: proposed.", "as": "hm-inspector", "method": "oversight.monitoring.v1.MonitoringService/CreateProposal",
 "request": {"parent": "forces/west-midlands", "requestId": "embargo/1", "proposal": {"toStage": "engage",
  "ground": "GROUND_NOT_RESPONDING", "reasons": [{"text": "an embargoed reason", "concern": "${investigations}",
   "exitCriterion": "An embargoed criterion."}]}}, "save": {"attempt": "proposal.name"}},
{"say": "Attempt: advised on.", "as": "oversight-group-secretariat", "method": "oversight.monitoring.v1.AdviceService/CreateAdvice",
 "request": {"parent": "${attempt}", "requestId": "embargo/2", "advice": {"body": "ADVISORY_BODY_HMI_MONITORING_GROUP",
  "adviceDate": {"year": 2023, "month": 11}, "view": "ADVICE_VIEW_SUPPORTS", "text": "Embargoed advice, all for it."}}},
{"say": "Attempt: told in confidence.", "as": "hm-inspector", "method": "oversight.monitoring.v1.DisclosuresService/CreateDisclosure",
 "request": {"parent": "forces/west-midlands", "requestId": "embargo/3", "disclosure": {"about": "${attempt}",
  "recipient": "DISCLOSURE_RECIPIENT_CHIEF_OFFICER", "recipientName": "Chief Constable", "channel": "DISCLOSURE_CHANNEL_CALL",
  "disclosedDate": {"year": 2023, "month": 11, "day": 20}, "confidence": "DISCLOSURE_CONFIDENCE_IN_CONFIDENCE",
  "teller": "HM Inspector", "text": "An embargoed word in confidence."}}},
{"say": "Attempt: a concern in draft.", "as": "liaison-lead", "method": "oversight.concerns.v1.ConcernsService/CreateConcern",
 "request": {"parent": "forces/west-midlands", "requestId": "embargo/4", "concern": {"kind": "CONCERN_KIND_CAUSE_OF_CONCERN",
  "title": "An embargoed draft", "finding": "An embargoed finding.", "theme": "themes/investigations",
  "source": {"kind": "SOURCE_KIND_INSPECTION", "title": "Inspection of September 2023"}, "foundDate": {"year": 2023, "month": 9}}},
 "save": {"draft": "concern.name"}},
{"say": "Attempt: evidence of the inspectorate's own.", "as": "liaison-lead", "method": "oversight.concerns.v1.EvidenceService/AddEvidence",
 "request": {"parent": "forces/west-midlands", "requestId": "embargo/5", "evidence": {"title": "An embargoed note",
  "about": ["${investigations}"], "content": {"location": "Note of HM Inspector", "mediaType": "application/pdf",
  "sha256": "/je8sGNng/Ub356eY08qyInsg9fup61vHEeuz8UwHTo=", "sizeBytes": "16"}}}},
{"say": "Attempt: approved for a day to come.", "as": "chief-inspector", "method": "oversight.monitoring.v1.MonitoringService/DecideProposal",
 "request": {"name": "${attempt}", "requestId": "embargo/6", "outcome": "DECISION_OUTCOME_APPROVED",
  "rationale": "An embargoed rationale.", "effectiveTime": "$later"}, "save": {"attempt-decision": "decision.name"}},
{"say": "Attempt: its announcement is drafted.", "as": "liaison-lead", "method": "oversight.monitoring.v1.AnnouncementsService/CreateAnnouncement",
 "request": {"parent": "forces/west-midlands", "requestId": "embargo/7", "announcement": {"decision": "${attempt-decision}"}},
 "save": {"attempt-announcement": "announcement.name"}},
{"say": "Attempt: revoked.", "as": "chief-inspector", "method": "oversight.monitoring.v1.MonitoringService/RevokeDecision",
 "request": {"name": "${attempt-decision}", "requestId": "embargo/8", "reason": "An embargoed second thought."}},
{"say": "Attempt: the announcement is withdrawn.", "as": "press-officer", "method": "oversight.monitoring.v1.AnnouncementsService/WithdrawAnnouncement",
 "request": {"name": "${attempt-announcement}", "requestId": "embargo/9", "reason": "An embargoed reason to stop."}}
])"},
    {"   and publishes it. From now on the public sees the move", R"([
{"say": "Set to a minute.", "as": "press-officer", "method": "oversight.monitoring.v1.AnnouncementsService/ScheduleAnnouncement",
 "request": {"name": "${announcement-in}", "requestId": "embargo/11", "publishTime": "$soon"}},
{"say": "Pulled, to go out at once.", "as": "chief-inspector", "method": "oversight.monitoring.v1.AnnouncementsService/PullAnnouncement",
 "request": {"name": "${announcement-in}", "requestId": "embargo/12", "reason": "It goes out at once."}}
])"},
    {"HM Inspector proposes the return to Scan", R"([
{"say": "Added: a cause of concern.", "as": "liaison-lead", "method": "oversight.concerns.v1.ConcernsService/CreateConcern",
 "request": {"parent": "forces/west-midlands", "requestId": "embargo/21", "concern": {"kind": "CONCERN_KIND_CAUSE_OF_CONCERN",
  "title": "Custody records", "finding": "Custody records are not kept.", "theme": "themes/investigations",
  "source": {"kind": "SOURCE_KIND_INSPECTION", "title": "Inspection of September 2023"}, "foundDate": {"year": 2023, "month": 9}}},
 "save": {"custody": "concern.name"}},
{"say": "Added: with a recommendation.", "as": "liaison-lead", "method": "oversight.concerns.v1.ConcernsService/CreateRecommendation",
 "request": {"parent": "${custody}", "requestId": "embargo/22", "recommendation": {"text": "Keep custody records.",
  "dueRule": {"within": {"count": 3, "unit": "DUE_UNIT_MONTHS"}}}}},
{"say": "Added: issued, and not public.", "as": "hm-inspector", "method": "oversight.concerns.v1.ConcernsService/IssueConcern",
 "request": {"name": "${custody}", "requestId": "embargo/23", "issueDate": {"year": 2024, "month": 9, "day": 1}}},
{"say": "Added: a reason.", "as": "hm-inspector", "method": "oversight.monitoring.v1.MonitoringService/AddEpisodeReason",
 "request": {"name": "forces/west-midlands/episodes/1", "requestId": "embargo/24", "reason": {"text": "keeping custody records",
  "concern": "${custody}", "exitCriterion": "Records are kept."}, "addedDate": {"year": 2024, "month": 9, "day": 1},
  "rationale": "An embargoed rationale."}},
{"say": "Added: a correction in draft.", "as": "liaison-lead", "method": "oversight.monitoring.v1.AnnouncementsService/CreateAnnouncement",
 "request": {"parent": "forces/west-midlands", "requestId": "embargo/25", "announcement": {"decision": "${entry-decision}",
  "corrects": "${announcement-in}", "correctionReason": "An embargoed correction."}}}
])"},
    {"   and publishes it. From now on the public sees the return", R"([
{"say": "The return is set to a minute.", "as": "press-officer", "method": "oversight.monitoring.v1.AnnouncementsService/ScheduleAnnouncement",
 "request": {"name": "${announcement-out}", "requestId": "embargo/31", "publishTime": "$soon"}},
{"say": "The return is pulled, to go out at once.", "as": "chief-inspector", "method": "oversight.monitoring.v1.AnnouncementsService/PullAnnouncement",
 "request": {"name": "${announcement-out}", "requestId": "embargo/32", "reason": "It goes out at once."}}
])"},
};

// The letter that tells the force of the return, and its publication: acts of their own, and not what is compared.
constexpr const char* kLeftOut[] = {"18 September 2024: the letter of return", "   The letter is published with it."};

// The step before which each moment is.
const char* FirstAfter(Moment moment) {
  switch (moment) {
    case Moment::kKnown:
      return "Attempt: proposed.";
    case Moment::kAttempted:
      return "Attempt: revoked.";
    case Moment::kMoved:
      return "Pulled, to go out at once.";
    case Moment::kMoveTold:
      return "The cause of concern is public too: Investigations";
    case Moment::kImproved:
      return "Added: a cause of concern.";
    case Moment::kAdded:
      return "HM Inspector proposes the return to Scan";
    case Moment::kProposed:
      return "18 September 2024: the chief inspector decides";
    case Moment::kReturned:
      return "The return is pulled";
    case Moment::kReturnTold:
      return "The support ends with the stage.";
  }
  return "";
}

Struct Parsed(const std::string& json) {
  Struct parsed;
  EXPECT_TRUE(JsonStringToMessage(json, &parsed).ok()) << json;
  return parsed;
}

google::protobuf::RepeatedPtrField<Value>& StepsOf(Struct& scenario) {
  return *(*scenario.mutable_fields())["steps"].mutable_list_value()->mutable_values();
}

int Find(Struct& scenario, const std::string& words) {
  auto& steps = StepsOf(scenario);
  const auto found = std::find_if(steps.begin(), steps.end(), [&](const Value& step) {
    return absl::StartsWith(step.struct_value().fields().at("say").string_value(), words);
  });
  EXPECT_NE(found, steps.end()) << words;
  return static_cast<int>(found - steps.begin());
}

std::string Minute(absl::Duration from_now) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:00Z", absl::Now() + from_now, absl::UTCTimeZone());
}

}  // namespace

Story::Story(const Suite& suite) : suite_(suite) {
  std::ifstream file(kScenarioFile);
  std::stringstream text;
  text << file.rdbuf();
  scenario_ = Parsed(text.str());
  auto& steps = StepsOf(scenario_);
  for (const char* words : kLeftOut) steps.erase(steps.begin() + Find(scenario_, words));
  for (const auto& [before, json] : kAdded) {
    const std::string timed =
        absl::StrReplaceAll(json, {{"$later", Minute(absl::Hours(48))}, {"$soon", Minute(absl::Hours(1))}});
    Struct added = Parsed(absl::StrCat("{\"steps\":", timed, "}"));
    int at = Find(scenario_, before);
    for (const Value& step : StepsOf(added)) {
      *steps.Add() = step;
      std::rotate(steps.pointer_begin() + at, steps.pointer_end() - 1, steps.pointer_end());
      ++at;
    }
  }
  // How the reason ends that was added.
  auto& step = *steps.Mutable(Find(scenario_, "HM Inspector proposes the return to Scan"))->mutable_struct_value();
  auto& proposal = *(*(*step.mutable_fields())["request"].mutable_struct_value()->mutable_fields())["proposal"]
                        .mutable_struct_value();
  *(*proposal.mutable_fields())["reasonOutcomes"].mutable_list_value()->add_values()->mutable_struct_value() =
      Parsed(R"({"reason": "r5", "end": "REASON_END_MET", "text": "Records are kept now."})");
}

void Story::PlayTo(Moment moment) {
  Struct part = scenario_;
  auto& steps = StepsOf(part);
  const int until = Find(part, FirstAfter(moment));
  steps.DeleteSubrange(until, steps.size() - until);
  std::string json;
  EXPECT_TRUE(MessageToJsonString(part, &json).ok());
  const std::string path = folder_ / "part.json";
  std::ofstream(path) << json;
  const Ran played = suite_.Cli("chief-inspector", {"play", path});
  ASSERT_EQ(played.code, 0) << played.err;
}

}  // namespace oversight::testing
