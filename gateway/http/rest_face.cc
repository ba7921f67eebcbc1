#include "gateway/http/rest_face.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/limits/cost.h"
#include "common/rpc/errors.h"
#include "common/text/sha256.h"
#include "gateway/export/atom.h"
#include "gateway/export/calendar.h"
#include "gateway/export/rows.h"
#include "gateway/http/calls.h"
#include "gateway/http/gzip.h"
#include "gateway/http/json_codec.h"
#include "gateway/http/list_body.h"
#include "gateway/http/openapi.h"
#include "gateway/http/query.h"
#include "gateway/http/rest_error.h"
#include "gateway/http/rest_query.h"
#include "google/protobuf/message.h"
#include "oversight/gateway/v1/gateway_service.pb.h"
#include "oversight/monitoring/v1/announcement.pb.h"

namespace oversight::gateway {
namespace {

using google::protobuf::Message;

constexpr std::string_view kRoot = "/v1/";

// Takes away what changes while nothing that is shown does: where the whole log stands, and how old a part is.
void ClearUnsteady(Message* message) {
  const auto& reflection = *message->GetReflection();
  const std::string& type = message->GetDescriptor()->full_name();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(*message, &fields);
  for (const auto* field : fields) {
    if (field->message_type() == nullptr) continue;
    if (field->message_type()->full_name() == "oversight.common.v1.ResponseHeader" ||
        (type == "oversight.gateway.v1.SectionStatus" && field->name() == "age")) {
      reflection.ClearField(message, field);
    } else if (field->is_repeated()) {
      if (field->is_map()) continue;
      for (int i = 0; i < reflection.FieldSize(*message, field); ++i) {
        ClearUnsteady(reflection.MutableRepeatedMessage(message, field, i));
      }
    } else {
      ClearUnsteady(reflection.MutableMessage(message, field));
    }
  }
}

std::string HashOf(const std::string& bytes) { return absl::BytesToHexString(Sha256(bytes)).substr(0, 32); }

// Weak: the same facts, not the same bytes.
std::string TagOf(const google::protobuf::Descriptor& type, const std::string& bytes) {
  const auto message = NewMessage(type);
  message->ParseFromString(bytes);
  ClearUnsteady(message.get());
  return absl::StrCat("W/\"", HashOf(message->SerializeAsString()), "\"");
}

bool Holds(std::string_view if_none_match, const std::string& tag) {
  for (absl::string_view item : absl::StrSplit(absl::string_view(if_none_match.data(), if_none_match.size()), ',')) {
    item = absl::StripAsciiWhitespace(item);
    if (item == "*" || item == tag || absl::StrCat("W/", item) == tag) return true;
  }
  return false;
}

// A whole answer with its tag, or word that the reader has it already.
HttpAnswer Tagged(const std::string& content_type, const std::string& tag, const std::string& if_none_match,
                  std::string body) {
  HttpAnswer answer;
  answer.headers.emplace_back("etag", tag);
  // To be kept by its reader alone, and asked about each time.
  answer.headers.emplace_back("cache-control", "private, no-cache");
  if (Holds(if_none_match, tag)) {
    answer.status = 304;
    return answer;
  }
  answer.headers.emplace_back("content-type", content_type);
  answer.headers.emplace_back("x-content-type-options", "nosniff");
  answer.body = std::move(body);
  return answer;
}

HttpAnswer AnswerOf(const google::protobuf::MethodDescriptor& method, const Reply& reply,
                    const std::string& if_none_match) {
  if (!reply.ok()) return RestErrorAnswer(reply.status());
  const std::string tag = TagOf(*method.output_type(), *reply);
  if (Holds(if_none_match, tag)) return Tagged("application/json", tag, if_none_match, "");
  auto json = BytesToJson(*method.output_type(), *reply);
  if (!json.ok()) return RestErrorAnswer(json.status());
  return Tagged("application/json", tag, if_none_match, *std::move(json));
}

// The service whose answers are made of the gateway's copies alone.
const google::protobuf::ServiceDescriptor* OwnService() {
  return v1::GetNationalDashboardRequest::descriptor()->file()->FindServiceByName("GatewayService");
}

// An answer made before, to one who may have it.
HttpAnswer Again(const HttpAnswer& answer, const std::string& if_none_match) {
  const auto tag = std::find_if(answer.headers.begin(), answer.headers.end(),
                                [](const auto& header) { return header.first == "etag"; });
  return tag == answer.headers.end() ? answer : Tagged("application/json", tag->second, if_none_match, answer.body);
}

// "forces/west-midlands:due" -> "west midlands, due".
std::string TitleOf(const std::string& path) {
  return absl::StrReplaceAll(
      path,
      {{"forces/-/", ""}, {"forces/-:", ""}, {"forces/", ""}, {"/-/", ", "}, {"/", ", "}, {":", ", "}, {"-", " "}});
}

// The writer of a list in a format; null when that list has no such format.
std::unique_ptr<RowWriter> WriterOf(const std::string& format, const google::protobuf::MethodDescriptor& method,
                                    const std::string& path) {
  const auto lists = ListsOf(*method.output_type());
  if (lists.empty()) return nullptr;
  if (format == "csv") return MakeCsvWriter(lists);
  if (format == "jsonl") return MakeJsonLinesWriter(lists);
  const auto* item = lists[0]->message_type();
  if (format == "ics" && HasEvents(*item)) return MakeCalendarWriter("Oversight: " + TitleOf(path));
  if (format == "atom" && item == monitoring::v1::Announcement::descriptor()) {
    const bool of_force = absl::StartsWith(path, "forces/") && !absl::StartsWith(path, "forces/-/");
    return MakeAtomWriter(absl::StrCat("/v1/", path, ".atom"), "Oversight: " + TitleOf(path),
                          of_force ? "/" + path : "/announcements");
  }
  return nullptr;
}

// Those that the answer of a method has a writer for.
std::vector<std::string> FormatsOf(const google::protobuf::MethodDescriptor& method) {
  std::vector<std::string> formats;
  for (const char* format : {"csv", "jsonl", "ics", "atom"}) {
    if (WriterOf(format, method, "") != nullptr) formats.emplace_back(format);
  }
  return formats;
}

// What a list is saved as: "forces-kent-concerns.csv".
std::string FileName(const std::string& path, const std::string& format) {
  std::string name = absl::StrReplaceAll(path, {{"forces/-/", ""}, {"/-/", "-"}, {"/", "-"}, {":", "-"}});
  for (char& c : name) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '-') c = '_';
  }
  return absl::StrCat(name, ".", format);
}

// Answers with a list in a format: as a stream, or whole where it must be known whole.
void AnswerList(const std::shared_ptr<ListBody>& list, const std::string& file_name, const std::string& if_none_match,
                bool gzip, std::function<void(HttpAnswer)> done) {
  if (list->writer().holds_all()) {
    return list->Gather([list, if_none_match, done = std::move(done)](const absl::StatusOr<std::string>& text) {
      if (!text.ok()) return done(RestErrorAnswer(text.status()));
      done(Tagged(list->writer().ContentType(), absl::StrCat("W/\"", HashOf(*text), "\""), if_none_match, *text));
    });
  }
  list->Start([list, file_name, gzip, done = std::move(done)](const absl::Status& status) {
    if (!status.ok()) return done(RestErrorAnswer(status));
    HttpAnswer answer;
    answer.headers.emplace_back("content-type", list->writer().ContentType());
    answer.headers.emplace_back("content-disposition", absl::StrCat("attachment; filename=\"", file_name, "\""));
    answer.headers.emplace_back("cache-control", "no-store");
    answer.headers.emplace_back("x-content-type-options", "nosniff");
    if (gzip) {
      answer.headers.emplace_back("content-encoding", "gzip");
      answer.stream = GzipBody(list);
    } else {
      answer.stream = list;
    }
    done(std::move(answer));
  });
}

// Asks for one who may get what another asks for as well.
void AnswerAll(AnswerMemory& memory, const std::shared_ptr<Calls>& calls, const Question& question,
               const std::string& key, const std::string& if_none_match, std::function<void(HttpAnswer)> done) {
  const auto* method = question.method;
  const auto making = memory.MakeOrWait(key, [=](const std::shared_ptr<const HttpAnswer>& answer) {
    if (answer != nullptr) return done(Again(*answer, if_none_match));
    // Whoever asked may have gone away, or was refused: that is nobody else's answer.
    calls->Ask({question},
               [=](const std::vector<Reply>& replies) { done(AnswerOf(*method, replies[0], if_none_match)); });
  });
  if (making == nullptr) return;
  calls->Ask({question}, [=](const std::vector<Reply>& replies) {
    if (!replies[0].ok()) {
      making->Finish(absl::Now(), nullptr);
      return done(AnswerOf(*method, replies[0], if_none_match));
    }
    const auto answer = std::make_shared<const HttpAnswer>(AnswerOf(*method, replies[0], ""));
    making->Finish(absl::Now(), answer);
    done(Again(*answer, if_none_match));
  });
}

}  // namespace

RestFace::RestFace(const Routes& routes, const Callers& callers, AnswerMemory& memory)
    : routes_(routes),
      callers_(callers),
      memory_(memory),
      paths_(routes),
      document_(OpenApiJson(paths_, callers.choices().empty() ? OpenApiCallers::kTokens : OpenApiCallers::kInsecure,
                            &FormatsOf)) {}

bool RestFace::Takes(const HttpRequest& request) const {
  const std::string_view path = request.path();
  return path == "/v1" || path.substr(0, kRoot.size()) == kRoot;
}

std::optional<RestMatch> RestFace::Find(std::string_view path, std::string* name, std::string* format) const {
  *name = path.size() > kRoot.size() ? path.substr(kRoot.size()) : std::string_view();
  auto match = paths_.Find(*name);
  if (const size_t dot = name->rfind('.'); !match.has_value() && dot != std::string::npos) {
    *format = name->substr(dot + 1);
    name->resize(dot);
    match = paths_.Find(*name);
  }
  return match;
}

double RestFace::Cost(const HttpRequest& request) const {
  std::string name, format;
  const auto match = Find(request.path(), &name, &format);
  if (!match.has_value()) return 1;
  // A whole list is read page after page.
  const bool pages = !format.empty() && match->path->method->input_type()->FindFieldByName("page_size") != nullptr;
  return limits::CostOf(*match->path->method) * (pages ? 10 : 1);
}

std::shared_ptr<Cancellable> RestFace::Answer(const HttpRequest& request, absl::Time deadline,
                                              std::function<void(HttpAnswer)> done) {
  BackendCallOptions options;
  options.headers = callers_.HeadersOf(request);
  options.deadline = deadline;
  auto calls = std::make_shared<Calls>(routes_, std::move(options));
  if (!request.reads()) {
    done(
        OnlyReadAnswer("Under /v1 things are read, by GET. Commands are RPCs: POST them to "
                       "/<package>.<Service>/<Method>."));
    return calls;
  }
  const std::string_view path = request.path();
  const std::string if_none_match(request.header("if-none-match"));
  const std::string key = AnswerMemory::KeyOf(request.target, callers_.HeadersOf(request));
  if (const auto kept = memory_.Find(key, absl::Now())) {
    done(Again(*kept, if_none_match));
    return calls;
  }
  if (path == "/v1/openapi.json") {
    done(Tagged("application/json", absl::StrCat("W/\"", HashOf(document_), "\""), if_none_match, document_));
    return calls;
  }
  std::string name, format;
  const auto match = Find(path, &name, &format);
  std::unique_ptr<RowWriter> writer;
  if (match.has_value() && !format.empty()) writer = WriterOf(format, *match->path->method, name);
  if (!match.has_value() || (!format.empty() && writer == nullptr)) {
    done(RestErrorAnswer(Error(absl::StatusCode::kNotFound, common::v1::ERROR_REASON_UNKNOWN_METHOD,
                               absl::StrCat("There is nothing at ", std::string(path),
                                            ". Paths are names of resources, such as /v1/forces/kent or "
                                            "/v1/forces/kent/concerns; lists are there as .csv and .jsonl too, such as "
                                            "/v1/forces/kent/concerns.csv. /v1/openapi.json tells of them all."))));
    return calls;
  }
  const auto* method = match->path->method;
  auto message = NewMessage(*method->input_type());
  if (absl::Status bad = SetParameters(QueryOf(request.target), message.get()); !bad.ok()) {
    done(RestErrorAnswer(bad));
    return calls;
  }
  if (match->path->subject != nullptr) {
    message->GetReflection()->SetString(message.get(), match->path->subject, match->name);
  }
  if (writer != nullptr) {
    const auto list =
        std::make_shared<ListBody>(routes_, callers_.HeadersOf(request), method, std::move(message), std::move(writer));
    AnswerList(list, FileName(name, format), if_none_match, AcceptsGzip(request.header("accept-encoding")),
               std::move(done));
    return list;
  }
  const Question question = {method, message->SerializeAsString()};
  // A request with parameters may ask for more than what is there.
  if (path == request.target && method->service() == OwnService()) {
    AnswerAll(memory_, calls, question, key, if_none_match, std::move(done));
  } else {
    calls->Ask({question}, [method, if_none_match, done = std::move(done)](const std::vector<Reply>& replies) {
      done(AnswerOf(*method, replies[0], if_none_match));
    });
  }
  return calls;
}

}  // namespace oversight::gateway
