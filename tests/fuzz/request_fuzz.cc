// JSON, or bytes, as they come from outside -> request -> field rules -> domain. The first byte chooses the command and
// which of the two the rest is; a domain function never sees what the rules refuse, as in a service.
#include <optional>

#include "common/rpc/validator.h"
#include "concerns-service/domain/concern_commands.h"
#include "concerns-service/domain/lifecycle.h"
#include "concerns-service/domain/themes.h"
#include "gateway/http/json_codec.h"
#include "google/protobuf/stubs/logging.h"
#include "oversight/concerns/v1/concerns_service.pb.h"
#include "tests/fuzz/fuzz.h"

using oversight::fuzz::Hold;
namespace concerns = oversight::concerns;
namespace v1 = concerns::v1;

namespace {

// The request, if it is one.
template <class Request>
std::optional<Request> Read(std::string_view text, bool is_json) {
  const absl::StatusOr<std::string> bytes =
      is_json ? oversight::gateway::JsonToBytes(*Request::descriptor(), text) : std::string(text);
  if (!bytes.ok()) return std::nullopt;
  Request request;
  const bool parsed = request.ParseFromString(*bytes);
  Hold(parsed || !is_json, "bytes made from JSON are a message");
  if (!parsed) return std::nullopt;
  if (is_json) Hold(oversight::gateway::BytesToJson(*Request::descriptor(), *bytes).ok(), "and have JSON again");
  oversight::rpc::ClearOutputOnly(&request);
  if (!oversight::rpc::Validate(request).ok()) return std::nullopt;
  return request;
}

const concerns::Themes& Themes() {
  static const auto* themes = new concerns::Themes(
      *concerns::Themes::FromJson(R"({"version":"1","themes":[{"name":"themes/custody","displayName":"Custody"}]})"));
  return *themes;
}

const concerns::Acting& Acting() {
  static const auto* acting = new concerns::Acting{"principals/inspector", absl::FromUnixSeconds(1'700'000'000)};
  return *acting;
}

v1::Concern Draft() {
  v1::Concern concern;
  concern.set_name("forces/kent/concerns/1");
  concern.set_kind(v1::CONCERN_KIND_CAUSE_OF_CONCERN);
  concern.set_state(v1::CONCERN_STATE_DRAFT);
  return concern;
}

}  // namespace

// What protobuf would print of each input.
[[maybe_unused]] static const auto kQuiet = google::protobuf::SetLogHandler(nullptr);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text = oversight::fuzz::Text(data + 1, size - 1);
  const bool is_json = data[0] < 128;
  concerns::Record record;
  record.concern = Draft();
  switch (data[0] % 5) {
    case 0:
      if (const auto request = Read<v1::CreateConcernRequest>(text, is_json)) {
        const auto made = concerns::DraftConcern(*request, "forces/kent/concerns/1", Themes(), Acting());
        Hold(!made.ok() || made->state() == v1::CONCERN_STATE_DRAFT, "what is created is a draft");
      }
      break;
    case 1:
      if (const auto request = Read<v1::UpdateConcernRequest>(text, is_json)) {
        const auto made = concerns::UpdateConcern(record, *request, Themes(), Acting());
        Hold(!made.ok() || made->name() == record.concern.name(), "an update keeps the name");
      }
      break;
    case 2:
      record.concern.set_state(v1::CONCERN_STATE_ISSUED);
      if (const auto request = Read<v1::RecordConcernPublicationRequest>(text, is_json)) {
        concerns::RecordPublication(record, *request, Acting()).IgnoreError();
      }
      break;
    case 3:
      record.concern.set_state(v1::CONCERN_STATE_ISSUED);
      if (const auto request = Read<v1::AssessHandlingRequest>(text, is_json)) {
        concerns::AssessHandling(record, *request, Acting()).IgnoreError();
      }
      break;
    default:
      record.concern.set_state(v1::CONCERN_STATE_ISSUED);
      if (const auto request = Read<v1::WithdrawConcernRequest>(text, is_json)) {
        const auto made = concerns::WithdrawConcern(record, *request, Acting());
        Hold(!made.ok() || made->concern.state() == v1::CONCERN_STATE_WITHDRAWN, "what is withdrawn is withdrawn");
      }
  }
  return 0;
}
