// What is due: derived from each record, kept in order of day and name by force and theme. Whether something is
// overdue, and how many days are left, is told when it is read. A new kind of thing that falls due gives its items as
// DueItemsOf(record) does. Values, for one thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "common/time/working_days.h"
#include "concerns-service/domain/merged_streams.h"
#include "concerns-service/domain/overview_record.h"
#include "oversight/concerns/v1/overview_service.pb.h"

namespace oversight::concerns {

// Something that has to be done by a day.
struct Due {
  v1::DueKind kind = v1::DUE_KIND_UNSPECIFIED;
  absl::CivilDay day;
  std::string name, force, concern, theme;
  std::shared_ptr<const std::string> concern_title, text;
  bool claimed = false;
  std::optional<absl::CivilDay> original_day;  // When it was extended.
};

// Recommendations of what was issued that are not closed.
std::vector<Due> DueItemsOf(const ConcernRecord& record);
// Items of what was issued nationally that are not closed.
std::vector<Due> DueItemsOf(const NationalRecord& record);

// Where a list of what is due stands: the last item given.
struct DuePlace {
  absl::CivilDay day;
  std::string name;
  bool operator<(const DuePlace& other) const;
};
// As text, for page tokens, and back; nothing for other text.
std::string ToText(const DuePlace& place);
std::optional<DuePlace> ParseDuePlace(const std::string& text);

struct DueSelection {
  // Which forces; empty: all.
  std::function<bool(const std::string& force)> forces;
  std::string theme;  // Empty: all.
  std::optional<absl::CivilDay> from, to;
  bool overdue_only = false, unclaimed_only = false;
};

class DueItems {
 public:
  void Add(const Due& due);
  void Remove(const Due& due);
  // Earliest first, then in natural order of name, those after `after`; until `visit` returns false.
  void Each(const DueSelection& selection, absl::CivilDay today, const std::optional<DuePlace>& after,
            const std::function<bool(const DuePlace&, const Due&)>& visit) const;

 private:
  using Stream = std::pair<std::string, std::string>;  // Force and theme.
  MergedStreams<Stream, DuePlace, Due> items_;
};

v1::DueItem ToProto(const Due& due, absl::CivilDay today, const BankHolidays& holidays);

// The first `count` characters (code points) of a text in UTF-8, with "…" where it goes on.
std::string Beginning(const std::string& text, size_t count);

}  // namespace oversight::concerns
