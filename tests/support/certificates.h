// Authorities and certificates for tests, made by the openssl command in a folder of the test's own. Each fault that a
// certificate can have is asked for by name. Dies with a message when openssl fails. Not thread-safe.
#pragma once

#include <string>

#include "common/rpc/certificates.h"

namespace oversight::testing {

struct IssueOptions {
  std::string names = "DNS:localhost";          // Subject alternative names, as openssl writes them; empty: none.
  std::string usage = "serverAuth,clientAuth";  // Extended key usage.
  int days = 2;                                 // -1: has expired.
};

class TestAuthority {
 public:
  // `folder` must be there and keeps all files of the authority.
  TestAuthority(const std::string& folder, const std::string& name);

  const std::string& certificate() const { return certificate_; }  // The path of its own certificate.
  // A new key and a certificate of it, in files of their own; `ca` of the result is this authority's.
  rpc::TlsFiles Issue(const IssueOptions& options = {});

 private:
  const std::string base_;
  const std::string certificate_;
  int issued_ = 0;
};

// A mounted Secret: a folder whose three files change together, as a kubelet changes them.
class MountedCertificates {
 public:
  MountedCertificates(const std::string& folder, const rpc::TlsFiles& first);
  // The paths, which stay.
  const rpc::TlsFiles& files() const { return files_; }
  // Puts copies of these in the place of those that are there, in one step.
  void Replace(const rpc::TlsFiles& files);

 private:
  const std::string folder_;
  const rpc::TlsFiles files_;
  int version_ = 0;
};

// Both files' certificates in a new file at `path`, which is given back.
std::string Together(const std::string& one, const std::string& other, const std::string& path);

}  // namespace oversight::testing
