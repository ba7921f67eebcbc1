// The commands of `oversight`, one function per group: each adds its subcommands to the parser and runs when chosen.
// They say what they did on stdout (a table, or with --json one JSON object per line) and return a status.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "gateway/cli/client.h"

namespace oversight::cli {

// What every command needs. Filled in by the parser before a command runs.
struct Session {
  ClientOptions options;
  bool json = false;
  std::string request_id;  // empty: a new one for each change
  std::string etag;        // empty: whatever is current
  std::unique_ptr<Client> client;
  // What a failed command leaves behind, said after its error.
  std::string note;
  // The command chosen, run after parsing.
  std::function<absl::Status()> run;
};

void AddReadCommands(CLI::App& app, Session& session);     // list, show, actions, versions, dashboard, watch
void AddConcernCommands(CLI::App& app, Session& session);  // raise, recommend, issue, assess, claim, verify-claim, ...
void AddMonitoringCommands(CLI::App& app, Session& session);  // propose, decide, withdraw-proposal
void AddToolCommands(CLI::App& app, Session& session);        // import, call, play
void AddLedgerCommands(CLI::App& app, Session& session);      // verify, head, redact
void AddBackupCommands(CLI::App& app, Session& session);      // export, backup

// "kent" or "forces/kent" -> "forces/kent".
std::string ForceName(const std::string& text);

// Prints `message` as one line of JSON.
void PrintJson(const google::protobuf::Message& message);

// Sends a change and prints the answer: as JSON, or as labelled lines of the field `shown`.
template <class Request, class Response>
absl::Status Change(Session& session, const std::string& method, Request request, const std::string& shown,
                    Response* response = nullptr);

std::string NewRequestId();
absl::Status ShowAnswer(Session& session, const google::protobuf::Message& response, const std::string& shown);

template <class Request, class Response>
absl::Status Change(Session& session, const std::string& method, Request request, const std::string& shown,
                    Response* response) {
  request.set_request_id(session.request_id.empty() ? NewRequestId() : session.request_id);
  Response own;
  if (response == nullptr) response = &own;
  if (absl::Status status = session.client->Call(method, request, response); !status.ok()) return status;
  return ShowAnswer(session, *response, shown);
}

}  // namespace oversight::cli
