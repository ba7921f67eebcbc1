// `oversight`: the command-line client. One address, every service; tables for people, --json for programs.
#include <algorithm>
#include <iostream>
#include <memory>

#include "CLI/CLI.hpp"
#include "common/observe/version.h"
#include "gateway/cli/arguments.h"
#include "gateway/cli/commands.h"

int main(int argc, char** argv) {
  if (const absl::Status status = oversight::cli::CheckUtf8({argv + std::min(argc, 1), argv + argc}); !status.ok()) {
    std::cerr << oversight::cli::Describe(status);
    return oversight::cli::ExitCode(status);
  }
  oversight::cli::Session session;
  CLI::App app("The command-line client of Oversight: forces, concerns and monitoring decisions.\n");
  app.footer(
      "Exit codes: 0 done; 1 refused, the message says why and what to do; 2 wrong command line; 3 not reachable,\n"
      "overloaded or out of time, try again; 4 a fault of the service.\n"
      "Examples:\n"
      "  oversight --as liaison-lead dashboard west-midlands\n"
      "  oversight --as liaison-lead list concerns --force west-midlands --state issued\n"
      "  oversight --as hm-inspector actions forces/west-midlands/concerns/1");
  app.require_subcommand(1);
  app.fallthrough();
  app.set_version_flag("--version", oversight::observe::Version() + " (" + oversight::observe::GitCommit() + ")");
  app.add_option("--gateway", session.options.gateway, "Address of the gateway's gRPC port")
      ->envname("OVERSIGHT_GATEWAY")
      ->capture_default_str();
  app.add_option("--as", session.options.principal,
                 "Sample principal to act as, while the suite runs insecurely, such as liaison-lead")
      ->envname("OVERSIGHT_AS");
  app.add_flag("--json", session.json, "Print JSON, one object per line");
  app.add_option("--request-id", session.request_id,
                 "Makes a change safe to repeat: the same id gives the first answer again");
  app.add_option("--etag", session.etag, "Refuse the change when the record has changed since this etag was read")
      ->check(&oversight::cli::NotEmpty);
  double timeout = 30;
  app.add_option("--timeout", timeout, "Seconds to wait for an answer")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 3600.0));
  oversight::cli::AddReadCommands(app, session);
  oversight::cli::AddConcernCommands(app, session);
  oversight::cli::AddMonitoringCommands(app, session);
  oversight::cli::AddToolCommands(app, session);
  oversight::cli::AddLedgerCommands(app, session);
  oversight::cli::AddBackupCommands(app, session);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  session.etag = oversight::cli::QuotedEtag(session.etag);
  session.options.timeout = absl::Seconds(timeout);
  session.client = std::make_unique<oversight::cli::Client>(session.options);
  const absl::Status status = session.run();
  if (!status.ok()) {
    std::cerr << (session.json ? oversight::cli::DescribeJson(status) + "\n" : oversight::cli::Describe(status));
    if (!session.note.empty()) std::cerr << session.note << "\n";
  }
  return oversight::cli::ExitCode(status);
}
