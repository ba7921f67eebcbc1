// Mutual TLS between the parts of the suite. A process has one identity, three PEM files; it answers calls and makes
// them under it. Its gRPC port takes only peers that show a certificate of the same authorities, and a channel only a
// server whose certificate bears the name of the service that is meant (ChannelOptions::service), wherever that was
// found: addresses say nothing here.
//
// The files are read again every second, so whoever replaces them restarts nothing: connections that are open stay, new
// ones are made with what is there then. Replace certificate and key in one step, as a mounted Secret does (a symlink
// to a folder is renamed); between two steps new connections fail. What is new is checked and logged; a file that will
// not do is logged as an error, again every hour. One Tls for a process, made at the start; thread-safe. It must
// outlive the metrics' readers, and servers and channels may outlive it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "common/observe/config.h"
#include "common/observe/metrics.h"
#include "common/rpc/certificates.h"
#include "grpcpp/security/auth_context.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/security/tls_certificate_provider.h"

namespace oversight::rpc {

// Adds --tls-cert, --tls-key and --tls-ca, and the rule that all three are given or none.
void AddTlsFlags(observe::Flags& flags, TlsFiles* files);

class Tls {
 public:
  // INVALID_ARGUMENT with all that is wrong when the files will not do (CheckCertificates).
  static absl::StatusOr<std::unique_ptr<Tls>> Load(const TlsFiles& files, observe::Metrics& metrics);
  ~Tls();
  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;

  // For a port that services call: who shows no certificate, or one that is not good, is not connected.
  std::shared_ptr<grpc::ServerCredentials> ForServices() const;
  // For a port that anybody may call who proves by other means who he is: a certificate need not be shown, and if one
  // is it must be good.
  std::shared_ptr<grpc::ServerCredentials> ForEveryone() const;
  // For calls to the services.
  std::shared_ptr<grpc::ChannelCredentials> ForCalls() const { return channel_credentials_; }

 private:
  Tls(const TlsFiles& files, observe::Metrics& metrics);
  std::shared_ptr<grpc::ServerCredentials> ServerCredentials(bool required) const;
  // The thread that looks whether the files have changed.
  void Watch();
  // Checks them, logs what is new, and keeps what the metrics tell.
  absl::Status Look();

  const TlsFiles files_;
  const std::shared_ptr<grpc::experimental::FileWatcherCertificateProvider> provider_;
  std::shared_ptr<grpc::ChannelCredentials> channel_credentials_;
  std::string seen_;  // What the files were when last looked at. Only the thread's, once it runs.
  std::atomic<double> expires_{0};
  std::atomic<bool> usable_{false};
  observe::Metrics::Callback expiry_gauge_, usable_gauge_;
  std::mutex mu_;
  std::condition_variable wake_;
  bool stop_ = false;  // Guarded by mu_.
  std::thread thread_;
};

// The name in the certificate that the peer of a call has proven to be its own: the first URI, or else the first DNS
// name. Empty when it has shown none.
std::string PeerIdentity(const grpc::AuthContext& peer);

// Of an error from gRPC: what to do about it, in words, when it is one of TLS; otherwise empty.

}  // namespace oversight::rpc
