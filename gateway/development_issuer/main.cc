// `development-issuer FOLDER [PRINCIPALS]`: an issuer for one's own machine. Makes a key (kept for the next time), the
// key set FOLDER/jwks.json, and FOLDER/tokens/NAME.token for every principal of PRINCIPALS (data/principals.json) but
// the public, good for thirty days. Whoever reads the folder may act as any of them: that is what it is for, and why it
// is for development alone.
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "common/auth/insecure_authenticator.h"
#include "common/auth/issuer/token_issuer.h"
#include "common/auth/names.h"

namespace oversight::auth {
namespace {

constexpr char kIssuer[] = "urn:oversight:development";
constexpr char kAudience[] = "oversight";

// Whole or not at all, and for its owner's eyes.
bool Write(const std::filesystem::path& path, const std::string& text) {
  const std::filesystem::path temporary = path.string() + ".new";
  {
    std::ofstream file(temporary, std::ios::trunc | std::ios::binary);
    std::filesystem::permissions(temporary, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    file << text;
    if (!file.flush()) return false;
  }
  std::error_code error;
  std::filesystem::rename(temporary, path, error);
  return !error;
}

int Run(const std::filesystem::path& folder, const std::string& principals) {
  umask(S_IRWXG | S_IRWXO);
  const auto samples = InsecureAuthenticator::FromFile(principals);
  if (!samples.ok()) {
    std::fprintf(stderr, "development-issuer: %s\n", std::string(samples.status().message()).c_str());
    return 1;
  }
  std::error_code error;
  std::filesystem::create_directories(folder / "tokens", error);
  const std::filesystem::path pem = folder / "key.pem";
  std::ifstream kept(pem, std::ios::binary);
  const SigningKey key = kept
                             ? SigningKey::FromPem(std::string(std::istreambuf_iterator<char>(kept), {}), "development")
                             : SigningKey::Generate("EdDSA", "development");
  bool written = (kept || Write(pem, key.Pem())) && Write(folder / "jwks.json", Jwks({key}));
  MintOptions options;
  options.issuer = kIssuer;
  options.audience = kAudience;
  options.lifetime = absl::Hours(30 * 24);
  for (const Principal& principal : (*samples)->Choices()) {
    const std::string name = principal.name().substr(std::string_view(kPrincipalPrefix).size());
    if (name == "public") continue;
    written = written && Write(folder / "tokens" / (name + ".token"), Mint(principal, options, key) + "\n");
  }
  if (!written) {
    std::fprintf(stderr, "development-issuer: cannot write into %s\n", folder.c_str());
    return 1;
  }
  std::fprintf(stderr,
               "development-issuer: FOR DEVELOPMENT ONLY. Whoever reads %s may act as anybody of %s.\n"
               "--issuer=%s --audience=%s --jwks=%s\n",
               folder.c_str(), principals.c_str(), kIssuer, kAudience, (folder / "jwks.json").c_str());
  return 0;
}

}  // namespace
}  // namespace oversight::auth

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3 || argv[1][0] == '-') {
    std::fprintf(stderr, "usage: development-issuer FOLDER [PRINCIPALS]\n");
    return 2;
  }
  return oversight::auth::Run(argv[1], argc == 3 ? argv[2] : "data/principals.json");
}
