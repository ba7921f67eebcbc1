#include "gateway/http/list_body.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/rpc/errors.h"
#include "gateway/http/json_codec.h"
#include "oversight/common/v1/validation.pb.h"

namespace oversight::gateway {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// A page is what is held at once: the longest texts of the contract times this is a few megabytes.
constexpr int kPageSize = 100;
// For a page, not for the list: how long that takes is up to the client.
constexpr absl::Duration kPageTime = absl::Seconds(30);
// What a writer that holds all is asked to hold.
constexpr size_t kMostHeld = 10000;

}  // namespace

ListBody::ListBody(const Routes& routes, Headers headers, const google::protobuf::MethodDescriptor* method,
                   std::unique_ptr<Message> request, std::unique_ptr<RowWriter> writer)
    : routes_(routes),
      headers_(std::move(headers)),
      method_(method),
      request_(std::move(request)),
      writer_(std::move(writer)) {
  const auto& reflection = *request_->GetReflection();
  const FieldDescriptor* size = method->input_type()->FindFieldByName("page_size");
  if (size != nullptr && reflection.GetInt32(*request_, size) == 0)
    reflection.SetInt32(request_.get(), size, kPageSize);
  // A list that has a limit and no pages is taken away whole.
  const FieldDescriptor* limit = method->input_type()->FindFieldByName("limit");
  if (limit != nullptr && reflection.GetInt32(*request_, limit) == 0) {
    const auto& rules = limit->options().GetExtension(common::v1::rules);
    reflection.SetInt32(request_.get(), limit, static_cast<int32_t>(rules.maximum()));
  }
}

void ListBody::Read(std::function<void(absl::Status)> then) {
  std::shared_ptr<Calls> calls;
  {
    std::lock_guard lock(mu_);
    if (!cancelled_) {
      BackendCallOptions options;
      options.headers = headers_;
      options.deadline = absl::Now() + kPageTime;
      calls = calls_ = std::make_shared<Calls>(routes_, std::move(options));
    }
  }
  if (calls == nullptr) return then(absl::CancelledError("The client has gone."));
  calls->Ask({{method_, request_->SerializeAsString()}},
             [self = shared_from_this(), then = std::move(then)](const std::vector<Reply>& replies) {
               if (!replies[0].ok()) return then(replies[0].status());
               self->page_ = NewMessage(*self->method_->output_type());
               if (!self->page_->ParseFromString(*replies[0]))
                 return then(absl::InternalError("The answer cannot be read."));
               const FieldDescriptor* next = self->method_->output_type()->FindFieldByName("next_page_token");
               const FieldDescriptor* token = self->method_->input_type()->FindFieldByName("page_token");
               std::string where;
               if (next != nullptr) where = self->page_->GetReflection()->GetString(*self->page_, next);
               self->last_ = where.empty() || token == nullptr;
               if (!self->last_) {
                 self->request_->GetReflection()->SetString(self->request_.get(), token, std::move(where));
               }
               then(absl::OkStatus());
             });
}

std::string ListBody::Rows() {
  std::string text;
  const auto& reflection = *page_->GetReflection();
  for (const FieldDescriptor* list : ListsOf(*method_->output_type())) {
    for (int i = 0; i < reflection.FieldSize(*page_, list); ++i) {
      text += writer_->Row(reflection.GetRepeatedMessage(*page_, list, i), *list);
      ++rows_;
    }
  }
  page_ = nullptr;
  return text;
}

void ListBody::Start(std::function<void(absl::Status)> then) { Read(std::move(then)); }

void ListBody::Next(std::function<void(Piece)> then) {
  if (ended_) return then(std::nullopt);
  if (page_ != nullptr) {
    std::string text = begun_ ? "" : writer_->Begin();
    begun_ = true;
    text += Rows();
    if (last_) {
      text += writer_->End();
      ended_ = true;
    }
    return then(std::optional<std::string>(std::move(text)));
  }
  Read([self = shared_from_this(), then = std::move(then)](const absl::Status& status) {
    if (!status.ok()) return then(status);
    self->Next(then);
  });
}

void ListBody::Gather(std::function<void(absl::StatusOr<std::string>)> then) {
  if (rows_ > kMostHeld) {
    return then(Error(absl::StatusCode::kResourceExhausted, common::v1::ERROR_REASON_MESSAGE_TOO_LARGE,
                      absl::StrCat("The list has more than ", kMostHeld,
                                   " items, which is more than this format takes. Ask for less of it, such as for one "
                                   "force, or take it as csv or jsonl."))
                    .With("limit", absl::StrCat(kMostHeld)));
  }
  Next([self = shared_from_this(), then = std::move(then)](Piece piece) {
    if (!piece.ok()) return then(piece.status());
    if (!piece->has_value()) return then(std::move(self->gathered_));
    self->gathered_ += **piece;
    self->Gather(then);
  });
}

void ListBody::Cancel() {
  std::lock_guard lock(mu_);
  cancelled_ = true;
  if (calls_ != nullptr) calls_->Cancel();
}

}  // namespace oversight::gateway
