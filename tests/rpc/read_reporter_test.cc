// What was told to whom is handed on: once, in order, again after failures, and never without bound.
#include "common/rpc/read_reporter.h"

#include <mutex>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/time/timestamp.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/awaited.h"

namespace oversight::rpc {
namespace {

using ::testing::ElementsAre;
using testing::Eventually;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const absl::Time kNoon = absl::FromUnixSeconds(1700000000);

auth::Principal Reader(const std::string& name, common::v1::Role role = common::v1::ROLE_PRESS_OFFICE) {
  common::v1::Principal proto;
  proto.set_name("principals/" + name);
  proto.add_roles(role);
  return auth::Principal(proto);
}

// Where batches go: answers each with what it is told to.
class Record {
 public:
  ReadReporter::Send sender() {
    return [this](const ReadReporter::Batch& batch, std::function<void(absl::Status)> done) {
      absl::Status status;
      {
        std::lock_guard lock(mu_);
        ++batches_;
        if (silent_) {
          held_.push_back(std::move(done));
          return;
        }
        status = status_;
        for (const auto& read : batch) {
          for (const auto& told : read.told()) {
            if (absl::StrCat(told.name(), "@", told.revision()) == refused_) status = absl::InternalError("no");
          }
        }
        if (status.ok()) {
          for (const auto& read : batch) {
            for (const auto& told : read.told()) {
              reads_.push_back(absl::StrCat(read.reader().name(), " ", told.name(), "@", told.revision()));
            }
          }
        }
      }
      done(status);
    };
  }
  void Answer(absl::Status status) {
    std::lock_guard lock(mu_);
    status_ = std::move(status);
  }
  // Every batch with this in it.
  void Refuse(std::string told) {
    std::lock_guard lock(mu_);
    refused_ = std::move(told);
  }
  void BeSilent() {
    std::lock_guard lock(mu_);
    silent_ = true;
  }
  std::vector<std::string> reads() {
    std::lock_guard lock(mu_);
    return reads_;
  }
  int batches() {
    std::lock_guard lock(mu_);
    return batches_;
  }

 private:
  std::mutex mu_;
  absl::Status status_;
  std::string refused_;
  bool silent_ = false;
  int batches_ = 0;
  std::vector<std::string> reads_;
  std::vector<std::function<void(absl::Status)>> held_;
};

class Reporting : public ::testing::Test {
 protected:
  ReadReporter& Start(ReadReporter::Options options = {}) {
    if (options.everything.empty()) options.everything = "ledgers/all";
    if (options.interval == absl::Seconds(1)) options.interval = absl::Milliseconds(1);
    options.try_again = absl::Milliseconds(1);
    return reporter_.emplace(record_.sender(), metrics_, options);
  }
  std::string Lost() {
    const std::string text = metrics_.Render();
    const size_t at = text.find("\noversight_reads_not_reported_total ") + 1;
    return text.substr(at, text.find('\n', at) - at);
  }

  observe::Metrics metrics_{"test"};
  Record record_;
  std::optional<ReadReporter> reporter_;
};

TEST_F(Reporting, EachReaderVersionAndDayOnce) {
  auto& reporter = Start();
  const auto press = Reader("press");
  reporter.Note(press, "/x.Service/Get", {{"forces/a/decisions/1", 5}}, kNoon);
  reporter.Note(press, "/x.Service/List", {{"forces/a/decisions/1", 5}, {"forces/a/decisions/1", 6}}, kNoon);
  reporter.Note(Reader("chief"), "/x.Service/Get", {{"forces/a/decisions/1", 5}}, kNoon);
  reporter.Note(press, "/x.Service/Get", {{"forces/a/decisions/1", 5}}, kNoon + absl::Hours(24));
  reporter.Stop();
  EXPECT_THAT(record_.reads(),
              ElementsAre("principals/press forces/a/decisions/1@5", "principals/press forces/a/decisions/1@6",
                          "principals/chief forces/a/decisions/1@5", "principals/press forces/a/decisions/1@5"));
}

TEST_F(Reporting, AnAnswerGivenAgainIsKnownByItsNumber) {
  auto& reporter = Start();
  const std::vector<Told> told = {{"forces/a/monitoring", 1}};
  reporter.Note(Reader("press"), "/x.Service/Get", told, kNoon, {"a", 7});
  // Would be new by what is in it.
  reporter.Note(Reader("press"), "/x.Service/Get", {{"forces/b/monitoring", 1}}, kNoon, {"a", 7});
  reporter.Note(Reader("press"), "/x.Service/Get", {{"forces/b/monitoring", 2}}, kNoon, {"a", 8});
  reporter.Note(Reader("press"), "/x.Service/Get", {{"forces/b/monitoring", 3}}, kNoon, {"b", 7});
  reporter.Note(Reader("chief"), "/x.Service/Get", told, kNoon, {"a", 7});
  reporter.Stop();
  EXPECT_THAT(record_.reads(),
              ElementsAre("principals/press forces/a/monitoring@1", "principals/press forces/b/monitoring@2",
                          "principals/press forces/b/monitoring@3", "principals/chief forces/a/monitoring@1"));
}

TEST_F(Reporting, NobodyInParticularIsNoReader) {
  auto& reporter = Start();
  for (const auto role : {common::v1::ROLE_SERVICE, common::v1::ROLE_PUBLIC}) {
    reporter.Note(Reader("gateway", role), "/x.Service/Get", {{"forces/a/monitoring", 1}}, kNoon);
  }
  reporter.Stop();
  EXPECT_EQ(record_.batches(), 0);
}

// What was told of in other words means something else a moment later.
TEST_F(Reporting, WithoutAVersionOnceASecond) {
  auto& reporter = Start();
  for (const int ms : {0, 100, 1000, 1900}) {
    reporter.Note(Reader("press"), "/x.Service/List", {{"forces/a", 0}}, kNoon + absl::Milliseconds(ms));
  }
  reporter.Note(Reader("press"), "/x.Service/List", {}, kNoon);
  reporter.Stop();
  EXPECT_THAT(record_.reads(), ElementsAre("principals/press forces/a@0", "principals/press forces/a@0"));
}

TEST_F(Reporting, IsTriedAgainUntilItIsTaken) {
  record_.Answer(absl::UnavailableError("away"));
  auto& reporter = Start();
  reporter.Note(Reader("press"), "/x.Service/Get", {{"forces/a/monitoring", 1}}, kNoon);
  ASSERT_TRUE(Eventually([&] { return record_.batches() > 3; }));
  EXPECT_THAT(record_.reads(), IsEmpty());
  EXPECT_THAT(metrics_.Render(), HasSubstr("\noversight_reads_waiting 1\n"));
  EXPECT_THAT(metrics_.Render(), Not(HasSubstr("\noversight_reads_oldest_seconds 0\n")));
  record_.Answer(absl::OkStatus());
  ASSERT_TRUE(Eventually([&] { return record_.reads().size() == 1; }));
  reporter.Stop();
  EXPECT_THAT(metrics_.Render(), HasSubstr("\noversight_reads_waiting 0\n"));
  EXPECT_THAT(metrics_.Render(), HasSubstr("\noversight_reads_oldest_seconds 0\n"));
  EXPECT_EQ(Lost(), "oversight_reads_not_reported_total 0");
}

TEST_F(Reporting, WhatIsRefusedIsLostAndTakesNothingElseWithIt) {
  record_.Refuse("forces/b/monitoring@1");
  auto& reporter = Start({.interval = absl::Hours(1)});
  for (const auto* reader : {"press", "chief", "lead"}) {
    reporter.Note(Reader(reader), "/x.Service/Get", {{absl::StrCat("forces/", reader), 1}}, kNoon);
    if (reader == std::string("press")) {
      reporter.Note(Reader(reader), "/x.Service/Get", {{"forces/b/monitoring", 1}}, kNoon);
    }
  }
  reporter.Stop();
  EXPECT_THAT(record_.reads(), ElementsAre("principals/press forces/press@1", "principals/chief forces/chief@1",
                                           "principals/lead forces/lead@1"));
  EXPECT_EQ(Lost(), "oversight_reads_not_reported_total 1");
}

TEST_F(Reporting, WhatWasLostMayBeReportedAgain) {
  record_.Refuse("forces/b/monitoring@1");
  auto& reporter = Start();
  reporter.Note(Reader("press"), "/x.Service/Get", {{"forces/b/monitoring", 1}}, kNoon);
  ASSERT_TRUE(Eventually([&] { return Lost() == "oversight_reads_not_reported_total 1"; }));
  EXPECT_EQ(record_.batches(), 3) << "a refusal is tried again, in case it was none";
  record_.Refuse("");
  reporter.Note(Reader("press"), "/x.Service/Get", {{"forces/b/monitoring", 1}}, kNoon);
  reporter.Stop();
  EXPECT_THAT(record_.reads(), ElementsAre("principals/press forces/b/monitoring@1"));
}

TEST_F(Reporting, HasABound) {
  record_.BeSilent();
  auto& reporter = Start({.max_waiting = 3});
  reporter.Note(Reader("press"), "/x.Service/Get", {{"a", 1}, {"b", 1}}, kNoon);
  reporter.Note(Reader("press"), "/x.Service/Get", {{"c", 1}, {"d", 1}}, kNoon);
  EXPECT_EQ(Lost(), "oversight_reads_not_reported_total 2");
  reporter.Note(Reader("press"), "/x.Service/Get", {{"a", 1}, {"d", 1}}, kNoon);  // Of which d is new, and fits.
  EXPECT_EQ(Lost(), "oversight_reads_not_reported_total 2");
  EXPECT_THAT(metrics_.Render(), HasSubstr("\noversight_reads_waiting 3\n"));
  // Nobody answers, and the end does not wait for it.
  reporter.Stop(absl::Milliseconds(1));
  EXPECT_EQ(Lost(), "oversight_reads_not_reported_total 5");
}

// Nobody hides a read by reading more than is taken in, nor makes others' reads be lost.
TEST_F(Reporting, WhoReadsVeryMuchHasReadEverything) {
  auto& reporter = Start({.everything = "ledgers/all", .interval = absl::Hours(1), .max_of_reader = 3});
  std::vector<Told> much;
  for (int i = 0; i < 4; ++i) much.push_back({absl::StrCat("forces/a/decisions/", i), 1});
  reporter.Note(Reader("press"), "/x.Service/Get", {{"forces/a/monitoring", 1}}, kNoon);
  reporter.Note(Reader("press"), "/x.Service/Watch", much, kNoon);
  reporter.Note(Reader("press"), "/x.Service/Watch", much, kNoon);
  reporter.Note(Reader("chief"), "/x.Service/Get", {{"forces/a/monitoring", 1}}, kNoon);
  reporter.Stop();
  EXPECT_THAT(record_.reads(), ElementsAre("principals/press forces/a/monitoring@1", "principals/press ledgers/all@0",
                                           "principals/chief forces/a/monitoring@1"));
  EXPECT_EQ(Lost(), "oversight_reads_not_reported_total 0");
}

TEST_F(Reporting, ForgetsTheOldestFirst) {
  auto& reporter = Start({.interval = absl::Hours(1), .max_remembered = 4});
  const auto read = [&](int revision) {
    reporter.Note(Reader("press"), "/x.Service/Get", {{"forces/a", revision}}, kNoon);
  };
  for (const int revision : {1, 2, 3, 4, 3, 4, 2}) read(revision);  // Two of each of two generations.
  read(5);                                                          // The first generation goes.
  read(4);
  read(1);
  reporter.Stop();
  EXPECT_THAT(record_.reads(),
              ElementsAre("principals/press forces/a@1", "principals/press forces/a@2", "principals/press forces/a@3",
                          "principals/press forces/a@4", "principals/press forces/a@5", "principals/press forces/a@1"));
}

TEST_F(Reporting, ManyGoInBatches) {
  auto& reporter = Start({.interval = absl::Hours(1), .max_batch = 2});
  std::vector<Told> told;
  for (int i = 0; i < 5; ++i) told.push_back({absl::StrCat("forces/a/decisions/", i), 1});
  reporter.Note(Reader("press"), "/x.Service/List", told, kNoon);
  reporter.Note(Reader("press"), "/x.Service/List", {{"forces/b/decisions/1", 1}}, kNoon);
  reporter.Stop();  // Does not wait for the hour.
  EXPECT_EQ(record_.reads().size(), 6u);
  EXPECT_EQ(record_.batches(), 3) << "of two, two and two";
}

TEST_F(Reporting, IsOverAfterTheStop) {
  auto& reporter = Start();
  reporter.Stop();
  reporter.Note(Reader("press"), "/x.Service/Get", {{"forces/a/monitoring", 1}}, kNoon);
  reporter.Stop();
  EXPECT_THAT(record_.reads(), IsEmpty());
  EXPECT_EQ(Lost(), "oversight_reads_not_reported_total 1");
}

}  // namespace
}  // namespace oversight::rpc
