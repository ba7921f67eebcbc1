#include "common/rpc/tokens.h"

#include <string>

#include "common/rpc/errors.h"
#include "common/rpc/siphash.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "oversight/forces/v1/forces_service.pb.h"
#include "rapidcheck/gtest.h"

namespace oversight::rpc {
namespace {

const std::string kStore = "7f3c9a52e1d04b7c9e2a";

TEST(SipHash, AgreesWithThePublishedVector) {
  std::string data;
  for (int i = 0; i < 15; ++i) data += static_cast<char>(i);
  EXPECT_EQ(SipHash({0x0706050403020100, 0x0f0e0d0c0b0a0908}, data), 0xa129ca6149be45e5u);
}

TEST(PageToken, IsBoundToTheCall) {
  forces::v1::ListForcesRequest request;
  request.set_region("Wales");
  const std::string method = "/oversight.forces.v1.ForcesService/ListForces";
  const uint64_t bound = HashParameters(method, request, "principals/a");

  forces::v1::ListForcesRequest next = request;
  next.set_page_token("whatever");
  next.set_page_size(7);
  EXPECT_EQ(HashParameters(method, next, "principals/a"), bound) << "paging itself may change";

  next.set_region("London");
  EXPECT_NE(HashParameters(method, next, "principals/a"), bound);
  EXPECT_NE(HashParameters("/x", request, "principals/a"), bound);
  EXPECT_NE(HashParameters(method, request, "principals/b"), bound);
  request.mutable_read()->mutable_as_of()->set_revision(3);
  EXPECT_NE(HashParameters(method, request, "principals/a"), bound);
}

TEST(PageToken, RefusesWhatItDidNotMake) {
  const std::string token = EncodePageToken(kStore, 1, {"forces/kent", 17});
  for (const std::string& bad : {std::string(), std::string("x"), token + "=", token + " ", " " + token, token + "A",
                                 token.substr(1), std::string(100000, 'A'), std::string("\xff\0", 2)}) {
    const absl::Status status = DecodePageToken(kStore, 1, bad).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(status), "PAGE_TOKEN_MISMATCH");
  }
  EXPECT_FALSE(DecodePageToken("another store", 1, token).ok());
  EXPECT_FALSE(DecodePageToken(kStore, 2, token).ok());
  EXPECT_FALSE(DecodePageToken(kStore, 1, EncodeConsistencyToken(kStore, 17)).ok());
}

RC_GTEST_PROP(PageTokenProperty, ComesBackAsItWent,
              (std::string store, uint64_t parameters, std::string after, int64_t revision)) {
  const PagePosition position{after, revision};
  const auto back = DecodePageToken(store, parameters, EncodePageToken(store, parameters, position));
  RC_ASSERT(back.ok());
  RC_ASSERT(*back == position);
}

// One character changed to another one of the alphabet, or to anything.
std::string Flipped(const std::string& token) {
  std::string flipped = token;
  char& c = flipped[*rc::gen::inRange<size_t>(0, token.size())];
  const char before = c;
  c = *rc::gen::suchThat(rc::gen::oneOf(rc::gen::elementOf(std::string("ABCxyz012-_")), rc::gen::character<char>()),
                         [before](char other) { return other != before; });
  return flipped;
}

RC_GTEST_PROP(PageTokenProperty, AnyFlippedCharacterIsRefused, (uint64_t parameters, int64_t revision)) {
  const std::string token = EncodePageToken(kStore, parameters, {"forces/kent/concerns/12", revision});
  RC_ASSERT(!DecodePageToken(kStore, parameters, Flipped(token)).ok());
}

RC_GTEST_PROP(TokenProperty, DecodingIsTotal, (std::string text, std::string store)) {
  RC_ASSERT(!DecodePageToken(store, 0, text).ok());
  ConsistencyPoint point;
  RC_ASSERT(ReadConsistencyToken(text, &point) == TokenFit::kMalformed);
}

RC_GTEST_PROP(ConsistencyTokenProperty, ComesBackAsItWent, (std::string store)) {
  const int64_t revision = *rc::gen::nonNegative<int64_t>();
  const auto back = DecodeConsistencyToken(store, EncodeConsistencyToken(store, revision));
  RC_ASSERT(back.ok());
  RC_ASSERT(*back == revision);
}

RC_GTEST_PROP(ConsistencyTokenProperty, AnyFlippedCharacterIsRefused, ()) {
  const int64_t revision = *rc::gen::nonNegative<int64_t>();
  ConsistencyPoint point;
  RC_ASSERT(ReadConsistencyToken(Flipped(EncodeConsistencyToken(kStore, revision)), &point) == TokenFit::kMalformed);
}

TEST(ConsistencyToken, TellsAnotherStoreFromABrokenToken) {
  int64_t revision = 0;
  const std::string token = EncodeConsistencyToken(kStore, 17);
  EXPECT_EQ(FitConsistencyToken(kStore, token, &revision), TokenFit::kFits);
  EXPECT_EQ(revision, 17);
  EXPECT_EQ(FitConsistencyToken("0000000000000000", token, &revision), TokenFit::kOtherStore);
  EXPECT_EQ(FitConsistencyToken(kStore, token + "A", &revision), TokenFit::kMalformed);
  for (const std::string& bad : {std::string("nonsense"), EncodeConsistencyToken("other", 1), std::string()}) {
    EXPECT_EQ(ReasonOf(DecodeConsistencyToken(kStore, bad).status()), "CONSISTENCY_TOKEN_MISMATCH");
  }
  ConsistencyPoint point;
  ASSERT_EQ(ReadConsistencyToken(token, &point), TokenFit::kFits);
  EXPECT_EQ(point.revision, 17);
  EXPECT_EQ(point.store_prefix, kStore.substr(0, 16));
}

}  // namespace
}  // namespace oversight::rpc
