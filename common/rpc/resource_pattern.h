// The shape of a resource name, such as `forces/{force}/concerns/{concern}`, compiled for matching; a kind with names
// of several shapes has them separated by `|`. Immutable, thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace oversight::rpc {

class ResourcePattern {
 public:
  explicit ResourcePattern(std::string pattern);

  // Ids match [a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?; numbered segments have 1 to 9 digits, the first not 0. With
  // `wildcard`, `-` stands for any id or number.
  bool Matches(std::string_view name, bool wildcard) const;

  // "must be like forces/{force}, where {force} is ...": what to tell the caller.
  std::string Explain(bool wildcard) const;

 private:
  struct Segment {
    enum { kLiteral, kId, kNumber } kind;
    std::string text;  // The literal, or the name of the variable.
  };
  static bool MatchesShape(const std::vector<Segment>& segments, std::string_view name, bool wildcard);

  std::string pattern_;
  std::vector<std::vector<Segment>> shapes_;  // Any one of them.
};

}  // namespace oversight::rpc
