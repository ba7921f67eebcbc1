// Exported logs as files: whole or not there, compressed or not, every damage found; and the manifest of a backup.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/ledger/archive/export_file.h"
#include "common/ledger/archive/export_reader.h"
#include "common/ledger/archive/export_writer.h"
#include "common/ledger/archive/manifest.h"
#include "common/ledger/hashing.h"
#include "common/rpc/errors.h"
#include "tests/support/sample_log.h"
#include "tests/support/temp_dir.h"

namespace oversight::ledger {
namespace {

using oversight::testing::SampleLog;
using oversight::testing::TempDir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

class ExportFileTest : public ::testing::TestWithParam<std::string> {
 protected:
  // Writes a log of so many transactions to a file whose name ends as the parameter says.
  std::string Write(int count, const std::string& name = "export") {
    const std::string path = folder_ / (name + GetParam());
    const auto log = SampleLog::First(count);
    auto output = ExportOutput::Create(path);
    EXPECT_TRUE(output.ok()) << output.status();
    ExportHeader header;
    header.ledger = "ledgers/forces";
    header.store_id = std::string(32, 'a');
    header.tree = {count, HashBytes(SampleLog::RootOf(log, log.size())), log.back().recorded_time};
    ExportWriter writer((*output)->stream(), header);
    for (const LoggedTransaction& transaction : log) EXPECT_TRUE(writer.Add(transaction).ok());
    EXPECT_TRUE(writer.Finish().ok());
    digest_ = *(*output)->Finish();
    return path;
  }
  // What is wrong with a file, or "sound"; `revisions` are those that were read before that.
  static std::string Read(const std::string& path, int64_t* revisions = nullptr) {
    auto input = ExportInput::Open(path);
    if (!input.ok()) return std::string(input.status().message());
    ExportReader reader((*input)->stream());
    if (reader.Open()) {
      while (reader.Next() != nullptr) {
      }
    }
    if (revisions != nullptr) *revisions = reader.auditor().size();
    return reader.finding() ? reader.finding()->ToString() : "sound";
  }
  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / ""))
      files.push_back(entry.path().filename());
    std::sort(files.begin(), files.end());
    return files;
  }

  // Every byte of a plain file is tried elsewhere, without a file.
  static size_t Stride() { return GetParam() == ".jsonl" ? 97 : 1; }

  const TempDir folder_;
  FileDigest digest_;
};

INSTANTIATE_TEST_SUITE_P(Files, ExportFileTest, ::testing::Values(".jsonl", ".jsonl.gz"), [](const auto& info) {
  return info.param == ".jsonl" ? std::string("Plain") : std::string("Compressed");
});

TEST_P(ExportFileTest, WhatIsWrittenIsReadAndIsForItsOwnerAlone) {
  const std::string path = Write(3000);
  EXPECT_EQ(Read(path), "sound");
  const std::string bytes = Bytes(path);
  EXPECT_EQ(bytes.substr(0, 2) == "\x1f\x8b", GetParam() == ".jsonl.gz");
  EXPECT_EQ(digest_.bytes, static_cast<int64_t>(bytes.size()));
  EXPECT_EQ(digest_.sha256, Sha256(bytes));
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_THAT(Files(), ElementsAre("export" + GetParam()));
  // Whether it is compressed shows in the file, not in its name.
  std::filesystem::rename(path, folder_ / "renamed");
  EXPECT_EQ(Read(folder_ / "renamed"), "sound");
}

TEST_P(ExportFileTest, AFileThatIsNotFinishedLeavesTheOldOne) {
  const std::string path = Write(3);
  const std::string before = Bytes(path);
  {
    auto output = ExportOutput::Create(path);
    ASSERT_TRUE(output.ok()) << output.status();
    (*output)->stream() << "half a li" << std::flush;
    EXPECT_THAT(Files(), ElementsAre("export" + GetParam(), "export" + GetParam() + ".partial"));
    // Nobody else writes it meanwhile.
    EXPECT_THAT(std::string(ExportOutput::Create(path).status().message()), HasSubstr("another process is writing"));
  }
  EXPECT_EQ(Bytes(path), before);
  EXPECT_THAT(Files(), ElementsAre("export" + GetParam()));
  // What a process left that was killed is in nobody's way.
  std::ofstream(path + ".partial") << std::string(100000, 'x');
  Write(4, "other");
  std::filesystem::rename(folder_ / ("other" + GetParam()), path + ".partial");
  EXPECT_EQ(Read(Write(5)), "sound");
  EXPECT_THAT(std::string(ExportOutput::Create(folder_ / "no/such/folder").status().message()),
              HasSubstr("No such file or directory"));
}

TEST_P(ExportFileTest, AFullDiskIsSaid) {
  const std::string path = folder_ / ("export" + GetParam());
  auto output = ExportOutput::Create(path);
  ASSERT_TRUE(output.ok());
  rlimit before{}, little{};
  getrlimit(RLIMIT_FSIZE, &before);
  little = before;
  little.rlim_cur = 1000;
  setrlimit(RLIMIT_FSIZE, &little);
  const auto old = signal(SIGXFSZ, SIG_IGN);
  SampleLog log;
  for (int i = 0; i < 100; ++i) (*output)->stream() << Sha256(absl::StrCat(i));
  const auto finished = (*output)->Finish();
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, old);
  EXPECT_EQ(ReasonOf(finished.status()), "STORE_FULL");
  output->reset();
  EXPECT_THAT(Files(), ElementsAre());
}

// In a compressed file a few bytes mean nothing for what is in it: when it was made, by which system. Whatever means
// something is found.
TEST_P(ExportFileTest, EveryChangedByteIsFoundOrMeansNothing) {
  const std::string path = Write(3);
  const std::string bytes = Bytes(path);
  int unnoticed = 0;
  for (size_t i = 0; i < bytes.size(); i += Stride()) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 << i % 8));
    std::ofstream(path, std::ios::binary | std::ios::trunc) << damaged;
    if (Read(path) == "sound") ++unnoticed;
  }
  EXPECT_LE(unnoticed, GetParam() == ".jsonl" ? 0 : 10);
}

TEST_P(ExportFileTest, AFileThatWasCutOffOrGoesOnIsFound) {
  const std::string path = Write(3);
  const std::string bytes = Bytes(path);
  for (size_t size = 0; size < bytes.size(); size += Stride()) {
    std::filesystem::resize_file(path, size);
    ASSERT_NE(Read(path), "sound") << size;
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }
  std::ofstream(path, std::ios::binary | std::ios::app) << "x";
  EXPECT_NE(Read(path), "sound");
}

TEST_P(ExportFileTest, DamageIsNamedByItsPlace) {
  const std::string path = Write(2000);
  const std::string bytes = Bytes(path);
  std::string damaged = bytes;
  damaged[bytes.size() / 2] = static_cast<char>(damaged[bytes.size() / 2] ^ 1);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << damaged;
  int64_t revisions = 0;
  EXPECT_THAT(Read(path, &revisions), HasSubstr("its line in the file "));
  EXPECT_GT(revisions, 800);
  EXPECT_LT(revisions, 1200);
}

TEST(ExportInputTest, WhatCannotBeReadIsSaid) {
  const TempDir folder;
  for (const std::string& path : {folder / "missing", folder / ""}) {
    EXPECT_EQ(ExportInput::Open(path).status().code(), absl::StatusCode::kNotFound);
    EXPECT_EQ(DigestOf(path).status().code(), absl::StatusCode::kNotFound);
  }
}

Manifest SampleManifest() {
  Manifest manifest;
  manifest.time = absl::FromUnixMicros(1'700'000'000'000'001);
  manifest.files = {{"ledgers/forces",
                     "abc",
                     "forces.jsonl.gz",
                     {17, Sha256("x")},
                     3,
                     4,
                     EmptyRoot(),
                     absl::FromUnixMicros(1'600'000'000'000'000)},
                    {"ledgers/concerns", "def", "concerns.jsonl.gz", {1, Sha256("y")}}};
  return manifest;
}

TEST(ManifestTest, ComesBackAsItWas) {
  const std::string text = ManifestText(SampleManifest());
  EXPECT_EQ(text,
            "{\"files\":[{\"bytes\":17,\"changes\":4,\"file\":\"forces.jsonl.gz\",\"format\":\"oversight.export.v1\","
            "\"ledger\":\"ledgers/forces\",\"recordedTime\":\"2020-09-13T12:26:40.000000Z\",\"revision\":3,"
            "\"rootHash\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\","
            "\"sha256\":\"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\",\"storeId\":\"abc\"},"
            "{\"bytes\":1,\"changes\":0,\"file\":\"concerns.jsonl.gz\",\"format\":\"oversight.export.v1\","
            "\"ledger\":\"ledgers/concerns\",\"revision\":0,"
            "\"rootHash\":\"0000000000000000000000000000000000000000000000000000000000000000\","
            "\"sha256\":\"a1fce4363854ff888cff4b8e7875d600c2682390412a8cf79b37d0b11148b0fa\",\"storeId\":\"def\"}],"
            "\"format\":\"oversight.backup.v1\",\"time\":\"2023-11-14T22:13:20.000001Z\"}\n");
  const auto manifest = ParseManifest(text);
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ(ManifestText(*manifest), text);
  EXPECT_EQ(manifest->files[0].recorded_time, SampleManifest().files[0].recorded_time);
  EXPECT_EQ(manifest->files[1].recorded_time, absl::InfinitePast());
}

TEST(ManifestTest, WhatIsNoManifestIsRefused) {
  const std::string text = ManifestText(SampleManifest());
  EXPECT_FALSE(ParseManifest("").ok());
  EXPECT_FALSE(ParseManifest("[]").ok());
  EXPECT_FALSE(ParseManifest(" " + text).ok());
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    return std::string(ParseManifest(changed).status().message());
  };
  EXPECT_THAT(with("backup.v1", "backup.v2"), HasSubstr("is of the format \"oversight.backup.v2\""));
  EXPECT_THAT(with("export.v1", "export.v2"), HasSubstr("of another format"));
  EXPECT_THAT(with("\"file\":\"", "\"file\":\"../"), HasSubstr("or elsewhere"));
  EXPECT_THAT(with("\"revision\":3", "\"revision\":\"3\""), HasSubstr("has no well-formed \"revision\""));
  EXPECT_THAT(with("\"bytes\":17", "\"bytes\":17,\"extra\":1"), HasSubstr("was changed"));
}

}  // namespace
}  // namespace oversight::ledger
