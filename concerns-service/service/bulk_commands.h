// Every command that may be one of several in a call, by the type of its request: one table, generic over all of them.
// A command that has a CommandOf (commands.h) joins by a field in BulkCommand and its request type here; it runs
// through RunCommand (write_path.h) like a call of its own, so that no rule can be left out. Thread-safe.
#pragma once

#include "common/rpc/call.h"
#include "concerns-service/service/service_context.h"
#include "concerns-service/service/write_path.h"
#include "google/protobuf/message.h"

namespace oversight::concerns {

// RunCommand for messages whose types are known by their descriptors only. `response` is of the type that the command
// answers with.
using RunMessage = void (*)(ServiceContext& shared, rpc::Call& call, const google::protobuf::Message& request,
                            google::protobuf::Message* response, ServiceContext::Done done, Run run);

// Null when there is no command of that request.
RunMessage FindCommand(const google::protobuf::Descriptor* request);

}  // namespace oversight::concerns
