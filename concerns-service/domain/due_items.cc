#include "concerns-service/domain/due_items.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/rpc/compare_names.h"
#include "concerns-service/domain/names.h"
#include "concerns-service/domain/visibility.h"

namespace oversight::concerns {
namespace {

constexpr size_t kTextShown = 300;

// What a recommendation and a national item have in common.
template <class Item>
Due DueOf(v1::DueKind kind, const Item& item) {
  Due due;
  due.kind = kind;
  due.day = LastDay(item.due_date());
  due.name = item.name();
  due.force = ForceOf(item.name());
  due.claimed = IsClaimed(item);
  if (!item.extensions().empty()) due.original_day = LastDay(item.extensions(0).from_due_date());
  return due;
}

}  // namespace

std::vector<Due> DueItemsOf(const ConcernRecord& record) {
  std::vector<Due> items;
  if (record.concern == nullptr || !WasIssued(*record.concern)) return items;
  for (const auto& recommendation : record.recommendations) {
    if (!IsPending(*recommendation) || !recommendation->has_due_date()) continue;
    Due& due = items.emplace_back(DueOf(v1::DUE_KIND_RECOMMENDATION, *recommendation));
    due.concern = record.concern->name();
    due.theme = record.concern->theme();
    due.concern_title = {record.concern, &record.concern->title()};
    due.text = {recommendation, &recommendation->text()};
  }
  return items;
}

std::vector<Due> DueItemsOf(const NationalRecord& record) {
  std::vector<Due> items;
  if (record.recommendation == nullptr) return items;
  for (const auto& item : record.items) {
    if (!IsPending(*item)) continue;
    Due& due = items.emplace_back(DueOf(v1::DUE_KIND_NATIONAL_ITEM, *item));
    due.theme = record.recommendation->theme();
    due.concern_title = {record.recommendation, &record.recommendation->title()};
    due.text = {record.recommendation, &record.recommendation->text()};
  }
  return items;
}

bool DuePlace::operator<(const DuePlace& other) const {
  return day != other.day ? day < other.day : rpc::CompareNames(name, other.name) < 0;
}

std::string ToText(const DuePlace& place) { return absl::StrCat(FormatIso(place.day), " ", place.name); }

std::optional<DuePlace> ParseDuePlace(const std::string& text) {
  const size_t space = text.find(' ');
  if (space == std::string::npos) return std::nullopt;
  const auto date = ParsePartialDate(text.substr(0, space));
  if (!date.ok() || !IsExact(*date)) return std::nullopt;
  return DuePlace{*ToCivilDay(*date), text.substr(space + 1)};
}

void DueItems::Add(const Due& due) { items_.Put({due.force, due.theme}, {due.day, due.name}, due); }
void DueItems::Remove(const Due& due) { items_.Remove({due.force, due.theme}, {due.day, due.name}); }

void DueItems::Each(const DueSelection& selection, absl::CivilDay today, const std::optional<DuePlace>& after,
                    const std::function<bool(const DuePlace&, const Due&)>& visit) const {
  const auto chosen = [&](const Stream& stream) {
    return (selection.theme.empty() || stream.second == selection.theme) &&
           (!selection.forces || selection.forces(stream.first));
  };
  // No name comes before the empty one.
  std::optional<DuePlace> start = after;
  if (selection.from && (!start || start->day < *selection.from)) start = DuePlace{*selection.from, ""};
  std::optional<absl::CivilDay> to = selection.to;
  if (selection.overdue_only) to = to ? std::min(*to, today - 1) : today - 1;
  items_.Each(chosen, start ? &*start : nullptr, [&](const DuePlace& place, const Due& due) {
    if (to && place.day > *to) return false;
    return (selection.unclaimed_only && due.claimed) || visit(place, due);
  });
}

std::string Beginning(const std::string& text, size_t count) {
  if (text.size() <= count) return text;
  size_t seen = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) continue;
    if (seen++ == count) return text.substr(0, i) + "…";
  }
  return text;
}

v1::DueItem ToProto(const Due& due, absl::CivilDay today, const BankHolidays& holidays) {
  v1::DueItem item;
  item.set_kind(due.kind);
  item.set_name(due.name);
  item.set_force(due.force);
  item.set_concern(due.concern);
  item.set_concern_title(*due.concern_title);
  item.set_theme(due.theme);
  item.set_text(Beginning(*due.text, kTextShown));
  *item.mutable_due_date() = ToPartialDate(due.day);
  item.set_overdue(due.day < today);
  item.set_days_left(static_cast<int32_t>(due.day - today));
  if (const auto left = WorkingDaysBetween(today, due.day, holidays); left.ok()) {
    item.set_working_days_left(static_cast<int32_t>(*left));
  }
  if (due.original_day) *item.mutable_original_due_date() = ToPartialDate(*due.original_day);
  item.set_claimed(due.claimed);
  return item;
}

}  // namespace oversight::concerns
