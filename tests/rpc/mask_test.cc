#include "common/rpc/mask.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

#include "common/rpc/errors.h"
#include "google/protobuf/util/message_differencer.h"
#include "oversight/common/v1/due_rule.pb.h"
#include "oversight/forces/v1/force.pb.h"

namespace oversight::rpc {
namespace {

using forces::v1::Force;
using google::protobuf::FieldMask;
using google::protobuf::util::MessageDifferencer;

FieldMask Mask(const std::vector<std::string>& paths) {
  FieldMask mask;
  for (const std::string& path : paths) mask.add_paths(path);
  return mask;
}

Force Current() {
  Force force;
  force.set_name("forces/kent");
  force.set_etag("\"4\"");
  force.set_revision(4);
  force.mutable_create_time()->set_seconds(100);
  force.set_display_name("Kent Police");
  force.set_region("South East");
  force.add_aliases("KP");
  force.mutable_oversight_body()->set_kind(forces::v1::OVERSIGHT_BODY_KIND_MAYOR);
  force.mutable_oversight_body()->set_display_name("Mayor");
  return force;
}

std::string Apply(const Force& update, const FieldMask* mask, Force* current) {
  const absl::Status status = ApplyMask(update, mask, current);
  return status.ok() ? "" : ReasonOf(status);
}

TEST(ApplyMask, WithoutMaskTakesWhatIsSet) {
  Force current = Current(), update;
  update.set_name("forces/other");
  update.set_display_name("Police of Kent");
  update.mutable_oversight_body()->set_display_name("PCC");
  EXPECT_EQ(Apply(update, nullptr, &current), "");
  EXPECT_EQ(current.display_name(), "Police of Kent");
  EXPECT_EQ(current.region(), "South East");
  EXPECT_EQ(current.name(), "forces/kent");
  // A sub-message is taken as a whole.
  EXPECT_EQ(current.oversight_body().display_name(), "PCC");
  EXPECT_EQ(current.oversight_body().kind(), forces::v1::OVERSIGHT_BODY_KIND_UNSPECIFIED);
}

TEST(ApplyMask, ANamedFieldThatIsUnsetIsCleared) {
  Force current = Current();
  const FieldMask mask = Mask({"region", "aliases", "oversight_body.display_name"});
  EXPECT_EQ(Apply(Force(), &mask, &current), "");
  EXPECT_EQ(current.region(), "");
  EXPECT_EQ(current.aliases_size(), 0);
  EXPECT_EQ(current.display_name(), "Kent Police");
  EXPECT_EQ(current.oversight_body().display_name(), "");
  EXPECT_EQ(current.oversight_body().kind(), forces::v1::OVERSIGHT_BODY_KIND_MAYOR);
}

TEST(ApplyMask, AStarReplacesAllButWhatIsOurs) {
  Force current = Current(), update;
  update.set_etag("\"1\"");
  update.set_revision(99);
  update.set_display_name("Police of Kent");
  const FieldMask mask = Mask({"*"});
  EXPECT_EQ(Apply(update, &mask, &current), "");
  Force expected;
  expected.set_name("forces/kent");
  expected.set_etag("\"4\"");
  expected.set_revision(4);
  expected.mutable_create_time()->set_seconds(100);
  expected.set_display_name("Police of Kent");
  EXPECT_TRUE(MessageDifferencer::Equals(current, expected)) << current.DebugString();
}

TEST(ApplyMask, OutputOnlyAndIdentityPathsAreIgnored) {
  Force current = Current(), update;
  update.set_revision(99);
  update.mutable_create_time()->set_seconds(7);
  update.set_name("forces/other");
  const FieldMask mask = Mask({"revision", "create_time", "create_time.seconds", "name", "etag"});
  EXPECT_EQ(Apply(update, &mask, &current), "");
  EXPECT_TRUE(MessageDifferencer::Equals(current, Current())) << current.DebugString();
}

TEST(ApplyMask, AnEmptyMaskIsNone) {
  Force current = Current(), update;
  update.set_region("Wales");
  const FieldMask mask;
  EXPECT_EQ(Apply(update, &mask, &current), "");
  EXPECT_EQ(current.region(), "Wales");
}

TEST(ApplyMask, RefusesEveryBadPathAtOnceAndCopiesNothing) {
  Force current = Current(), update;
  update.set_region("Wales");
  const FieldMask mask =
      Mask({"region", "nonsense", "*", "region.x", "aliases.x", "", "oversight_body.", "oversight_body.nonsense"});
  const absl::Status status = ApplyMask(update, &mask, &current);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), "INVALID_FIELDS");
  EXPECT_EQ(ViolationsOf(status).size(), 7u);
  EXPECT_TRUE(MessageDifferencer::Equals(current, Current()));
}

TEST(ApplyMask, ReplacesAMemberOfAOneof) {
  common::v1::DueRule current, update;
  current.mutable_within()->set_count(28);
  update.mutable_date()->set_year(2024);
  FieldMask mask = Mask({"*"});
  ASSERT_TRUE(ApplyMask(update, &mask, &current).ok());
  EXPECT_TRUE(MessageDifferencer::Equals(current, update)) << current.DebugString();
  // A path that is unset on both sides makes no empty message.
  mask = Mask({"within.count"});
  ASSERT_TRUE(ApplyMask(update, &mask, &current).ok());
  EXPECT_TRUE(MessageDifferencer::Equals(current, update)) << current.DebugString();
}

// Which fields a random force has, by bits.
Force RandomForce(int salt) {
  Force force;
  const auto text = [&] { return *rc::gen::container<std::string>(rc::gen::inRange('a', 'd')) + std::to_string(salt); };
  const auto chance = [] { return *rc::gen::arbitrary<bool>(); };
  if (chance()) force.set_name("forces/" + text());
  if (chance()) force.set_etag(text());
  if (chance()) force.set_revision(*rc::gen::inRange(1, 100));
  if (chance()) force.mutable_update_time()->set_seconds(*rc::gen::inRange(1, 100));
  if (chance()) force.set_display_name(text());
  if (chance()) force.set_kind(forces::v1::FORCE_KIND_TERRITORIAL);
  if (chance()) force.set_region(text());
  if (chance()) force.add_aliases(text());
  if (chance()) {
    if (chance()) force.mutable_oversight_body()->set_display_name(text());
    if (chance()) force.mutable_oversight_body()->set_kind(forces::v1::OVERSIGHT_BODY_KIND_MAYOR);
  }
  return force;
}

const std::vector<std::string>& Leaves() {
  static const std::vector<std::string> paths = {"name",        "etag",         "revision",       "create_time",
                                                 "update_time", "display_name", "kind",           "service",
                                                 "ons_code",    "region",       "oversight_body", "aliases"};
  return paths;
}

bool Ours(const std::string& path) {
  static const std::set<std::string> ours = {"name", "etag", "revision", "create_time", "update_time"};
  return ours.count(path) > 0;
}

std::string FieldText(const Force& force, const std::string& path) {
  Force one;
  const auto* field = Force::descriptor()->FindFieldByName(path);
  Force copy = force;
  one.GetReflection()->SwapFields(&one, &copy, {field});
  return one.SerializeAsString();
}

RC_GTEST_PROP(ApplyMaskProperty, NamedFieldsBecomeTheUpdatesAndOthersStay, ()) {
  const Force before = RandomForce(1), update = RandomForce(2);
  const auto chosen = *rc::gen::container<std::set<std::string>>(rc::gen::elementOf(Leaves()));
  FieldMask mask;
  for (const std::string& path : chosen) mask.add_paths(path);
  Force after = before;
  RC_ASSERT(ApplyMask(update, &mask, &after).ok());
  for (const std::string& path : Leaves()) {
    const bool named = mask.paths().empty() ? !FieldText(update, path).empty() : chosen.count(path) > 0;
    RC_ASSERT(FieldText(after, path) == FieldText(named && !Ours(path) ? update : before, path));
  }
}

RC_GTEST_PROP(ApplyMaskProperty, ApplyingTwiceChangesNothingMore, ()) {
  const Force update = RandomForce(2);
  FieldMask mask;
  for (const std::string& path : *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(Leaves()))) {
    mask.add_paths(path);
  }
  Force once = RandomForce(1);
  RC_ASSERT(ApplyMask(update, &mask, &once).ok());
  Force twice = once;
  RC_ASSERT(ApplyMask(update, &mask, &twice).ok());
  RC_ASSERT(MessageDifferencer::Equals(once, twice));
}

RC_GTEST_PROP(ApplyMaskProperty, NoMaskTextIsTooStrange, ()) {
  Force current = Current();
  const std::string text = *rc::gen::string<std::string>();
  FieldMask mask;
  mask.add_paths(text);
  const absl::Status status = ApplyMask(Force(), &mask, &current);
  if (!status.ok()) {
    RC_ASSERT(ReasonOf(status) == "INVALID_FIELDS");
    // What is echoed is plain text, whatever came in.
    const std::string told = ViolationsOf(status).at(0).second;
    for (const char c : told) RC_ASSERT(c >= 0x20 && c < 0x7f);
    RC_ASSERT(MessageDifferencer::Equals(current, Current()));
  }
}

}  // namespace
}  // namespace oversight::rpc
