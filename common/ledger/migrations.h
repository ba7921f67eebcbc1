// The numbered SQL files of migrations/<engine>/, embedded at build by EmbedMigrations.cmake. Thread-safe.
#pragma once

#include <vector>

namespace oversight::ledger {

struct Migration {
  int number;  // from 1, without gaps
  const char* name;
  const char* sql;
};

const std::vector<Migration>& SqliteMigrations();
const std::vector<Migration>& PostgresMigrations();

}  // namespace oversight::ledger
