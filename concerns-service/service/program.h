// concerns-service as a process: what RunServer (common/rpc/server.h) needs to know to run it, and what tests build it
// from. Thread safety: see server.h.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/rpc/server.h"
#include "concerns-service/service/force_directory.h"

namespace oversight::concerns {

// Its own flags. Must outlive the server.
struct Settings {
  std::string forces = "127.0.0.1:7101";                  // --forces: where forces-service listens.
  std::string themes = "data/themes.json";                // --themes: the list of themes.
  std::string bank_holidays = "data/bank-holidays.json";  // --bank-holidays: those of England and Wales.
};

// Makes the directory of forces when the server starts.
using MakeForceDirectory = std::function<std::unique_ptr<ForceDirectory>(rpc::Runtime&)>;

// The application over an open ledger; records the themes in it. Fails when the themes or the bank holidays cannot be
// read or are faulty.
rpc::BuildApplication MakeBuild(const Settings& settings);
rpc::BuildApplication MakeBuild(const Settings& settings, MakeForceDirectory make_forces);

// Name, defaults, flags into `settings`, and MakeBuild(settings).
rpc::Program MakeProgram(Settings& settings);

}  // namespace oversight::concerns
