#include "tests/support/certificates.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "tests/support/process.h"

namespace oversight::testing {
namespace {

void OpenSsl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "/usr/bin/openssl");
  const Ran ran = Run(arguments);
  if (ran.code == 0) return;
  std::fprintf(stderr, "openssl %s: %s", arguments[1].c_str(), ran.err.c_str());
  std::abort();
}

void Copy(const std::string& from, const std::string& to) { std::filesystem::copy_file(from, to); }

}  // namespace

TestAuthority::TestAuthority(const std::string& folder, const std::string& name)
    : base_(absl::StrCat(folder, "/", name)), certificate_(base_ + ".crt") {
  OpenSsl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3", "-subj",
           "/CN=" + name, "-addext", "keyUsage=keyCertSign", "-keyout", base_ + ".key", "-out", certificate_});
}

rpc::TlsFiles TestAuthority::Issue(const IssueOptions& options) {
  const std::string base = absl::StrCat(base_, "-", ++issued_);
  const rpc::TlsFiles files = {.cert = base + ".crt", .key = base + ".key", .ca = certificate_};
  {
    std::ofstream extensions(base + ".ext");
    if (!options.names.empty()) extensions << "subjectAltName=" << options.names << "\n";
    extensions << "extendedKeyUsage=" << options.usage << "\n";
  }
  OpenSsl({"req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=not-a-name",
           "-keyout", files.key, "-out", base + ".csr"});
  OpenSsl({"x509", "-req", "-in", base + ".csr", "-CA", certificate_, "-CAkey", base_ + ".key", "-CAcreateserial",
           "-days", std::to_string(options.days), "-extfile", base + ".ext", "-out", files.cert});
  return files;
}

MountedCertificates::MountedCertificates(const std::string& folder, const rpc::TlsFiles& first)
    : folder_(folder),
      files_{.cert = folder + "/now/tls.crt", .key = folder + "/now/tls.key", .ca = folder + "/now/ca.crt"} {
  Replace(first);
}

void MountedCertificates::Replace(const rpc::TlsFiles& files) {
  const std::string version = absl::StrCat(folder_, "/", ++version_);
  std::filesystem::create_directories(version);
  Copy(files.cert, version + "/tls.crt");
  Copy(files.key, version + "/tls.key");
  Copy(files.ca, version + "/ca.crt");
  std::filesystem::create_directory_symlink(version, folder_ + "/next");
  std::filesystem::rename(folder_ + "/next", folder_ + "/now");
}

std::string Together(const std::string& one, const std::string& other, const std::string& path) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  for (const std::string& each : {one, other}) out << std::ifstream(each, std::ios::binary).rdbuf();
  return path;
}

}  // namespace oversight::testing
