// The order of names as people count: digit runs compare as numbers, so concerns/2 comes before concerns/10.
// Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oversight::ledger {

// A key whose byte order is the natural order of names. A run of digits becomes its count of digits without leading
// zeros, then those digits: concerns/12 becomes concerns/212. Names that differ only in leading zeros share a key;
// order by (key, name).
std::string SortKey(std::string_view name);

// A name that is a prefix and a number without leading zeros, as the ledger numbers resources.
struct NumberedName {
  std::string_view prefix;
  int64_t number;
};
std::optional<NumberedName> SplitNumber(std::string_view name);

}  // namespace oversight::ledger
