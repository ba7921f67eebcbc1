// What the gateway is as a process: its flags and how it is put together from its parts.
#pragma once

#include "common/rpc/server.h"
#include "gateway/sign_in/sign_in.h"

namespace oversight::gateway {

// Where the services are, where to listen for HTTP, and how the pages sign their forms.
struct GatewayOptions {
  std::string forces = "127.0.0.1:7101";
  std::string concerns = "127.0.0.1:7102";
  std::string monitoring = "127.0.0.1:7103";
  std::string http_listen = "127.0.0.1:8080";
  SignInOptions sign_in = {};
  absl::Duration gather_reads = absl::Seconds(1);  // How long reads are gathered before they are reported.
};

rpc::BuildApplication MakeBuildApplication(const GatewayOptions& options);
rpc::Program MakeProgram();

}  // namespace oversight::gateway
