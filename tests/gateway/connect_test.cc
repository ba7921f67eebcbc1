// The Connect protocol's parts: content types, codes, envelopes, errors, time-outs.
#include "gateway/http/connect.h"

#include "common/rpc/errors.h"
#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"  // After gtest.h, which it needs.

namespace oversight::gateway::connect {
namespace {

google::protobuf::Struct Parse(const std::string& json) {
  google::protobuf::Struct result;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &result).ok()) << json;
  return result;
}

TEST(Connect, KnowsItsContentTypes) {
  EXPECT_EQ(ParseContentType("application/json")->codec, Codec::kJson);
  EXPECT_FALSE(ParseContentType("application/json")->streaming);
  EXPECT_EQ(ParseContentType("Application/JSON; charset=utf-8")->codec, Codec::kJson);
  EXPECT_EQ(ParseContentType("application/proto")->codec, Codec::kProto);
  EXPECT_TRUE(ParseContentType("application/connect+json")->streaming);
  EXPECT_TRUE(ParseContentType("application/connect+proto")->streaming);
  for (const char* other : {"", "text/html", "application/grpc", "application/jsonx", "application"}) {
    EXPECT_FALSE(ParseContentType(other).has_value()) << other;
  }
}

TEST(Connect, EveryStatusCodeHasItsNameAndHttpStatus) {
  EXPECT_STREQ(CodeName(absl::StatusCode::kCancelled), "canceled");
  EXPECT_STREQ(CodeName(absl::StatusCode::kUnauthenticated), "unauthenticated");
  EXPECT_EQ(HttpStatus(absl::StatusCode::kNotFound), 404);
  EXPECT_EQ(HttpStatus(absl::StatusCode::kAborted), 409);
  EXPECT_EQ(HttpStatus(absl::StatusCode::kUnavailable), 503);
  EXPECT_EQ(HttpStatus(absl::StatusCode::kFailedPrecondition), 400);
  EXPECT_STREQ(CodeName(static_cast<absl::StatusCode>(99)), "unknown");
}

TEST(Connect, ErrorsCarryTheirDetailsInBytesAndInWords) {
  const absl::Status status =
      Error(absl::StatusCode::kInvalidArgument, common::v1::ERROR_REASON_INVALID_FIELDS, "Say \"when\".")
          .Violation("due", "is required");
  const auto error = Parse(ErrorJson(status));
  EXPECT_EQ(error.fields().at("code").string_value(), "invalid_argument");
  EXPECT_EQ(error.fields().at("message").string_value(), "Say \"when\".");
  const auto& details = error.fields().at("details").list_value();
  ASSERT_EQ(details.values_size(), 2);
  bool found = false;
  for (const auto& detail : details.values()) {
    const auto& fields = detail.struct_value().fields();
    EXPECT_EQ(fields.at("value").string_value().find('='), std::string::npos);
    if (fields.at("type").string_value() != "google.rpc.ErrorInfo") continue;
    found = true;
    EXPECT_EQ(fields.at("debug").struct_value().fields().at("reason").string_value(), "INVALID_FIELDS");
  }
  EXPECT_TRUE(found);
  EXPECT_EQ(Parse(EndStreamJson(status)).fields().at("error").struct_value().fields().at("code").string_value(),
            "invalid_argument");
  EXPECT_EQ(EndStreamJson(absl::OkStatus()), "{}");
}

TEST(Connect, RefusesWhatIsNotOneEnvelope) {
  std::string_view message;
  EXPECT_FALSE(ParseSingleEnvelope("", &message).ok());
  EXPECT_FALSE(ParseSingleEnvelope(std::string(4, '\0'), &message).ok());
  EXPECT_FALSE(ParseSingleEnvelope(Envelope(0, "a") + "b", &message).ok());
  EXPECT_FALSE(ParseSingleEnvelope(Envelope(0, "abc").substr(0, 7), &message).ok());
  EXPECT_EQ(ParseSingleEnvelope(Envelope(kCompressedFlag, "abc"), &message).code(), absl::StatusCode::kUnimplemented);
}

RC_GTEST_PROP(Connect, EnvelopesComeBackWhole, (const std::string& data)) {
  std::string_view message;
  const std::string envelope = Envelope(0, data);
  RC_ASSERT(ParseSingleEnvelope(envelope, &message).ok());
  RC_ASSERT(message == data);
}

RC_GTEST_PROP(Connect, AnyBytesAreReadOrRefused, (const std::string& bytes)) {
  std::string_view message;
  const auto status = ParseSingleEnvelope(bytes, &message);
  if (status.ok()) RC_ASSERT(Envelope(static_cast<uint8_t>(bytes[0]), message) == bytes);
  ParseTimeout(bytes);
  ParseContentType(bytes);
}

TEST(Connect, TimeoutsAreAtMostTenDigits) {
  EXPECT_EQ(ParseTimeout("1500"), absl::Milliseconds(1500));
  EXPECT_EQ(ParseTimeout("9999999999"), absl::Milliseconds(9999999999));
  for (const char* wrong : {"", "-1", "1.5", "12345678901", "1s", " 1"})
    EXPECT_FALSE(ParseTimeout(wrong).has_value()) << wrong;
}

}  // namespace
}  // namespace oversight::gateway::connect
