#include "concerns-service/service/program.h"

int main(int argc, char** argv) {
  oversight::concerns::Settings settings;
  return oversight::rpc::RunServer(argc, argv, oversight::concerns::MakeProgram(settings));
}
