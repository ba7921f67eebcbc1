// Whether the files that a process proves itself with will do: read as PEM and checked against each other by OpenSSL,
// before anyone is shown them, so that a fault is told at the start, in words, and not as a failed handshake later.
// Pure functions of text and time; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace oversight::rpc {

// Three PEM files. Empty: not given.
struct TlsFiles {
  std::string cert;  // The process's own certificate, then those between it and the authority.
  std::string key;   // Its private key, without a password.
  std::string ca;    // The authorities whose certificates are accepted: one, or while one replaces another both.
};

// What the files say.
struct CertificateFacts {
  std::string identity;          // As PeerIdentity tells it to others; empty without a certificate of its own.
  std::vector<std::string> dns;  // All DNS names, which are what callers look for.
  absl::Time expires = absl::InfiniteFuture();  // When the first of its certificates is no longer valid.
};

// What the process does with its certificate.
enum class CertificateUse {
  kServerAndClient,  // Answers calls and makes them: what a service needs.
  kClient,           // Makes calls only. May have no certificate at all.
};

// INVALID_ARGUMENT with all that is wrong, each with the file and what to do: it cannot be read, is not PEM, the key is
// of another certificate, the certificate is not valid at `now`, was not issued by an authority of `ca`, is not for
// this use, or has no name.
absl::StatusOr<CertificateFacts> CheckCertificates(const TlsFiles& files, CertificateUse use, absl::Time now);

}  // namespace oversight::rpc
