#include "common/rpc/tokens.h"

#include <memory>
#include <optional>
#include <string_view>

#include "absl/strings/escaping.h"
#include "common/rpc/errors.h"
#include "common/rpc/siphash.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace oversight::rpc {
namespace {

constexpr char kVersion = 1;
constexpr size_t kPrefixBytes = 16;
// Longer than any name; keeps a hostile text from being decoded at length.
constexpr size_t kMaxTokenBytes = 4096;

void AppendInteger(std::string* out, uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out->push_back(static_cast<char>(value >> (8 * i)));
}

uint64_t ReadInteger(std::string_view bytes) {
  uint64_t value = 0;
  for (char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::string Encode(const std::string& bytes) { return absl::WebSafeBase64Escape(bytes); }

// Only the one spelling that Encode gives: no padding, no spaces, no loose bits at the end.
std::optional<std::string> Decode(const std::string& token) {
  std::string bytes;
  if (token.size() > kMaxTokenBytes || !absl::WebSafeBase64Unescape(token, &bytes) || Encode(bytes) != token) {
    return std::nullopt;
  }
  return bytes;
}

SipKey StoreKey(const std::string& store_id) { return {SipHash({1, 0}, store_id), SipHash({2, 0}, store_id)}; }

absl::Status PageTokenMismatch() {
  return Error(
             absl::StatusCode::kInvalidArgument, common::v1::ERROR_REASON_PAGE_TOKEN_MISMATCH,
             "The page token is not one that this call gave. Send it as it came, with every other field unchanged, or "
             "start the list again without it.")
      .Violation("page_token", "does not belong to this call");
}

}  // namespace

uint64_t HashParameters(const std::string& method, const google::protobuf::Message& request,
                        const std::string& visibility) {
  std::unique_ptr<google::protobuf::Message> copy(request.New());
  copy->CopyFrom(request);
  for (const char* name : {"page_size", "page_token"}) {
    if (const auto* field = copy->GetDescriptor()->FindFieldByName(name))
      copy->GetReflection()->ClearField(copy.get(), field);
  }
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    copy->SerializePartialToCodedStream(&coded);
  }
  // Lengths in front, so that no two different triples run together into the same bytes.
  std::string all;
  for (const std::string* part : {&method, &visibility, static_cast<const std::string*>(&bytes)}) {
    AppendInteger(&all, part->size(), 8);
    all += *part;
  }
  return SipHash({3, 0}, all);
}

std::string EncodePageToken(const std::string& store_id, uint64_t parameters, const PagePosition& position) {
  std::string bytes(1, kVersion);
  AppendInteger(&bytes, static_cast<uint64_t>(position.revision), 8);
  AppendInteger(&bytes, parameters, 8);
  bytes += position.after;
  AppendInteger(&bytes, SipHash(StoreKey(store_id), bytes), 8);
  return Encode(bytes);
}

absl::StatusOr<PagePosition> DecodePageToken(const std::string& store_id, uint64_t parameters,
                                             const std::string& token) {
  const std::optional<std::string> decoded = Decode(token);
  if (!decoded.has_value() || decoded->size() < 25 || decoded->front() != kVersion) return PageTokenMismatch();
  const std::string_view bytes = *decoded;
  const std::string_view body = bytes.substr(0, bytes.size() - 8);
  if (ReadInteger(bytes.substr(body.size())) != SipHash(StoreKey(store_id), body)) return PageTokenMismatch();
  if (ReadInteger(body.substr(9, 8)) != parameters) return PageTokenMismatch();
  PagePosition position;
  position.revision = static_cast<int64_t>(ReadInteger(body.substr(1, 8)));
  position.after = std::string(body.substr(17));
  return position;
}

std::string EncodeConsistencyToken(const std::string& store_id, int64_t revision) {
  const std::string prefix = store_id.substr(0, kPrefixBytes);
  std::string bytes(1, kVersion);
  bytes.push_back(static_cast<char>(prefix.size()));
  bytes += prefix;
  AppendInteger(&bytes, static_cast<uint64_t>(revision), 8);
  AppendInteger(&bytes, SipHash({4, 0}, bytes), 4);
  return Encode(bytes);
}

TokenFit ReadConsistencyToken(const std::string& token, ConsistencyPoint* point) {
  const std::optional<std::string> decoded = Decode(token);
  if (!decoded.has_value() || decoded->size() < 14 || decoded->front() != kVersion) return TokenFit::kMalformed;
  const std::string_view bytes = *decoded;
  const size_t prefix = static_cast<unsigned char>(bytes[1]);
  if (prefix > kPrefixBytes || bytes.size() != 14 + prefix) return TokenFit::kMalformed;
  const std::string_view body = bytes.substr(0, bytes.size() - 4);
  if (ReadInteger(bytes.substr(body.size())) != (SipHash({4, 0}, body) & 0xffffffff)) return TokenFit::kMalformed;
  const auto revision = static_cast<int64_t>(ReadInteger(body.substr(2 + prefix)));
  if (revision < 0) return TokenFit::kMalformed;
  point->store_prefix = std::string(body.substr(2, prefix));
  point->revision = revision;
  return TokenFit::kFits;
}

TokenFit FitConsistencyToken(const std::string& store_id, const std::string& token, int64_t* revision) {
  ConsistencyPoint point;
  const TokenFit fit = ReadConsistencyToken(token, &point);
  if (fit != TokenFit::kFits) return fit;
  if (point.store_prefix != store_id.substr(0, kPrefixBytes)) return TokenFit::kOtherStore;
  *revision = point.revision;
  return TokenFit::kFits;
}

absl::StatusOr<int64_t> DecodeConsistencyToken(const std::string& store_id, const std::string& token) {
  int64_t revision = 0;
  switch (FitConsistencyToken(store_id, token, &revision)) {
    case TokenFit::kFits:
      return revision;
    case TokenFit::kOtherStore:
      return Error(absl::StatusCode::kInvalidArgument, common::v1::ERROR_REASON_CONSISTENCY_TOKEN_MISMATCH,
                   "The consistency token is of another store, or of this one before it was restored from a backup. "
                   "Read without it.");
    case TokenFit::kMalformed:
      break;
  }
  return Error(absl::StatusCode::kInvalidArgument, common::v1::ERROR_REASON_CONSISTENCY_TOKEN_MISMATCH,
               "The consistency token is malformed. Send it as it came.");
}

}  // namespace oversight::rpc
