// The resources that forms and their pages are about, as far as all are alike: how each is read, now or as of a
// revision, who changed it, and which verbs may be used on it. Pure; thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/http/calls.h"
#include "gateway/web/forms/form.h"
#include "google/protobuf/message.h"
#include "oversight/common/v1/allowed_action.pb.h"
#include "oversight/common/v1/change.pb.h"

namespace oversight::gateway::web {

// Reads a resource such as "forces/kent/concerns/1"; as it was at `revision` of its owner's log, unless that is 0.
Question AskResource(const std::string& name, int64_t revision = 0);
// What the reply holds: the resource, as its own message.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> ResourceIn(const Question& question, const Reply& reply);

// The latest acts on it; nullopt for a resource whose service lists none.
std::optional<Question> AskChanges(const std::string& name);
// Newest first.
absl::StatusOr<std::vector<common::v1::ChangeInfo>> ChangesIn(const Question& question, const Reply& reply);

// What may be done with it, by the service that the form's RPC is of. `resource` as the form has it.
Question AskActions(const Form& form, const std::string& resource);
// Of concerns-service: for a force, a concern or a recommendation.
Question AskConcernActions(const std::string& resource);
// Of monitoring-service: for a force, a proposal, a decision or an announcement.
Question AskMoveActions(const std::string& resource);
absl::StatusOr<std::vector<common::v1::AllowedAction>> ActionsIn(const Question& question, const Reply& reply);

// A text field of a resource; "" when it has none of that name.
std::string TextOf(const google::protobuf::Message& message, const std::string& field);
// A number, such as its revision; 0 when it has none of that name.
int64_t NumberOf(const google::protobuf::Message& message, const std::string& field);
// What a resource is called on a page: its title or what it says; else "Proposal 1".
std::string CalledBy(const google::protobuf::Message& resource);
// The same by its name alone.
std::string CalledBy(const std::string& name);
// "/forces/kent/concerns/1": its own page, or that of what it is part of.
std::string PageOf(const std::string& name);

}  // namespace oversight::gateway::web
