// The rules of one force, as pure functions: what a force must be, how its words are put in order, and what create and
// update make of it. What is stored of a force is its `name` and its domain fields; etag, revision and times are the
// ledger's, so they may come in and never count. The field rules of the proto (lengths, required fields) were checked
// before a command comes here; what depends on tidied text, on several fields or on the present state is checked here.
//
// Thread safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "oversight/forces/v1/force.pb.h"
#include "oversight/forces/v1/forces_service.pb.h"

namespace oversight::forces {

// True for what may stand after `forces/`: lower-case letters, digits and hyphens inside, at most 63.
bool IsForceId(std::string_view id);

// `forces/{id}`.
std::string ForceName(std::string_view id);

// Puts the words in order: white space tidied, empty and repeated aliases dropped (whatever their case, the first
// stays), output fields cleared.
void Normalise(v1::Force& force);

// One thing wrong with a force: the path of the field, such as `oversight_body.display_name`, and what is wrong with
// it.
struct Fault {
  std::string field;
  std::string description;
};

// Everything wrong with a normalised force, in the order of its fields; empty when it may be stored.
std::vector<Fault> FindFaults(const v1::Force& force);

// The force normalised, or INVALID_ARGUMENT INVALID_FIELDS with all that is wrong with it, as fields below `force`.
absl::StatusOr<v1::Force> Checked(v1::Force force);

// The force to add. `existing` is what the register has under its name.
// Errors: ALREADY_EXISTS RESOURCE_EXISTS, INVALID_ARGUMENT INVALID_FIELDS.
absl::StatusOr<v1::Force> Create(const std::optional<v1::Force>& existing, const v1::CreateForceRequest& request);

// The force after an update; SameForce as `current` when it changes nothing.
// Errors: INVALID_ARGUMENT INVALID_FIELDS, for the mask and for what the force would become.
absl::StatusOr<v1::Force> Update(const v1::Force& current, const v1::UpdateForceRequest& request);

// Copies into `force`, which a register file tells of, what such a file does not tell: its state, its former names and
// bodies, and since when the present ones have been there.
void KeepWhatFilesDoNotTell(const v1::Force& current, v1::Force& force);

// True when the two would be stored alike.
bool SameForce(v1::Force a, v1::Force b);

// Finds forces by a text that a person typed: in the name, a former name or an alias, whatever the case and the white
// space.
class TextQuery {
 public:
  explicit TextQuery(std::string_view text);
  bool Matches(const v1::Force& force) const;

 private:
  std::string folded_;
};

}  // namespace oversight::forces
