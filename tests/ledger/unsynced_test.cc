// What the model of a disk without power does with writes, so that what is built on it can be believed.
#include "tests/support/unsynced.h"

#include <gtest/gtest.h>

#include <set>

namespace oversight::testing {
namespace {

constexpr char kFile[] = "/nowhere/file";

void Put(UnsyncedWrites& disk, const std::string& bytes, int64_t offset) {
  EXPECT_TRUE(disk.Write(kFile, bytes.data(), static_cast<int64_t>(bytes.size()), offset));
}
std::optional<std::string> Kept(const UnsyncedWrites& disk, std::mt19937_64* random = nullptr) {
  return disk.AfterPowerLoss(random).at(kFile);
}

TEST(UnsyncedWritesTest, OnlyWhatWasSyncedIsSureToStay) {
  UnsyncedWrites disk;
  disk.Open(kFile);
  EXPECT_EQ(Kept(disk), std::nullopt);
  Put(disk, "abc", 0);
  EXPECT_EQ(Kept(disk), std::nullopt);
  EXPECT_TRUE(disk.Sync(kFile));
  EXPECT_EQ(Kept(disk), "abc");
  Put(disk, "xyz", 2);
  EXPECT_TRUE(disk.Truncate(kFile, 1));
  EXPECT_EQ(Kept(disk), "abc");
  EXPECT_TRUE(disk.Sync(kFile));
  EXPECT_EQ(Kept(disk), "a");
  Put(disk, "z", 3);  // What was never written reads as zeros.
  EXPECT_TRUE(disk.Sync(kFile));
  EXPECT_EQ(Kept(disk), std::string("a\0\0z", 4));
}

TEST(UnsyncedWritesTest, WhatWasRemovedMayComeBackUntilItsFolderIsSynced) {
  UnsyncedWrites disk;
  Put(disk, "old", 0);
  EXPECT_TRUE(disk.Sync(kFile));
  EXPECT_TRUE(disk.SyncFolder());
  EXPECT_TRUE(disk.Remove(kFile));
  EXPECT_EQ(Kept(disk), "old");
  Put(disk, "new", 0);
  EXPECT_TRUE(disk.SyncFolder());
  EXPECT_EQ(Kept(disk), std::nullopt);
  EXPECT_TRUE(disk.Sync(kFile));
  EXPECT_EQ(Kept(disk), "new");
}

TEST(UnsyncedWritesTest, OfTheRestEachSectorIsThereOrNot) {
  const auto sector = static_cast<size_t>(UnsyncedWrites::kSector);
  UnsyncedWrites disk;
  Put(disk, std::string(3 * sector, 'a'), 0);
  EXPECT_TRUE(disk.Sync(kFile));
  // From the middle of the first sector to the middle of the third.
  Put(disk, std::string(2 * sector, 'b'), static_cast<int64_t>(sector / 2));
  std::mt19937_64 random(1);
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    const std::string kept = *Kept(disk, &random);
    ASSERT_EQ(kept.size(), 3 * sector);
    EXPECT_EQ(kept[0], 'a');
    EXPECT_EQ(kept.back(), 'a');
    EXPECT_EQ(kept.find_first_not_of("ab"), std::string::npos);
    std::string pattern = {kept[sector - 1], kept[sector], kept[2 * sector - 1], kept[2 * sector]};
    EXPECT_EQ(pattern[1], pattern[2]) << "a sector is torn within";
    seen.insert(pattern);
  }
  EXPECT_EQ(seen.size(), 8U);  // Every choice of three pieces.
}

TEST(UnsyncedWritesTest, NothingReachesTheDiskAfterThePowerWent) {
  UnsyncedWrites disk;
  Put(disk, "a", 0);
  disk.CutBefore(2);
  EXPECT_TRUE(disk.Sync(kFile));
  EXPECT_FALSE(disk.cut());
  EXPECT_FALSE(disk.Write(kFile, "b", 1, 0));
  EXPECT_TRUE(disk.cut());
  EXPECT_FALSE(disk.Sync(kFile));
  EXPECT_FALSE(disk.Truncate(kFile, 0));
  EXPECT_FALSE(disk.SyncFolder());
  EXPECT_FALSE(disk.Remove(kFile));
  EXPECT_EQ(Kept(disk), "a");
  disk.PowerBack({{kFile, "c"}});
  EXPECT_FALSE(disk.cut());
  EXPECT_EQ(Kept(disk), "c");
  EXPECT_TRUE(disk.Sync(kFile));
}

TEST(UnsyncedWritesTest, ADiskThatLiesKeepsNothing) {
  UnsyncedWrites disk;
  disk.Lie();
  Put(disk, "a", 0);
  EXPECT_TRUE(disk.Sync(kFile));
  EXPECT_EQ(Kept(disk), std::nullopt);
}

}  // namespace
}  // namespace oversight::testing
