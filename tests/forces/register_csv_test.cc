#include "forces-service/domain/register_csv.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "common/rpc/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <rapidcheck/gtest.h>  // after gtest, which it needs

namespace oversight::forces {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

constexpr char kHeader[] = "id,name,kind,service,ons_code,region,oversight_body_kind,oversight_body\n";
constexpr char kKent[] =
    "kent,Kent Police,TERRITORIAL,POLICE,E23000032,South East,POLICE_AND_CRIME_COMMISSIONER,PCC for Kent\n";

std::string WithRows(const std::string& rows) { return kHeader + rows; }

using Faults = std::vector<std::pair<std::string, std::string>>;

Faults FaultsOf(const std::string& csv) {
  const auto result = ReadRegister(csv);
  if (result.ok()) return {};
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(result.status()), "REGISTER_FILE_INVALID");
  return ViolationsOf(result.status());
}

// Replaces one column of the row for Kent.
std::string Kent(int column, const std::string& value) {
  std::string row = kKent;
  std::vector<std::string> cells;
  std::stringstream in(row.substr(0, row.size() - 1));
  for (std::string cell; std::getline(in, cell, ',');) cells.push_back(cell);
  cells.at(column) = value;
  std::string result;
  for (size_t i = 0; i < cells.size(); ++i) result += (i > 0 ? "," : "") + cells[i];
  return result + "\n";
}

TEST(ReadRegister, ReadsAForce) {
  const auto result = ReadRegister(WithRows(kKent));
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_EQ(result->forces.size(), 1u);
  const v1::Force& force = result->forces[0];
  EXPECT_EQ(force.name(), "forces/kent");
  EXPECT_EQ(force.display_name(), "Kent Police");
  EXPECT_EQ(force.kind(), v1::FORCE_KIND_TERRITORIAL);
  EXPECT_EQ(force.service(), v1::SERVICE_TYPE_POLICE);
  EXPECT_EQ(force.ons_code(), "E23000032");
  EXPECT_EQ(force.region(), "South East");
  EXPECT_EQ(force.oversight_body().kind(), v1::OVERSIGHT_BODY_KIND_POLICE_AND_CRIME_COMMISSIONER);
  EXPECT_EQ(force.oversight_body().display_name(), "PCC for Kent");
  EXPECT_EQ(force.aliases_size(), 0);
  EXPECT_FALSE(result->has_aliases);
}

TEST(ReadRegister, ReadsTheShippedRegister) {
  std::ifstream in("data/forces.csv");
  std::stringstream text;
  text << in.rdbuf();
  const std::string csv = text.str();
  ASSERT_FALSE(csv.empty()) << "run from the top of the tree";
  const auto result = ReadRegister(csv);
  ASSERT_TRUE(result.ok()) << result.status();
  // No field of the shipped file holds a line break: every line but the header is a force.
  EXPECT_EQ(static_cast<long>(result->forces.size()), std::count(csv.begin(), csv.end(), '\n') - 1);
}

TEST(ReadRegister, TakesColumnsInAnyOrderAndAliases) {
  const auto result = ReadRegister(
      "aliases,oversight_body,oversight_body_kind,region,ons_code,service,kind,name,id\r\n"
      "\"WMP| wmp |West Mids\",A body,OTHER,West Midlands,,POLICE,TERRITORIAL,West Midlands Police,west-midlands\r\n");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_TRUE(result->has_aliases);
  EXPECT_EQ(result->forces[0].name(), "forces/west-midlands");
  EXPECT_THAT(result->forces[0].aliases(), ElementsAre("WMP", "West Mids"));
}

TEST(ReadRegister, NamesEveryKindOfFaultByLine) {
  const struct {
    std::string row, field, words;
  } cases[] = {
      {"kent,Kent Police\n", "csv.line[2]", "has 2 columns, and the header has 8"},
      {Kent(0, ""), "csv.line[2]", "id is required"},
      {Kent(0, "Kent"), "csv.line[2]", "id \"Kent\" is not"},
      {Kent(0, "kent-"), "csv.line[2]", "id \"kent-\" is not"},
      {Kent(0, std::string(64, 'k')), "csv.line[2]", "id \"kkk"},
      {Kent(1, " "), "csv.line[2]", "name is required"},
      {Kent(1, std::string(201, 'k')), "csv.line[2]", "name is longer than 200 characters"},
      {Kent(1, "Ke\x01nt"), "csv.line[2]", "name has a control character"},
      {Kent(2, "territorial"), "csv.line[2]", "kind \"territorial\" is not one of TERRITORIAL, NON_TERRITORIAL"},
      {Kent(2, "UNSPECIFIED"), "csv.line[2]", "kind \"UNSPECIFIED\" is not one of"},
      {Kent(3, "AMBULANCE"), "csv.line[2]", "service \"AMBULANCE\" is not one of POLICE, FIRE_AND_RESCUE"},
      {Kent(4, "E2300003"), "csv.line[2]", "ons_code is not a code"},
      {Kent(4, "X23000032"), "csv.line[2]", "ons_code is not a code"},
      {Kent(5, std::string(101, 'r')), "csv.line[2]", "region is longer than 100 characters"},
      {Kent(6, "SHERIFF"), "csv.line[2]", "oversight_body_kind \"SHERIFF\" is not one of"},
      {Kent(7, ""), "csv.line[2]", "oversight_body is required"},
      {Kent(1, "caf\xE9"), "csv.line[2]", "is not UTF-8"},
      {Kent(1, "\"Kent"), "csv.line[2]", "begins a quoted field that is never closed"},
  };
  for (const auto& c : cases) {
    // And nothing else: a column is told once, so a kind that is not known is not called missing as well.
    EXPECT_THAT(FaultsOf(WithRows(c.row)), ElementsAre(Pair(c.field, AllOf(HasSubstr(c.words), Not(HasSubstr("; "))))))
        << c.row;
  }
}

TEST(ReadRegister, TellsAllFaultsOfALineTogether) {
  EXPECT_THAT(FaultsOf(WithRows("K,,X,Y,Z,,W,\n")),
              ElementsAre(Pair("csv.line[2]", AllOf(HasSubstr("id \"K\""), HasSubstr("name is required"),
                                                    HasSubstr("kind \"X\""), HasSubstr("service \"Y\""),
                                                    HasSubstr("ons_code"), HasSubstr("oversight_body_kind \"W\""),
                                                    HasSubstr("oversight_body is required")))));
}

TEST(ReadRegister, ARepeatedIdNamesTheFirstLine) {
  EXPECT_THAT(FaultsOf(WithRows(std::string(kKent) + Kent(0, "essex") + kKent + kKent)),
              ElementsAre(Pair("csv.line[4]", "repeats the id \"kent\" of line 2"),
                          Pair("csv.line[5]", "repeats the id \"kent\" of line 2")));
}

TEST(ReadRegister, NumbersLinesOfTheFileNotRecords) {
  EXPECT_THAT(FaultsOf(WithRows("\n" + Kent(1, "\"Kent\nPolice\"") + "\n" + Kent(0, "Essex") + "x\n")),
              ElementsAre(Pair("csv.line[6]", HasSubstr("id \"Essex\"")), Pair("csv.line[7]", HasSubstr("1 columns"))));
}

TEST(ReadRegister, RefusesAFaultyHeader) {
  EXPECT_THAT(FaultsOf(""), ElementsAre(Pair("csv.line[1]", HasSubstr("header"))));
  EXPECT_THAT(
      FaultsOf("id,name,colour\n" + std::string(kKent)),
      ElementsAre(Pair("csv.line[1]", AllOf(HasSubstr("unknown column \"colour\""), HasSubstr("no column \"kind\""),
                                            HasSubstr("no column \"region\"")))));
  std::string twice = kHeader;
  twice.insert(twice.size() - 1, ",id");
  EXPECT_THAT(FaultsOf(twice), ElementsAre(Pair("csv.line[1]", HasSubstr("column \"id\" twice"))));
  EXPECT_THAT(FaultsOf("\xFF\xFEi\0d\0\n" + std::string(kKent)), ElementsAre(Pair("csv.line[1]", HasSubstr("UTF-8"))));
}

TEST(ReadRegister, AHeaderAloneIsAnEmptyRegister) {
  const auto result = ReadRegister(kHeader);
  ASSERT_TRUE(result.ok());
  EXPECT_THAT(result->forces, IsEmpty());
}

TEST(ReadRegister, HasABound) {
  std::string rows;
  for (int i = 0; i < kMaxRegisterForces; ++i) rows += Kent(0, "f" + std::to_string(i));
  EXPECT_TRUE(ReadRegister(WithRows(rows)).ok());
  const int line_after = kMaxRegisterForces + 2;
  EXPECT_THAT(FaultsOf(WithRows(rows + kKent + kKent)),
              ElementsAre(Pair("csv.line[" + std::to_string(line_after) + "]", HasSubstr("the most allowed"))));
}

TEST(ReadRegister, NamesFaultyLinesInShortToo) {
  const auto result = ReadRegister(WithRows("x\n" + std::string(kKent) + "x\nx\nx\n"));
  EXPECT_EQ(ErrorMetadata(result.status(), "faulty_lines"), "2, 4-6");
  EXPECT_EQ(ErrorMetadata(result.status(), "faulty_line_count"), "4");
  EXPECT_THAT(std::string(result.status().message()), HasSubstr("2, 4-6"));
}

// The faulty lines are exactly those that were made faulty.
RC_GTEST_PROP(ReadRegister, FindsExactlyTheFaultyLines, ()) {
  const auto faulty = *rc::gen::container<std::vector<bool>>(rc::gen::arbitrary<bool>());
  std::string csv = kHeader;
  std::vector<std::string> expected;
  for (size_t i = 0; i < faulty.size(); ++i) {
    const std::string id = "f" + std::to_string(i);
    if (!faulty[i]) {
      csv += Kent(0, id);
      continue;
    }
    expected.push_back("csv.line[" + std::to_string(i + 2) + "]");
    csv += *rc::gen::element(Kent(0, id + "-"), id + "\n", Kent(2, "X"), Kent(1, "\"never"), Kent(1, "a\"b"),
                             Kent(7, "\xFF"), Kent(1, "\"early\"x"), Kent(1, "a\rb"));
  }
  std::vector<std::string> found;
  for (const auto& [field, words] : FaultsOf(csv)) found.push_back(field);
  RC_ASSERT(found == expected);
}

// Total, and what it takes it takes whole.
RC_GTEST_PROP(ReadRegister, TakesAnyBytes, (const std::string& bytes)) {
  for (const std::string& csv : {bytes, kHeader + bytes, kHeader + std::string(kKent) + bytes}) {
    const auto result = ReadRegister(csv);
    if (!result.ok()) {
      RC_ASSERT(!ViolationsOf(result.status()).empty());
      continue;
    }
    std::set<std::string> names;
    for (const auto& force : result->forces) RC_ASSERT(names.insert(force.name()).second);
  }
}

}  // namespace
}  // namespace oversight::forces
