// A log that is sound and looks like one of a service, made without a store, as long as a test likes: forces that are
// created and changed again and again, with requests. And a way to make one sound again after a test changed it. One
// thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/ledger/hashing.h"
#include "common/ledger/merkle.h"
#include "common/ledger/redaction.h"
#include "common/ledger/types.h"
#include "oversight/forces/v1/force.pb.h"
#include "oversight/ledger/v1/transaction.pb.h"

namespace oversight::testing {

// Computes the hashes of a transaction from its content.
inline void Seal(ledger::LoggedTransaction& transaction) {
  std::vector<ledger::HashedChange> hashed;
  for (ledger::LoggedChange& change : transaction.changes) {
    if (!change.redacted) change.payload_hash = ledger::Sha256(change.payload);
    hashed.push_back({change.operation, change.name, change.kind, change.payload_hash, change.encoded_terms});
  }
  transaction.leaf_hash =
      ledger::LeafHash(transaction.revision, absl::ToUnixMicros(transaction.recorded_time), transaction.audit, hashed);
}

class SampleLog {
 public:
  // The next transaction. Every third changes two forces; there are `forces` of them at most.
  ledger::LoggedTransaction Next() {
    ledger::LoggedTransaction transaction;
    transaction.revision = ++revision_;
    transaction.recorded_time = absl::FromUnixMicros(1'700'000'000'000'000 + revision_ * 1'234'567);
    transaction.audit = {"principals/records-manager", "UpdateForce", revision_ % 5 == 0 ? "Réason \"5\"\n" : "",
                         absl::StrCat("request-", revision_), "0af7651916cd43dd8448eb211c80319c"};
    for (int64_t i = 0; i <= (revision_ % 3 == 0 ? 1 : 0); ++i) {
      transaction.changes.push_back(Change((revision_ + i * 7) % forces_));
    }
    transaction.request = ledger::RequestRecord{transaction.audit.actor,
                                                transaction.audit.request_id,
                                                "/oversight.forces.v1.ForcesService/UpdateForce",
                                                ledger::Sha256(transaction.audit.request_id),
                                                revision_,
                                                transaction.recorded_time,
                                                transaction.changes[0].payload};
    Seal(transaction);
    return transaction;
  }
  // The record that the payload of a version was removed.
  ledger::LoggedTransaction Redaction(const ledger::LoggedTransaction& of, size_t change = 0) {
    ledger::v1::Redaction redaction;
    redaction.set_name(absl::StrCat("redactions/", ++redactions_));
    redaction.set_resource(of.changes[change].name);
    redaction.set_resource_revision(of.revision);
    redaction.set_payload_hash(of.changes[change].payload_hash);
    redaction.set_reason("A court's order.");
    ledger::LoggedTransaction transaction = Next();
    transaction.audit.verb = "RedactVersion";
    const ledger::VersionId id{redaction.resource(), redaction.resource_revision()};
    transaction.changes = {{.name = redaction.name(),
                            .kind = ledger::kRedactionKind,
                            .payload = redaction.SerializeAsString(),
                            .encoded_terms = ledger::EncodeTerms({ledger::RedactionTerm(id)})}};
    Seal(transaction);
    return transaction;
  }
  // The first `count`.
  static std::vector<ledger::LoggedTransaction> First(int count) {
    SampleLog log;
    std::vector<ledger::LoggedTransaction> all;
    for (int i = 0; i < count; ++i) all.push_back(log.Next());
    return all;
  }
  static ledger::Hash RootOf(const std::vector<ledger::LoggedTransaction>& log, size_t size) {
    ledger::TreeBuilder tree;
    for (size_t i = 0; i < size; ++i) tree.Append(*ledger::HashFromBytes(log[i].leaf_hash));
    return tree.Root();
  }

  explicit SampleLog(int64_t forces = 1000) : forces_(forces) {}

 private:
  ledger::LoggedChange Change(int64_t number) const {
    forces::v1::Force force;
    force.set_name(absl::StrCat("forces/force-", number));
    force.set_display_name(absl::StrCat("Force No ", number, " as of ", revision_));
    force.set_kind(forces::v1::FORCE_KIND_TERRITORIAL);
    force.set_service(forces::v1::SERVICE_TYPE_POLICE);
    force.set_region(number % 2 == 0 ? "South West" : "Wales");
    force.mutable_oversight_body()->set_kind(forces::v1::OVERSIGHT_BODY_KIND_POLICE_AND_CRIME_COMMISSIONER);
    force.mutable_oversight_body()->set_display_name(std::string(200, 'b'));
    force.add_aliases("Heddlu \xF0\x9F\x9A\x93 \x01");
    return {.name = force.name(),
            .kind = "oversight.forces.v1.Force",
            .payload = force.SerializeAsString(),
            .encoded_terms = ledger::EncodeTerms({{"region", force.region()}, {"service", "POLICE"}})};
  }

  const int64_t forces_;
  int64_t revision_ = 0;
  int redactions_ = 0;
};

}  // namespace oversight::testing
