// `development-issuer FOLDER [PRINCIPALS]`: an issuer for one's own machine. Makes a key (kept for the next time), the
// key set FOLDER/jwks.json, and FOLDER/tokens/NAME.token for every principal of PRINCIPALS (data/principals.json) but
// the public, good for thirty days. Whoever reads the folder may act as any of them: that is what it is for, and why it
// is for development alone. With --listen it goes on as an OpenID Connect issuer where people sign in at the pages as
// any of them (issuer_face.h), until it is told to stop.
#include <signal.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/auth/insecure_authenticator.h"
#include "common/auth/issuer/token_issuer.h"
#include "common/auth/names.h"
#include "common/observe/config.h"
#include "common/time/clock.h"
#include "gateway/development_issuer/issuer_face.h"
#include "gateway/forward/routes.h"
#include "gateway/http/http_server.h"

namespace oversight::gateway {
namespace {

namespace fs = std::filesystem;
using auth::SigningKey;

constexpr char kAudience[] = "oversight";

struct Config {
  std::vector<std::string> files;
  std::string issuer = "urn:oversight:development", listen, ready_file;
  absl::Duration lifetime = absl::Hours(8);
};

int Fail(const std::string& why) {
  std::fprintf(stderr, "development-issuer: %s\n", why.c_str());
  return 1;
}

// Whole or not at all, and for its owner's eyes.
bool Write(const fs::path& path, const std::string& text) {
  const fs::path temporary = path.string() + ".new";
  {
    std::ofstream file(temporary, std::ios::trunc | std::ios::binary);
    fs::permissions(temporary, fs::perms::owner_read | fs::perms::owner_write);
    file << text;
    if (!file.flush()) return false;
  }
  std::error_code error;
  fs::rename(temporary, path, error);
  return !error;
}

// The tokens in files.
bool WriteTokens(const fs::path& folder, const std::vector<auth::Principal>& principals, const std::string& issuer,
                 const SigningKey& key) {
  auth::MintOptions options;
  options.issuer = issuer;
  options.audience = kAudience;
  options.lifetime = absl::Hours(30 * 24);
  bool written = Write(folder / "jwks.json", auth::Jwks({key}));
  for (const auth::Principal& principal : principals) {
    const std::string name = principal.name().substr(std::string_view(auth::kPrincipalPrefix).size());
    if (name == "public") continue;
    written = written && Write(folder / "tokens" / (name + ".token"), auth::Mint(principal, options, key) + "\n");
  }
  return written;
}

void Tell(const fs::path& folder, const std::string& principals, const std::string& issuer) {
  std::fprintf(stderr,
               "development-issuer: FOR DEVELOPMENT ONLY. Whoever reads %s may act as anybody of %s.\n"
               "--issuer=%s --audience=%s --jwks=%s\n",
               folder.c_str(), principals.c_str(), issuer.c_str(), kAudience, (folder / "jwks.json").c_str());
}

int Run(const Config& config) {
  umask(S_IRWXG | S_IRWXO);
  const fs::path folder = config.files[0];
  const std::string file = config.files.size() == 2 ? config.files[1] : "data/principals.json";
  const auto samples = auth::InsecureAuthenticator::FromFile(file);
  if (!samples.ok()) return Fail(std::string(samples.status().message()));
  const std::vector<auth::Principal> principals = (*samples)->Choices();
  std::error_code error;
  fs::create_directories(folder / "tokens", error);
  const fs::path pem = folder / "key.pem";
  std::ifstream kept(pem, std::ios::binary);
  const SigningKey key = kept
                             ? SigningKey::FromPem(std::string(std::istreambuf_iterator<char>(kept), {}), "development")
                             : SigningKey::Generate("EdDSA", "development");
  const std::string cannot_write = "cannot write into " + folder.string();
  if (!kept && !Write(pem, key.Pem())) return Fail(cannot_write);
  if (config.listen.empty()) {
    if (!WriteTokens(folder, principals, config.issuer, key)) return Fail(cannot_write);
    Tell(folder, file, config.issuer);
    return 0;
  }

  // Before any thread is started, since threads inherit it.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const SystemClock clock;
  IssuerFace face(principals, key, clock);
  const Routes routes(nullptr);
  HttpOptions options;
  options.listen = config.listen;
  auto server = HttpServer::Start(options, routes, {&face});
  if (!server.ok()) return Fail(std::string(server.status().message()));
  const std::string address = absl::StrCat(config.listen.substr(0, config.listen.rfind(':')), ":", (*server)->port());
  const std::string issuer = "http://" + address;
  face.Set({.issuer = issuer, .audience = kAudience, .lifetime = config.lifetime});
  if (!WriteTokens(folder, principals, issuer, key)) return Fail(cannot_write);
  Tell(folder, file, issuer);
  const std::string ready =
      absl::StrCat(R"({"program":"development-issuer","pid":)", getpid(), R"(,"http":")", address, "\"}\n");
  if (!config.ready_file.empty() && !Write(config.ready_file, ready)) return Fail("cannot write " + config.ready_file);
  int signal_number = 0;
  sigwait(&signals, &signal_number);
  (*server)->Stop(absl::Seconds(1));
  return 0;
}

}  // namespace
}  // namespace oversight::gateway

int main(int argc, char** argv) {
  oversight::gateway::Config config;
  oversight::observe::Flags flags("development-issuer", "DEVELOPMENT_ISSUER",
                                  "FOR DEVELOPMENT ONLY: tokens for every sample principal, for whoever wants them.");
  flags.AddPositionals(&config.files, "FOLDER [PRINCIPALS]");
  flags.Add(
      "listen", &config.listen,
      "Go on as an issuer where people sign in, at this address of this machine. Port 0 takes a free one.",
      {.validate = [](const std::string& value) -> std::string {
        std::string host;
        int port = 0;
        if (value.empty()) return std::string();
        if (!oversight::observe::SplitHostPort(value, &host, &port)) return oversight::observe::IsListenAddress(value);
        const bool here = host == "127.0.0.1" || host == "localhost" || host == "::1";
        return std::string(here ? "" : "must be 127.0.0.1, localhost or [::1]: whoever reaches it may be anybody");
      }});
  flags.Add("lifetime", &config.lifetime, "Of tokens that people sign in with.");
  flags.Add("ready-file", &config.ready_file, "A file to write the bound address to, as JSON, once serving.");
  flags.AddCheck([&config](std::vector<std::string>& problems) {
    if (config.files.empty() || config.files.size() > 2) problems.emplace_back("give FOLDER, and perhaps PRINCIPALS");
  });
  if (const auto exit_code = flags.Parse(argc, argv)) return *exit_code;
  return oversight::gateway::Run(config);
}
