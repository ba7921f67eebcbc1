// The smallest process there can be: RunServer around the toy, for tests of what only a process has: flags, signals,
// exit codes.
#include "tests/rpc/toy_forces.h"

int main(int argc, char** argv) {
  oversight::rpc::Program program;
  program.name = "toy-service";
  program.env_prefix = "TOY";
  program.description = "Serves a toy register.";
  program.services = {"oversight.forces.v1.ForcesService"};
  program.ledger_name = "ledgers/toy";
  program.listen = "127.0.0.1:0";
  program.admin_listen = "127.0.0.1:0";
  auto hooks = std::make_shared<oversight::rpc::ToyHooks>();
  // A call for this force is never answered.
  hooks->get = [kept = std::make_shared<std::vector<oversight::rpc::Done>>()](oversight::rpc::Call& call, const auto& q,
                                                                              auto* r, oversight::rpc::Done done) {
    if (q.name() == "forces/slow") {
      kept->push_back(std::move(done));
    } else {
      r->mutable_force()->set_name(q.name());
      done(absl::OkStatus());
    }
  };
  program.build = oversight::rpc::ToyForces::Builder(hooks);
  return oversight::rpc::RunServer(argc, argv, program);
}
