// The standing checks of the record: rules, each of which looks at one concern with what hangs below it, at one
// national recommendation with its items, or at what forces-service knows beside them, and says in a sentence what does
// not fit. They are declared as one table; a new rule is a row and a function. What the rules find of a concern is kept
// in step with it, and read in order without looking at the rest; rules that hang on the day say from which day on they
// hold.
//
// Rules and findings are values and pure functions; an index is for one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "common/rpc/compare_names.h"
#include "concerns-service/domain/merged_streams.h"
#include "concerns-service/domain/overview_record.h"
#include "oversight/concerns/v1/overview_service.pb.h"

namespace oversight::concerns {

// What one rule found in one place.
struct Finding {
  std::string rule;
  v1::Severity severity = v1::SEVERITY_UNSPECIFIED;
  std::string name, force, sentence;
  absl::CivilDay from = absl::CivilDay::min();  // The first day on which it holds.
};

struct ConsistencyRule {
  std::string id;
  v1::Severity severity;
  std::string looks_for, remedy;
  // Adds a finding: the name of the record, the sentence, and the day from which it holds (always, when left out).
  using Report = std::function<void(const std::string& name, std::string sentence, absl::CivilDay from)>;
  // Null for what the rule has nothing to say of; both null for one that needs facts of forces-service, see
  // CheckRegister.
  void (*check)(const ConcernRecord& record, const Report& report);
  void (*check_national)(const NationalRecord& record, const Report& report) = nullptr;
};
// In order of severity, then as written.
const std::vector<ConsistencyRule>& ConsistencyRules();
// Null when there is none.
const ConsistencyRule* FindRule(const std::string& id);
// The ids of those that need facts of forces-service.
std::vector<std::string> RegisterRules();

// What all rules on the record find.
std::vector<Finding> Check(const ConcernRecord& record);
std::vector<Finding> Check(const NationalRecord& record);

// What forces-service knows that the rules need.
struct InadequateArea {
  std::string inspection, national_inspection, force;  // National: empty when it is not part of one.
  std::string title, theme;                            // Of the area; the theme may be empty.
};
struct EndedForce {
  std::string force, successor;  // Empty: none.
  std::string end_date;          // For people.
};
struct RegisterFacts {
  std::vector<InadequateArea> inadequate;  // Of published reports.
  std::vector<EndedForce> ended;
};

// Where a list of findings stands: the last one given.
struct FindingPlace {
  v1::Severity severity;
  std::string name, rule;
  uint64_t sentence;  // Stands for what is said, where one rule says several things of one record.
  bool operator<(const FindingPlace& other) const;
};
// As text, for page tokens, and back; nothing for other text.
std::string ToText(const FindingPlace& place);
std::optional<FindingPlace> ParseFindingPlace(const std::string& text);

struct FindingSelection {
  std::string force, rule;                           // Empty: all.
  v1::Severity at_least = v1::SEVERITY_UNSPECIFIED;  // Unspecified: all.
};

class ConsistencyIndex {
 public:
  void Add(const ConcernRecord& record);
  void Add(const NationalRecord& record);
  // Takes away what was added for the same record.
  void Remove(const ConcernRecord& record);
  void Remove(const NationalRecord& record);

  // Most severe first, then in natural order of name, those after `after`; until `visit` returns false. `facts` may be
  // null: then the rules that need them find nothing.
  void Each(const FindingSelection& selection, absl::CivilDay today, const RegisterFacts* facts,
            const std::optional<FindingPlace>& after,
            const std::function<bool(const FindingPlace&, const Finding&)>& visit) const;

 private:
  // What the rules on the register need to know of what a force was asked to do.
  struct ForceFacts {
    std::map<std::string, int> causes_by_theme, causes_by_source;
    std::set<std::string, rpc::NameLess> open;  // Names of open concerns and of national items that are not closed.
    bool empty() const { return causes_by_theme.empty() && causes_by_source.empty() && open.empty(); }
  };
  std::vector<Finding> CheckRegister(const RegisterFacts& facts, const std::string& force) const;
  template <class Record>
  void Count(const Record& record, int by);
  void Note(const ConcernRecord& record, int by);
  void Note(const NationalRecord& record, int by);
  static void NoteOpen(const std::string& name, int by, ForceFacts& facts);

  using Stream = std::pair<std::string, std::string>;  // Force and rule.
  MergedStreams<Stream, FindingPlace, Finding> findings_;
  std::map<std::string, ForceFacts> forces_;
};

v1::Inconsistency ToProto(const Finding& finding);

}  // namespace oversight::concerns
