// What may be done next with what a page shows, as the services say it: a link to each form that its viewer may use
// now, and why the others not. Pure; thread-safe.
#pragma once

#include <string>

#include "gateway/http/calls.h"
#include "gateway/web/view.h"
#include "oversight/common/v1/change.pb.h"

namespace oversight::gateway::web {

// Adds `acts` (title, path) and `refusedActs` (title, why), and `actsOfOthers`, the titles of what others may do. Verbs
// that have no form here are left out; of a service that does not answer, all are.
void AddNextActs(const Question& question, const Reply& reply, const std::string& resource, View& view);
// Adds `changes`: who did what with it and when, newest first, as far as its service says.
void AddChanges(const Question& question, const Reply& reply, View& view);
// One of them, with `verbWords`.
View ActView(const common::v1::ChangeInfo& change);

}  // namespace oversight::gateway::web
