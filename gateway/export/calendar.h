// Dates as a calendar that people subscribe to (iCalendar, RFC 5545): what falls due, meetings, duties and actions,
// each an event of a whole day. What has no whole day, such as "early 2024", is left out and counted: a day is never
// made up. An event keeps its UID for good, so a calendar that is read again moves it and does not double it. Pure; a
// writer is for one list and one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "gateway/export/rows.h"

namespace oversight::gateway {

struct CalendarEvent {
  std::string uid;  // "forces/kent/concerns/1/recommendations/2#due"
  absl::CivilDay day;
  absl::Time stamp;  // When what it tells was recorded.
  std::string summary, description;
};

// A line of iCalendar with its value escaped and the line folded at 75 octets, never within a character.
std::string CalendarLine(const std::string& name, const std::string& text);
std::string CalendarEventText(const CalendarEvent& event);

// The event that an item of a list is; nullopt for one without a whole day.
std::optional<CalendarEvent> EventOf(const google::protobuf::Message& item);
// Whether items of the list are events at all.
bool HasEvents(const google::protobuf::Descriptor& item);

// `title` is the name of the calendar.
std::unique_ptr<RowWriter> MakeCalendarWriter(const std::string& title);

}  // namespace oversight::gateway
