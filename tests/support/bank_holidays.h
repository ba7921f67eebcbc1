// The bank holidays as shipped. Tests run in the top of the tree.
#pragma once

#include <fstream>
#include <sstream>

#include "common/time/working_days.h"

namespace oversight::testing {

inline const BankHolidays& ShippedBankHolidays() {
  static const auto* const holidays = [] {
    std::ifstream in("data/bank-holidays.json");
    std::stringstream text;
    text << in.rdbuf();
    return new BankHolidays(BankHolidays::FromJson(text.str()).value());
  }();
  return *holidays;
}

}  // namespace oversight::testing
