#include "gateway/web/forms/form_page.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "gateway/http/connect.h"
#include "gateway/http/json_codec.h"
#include "gateway/sign_in/cookies.h"
#include "gateway/web/forms/choices.h"
#include "gateway/web/forms/conflict.h"
#include "gateway/web/forms/form.h"
#include "gateway/web/forms/form_token.h"
#include "gateway/web/forms/form_values.h"
#include "gateway/web/forms/form_view.h"
#include "gateway/web/forms/resources.h"
#include "google/protobuf/message.h"

namespace oversight::gateway::web {
namespace {

using google::protobuf::Message;

// The page's own fields; the others are named by their paths in the request.
constexpr char kTokenField[] = "_token";
constexpr char kRevisionField[] = "_revision";  // Of the resource that the form was made from.
constexpr char kMoreField[] = "_more";          // The list that one more element is wanted of.
constexpr char kRequestIdField[] = "request_id";

// A form on its way, from the request to the page or the redirection.
struct Sending {
  const Form* form = nullptr;
  std::string resource;  // "forces/kent/concerns/1"
  Parameters typed;
  bool posted = false;
  absl::Status error;  // Why it was not taken.
  std::string more;
};

void Put(Parameters& parameters, const std::string& name, const std::string& value) {
  for (auto& [key, old] : parameters) {
    if (key != name) continue;
    old = value;
    return;
  }
  parameters.emplace_back(name, value);
}

std::string ViewerOf(const VisitPtr& visit) {
  const auto viewer = visit->callers().Of(visit->request());
  return viewer == nullptr ? "" : viewer->name();
}

// The page of a form that cannot be taken as it came, whatever is in it.
void Refuse(const VisitPtr& visit, const char* title, const std::string& why, const std::string& remedy, int status) {
  View view;
  Set(view, "what", title);
  Set(view, "why", why);
  Set(view, "remedy", remedy);
  Set(view, "denied", false);
  visit->Show("error", title, std::move(view), status);
}

// Whether the form comes from our own page; ends the visit when not.
bool ComesFromHere(const VisitPtr& visit) {
  constexpr char kRemedy[] =
      "Go back: your browser keeps what you wrote. Copy it, open the form again, and send it from there. Nothing was "
      "recorded.";
  const HttpRequest& request = visit->request();
  if (request.header("content-type") != "application/x-www-form-urlencoded") {
    Refuse(visit, "The form cannot be read", "It must come as application/x-www-form-urlencoded.",
           "Send it by the page of the form. Programs use the RPC.", 415);
    return false;
  }
  if (request.body.size() > kMaxFormBytes) {
    Refuse(visit, "The form is too long", absl::StrCat("It is larger than ", kMaxFormBytes, " bytes."),
           "Shorten the texts, and send it again. Nothing was recorded.", 413);
    return false;
  }
  if (FromElsewhere(request)) {
    Refuse(visit, "The form was not taken", "It was sent from another site.", kRemedy, 403);
    return false;
  }
  const std::string token = ValueOf(ParseQuery(request.body), kTokenField);
  if (visit->tokens().IsGood(token, ViewerOf(visit), BrowserOf(request))) return true;
  Refuse(visit, "The form was not taken",
         "It was made for somebody else or in another browser, or this site has started anew since.", kRemedy, 403);
  return false;
}

// What is to be said of a refusal as a whole, besides what is wrong with each field.
std::string WordsOf(const absl::Status& error) {
  if (ReasonOf(error) == "REQUEST_ID_REUSED") {
    return "This form was sent before, and what it said then was recorded. Look at the record first, and send the form "
           "again only if you mean to do it a second time.";
  }
  if (error.code() == absl::StatusCode::kUnavailable || error.code() == absl::StatusCode::kDeadlineExceeded) {
    return absl::StrCat(InPageWords(std::string(error.message())),
                        " It is not known whether this was recorded. Send the form again in a minute, as it is: it is "
                        "not done twice.");
  }
  return InPageWords(std::string(error.message()));
}

FieldErrors ErrorsOf(const absl::Status& error) {
  FieldErrors errors = ViolationsOf(error);
  for (const auto& [subject, description] : PreconditionsOf(error))
    errors.emplace_back(subject, InPageWords(description));
  return errors;
}

// What was asked for the page of a form, by place in the round.
struct Round {
  std::vector<Question> questions;
  std::vector<Choices> choices;
  size_t first_choice = 0;
  std::optional<size_t> before, changes;
};

Round QuestionsFor(const Sending& sending, const std::string& force) {
  Round round;
  round.questions = {AskResource(sending.resource), AskActions(*sending.form, sending.resource)};
  round.first_choice = round.questions.size();
  round.choices = ChoicesOf(*sending.form);
  for (const Choices choices : round.choices) round.questions.push_back(QuestionFor(choices, force));
  int64_t revision = 0;
  if (ReasonOf(sending.error) == "ETAG_MISMATCH" &&
      absl::SimpleAtoi(ValueOf(sending.typed, kRevisionField), &revision) && revision > 0) {
    round.before = round.questions.size();
    round.questions.push_back(AskResource(sending.resource, revision));
    if (auto changes = AskChanges(sending.resource)) {
      round.changes = round.questions.size();
      round.questions.push_back(*std::move(changes));
    }
  }
  return round;
}

void AddConflict(const Round& round, const std::vector<Reply>& replies, const Sending& sending, const Message& now,
                 View& view) {
  int64_t revision = 0;
  if (!round.before || !absl::SimpleAtoi(ValueOf(sending.typed, kRevisionField), &revision)) return;
  const auto before = ResourceIn(round.questions[*round.before], replies[*round.before]);
  std::vector<common::v1::ChangeInfo> changes;
  if (round.changes) {
    const auto known = ChangesIn(round.questions[*round.changes], replies[*round.changes]);
    if (known.ok()) changes = *known;
  }
  SetConflict(before.ok() ? before->get() : nullptr, now, revision, changes, view);
}

// What the form starts from: the resource as an Update has it, then what the address says.
void Prefill(const Form& form, const Message& resource, Parameters& typed) {
  if (*form.changed == '\0') return;
  const auto request = NewMessage(*form.request);
  const auto* field = form.request->FindFieldByName(form.changed);
  request->GetReflection()->MutableMessage(request.get(), field)->CopyFrom(resource);
  for (const auto& [name, value] : ValuesOf(form, *request)) {
    if (ValueOf(typed, name).empty()) typed.emplace_back(name, value);
  }
}

// Why the service would refuse it now, as far as it says so beforehand.
std::string RefusalOf(const Form& form, const std::vector<common::v1::AllowedAction>& actions) {
  for (const auto& action : actions) {
    if (action.verb() == form.method().name() && !action.allowed()) return InPageWords(action.message());
  }
  return "";
}

void AddHidden(View& view, const std::string& name, const std::string& value) {
  View field;
  Set(field, "hiddenName", name);
  Set(field, "hiddenValue", value);
  Add(view, "hidden", std::move(field));
}

void Render(const VisitPtr& visit, const Round& round, const std::vector<Reply>& replies, Sending sending) {
  const Form& form = *sending.form;
  const auto resource = ResourceIn(round.questions[0], replies[0]);
  const auto actions = ActionsIn(round.questions[1], replies[1]);
  if (!sending.posted) {
    // What was written must not go because something cannot be read now; before, there is nothing to lose.
    if (!resource.ok()) return visit->Fail(resource.status());
    if (actions.status().code() == absl::StatusCode::kPermissionDenied) return visit->Fail(actions.status());
  }
  ChoiceLists choices;
  for (size_t i = 0; i < round.choices.size(); ++i) {
    auto list = ChoicesFrom(round.choices[i], replies[round.first_choice + i]);
    if (!list.ok() && !sending.posted) return visit->Fail(list.status());
    if (list.ok()) choices[round.choices[i]] = *std::move(list);
  }
  const bool conflict = ReasonOf(sending.error) == "ETAG_MISMATCH";
  View view;
  Set(view, "conflict", false);
  if (resource.ok()) {
    if (!sending.posted) Prefill(form, **resource, sending.typed);
    if (conflict) AddConflict(round, replies, sending, **resource, view);
    // Sent again after a conflict, the form is about what there is now, and its sender knows.
    if (!sending.posted || conflict) {
      if (*form.etag != '\0') Put(sending.typed, form.etag, TextOf(**resource, "etag"));
      Put(sending.typed, kRevisionField, absl::StrCat(NumberOf(**resource, "revision")));
    }
  }
  std::string request_id = ValueOf(sending.typed, kRequestIdField), browser = BrowserOf(visit->request());
  const bool new_id = request_id.empty() || ReasonOf(sending.error) == "REQUEST_ID_REUSED";
  const auto random = NewRandomValue(), another = NewRandomValue();
  if (!random.ok() || !another.ok()) return visit->Fail(absl::InternalError("The machine gives no random bytes."));
  if (new_id) request_id = absl::StrCat("form-", *random);
  if (browser.empty()) {
    browser = *another;
    visit->AddHeader("set-cookie", SetCookie(kFormCookie, browser, kFormLasts));
  }
  AddHidden(view, kTokenField, visit->tokens().Make(ViewerOf(visit), browser));
  AddHidden(view, kRequestIdField, request_id);
  AddHidden(view, kRevisionField, ValueOf(sending.typed, kRevisionField));
  if (*form.etag != '\0') AddHidden(view, form.etag, ValueOf(sending.typed, form.etag));

  (*view.mutable_fields())["errors"].mutable_list_value();
  (*view.mutable_fields())["parts"].mutable_list_value();
  AddFields(form, sending.typed, choices, ErrorsOf(sending.error), sending.more, view);
  std::string refusal = actions.ok() ? RefusalOf(form, *actions) : "";
  if (!sending.error.ok() && !conflict && ViolationsOf(sending.error).empty()) refusal = WordsOf(sending.error);
  Set(view, "heading", form.title);
  Set(view, "about", resource.ok() ? CalledBy(**resource) : CalledBy(sending.resource));
  Set(view, "explanation", CommentOn(form.method()));
  Set(view, "button", conflict ? "Send it all the same" : form.button);
  Set(view, "refusal", refusal);
  Set(view, "failed", !sending.error.ok());
  Set(view, "isConflict", conflict);
  Set(view, "message",
      sending.error.ok() || conflict || !ViolationsOf(sending.error).empty() ? "" : WordsOf(sending.error));
  Set(view, "action", "/" + sending.resource + "/" + form.verb());
  Set(view, "resourcePath", PageOf(sending.resource));
  const int status = sending.error.ok() ? 200 : connect::HttpStatus(sending.error.code());
  visit->Show("form", absl::StrCat(sending.error.ok() ? "" : "Error: ", form.title), std::move(view), status);
}

void ShowPage(const VisitPtr& visit, Sending sending) {
  Round round = QuestionsFor(sending, visit->Name(2));
  const std::vector<Question> questions = round.questions;
  visit->Ask(questions, [visit, round = std::move(round), sending = std::move(sending)](
                            const std::vector<Reply>& replies) { Render(visit, round, replies, sending); });
}

void Send(const VisitPtr& visit, Sending sending) {
  const std::shared_ptr<Message> request = NewMessage(*sending.form->request);
  sending.error = FillRequest(*sending.form, sending.resource, sending.typed, request.get());
  if (!sending.error.ok()) return ShowPage(visit, std::move(sending));
  const Question question{&sending.form->method(), request->SerializeAsString()};
  visit->Ask({question}, [visit, question, sending = std::move(sending)](const std::vector<Reply>& replies) mutable {
    sending.error = replies[0].status();
    // Who is not known cannot be helped by the form.
    if (sending.error.code() == absl::StatusCode::kUnauthenticated) return visit->Fail(sending.error);
    if (!sending.error.ok()) return ShowPage(visit, std::move(sending));
    const auto changed = ResourceIn(question, replies[0]);
    HttpAnswer answer;
    answer.status = 303;
    answer.headers.emplace_back("location", PageOf(changed.ok() ? TextOf(**changed, "name") : sending.resource));
    answer.headers.emplace_back("cache-control", "no-store");
    visit->End(std::move(answer));
  });
}

}  // namespace

void ShowForm(const VisitPtr& visit) {
  Sending sending;
  sending.form = FindForm(visit->segments());
  if (sending.form == nullptr) return visit->NotFound();
  sending.resource = visit->Name(visit->segments().size() - 1);
  if (visit->request().method != "POST") {
    sending.typed = visit->query();
    // An address may fill in what people are to look at, and nothing that they do not see.
    for (const char* own : {kTokenField, kRevisionField, kRequestIdField}) Put(sending.typed, own, "");
    return ShowPage(visit, std::move(sending));
  }
  if (!ComesFromHere(visit)) return;
  sending.posted = true;
  sending.typed = ParseQuery(visit->request().body);
  sending.more = ValueOf(sending.typed, kMoreField);
  if (!sending.more.empty()) return ShowPage(visit, std::move(sending));
  Send(visit, std::move(sending));
}

}  // namespace oversight::gateway::web
