// The natural order of resource names, as the ledger lists them: digit runs compare as numbers, so concerns/2 comes
// before concerns/10. Pure, thread-safe.
#pragma once

#include <algorithm>
#include <string_view>

namespace oversight::rpc {

// <0, 0 or >0. Equal only for equal texts: of numbers written with different leading zeros the shorter comes first.
inline int CompareNames(std::string_view a, std::string_view b) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (!digit(a[i]) || !digit(b[j])) {
      if (a[i] != b[j]) return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[j]) ? -1 : 1;
      ++i, ++j;
      continue;
    }
    size_t end_a = i, end_b = j;
    while (end_a < a.size() && digit(a[end_a])) ++end_a;
    while (end_b < b.size() && digit(b[end_b])) ++end_b;
    std::string_view run_a = a.substr(i, end_a - i), run_b = b.substr(j, end_b - j);
    const size_t zeros_a = std::min(run_a.find_first_not_of('0'), run_a.size());
    const size_t zeros_b = std::min(run_b.find_first_not_of('0'), run_b.size());
    run_a.remove_prefix(zeros_a), run_b.remove_prefix(zeros_b);
    if (run_a.size() != run_b.size()) return run_a.size() < run_b.size() ? -1 : 1;
    if (const int order = run_a.compare(run_b); order != 0) return order;
    if (zeros_a != zeros_b) return zeros_a < zeros_b ? -1 : 1;
    i = end_a, j = end_b;
  }
  return i < a.size() ? 1 : j < b.size() ? -1 : 0;
}

struct NameLess {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const { return CompareNames(a, b) < 0; }
};

}  // namespace oversight::rpc
