// What the parts of service_bench share: the plan of a run, the servers it measures, all of them processes of their
// own, and calls that must work. What cannot go on dies with a message; the servers die with the benchmark, however it
// ends. For the main thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "tests/bench/closed_loop.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace oversight::bench {

struct Plan {
  bool quick = false;  // See that it works; the figures mean nothing.
  bool json = false;
  int64_t rounds = 5;
  absl::Duration each = absl::Seconds(2);
  std::string only = "all";
  std::string contender = "all";  // Of the commits: who works on one of them measures it alone.
};

[[noreturn]] void Die(const std::string& why);
// Progress, on stderr.
void Say(const std::string& what);
std::string ReadAll(const std::string& path);

class Server {
 public:
  // `name` is what its files in the folder are called. Waits until `ready` holds {"grpc": "address"}.
  Server(const testing::TempDir& folder, const std::string& name, const std::vector<std::string>& command,
         const std::string& ready);
  // Does not wait: whoever starts it knows the address.
  Server(const testing::TempDir& folder, const std::string& name, const std::vector<std::string>& command,
         std::string address, std::nullptr_t);

  const std::string& address() const { return address_; }
  bool running() { return process_.running(); }
  std::string Log() const { return ReadAll(process_.output()); }
  // Processor time it has used, of all its threads.
  double CpuSeconds() const;
  // Memory of its own that it holds, in bytes; pages of files do not count.
  double MemoryBytes() const;

 private:
  testing::Process process_;
  std::string address_;
};

// One of our binaries, with a store of its own in the folder. `name` tells it from others there.
struct Service {
  std::string binary;  // "forces-service"
  std::string name;
  std::string log_level = "warning";
  std::string store;  // Empty: SQLite in the folder.
  std::vector<std::string> more;
};
std::unique_ptr<Server> StartService(const testing::TempDir& folder, const Service& service);
std::string BesideUs(const std::string& binary);
// Waits until a monitoring-service has read what its owners have: until then it answers that it has not.
void AwaitCopies(const Server& monitoring);

// etcd of the distribution as it is installed, with an empty store. Null where there is none.
std::unique_ptr<Server> StartEtcd(const testing::TempDir& folder, const std::string& name);
bool EtcdInstalled();

Measured RunOrDie(ClosedLoop& client, const Load& load);
// One call, which must work.
template <class Response>
Response Ask(ClosedLoop& client, const std::string& method, const google::protobuf::Message& request) {
  Load load;
  load.method = method;
  load.next = [&request](int64_t n, std::string* bytes) { return n == 0 && request.SerializeToString(bytes); };
  Response response;
  load.answered = [&response](int64_t, const grpc::ByteBuffer& bytes) { response.ParseFromString(Flat(bytes)); };
  RunOrDie(client, load);
  return response;
}

// The n-th of a run's request ids: as random as those that clients make, so that the index of ids is hit as they hit
// it.
std::string RequestId(const std::string& what, int64_t n);

}  // namespace oversight::bench
