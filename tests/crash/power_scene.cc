#include "tests/crash/power_scene.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ledger/sqlite/connection.h"
#include "common/ledger/sqlite/sqlite_engine.h"
#include "common/rpc/errors.h"
#include "tests/crash/store_reading.h"
#include "tests/support/ledger_calls.h"

namespace oversight::crash {
namespace {

constexpr int kClients = 4;
// Enough for several checkpoints of the write-ahead log.
constexpr uint64_t kMostChanges = 4000;

}  // namespace

PowerScene::PowerScene(uint64_t seed) : random_(seed), path_(folder_ / "store.db") { vfs_.disk = &disk_; }

absl::StatusOr<std::unique_ptr<ledger::Ledger>> PowerScene::Open() {
  return ledger::Ledger::Open(ledger::MakeSqliteEngine(path_), clock_);
}

int64_t PowerScene::acknowledged() const {
  return std::count_if(sent_.begin(), sent_.end(), [](const auto& s) { return s->write.fate == Fate::kStored; });
}
int64_t PowerScene::unanswered() const { return static_cast<int64_t>(sent_.size()) - acknowledged(); }

// One to three resources, some of them the client's own and some shared, of a few bytes or of some pages.
PowerScene::Sent PowerScene::Make(std::mt19937_64& random, int client) {
  Sent sent;
  sent.write.actor = "principals/tester";  // as testing::Storing has it
  const auto count = 1 + random() % 3;
  for (uint64_t i = 0; i < count; ++i) {
    const std::string name =
        random() % 4 == 0 ? absl::StrCat("shared/", i) : absl::StrCat(client, "/", random() % 20, i);
    const std::string payload = absl::StrCat(name, std::string(random() % (random() % 6 == 0 ? 20'000 : 300), 'p'));
    sent.changes.push_back(testing::Put(name, payload, {{"client", absl::StrCat(client)}}));
    sent.write.written.push_back({name, payload});
  }
  return sent;
}

bool PowerScene::Send(ledger::Ledger& ledger, Sent& sent) {
  const auto committed = testing::CommitNow(ledger, testing::Storing(sent.changes, sent.write.request_id));
  if (!committed.ok()) return false;
  sent.write.fate = Fate::kStored;
  sent.write.revision = committed->revision;
  return true;
}

void PowerScene::WriteUntilPowerGoes(ledger::Ledger& ledger) {
  std::vector<std::vector<std::unique_ptr<Sent>>> all(kClients);
  std::vector<std::thread> clients;
  for (int client = 0; client < kClients; ++client) {
    clients.emplace_back([&, client, seed = random_(), &sent = all[static_cast<size_t>(client)]] {
      std::mt19937_64 random(seed);
      while (true) {
        sent.push_back(std::make_unique<Sent>(Make(random, client)));
        sent.back()->write.request_id = absl::StrCat("client-", client, "-", seed, "-", sent.size());
        if (!Send(ledger, *sent.back())) return;
      }
    });
  }
  for (auto& client : clients) client.join();
  for (auto& sent : all) std::move(sent.begin(), sent.end(), std::back_inserter(sent_));
}

void PowerScene::PowerBack() {
  // Half the time nothing of what was not synced is there, half the time some of it.
  const auto files = disk_.AfterPowerLoss(Dice(2) == 0 ? nullptr : &random_);
  for (const auto& [path, content] : files) {
    std::filesystem::remove(path);
    if (content) std::ofstream(path, std::ios::binary) << *content;
  }
  std::filesystem::remove(path_ + "-shm");  // Memory, not a file.
  disk_.PowerBack(files);
}

Findings PowerScene::Cycle() {
  Findings findings;
  disk_.CutBefore(static_cast<int64_t>(1 + Dice(Dice(4) == 0 ? 40 : kMostChanges)));
  {
    const auto ledger = Open();
    if (ledger.ok()) WriteUntilPowerGoes(**ledger);
    if (!disk_.cut()) {
      findings.Other(ledger.ok() ? "a write failed while there was power"
                                 : absl::StrCat("the store does not open: ", TextOf(ledger.status())));
    }
  }
  PowerBack();
  // Again while the store is recovered, or put in order as it is closed.
  while (Dice(3) == 0) {
    disk_.CutBefore(static_cast<int64_t>(1 + Dice(30)));
    { const auto ledger = Open(); }
    if (disk_.cut()) ++cut_in_recovery_;
    PowerBack();
  }
  findings.Add(Check());
  return findings;
}

Findings PowerScene::Check() {
  Findings findings;
  {
    const auto ledger = Open();
    if (!ledger.ok()) {
      findings.Loss(absl::StrCat("the store does not open after a loss of power: ", TextOf(ledger.status())));
      return findings;
    }
    // Some writes are sent again: with an outcome they keep it, without one they get one.
    for (size_t i = sent_.size() - std::min<size_t>(sent_.size(), 3 * kClients); i < sent_.size(); ++i) {
      if (Dice(2) == 0) continue;
      Sent& sent = *sent_[i];
      const Write old = sent.write;
      ++sent_again_;
      if (!Send(**ledger, sent)) {
        findings.Other(absl::StrCat("request ", sent.write.request_id, " is not answered when it is sent again"));
      } else if (old.fate == Fate::kStored && old.revision != sent.write.revision) {
        findings.Double(absl::StrCat("request ", old.request_id, ", stored at revision ", old.revision,
                                     ", is stored at ", sent.write.revision, " when it is sent again"));
        sent.write = old;
      }
    }
  }
  const auto log = ReadLog("sqlite:" + path_);
  const auto whole = ReadWholeLog("sqlite:" + path_);
  if (!log.ok() || !whole.ok()) {
    findings.Loss(absl::StrCat("the store cannot be read: ", TextOf(log.ok() ? whole.status() : log.status())));
    return findings;
  }
  if (const absl::Status files = CheckSqliteFile(path_); !files.ok()) findings.Loss(TextOf(files));
  std::vector<Write> writes;
  for (const auto& sent : sent_) writes.push_back(sent->write);
  findings.Add(CheckLog(*log));
  findings.Add(CheckWrites(*log, writes));
  findings.Add(CheckGrown(before_, *log));
  findings.Add(CheckHashes(*whole));
  before_ = *log;
  return findings;
}

}  // namespace oversight::crash
