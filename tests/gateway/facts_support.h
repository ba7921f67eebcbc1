// What tests of composed dashboards make facts of. Thread-safe: free functions.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "gateway/dashboard/facts.h"

namespace oversight::gateway {

inline common::v1::PartialDate Date(const std::string& text) { return ParsePartialDate(text).value(); }
inline absl::CivilDay Day(const std::string& text) { return *ToCivilDay(Date(text)); }
inline google::protobuf::Timestamp Noon(const std::string& day) {
  google::protobuf::Timestamp time;
  time.set_seconds(absl::ToUnixSeconds(LondonTime(absl::CivilMinute(Day(day)) + 12 * 60)));
  return time;
}

// A resource of that name, at the end of `to`.
template <class T>
T& Add(std::vector<Shared<T>>& to, const std::string& name) {
  auto item = std::make_shared<T>();
  item->set_name(name);
  T& result = *item;
  to.push_back(std::move(item));
  return result;
}

}  // namespace oversight::gateway
