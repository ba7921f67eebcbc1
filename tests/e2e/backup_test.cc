// Backups of the running suite with the real binaries: taken while others write, restored into the other engine, and
// what the suite shows afterwards; and what happens to everyone who knew more than an older backup brings back.
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/ledger/archive/manifest.h"
#include "common/rpc/errors.h"
#include "common/rpc/status_mapping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "oversight/concerns/v1/concerns_service.grpc.pb.h"
#include "oversight/ledger/v1/ledger_service.grpc.pb.h"
#include "oversight/monitoring/v1/monitoring_service.grpc.pb.h"
#include "tests/e2e/suite_fixture.h"
#include "tests/support/sample_export.h"
#include "tests/support/temp_dir.h"

namespace oversight::testing {
namespace {

using concerns::v1::ConcernsService;
using monitoring::v1::MonitoringService;
using ::testing::HasSubstr;

std::string Read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// Each test runs from both shapes of the suite.
class BackupTest : public SuiteFixture, public ::testing::WithParamInterface<int> {
 protected:
  void SetUp() override {
    // Both engines take part in every direction.
    if (Postgres::Get() == nullptr) GTEST_SKIP() << "PostgreSQL 15 is not installed.";
    StartSuite({.replicas = GetParam()});
  }
  int other_shape() const { return GetParam() == 1 ? 2 : 1; }

  // A backup of the running suite.
  ledger::Manifest Backup(const std::string& name) {
    const Ran backup = suite_->Cli("operator", {"backup", folder_ / name});
    EXPECT_EQ(backup.code, 0) << backup.err;
    const auto manifest = ledger::ParseManifest(Read(folder_ / name + "/manifest.json"));
    EXPECT_TRUE(manifest.ok()) << manifest.status();
    return manifest.ok() ? *manifest : ledger::Manifest{};
  }
  static const ledger::ExportedFile& Of(const ledger::Manifest& manifest, const std::string& service) {
    const std::string name = "ledgers/" + service.substr(0, service.find('-'));
    return *std::find_if(manifest.files.begin(), manifest.files.end(),
                         [&](const ledger::ExportedFile& file) { return file.ledger == name; });
  }
  // Fills a fresh store of one service, of the kind that goes with the shape.
  std::string Restore(const std::string& service, const std::string& name, int replicas) {
    const std::string store =
        replicas == 1 ? absl::StrCat("sqlite:", folder_ / absl::StrCat(++stores_, ".db")) : Postgres::Get()->NewStore();
    const std::string file = absl::StrCat(folder_ / name, "/", service.substr(0, service.find('-')), ".jsonl.gz");
    const Ran ran = oversight::testing::Run({ServerProcess::Binary(service), "restore", file, "--store=" + store});
    EXPECT_EQ(ran.code, 0) << service << ran.out << ran.err;
    return store;
  }
  // Everything stops, and the suite comes back from the backup on the other engine.
  void MoveTo(int replicas, const std::string& name) {
    suite_->KillAll();
    SuiteShape shape{.replicas = replicas};
    for (const std::string& service : Suite::Services()) shape.stores[service] = Restore(service, name, replicas);
    StartSuite(shape);
  }
  // That the logs of the running suite are those of the manifest, to the last bit.
  void ExpectVerified(const ledger::Manifest& manifest) {
    const Ran verified = suite_->Cli("operator", {"--json", "verify"});
    EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
    for (const std::string& service : Suite::Services()) {
      const ledger::ExportedFile& file = Of(manifest, service);
      EXPECT_THAT(verified.out,
                  HasSubstr(absl::StrCat("\"rootHash\":\"", absl::BytesToHexString(ledger::HashBytes(file.root)),
                                         "\",\"sound\":true,\"subject\":\"", file.ledger,
                                         "\",\"transactions\":", file.revision, "}")));
    }
    const NationalDashboard national = National(true);
    for (const std::string& service : Suite::Services()) {
      EXPECT_EQ(Section(national, service).revision(), Of(manifest, service).revision) << service;
      EXPECT_EQ(Section(national, service).state(), gateway::v1::SECTION_STATE_COMPLETE) << service;
    }
  }

  static concerns::v1::CreateConcernRequest Concern(const std::string& force, const std::string& title,
                                                    const std::string& request_id) {
    concerns::v1::CreateConcernRequest request = ConcernOf(force, title);
    request.set_request_id(request_id);
    return request;
  }
  std::unique_ptr<ConcernsService::Stub> Concerns(const std::string& door) {
    return ConcernsService::NewStub(suite_->ChannelAs(door, "liaison-lead"));
  }
  template <class Stub, class Method, class Request, class Response>
  static grpc::Status Call(Stub& stub, Method method, const Request& request, Response* response) {
    grpc::ClientContext context;
    SetDeadline(context);
    return (stub.*method)(&context, request, response);
  }
  // The titles of the concerns of the force, as the gateway's copy has them.
  std::set<std::string> TitlesShown() {
    std::set<std::string> titles;
    const ForceDashboard dashboard = OfForce();
    for (const auto& concern : dashboard.concerns()) titles.insert(concern.concern().title());
    return titles;
  }

  const TempDir folder_;
  int stores_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Directions, BackupTest, ::testing::Values(1, 2), [](const auto& info) {
  return info.param == 1 ? std::string("SqliteToPostgres") : std::string("PostgresToSqlite");
});

// One who writes and keeps what was acknowledged.
struct Acknowledged {
  std::string request_id, name;
  int64_t revision = 0;
};

TEST_P(BackupTest, WhileOthersWriteItIsWholeAndConsistentAndComesBackOnTheOtherEngine) {
  PlayScenario();
  std::mutex mu;
  std::vector<Acknowledged> acknowledged;
  std::atomic<int> moves{0};
  std::atomic<bool> stop{false};
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 3; ++writer) {
    writers.emplace_back([&, writer] {
      const auto concerns = Concerns("gateway");
      for (int i = 0; !stop; ++i) {
        const std::string id = absl::StrCat("writer-", writer, "-", i);
        concerns::v1::CreateConcernResponse response;
        if (!Call(*concerns, &ConcernsService::Stub::CreateConcern, Concern(kForce, id, id), &response).ok()) continue;
        std::lock_guard lock(mu);
        acknowledged.push_back({id, response.concern().name(), response.header().revision()});
      }
    });
  }
  // And one whose records refer from one log to the next: a concern, and a proposal that rests on it.
  writers.emplace_back([&] {
    const auto concerns = Concerns("gateway");
    const auto monitoring = MonitoringService::NewStub(suite_->ChannelAs("gateway", "hm-inspector"));
    while (!stop) {
      concerns::v1::CreateConcernResponse created;
      if (!Call(*concerns, &ConcernsService::Stub::CreateConcern, Concern("forces/staffordshire", "Referred to", ""),
                &created)
               .ok()) {
        continue;
      }
      concerns::v1::IssueConcernRequest issue;
      issue.set_name(created.concern().name());
      concerns::v1::IssueConcernResponse issued;
      monitoring::v1::CreateProposalRequest propose;
      propose.set_parent("forces/staffordshire");
      propose.mutable_proposal()->set_to_stage("engage");
      propose.mutable_proposal()->set_ground(monitoring::v1::GROUND_NOT_RESPONDING);
      auto& reason = *propose.mutable_proposal()->add_reasons();
      reason.set_text("A reason.");
      reason.set_concern(issue.name());
      reason.set_exit_criterion("It is dealt with.");
      monitoring::v1::CreateProposalResponse proposed;
      monitoring::v1::WithdrawProposalRequest withdraw;
      monitoring::v1::WithdrawProposalResponse withdrawn;
      grpc::Status status = Call(*concerns, &ConcernsService::Stub::IssueConcern, issue, &issued);
      if (status.ok()) status = Call(*monitoring, &MonitoringService::Stub::CreateProposal, propose, &proposed);
      if (!status.ok()) {
        if (status.error_code() == grpc::StatusCode::UNAVAILABLE) continue;
        ADD_FAILURE() << status.error_message();
        return;
      }
      withdraw.set_name(proposed.proposal().name());
      withdraw.set_reason("To propose another.");
      if (Call(*monitoring, &MonitoringService::Stub::WithdrawProposal, withdraw, &withdrawn).ok()) ++moves;
    }
  });
  const auto written = [&] {
    std::lock_guard lock(mu);
    return acknowledged.size();
  };
  EXPECT_TRUE(Eventually([&] { return written() >= 100 && moves >= 5; }));
  const ledger::Manifest manifest = Backup("backup");
  const size_t enough = written() + 10;
  EXPECT_TRUE(Eventually([&] { return written() >= enough; }));
  suite_->KillAll();
  stop = true;
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(oversight::testing::Run({ServerProcess::Binary("oversight"), "verify", folder_ / "backup"}).code, 0);

  MoveTo(other_shape(), "backup");
  ExpectVerified(manifest);
  const int64_t end = Of(manifest, "concerns-service").revision;
  const auto concerns = Concerns("gateway");
  size_t kept = 0;
  for (const Acknowledged& write : acknowledged) {
    if (write.revision > end) continue;
    ++kept;
    concerns::v1::CreateConcernResponse again;
    const grpc::Status status = Call(*concerns, &ConcernsService::Stub::CreateConcern,
                                     Concern(kForce, write.request_id, write.request_id), &again);
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_TRUE(again.header().replayed()) << write.request_id;
    EXPECT_EQ(again.concern().name(), write.name);
    EXPECT_EQ(again.header().revision(), write.revision);
  }
  EXPECT_GE(kept, 100u);
  EXPECT_LT(kept, acknowledged.size()) << "the suite was killed after the backup";

  const auto monitoring = MonitoringService::NewStub(suite_->ChannelAs("gateway", "hm-inspector"));
  monitoring::v1::ListProposalsRequest list;
  list.set_parent("forces/staffordshire");
  list.set_page_size(1000);
  monitoring::v1::ListProposalsResponse proposals;
  ASSERT_TRUE(Call(*monitoring, &MonitoringService::Stub::ListProposals, list, &proposals).ok());
  EXPECT_GE(proposals.proposals_size(), 5);
  for (const auto& proposal : proposals.proposals()) {
    concerns::v1::GetConcernRequest get;
    get.set_name(proposal.reasons(0).concern());
    concerns::v1::GetConcernResponse got;
    EXPECT_TRUE(Call(*concerns, &ConcernsService::Stub::GetConcern, get, &got).ok()) << get.name();
    EXPECT_EQ(got.concern().state(), concerns::v1::CONCERN_STATE_ISSUED) << get.name();
  }
}

TEST_P(BackupTest, AMoveToTheOtherEngineChangesNothingThatAnyoneSees) {
  PlayScenario();
  const std::string national = Shown(National(true)), force = Shown(OfForce(true));
  const ledger::Manifest manifest = Backup("backup");
  MoveTo(other_shape(), "backup");
  ExpectVerified(manifest);
  EXPECT_EQ(Shown(National(true)), national);
  EXPECT_EQ(Shown(OfForce(true)), force);
  // Played once more, every call is a replay: nothing changes.
  PlayScenario();
  ExpectVerified(manifest);
  // And it goes on from there, into a backup that goes on from the first.
  const auto concerns = Concerns("gateway");
  concerns::v1::CreateConcernResponse created;
  ASSERT_TRUE(
      Call(*concerns, &ConcernsService::Stub::CreateConcern, Concern(kForce, "After the move", "after"), &created)
          .ok());
  EXPECT_EQ(created.header().revision(), Of(manifest, "concerns-service").revision + 1);
  const ledger::Manifest later = Backup("later");
  EXPECT_EQ(Of(later, "concerns-service").store_id, Of(manifest, "concerns-service").store_id);
  MoveTo(GetParam(), "later");
  ExpectVerified(later);
}

// concerns-service comes back with less than the others know of it, and records other things at the same revisions
// before they can look.
TEST_P(BackupTest, TheSuiteHealsWhenAServiceComesBackFromAnOlderBackup) {
  PlayScenario();
  const ledger::Manifest manifest = Backup("backup");
  std::string token;
  int64_t lost_revision = 0;
  {
    const auto concerns = Concerns("gateway");
    for (const std::string title : {"Lost 1", "Lost 2", "Lost 3"}) {
      concerns::v1::CreateConcernResponse created;
      ASSERT_TRUE(Call(*concerns, &ConcernsService::Stub::CreateConcern, Concern(kForce, title, title), &created).ok());
      token = created.header().consistency_token();
      lost_revision = created.header().revision();
    }
  }
  ASSERT_TRUE(Eventually([&] { return TitlesShown().contains("Lost 3"); }));

  std::vector<Process*> held = {&suite_->process("gateway")};
  for (int i = 0; i < suite_->replicas("monitoring-service"); ++i) {
    held.push_back(&suite_->process("monitoring-service", i));
  }
  for (Process* process : held) process->Signal(SIGSTOP);
  suite_->Kill("concerns-service");
  suite_->SetStore("concerns-service", Restore("concerns-service", "backup", GetParam()));
  suite_->Start("concerns-service");
  const auto concerns = Concerns("concerns-service");
  int64_t revision = 0;
  for (int i = 0; revision <= lost_revision; ++i) {
    const std::string title = absl::StrCat("New ", i);
    concerns::v1::CreateConcernResponse created;
    ASSERT_TRUE(Call(*concerns, &ConcernsService::Stub::CreateConcern, Concern(kForce, title, title), &created).ok());
    revision = created.header().revision();
  }
  for (Process* process : held) process->Signal(SIGCONT);

  // The gateway shows what the service holds, and nothing of what is lost.
  std::set<std::string> held_now;
  concerns::v1::ListConcernsRequest list;
  list.set_parent(kForce);
  list.set_page_size(1000);
  list.mutable_read()->mutable_consistency()->set_fully_consistent(true);
  concerns::v1::ListConcernsResponse listed;
  ASSERT_TRUE(Call(*concerns, &ConcernsService::Stub::ListConcerns, list, &listed).ok());
  for (const auto& concern : listed.concerns()) held_now.insert(concern.title());
  EXPECT_TRUE(held_now.contains("New 0"));
  EXPECT_FALSE(held_now.contains("Lost 1"));
  EXPECT_TRUE(Eventually([&] { return TitlesShown() == held_now; }));
  // What the owner derives follows a moment later.
  EXPECT_TRUE(Eventually([&] { return Shown(OfForce(true)) == Shown(OfForce()); }));
  EXPECT_TRUE(Eventually([&] {
    return Section(National(), "concerns-service").state() == gateway::v1::SECTION_STATE_COMPLETE &&
           Section(National(), "concerns-service").revision() == revision;
  }));
  // So does monitoring-service: a proposal may rest on what is there now, and on nothing that is lost.
  const auto name_of = [&](const std::string& title) {
    for (const auto& concern : listed.concerns()) {
      if (concern.title() == title) return concern.name();
    }
    return std::string();
  };
  concerns::v1::IssueConcernRequest issue;
  issue.set_name(name_of("New 0"));
  concerns::v1::IssueConcernResponse issued;
  const grpc::Status issuing = Call(*concerns, &ConcernsService::Stub::IssueConcern, issue, &issued);
  ASSERT_TRUE(issuing.ok()) << issuing.error_message();
  const auto monitoring = MonitoringService::NewStub(suite_->ChannelAs("monitoring-service", "hm-inspector"));
  monitoring::v1::CreateProposalRequest propose;
  propose.set_parent(kForce);
  propose.mutable_proposal()->set_to_stage("scan");
  propose.mutable_proposal()->set_ground(monitoring::v1::GROUND_IMPROVEMENT);
  propose.mutable_proposal()->add_reasons()->set_text("A reason.");
  propose.mutable_proposal()->mutable_reasons(0)->set_concern(issue.name());
  for (const char* reason : {"r1", "r2", "r3", "r4"}) {
    auto& outcome = *propose.mutable_proposal()->add_reason_outcomes();
    outcome.set_reason(reason);
    outcome.set_end(monitoring::v1::REASON_END_MET);
    outcome.set_text("It is dealt with.");
  }
  monitoring::v1::CreateProposalResponse proposed;
  const grpc::Status status = Call(*monitoring, &MonitoringService::Stub::CreateProposal, propose, &proposed);
  EXPECT_TRUE(status.ok()) << status.error_message();

  // Who holds a token of what is lost is told, though the revision it names is there again.
  const auto mismatch = [](const grpc::Status& refused) {
    return ReasonOf(rpc::FromGrpc(refused)) == "CONSISTENCY_TOKEN_MISMATCH";
  };
  list.mutable_read()->mutable_consistency()->set_at_least_as_fresh(token);
  EXPECT_TRUE(mismatch(Call(*concerns, &ConcernsService::Stub::ListConcerns, list, &listed)));
  gateway::v1::GetNationalDashboardRequest national;
  national.mutable_freshness()->add_at_least_as_fresh(token);
  gateway::v1::GetNationalDashboardResponse dashboard;
  EXPECT_TRUE(mismatch(Call(*dashboards_, &GatewayService::Stub::GetNationalDashboard, national, &dashboard)));
  const auto watch = [&](int64_t after, const std::string& with) {
    concerns::v1::WatchConcernsRequest request;
    request.mutable_start()->set_resume_after(after);
    request.mutable_start()->set_token(with);
    grpc::ClientContext context;
    SetDeadline(context);
    auto reader = concerns->WatchConcerns(&context, request);
    concerns::v1::WatchConcernsResponse response;
    while (reader->Read(&response)) {
    }
    return reader->Finish();
  };
  EXPECT_TRUE(mismatch(watch(lost_revision, token)));
  EXPECT_EQ(ReasonOf(rpc::FromGrpc(watch(revision + 1000, ""))), "REVISION_IN_FUTURE");
  // A request that is lost is done, not replayed.
  concerns::v1::CreateConcernResponse again;
  ASSERT_TRUE(Call(*concerns, &ConcernsService::Stub::CreateConcern, Concern(kForce, "Lost 1", "Lost 1"), &again).ok());
  EXPECT_FALSE(again.header().replayed());
  // The log is another now than the one of which heads were told after the backup, and goes on from that of the backup.
  EXPECT_EQ(Of(Backup("later"), "concerns-service").store_id, Of(manifest, "concerns-service").store_id);
}

TEST_P(BackupTest, ABackupThatCannotBeFinishedSaysSoAndIsNotTakenForOne) {
  suite_->Kill("forces-service");
  const Ran failed = suite_->Cli("operator", {"--timeout=1", "backup", folder_ / "backup"});
  EXPECT_EQ(failed.code, 3) << failed.out;
  EXPECT_THAT(failed.err, HasSubstr("is not complete. Run it again."));
  const Ran no_backup = suite_->Cli("operator", {"verify", folder_ / "backup"});
  EXPECT_EQ(no_backup.code, 2);
  EXPECT_THAT(no_backup.err, HasSubstr("is no backup, or one that was not finished"));

  suite_->Start("forces-service");
  const ledger::Manifest manifest = Backup("backup");
  std::vector<std::string> order, files;
  for (const auto& file : manifest.files) order.push_back(file.ledger);
  EXPECT_THAT(order, ::testing::ElementsAre("ledgers/monitoring", "ledgers/concerns", "ledgers/forces"));
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / "backup")) {
    files.push_back(entry.path().filename());
    EXPECT_EQ(entry.status().permissions(), std::filesystem::perms(0600)) << entry.path();
  }
  EXPECT_THAT(files, ::testing::UnorderedElementsAre("concerns.jsonl.gz", "forces.jsonl.gz", "monitoring.jsonl.gz",
                                                     "manifest.json"));
  const Ran twice = suite_->Cli("operator", {"backup", folder_ / "backup"});
  EXPECT_EQ(twice.code, 1);
  EXPECT_THAT(twice.err, HasSubstr("holds a backup already"));
  EXPECT_EQ(suite_->Cli("press-officer", {"backup", folder_ / "not-allowed"}).code, 1);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "not-allowed")) << "who may not read the logs leaves no folder behind";

  const Ran json = suite_->Cli("operator", {"--json", "backup", folder_ / "for-programs"});
  EXPECT_EQ(json.out, Read(folder_ / "for-programs/manifest.json"));

  // A file that was changed or put in the place of another.
  const std::string forces = folder_ / "backup/forces.jsonl.gz", concerns = folder_ / "backup/concerns.jsonl.gz";
  const std::string bytes = Read(forces);
  std::string damaged = bytes;
  damaged[bytes.size() / 2] = static_cast<char>(damaged[bytes.size() / 2] ^ 1);
  for (const std::string& other : {damaged, Read(concerns), std::string()}) {
    std::ofstream(forces, std::ios::binary | std::ios::trunc) << other;
    const Ran found = suite_->Cli("operator", {"verify", folder_ / "backup"});
    EXPECT_EQ(found.code, 1) << other.size();
    EXPECT_THAT(found.out, HasSubstr("forces.jsonl.gz: NOT SOUND.")) << other.size();
    EXPECT_THAT(found.out, HasSubstr("concerns.jsonl.gz: sound.")) << other.size();
  }
  // Sound in itself, and yet not the file that was written: its time as gzip has it.
  std::string retouched = bytes;
  retouched[4] = static_cast<char>(retouched[4] ^ 1);
  std::ofstream(forces, std::ios::binary | std::ios::trunc) << retouched;
  EXPECT_EQ(suite_->Cli("operator", {"verify", forces}).code, 0);
  EXPECT_THAT(suite_->Cli("operator", {"verify", folder_ / "backup"}).out,
              HasSubstr("not the file that the manifest tells of"));
  std::ofstream(forces, std::ios::binary | std::ios::trunc) << bytes;
  EXPECT_EQ(suite_->Cli("operator", {"verify", folder_ / "backup"}).code, 0);
  // One that is not there.
  std::filesystem::rename(forces, forces + ".away");
  const Ran missing = suite_->Cli("operator", {"verify", folder_ / "backup"});
  EXPECT_EQ(missing.code, 1);
  EXPECT_THAT(missing.out, HasSubstr("forces.jsonl.gz: NOT SOUND. The log: it is missing"));
  std::filesystem::rename(forces + ".away", forces);
  // One of an older backup.
  PlayScenario();
  const ledger::Manifest later = Backup("later");
  std::filesystem::copy_file(concerns, folder_ / "later/concerns.jsonl.gz",
                             std::filesystem::copy_options::overwrite_existing);
  const auto earlier = ledger::ParseManifest(Read(folder_ / "backup/manifest.json"));
  ASSERT_TRUE(earlier.ok()) << earlier.status();
  EXPECT_THAT(suite_->Cli("operator", {"verify", folder_ / "later"}).out,
              HasSubstr(absl::StrCat("Revision ", Of(*earlier, "concerns-service").revision + 1,
                                     ": it is missing. The log ends before it, but the manifest covers ",
                                     Of(later, "concerns-service").revision, " transactions")));
}

// What the order of a backup rests on.
TEST_P(BackupTest, AHeadOverAllThereIsHoldsWhatAnotherReplicaHasJustAcknowledged) {
  const int last = suite_->replicas("concerns-service") - 1;
  const auto concerns = ConcernsService::NewStub(suite_->ChannelTo("concerns-service", 0, "liaison-lead"));
  const auto log = ledger::v1::LedgerService::NewStub(suite_->ChannelTo("concerns-service", last, "operator"));
  for (int i = 0; i < 20; ++i) {
    concerns::v1::CreateConcernResponse created;
    ASSERT_TRUE(
        Call(*concerns, &ConcernsService::Stub::CreateConcern, Concern(kForce, absl::StrCat(i), ""), &created).ok());
    ledger::v1::TreeHead head;
    if (i % 2 == 0) {
      ledger::v1::GetTreeHeadRequest request;
      request.set_name("ledgers/concerns");
      ledger::v1::GetTreeHeadResponse response;
      ASSERT_TRUE(Call(*log, &ledger::v1::LedgerService::Stub::GetTreeHead, request, &response).ok());
      head = response.tree_head();
    } else {
      ledger::v1::ExportTransactionsRequest request;
      request.set_name("ledgers/concerns");
      grpc::ClientContext context;
      SetDeadline(context);
      auto reader = log->ExportTransactions(&context, request);
      ledger::v1::ExportTransactionsResponse part;
      ASSERT_TRUE(reader->Read(&part));
      head = part.started().tree_head();
      context.TryCancel();
    }
    ASSERT_GE(head.tree_size(), created.header().revision()) << i;
  }
}

TEST_P(BackupTest, AnExportGoesOnAfterABrokenConnection) {
  const int count = 20000;
  WriteSampleExport(folder_ / "forces.jsonl.gz", "ledgers/forces", count);
  suite_->Kill("forces-service");
  suite_->SetStore("forces-service", Restore("forces-service", "", GetParam()));
  suite_->Start("forces-service");
  WriteSampleExport(folder_ / "expected.jsonl", "ledgers/forces", count);
  const auto whole = static_cast<int64_t>(std::filesystem::file_size(folder_ / "expected.jsonl"));

  const std::string out = folder_ / "out.jsonl";
  Process exporting({ServerProcess::Binary("oversight"), "--gateway=" + suite_->address("gateway"), "--as=operator",
                     "export", "forces", out},
                    folder_ / "log");
  std::error_code error;
  const auto so_far = [&] {
    const auto size = std::filesystem::file_size(out + ".partial", error);
    return error ? 0 : static_cast<int64_t>(size);
  };
  ASSERT_TRUE(Eventually([&] { return so_far() > 0; })) << Read(folder_ / "log");
  suite_->Kill("forces-service");
  EXPECT_LT(so_far(), whole) << "the connection was to break before the end";
  EXPECT_FALSE(std::filesystem::exists(out));
  suite_->Start("forces-service");
  EXPECT_EQ(exporting.Wait(), 0) << Read(folder_ / "log");
  EXPECT_TRUE(Read(out) == Read(folder_ / "expected.jsonl"));
  EXPECT_FALSE(std::filesystem::exists(out + ".partial"));
}

}  // namespace
}  // namespace oversight::testing
