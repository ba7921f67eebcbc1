// The two opaque texts that clients carry for us: page tokens and consistency tokens. Both are base64url without
// padding, versioned, and refused unless they are exactly what we made. Decoding is total: any text gives an answer,
// never a crash.
//
// Page token, before base64url (integers big-endian):
//   version 0x01 | revision 8 | parameters 8 | after n | checksum 8
// The checksum is SipHash-2-4 of all before it, keyed by the store id: a page of one store, of another query or of
// another method is PAGE_TOKEN_MISMATCH. It guards against mistakes, not against forgers: a token grants nothing that
// the call itself does not check.
//
// Consistency token:
//   version 0x01 | n 1 | first n (at most 16) bytes of the store id | revision 8 | checksum 4
// The checksum is not keyed, so that a token of another store is told from a broken one and anyone can read the
// revision.
//
// What is called the store id here is the ledger's incarnation (StoreIdentity in common/ledger/engine.h): a store that
// was restored counts as another one.
//
// Values and pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

namespace oversight::rpc {

// Where a list continues.
struct PagePosition {
  std::string after;     // the name (or other key) of the last item given
  int64_t revision = 0;  // the revision that all pages of this list show
  friend bool operator==(const PagePosition&, const PagePosition&) = default;
};

// What a page token is bound to: the method, the request without `page_size` and `page_token`, and whatever else
// decides what this caller sees, such as the name of the principal.
uint64_t HashParameters(const std::string& method, const google::protobuf::Message& request,
                        const std::string& visibility = "");

std::string EncodePageToken(const std::string& store_id, uint64_t parameters, const PagePosition& position);
// INVALID_ARGUMENT PAGE_TOKEN_MISMATCH for anything that EncodePageToken did not make of the same store and parameters.
absl::StatusOr<PagePosition> DecodePageToken(const std::string& store_id, uint64_t parameters,
                                             const std::string& token);

// What a consistency token says, before it is compared with any store.
struct ConsistencyPoint {
  std::string store_prefix;
  int64_t revision = 0;
  friend bool operator==(const ConsistencyPoint&, const ConsistencyPoint&) = default;
};

enum class TokenFit { kFits, kOtherStore, kMalformed };

std::string EncodeConsistencyToken(const std::string& store_id, int64_t revision);
// kMalformed, or kFits with `point` filled in. Compares with no store.
TokenFit ReadConsistencyToken(const std::string& token, ConsistencyPoint* point);
// Also compares with the store.
TokenFit FitConsistencyToken(const std::string& store_id, const std::string& token, int64_t* revision);
// The revision; INVALID_ARGUMENT CONSISTENCY_TOKEN_MISMATCH when it does not fit this store.
absl::StatusOr<int64_t> DecodeConsistencyToken(const std::string& store_id, const std::string& token);

}  // namespace oversight::rpc
