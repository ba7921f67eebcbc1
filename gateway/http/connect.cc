#include "gateway/http/connect.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/observe/json_log.h"
#include "common/rpc/errors.h"
#include "common/rpc/retry_info.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/json_util.h"

namespace oversight::gateway::connect {
namespace {

constexpr std::string_view kTypePrefix = "type.googleapis.com/";

struct CodeRow {
  const char* name;
  int http_status;
};
// Indexed by status code, as the specification's table.
constexpr std::array<CodeRow, 17> kCodes = {{
    {"ok", 200},
    {"canceled", 499},
    {"unknown", 500},
    {"invalid_argument", 400},
    {"deadline_exceeded", 504},
    {"not_found", 404},
    {"already_exists", 409},
    {"permission_denied", 403},
    {"resource_exhausted", 429},
    {"failed_precondition", 400},
    {"aborted", 409},
    {"out_of_range", 400},
    {"unimplemented", 501},
    {"internal", 500},
    {"unavailable", 503},
    {"data_loss", 500},
    {"unauthenticated", 401},
}};

const CodeRow& RowOf(absl::StatusCode code) {
  const auto index = static_cast<size_t>(code);
  return kCodes[index < kCodes.size() ? index : 2];
}

// A detail in readable JSON beside its bytes; empty when its type is not linked in.
std::string DebugJson(const std::string& type, const std::string& bytes) {
  const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(type);
  if (descriptor == nullptr) return {};
  std::unique_ptr<google::protobuf::Message> message(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
  std::string json;
  if (!message->ParseFromString(bytes) || !google::protobuf::util::MessageToJsonString(*message, &json).ok()) return {};
  return json;
}

void AppendError(const absl::Status& status, std::string& out) {
  out += "{\"code\":\"";
  out += CodeName(status.code());
  out += "\",\"message\":";
  observe::AppendJsonString(std::string_view(status.message().data(), status.message().size()), out);
  bool first = true;
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    std::string_view type(url.data(), url.size());
    if (type.substr(0, kTypePrefix.size()) == kTypePrefix) type.remove_prefix(kTypePrefix.size());
    const std::string bytes(payload);
    std::string base64 = absl::Base64Escape(bytes);
    while (!base64.empty() && base64.back() == '=') base64.pop_back();
    out += first ? ",\"details\":[{\"type\":" : ",{\"type\":";
    first = false;
    observe::AppendJsonString(type, out);
    out += ",\"value\":\"";
    out += base64;
    out += '"';
    const std::string debug = DebugJson(std::string(type), bytes);
    if (!debug.empty()) {
      out += ",\"debug\":";
      out += debug;
    }
    out += '}';
  });
  if (!first) out += ']';
  out += '}';
}

}  // namespace

std::optional<Format> ParseContentType(std::string_view content_type) {
  const size_t semicolon = content_type.find(';');
  absl::string_view type(content_type.data(), std::min(semicolon, content_type.size()));
  type = absl::StripAsciiWhitespace(type);
  if (absl::EqualsIgnoreCase(type, "application/json")) return Format{Codec::kJson, false};
  if (absl::EqualsIgnoreCase(type, "application/proto")) return Format{Codec::kProto, false};
  if (absl::EqualsIgnoreCase(type, "application/connect+json")) return Format{Codec::kJson, true};
  if (absl::EqualsIgnoreCase(type, "application/connect+proto")) return Format{Codec::kProto, true};
  return std::nullopt;
}

const char* ContentType(Format format) {
  if (format.codec == Codec::kJson) return format.streaming ? "application/connect+json" : "application/json";
  return format.streaming ? "application/connect+proto" : "application/proto";
}

const char* CodeName(absl::StatusCode code) { return RowOf(code).name; }
int HttpStatus(absl::StatusCode code) { return RowOf(code).http_status; }

std::string RetryAfter(const absl::Status& status) {
  const absl::Duration delay = RetryAfterOf(status);
  return delay <= absl::ZeroDuration() ? "" : absl::StrCat(absl::ToInt64Seconds(absl::Ceil(delay, absl::Seconds(1))));
}

std::string ErrorJson(const absl::Status& status) {
  std::string out;
  AppendError(status, out);
  return out;
}

std::string Envelope(uint8_t flags, std::string_view data) {
  const auto size = static_cast<uint32_t>(data.size());
  std::string out;
  out.reserve(kEnvelopeHeader + data.size());
  out += static_cast<char>(flags);
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((size >> shift) & 0xff);
  out += data;
  return out;
}

absl::Status ParseSingleEnvelope(std::string_view body, std::string_view* message) {
  if (body.size() < kEnvelopeHeader) return absl::InvalidArgumentError("The body holds no complete envelope.");
  if ((static_cast<uint8_t>(body[0]) & kCompressedFlag) != 0) {
    return absl::UnimplementedError("Compressed messages are not supported; send them as they are.");
  }
  uint32_t size = 0;
  for (int i = 1; i <= 4; ++i) size = size << 8 | static_cast<uint8_t>(body[i]);
  if (body.size() - kEnvelopeHeader != size) {
    return absl::InvalidArgumentError("The body must hold exactly one envelope of the length it states.");
  }
  *message = body.substr(kEnvelopeHeader);
  return absl::OkStatus();
}

std::string EndStreamJson(const absl::Status& status) {
  if (status.ok()) return "{}";
  std::string out = "{\"error\":";
  AppendError(status, out);
  out += '}';
  return out;
}

std::optional<absl::Duration> ParseTimeout(std::string_view header) {
  if (header.empty() || header.size() > 10) return std::nullopt;
  int64_t millis = 0;
  for (const char c : header) {
    if (c < '0' || c > '9') return std::nullopt;
    millis = millis * 10 + (c - '0');
  }
  return absl::Milliseconds(millis);
}

}  // namespace oversight::gateway::connect
