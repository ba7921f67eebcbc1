// Everything that one caller is told by the suite at one moment, so that two moments can be compared byte by byte:
// every read of every service, now, as of a moment and on a day, page after page of one, filtered by all that can be
// filtered by; watches from their initial state; the refusals of every write; every REST path and what it exports;
// every page. What is asked comes from the descriptors, so that a new RPC is asked without a line here.
//
// Only this is taken out of an answer, because it says where the whole log stands and what time it is, and SECURITY.md
// says why it may: revision, token and time in a response's header and in what a watch sends beside its resources,
// the revision within a page token, the age of a dashboard's sections and their revisions (whether those of one service
// are the same stays), and on pages the minute at which they were read.
//
// Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "grpcpp/generic/generic_stub.h"
#include "tests/support/suite.h"

namespace oversight::testing {

// "GetEpisode 1 as of then" -> what it says. Names begin with the RPC, "GET /v1/..." or "GET /...".
using Seen = std::map<std::string, std::string>;

struct Caller {
  std::string name;
  std::string authorization;  // "Bearer ...", or "" for nobody.
  // May change the record of the force: then only writes that an etag out of date stops are tried.
  bool writes = false;
};

class Surfaces {
 public:
  // Asks about `force` ("west-midlands"), and as of `then`. The suite must outlive it.
  Surfaces(const Suite& suite, std::string force, absl::Time then);

  Seen SeenBy(const Caller& caller) const;

  const std::shared_ptr<grpc::GenericStub>& OwnerOf(const google::protobuf::MethodDescriptor& method) const;
  // Of this force. "*" stands for the number of whatever is asked for.
  std::vector<std::string> Pages() const;

  // Not compared, by full name, with why: each is written down in SECURITY.md.
  static const std::map<std::string, std::string>& Residues();

 private:
  void AddReads(const Caller& caller, Seen& seen) const;
  void AddWatches(const Caller& caller, Seen& seen) const;
  void AddRefusals(const Caller& caller, Seen& seen) const;
  void AddHttp(const Caller& caller, Seen& seen) const;
  std::string Ask(const google::protobuf::MethodDescriptor& method, const google::protobuf::Message& request,
                  const Caller& caller, std::string* next_page = nullptr) const;
  std::string Get(const std::string& target, const Caller& caller) const;

  const Suite& suite_;
  const std::string force_;
  const absl::Time then_;
  std::map<std::string, std::shared_ptr<grpc::GenericStub>> stubs_;  // By the beginning of the services' names.
};

// A response as above, as text.
std::string Steady(google::protobuf::Message& response);
// A page token without the revision that it is of: what it says else stays, and how long it is.
std::string SteadyToken(const std::string& token);
// The RPC, path or page that an entry of Seen is about, without its variant: "GetEpisode", "GET /v1/register.csv".
std::string SubjectOf(const std::string& entry);

}  // namespace oversight::testing
