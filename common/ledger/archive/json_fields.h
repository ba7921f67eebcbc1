// Objects of canonical JSON in the archive's files: written member by member, and read back with a word on what is
// missing. Pure; one thread at a time.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/ledger/merkle.h"

namespace oversight::ledger {

// Append one more member to an object, `out`, that begins with "{" or is a part of one. The caller writes members in
// their canonical order, which is that of their names.
void Member(const char* name, const std::string& text, std::string& out);
void Member(const char* name, int64_t number, std::string& out);
void TimeMember(const char* name, absl::Time time, std::string& out);         // UTC, six decimals
void RawMember(const char* name, const std::string& json, std::string& out);  // what is JSON already

// In lower case.
std::string Hex(const std::string& bytes);
std::string Hex(const Hash& hash);

// The members of an object. What is missing or of another kind comes back empty and is remembered; what is there beyond
// them shows when the object is written again. The object must outlive it.
class JsonFields {
 public:
  explicit JsonFields(const boost::json::object& object) : object_(object) {}

  std::string Text(const char* name);
  std::string OptionalText(const char* name) { return object_.contains(name) ? Text(name) : ""; }
  int64_t Number(const char* name);     // whole, not negative
  std::string Bytes(const char* name);  // of hexadecimal digits
  Hash Root(const char* name);
  std::string Base64(const char* name);
  absl::Time Time(const char* name);
  const boost::json::array* Array(const char* name);  // null when it is missing
  bool Has(const char* name) const { return object_.contains(name); }
  const boost::json::value& At(const char* name) const { return *object_.if_contains(name); }

  std::string Miss(const char* name);
  // INVALID_ARGUMENT: has no well-formed "...", the first that is missing.
  absl::Status status() const;

 private:
  const boost::json::object& object_;
  std::string missing_;
};

}  // namespace oversight::ledger
