#include "common/rpc/server.h"
#include "monitoring-service/service/program.h"

int main(int argc, char** argv) { return oversight::rpc::RunServer(argc, argv, oversight::monitoring::MakeProgram()); }
