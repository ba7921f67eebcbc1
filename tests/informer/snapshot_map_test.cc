#include "common/rpc/snapshot_map.h"

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace oversight::rpc {
namespace {

using Map = SnapshotMap<int>;

struct Less {
  bool operator()(const std::string& a, const std::string& b) const { return CompareNames(a, b) < 0; }
};
using Model = std::map<std::string, int, Less>;

std::vector<std::pair<std::string, int>> Items(const Map& map, const std::string& prefix = "") {
  std::vector<std::pair<std::string, int>> items;
  map.Each(prefix, [&](const std::string& key, const Map::Value& value) {
    items.emplace_back(key, *value);
    return true;
  });
  return items;
}

TEST(CompareNames, CountsAsPeopleDo) {
  EXPECT_LT(CompareNames("concerns/2", "concerns/10"), 0);
  EXPECT_LT(CompareNames("a", "a1"), 0);
  EXPECT_LT(CompareNames("a1", "a01"), 0);
  EXPECT_LT(CompareNames("a1/z", "a01/b"), 0);
  EXPECT_EQ(CompareNames("a10b", "a10b"), 0);
  EXPECT_LT(CompareNames("", "0"), 0);
  EXPECT_LT(CompareNames("0", "00"), 0);
  EXPECT_LT(CompareNames("123456789012345678901234567890", "123456789012345678901234567891"), 0);
}

rc::Gen<std::string> Name() {
  return rc::gen::exec([] {
    std::string name = *rc::gen::elementOf(
        std::vector<std::string>{"forces/kent/", "forces/kent-2/", "forces/k1/", "forces/k01/", ""});
    return name + *rc::gen::elementOf(std::vector<std::string>{"", "a", "concerns/", "0"}) +
           std::to_string(*rc::gen::inRange(0, 30));
  });
}

RC_GTEST_PROP(CompareNamesProperty, IsATotalOrder, (std::string a, std::string b, std::string c)) {
  const std::string x = *rc::gen::oneOf(Name(), rc::gen::just(a)), y = *rc::gen::oneOf(Name(), rc::gen::just(b)),
                    z = *rc::gen::oneOf(Name(), rc::gen::just(c));
  RC_ASSERT((CompareNames(x, y) < 0) == (CompareNames(y, x) > 0));
  RC_ASSERT((CompareNames(x, y) == 0) == (x == y));
  if (CompareNames(x, y) < 0 && CompareNames(y, z) < 0) RC_ASSERT(CompareNames(x, z) < 0);
}

RC_GTEST_PROP(SnapshotMapProperty, ActsLikeAMapAndKeepsItsCopies, ()) {
  Map map;
  Model model;
  std::vector<std::pair<Map, Model>> kept;
  auto edit = Map::NewEdit();
  const int steps = *rc::gen::inRange(0, 120);
  for (int i = 0; i < steps; ++i) {
    const std::string key = *Name();
    switch (*rc::gen::inRange(0, 4)) {
      case 0: {
        const auto removed = map.Remove(key, edit);
        const auto it = model.find(key);
        RC_ASSERT((removed != nullptr) == (it != model.end()));
        if (it != model.end()) {
          RC_ASSERT(*removed == it->second);
          model.erase(it);
        }
        break;
      }
      case 1:
        kept.emplace_back(map, model);
        edit = Map::NewEdit();
        break;
      default: {
        const auto before = map.Put(key, std::make_shared<int>(i), edit);
        RC_ASSERT((before != nullptr) == (model.count(key) > 0));
        model[key] = i;
      }
    }
  }
  kept.emplace_back(map, model);
  for (const auto& [copy, expected] : kept) {
    RC_ASSERT(copy.size() == expected.size());
    RC_ASSERT(Items(copy) == (std::vector<std::pair<std::string, int>>(expected.begin(), expected.end())));
    for (const std::string prefix : {"forces/", "forces/kent/", "forces/k1/", "forces/k01/", "nothing/"}) {
      std::vector<std::pair<std::string, int>> inside;
      for (const auto& item : expected) {
        if (item.first.rfind(prefix, 0) == 0) inside.push_back(item);
      }
      RC_ASSERT(Items(copy, prefix) == inside);
    }
    for (const auto& [key, value] : expected) RC_ASSERT(*copy.Find(key) == value);
  }
}

TEST(SnapshotMap, ReadersNeedNoLock) {
  Map map;
  auto edit = Map::NewEdit();
  for (int i = 0; i < 1000; ++i) map.Put("k/" + std::to_string(i), std::make_shared<int>(0), edit);
  for (int round = 1; round <= 20; ++round) {
    const Map copy = map;
    std::thread reader([copy, round] {
      int sum = 0;
      copy.Each("", [&](const std::string&, const Map::Value& value) {
        sum += *value;
        return true;
      });
      EXPECT_EQ(sum, (round - 1) * 1000);
    });
    edit = Map::NewEdit();
    for (int i = 0; i < 1000; ++i) map.Put("k/" + std::to_string(i), std::make_shared<int>(round), edit);
    reader.join();
  }
}

}  // namespace
}  // namespace oversight::rpc
