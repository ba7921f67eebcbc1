// The ladders of monitoring stages, which are data: read from data/ladders.json at start, checked as a whole, then
// never changed while the process runs. The last ladder is the one in force. Thread safety: immutable after Parse.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "oversight/monitoring/v1/ladder.pb.h"

namespace oversight::monitoring {

class Ladders {
 public:
  // INVALID_ARGUMENT, INVALID_FIELDS with everything that is wrong: no ladder, a name or stage id malformed or twice,
  // not exactly one default stage, a default stage that is enhanced, dates out of order, an end of the ladder in force.
  static absl::StatusOr<Ladders> Parse(const std::string& json);
  // The same from a file; NOT_FOUND when it cannot be read. Messages name the file.
  static absl::StatusOr<Ladders> Load(const std::string& path);

  const v1::LadderList& list() const { return list_; }
  const v1::Ladder& in_force() const { return list_.ladders(list_.ladders_size() - 1); }
  // By name; null: none such.
  const v1::Ladder* Find(const std::string& name) const;
  // Stages of the ladder in force. The stage that every force is in unless moved, and a stage by id (null: none such).
  const v1::Stage& default_stage() const;
  const v1::Stage* FindStage(const std::string& id) const;

 private:
  explicit Ladders(v1::LadderList list) : list_(std::move(list)) {}
  v1::LadderList list_;
};

}  // namespace oversight::monitoring
