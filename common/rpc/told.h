// Which resources an answer tells its reader of, of those that may be under embargo: found by the contract, which marks
// such resources (`embargo` in embargo.proto) and what tells of them elsewhere (`told` in validation.proto). Whether
// they are under embargo is for their owner to judge. Pure, thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "google/protobuf/message.h"

namespace oversight::rpc {

// A resource that an answer showed, or told of in other words.
struct Told {
  std::string name;      // That of a force stands for its stage.
  int64_t revision = 0;  // Of the version that was shown; 0: none was.
  bool operator==(const Told&) const = default;
};

// Each once, in order of name; one that was shown and told of counts as shown. Takes an answer, or the request of a
// read.
std::vector<Told> ToldBy(const google::protobuf::Message& message);
// Whether messages of this type can tell of any, at whatever depth: those that cannot are not looked through.
bool MayTell(const google::protobuf::Descriptor& type);

}  // namespace oversight::rpc
