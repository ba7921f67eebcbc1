#include "common/rpc/server.h"
#include "gateway/service/program.h"

int main(int argc, char** argv) { return oversight::rpc::RunServer(argc, argv, oversight::gateway::MakeProgram()); }
