#include "common/rpc/status_mapping.h"

#include <gtest/gtest.h>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "google/rpc/status.pb.h"

namespace oversight::rpc {
namespace {

using common::v1::ERROR_REASON_INVALID_FIELDS;
using common::v1::ERROR_REASON_OVERLOADED;

class EveryCode : public ::testing::TestWithParam<int> {};

TEST_P(EveryCode, MapsToTheSameNumberAndBack) {
  const auto code = static_cast<absl::StatusCode>(GetParam());
  const absl::Status status(code, "why");
  const grpc::Status mapped = ToGrpc(status);
  EXPECT_EQ(static_cast<int>(mapped.error_code()), GetParam());
  EXPECT_EQ(mapped.error_message(), code == absl::StatusCode::kOk ? "" : "why");
  EXPECT_EQ(FromGrpc(mapped), status);
  // Also from a server that sends no details.
  const grpc::Status bare(static_cast<grpc::StatusCode>(GetParam()), "why");
  EXPECT_EQ(FromGrpc(bare).code(), code);
}

INSTANTIATE_TEST_SUITE_P(All, EveryCode, ::testing::Range(0, 17));

TEST(StatusMapping, NamesAllCodes) {
  EXPECT_STREQ(CodeName(absl::StatusCode::kOk), "OK");
  EXPECT_STREQ(CodeName(absl::StatusCode::kFailedPrecondition), "FAILED_PRECONDITION");
  EXPECT_STREQ(CodeName(absl::StatusCode::kUnauthenticated), "UNAUTHENTICATED");
  EXPECT_STREQ(CodeName(static_cast<absl::StatusCode>(77)), "UNKNOWN");
}

TEST(StatusMapping, AnUnknownCodeIsUnknown) {
  EXPECT_EQ(FromGrpc(grpc::Status(static_cast<grpc::StatusCode>(17), "?")).code(), absl::StatusCode::kUnknown);
}

TEST(StatusMapping, KeepsEveryDetail) {
  const absl::Status status = Error(absl::StatusCode::kResourceExhausted, ERROR_REASON_OVERLOADED, "Too much.")
                                  .With("queue", "writes")
                                  .Violation("a.b", "is wrong")
                                  .Precondition("T", "s", "d")
                                  .Resource("Force", "forces/kent")
                                  .RetryAfter(absl::Milliseconds(1500));
  const grpc::Status mapped = ToGrpc(status);
  google::rpc::Status proto;
  ASSERT_TRUE(proto.ParseFromString(mapped.error_details()));
  EXPECT_EQ(proto.code(), 8);
  EXPECT_EQ(proto.message(), "Too much.");
  ASSERT_EQ(proto.details_size(), 5);
  EXPECT_EQ(proto.details(0).type_url(), "type.googleapis.com/google.rpc.ErrorInfo");
  EXPECT_EQ(FromGrpc(mapped), status);
}

TEST(StatusMapping, AnErrorInsideAnAnswerIsTheSameAsOutside) {
  std::string text(3000, 'x');
  Error error(absl::StatusCode::kInvalidArgument, ERROR_REASON_INVALID_FIELDS, text);
  error.Precondition("STATE", "b", "c");
  for (int i = 0; i < 200; ++i) error.Violation(absl::StrCat("field", i), "is required");
  const common::v1::Status message = ToMessage(error.status());
  EXPECT_EQ(message.code(), 3);
  EXPECT_EQ(message.message().size(), kMaxMessageBytes);
  EXPECT_LE(message.ByteSizeLong(), kMaxDetailsBytes);
  EXPECT_EQ(FromMessage(message), FromGrpc(ToGrpc(error.status())));
  // Whoever has google.rpc reads it as that.
  google::rpc::Status as_google;
  ASSERT_TRUE(as_google.ParseFromString(message.SerializeAsString()));
  EXPECT_EQ(as_google.code(), 3);
  EXPECT_EQ(as_google.details_size(), message.details_size());
  common::v1::Status unknown;
  unknown.set_code(99);
  EXPECT_EQ(FromMessage(unknown).code(), absl::StatusCode::kUnknown);
}

TEST(StatusMapping, DetailsThatCannotBeReadAreLeftOut) {
  const absl::Status status = FromGrpc(grpc::Status(grpc::StatusCode::NOT_FOUND, "no", "\xff\xff\xff"));
  EXPECT_EQ(status, absl::NotFoundError("no"));
}

TEST(StatusMapping, CutsALongMessageAtAWholeCharacter) {
  std::string text(kMaxMessageBytes - 1, 'x');
  text += "\u00e9 and more";  // Two bytes across the border.
  const grpc::Status mapped = ToGrpc(absl::InternalError(text));
  EXPECT_EQ(mapped.error_message(), std::string(kMaxMessageBytes - 1, 'x'));
}

TEST(StatusMapping, KeepsDetailsBelowTheMetadataLimit) {
  Error error(absl::StatusCode::kInvalidArgument, ERROR_REASON_INVALID_FIELDS, std::string(5000, 'm'));
  error.With("key", std::string(5000, 'v'));
  for (int i = 0; i < 1000; ++i) error.Violation(absl::StrCat("forces[", i, "].display_name"), "is required");
  for (int i = 0; i < 1000; ++i) error.Precondition("TYPE", absl::StrCat("forces/", i), "is in the way");
  const grpc::Status mapped = ToGrpc(error);
  EXPECT_LE(mapped.error_details().size(), kMaxDetailsBytes);
  EXPECT_LE(mapped.error_message().size(), kMaxMessageBytes);
  const absl::Status back = FromGrpc(mapped);
  EXPECT_EQ(ReasonOf(back), "INVALID_FIELDS");
  EXPECT_EQ(ErrorMetadata(back, "truncated"), "true");
  EXPECT_LT(ErrorMetadata(back, "key").size(), 5000u);
}

TEST(StatusMapping, TellsAsManyViolationsAsFit) {
  Violations violations;
  for (int i = 0; i < 1000; ++i) violations.Add(absl::StrCat("forces[", i, "].display_name"), "is required");
  const absl::Status back = FromGrpc(ToGrpc(violations.status()));
  EXPECT_GT(ViolationsOf(back).size(), 40u);
  EXPECT_LT(ViolationsOf(back).size(), 1000u);
  EXPECT_EQ(ViolationsOf(back).front().first, "forces[0].display_name");
  EXPECT_EQ(ErrorMetadata(back, "truncated"), "true");
}

TEST(StatusMapping, SaysTruncatedOnlyWhenItIs) {
  Violations violations;
  violations.Add("name", "is required");
  EXPECT_EQ(ErrorMetadata(FromGrpc(ToGrpc(violations.status())), "truncated"), "");
}

TEST(StatusMapping, AForeignDetailTooLongIsDropped) {
  absl::Status status(absl::StatusCode::kAborted, "no");
  status.SetPayload("type.googleapis.com/some.Other", absl::Cord(std::string(10000, 'x')));
  const grpc::Status mapped = ToGrpc(status);
  EXPECT_LE(mapped.error_details().size(), kMaxDetailsBytes);
  EXPECT_EQ(FromGrpc(mapped), absl::AbortedError("no"));
}

}  // namespace
}  // namespace oversight::rpc
