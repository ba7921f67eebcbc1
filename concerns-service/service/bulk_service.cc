#include "concerns-service/service/bulk_service.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/rpc/resources.h"
#include "common/rpc/status_mapping.h"
#include "common/rpc/validator.h"
#include "concerns-service/service/bulk_commands.h"
#include "google/protobuf/descriptor.h"

namespace oversight::concerns {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The message of the command, null when none is given.
Message* CommandIn(v1::BulkCommand& command) {
  static const auto* const oneof = v1::BulkCommand::descriptor()->FindOneofByName("command");
  const auto* field = command.GetReflection()->GetOneofFieldDescriptor(command, oneof);
  return field == nullptr ? nullptr : command.GetReflection()->MutableMessage(&command, field);
}

// Where the answer to the command goes: the field of the same number.
const FieldDescriptor& AnswerField(const v1::BulkCommand& command) {
  return *v1::BulkResult::descriptor()->FindFieldByNumber(command.command_case());
}

// The name of the resource in an answer of the form {header, resource, ...}.
std::string NameIn(const Message& answer) {
  const auto* resource = answer.GetDescriptor()->FindFieldByNumber(2);
  const Message& message = answer.GetReflection()->GetMessage(answer, resource);
  return message.GetReflection()->GetString(message, message.GetDescriptor()->FindFieldByName("name"));
}

// Runs one command after the other. Keeps itself alive by the callbacks it is owed; one of them runs at a time.
class BulkRun : public std::enable_shared_from_this<BulkRun> {
 public:
  BulkRun(ServiceContext& shared, rpc::Call& call, const v1::RunCommandsRequest& request,
          v1::RunCommandsResponse* response, rpc::Done done)
      : shared_(shared),
        call_(call),
        run_(request.validate_only() ? Run::kOnTrial : Run::kForGood),
        commands_(request.commands()),
        response_(response),
        done_(std::move(done)) {
    for (int i = 0; i < commands_.size(); ++i) {
      v1::BulkResult& result = *response_->add_results();
      result.set_index(i);
      problems_.push_back(Prepare(i, request.request_id()));
    }
  }

  // A command may be answered inside the call that starts it; the next then follows here and not from inside, so that
  // the stack does not grow with their number.
  void GoOn() {
    if (turns_.fetch_add(1) != 0) return;
    do {
      Next();
    } while (turns_.fetch_sub(1) != 1);
  }

 private:
  // Everything about a command that can be said before it is its turn.
  absl::Status Prepare(int index, const std::string& request_id) {
    v1::BulkCommand& command = commands_[index];
    const absl::Status valid = rpc::Validate(command);
    const auto violations = ViolationsOf(valid);
    // A label that is none is not given back; whatever else is wrong is told by it.
    if (std::none_of(violations.begin(), violations.end(), [](const auto& each) { return each.first == "label"; })) {
      response_->mutable_results(index)->set_label(command.label());
    }
    OVERSIGHT_RETURN_IF_ERROR(valid);
    Message* message = CommandIn(command);
    if (message == nullptr) {
      Violations violations;
      violations.Add("command", "is required: one of the commands that BulkCommand has");
      return violations.status();
    }
    const auto* field = message->GetDescriptor()->FindFieldByName("request_id");
    const auto* reflection = message->GetReflection();
    if (run_ == Run::kOnTrial) {
      reflection->ClearField(message, field);
    } else if (!request_id.empty() && !reflection->HasField(*message, field)) {
      reflection->SetString(message, field, absl::StrCat(request_id, "/", index));
    }
    return absl::OkStatus();
  }

  void Next() {
    if (next_ == commands_.size()) return Finish();
    if (call_.cancelled()) return done_(absl::CancelledError("The caller has gone away."));
    const int index = next_++;
    v1::BulkResult& result = *response_->mutable_results(index);
    if (!problems_[static_cast<size_t>(index)].ok()) return Take(index, problems_[static_cast<size_t>(index)]);
    const Message& command = *CommandIn(commands_[index]);
    Message* answer = result.GetReflection()->MutableMessage(&result, &AnswerField(commands_[index]));
    FindCommand(command.GetDescriptor())(
        shared_, call_, command, answer,
        [self = shared_from_this(), index](const absl::Status& status) { self->Take(index, status); }, run_);
  }

  void Take(int index, const absl::Status& status) {
    v1::BulkResult& result = *response_->mutable_results(index);
    if (!status.ok()) {
      result.clear_answer();
      *result.mutable_error() = rpc::ToMessage(status);
      response_->set_refused_count(response_->refused_count() + 1);
    } else {
      response_->set_done_count(response_->done_count() + 1);
      if (run_ == Run::kOnTrial) {
        result.clear_answer();
      } else {
        const Message& answer = result.GetReflection()->GetMessage(result, &AnswerField(commands_[index]));
        result.set_name(NameIn(answer));
        bytes_ += answer.ByteSizeLong();
        if (bytes_ > rpc::kMaxPageBytes) {
          bytes_ -= answer.ByteSizeLong();
          result.clear_answer();
          result.set_answer_left_out(true);
        }
      }
    }
    GoOn();
  }

  void Finish() {
    const ledger::Head head = shared_.resources().ledger().head();
    shared_.resources().SetHeader(head.revision, head.recorded_time, response_->mutable_header());
    done_(absl::OkStatus());
  }

  ServiceContext& shared_;
  rpc::Call& call_;
  const Run run_;
  google::protobuf::RepeatedPtrField<v1::BulkCommand> commands_;
  std::vector<absl::Status> problems_;
  v1::RunCommandsResponse* const response_;
  const rpc::Done done_;
  std::atomic<int> turns_{0};
  int next_ = 0;
  size_t bytes_ = 0;  // Of all answers kept.
};

}  // namespace

using auth::Access;
using auth::Role;

ServiceRules BulkRules() {
  // Whoever may use any of the commands; each is checked by its own rule.
  std::vector<Role> roles = Writers();
  roles.push_back(Role::ROLE_FORCE);
  return {v1::BulkService::service_full_name(), {{"RunCommands", Access::kWrite, std::move(roles)}}};
}

grpc::ServerUnaryReactor* BulkServiceImpl::RunCommands(grpc::CallbackServerContext* context,
                                                       const v1::RunCommandsRequest* request,
                                                       v1::RunCommandsResponse* response) {
  return shared_.host().Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::RunCommandsRequest& request, v1::RunCommandsResponse* response,
             rpc::Done done) { std::make_shared<BulkRun>(shared_, call, request, response, std::move(done))->GoOn(); });
}

}  // namespace oversight::concerns
