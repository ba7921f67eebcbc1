#include "common/text/csv.h"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "common/rpc/utf8.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <rapidcheck/gtest.h>  // after gtest, which it needs

namespace oversight {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Fields = std::vector<std::string>;

std::vector<Fields> FieldsOf(const CsvFile& file) {
  std::vector<Fields> all;
  for (const CsvRecord& record : file.records) all.push_back(record.fields);
  return all;
}

std::vector<int> LinesOf(const CsvFile& file) {
  std::vector<int> lines;
  for (const CsvRecord& record : file.records) lines.push_back(record.line);
  return lines;
}

std::vector<int> FaultLines(const CsvFile& file) {
  std::vector<int> lines;
  for (const CsvFault& fault : file.faults) lines.push_back(fault.line);
  return lines;
}

TEST(ReadCsv, ReadsPlainFields) {
  const CsvFile file = ReadCsv("a,b\nc,\n");
  EXPECT_THAT(file.faults, IsEmpty());
  EXPECT_THAT(FieldsOf(file), ElementsAre(Fields{"a", "b"}, Fields{"c", ""}));
}

TEST(ReadCsv, ReadsQuotedCommasQuotesAndLineBreaks) {
  const CsvFile file = ReadCsv("\"Police, Fire\",\"the \"\"best\"\"\"\r\n\"two\r\nlines\",x\r\nlast,\"\"");
  EXPECT_THAT(file.faults, IsEmpty());
  EXPECT_THAT(FieldsOf(file),
              ElementsAre(Fields{"Police, Fire", "the \"best\""}, Fields{"two\r\nlines", "x"}, Fields{"last", ""}));
  EXPECT_THAT(LinesOf(file), ElementsAre(1, 2, 4));
}

TEST(ReadCsv, TakesByteOrderMarkAndEmptyLines) {
  const CsvFile file = ReadCsv("\xEF\xBB\xBFid\n\n\r\nx\n\n");
  EXPECT_THAT(file.faults, IsEmpty());
  EXPECT_THAT(FieldsOf(file), ElementsAre(Fields{"id"}, Fields{"x"}));
  EXPECT_THAT(LinesOf(file), ElementsAre(1, 4));
}

TEST(ReadCsv, NothingIsNothing) {
  EXPECT_THAT(ReadCsv("").records, IsEmpty());
  EXPECT_THAT(ReadCsv("\xEF\xBB\xBF").records, IsEmpty());
  EXPECT_THAT(ReadCsv("\n\r\n").records, IsEmpty());
}

TEST(ReadCsv, FindsEveryFaultAndReadsTheLinesBetween) {
  const CsvFile file = ReadCsv(
      "a,b\n"
      "bad \"quote,x\n"
      "good,1\n"
      "\"closed\"early,x\n"
      "caf\xE9,x\n"
      "good,2\n"
      "old\rmac,x\n");
  EXPECT_THAT(FaultLines(file), ElementsAre(2, 4, 5, 7));
  EXPECT_THAT(file.faults[0].description, HasSubstr("quote inside a field"));
  EXPECT_THAT(file.faults[1].description, HasSubstr("text after the closing quote"));
  EXPECT_THAT(file.faults[2].description, HasSubstr("not UTF-8"));
  EXPECT_THAT(file.faults[3].description, HasSubstr("carriage return"));
  EXPECT_THAT(FieldsOf(file), ElementsAre(Fields{"a", "b"}, Fields{"good", "1"}, Fields{"good", "2"}));
}

TEST(ReadCsv, AnOpenQuoteIsAFaultOfItsOwnLine) {
  const CsvFile file = ReadCsv("a\n\"open,1\nb\nc\n");
  EXPECT_THAT(FaultLines(file), ElementsAre(2));
  EXPECT_THAT(FieldsOf(file), ElementsAre(Fields{"a"}, Fields{"b"}, Fields{"c"}));
}

// The quote left open on line 2 would be closed by the opening quote of line 4: still line 2 is to blame.
TEST(ReadCsv, AnOpenQuoteDoesNotSwallowTheQuotedFieldBelow) {
  const CsvFile file = ReadCsv("a,b\nx,\"open\ny,1\nz,\"Police, Fire\"\n");
  EXPECT_THAT(FaultLines(file), ElementsAre(2));
  EXPECT_THAT(FieldsOf(file), ElementsAre(Fields{"a", "b"}, Fields{"y", "1"}, Fields{"z", "Police, Fire"}));
  EXPECT_THAT(LinesOf(file), ElementsAre(1, 3, 4));
}

// A byte that is not UTF-8 inside a quoted field is a fault of its own line, and the record goes; inside one that is
// never closed it does not hide the line to blame.
TEST(ReadCsv, FindsBadBytesInsideQuotes) {
  const CsvFile closed = ReadCsv("a,\"two\n\xFF\xFE\nlines\",b\nnext\n");
  EXPECT_THAT(FaultLines(closed), ElementsAre(2));
  EXPECT_THAT(FieldsOf(closed), ElementsAre(Fields{"next"}));
  const CsvFile open = ReadCsv("a,\"open\n\xFF\nnext\n");
  EXPECT_THAT(FaultLines(open), ElementsAre(1, 2));
  EXPECT_THAT(FieldsOf(open), ElementsAre(Fields{"next"}));
}

std::string WriteCsv(const std::vector<Fields>& records, const std::string& line_end, bool quote_all) {
  std::string text;
  for (const Fields& fields : records) {
    for (size_t i = 0; i < fields.size(); ++i) {
      if (i > 0) text += ',';
      const bool quote = quote_all || fields.size() == 1 || fields[i].find_first_of(",\"\r\n") != std::string::npos;
      if (!quote) {
        text += fields[i];
        continue;
      }
      text += '"';
      for (const char c : fields[i]) text += c == '"' ? std::string("\"\"") : std::string(1, c);
      text += '"';
    }
    text += line_end;
  }
  return text;
}

rc::Gen<std::string> GenField() {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
                          "a", "Z", " ", ",", "\"", "\n", "\r\n", "\r", "|", "ŵ", "€", "👮", std::string(1, '\0'))),
                      [](const std::vector<std::string>& parts) {
                        std::string field;
                        for (const auto& part : parts) field += part;
                        return field;
                      });
}

RC_GTEST_PROP(ReadCsv, ReadsBackWhatWasWritten, ()) {
  const auto records =
      *rc::gen::container<std::vector<Fields>>(rc::gen::nonEmpty(rc::gen::container<Fields>(GenField())));
  const auto line_end = *rc::gen::element<std::string>("\n", "\r\n");
  std::vector<Fields> expected;
  for (const Fields& record : records) {
    if (record != Fields{""}) expected.push_back(record);  // an empty line says nothing
  }
  const CsvFile file = ReadCsv(WriteCsv(records, line_end, *rc::gen::arbitrary<bool>()));
  RC_ASSERT(file.faults.empty());
  RC_ASSERT(FieldsOf(file) == expected);
}

// Total: whatever comes in, lines rise strictly, lie within the file, and are read or faulty but never both.
RC_GTEST_PROP(ReadCsv, TakesAnyBytes, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(
      rc::gen::element<std::string>("\"", "\"\"", ",", "\n", "\r", "\r\n", "x", "\xFF", "\xC5", "ŵ", "\xEF\xBB\xBF"));
  std::string text;
  for (const auto& piece : pieces) text += piece;
  const CsvFile file = ReadCsv(text);
  const int lines = 1 + static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  std::vector<int> seen = LinesOf(file);
  const std::vector<int> faulty = FaultLines(file);
  RC_ASSERT(std::is_sorted(seen.begin(), seen.end(), std::less_equal<int>()));
  RC_ASSERT(std::is_sorted(faulty.begin(), faulty.end(), std::less_equal<int>()));
  for (const int line : faulty) RC_ASSERT(line >= 1 && line <= lines);
  for (const CsvRecord& record : file.records) {
    for (const std::string& field : record.fields) RC_ASSERT(rpc::CountCodePoints(field) >= 0);
  }
  if (rpc::CountCodePoints(text) >= 0 && text.find_first_of("\"\r") == std::string::npos) RC_ASSERT(faulty.empty());
}

TEST(CsvTest, WritesWhatItReads) {
  const std::vector<std::string> fields = {"", "plain", "a, b", "say \"yes\"", "two\nlines", "é"};
  const std::string row = FormatCsvRow(fields);
  EXPECT_EQ(row, ",plain,\"a, b\",\"say \"\"yes\"\"\",\"two\nlines\",é\r\n");
  const CsvFile file = ReadCsv(row);
  ASSERT_EQ(file.records.size(), 1u);
  EXPECT_EQ(file.records[0].fields, fields);
}

TEST(CsvTest, WritesInQuotesWhatWouldBeTakenForAByteOrderMark) {
  const Fields fields = {
      "\xEF\xBB\xBF"
      "force",
      "kent"};
  EXPECT_THAT(FieldsOf(ReadCsv(FormatCsvRow(fields))), ElementsAre(fields));
}

}  // namespace
}  // namespace oversight
