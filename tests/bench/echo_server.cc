// What a bare gRPC callback server can do, to hold forces-service against: GetForce answered from a file of ready
// answers in turn, whatever was asked, with nothing around it. `typed` copies a message and lets gRPC encode it, as any
// handler of the generated service must; `bytes` neither decodes the request nor encodes the answer, so its answers may
// be of any type.
//
//   echo-server typed|bytes ANSWERS READY_FILE
//
// ANSWERS holds length-delimited messages, for `typed` GetForceResponses. Serves until it is killed.
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"

namespace oversight::bench {
namespace {

using forces::v1::ForcesService;
using forces::v1::GetForceRequest;
using forces::v1::GetForceResponse;

template <class Answer>
class InTurn {
 public:
  void Add(Answer answer) { answers_.push_back(std::move(answer)); }
  bool empty() const { return answers_.empty(); }
  const Answer& Next() { return answers_[next_.fetch_add(1, std::memory_order_relaxed) % answers_.size()]; }

 private:
  std::vector<Answer> answers_;
  std::atomic<size_t> next_{0};
};

class Typed final : public ForcesService::WithCallbackMethod_GetForce<ForcesService::Service> {
 public:
  explicit Typed(const std::vector<GetForceResponse>& answers) {
    for (const auto& answer : answers) answers_.Add(answer);
  }
  grpc::ServerUnaryReactor* GetForce(grpc::CallbackServerContext* context, const GetForceRequest*,
                                     GetForceResponse* response) override {
    *response = answers_.Next();
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  InTurn<GetForceResponse> answers_;
};

class Bytes final : public ForcesService::WithRawCallbackMethod_GetForce<ForcesService::Service> {
 public:
  explicit Bytes(const std::vector<std::string>& answers) {
    for (const auto& answer : answers) {
      const grpc::Slice slice(answer);
      answers_.Add(grpc::ByteBuffer(&slice, 1));
    }
  }
  grpc::ServerUnaryReactor* GetForce(grpc::CallbackServerContext* context, const grpc::ByteBuffer*,
                                     grpc::ByteBuffer* response) override {
    *response = answers_.Next();
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  InTurn<grpc::ByteBuffer> answers_;
};

int Main(int argc, char** argv) {
  if (argc != 4 || (std::strcmp(argv[1], "typed") != 0 && std::strcmp(argv[1], "bytes") != 0)) {
    std::fprintf(stderr, "usage: echo-server typed|bytes ANSWERS READY_FILE\n");
    return 2;
  }
  const bool is_typed = std::strcmp(argv[1], "typed") == 0;
  std::vector<std::string> answers;
  std::vector<GetForceResponse> typed;
  {
    std::ifstream file(argv[2], std::ios::binary);
    google::protobuf::io::IstreamInputStream stream(&file);
    google::protobuf::io::CodedInputStream coded(&stream);
    bool whole = true;
    for (uint32_t size; whole && coded.ReadVarint32(&size);) {
      whole = coded.ReadString(&answers.emplace_back(), static_cast<int>(size)) &&
              (!is_typed || typed.emplace_back().ParseFromString(answers.back()));
    }
    if (!whole || answers.empty()) {
      std::fprintf(stderr, "%s does not hold answers\n", argv[2]);
      return 1;
    }
  }
  std::unique_ptr<grpc::Service> service;
  if (is_typed) {
    service = std::make_unique<Typed>(typed);
  } else {
    service = std::make_unique<Bytes>(answers);
  }
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(service.get());
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) return 1;
  // Appears whole, by rename, as the services' own ready files do.
  const std::string temporary = std::string(argv[3]) + ".new";
  std::ofstream(temporary) << "{\"grpc\":\"127.0.0.1:" << port << "\"}\n";
  if (std::rename(temporary.c_str(), argv[3]) != 0) return 1;
  server->Wait();
  return 0;
}

}  // namespace
}  // namespace oversight::bench

int main(int argc, char** argv) { return oversight::bench::Main(argc, argv); }
