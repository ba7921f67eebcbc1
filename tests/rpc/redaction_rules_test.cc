// What may be redacted by law, as a rule over what the log has.
#include "common/rpc/redaction_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/ledger/redaction.h"
#include "common/rpc/errors.h"

namespace oversight::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ledger::v1::RedactVersionRequest Request() {
  ledger::v1::RedactVersionRequest request;
  request.set_name("ledgers/concerns");
  request.set_resource("forces/kent/concerns/1");
  request.set_resource_revision(12);
  request.set_reason("Article 17");
  return request;
}

ledger::StoredVersion Version(const std::string& kind = "oversight.concerns.v1.Concern") {
  ledger::StoredVersion stored;
  stored.version.name = "forces/kent/concerns/1";
  stored.version.kind = kind;
  stored.version.revision = 12;
  stored.payload_hash = std::string(32, 'h');
  return stored;
}

TEST(RedactionRules, TheRecordSaysWhatWentAndWhy) {
  const auto redaction = RecordRedaction(Request(), Version(), /*current=*/false, "redactions/3");
  ASSERT_TRUE(redaction.ok()) << redaction.status();
  EXPECT_EQ(redaction->name(), "redactions/3");
  EXPECT_EQ(redaction->resource(), "forces/kent/concerns/1");
  EXPECT_EQ(redaction->resource_revision(), 12);
  EXPECT_EQ(redaction->payload_hash(), std::string(32, 'h'));
  EXPECT_EQ(redaction->reason(), "Article 17");
  EXPECT_THAT(TermsOfRedaction(*redaction), ElementsAre(ledger::Term{"version 12", "forces/kent/concerns/1"}));
  EXPECT_THAT(TermsOfRedaction(*redaction), ElementsAre(ledger::RedactionTerm({"forces/kent/concerns/1", 12})));
}

TEST(RedactionRules, WhatIsNotThereCannotGo) {
  const absl::Status status = RecordRedaction(Request(), std::nullopt, false, "redactions/1").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReasonOf(status), "RESOURCE_NOT_FOUND");
  EXPECT_THAT(std::string(status.message()), HasSubstr("Revision 12 did not change a resource"));
}

TEST(RedactionRules, WhatIsCurrentIsCorrectedFirst) {
  const absl::Status status = RecordRedaction(Request(), Version(), /*current=*/true, "redactions/1").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), "VERSION_CURRENT");
  EXPECT_EQ(ErrorMetadata(status, "revision"), "12");
  EXPECT_THAT(std::string(status.message()), HasSubstr("Correct the resource first; then redact revision 12"));
  EXPECT_EQ(PreconditionsOf(status).size(), 1u);
}

TEST(RedactionRules, ARecordOfRedactionStays) {
  for (const bool current : {true, false}) {
    const absl::Status status =
        RecordRedaction(Request(), Version(ledger::kRedactionKind), current, "redactions/1").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(ReasonOf(status), "RECORD_OF_REDACTION");
    EXPECT_EQ(PreconditionsOf(status).size(), 1u);
  }
}

}  // namespace
}  // namespace oversight::rpc
