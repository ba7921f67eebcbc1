#include "tests/bench/report.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/util/json_util.h"
#include "tests/bench/harness.h"

namespace oversight::bench {
namespace {

using google::protobuf::Struct;

void Set(const std::string& name, double value, Struct& out) { (*out.mutable_fields())[name].set_number_value(value); }

void SetRounds(const std::vector<double>& rounds, const Aim& aim, Struct& out) {
  if (rounds.empty()) return;
  const auto [low, high] = std::minmax_element(rounds.begin(), rounds.end());
  Set("median", Median(rounds), out);
  Set("lowest", *low, out);
  Set("highest", *high, out);
  if (aim.limit == 0) return;
  Set(aim.kind == Aim::Kind::kAtLeast ? "aim_at_least" : "aim_at_most", aim.limit, out);
  (*out.mutable_fields())["met"].set_bool_value(aim.Met(Median(rounds)));
}

std::string Words(const Aim& aim, double value, int decimals) {
  if (aim.limit == 0) return "";
  return absl::StrFormat("   aim %s %.*f: %s", aim.kind == Aim::Kind::kAtLeast ? "at least" : "at most", decimals,
                         aim.limit, aim.Met(value) ? "met" : "missed");
}

std::string Range(const std::vector<double>& rounds, int decimals) {
  const auto [low, high] = std::minmax_element(rounds.begin(), rounds.end());
  return absl::StrFormat("%.*f - %.*f", decimals, *low, decimals, *high);
}

}  // namespace

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

std::vector<double> Ratios(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> ratios;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (b[i] > 0) ratios.push_back(a[i] / b[i]);
  }
  return ratios;
}

void Series::Add(const Measured& measured, double cpu_seconds) {
  rate.push_back(measured.per_second());
  p50_us.push_back(measured.p50_us);
  p99_us.push_back(measured.p99_us);
  cpu_us.push_back(cpu_seconds * 1e6 / static_cast<double>(std::max<int64_t>(measured.calls, 1)));
}

void Report::Section(const std::string& title) {
  if (json_) return;
  std::printf("\n%s\n  %-46s %9s %19s %8s %8s %9s\n", title.c_str(), "", "per s", "lowest - highest", "p50 us",
              "p99 us", "cpu us");
}

void Report::Add(const std::string& key, const Series& series) {
  if (!json_) {
    std::printf("  %-46s %9.0f %19s %8.0f %8.0f %9.1f\n", series.what.c_str(), Median(series.rate),
                Range(series.rate, 0).c_str(), Median(series.p50_us), Median(series.p99_us), Median(series.cpu_us));
  }
  const auto [low, high] = std::minmax_element(series.rate.begin(), series.rate.end());
  Struct& out = *Field(key)->mutable_struct_value();
  (*out.mutable_fields())["what"].set_string_value(series.what);
  Set("per_second", Median(series.rate), out);
  Set("per_second_lowest", *low, out);
  Set("per_second_highest", *high, out);
  Set("p50_us", Median(series.p50_us), out);
  Set("p99_us", Median(series.p99_us), out);
  Set("cpu_us", Median(series.cpu_us), out);
}

void Report::AddRatio(const std::string& key, const std::string& what, const std::vector<double>& ratios,
                      const Aim& aim) {
  if (ratios.empty()) return;
  if (!json_) {
    std::printf("  %-46s %9.2f %19s%s\n", what.c_str(), Median(ratios), Range(ratios, 2).c_str(),
                Words(aim, Median(ratios), 2).c_str());
  }
  SetRounds(ratios, aim, *Field(key)->mutable_struct_value());
}

void Report::Table(const std::string& key, const std::string& title, const std::vector<std::string>& points,
                   const std::vector<Row>& rows, int decimals) {
  Struct& table = *Field(key)->mutable_struct_value();
  (*table.mutable_fields())["what"].set_string_value(title);
  if (!json_) {
    std::printf("\n  %-46s", title.c_str());
    for (const std::string& point : points) std::printf(" %11s", point.c_str());
    std::printf("\n");
  }
  for (const Row& row : rows) {
    Struct& out = *(*table.mutable_fields())[row.key].mutable_struct_value();
    size_t met = 0, aimed = 0;
    if (!json_) std::printf("  %-46s", row.what.c_str());
    for (size_t i = 0; i < row.points.size(); ++i) {
      const Aim aim = i >= row.aim_from ? row.aim : Aim{};
      SetRounds(row.points[i], aim, *(*out.mutable_fields())[points[i]].mutable_struct_value());
      if (aim.limit > 0) ++aimed;
      if (aim.limit > 0 && aim.Met(Median(row.points[i]))) ++met;
      if (json_) continue;
      if (row.points[i].empty()) {
        std::printf(" %11s", "-");
      } else {
        std::printf(" %11.*f", decimals, Median(row.points[i]));
      }
    }
    if (json_) continue;
    if (aimed > 0) {
      std::printf("   aim %s %.1f: %s", row.aim.kind == Aim::Kind::kAtLeast ? "at least" : "at most", row.aim.limit,
                  met == aimed ? "met"
                  : met == 0   ? "missed"
                               : "met in part");
    }
    std::printf("\n");
  }
  std::fflush(stdout);
}

void Report::Title(const std::string& title) {
  if (!json_) std::printf("\n%s\n", title.c_str());
}

void Report::AddNumber(const std::string& key, const std::string& what, const std::vector<double>& rounds, int decimals,
                       const Aim& aim) {
  if (rounds.empty()) return;
  if (!json_) {
    std::printf("  %-46s %9.*f %19s%s\n", what.c_str(), decimals, Median(rounds), Range(rounds, decimals).c_str(),
                Words(aim, Median(rounds), decimals).c_str());
    std::fflush(stdout);
  }
  Struct& out = *Field(key)->mutable_struct_value();
  (*out.mutable_fields())["what"].set_string_value(what);
  SetRounds(rounds, aim, out);
}

void Report::AddText(const std::string& key, const std::string& text) {
  if (!json_) std::printf("%s\n", text.c_str());
  Field(key)->set_string_value(text);
}

void Report::Finish() const {
  if (!json_) return;
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(all_, &text, options).ok()) Die("cannot write JSON");
  std::fputs(text.c_str(), stdout);
}

}  // namespace oversight::bench
