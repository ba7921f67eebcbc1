#include "common/ledger/hashing.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <tuple>

namespace oversight::ledger {
namespace {

constexpr std::string_view kLayout = "oversight.ledger.leaf.v1";

void AppendUint32(std::string& out, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}
void AppendInt64(std::string& out, int64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(static_cast<uint64_t>(value) >> shift);
}
void AppendText(std::string& out, std::string_view text) {
  AppendUint32(out, static_cast<uint32_t>(text.size()));
  out += text;
}

bool TakeUint32(std::string_view& in, uint32_t& value) {
  if (in.size() < 4) return false;
  value = 0;
  for (int i = 0; i < 4; ++i) value = (value << 8) | static_cast<uint8_t>(in[i]);
  in.remove_prefix(4);
  return true;
}
bool TakeText(std::string_view& in, std::string& text) {
  uint32_t size = 0;
  if (!TakeUint32(in, size) || in.size() < size) return false;
  text = in.substr(0, size);
  in.remove_prefix(size);
  return true;
}

// Fetched once: the implicit fetch of EVP_sha256 costs more than hashing a small change.
const EVP_MD* Algorithm() {
  static const EVP_MD* const md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return md;
}

}  // namespace

void Sha256Into(std::string_view bytes, uint8_t* hash) {
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (EVP_DigestInit_ex2(context.get(), Algorithm(), nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), hash, nullptr) != 1) {
    std::abort();  // No SHA-256 in the crypto library: nothing may be stored without it.
  }
}

std::string Sha256(std::string_view bytes) {
  std::string hash(32, '\0');
  Sha256Into(bytes, reinterpret_cast<uint8_t*>(hash.data()));
  return hash;
}

std::string EncodeTerms(std::vector<Term> terms) {
  const auto key = [](const Term& t) { return std::tie(t.term, t.value); };
  std::sort(terms.begin(), terms.end(), [&](const Term& a, const Term& b) { return key(a) < key(b); });
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  std::string out;
  AppendUint32(out, static_cast<uint32_t>(terms.size()));
  for (const Term& term : terms) {
    AppendText(out, term.term);
    AppendText(out, term.value);
  }
  return out;
}

std::vector<Term> DecodeTerms(std::string_view bytes) {
  uint32_t count = 0;
  std::vector<Term> terms;
  if (!TakeUint32(bytes, count)) return terms;
  for (uint32_t i = 0; i < count; ++i) {
    Term term;
    if (!TakeText(bytes, term.term) || !TakeText(bytes, term.value)) return {};
    terms.push_back(std::move(term));
  }
  return terms;
}

std::string LeafHash(Revision revision, int64_t recorded_us, const Audit& audit,
                     const std::vector<HashedChange>& changes) {
  std::string bytes(1, '\0');
  AppendText(bytes, kLayout);
  AppendInt64(bytes, revision);
  AppendInt64(bytes, recorded_us);
  AppendText(bytes, audit.actor);
  AppendText(bytes, audit.verb);
  AppendText(bytes, audit.reason);
  AppendText(bytes, audit.request_id);
  AppendText(bytes, audit.trace_id);
  AppendUint32(bytes, static_cast<uint32_t>(changes.size()));
  for (const HashedChange& change : changes) {
    bytes += static_cast<char>(change.operation);
    AppendText(bytes, change.name);
    AppendText(bytes, change.kind);
    bytes += change.payload_hash;
    bytes += change.encoded_terms;
  }
  return Sha256(bytes);
}

LoggedTransaction ToLogged(Revision revision, absl::Time recorded_time, const Audit& audit,
                           const std::vector<Change>& changes) {
  const int64_t recorded_us = absl::ToUnixMicros(recorded_time);
  LoggedTransaction transaction;
  transaction.revision = revision;
  transaction.recorded_time = absl::FromUnixMicros(recorded_us);
  transaction.audit = audit;
  transaction.changes.reserve(changes.size());
  for (const Change& change : changes) {
    transaction.changes.push_back({change.operation, change.name, change.kind, change.payload, Sha256(change.payload),
                                   EncodeTerms(change.terms), false});
  }
  std::vector<HashedChange> hashed;
  hashed.reserve(changes.size());
  for (const LoggedChange& change : transaction.changes) {
    hashed.push_back({change.operation, change.name, change.kind, change.payload_hash, change.encoded_terms});
  }
  transaction.leaf_hash = LeafHash(revision, recorded_us, audit, hashed);
  return transaction;
}

}  // namespace oversight::ledger
