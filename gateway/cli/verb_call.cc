#include "gateway/cli/verb_call.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "gateway/cli/contract.h"
#include "gateway/cli/fill.h"
#include "gateway/cli/show.h"
#include "gateway/cli/verbs.h"
#include "gateway/cli/words.h"

namespace oversight::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

constexpr size_t kPageSize = 500;

std::string TextIn(const Message& message, const std::string& name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  return field == nullptr ? "" : message.GetReflection()->GetString(message, field);
}

void SetText(Message& message, const std::string& name, const std::string& text) {
  if (const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name)) {
    message.GetReflection()->SetString(&message, field, text);
  }
}

// A number given, or the greatest there is.
size_t NumberIn(const Arguments& arguments, const std::string& name) {
  size_t number = 0;
  return arguments.given(name) && absl::SimpleAtoi(arguments.text(name), &number) ? number : ~size_t{0};
}

class Caller {
 public:
  Caller(Session& session, const MethodDescriptor& method, Message& request)
      : session_(session), method_(method), path_(PathOf(method)), request_(request) {}

  absl::Status Once() {
    const auto response = NewMessage(*method_.output_type());
    const absl::Status status = session_.client->Call(path_, request_, response.get());
    if (status.ok()) PrintAnswer(session_, *response);
    return status;
  }

  absl::Status Stream(size_t most) {
    size_t seen = 0;
    const auto response = NewMessage(*method_.output_type());
    return session_.client->Stream(path_, request_, response.get(), [&] {
      PrintAnswer(session_, *response);
      if (!session_.json) *session_.out << std::endl;
      return ++seen < most;
    });
  }

  // All pages, up to the limit, and one item more: it says whether there are more, and what the last version changed.
  absl::Status List(size_t limit, bool has_page_size) {
    const FieldDescriptor* page_size = request_.GetDescriptor()->FindFieldByName("page_size");
    if (page_size != nullptr && !has_page_size) {
      const auto size = static_cast<int32_t>(std::min(limit, kPageSize - 1) + 1);
      request_.GetReflection()->SetInt32(&request_, page_size, size);
    }
    std::vector<std::unique_ptr<Message>> pages;
    std::vector<const Message*> items;
    size_t count = 0;
    for (bool more = true; more && count <= limit;) {
      auto page = NewMessage(*method_.output_type());
      if (absl::Status status = session_.client->Call(path_, request_, page.get()); !status.ok()) return status;
      const Listed listed = ListedIn(*page);
      if (listed.field == nullptr) {
        PrintAnswer(session_, *page);
        return absl::OkStatus();
      }
      for (const Message* item : listed.items()) {
        if (!session_.json) {
          items.push_back(item);
        } else if (count < limit) {
          PrintJson(session_, *item);
        }
        ++count;
      }
      TakeRedactions(*page);
      const std::string next = TextIn(*page, "next_page_token");
      SetText(request_, "page_token", next);
      more = !next.empty();
      if (!session_.json) pages.push_back(std::move(page));
    }
    if (!session_.json) Show(*pages.front(), std::move(items), limit);
    if (count > limit) *session_.err << "There are more: a higher --limit shows them.\n";
    if (!redactions_.empty()) {
      *session_.err << "Not listed, as it was removed by law: what "
                    << JoinAnd({redactions_.begin(), redactions_.end()})
                    << (redactions_.size() == 1 ? " tells of.\n" : " tell of.\n");
    }
    return absl::OkStatus();
  }

 private:
  void Show(const Message& page, std::vector<const Message*> items, size_t limit) {
    // What stands beside the items, such as the day they are about.
    const Listed listed = ListedIn(page);
    const std::unique_ptr<Message> beside(listed.holder->New());
    beside->CopyFrom(*listed.holder);
    beside->GetReflection()->ClearField(beside.get(), listed.field);
    SetText(*beside, "next_page_token", "");
    const std::string lines = Lines(*beside, session_.width);
    *session_.out << lines << (lines.empty() ? "" : "\n");
    if (listed.field->message_type()->FindFieldByName("change") != nullptr) {
      *session_.out << Timeline(items, limit, session_.width);
    } else {
      items.resize(std::min(items.size(), limit));
      *session_.out << ItemsTable(items, session_.width);
    }
  }

  // What a list of the past leaves out: its header names the records of redaction.
  void TakeRedactions(const Message& page) {
    const FieldDescriptor* header = page.GetDescriptor()->FindFieldByName("header");
    if (header == nullptr || header->message_type() == nullptr) return;
    const FieldDescriptor* redactions = header->message_type()->FindFieldByName("redactions");
    if (redactions == nullptr) return;
    const Message& told = page.GetReflection()->GetMessage(page, header);
    for (int i = 0; i < told.GetReflection()->FieldSize(told, redactions); ++i) {
      redactions_.insert(told.GetReflection()->GetRepeatedString(told, redactions, i));
    }
  }

  Session& session_;
  const MethodDescriptor& method_;
  const std::string path_;
  Message& request_;
  std::set<std::string> redactions_;
};

// The same error with the flags that set the fields it names.
absl::Status WithFlags(const absl::Status& status, const Form& form) {
  const auto violations = ViolationsOf(status);
  if (violations.empty()) return status;
  const std::string reason = ReasonOf(status);
  Error error(status.code(), reason,
              reason != "INVALID_FIELDS" ? std::string(status.message())
              : violations.size() == 1   ? "1 value is not valid."
                                         : absl::StrCat(violations.size(), " values are not valid."));
  for (const auto& [field, description] : violations) error.Violation(FlagOfField(form, field), description);
  return error;
}

}  // namespace

bool IsPaged(const MethodDescriptor& method) { return method.input_type()->FindFieldByName("page_token") != nullptr; }

absl::Status CallVerb(Session& session, const MethodDescriptor& method, const Form& form, Message& request,
                      const Arguments& arguments) {
  if (arguments.text("request-id").empty()) SetText(request, "request_id", RequestId(arguments));
  Caller caller(session, method, request);
  const bool is_list = IsPaged(method) || absl::StartsWith(method.name(), "List");
  const absl::Status status = method.server_streaming() ? caller.Stream(NumberIn(arguments, "count"))
                              : is_list ? caller.List(NumberIn(arguments, "limit"), arguments.given("page-size"))
                                        : caller.Once();
  // Programs are told the fields, as the service names them.
  return session.json ? status : WithFlags(status, form);
}

}  // namespace oversight::cli
