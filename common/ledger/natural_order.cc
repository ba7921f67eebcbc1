#include "common/ledger/natural_order.h"

#include <algorithm>

namespace oversight::ledger {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string SortKey(std::string_view name) {
  std::string key;
  key.reserve(name.size() + 4);
  for (size_t i = 0; i < name.size();) {
    if (!IsDigit(name[i])) {
      key += name[i++];
      continue;
    }
    size_t end = i;
    while (end < name.size() && IsDigit(name[end])) ++end;
    while (i < end && name[i] == '0') ++i;
    // The count comes first so that a longer number is greater: one character up to 8 digits, then 9 and four more.
    const size_t digits = end - i;
    if (digits < 9) {
      key += static_cast<char>('0' + digits);
    } else {
      const std::string count = std::to_string(digits);
      key += '9';
      key.append(4 - std::min<size_t>(4, count.size()), '0');
      key += count;
    }
    key.append(name.substr(i, digits));
    i = end;
  }
  return key;
}

std::optional<NumberedName> SplitNumber(std::string_view name) {
  size_t start = name.size();
  while (start > 0 && IsDigit(name[start - 1])) --start;
  const std::string_view digits = name.substr(start);
  if (digits.empty() || digits.size() > 18 || (digits.size() > 1 && digits[0] == '0')) return std::nullopt;
  int64_t number = 0;
  for (char c : digits) number = number * 10 + (c - '0');
  return NumberedName{name.substr(0, start), number};
}

}  // namespace oversight::ledger
