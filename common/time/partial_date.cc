#include "common/time/partial_date.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/time/due_rule.h"

namespace oversight {
namespace {

using common::v1::PartialDate;
using common::v1::PartOfYear;

constexpr size_t kMaxTextBytes = 400;  // 100 characters of up to 4 bytes, as PartialDate.published_text allows.
constexpr size_t kMaxTextCharacters = 100;

constexpr const char* kMonths[] = {"January", "February", "March",     "April",   "May",      "June",
                                   "July",    "August",   "September", "October", "November", "December"};

struct Part {
  PartOfYear value;
  const char* word;
  int first_month, last_month;  // 14 is February of the next year.
};
constexpr Part kParts[] = {
    {common::v1::PART_OF_YEAR_EARLY, "early", 1, 4},     {common::v1::PART_OF_YEAR_MID, "mid", 5, 8},
    {common::v1::PART_OF_YEAR_LATE, "late", 9, 12},      {common::v1::PART_OF_YEAR_SPRING, "spring", 3, 5},
    {common::v1::PART_OF_YEAR_SUMMER, "summer", 6, 8},   {common::v1::PART_OF_YEAR_AUTUMN, "autumn", 9, 11},
    {common::v1::PART_OF_YEAR_WINTER, "winter", 12, 14},
};

const Part* FindPart(PartOfYear value) {
  for (const Part& part : kParts) {
    if (part.value == value) return &part;
  }
  return nullptr;
}

// CivilMonth carries month 14 over into the next year.
absl::CivilMonth FirstMonth(int year, const Part& part) { return absl::CivilMonth(year, part.first_month); }
absl::CivilMonth LastMonth(int year, const Part& part) { return absl::CivilMonth(year, part.last_month); }

struct Problem {
  const char* part;
  std::string description;
};

std::vector<Problem> ProblemsOf(const PartialDate& date) {
  std::vector<Problem> problems;
  const bool year_ok = date.year() >= 1 && date.year() <= 9999;
  if (!year_ok) problems.push_back({"year", "must be from 1 to 9999"});
  const bool month_ok = date.month() >= 0 && date.month() <= 12;
  if (!month_ok) problems.push_back({"month", "must be from 1 to 12, or 0 when it is not known"});
  if (date.day() < 0 || date.day() > 31) {
    problems.push_back({"day", "must be from 1 to the length of the month, or 0 when it is not known"});
  } else if (date.day() != 0 && date.month() == 0) {
    problems.push_back({"day", "needs a month"});
  } else if (date.day() != 0 && year_ok && month_ok) {
    const int length = DaysInMonth(absl::CivilDay(date.year(), date.month(), 1));
    if (date.day() > length) {
      problems.push_back({"day", absl::StrCat("must be at most ", length, ": ", kMonths[date.month() - 1], " ",
                                              date.year(), " has no day ", date.day())});
    }
  }
  if (date.part_of_year() != common::v1::PART_OF_YEAR_UNSPECIFIED) {
    if (FindPart(date.part_of_year()) == nullptr) {
      problems.push_back({"part_of_year", "is not a known part of the year"});
    } else if (date.month() != 0 || date.day() != 0) {
      problems.push_back({"part_of_year", "must not be set together with a month or a day"});
    }
  }
  return problems;
}

// ---- Reading. The text is split into words of digits and words of letters; what stands between them is kept as one of
// ---- '-', '/' or ' '. All shapes are then told apart by the sequence of kinds.

struct Token {
  char kind;  // 'n' number, 'w' word, '-' or '/'; blanks are dropped
  std::string text;
};

constexpr size_t kMaxTokens = 8;

bool Tokenize(std::string_view text, std::vector<Token>& tokens) {
  size_t i = 0;
  while (i < text.size()) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    if (absl::ascii_isspace(c)) {
      ++i;
      continue;
    }
    if (tokens.size() == kMaxTokens) return false;
    if (c == '-' || c == '/') {
      tokens.push_back({static_cast<char>(c), {}});
      ++i;
      continue;
    }
    const bool digits = absl::ascii_isdigit(c);
    if (!digits && !absl::ascii_isalpha(c)) return false;
    const size_t start = i;
    while (i < text.size() && (digits ? absl::ascii_isdigit(static_cast<unsigned char>(text[i]))
                                      : absl::ascii_isalpha(static_cast<unsigned char>(text[i])))) {
      ++i;
    }
    std::string word(text.substr(start, i - start));
    for (char& letter : word) letter = absl::ascii_tolower(static_cast<unsigned char>(letter));
    tokens.push_back({digits ? 'n' : 'w', std::move(word)});
  }
  return true;
}

// The number, or -1 when it does not have `width` digits (1 or 2 when `width` is 0).
int Number(const Token& token, size_t width) {
  if (width == 0 ? (token.text.size() < 1 || token.text.size() > 2) : token.text.size() != width) return -1;
  int value = 0;
  for (char digit : token.text) value = value * 10 + (digit - '0');
  return value;
}

// 1 to 12 for "december" or "dec" (and "sept"), 0 otherwise.
int MonthOfWord(const std::string& word) {
  for (int i = 0; i < 12; ++i) {
    const std::string name = absl::AsciiStrToLower(kMonths[i]);
    if (word == name || word == name.substr(0, 3) || (i == 8 && word == "sept")) return i + 1;
  }
  return 0;
}

bool IsOrdinalEnding(const std::string& word) { return word == "st" || word == "nd" || word == "rd" || word == "th"; }

bool HasSpace(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); });
}

size_t CountCharacters(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

// Fills `date` from the shape of the tokens; false when they have none that is known. The values are not checked here,
// except that -1 (a number of the wrong width) never passes validation.
bool Interpret(const std::vector<Token>& tokens, bool spaced, PartialDate& date) {
  std::string shape;
  for (const Token& token : tokens) shape += token.kind;
  const auto set = [&date](int year, int month, int day) {
    date.set_year(year);
    date.set_month(month);
    date.set_day(day);
    return year > 0 && month >= 0 && day >= 0;
  };
  if (shape == "n") return set(Number(tokens[0], 4), 0, 0);
  // ISO forms hold no blanks, and a zero in them is not "unknown".
  if (!spaced && shape == "n-n") {
    const int month = Number(tokens[2], 2);
    return month > 0 && set(Number(tokens[0], 4), month, 0);
  }
  if (!spaced && shape == "n-n-n") {
    const int month = Number(tokens[2], 2), day = Number(tokens[4], 2);
    return month > 0 && day > 0 && set(Number(tokens[0], 4), month, day);
  }
  if (!spaced && shape == "n-n/n-n") {
    const int year = Number(tokens[0], 4), month = Number(tokens[2], 2);
    const int last_year = Number(tokens[4], 4), last_month = Number(tokens[6], 2);
    if (year <= 0 || month <= 0 || last_year <= 0 || last_month <= 0) return false;
    for (const Part& part : kParts) {
      if (FirstMonth(year, part) == absl::CivilMonth(year, month) &&
          LastMonth(year, part) == absl::CivilMonth(last_year, last_month)) {
        date.set_part_of_year(part.value);
        return set(year, 0, 0);
      }
    }
    return false;
  }
  if (shape == "wn" || shape == "w-n") {
    const int year = Number(tokens.back(), 4);
    for (const Part& part : kParts) {
      if (tokens[0].text == part.word) {
        date.set_part_of_year(part.value);
        return set(year, 0, 0);
      }
    }
    const int month = MonthOfWord(tokens[0].text);
    return month > 0 && set(year, month, 0);
  }
  const bool ordinal = shape == "nwwn" && IsOrdinalEnding(tokens[1].text);
  if (shape == "nwn" || ordinal) {
    const int day = Number(tokens[0], 0), month = MonthOfWord(tokens[ordinal ? 2 : 1].text);
    return day > 0 && month > 0 && set(Number(tokens.back(), 4), month, day);
  }
  return false;
}

absl::Status NotADate(std::string_view text) {
  const std::string shown = absl::CHexEscape(absl::string_view(text.data(), std::min<size_t>(text.size(), 60)));
  return Error(absl::StatusCode::kInvalidArgument, common::v1::ERROR_REASON_INVALID_FIELDS,
               absl::StrCat("\"", shown, "\" is not a date. Write it as 2019, 2021-12, 2023-11-24, December 2021, ",
                            "24 November 2023, early 2024 or spring 2023."))
      .With("text", shown);
}

}  // namespace

void ValidatePartialDate(const PartialDate& date, const std::string& field, Violations& violations) {
  std::vector<Problem> problems = ProblemsOf(date);
  if (date.year() < kFirstYear || date.year() > kLastYear) {
    // In place of what the calendar says of the year.
    problems.erase(std::remove_if(problems.begin(), problems.end(),
                                  [](const Problem& problem) { return std::string_view(problem.part) == "year"; }),
                   problems.end());
    problems.insert(problems.begin(), {"year", absl::StrCat("must be from ", kFirstYear, " to ", kLastYear)});
  }
  for (Problem& problem : problems) {
    violations.Add(field.empty() ? problem.part : absl::StrCat(field, ".", problem.part),
                   std::move(problem.description));
  }
}

bool IsValid(const PartialDate& date) { return ProblemsOf(date).empty(); }

absl::StatusOr<PartialDate> ParsePartialDate(std::string_view text) {
  while (!text.empty() && absl::ascii_isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && absl::ascii_isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  if (text.size() > kMaxTextBytes || CountCharacters(text) > kMaxTextCharacters) return NotADate(text);
  std::vector<Token> tokens;
  PartialDate date;
  if (!Tokenize(text, tokens) || !Interpret(tokens, HasSpace(text), date)) return NotADate(text);
  Violations violations;
  ValidatePartialDate(date, "", violations);
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  if (std::any_of(tokens.begin(), tokens.end(), [](const Token& token) { return token.kind == 'w'; })) {
    date.set_published_text(std::string(text));
  }
  return date;
}

std::string FormatForPeople(const PartialDate& date) {
  if (!IsValid(date)) return "unknown date";
  const std::string year = absl::StrFormat("%04d", date.year());
  if (const Part* part = FindPart(date.part_of_year())) return absl::StrCat(part->word, " ", year);
  if (date.month() == 0) return year;
  const std::string month = absl::StrCat(kMonths[date.month() - 1], " ", year);
  return date.day() == 0 ? month : absl::StrCat(date.day(), " ", month);
}

std::string FormatForPeople(absl::CivilDay day) {
  return absl::StrCat(day.day(), " ", kMonths[day.month() - 1], " ", absl::StrFormat("%04d", day.year()));
}

std::string FormatIso(const PartialDate& date) {
  if (!IsValid(date)) return "";
  if (const Part* part = FindPart(date.part_of_year())) {
    const absl::CivilMonth first = FirstMonth(date.year(), *part), last = LastMonth(date.year(), *part);
    return absl::StrFormat("%04d-%02d/%04d-%02d", first.year(), first.month(), last.year(), last.month());
  }
  if (date.month() == 0) return absl::StrFormat("%04d", date.year());
  if (date.day() == 0) return absl::StrFormat("%04d-%02d", date.year(), date.month());
  return absl::StrFormat("%04d-%02d-%02d", date.year(), date.month(), date.day());
}

std::string FormatIso(absl::CivilDay day) {
  return absl::StrFormat("%04d-%02d-%02d", day.year(), day.month(), day.day());
}

bool IsExact(const PartialDate& date) { return date.day() != 0 && IsValid(date); }

PartialDate ToPartialDate(absl::CivilDay day) {
  PartialDate date;
  // A year that does not fit stays invalid instead of turning into another one.
  constexpr absl::civil_year_t kLeast = std::numeric_limits<int32_t>::min(),
                               kGreatest = std::numeric_limits<int32_t>::max();
  date.set_year(static_cast<int32_t>(std::clamp(day.year(), kLeast, kGreatest)));
  date.set_month(day.month());
  date.set_day(day.day());
  return date;
}

std::optional<absl::CivilDay> ToCivilDay(const PartialDate& date) {
  if (!IsExact(date)) return std::nullopt;
  return absl::CivilDay(date.year(), date.month(), date.day());
}

DayInterval::DayInterval(const PartialDate& date) : first(absl::CivilDay::min()), last(absl::CivilDay::max()) {
  if (!IsValid(date)) return;
  if (const Part* part = FindPart(date.part_of_year())) {
    first = absl::CivilDay(FirstMonth(date.year(), *part));
    last = absl::CivilDay(LastMonth(date.year(), *part) + 1) - 1;
  } else if (date.month() == 0) {
    first = absl::CivilDay(date.year(), 1, 1);
    last = absl::CivilDay(date.year(), 12, 31);
  } else if (date.day() == 0) {
    first = absl::CivilDay(date.year(), date.month(), 1);
    last = absl::CivilDay(absl::CivilMonth(first) + 1) - 1;
  } else {
    first = last = absl::CivilDay(date.year(), date.month(), date.day());
  }
}

bool MustBeBefore(const DayInterval& a, const DayInterval& b) { return a.last < b.first; }
bool MayBeBefore(const DayInterval& a, const DayInterval& b) { return a.first < b.last; }
bool MustBeOnOrBefore(const DayInterval& a, const DayInterval& b) { return a.last <= b.first; }
bool MayBeOnOrBefore(const DayInterval& a, const DayInterval& b) { return a.first <= b.last; }
bool MustBeAfter(const DayInterval& a, const DayInterval& b) { return MustBeBefore(b, a); }
bool MayBeAfter(const DayInterval& a, const DayInterval& b) { return MayBeBefore(b, a); }
bool MustBeOnOrAfter(const DayInterval& a, const DayInterval& b) { return MustBeOnOrBefore(b, a); }
bool MayBeOnOrAfter(const DayInterval& a, const DayInterval& b) { return MayBeOnOrBefore(b, a); }
bool MustBeSameDay(const DayInterval& a, const DayInterval& b) {
  return a.first == a.last && b.first == b.last && a.first == b.first;
}
bool MayBeSameDay(const DayInterval& a, const DayInterval& b) { return a.first <= b.last && b.first <= a.last; }

Holding HeldOn(const common::v1::PartialDate* from, const common::v1::PartialDate* to, absl::CivilDay day) {
  if ((from != nullptr && MustBeAfter(*from, day)) || (to != nullptr && MustBeOnOrBefore(*to, day))) {
    return Holding::kNo;
  }
  const bool begun = from == nullptr || MustBeOnOrBefore(*from, day);
  const bool not_ended = to == nullptr || MustBeAfter(*to, day);
  return begun && not_ended ? Holding::kCertainly : Holding::kPossibly;
}

bool SortsBefore(const DayInterval& a, const DayInterval& b) {
  return a.first != b.first ? a.first < b.first : a.last < b.last;
}

}  // namespace oversight
