// Which read a REST path is, mapped from the contract alone: a new Get, List or Search is there without a line here.
// Immutable; thread-safe. Paths are resource names, as the fields' rules have them (AIP-127):
//
//   GetConcern                  forces/{force}/concerns/{concern}            the resource itself
//   ListConcerns                forces/{force}/concerns                      its collection; `-` for any force
//   ListThemes, GetRegister     themes, register                             what has no parent and no name
//   GetForceDashboard, ListDue  forces/{force}:dashboard, forces/{force}:due what is derived from a resource
//   Search, SearchConcerns      search, forces/{force}:searchConcerns        what is found
//
// What changes something is not here: the Connect protocol takes commands.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/forward/routes.h"
#include "google/protobuf/descriptor.h"

namespace oversight::gateway {

struct RestPath {
  std::string pattern;  // "forces/{force}/concerns", "forces/{force}:dashboard"
  const google::protobuf::MethodDescriptor* method = nullptr;
  const google::protobuf::FieldDescriptor* subject = nullptr;  // `name`, `parent` or `force`; null for none.
  bool collection = false;                                     // The subject is the path without its last segment.
};

// A path that was found, and the resource name in it, for the subject.
struct RestMatch {
  const RestPath* path = nullptr;
  std::string name;
};

class RestPaths {
 public:
  // Of every unary Get, List and Search of the routes.
  explicit RestPaths(const Routes& routes);

  const std::vector<RestPath>& all() const { return paths_; }
  // "forces/kent/concerns/1"; nullopt when no read has that shape. Whether it is a name is for the service to say.
  std::optional<RestMatch> Find(std::string_view path) const;

 private:
  void Add(const google::protobuf::MethodDescriptor* method);

  std::vector<RestPath> paths_;
};

}  // namespace oversight::gateway
