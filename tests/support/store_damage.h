// Damages a store behind the back of whoever has it open, as a hand in the database does, and mends it again. Speaks
// SQL to a SQLite file or a PostgreSQL schema. Not thread-safe.
#pragma once

#include <string>

namespace oversight::testing {

class StoreDamage {
 public:
  // `store` as --store takes it: sqlite:PATH or postgres://...
  explicit StoreDamage(std::string store) : store_(std::move(store)) {}

  // Flips the bits of `mask` in the middle byte of a text or blob; doing it twice mends it. `where` is SQL, such as
  // "revision = 3".
  void Flip(const std::string& table, const std::string& column, const std::string& where, int mask = 1) const;
  void Execute(const std::string& sql) const;

 private:
  bool sqlite() const { return store_.rfind("sqlite:", 0) == 0; }
  const std::string store_;
};

}  // namespace oversight::testing
