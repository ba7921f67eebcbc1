// Keeps gRPC's callback threads for the life of the process. gRPC stops them when the last channel and server that use
// them are gone, and 1.51 can abort in doing so (an unref too many in the thread that leaves). Thread-safe.
#pragma once

namespace oversight::rpc {

// Called by whatever makes a channel or a server; does its work once.
void KeepGrpcThreads();

}  // namespace oversight::rpc
