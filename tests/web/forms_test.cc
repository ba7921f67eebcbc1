// The forms of the pages, apart from any network: which there are, what was typed as a request, how a form is shown
// with what is wrong, its token, and what somebody is told whose form was overtaken.
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "common/rpc/errors.h"
#include "common/text/template.h"
#include "common/time/partial_date.h"
#include "common/time/timestamp.h"
#include "gateway/http/json_codec.h"
#include "gateway/http/rest_query.h"
#include "gateway/sign_in/cookies.h"
#include "gateway/web/assets.h"
#include "gateway/web/forms/conflict.h"
#include "gateway/web/forms/form.h"
#include "gateway/web/forms/form_token.h"
#include "gateway/web/forms/form_values.h"
#include "gateway/web/forms/form_view.h"
#include "gateway/web/forms/next_acts.h"
#include "gateway/web/forms/resources.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "oversight/concerns/v1/concerns_service.pb.h"
#include "oversight/monitoring/v1/announcements_service.pb.h"
#include "oversight/monitoring/v1/monitoring_service.pb.h"

namespace oversight::gateway::web {
namespace {

namespace concerns = oversight::concerns::v1;
namespace monitoring = oversight::monitoring::v1;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

const Form& FormOf(const std::string& verb, const std::string& resource) {
  const Form* form = FindForm(verb, resource);
  EXPECT_NE(form, nullptr) << verb;
  return *form;
}

template <class Request>
Request Filled(const Form& form, const std::string& resource, const Parameters& typed, absl::Status* status = nullptr) {
  Request request;
  const absl::Status filled = FillRequest(form, resource, typed, &request);
  if (status != nullptr) {
    *status = filled;
  } else {
    EXPECT_TRUE(filled.ok()) << filled;
  }
  return request;
}

std::map<std::string, std::string> Partials() {
  std::map<std::string, std::string> partials;
  for (const auto& [name, text] : Templates()) {
    if (name[0] == '_') partials[name] = text;
  }
  return partials;
}

std::string Html(const View& view) {
  const auto html = RenderHtml(Templates().at("form"), view, Partials());
  EXPECT_TRUE(html.ok()) << html.status();
  return html.value_or("");
}

// ---- Which there are ----

TEST(Forms, AreCallsOfTheContractWithFieldsOfTheirRequests) {
  std::set<std::string> known;
  for (const Form& form : Forms()) {
    SCOPED_TRACE(form.verb());
    EXPECT_TRUE(known.insert(form.verb()).second);
    EXPECT_FALSE(form.method().server_streaming());
    EXPECT_NE(form.request->FindFieldByName("request_id"), nullptr) << "sent twice, it would be done twice";
    EXPECT_THAT(WayTo(*form.request, form.subject), Not(IsEmpty()));
    if (*form.etag != '\0') EXPECT_THAT(WayTo(*form.request, form.etag), Not(IsEmpty()));
    EXPECT_EQ(*form.changed != '\0', form.request->FindFieldByName("update_mask") != nullptr);
    // What changes a resource says which version of it was read.
    EXPECT_EQ(form.request->FindFieldByName("etag") != nullptr || *form.changed != '\0', *form.etag != '\0');
    EXPECT_FALSE(CommentOn(form.method()).empty());
    EXPECT_THAT(CommentOn(form.method()), Not(HasSubstr("Errors")));
    for (const FormPart& part : form.parts) {
      for (const FormField& field : part.fields) {
        const std::string list = *part.list == '\0' ? "" : std::string(part.list) + "[0]";
        const std::string path = list + (list.empty() || *field.path == '\0' ? "" : ".") + field.path;
        EXPECT_THAT(WayTo(*form.request, path), Not(IsEmpty())) << path;
      }
    }
  }
}

TEST(Forms, AreAtTheAddressOfTheirResourceAndVerb) {
  EXPECT_EQ(FindForm({"forces", "kent", "concerns", "1", "issue-concern"})->request,
            concerns::IssueConcernRequest::descriptor());
  EXPECT_EQ(FindForm({"forces", "kent", "create-concern"})->request, concerns::CreateConcernRequest::descriptor());
  for (const std::vector<std::string>& nothing :
       std::vector<std::vector<std::string>>{{},
                                             {"forces", "kent"},
                                             {"forces", "kent", "issue-concern"},
                                             {"forces", "", "create-concern"},
                                             {"forces", "kent", "concerns", "1", "IssueConcern"},
                                             {"forces", "kent", "concerns", "1", "2", "issue-concern"}}) {
    EXPECT_EQ(FindForm(nothing), nullptr);
  }
}

TEST(Forms, SpeakInWordsForPeople) {
  EXPECT_EQ(InPageWords("Issue it first (IssueConcern), or WithdrawConcern; CreateResponse has none."),
            "Issue it first (\"Issue the concern\"), or \"Withdraw the concern\"; CreateResponse has none.");
  const auto* minute = monitoring::DecideProposalRequest::descriptor()->FindFieldByName("effective_time");
  EXPECT_THAT(CommentOn(*minute), AllOf(HasSubstr("on effective date in London"), Not(HasSubstr("`"))));
}

// ---- What was typed, as a request ----

TEST(FormValues, AreTheFieldsOfTheRequestByTheirPaths) {
  const auto request = Filled<concerns::CreateConcernRequest>(FormOf("CreateConcern", "forces/kent"), "forces/kent",
                                                              {{"_token", "x"},
                                                               {"_revision", "7"},
                                                               {"request_id", "form-1"},
                                                               {"parent", "forces/elsewhere"},
                                                               {"concern.kind", "cause-of-concern"},
                                                               {"concern.title", " Answering calls "},
                                                               {"concern.finding", "One.\r\nTwo."},
                                                               {"concern.source.kind", "inspection"},
                                                               {"concern.found_date.day", " "},
                                                               {"concern.found_date.month", "9"},
                                                               {"concern.found_date.year", "2026"},
                                                               {"concern.theme", ""},
                                                               {"concern.accelerated", "true"}});
  EXPECT_EQ(request.parent(), "forces/kent") << "the address counts";
  EXPECT_EQ(request.request_id(), "form-1");
  EXPECT_EQ(request.concern().kind(), concerns::CONCERN_KIND_CAUSE_OF_CONCERN);
  EXPECT_EQ(request.concern().title(), " Answering calls ") << "what it means is for the service";
  EXPECT_EQ(request.concern().finding(), "One.\nTwo.");
  EXPECT_EQ(FormatIso(request.concern().found_date()), "2026-09");
  EXPECT_TRUE(request.concern().accelerated());
  EXPECT_FALSE(request.concern().has_acceleration());
}

TEST(FormValues, OfListsStandAtTheirPlaces) {
  const auto request =
      Filled<monitoring::CreateProposalRequest>(FormOf("CreateProposal", "forces/kent"), "forces/kent",
                                                {{"proposal.reasons[1].text", "second"},
                                                 {"proposal.reasons[0].text", "first"},
                                                 {"proposal.reasons[1].outside_evidence.text", "a review"},
                                                 {"proposal.reasons[2].text", ""}});
  ASSERT_EQ(request.proposal().reasons_size(), 2);
  EXPECT_EQ(request.proposal().reasons(0).text(), "first");
  EXPECT_EQ(request.proposal().reasons(1).outside_evidence().text(), "a review");
  const auto decision = Filled<monitoring::DecideProposalRequest>(
      FormOf("DecideProposal", "forces/kent/proposals/1"), "forces/kent/proposals/1",
      {{"conditions[0]", ""}, {"conditions[1]", "On Monday."}, {"conditions[2]", "In writing."}});
  EXPECT_THAT(decision.conditions(), ElementsAre("On Monday.", "In writing.")) << "none that nobody wrote";
  EXPECT_EQ(decision.name(), "forces/kent/proposals/1");
}

TEST(FormValues, MomentsAreLondonTime) {
  const Form& form = FormOf("ScheduleAnnouncement", "forces/kent/announcements/1");
  const auto request = Filled<monitoring::ScheduleAnnouncementRequest>(form, "forces/kent/announcements/1",
                                                                       {{"publish_time", "2026-07-01T10:00"}});
  EXPECT_EQ(FormatUtc(GetTime(request.publish_time())), "2026-07-01T09:00:00Z");
}

TEST(FormValues, WhatCannotBeReadIsSaidOfItsFieldAndAllAtOnce) {
  absl::Status status;
  Filled<concerns::CreateRecommendationRequest>(FormOf("CreateRecommendation", "forces/kent/concerns/1"),
                                                "forces/kent/concerns/1",
                                                {{"recommendation.text", "\xff"},
                                                 {"recommendation.due_rule.within.count", "three"},
                                                 {"recommendation.due_rule.immediately", "true"},
                                                 {"recommendation.nothing", "x"}},
                                                &status);
  EXPECT_THAT(ViolationsOf(status),
              UnorderedElementsAre(Pair("recommendation.text", HasSubstr("UTF-8")),
                                   Pair("recommendation.due_rule.within.count", "must be a whole number"),
                                   Pair("recommendation.due_rule.immediately", HasSubstr("give one of them")),
                                   Pair("recommendation.nothing", HasSubstr("is no field"))));
  Filled<monitoring::ScheduleAnnouncementRequest>(FormOf("ScheduleAnnouncement", "forces/kent/announcements/1"),
                                                  "forces/kent/announcements/1", {{"publish_time", "soon"}}, &status);
  EXPECT_THAT(ViolationsOf(status), ElementsAre(Pair("publish_time", HasSubstr("must be a day and a time"))));
}

TEST(FormValues, AnUpdateChangesTheFieldsOfTheFormAndNoOthers) {
  const Form& form = FormOf("UpdateConcern", "forces/kent/concerns/1");
  const auto request = Filled<concerns::UpdateConcernRequest>(form, "forces/kent/concerns/1",
                                                              {{"concern.title", "New"}, {"concern.etag", "e"}});
  EXPECT_EQ(request.concern().name(), "forces/kent/concerns/1");
  EXPECT_EQ(request.concern().etag(), "e");
  EXPECT_THAT(request.update_mask().paths(),
              ElementsAre("kind", "title", "finding", "theme", "source.kind", "source.title", "source.reference",
                          "found_date", "accelerated", "acceleration"));
  const auto recommendation = Filled<concerns::UpdateRecommendationRequest>(
      FormOf("UpdateRecommendation", "forces/kent/concerns/1/recommendations/2"),
      "forces/kent/concerns/1/recommendations/2", {});
  EXPECT_THAT(recommendation.update_mask().paths(), ElementsAre("text", "due_rule"));
}

TEST(FormValues, OfAnUpdateBeginAsTheResourceIs) {
  concerns::UpdateRecommendationRequest request;
  auto& recommendation = *request.mutable_recommendation();
  recommendation.set_text("Do it.");
  recommendation.mutable_due_rule()->mutable_within()->set_count(3);
  recommendation.mutable_due_rule()->mutable_within()->set_unit(common::v1::DUE_UNIT_WORKING_DAYS);
  const Form& form = FormOf("UpdateRecommendation", "forces/kent/concerns/1/recommendations/2");
  const Parameters values = ValuesOf(form, request);
  EXPECT_THAT(values, UnorderedElementsAre(Pair("recommendation.text", "Do it."),
                                           Pair("recommendation.due_rule.within.count", "3"),
                                           Pair("recommendation.due_rule.within.unit", "working-days")));
  const auto again =
      Filled<concerns::UpdateRecommendationRequest>(form, "forces/kent/concerns/1/recommendations/2", values);
  EXPECT_EQ(again.recommendation().due_rule().SerializeAsString(), recommendation.due_rule().SerializeAsString());
}

TEST(FormValues, OfADateThatIsPartOfAYearKeepIt) {
  concerns::UpdateConcernRequest request;
  request.mutable_concern()->mutable_found_date()->set_year(2024);
  request.mutable_concern()->mutable_found_date()->set_part_of_year(common::v1::PART_OF_YEAR_EARLY);
  const Form& form = FormOf("UpdateConcern", "forces/kent/concerns/1");
  const Parameters values = ValuesOf(form, request);
  EXPECT_EQ(ValueOf(values, "concern.found_date.part_of_year"), "early");
  EXPECT_EQ(FormatForPeople(
                Filled<concerns::UpdateConcernRequest>(form, "forces/kent/concerns/1", values).concern().found_date()),
            "early 2024");
}

TEST(Parameters, OfAListHaveABoundedPlace) {
  monitoring::CreateProposalRequest request;
  for (const char* bad :
       {"proposal.reasons[100].text", "proposal.reasons[-1].text", "proposal.reasons[x].text", "proposal.reasons[1",
        "proposal.reasons[].text", "proposal.reasons.text", "proposal.ground[0]", "parent[0]"}) {
    EXPECT_EQ(ReasonOf(SetParameters({{bad, "x"}}, &request)), "INVALID_FIELDS") << bad;
  }
  EXPECT_EQ(request.proposal().reasons_size(), 0) << "nothing is made for what is refused";
}

// ---- How it is shown ----

TEST(FormView, ShowsWhatWasTypedAndWhatIsWrongBesideTheField) {
  View view;
  AddFields(
      FormOf("CreateConcern", "forces/kent"),
      {{"concern.title", "<b>Calls</b>"}, {"concern.kind", "area-for-improvement"}, {"concern.found_date.year", "20"}},
      {{Choices::kThemes, {{"themes/a", "Theme A", ""}}}},
      {{"concern.title", "is too long"},
       {"concern.found_date.year", "must be 1829 or more"},
       {"concern.source", "is required"},
       {"concern.nothing", "Is wrong."}},
      "", view);
  const std::string html = Html(view);
  EXPECT_THAT(html, HasSubstr(R"(name="concern.title" type="text" value="&lt;b&gt;Calls&lt;/b&gt;")"));
  EXPECT_THAT(html, HasSubstr("</span> Title is too long</p>"));
  EXPECT_THAT(html, HasSubstr(R"(name="concern.found_date.year" type="text" inputmode="numeric" value="20")"));
  EXPECT_THAT(html, HasSubstr("Found on must be 1829 or more"));
  EXPECT_THAT(html, HasSubstr("Source is required")) << "the first of what it is made of";
  EXPECT_THAT(html, HasSubstr(R"(value="area-for-improvement" checked)"));
  EXPECT_THAT(html, HasSubstr("The milder kind. Needs no recommendation.")) << "in the contract's words";
  EXPECT_THAT(html, HasSubstr(R"(<option value="themes/a">Theme A</option>)"));
  EXPECT_THAT(html, Not(HasSubstr("{{")));
  std::vector<std::string> targets;
  for (const auto& error : view.fields().at("errors").list_value().values()) {
    const auto& target = error.struct_value().fields().at("target");
    targets.push_back(target.string_value());
  }
  EXPECT_THAT(targets, ElementsAre("concern-title", "concern-found-date", "concern-source-kind", ""));
  for (const std::string& target : targets) {
    if (!target.empty()) EXPECT_THAT(html, HasSubstr(" id=\"" + target + "\"")) << "there is something to go to";
  }
}

TEST(FormView, ALabelSaysWhatIsOptional) {
  View view;
  AddFields(FormOf("AssessHandling", "forces/kent/concerns/1"), {}, {}, {}, "", view);
  const std::string html = Html(view);
  EXPECT_THAT(html, AllOf(HasSubstr(">Handling<"), HasSubstr(">Rationale<"), HasSubstr(">Assessed on (optional)<"),
                          HasSubstr("The day, and the month, may be left empty.")));
  View exact;
  AddFields(FormOf("IssueConcern", "forces/kent/concerns/1"), {}, {}, {}, "", exact);
  EXPECT_THAT(Html(exact), Not(HasSubstr("may be left empty")));
}

TEST(FormView, AListHasWhatWasWrittenAndOneMoreWhenAskedFor) {
  const Form& form = FormOf("CreateProposal", "forces/kent");
  const auto reasons = [&form](const Parameters& typed, const std::string& more) {
    View view;
    AddFields(form, typed, {{Choices::kEpisodeReasons, {{"r1", "the calls", ""}}}}, {}, more, view);
    int count = 0;
    const std::string html = Html(view);
    for (size_t at = html.find(">Reason "); at != std::string::npos; at = html.find(">Reason ", at + 1)) ++count;
    EXPECT_THAT(html, HasSubstr(R"(name="proposal.reason_outcomes[0].reason" value="r1")")) << "one for each there is";
    return count - 1;  // The heading of the outcome.
  };
  EXPECT_EQ(reasons({}, ""), 1);
  EXPECT_EQ(reasons({{"proposal.reasons[2].text", "x"}}, ""), 3);
  EXPECT_EQ(reasons({{"proposal.reasons[2].text", "x"}}, "proposal.reasons"), 4);
  EXPECT_EQ(reasons({{"proposal.reasons[999999].text", "x"}}, "proposal.reasons"), 50) << "bounded";
}

// ---- The token ----

TEST(FormToken, IsForOneViewerInOneBrowser) {
  const auto tokens = FormTokens::WithRandomKey(), others = FormTokens::WithRandomKey();
  ASSERT_TRUE(tokens.ok() && others.ok());
  const std::string token = tokens->Make("principals/a", "browser");
  EXPECT_TRUE(tokens->IsGood(token, "principals/a", "browser"));
  EXPECT_FALSE(tokens->IsGood(token, "principals/b", "browser"));
  EXPECT_FALSE(tokens->IsGood(token, "principals/a", "another"));
  EXPECT_FALSE(others->IsGood(token, "principals/a", "browser"));
  EXPECT_FALSE(tokens->IsGood("", "principals/a", "browser"));
  EXPECT_FALSE(tokens->IsGood(token.substr(1), "principals/a", "browser"));
  EXPECT_FALSE(tokens->IsGood(tokens->Make("principals/a", ""), "principals/a", "")) << "without a cookie none is good";
}

TEST(FormToken, WithAKeyFromAFileIsGoodInEveryProcess) {
  const std::string path = ::testing::TempDir() + "/form-key";
  std::ofstream(path) << std::string(32, 'k') << "\n";
  const auto one = FormTokens::FromFile(path), two = FormTokens::FromFile(path);
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_TRUE(two->IsGood(one->Make("a", "b"), "a", "b"));
  std::ofstream(path) << std::string(32, 'n') << "\n" << std::string(32, 'k') << "\n";
  const auto renewed = FormTokens::FromFile(path);
  ASSERT_TRUE(renewed.ok());
  EXPECT_TRUE(renewed->IsGood(one->Make("a", "b"), "a", "b")) << "the key before it";
  EXPECT_FALSE(one->IsGood(renewed->Make("a", "b"), "a", "b")) << "the first signs";
  std::ofstream(path) << "\n";
  EXPECT_FALSE(FormTokens::FromFile(path).ok());
  std::ofstream(path) << "too short\n";
  EXPECT_THAT(std::string(FormTokens::FromFile(path).status().message()), HasSubstr("at least 32"));
  EXPECT_FALSE(FormTokens::FromFile(path + "-is-not-there").ok());
}

TEST(FormToken, TheCookieIsOneThatWeMake) {
  const auto with = [](const std::string& cookie) { return HttpRequest{"GET", "/", {{"cookie", cookie}}, ""}; };
  const auto value = NewRandomValue();
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(BrowserOf(with("a=b; __Host-oversight-form=" + *value)), *value);
  for (const char* bad : {"", "__Host-oversight-form=", "__Host-oversight-form=short",
                          "__Host-oversight-form=zz000000000000000000000000000000"}) {
    EXPECT_EQ(BrowserOf(with(bad)), "") << bad;
  }
}

TEST(SameSite, IsToldByTheBrowser) {
  const auto from = [](std::multimap<std::string, std::string> headers) {
    headers.emplace("host", "here.example");
    return FromElsewhere({"POST", "/", std::move(headers), ""});
  };
  EXPECT_FALSE(from({}));
  EXPECT_FALSE(from({{"sec-fetch-site", "same-origin"}, {"origin", "http://here.example"}}));
  EXPECT_FALSE(from({{"origin", "https://here.example"}}));
  EXPECT_TRUE(from({{"sec-fetch-site", "same-site"}}));
  EXPECT_TRUE(from({{"sec-fetch-site", "cross-site"}}));
  EXPECT_TRUE(from({{"origin", "https://elsewhere.example"}}));
  EXPECT_TRUE(from({{"origin", "null"}}));
}

// ---- What changed meanwhile ----

TEST(Conflict, TellsWhoDidWhatSinceAndWhichFieldsDiffer) {
  concerns::Concern before, now;
  before.set_title("Old");
  before.set_etag("a");
  before.set_revision(3);
  before.set_state(concerns::CONCERN_STATE_DRAFT);
  now = before;
  now.set_title("New");
  now.set_etag("b");
  now.set_revision(5);
  now.set_state(concerns::CONCERN_STATE_ISSUED);
  std::vector<common::v1::ChangeInfo> changes(3);
  for (int i = 0; i < 3; ++i) {
    changes[i].set_revision(5 - i);
    changes[i].set_actor("principals/hm-inspector");
    changes[i].set_verb("UpdateConcern");
  }
  View view;
  SetConflict(&before, now, 3, changes, view);
  const auto& conflict = view.fields().at("conflict").struct_value().fields();
  EXPECT_THAT(conflict.at("acts").list_value().values(), SizeIs(2)) << "those after what was read";
  const auto act = conflict.at("acts").list_value().values(0).struct_value().fields();
  EXPECT_EQ(act.at("verbWords").string_value(), "update concern");
  EXPECT_EQ(act.at("actorId").string_value(), "hm inspector");
  std::vector<std::string> rows;
  for (const auto& row : conflict.at("changed").list_value().values()) {
    const auto& fields = row.struct_value().fields();
    rows.push_back(fields.at("field").string_value() + ": " + fields.at("before").string_value() + " -> " +
                   fields.at("after").string_value());
  }
  EXPECT_THAT(rows, ElementsAre("State: draft -> issued", "Title: Old -> New"));
}

// ---- What may be done next ----

TEST(NextActs, AreLinksToFormsAndReasonsWhyNot) {
  const std::string name = "forces/kent/concerns/1";
  concerns::ListAllowedActionsResponse response;
  const auto add = [&response](const char* verb, const char* reason, const char* message) {
    auto& action = *response.add_actions();
    action.set_verb(verb);
    action.set_allowed(*reason == '\0');
    action.set_reason(reason);
    action.set_message(message);
  };
  add("IssueConcern", "", "");
  add("DischargeConcern", "WRONG_STATE", "It is a draft.");
  add("WithdrawConcern", "ROLE_NOT_ALLOWED", "Not for you.");
  add("CreateResponse", "", "");  // There is no form for it.
  View view;
  AddNextActs(AskConcernActions(name), response.SerializeAsString(), name, view);
  const auto html = RenderHtml(Templates().at("_next_acts"), view, Partials());
  ASSERT_TRUE(html.ok());
  EXPECT_THAT(*html, HasSubstr(R"(href="/forces/kent/concerns/1/issue-concern">Issue the concern</a>)"));
  EXPECT_THAT(*html, HasSubstr("<strong>Discharge the concern</strong>: It is a draft."));
  EXPECT_THAT(*html, HasSubstr("<strong>Withdraw the concern</strong>: Not for you."));
  EXPECT_THAT(*html, Not(HasSubstr("esponse")));
  View nothing;
  AddNextActs(AskConcernActions(name), absl::UnavailableError("away"), name, nothing);
  EXPECT_EQ(nothing.fields().count("hasNextActs"), 0u);
}

TEST(Resources, HavePagesAndWords) {
  EXPECT_EQ(PageOf("forces/kent/concerns/1"), "/forces/kent/concerns/1");
  EXPECT_EQ(PageOf("forces/kent/concerns/1/recommendations/2/progressNotes/3"),
            "/forces/kent/concerns/1/recommendations/2");
  EXPECT_EQ(PageOf("forces/kent/proposals/1"), "/forces/kent/proposals/1");
  EXPECT_EQ(PageOf("forces/kent/decisions/1"), "/forces/kent/decisions/1");
  EXPECT_EQ(PageOf("forces/kent"), "/forces/kent");
  EXPECT_EQ(CalledBy(std::string("forces/kent/proposals/1")), "Proposal 1");
  for (const Form& form : Forms()) {
    const std::string name = absl::StrReplaceAll(form.resource, {{"*", "1"}});
    const Question question = AskResource(name, 7);
    ASSERT_NE(question.method, nullptr) << name;
    // What the page of a conflict needs: how it was.
    const auto request = NewMessage(*question.method->input_type());
    ASSERT_TRUE(request->ParseFromString(question.request));
    EXPECT_THAT(request->ShortDebugString(), AllOf(HasSubstr(name), HasSubstr("revision: 7")));
    EXPECT_NE(AskActions(form, name).method, nullptr);
  }
}

}  // namespace
}  // namespace oversight::gateway::web
