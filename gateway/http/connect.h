// The Connect protocol's own parts, apart from any network: status codes, error JSON, envelopes, time-outs. Pure and
// total functions over values; whatever bytes come in, something defined comes out. Specification:
// connectrpc.com/docs/protocol.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace oversight::gateway::connect {

enum class Codec { kJson, kProto };

// What a request's content type asks for; nullopt for one that this protocol does not know.
struct Format {
  Codec codec;
  bool streaming;
};
std::optional<Format> ParseContentType(std::string_view content_type);
const char* ContentType(Format format);

// "not_found" and so on, and the HTTP status of a unary error.
const char* CodeName(absl::StatusCode code);
int HttpStatus(absl::StatusCode code);
// For the header Retry-After, in whole seconds; "" when the error does not say.
std::string RetryAfter(const absl::Status& status);

// The error of a unary call: {"code":…,"message":…,"details":[{"type":…,"value":base64,"debug":…}]}.
std::string ErrorJson(const absl::Status& status);

// An envelope of a stream: flags, length (big-endian), data.
inline constexpr uint8_t kCompressedFlag = 1;
inline constexpr uint8_t kEndStreamFlag = 2;
inline constexpr size_t kEnvelopeHeader = 5;
std::string Envelope(uint8_t flags, std::string_view data);
// The one message that a server-streaming request holds. INVALID_ARGUMENT when the body is not exactly one envelope.
absl::Status ParseSingleEnvelope(std::string_view body, std::string_view* message);
// The data of the last envelope: {"error":{…}} or {}.
std::string EndStreamJson(const absl::Status& status);

// `connect-timeout-ms`: at most ten digits; nullopt for anything else.
std::optional<absl::Duration> ParseTimeout(std::string_view header);

}  // namespace oversight::gateway::connect
