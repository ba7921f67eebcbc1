// The counts of each force's record, kept by adding and taking away one concern's share at a time, so that a summary
// costs as much as there are themes and open due days of the force. What depends on the day is counted when it is read.
// A value, for one thread at a time.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "common/rpc/compare_names.h"
#include "concerns-service/domain/overview_record.h"
#include "oversight/concerns/v1/overview_service.pb.h"

namespace oversight::concerns {

class ForceSummaries {
 public:
  void Add(const ConcernRecord& record) { Count(record, 1); }
  // Takes away what was added for the same record.
  void Remove(const ConcernRecord& record) { Count(record, -1); }

  // All zero for a force that nothing is known of.
  v1::ForceSummary Of(const std::string& force, absl::CivilDay today) const;
  // The forces that a concern was ever issued to, after `after`, in natural order of name, until `visit` returns false.
  void EachForce(const std::string& after, const std::function<bool(const std::string& force)>& visit) const;

 private:
  using Days = std::map<absl::CivilDay, int>;
  struct ThemeTally {
    int causes = 0, accelerated = 0, areas = 0, open = 0, claimed = 0, extended = 0, responses = 0;
    Days pending;  // Recommendations that are not closed, by the day they are due.
    bool empty() const { return causes == 0 && areas == 0 && pending.empty() && responses == 0; }
  };
  struct Reissue {
    std::vector<std::string> supersedes;
    bool open = false;
  };
  struct Tally {
    int issued = 0;  // Concerns ever issued.
    Days open_by_issue;
    std::map<std::string, ThemeTally, rpc::NameLess> themes;
    std::map<std::string, Reissue> reissues;  // Concerns that supersede others.
  };
  static int ReissuesOf(const Tally& tally, const std::string& concern, int at_most);
  void Count(const ConcernRecord& record, int by);

  std::map<std::string, Tally, rpc::NameLess> forces_;
};

}  // namespace oversight::concerns
