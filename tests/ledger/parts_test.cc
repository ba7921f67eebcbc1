// The small parts of the ledger on their own: hashes, natural order, cache, time gate.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <atomic>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/ledger/cache.h"
#include "common/ledger/hashing.h"
#include "common/ledger/head_cell.h"
#include "common/ledger/natural_order.h"
#include "common/ledger/time_gate.h"

namespace oversight::ledger {
namespace {

std::string Hex(const std::string& bytes) { return absl::BytesToHexString(bytes); }

TEST(HashingTest, KnowsTheStandardVectors) {
  EXPECT_EQ(Hex(Sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Hex(Sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 6962's leaf of empty bytes is SHA-256 of one zero byte.
  EXPECT_EQ(Hex(Sha256(std::string(1, '\0'))), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

// The layout of hashing.h, spelled out a second time and by hand.
TEST(HashingTest, TheLeafLayoutNeverChanges) {
  const auto text = [](const std::string& s) { return std::string(3, '\0') + static_cast<char>(s.size()) + s; };
  const std::string revision("\0\0\0\0\0\0\0\x07", 8);
  const std::string micros("\x00\x06\x0a\x24\x18\x1e\x40\x00", 8);  // 1 700 000 000 000 000
  const std::string bytes = std::string(1, '\0') + text("oversight.ledger.leaf.v1") + revision + micros +
                            text("principals/chief-inspector") + text("IssueConcern") + text("Found on inspection.") +
                            text("r-1") + text("0af7651916cd43dd8448eb211c80319c") + std::string("\0\0\0\x02", 4) +
                            // the first change
                            "\x01" + text("forces/kent/concerns/1") + text("oversight.concerns.v1.Concern") +
                            Sha256("payload") + std::string("\0\0\0\x02", 4) + text("state") + text("ISSUED") +
                            text("theme") + text("") +
                            // the second change
                            "\x02" + text("forces/kent/concerns/2") + text("oversight.concerns.v1.Concern") +
                            Sha256("") + std::string("\0\0\0\0", 4);
  const std::string hash_1 = Sha256("payload"), hash_2 = Sha256("");
  const std::string terms_1 = EncodeTerms({{"theme", ""}, {"state", "ISSUED"}, {"theme", ""}}),
                    terms_2 = EncodeTerms({});
  const std::string leaf = LeafHash(
      7, 1'700'000'000'000'000,
      {"principals/chief-inspector", "IssueConcern", "Found on inspection.", "r-1", "0af7651916cd43dd8448eb211c80319c"},
      {{Change::Operation::kPut, "forces/kent/concerns/1", "oversight.concerns.v1.Concern", hash_1, terms_1},
       {Change::Operation::kDelete, "forces/kent/concerns/2", "oversight.concerns.v1.Concern", hash_2, terms_2}});
  EXPECT_EQ(Hex(leaf), Hex(Sha256(bytes)));
  EXPECT_EQ(Hex(leaf), "ced14df6a87991611032ac805ec924eeae191d0fb038e5c865a411cdc91300ca");
}

TEST(HashingTest, TermsComeBack) {
  const std::vector<Term> terms = {{"a", ""}, {"a", "1"}, {"b", std::string(300, 'x')}};
  EXPECT_EQ(DecodeTerms(EncodeTerms(terms)), terms);
  EXPECT_TRUE(DecodeTerms("").empty());
  EXPECT_TRUE(DecodeTerms(EncodeTerms(terms).substr(0, 20)).empty());
}

TEST(NaturalOrderTest, SplitsNumbers) {
  EXPECT_EQ(SplitNumber("forces/kent/concerns/12")->number, 12);
  EXPECT_EQ(SplitNumber("forces/kent/concerns/12")->prefix, "forces/kent/concerns/");
  EXPECT_EQ(SplitNumber("a0")->number, 0);
  for (const char* name : {"", "a", "a/01", "a/1/b", "a/1234567890123456789"}) EXPECT_FALSE(SplitNumber(name)) << name;
}

RC_GTEST_PROP(NaturalOrderTest, NumbersSortAsNumbers, (uint64_t a, uint64_t b)) {
  const auto name = [](uint64_t n) { return absl::StrCat("x/", n, "/y"); };
  RC_ASSERT((SortKey(name(a)) < SortKey(name(b))) == (a < b));
}

RC_GTEST_PROP(NaturalOrderTest, WithoutDigitsItIsTheOrderOfBytes, (std::string a, std::string b)) {
  const auto strip = [](std::string s) {
    std::erase_if(s, [](char c) { return c >= '0' && c <= '9'; });
    return s;
  };
  RC_ASSERT((SortKey(strip(a)) < SortKey(strip(b))) == (strip(a) < strip(b)));
}

TEST(HeadCellTest, IsReadWhole) {
  HeadCell cell;
  std::atomic<bool> stop{false};
  std::thread setter([&] {
    for (Revision r = 1; !stop; ++r) cell.Set({r, absl::FromUnixMicros(r * 3)});
  });
  Revision last = 0;
  for (int i = 0; i < 100'000; ++i) {
    const Head head = cell.Get();
    if (head.revision == 0) continue;
    ASSERT_EQ(absl::ToUnixMicros(head.recorded_time), head.revision * 3);
    ASSERT_GE(head.revision, last);
    last = head.revision;
  }
  stop = true;
  setter.join();
}

std::shared_ptr<const Version> VersionOf(const std::string& name, Revision revision, size_t size = 10) {
  auto version = std::make_shared<Version>();
  version->name = name;
  version->revision = revision;
  version->payload = std::string(size, 'x');
  return version;
}

TEST(VersionCacheTest, AFillNeverReplacesWhatWasPutLater) {
  VersionCache cache(64 << 20);
  cache.Fill(VersionOf("a", 3), 5);
  EXPECT_EQ(cache.Get("a")->revision, 3);
  cache.Put(VersionOf("a", 6));
  cache.Fill(VersionOf("a", 3), 5);
  EXPECT_EQ(cache.Get("a")->revision, 6);
}

TEST(VersionCacheTest, AFillNeverRevivesWhatWasPutLaterAndEvicted) {
  VersionCache cache(64 * 2000);  // about two thousand bytes in each shard
  cache.Put(VersionOf("a", 6, 1000));
  for (int i = 0; i < 1000; ++i) cache.Put(VersionOf(absl::StrCat("other/", i), 7 + i, 1000));
  ASSERT_EQ(cache.Get("a"), nullptr);
  cache.Fill(VersionOf("a", 3), 5);
  EXPECT_EQ(cache.Get("a"), nullptr);
}

TEST(TimeGateTest, ABatchIsRecordedAfterEveryMomentAskedFor) {
  TimeGate gate;
  const absl::Time t = absl::FromUnixSeconds(100);
  EXPECT_EQ(gate.BeginBatch(t, absl::InfinitePast()), t);
  int reads = 0;
  gate.Read(t - absl::Seconds(1), [&] { ++reads; });
  EXPECT_EQ(reads, 1);
  gate.Read(t, [&] { ++reads; });
  EXPECT_EQ(reads, 1);
  gate.EndBatch();
  EXPECT_EQ(reads, 2);
  EXPECT_EQ(gate.BeginBatch(t, t), t + absl::Microseconds(1));
}

}  // namespace
}  // namespace oversight::ledger
