// The story of data/scenarios/west-midlands-2023-2024.json with more in it that is not told: an attempt to move the
// force that is revoked before its moment, with advice, a disclosure and an announcement that never goes out; a draft;
// a cause of concern that is not public and a reason added for it; the draft of a correction; announcements set to a
// minute. It is played step by step, up to wherever a test stops to look. Not thread-safe.
#pragma once

#include <string>

#include "google/protobuf/struct.pb.h"
#include "tests/support/suite.h"
#include "tests/support/temp_dir.h"

namespace oversight::testing {

// In the order of the story. At each of them everything before it has happened.
enum class Moment {
  kKnown,      // The force has its concerns; nothing of a move has begun.
  kAttempted,  // A move is proposed, advised on, told of in confidence, approved for a later day, and announced in
               // draft.
  kMoved,  // That came to nothing; another proposal was approved and is in effect. Its announcement is set to a minute.
  kMoveTold,    // The announcement is out.
  kImproved,    // Plan, meetings, support, revisits: the force is about to leave the stage.
  kAdded,       // One more cause, not public, and a reason for it; a correction of the announcement in draft.
  kProposed,    // The return is proposed and advised on.
  kReturned,    // It is in effect, and its announcement set to a minute.
  kReturnTold,  // That is out.
};

// A part of what is written of the attempt and of what is never told: no surface outside the inspectorate has it.
inline constexpr char kSecret[] = "embargoed";
// The cause of concern that is issued to the force and not public.
inline constexpr char kUnpublishedCause[] = "Custody records";

class Story {
 public:
  // For the suite, which must outlive it.
  explicit Story(const Suite& suite);

  // Plays on to the moment. What was played before is repeated, which changes nothing.
  void PlayTo(Moment moment);

 private:
  const Suite& suite_;
  const TempDir folder_;
  google::protobuf::Struct scenario_;
};

}  // namespace oversight::testing
