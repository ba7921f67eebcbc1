// What a principal may see of one force; each holds what the one before it does.
#pragma once

namespace oversight::monitoring {

enum class Sight {
  kNothing,
  kPublished,  // What is public: moves whose announcement is out.
  kStage,  // The stage and the episodes as they are, plans, meetings and support; nothing of proposals and decisions.
  kEverything,
};

}  // namespace oversight::monitoring
