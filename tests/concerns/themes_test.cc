#include "concerns-service/domain/themes.h"

#include <fstream>
#include <set>
#include <sstream>

#include "common/rpc/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace oversight::concerns {
namespace {

TEST(Themes, ShippedListIsSound) {
  std::ifstream in("data/themes.json");
  std::stringstream text;
  text << in.rdbuf();
  const auto themes = Themes::FromJson(text.str());
  ASSERT_TRUE(themes.ok()) << themes.status();
  // The four matters for which West Midlands Police was moved.
  for (const char* name : {"themes/investigations", "themes/multi-agency-risk-assessment",
                           "themes/registered-sex-offenders", "themes/online-child-abuse"}) {
    EXPECT_TRUE(themes->FindForDraft(name).ok()) << name;
  }
  for (const auto& theme : themes->list().themes()) EXPECT_FALSE(theme.description().empty()) << theme.name();
}

TEST(Themes, RefusesAFaultyListAndNamesEveryFault) {
  const auto themes = Themes::FromJson(R"({"themes": [
      {"name": "themes/a", "displayName": "A"},
      {"name": "themes/a", "displayName": "A again"},
      {"name": "themes/Not A Name", "displayName": "B"},
      {"name": "themes/c"}]})");
  ASSERT_EQ(themes.status().code(), absl::StatusCode::kInvalidArgument);
  std::set<std::string> fields;
  for (const auto& [field, words] : ViolationsOf(themes.status())) fields.insert(field);
  EXPECT_THAT(fields,
              ::testing::UnorderedElementsAre("version", "themes[1].name", "themes[2].name", "themes[3].display_name"));
}

TEST(Themes, ARetiredThemeIsThereForOldConcernsOnly) {
  const auto themes = Themes::FromJson(R"({"version": "2027-01", "themes": [
      {"name": "themes/a", "displayName": "A"}, {"name": "themes/b", "displayName": "B", "retired": true}]})");
  ASSERT_TRUE(themes.ok()) << themes.status();
  EXPECT_EQ(themes->list().name(), "themeLists/2027-01");
  EXPECT_TRUE(themes->FindForDraft("themes/a").ok());
  const absl::Status retired = themes->FindForDraft("themes/b");
  EXPECT_EQ(retired.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(retired), "THEME_RETIRED");
  EXPECT_EQ(ErrorMetadata(retired, "version"), "2027-01");
  EXPECT_THAT(std::string(retired.message()), ::testing::HasSubstr("Use one of: themes/a."));
  const absl::Status unknown = themes->FindForDraft("themes/c");
  EXPECT_EQ(ReasonOf(unknown), "THEME_NOT_FOUND");
  EXPECT_THAT(std::string(unknown.message()), ::testing::Not(::testing::HasSubstr("themes/b")));
}

TEST(Themes, TheVersionIsAnId) {
  for (const char* version : {"2027 January", "2027/01", "-2027", "A"}) {
    const auto themes = Themes::FromJson(std::string(R"({"version": ")") + version +
                                         R"(", "themes": [{"name": "themes/a", "displayName": "A"}]})");
    ASSERT_EQ(ViolationsOf(themes.status()).size(), 1u) << version;
    EXPECT_EQ(ViolationsOf(themes.status())[0].first, "version");
  }
}

TEST(Themes, RefusesWhatIsNoList) {
  EXPECT_EQ(Themes::FromJson("not json").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Themes::FromJson(R"({"version": "1", "subjects": []})").status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Themes::FromJson(R"({"version": "1"})").status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace oversight::concerns
