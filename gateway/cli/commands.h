// The commands of `oversight` that are written out, because they do more than one call: one function per group. Every
// other method of the suite is a verb, made from the contract (verb_command.h).
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/cli/client.h"
#include "gateway/cli/command.h"

namespace oversight::cli {

// What every command needs.
struct Session {
  ClientOptions options;
  bool json = false;
  size_t width = 120;  // Of the lines that people read.
  std::unique_ptr<Client> client;
  std::ostream* out = nullptr;
  std::ostream* err = nullptr;
  // What a failed command leaves behind, said after its error.
  std::string note;
};

std::vector<Command> FindCommands();       // list, show, versions, actions
std::vector<Command> CaseCommands();       // raise, propose
std::vector<Command> DashboardCommands();  // dashboard, watch, agenda, compare
std::vector<Command> MoveCommands();       // register, sequence, announcement
std::vector<Command> PolicyCommands();     // assess, attention, backtest
std::vector<Command> LedgerCommands();     // verify, head
std::vector<Command> BackupCommands();     // export, backup
std::vector<Command> ToolCommands();       // import, import-history, call, play
std::vector<Command> BulkCommands();       // bulk

// The flag --request-id of commands that change something, and the id given by it or a new one.
FlagSpec RequestIdFlag();
std::string RequestId(const Arguments& arguments);

// Prints `message` as one line of JSON.
void PrintJson(const Session& session, const google::protobuf::Message& message);
// Prints an answer: as JSON, or in words.
void PrintAnswer(const Session& session, const google::protobuf::Message& response);

}  // namespace oversight::cli
