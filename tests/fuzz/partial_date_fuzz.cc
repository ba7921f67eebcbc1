// Dates in words and figures: what is read is a date, and its figures read as the same days.
#include "common/time/partial_date.h"
#include "google/protobuf/stubs/logging.h"
#include "tests/fuzz/fuzz.h"

using oversight::fuzz::Hold;

// What protobuf would print of each input.
[[maybe_unused]] static const auto kQuiet = google::protobuf::SetLogHandler(nullptr);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = oversight::fuzz::Text(data, size);
  const auto date = oversight::ParsePartialDate(text);
  if (date.ok()) {
    Hold(oversight::IsValid(*date), "what was read is a date");
    const oversight::DayInterval days(*date);
    Hold(days.first <= days.last, "a date does not end before it begins");
    const auto again = oversight::ParsePartialDate(oversight::FormatIso(*date));
    Hold(again.ok() && oversight::DayInterval(*again) == days, "its figures are the same days");
    Hold(!oversight::FormatForPeople(*date).empty(), "it has words");
  }
  // And any message at all.
  oversight::common::v1::PartialDate any;
  if (any.ParseFromArray(data, static_cast<int>(size))) {
    oversight::Violations violations;
    oversight::ValidatePartialDate(any, "date", violations);
    oversight::FormatForPeople(any);
    const oversight::DayInterval days(any);
    Hold(days.first <= days.last, "any message is some days");
    if (oversight::IsValid(any) && any.year() >= oversight::kFirstYear && any.year() <= oversight::kLastYear) {
      const auto read = oversight::ParsePartialDate(oversight::FormatIso(any));
      Hold(read.ok() && oversight::DayInterval(*read) == days, "a date in figures is read again");
    }
  }
  return 0;
}
