#include "tests/e2e/embargo/surfaces.h"

#include <algorithm>
#include <cstdint>
#include <future>
#include <optional>
#include <regex>
#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/rpc/channel.h"
#include "common/rpc/status_mapping.h"
#include "gateway/cli/contract.h"
#include "gateway/forward/backend_call.h"
#include "gateway/forward/routes.h"
#include "gateway/web/forms/form.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/json_util.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "tests/auth/matrix/rest_targets.h"
#include "tests/auth/matrix/sample_request.h"
#include "tests/support/awaited.h"
#include "tests/support/http_client.h"

namespace oversight::testing {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using google::protobuf::Reflection;
using google::protobuf::Struct;
using google::protobuf::util::JsonStringToMessage;

// More pages of one than any list of the test has.
constexpr int kMostPages = 300;

gateway::Route RouteTo(const MethodDescriptor& method, const std::shared_ptr<grpc::GenericStub>& stub) {
  gateway::Route route;
  route.path = absl::StrCat("/", method.service()->full_name(), "/", method.name());
  route.owner = "?";
  route.stub = stub;
  return route;
}

gateway::BackendCallOptions OptionsFor(const Caller& caller) {
  gateway::BackendCallOptions options;
  options.deadline = absl::Now() + absl::Seconds(30);
  if (!caller.authorization.empty()) options.headers.emplace_back("authorization", caller.authorization);
  return options;
}

// All of a refusal: code, words and details.
std::string Refusal(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  // They come in no order of their own.
  std::sort(details.mutable_details()->begin(), details.mutable_details()->end(),
            [](const auto& a, const auto& b) { return a.type_url() < b.type_url(); });
  google::protobuf::TextFormat::Printer printer;
  printer.SetExpandAny(true);
  std::string text;
  printer.PrintToString(details, &text);
  return absl::StrCat("refused ", status.error_code(), ": ", status.error_message(), "\n", text);
}
bool IsDenied(const std::string& answer) {
  return absl::StartsWith(answer, absl::StrCat("refused ", grpc::StatusCode::PERMISSION_DENIED)) ||
         absl::StartsWith(answer, absl::StrCat("refused ", grpc::StatusCode::UNAUTHENTICATED));
}

void Clear(Message& message, const char* name) {
  if (const auto* field = message.GetDescriptor()->FindFieldByName(name)) {
    message.GetReflection()->ClearField(&message, field);
  }
}

int64_t RevisionOf(const Message& section) {
  return section.GetReflection()->GetInt64(section, section.GetDescriptor()->FindFieldByName("revision"));
}
std::string TextOf(const Message& message, const char* name) {
  return message.GetReflection()->GetString(message, message.GetDescriptor()->FindFieldByName(name));
}

// What is derived from a service's record has its revision, or lags behind. How far behind changes by itself; that it
// does would tell of something.
void SteadySections(Message& dashboard, const FieldDescriptor& field) {
  const Reflection& reflection = *dashboard.GetReflection();
  std::map<std::string, int64_t> revisions;  // By service.
  for (int i = 0; i < reflection.FieldSize(dashboard, &field); ++i) {
    Message& section = *reflection.MutableRepeatedMessage(&dashboard, &field, i);
    const int64_t revision = RevisionOf(section);
    const std::string service = TextOf(section, "service");
    const bool whole = TextOf(section, "part").empty();
    if (whole) revisions[service] = revision;
    Clear(section, "age");
    section.GetReflection()->SetInt64(&section, section.GetDescriptor()->FindFieldByName("revision"),
                                      !whole && revision != revisions[service] ? -1 : 0);
  }
}

void SteadyFields(Message& message) {
  const Descriptor& type = *message.GetDescriptor();
  const Reflection& reflection = *message.GetReflection();
  if (type.name() == "ResponseHeader" || type.name() == "WatchCreated" || type.name() == "WatchBookmark") {
    for (const char* name : {"revision", "consistency_token", "recorded_time", "time"}) Clear(message, name);
    return;
  }
  // Of a message of a watch.
  if (type.FindFieldByName("events") != nullptr && type.FindFieldByName("consistency_token") != nullptr) {
    for (const char* name : {"revision", "consistency_token", "recorded_time"}) Clear(message, name);
  }
  if (const auto* field = type.FindFieldByName("next_page_token")) {
    reflection.SetString(&message, field, SteadyToken(reflection.GetString(message, field)));
  }
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->message_type() == nullptr || field->is_map()) continue;
    if (field->message_type()->name() == "SectionStatus") {
      SteadySections(message, *field);
    } else if (!field->is_repeated()) {
      SteadyFields(*reflection.MutableMessage(&message, field));
    } else {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        SteadyFields(*reflection.MutableRepeatedMessage(&message, field, i));
      }
    }
  }
}

// The same for what comes as text by HTTP.
std::string SteadyText(std::string text) {
  static const std::regex header(R"("header":\{[^{}]*\},?)"), token(R"-("nextPageToken":"([^"]*)")-"),
      section(R"-("revision":"[0-9]+","age":"[^"]*"|"age":"[^"]*")-"),
      stands(R"-(("state":"SECTION_STATE_[A-Z]+"),"revision":"[0-9]+")-"),
      // Another for each browser and each time that a form is opened.
      once(R"-(__Host-oversight-form=[0-9a-f]+|<input[^>]*type="hidden"[^>]*>)-"),
      step(R"(revision [0-9]+, in step with its owner [^<]*)"),
      minute(R"((Read|stood) at [0-9]{2}:[0-9]{2} on [0-9]+ [A-Za-z]+ [0-9]{4})");
  text = std::regex_replace(text, header, "");
  text = std::regex_replace(text, section, "");
  text = std::regex_replace(text, stands, "$1");
  text = std::regex_replace(text, once, "");
  text = std::regex_replace(text, step, "");
  text = std::regex_replace(text, minute, "$1");
  std::smatch found;
  if (std::regex_search(text, found, token)) text.replace(found.position(1), found.length(1), SteadyToken(found[1]));
  return text;
}

void SetDay(Message& date, int year) {
  for (const auto& [name, value] : {std::pair("year", year), std::pair("month", 12), std::pair("day", 1)}) {
    date.GetReflection()->SetInt32(&date, date.GetDescriptor()->FindFieldByName(name), value);
  }
}
void SetMoment(Message& timestamp, absl::Time time) {
  timestamp.GetReflection()->SetInt64(&timestamp, timestamp.GetDescriptor()->FindFieldByName("seconds"),
                                      absl::ToUnixSeconds(time));
}
Message& Sub(Message& message, const char* name) {
  return *message.GetReflection()->MutableMessage(&message, message.GetDescriptor()->FindFieldByName(name));
}

bool IsText(const FieldDescriptor& field) {
  return !field.is_repeated() && field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
}

// A request in all the ways in which it can be asked, by what is different.
using Variants = std::vector<std::pair<std::string, std::unique_ptr<Message>>>;

Variants VariantsOf(const MethodDescriptor& method, const std::string& force, absl::Time then) {
  const Descriptor& type = *method.input_type();
  Variants variants;
  const auto again = [&](const std::string& what, const auto& change) {
    auto request = SampleRequest(method, force, "1");
    change(*request);
    variants.emplace_back(what, std::move(request));
  };
  again("1", [](Message&) {});
  for (const char* number : {"2", "3"}) {
    auto other = SampleRequest(method, force, number);
    if (other->SerializeAsString() != variants[0].second->SerializeAsString()) {
      variants.emplace_back(number, std::move(other));
    }
  }
  const FieldDescriptor* parent = type.FindFieldByName("parent");
  if (parent != nullptr && absl::StartsWith(cli::RulesOf(*parent).resource(), "forces/{force}") &&
      cli::RulesOf(*parent).resource().find('/', 7) == std::string::npos) {
    again("of any force", [&](Message& request) { request.GetReflection()->SetString(&request, parent, "forces/-"); });
  }
  if (const auto* read = type.FindFieldByName("read"); read != nullptr && read->message_type() != nullptr) {
    again("as of then",
          [&](Message& request) { SetMoment(Sub(Sub(Sub(request, "read"), "as_of"), "recorded_time"), then); });
    again("as of revision 1", [&](Message& request) {
      Message& as_of = Sub(Sub(request, "read"), "as_of");
      as_of.GetReflection()->SetInt64(&as_of, as_of.GetDescriptor()->FindFieldByName("revision"), 1);
    });
  }
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const auto rules = cli::RulesOf(field);
    if (field.is_repeated() || field.name() == "parent" || field.name() == "name") continue;
    if (field.message_type() != nullptr && field.message_type()->name() == "PartialDate") {
      for (const int year : {2023, 2024}) {
        again(absl::StrCat(field.name(), " ", year),
              [&](Message& request) { SetDay(Sub(request, field.name().c_str()), year); });
      }
    } else if (field.name() == "as_of_time") {
      again("as of then", [&](Message& request) { SetMoment(Sub(request, "as_of_time"), then); });
    } else if (field.enum_type() != nullptr) {
      for (int v = 1; v < field.enum_type()->value_count(); ++v) {
        const auto* value = field.enum_type()->value(v);
        again(absl::StrCat(field.name(), " ", value->name()),
              [&](Message& request) { request.GetReflection()->SetEnum(&request, &field, value); });
      }
    } else if (IsText(field) && field.name() == "stage") {
      for (const char* stage : {"scan", "engage"}) {
        again(absl::StrCat("in ", stage),
              [&](Message& request) { request.GetReflection()->SetString(&request, &field, stage); });
      }
    } else if (IsText(field) && field.name() == "query") {
      for (const char* word : {"engage", "custody", "embargoed"}) {
        again(word, [&](Message& request) { request.GetReflection()->SetString(&request, &field, word); });
      }
    } else if (IsText(field) && !rules.resource().empty() && !rules.required() && field.name() != "force") {
      // By the first and the second decision, episode, concern and so on.
      for (const char* number : {"1", "2"}) {
        std::string name = rules.resource().substr(0, rules.resource().find('|'));
        name = std::regex_replace(name, std::regex(R"(\{force\})"), force);
        name = std::regex_replace(name, std::regex(R"(\{[^}]*\})"), number);
        again(absl::StrCat(field.name(), " ", number),
              [&](Message& request) { request.GetReflection()->SetString(&request, &field, name); });
      }
    }
  }
  return variants;
}

// Whether an etag out of date keeps the method from doing anything.
bool IsStoppedByEtag(const MethodDescriptor& method) {
  return method.input_type()->FindFieldByName("etag") != nullptr || absl::StartsWith(method.name(), "Update");
}

std::vector<const MethodDescriptor*> Methods() {
  std::vector<const MethodDescriptor*> methods;
  for (const auto* service : cli::Services()) {
    if (Surfaces::Residues().count(service->full_name()) > 0) continue;
    for (int i = 0; i < service->method_count(); ++i) methods.push_back(service->method(i));
  }
  return methods;
}

}  // namespace

std::string SteadyToken(const std::string& token) {
  std::string bytes;
  // version 1 | revision 8 | parameters 8 | after n | checksum 8: see common/rpc/tokens.h.
  if (!absl::WebSafeBase64Unescape(token, &bytes) || bytes.size() < 25) return token;
  return absl::StrCat("page token after '", absl::CEscape(bytes.substr(17, bytes.size() - 25)), "' of ", token.size());
}

std::string Steady(Message& response) {
  SteadyFields(response);
  std::string text;
  google::protobuf::TextFormat::PrintToString(response, &text);
  return text;
}

std::string SubjectOf(const std::string& entry) {
  const size_t from = absl::StartsWith(entry, "GET ") ? 4 : 0;
  return entry.substr(0, entry.find_first_of(" ?", from));
}

const std::map<std::string, std::string>& Surfaces::Residues() {
  static const auto* const residues = new std::map<std::string, std::string>{
      {"oversight.ledger.v1.LedgerService",
       "That a log grows, when, and by which hashes, is for everyone to see: whoever is to trust it must be able to "
       "check "
       "it. What is in it is for few, which the matrix test holds."},
  };
  return *residues;
}

Surfaces::Surfaces(const Suite& suite, std::string force, absl::Time then)
    : suite_(suite), force_(std::move(force)), then_(then) {
  for (const auto& [services, name] :
       std::vector<std::pair<std::string, std::string>>{{"oversight.forces.", "forces-service"},
                                                        {"oversight.concerns.", "concerns-service"},
                                                        {"oversight.monitoring.", "monitoring-service"},
                                                        {"oversight.gateway.", "gateway"}}) {
    stubs_[services] = std::make_shared<grpc::GenericStub>(rpc::MakeChannel({.target = suite_.address(name)}));
  }
}

const std::shared_ptr<grpc::GenericStub>& Surfaces::OwnerOf(const MethodDescriptor& method) const {
  for (const auto& [services, stub] : stubs_) {
    if (absl::StartsWith(method.full_name(), services)) return stub;
  }
  ADD_FAILURE() << method.full_name() << ": nobody is known to serve it.";
  return stubs_.begin()->second;
}

Seen Surfaces::SeenBy(const Caller& caller) const {
  Seen seen;
  AddReads(caller, seen);
  AddWatches(caller, seen);
  AddRefusals(caller, seen);
  AddHttp(caller, seen);
  return seen;
}

std::string Surfaces::Ask(const MethodDescriptor& method, const Message& request, const Caller& caller,
                          std::string* next_page) const {
  gateway::UnaryAnswer answer;
  // All callers ask at once here: who is told to come again does so.
  EXPECT_TRUE(Eventually([&] {
    std::promise<gateway::UnaryAnswer> ended;
    gateway::StartUnary(RouteTo(method, OwnerOf(method)), OptionsFor(caller),
                        gateway::ToByteBuffer(request.SerializeAsString()),
                        [&ended](gateway::UnaryAnswer answer) { ended.set_value(std::move(answer)); });
    answer = ended.get_future().get();
    return answer.status.error_code() != grpc::StatusCode::RESOURCE_EXHAUSTED;
  })) << method.full_name();
  if (next_page != nullptr) next_page->clear();
  if (!answer.status.ok()) return Refusal(answer.status);
  const auto response = cli::NewMessage(*method.output_type());
  EXPECT_TRUE(response->ParseFromString(gateway::ToString(answer.response))) << method.full_name();
  if (next_page != nullptr) *next_page = TextOf(*response, "next_page_token");
  return Steady(*response);
}

void Surfaces::AddReads(const Caller& caller, Seen& seen) const {
  for (const MethodDescriptor* method : Methods()) {
    if (Writes(*method) || method->server_streaming()) continue;
    Variants variants = VariantsOf(*method, force_, then_);
    for (const auto& [what, request] : variants) {
      const std::string& answer = seen[absl::StrCat(method->name(), " ", method->service()->name(), " ", what)] =
          Ask(*method, *request, caller);
      if (what != "1") continue;
      if (IsDenied(answer)) break;  // By role or scope, whatever is asked.
      const auto* size = method->input_type()->FindFieldByName("page_size");
      const auto* token = method->input_type()->FindFieldByName("page_token");
      if (size == nullptr || token == nullptr) continue;
      // One at a time: no page may be empty, and no token may stand for more than what is shown.
      std::string pages, next;
      int count = 0;
      do {
        request->GetReflection()->SetInt32(request.get(), size, 1);
        request->GetReflection()->SetString(request.get(), token, next);
        absl::StrAppend(&pages, "--- page ", ++count, "\n", Ask(*method, *request, caller, &next));
      } while (!next.empty() && count < kMostPages);
      seen[absl::StrCat(method->name(), " ", method->service()->name(), " page by page")] = std::move(pages);
    }
  }
}

void Surfaces::AddWatches(const Caller& caller, Seen& seen) const {
  for (const MethodDescriptor* method : Methods()) {
    if (!method->server_streaming()) continue;
    const auto request = SampleRequest(*method, force_);
    const auto stream = gateway::StartStream(RouteTo(*method, OwnerOf(*method)), OptionsFor(caller),
                                             gateway::ToByteBuffer(request->SerializeAsString()));
    std::string told;
    for (bool cancelled = false;;) {
      std::promise<std::pair<std::optional<std::string>, grpc::Status>> read;
      stream->Read([&read](std::optional<grpc::ByteBuffer> message, const grpc::Status& status) {
        read.set_value({message ? std::optional(gateway::ToString(*message)) : std::nullopt, status});
      });
      const auto [bytes, status] = read.get_future().get();
      if (!bytes.has_value()) {
        if (!cancelled) told = Refusal(status);
        break;
      }
      if (cancelled) continue;
      const auto response = cli::NewMessage(*method->output_type());
      EXPECT_TRUE(response->ParseFromString(*bytes)) << method->full_name();
      const std::string text = Steady(*response);
      told += text;
      // The state is whole: a dashboard's first message is.
      if (absl::StrContains(text, "initial_state_end: true") || absl::EndsWith(method->name(), "Dashboard")) {
        stream->Cancel();
        cancelled = true;
      }
    }
    seen[absl::StrCat(method->name(), " ", method->service()->name(), " from the initial state")] = std::move(told);
  }
}

// A refusal must not depend on what is hidden: not on whether there is a proposal 1 either.
void Surfaces::AddRefusals(const Caller& caller, Seen& seen) const {
  for (const MethodDescriptor* method : Methods()) {
    if (!Writes(*method) || (caller.writes && !IsStoppedByEtag(*method))) continue;
    for (const char* number : {"1", "2"}) {
      auto request = SampleRequest(*method, force_, number);
      Clear(*request, "request_id");
      seen[absl::StrCat(method->name(), " ", method->service()->name(), " ", number)] = Ask(*method, *request, caller);
    }
  }
}

std::string Surfaces::Get(const std::string& target, const Caller& caller) const {
  HttpHeaders headers;
  if (!caller.authorization.empty()) headers.emplace("authorization", caller.authorization);
  HttpAnswer answer;
  EXPECT_TRUE(Eventually([&] {
    answer = HttpCall(suite_.address("gateway", "http"), "GET", target, headers, "");
    return answer.status != 429;
  })) << target;
  std::string text = absl::StrCat(answer.status, "\n");
  for (const auto& [name, value] : answer.headers) {
    // The tag of an answer with a page token or with sections is of these, which have the log's revision.
    const bool of_token = name == "etag" && (absl::StrContains(answer.body, "\"nextPageToken\"") ||
                                             absl::StrContains(answer.body, "\"sections\""));
    if (name == "content-length" || name == "date" || name == "oversight-request-id" || of_token) continue;
    absl::StrAppend(&text, name, ": ", name == "set-cookie" ? SteadyText(value) : value, "\n");
  }
  if (Struct error; answer.status >= 400 && JsonStringToMessage(answer.body, &error).ok()) {
    auto& details = *(*(*error.mutable_fields())["error"].mutable_struct_value()->mutable_fields())["details"]
                         .mutable_list_value()
                         ->mutable_values();
    std::sort(details.begin(), details.end(),
              [](const auto& a, const auto& b) { return a.DebugString() < b.DebugString(); });
    return absl::StrCat(text, "\n", error.DebugString());
  }
  return absl::StrCat(text, "\n", SteadyText(answer.body));
}

void Surfaces::AddHttp(const Caller& caller, Seen& seen) const {
  std::set<std::string> targets;
  for (const char* number : {"1", "2"}) {
    for (const auto& [target, method] : RestTargets(force_, number)) {
      const bool fresh = targets.insert(target).second;
      if (!fresh) continue;
      const std::string path = "/v1/" + target;
      const std::string& answer = seen["GET " + path] = Get(path, caller);
      const std::string name = target.substr(0, target.find('?'));
      const std::string query = target.substr(name.size());
      if (std::string(number) != "1" || absl::StartsWith(answer, "403") || absl::StartsWith(answer, "401")) continue;
      for (const char* format : {".csv", ".jsonl", ".ics", ".atom"}) {
        // Of all forces too, where that is a list.
        const std::string any = absl::StrReplaceAll(name, {{"forces/" + force_ + "/", "forces/-/"}});
        for (const std::string& each : {name, any}) {
          const std::string exported = absl::StrCat("/v1/", each, format, query);
          if (targets.insert(exported).second) seen["GET " + exported] = Get(exported, caller);
        }
      }
    }
  }
  for (const std::string& page : Pages()) {
    for (const char* number : {"1", "2"}) {
      std::string path = page;
      if (const size_t star = path.rfind('*'); star != std::string::npos) path.replace(star, 1, number);
      if (targets.insert(path).second) seen["GET " + path] = Get(path, caller);
    }
  }
}

std::vector<std::string> Surfaces::Pages() const {
  const std::string force = "/forces/" + force_;
  const std::string then = absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", then_, absl::UTCTimeZone());
  std::vector<std::string> pages = {
      "/",
      "/?stage=engage",
      "/register",
      "/register?on-date=2023-12-01",
      "/register?on-date=2024-12-01",
      "/announcements",
      "/attention",
      "/reads",
      "/reads?force=" + force_,
      "/agenda",
      "/compare",
      "/viewer",
      "/search?q=engage",
      "/search?q=embargoed",
      force,
      force + "?on-date=2023-12-01",
      force + "?as-of=" + then,
      force + "/announcements",
      force + "/announcements/*",
      force + "/decisions/*",
      force + "/decisions/*?clock=published",
      force + "/agenda",
      force + "/next",
      force + "/concerns/*",
      force + "/concerns/1/recommendations/*",
      force + "/proposals/*",
      force + "/timeline",
      force + "/timeline?clock=published",
  };
  for (const auto& form : gateway::web::Forms()) {
    std::string path = absl::StrReplaceAll(absl::StrCat("/", form.resource), {{"/forces/*", force}});
    // Of what stands above the resource the first.
    for (size_t star = path.find('*'); star != path.rfind('*'); star = path.find('*')) path.replace(star, 1, "1");
    pages.push_back(absl::StrCat(path, "/", form.verb()));
  }
  return pages;
}

}  // namespace oversight::testing
