#include "gateway/export/calendar.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/time/partial_date.h"
#include "common/time/timestamp.h"
#include "gateway/cli/words.h"
#include "oversight/concerns/v1/overview_service.pb.h"
#include "oversight/forces/v1/response_duty.pb.h"
#include "oversight/monitoring/v1/attention_service.pb.h"
#include "oversight/monitoring/v1/meeting.pb.h"

namespace oversight::gateway {
namespace {

using google::protobuf::Message;

// RFC 5545, 3.1: a content line is at most 75 octets, without its break.
constexpr size_t kMostOctets = 75;

constexpr char kBegin[] =
    "BEGIN:VCALENDAR\r\n"
    "VERSION:2.0\r\n"
    "PRODID:-//Oversight//Oversight//EN\r\n"
    "CALSCALE:GREGORIAN\r\n"
    "METHOD:PUBLISH\r\n";

std::string DayText(absl::CivilDay day) { return absl::StrReplaceAll(FormatIso(day), {{"-", ""}}); }

// Where the record does not say when it was recorded: a moment that does not change from one reading to the next.
absl::Time SteadyStamp(absl::CivilDay day) { return absl::FromCivil(day, absl::UTCTimeZone()); }

// "forces/west-midlands/meetings/1" -> "west midlands".
std::string ForceWords(const std::string& name) {
  constexpr size_t kPrefix = 7;
  if (name.compare(0, kPrefix, "forces/") != 0) return name;
  return absl::StrReplaceAll(name.substr(kPrefix, name.find('/', kPrefix) - kPrefix), {{"-", " "}});
}

CalendarEvent Of(const concerns::v1::DueItem& item) {
  CalendarEvent event;
  event.uid = item.name() + "#due";
  event.summary = absl::StrCat("Due, ", ForceWords(item.force()), ": ", item.text());
  event.description = absl::StrCat(item.concern_title(), "\n", item.name(),
                                   item.claimed() ? "\nThe force has claimed it as done." : "");
  return event;
}

CalendarEvent Of(const monitoring::v1::Meeting& meeting) {
  CalendarEvent event;
  event.uid = meeting.name() + "#held";
  event.stamp = GetTime(meeting.create_time());
  event.summary = absl::StrCat("Meeting with the inspectors, ", ForceWords(meeting.name()));
  event.description = meeting.name();
  return event;
}

CalendarEvent Of(const monitoring::v1::MeetingCadence& cadence) {
  CalendarEvent event;
  // By the meeting it comes after: when that one is held, the next is another event.
  event.uid = absl::StrCat(cadence.last_meeting().empty() ? cadence.force() : cadence.last_meeting(), "#next-meeting");
  event.summary = absl::StrCat("Next meeting with the inspectors due, ", ForceWords(cadence.force()));
  event.description = cadence.force();
  return event;
}

CalendarEvent Of(const forces::v1::ResponseDuty& duty) {
  CalendarEvent event;
  event.uid = duty.name() + "#due";
  event.stamp = GetTime(duty.update_time());
  event.summary = absl::StrCat("Response due by law, ", ForceWords(duty.name()), ": ", duty.report_title());
  event.description = duty.name();
  return event;
}

CalendarEvent Of(const monitoring::v1::Action& action) {
  CalendarEvent event;
  event.uid = action.name() + "#due";
  event.stamp = GetTime(action.update_time());
  event.summary = absl::StrCat("Action due, ", ForceWords(action.name()), ": ", action.text());
  event.description = absl::StrCat(action.owner(), "\n", action.name(), "\n", cli::Words(action.state()));
  return event;
}

CalendarEvent Of(const monitoring::v1::AttentionItem& item) {
  CalendarEvent event;
  event.uid =
      absl::StrCat(item.resource().empty() ? item.force() : item.resource(), "#", cli::Kebab(cli::Words(item.kind())));
  // Not the item's own words: they count days up to the day they were read, and a calendar keeps them.
  event.summary = absl::StrCat(ForceWords(item.force()), ": ", cli::Words(item.kind()));
  event.description = absl::StrCat(item.days_late() > 0 ? "Was due on " : "Due on ", FormatForPeople(item.due_date()),
                                   "\n", item.resource());
  return event;
}

// The event of an item that is a `Item`, on the day that `date` has of it.
template <class Item>
std::optional<CalendarEvent> EventAs(const Message& message, const common::v1::PartialDate& (Item::*date)() const) {
  const auto& item = static_cast<const Item&>(message);
  const auto day = ToCivilDay((item.*date)());
  if (!day.has_value()) return std::nullopt;
  CalendarEvent event = Of(item);
  event.day = *day;
  if (event.stamp == absl::Time()) event.stamp = SteadyStamp(*day);
  return event;
}

class CalendarWriter final : public RowWriter {
 public:
  explicit CalendarWriter(std::string title) : title_(std::move(title)) {}
  std::string ContentType() const override { return "text/calendar; charset=utf-8"; }
  bool holds_all() const override { return true; }
  std::string Row(const Message& item, const google::protobuf::FieldDescriptor&) override {
    if (const auto event = EventOf(item)) {
      events_ += CalendarEventText(*event);
    } else {
      ++left_out_;
    }
    return "";
  }
  std::string End() override {
    std::string text = absl::StrCat(kBegin, CalendarLine("X-WR-CALNAME", title_));
    if (left_out_ > 0) {
      text += CalendarLine("X-WR-CALDESC", absl::StrCat(left_out_, " without a whole day left out."));
    }
    return absl::StrCat(text, events_, "END:VCALENDAR\r\n");
  }

 private:
  const std::string title_;
  std::string events_;
  int left_out_ = 0;
};

}  // namespace

std::string CalendarLine(const std::string& name, const std::string& text) {
  std::string line = name + ":";
  for (const char c : text) {
    if (c == '\\' || c == ';' || c == ',') line += '\\';
    if (c == '\n') {
      line += "\\n";
    } else if (static_cast<unsigned char>(c) >= ' ' && c != '\x7f') {
      line += c;
    }
  }
  std::string folded;
  size_t octets = 0;
  for (size_t i = 0; i < line.size();) {
    size_t length = 1;
    while (i + length < line.size() && (static_cast<unsigned char>(line[i + length]) & 0xc0) == 0x80) ++length;
    if (octets + length > kMostOctets) {
      folded += "\r\n ";
      octets = 1;
    }
    folded.append(line, i, length);
    octets += length;
    i += length;
  }
  return folded + "\r\n";
}

std::string CalendarEventText(const CalendarEvent& event) {
  return absl::StrCat("BEGIN:VEVENT\r\n", CalendarLine("UID", event.uid),
                      "DTSTAMP:", absl::FormatTime("%Y%m%dT%H%M%SZ", event.stamp, absl::UTCTimeZone()), "\r\n",
                      "DTSTART;VALUE=DATE:", DayText(event.day), "\r\nDTEND;VALUE=DATE:", DayText(event.day + 1),
                      "\r\n", CalendarLine("SUMMARY", event.summary), CalendarLine("DESCRIPTION", event.description),
                      "TRANSP:TRANSPARENT\r\nEND:VEVENT\r\n");
}

std::optional<CalendarEvent> EventOf(const Message& item) {
  const auto* type = item.GetDescriptor();
  if (type == concerns::v1::DueItem::descriptor()) return EventAs(item, &concerns::v1::DueItem::due_date);
  if (type == monitoring::v1::Meeting::descriptor()) return EventAs(item, &monitoring::v1::Meeting::meeting_date);
  if (type == monitoring::v1::MeetingCadence::descriptor()) {
    return EventAs(item, &monitoring::v1::MeetingCadence::due_date);
  }
  if (type == forces::v1::ResponseDuty::descriptor()) return EventAs(item, &forces::v1::ResponseDuty::due_date);
  if (type == monitoring::v1::Action::descriptor()) return EventAs(item, &monitoring::v1::Action::due_date);
  if (type == monitoring::v1::AttentionItem::descriptor()) {
    return EventAs(item, &monitoring::v1::AttentionItem::due_date);
  }
  return std::nullopt;
}

bool HasEvents(const google::protobuf::Descriptor& item) {
  for (const auto* type : {concerns::v1::DueItem::descriptor(), monitoring::v1::Meeting::descriptor(),
                           monitoring::v1::MeetingCadence::descriptor(), forces::v1::ResponseDuty::descriptor(),
                           monitoring::v1::Action::descriptor(), monitoring::v1::AttentionItem::descriptor()}) {
    if (&item == type) return true;
  }
  return false;
}

std::unique_ptr<RowWriter> MakeCalendarWriter(const std::string& title) {
  return std::make_unique<CalendarWriter>(title);
}

}  // namespace oversight::gateway
