// Payloads that are removed by law while the log is read, by the real binaries: for a backup, by a verification of the
// running suite, and where several processes may have a store open, also straight from it. What comes of it is sound,
// and once it is restored nothing is there that a record says was removed.
#include <signal.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "oversight/ledger/v1/ledger_service.grpc.pb.h"
#include "tests/e2e/suite_fixture.h"
#include "tests/support/sample_export.h"
#include "tests/support/temp_dir.h"

namespace oversight::testing {
namespace {

using ledger::v1::LedgerService;
using ::testing::HasSubstr;
using ::testing::Not;

// Long enough to be in the middle of it. Of 1,000 forces each is changed again a thousand revisions later.
constexpr int kTransactions = 20000, kForces = 1000;

std::string Content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

class RedactionBackupTest : public SuiteFixture, public ::testing::WithParamInterface<int> {
 protected:
  void SetUp() override {
    if (Postgres::Get() == nullptr) GTEST_SKIP() << "PostgreSQL 15 is not installed.";
    StartSuite({.replicas = GetParam()});
    WriteSampleExport(folder_ / "sample.jsonl.gz", "ledgers/forces", kTransactions);
    suite_->Kill("forces-service");
    suite_->SetStore("forces-service", Restored(folder_ / "sample.jsonl.gz", GetParam()));
    suite_->Start("forces-service");
    ledger_ = LedgerService::NewStub(suite_->ChannelAs("gateway", "chief-inspector"));
    // The gateway looks only now and then whether a service that was away is back.
    ASSERT_TRUE(Eventually([&] { return suite_->Cli("operator", {"head", "forces"}).code == 0; }));
  }
  // A fresh store of forces-service with what the file holds.
  std::string Restored(const std::string& file, int replicas) {
    const std::string store =
        replicas == 1 ? absl::StrCat("sqlite:", folder_ / absl::StrCat(++stores_, ".db")) : Postgres::Get()->NewStore();
    ExpectDone({ServerProcess::Binary("forces-service"), "restore", file, "--store=" + store});
    return store;
  }
  static void ExpectDone(const std::vector<std::string>& command) {
    const Ran ran = oversight::testing::Run(command);
    EXPECT_EQ(ran.code, 0) << command[1] << " " << ran.out << ran.err;
  }
  // What that revision of the sample made of its force.
  static std::string ShownName(int revision) {
    return absl::StrCat("Force No ", revision % kForces, " as of ", revision, "\"");
  }
  void Redact(int revision) {
    ledger::v1::RedactVersionRequest request;
    request.set_name("ledgers/forces");
    request.set_resource(absl::StrCat("forces/force-", revision % kForces));
    request.set_resource_revision(revision);
    request.set_reason("Article 17");
    ledger::v1::RedactVersionResponse response;
    grpc::ClientContext context;
    SetDeadline(context);
    const grpc::Status status = ledger_->RedactVersion(&context, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }

  const TempDir folder_;
  int stores_ = 0;
  std::unique_ptr<LedgerService::Stub> ledger_;
};

INSTANTIATE_TEST_SUITE_P(Directions, RedactionBackupTest, ::testing::Values(1, 2), [](const auto& info) {
  return info.param == 1 ? std::string("SqliteToPostgres") : std::string("PostgresToSqlite");
});

TEST_P(RedactionBackupTest, WhatGoesWhileAnExportIsWrittenIsGoneFromWhatIsRestored) {
  const std::string out = folder_ / "out.jsonl";
  Process exporting({ServerProcess::Binary("oversight"), "--gateway=" + suite_->address("gateway"), "--as=operator",
                     "export", "forces", out},
                    folder_ / "log");
  ASSERT_TRUE(Eventually([&] {
    std::error_code error;
    return std::filesystem::file_size(out + ".partial", error) > 0 && !error;
  })) << Content(folder_ / "log");
  exporting.Signal(SIGSTOP);
  const int early = 5, late = kTransactions - kForces - 2;
  Redact(early);
  Redact(late);
  exporting.Signal(SIGCONT);
  EXPECT_EQ(exporting.Wait(), 0) << Content(folder_ / "log");

  // The one had been read when it went, and the other had not: so the file goes on to the records of both.
  const std::string exported = Content(out);
  EXPECT_THAT(exported, HasSubstr(ShownName(early)));
  EXPECT_THAT(exported, Not(HasSubstr(ShownName(late))));
  EXPECT_THAT(exported, HasSubstr("\"name\":\"redactions/2\""));
  ExpectDone({ServerProcess::Binary("oversight"), "verify", out});

  const std::string store = Restored(out, GetParam() == 1 ? 2 : 1);
  ExpectDone({ServerProcess::Binary("forces-service"), "verify", "--store=" + store});
  ExpectDone({ServerProcess::Binary("forces-service"), "export", folder_ / "restored.jsonl", "--store=" + store});
  EXPECT_EQ(suite_->Cli("operator", {"export", "forces", folder_ / "live.jsonl"}).code, 0);
  const std::string restored = Content(folder_ / "restored.jsonl");
  EXPECT_THAT(restored, Not(HasSubstr(ShownName(early))));
  EXPECT_TRUE(restored == Content(folder_ / "live.jsonl"));
}

TEST_P(RedactionBackupTest, EverythingIsSoundWhileOthersRedactAllTheTime) {
  std::atomic<bool> stop{false};
  std::atomic<int> redacted{0};
  std::thread redacting([&] {
    // From both ends, so that some had been read when they go and others had not.
    for (int i = 1; !stop && !HasFailure() && i < kTransactions / 2 - kForces; ++i) {
      Redact(i % 2 == 0 ? i : kTransactions - kForces - i);
      ++redacted;
    }
  });
  const std::string file = folder_ / "backup/forces.jsonl.gz", store = suite_->store("forces-service");
  for (int round = 0; round < 2; ++round) {
    const int before = redacted;
    EXPECT_TRUE(Eventually([&] { return redacted > before; }));
    const Ran verified = suite_->Cli("operator", {"verify", "forces"});
    EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
    std::filesystem::remove_all(folder_ / "backup");
    const Ran backup = suite_->Cli("operator", {"backup", folder_ / "backup"});
    EXPECT_EQ(backup.code, 0) << backup.out << backup.err;
    ExpectDone({ServerProcess::Binary("oversight"), "verify", folder_ / "backup"});
    if (GetParam() > 1) {
      ExpectDone({ServerProcess::Binary("forces-service"), "verify", "--store=" + store});
      ExpectDone({ServerProcess::Binary("forces-service"), "export", folder_ / "direct.jsonl", "--store=" + store});
      ExpectDone({ServerProcess::Binary("oversight"), "verify", folder_ / "direct.jsonl"});
    }
    EXPECT_GT(redacted, before + 1);
  }
  stop = true;
  redacting.join();
  // In a log at rest a record may tell of nothing that is still there.
  const std::string restored = Restored(file, GetParam() == 1 ? 2 : 1);
  ExpectDone({ServerProcess::Binary("forces-service"), "verify", "--store=" + restored});
}

}  // namespace
}  // namespace oversight::testing
