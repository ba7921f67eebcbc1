#include "forces-service/domain/grades.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/text/text.h"

namespace oversight::forces {
namespace {

// The first PEEL cycle with five grades began in this year.
constexpr int kFiveGradesSince = 2021;
// A cycle is a few years; what is written longer than this is no cycle.
constexpr int kMostYears = 20;

// The number, or -1 when the text is not of so many digits.
int Digits(std::string_view text, size_t width) {
  if (text.size() != width) return -1;
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

bool IsGraded(v1::Grade grade) { return grade != v1::GRADE_UNSPECIFIED && grade != v1::GRADE_UNGRADED; }

std::string SchemeWords(v1::GradeScheme scheme) {
  switch (scheme) {
    case v1::GRADE_SCHEME_FOUR_GRADES:
      return "four grades";
    case v1::GRADE_SCHEME_FIVE_GRADES:
      return "five grades";
    default:
      return "no grades";
  }
}

bool SameCycle(const std::string& a, const std::string& b) {
  const auto first = ReadCycle(a), second = ReadCycle(b);
  return first && second ? *first == *second : FoldCase(Tidy(a)) == FoldCase(Tidy(b));
}

// Why the grades of the two cannot be compared; empty when they can.
std::string WhyNotComparable(const v1::Inspection& first, const v1::Inspection& second) {
  if (first.programme() != second.programme())
    return "They belong to different programmes, which ask different things.";
  const bool one_national =
      !first.national_inspection().empty() && first.national_inspection() == second.national_inspection();
  if (!one_national && (first.cycle().empty() || second.cycle().empty())) {
    return "Grades are compared within one cycle, and not both reports have one recorded.";
  }
  if (!SameCycle(first.cycle(), second.cycle())) {
    return absl::StrCat("They belong to different cycles, ", first.cycle(), " and ", second.cycle(),
                        ": what is asked and how it is graded changes from cycle to cycle.");
  }
  const auto scheme = first.report().grade_scheme(), other = second.report().grade_scheme();
  if (scheme == v1::GRADE_SCHEME_UNSPECIFIED || other == v1::GRADE_SCHEME_UNSPECIFIED) {
    return "Not both reports grade something.";
  }
  if (scheme != other) {
    return absl::StrCat("There were ", SchemeWords(scheme), " to give in the first and ", SchemeWords(other),
                        " in the second.");
  }
  return "";
}

v1::GradeDifference Difference(v1::Grade first, v1::Grade second) {
  if (!IsGraded(first) || !IsGraded(second)) return v1::GRADE_DIFFERENCE_NOT_COMPARABLE;
  if (first == second) return v1::GRADE_DIFFERENCE_SAME;
  return second < first ? v1::GRADE_DIFFERENCE_HIGHER : v1::GRADE_DIFFERENCE_LOWER;  // The enum has the best first.
}

}  // namespace

std::optional<Cycle> ReadCycle(std::string_view text) {
  const std::string tidy = Tidy(text);
  const size_t mark = tidy.find_first_of("/-");
  Cycle cycle;
  cycle.first_year = Digits(std::string_view(tidy).substr(0, mark), 4);
  if (cycle.first_year < 1) return std::nullopt;
  cycle.last_year = cycle.first_year;
  if (mark == std::string::npos) return cycle;
  const std::string_view rest = std::string_view(tidy).substr(mark + 1);
  if (const int whole = Digits(rest, 4); whole >= 0) {
    cycle.last_year = whole;
  } else if (const int end = Digits(rest, 2); end >= 0) {
    cycle.last_year = cycle.first_year - cycle.first_year % 100 + end;
    if (cycle.last_year < cycle.first_year) cycle.last_year += 100;  // "1999-00"
  } else {
    return std::nullopt;
  }
  if (cycle.last_year <= cycle.first_year || cycle.last_year - cycle.first_year > kMostYears) return std::nullopt;
  return cycle;
}

void CheckReport(const v1::Inspection& inspection, const v1::InspectionReport& report, Violations& violations) {
  if (!IsWebAddress(report.address())) {
    violations.Add("report.address", "must be a web address that begins with https:// or http://");
  }
  const bool grades = std::any_of(report.graded_areas().begin(), report.graded_areas().end(),
                                  [](const v1::GradedArea& area) { return IsGraded(area.grade()); });
  if (grades && report.grade_scheme() == v1::GRADE_SCHEME_UNSPECIFIED) {
    violations.Add("report.grade_scheme",
                   "is required when areas are graded: were there four grades to give, or five?");
  }
  // The cycle says which grades there were, and only PEEL's cycles are known to.
  const auto cycle = ReadCycle(inspection.cycle());
  if (inspection.programme() == v1::PROGRAMME_PEEL && cycle && report.grade_scheme() != v1::GRADE_SCHEME_UNSPECIFIED) {
    const auto expected =
        cycle->first_year < kFiveGradesSince ? v1::GRADE_SCHEME_FOUR_GRADES : v1::GRADE_SCHEME_FIVE_GRADES;
    if (report.grade_scheme() != expected) {
      violations.Add("report.grade_scheme",
                     absl::StrCat("must be ", SchemeWords(expected),
                                  ": PEEL has five since the cycle 2021/22 and had four before, and this cycle is ",
                                  inspection.cycle()));
    }
  }
  std::set<std::string> seen;
  for (int i = 0; i < report.graded_areas_size(); ++i) {
    const v1::GradedArea& area = report.graded_areas(i);
    const std::string path = absl::StrCat("report.graded_areas[", i, "]");
    if (!seen.insert(FoldCase(Tidy(area.title()))).second) {
      violations.Add(path + ".title", "stands twice; a report grades an area once");
    }
    if (area.grade() == v1::GRADE_ADEQUATE && report.grade_scheme() == v1::GRADE_SCHEME_FOUR_GRADES) {
      violations.Add(path + ".grade",
                     "is not one of the four grades: outstanding, good, requires improvement, inadequate");
    }
  }
}

v1::GradeComparison CompareGrades(const v1::Inspection& first, const v1::Inspection& second) {
  v1::GradeComparison comparison;
  comparison.set_first(first.name());
  comparison.set_second(second.name());
  comparison.set_why_not(WhyNotComparable(first, second));
  comparison.set_comparable(comparison.why_not().empty());
  std::map<std::string, int> rows;  // By folded title.
  for (const v1::GradedArea& area : first.report().graded_areas()) {
    rows.emplace(FoldCase(Tidy(area.title())), comparison.areas_size());
    auto& row = *comparison.add_areas();
    row.set_title(area.title());
    row.set_first_grade(area.grade());
  }
  for (const v1::GradedArea& area : second.report().graded_areas()) {
    const auto [row, added] = rows.emplace(FoldCase(Tidy(area.title())), comparison.areas_size());
    if (added) comparison.add_areas()->set_title(area.title());
    comparison.mutable_areas(row->second)->set_second_grade(area.grade());
  }
  for (auto& row : *comparison.mutable_areas()) {
    row.set_difference(comparison.comparable() ? Difference(row.first_grade(), row.second_grade())
                                               : v1::GRADE_DIFFERENCE_NOT_COMPARABLE);
  }
  return comparison;
}

}  // namespace oversight::forces
