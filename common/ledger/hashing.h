// The tamper evidence of a transaction: its leaf hash, as RFC 6962 (section 2.1) hashes leaves.
//
//   leaf  = SHA-256(0x00 || bytes)
//   bytes = text("oversight.ledger.leaf.v1") int64(revision) int64(recorded time in microseconds since 1970, UTC)
//           text(actor) text(verb) text(reason) text(request_id) text(trace_id)
//           uint32(count of changes) change*
//   change = byte(1 put, 2 delete) text(name) text(kind) 32 bytes SHA-256(payload) terms
//   terms = uint32(count) (text(term) text(value))*      sorted by (term, value), without doubles
//   text  = uint32(count of bytes) bytes;  integers are big-endian
//
// The payload is hashed on its own, so that a payload can be removed by law and the leaf can still be checked. This
// layout must never change: a new one takes a new first text. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/ledger/types.h"

namespace oversight::ledger {

inline constexpr size_t kHashBytes = 32;

// kHashBytes bytes.
std::string Sha256(std::string_view bytes);
// The same into 32 bytes at `hash`, without an allocation.
void Sha256Into(std::string_view bytes, uint8_t* hash);

// The canonical encoding of the index terms of one change, as above. Also how they are stored.
std::string EncodeTerms(std::vector<Term> terms);
// The inverse; empty when `bytes` is not such an encoding.
std::vector<Term> DecodeTerms(std::string_view bytes);

// One change as the leaf sees it.
struct HashedChange {
  Change::Operation operation = Change::Operation::kPut;
  std::string_view name;
  std::string_view kind;
  std::string_view payload_hash;   // 32 bytes
  std::string_view encoded_terms;  // of EncodeTerms
};

std::string LeafHash(Revision revision, int64_t recorded_us, const Audit& audit,
                     const std::vector<HashedChange>& changes);

// A transaction as the log will hold it, with the hashes of its content; without a request. The time is cut to whole
// microseconds.
LoggedTransaction ToLogged(Revision revision, absl::Time recorded_time, const Audit& audit,
                           const std::vector<Change>& changes);

}  // namespace oversight::ledger
