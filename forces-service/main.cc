#include "common/rpc/server.h"
#include "forces-service/service/program.h"

int main(int argc, char** argv) { return oversight::rpc::RunServer(argc, argv, oversight::forces::MakeProgram()); }
