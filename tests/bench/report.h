// The figures of a run: tables for people, printed as they come, or one JSON document for programs at the end. For one
// thread.
#pragma once

#include <string>
#include <vector>

#include "google/protobuf/struct.pb.h"
#include "tests/bench/closed_loop.h"

namespace oversight::bench {

double Median(std::vector<double> values);
// a[i] / b[i]: ratios are made within a round, where both met the same machine.
std::vector<double> Ratios(const std::vector<double>& a, const std::vector<double>& b);

// The rounds of one thing measured.
struct Series {
  std::string what;
  std::vector<double> rate, p50_us, p99_us, cpu_us;
  // `cpu_seconds` is what the server used meanwhile.
  void Add(const Measured& measured, double cpu_seconds);
};

// What a figure should reach. Limit 0: nothing.
struct Aim {
  enum class Kind { kAtLeast, kAtMost };
  double limit = 0;
  Kind kind = Kind::kAtLeast;
  bool Met(double value) const { return kind == Kind::kAtLeast ? value >= limit : value <= limit; }
};

// One thing measured at several points: at so many in flight, at such a size.
struct Row {
  std::string key;                          // In JSON.
  std::string what;                         // For people.
  std::vector<std::vector<double>> points;  // The rounds of each point.
  Aim aim;                                  // Of the points from `aim_from` on.
  size_t aim_from = 0;
};

class Report {
 public:
  explicit Report(bool json) : json_(json) {}

  // A table of Add and AddRatio.
  void Section(const std::string& title);
  void Add(const std::string& key, const Series& series);
  void AddRatio(const std::string& key, const std::string& what, const std::vector<double>& ratios, const Aim& aim);

  // A table with a column for each point; medians, and with ratios also their ranges.
  void Table(const std::string& key, const std::string& title, const std::vector<std::string>& points,
             const std::vector<Row>& rows, int decimals);
  // Above AddNumbers.
  void Title(const std::string& title);
  void AddNumber(const std::string& key, const std::string& what, const std::vector<double>& rounds, int decimals,
                 const Aim& aim = {});
  void AddText(const std::string& key, const std::string& text);
  void Finish() const;

 private:
  google::protobuf::Value* Field(const std::string& key) { return &(*all_.mutable_fields())[key]; }
  const bool json_;
  google::protobuf::Struct all_;
};

}  // namespace oversight::bench
