#include "common/rpc/tls.h"

#include <sys/stat.h>

#include <chrono>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/observe/json_log.h"
#include "common/rpc/errors.h"
#include "grpc/grpc_security_constants.h"
#include "grpcpp/security/tls_credentials_options.h"

namespace oversight::rpc {
namespace {

constexpr unsigned kSecondsBetweenLooks = 1;
// How often a fault that lasts is told again, and what is near its end noticed.
constexpr absl::Duration kReminder = absl::Hours(1);

// What changes when a file is replaced.
std::string Stamp(const TlsFiles& files) {
  std::string stamp;
  for (const std::string* path : {&files.cert, &files.key, &files.ca}) {
    struct stat status = {};
    if (stat(path->c_str(), &status) != 0) {
      absl::StrAppend(&stamp, "none;");
      continue;
    }
    absl::StrAppend(&stamp, status.st_dev, ":", status.st_ino, ":", status.st_size, ":", status.st_mtim.tv_sec, ":",
                    status.st_mtim.tv_nsec, ";");
  }
  return stamp;
}

}  // namespace

void AddTlsFlags(observe::Flags& flags, TlsFiles* files) {
  flags.Add("tls-cert", &files->cert,
            "PEM file of this process's certificate, whose DNS names hold the service's name. With it, --tls-key and "
            "--tls-ca, calls between services are encrypted and both sides prove who they are. Read again when it "
            "changes.");
  flags.Add("tls-key", &files->key, "PEM file of the private key of --tls-cert.");
  flags.Add("tls-ca", &files->ca, "PEM file of the authorities whose certificates are accepted from others.");
  flags.AddCheck([files](std::vector<std::string>& problems) {
    const int given = static_cast<int>(!files->cert.empty()) + static_cast<int>(!files->key.empty()) +
                      static_cast<int>(!files->ca.empty());
    if (given != 0 && given != 3) problems.emplace_back("--tls-cert, --tls-key and --tls-ca are given all or none.");
  });
}

absl::StatusOr<std::unique_ptr<Tls>> Tls::Load(const TlsFiles& files, observe::Metrics& metrics) {
  // Before gRPC sees them: it would take what is there and fail with each connection.
  if (auto facts = CheckCertificates(files, CertificateUse::kServerAndClient, absl::Now()); !facts.ok()) {
    return facts.status();
  }
  return std::unique_ptr<Tls>(new Tls(files, metrics));
}

Tls::Tls(const TlsFiles& files, observe::Metrics& metrics)
    : files_(files),
      provider_(std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(files.key, files.cert, files.ca,
                                                                                     kSecondsBetweenLooks)) {
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(provider_);
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  channel_credentials_ = grpc::experimental::TlsCredentials(options);
  (void)Look();
  expiry_gauge_ = metrics.GaugeCallback("oversight_tls_expiry_seconds",
                                        "When the first certificate in use is no longer valid, as seconds since 1970.",
                                        [this] { return expires_.load(); });
  usable_gauge_ = metrics.GaugeCallback("oversight_tls_files_usable",
                                        "Whether the certificate files as they are now will do: 1, or 0.",
                                        [this] { return usable_.load() ? 1.0 : 0.0; });
  thread_ = std::thread([this] { Watch(); });
}

Tls::~Tls() {
  {
    std::lock_guard lock(mu_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

std::shared_ptr<grpc::ServerCredentials> Tls::ServerCredentials(bool required) const {
  grpc::experimental::TlsServerCredentialsOptions options(provider_);
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(required ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                                         : GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY);
  return grpc::experimental::TlsServerCredentials(options);
}

std::shared_ptr<grpc::ServerCredentials> Tls::ForServices() const { return ServerCredentials(true); }
std::shared_ptr<grpc::ServerCredentials> Tls::ForEveryone() const { return ServerCredentials(false); }

void Tls::Watch() {
  absl::Time next = absl::Now() + kReminder;
  std::unique_lock lock(mu_);
  while (!wake_.wait_for(lock, std::chrono::seconds(kSecondsBetweenLooks), [this] { return stop_; })) {
    const bool remind = absl::Now() >= next;
    if (Stamp(files_) == seen_ && !remind) continue;
    lock.unlock();
    (void)Look();
    next = absl::Now() + kReminder;
    lock.lock();
  }
}

absl::Status Tls::Look() {
  const std::string stamp = Stamp(files_);
  const bool changed = stamp != seen_;
  seen_ = stamp;
  const auto facts = CheckCertificates(files_, CertificateUse::kServerAndClient, absl::Now());
  usable_.store(facts.ok());
  if (!facts.ok()) {
    observe::LogError("the certificate files will not do: connections that are made now fail",
                      {{"error", facts.status()}});
    return facts.status();
  }
  expires_.store(absl::ToDoubleSeconds(facts->expires - absl::UnixEpoch()));
  if (changed) {
    observe::LogInfo("certificate in use", {{"identity", facts->identity},
                                            {"expires", absl::FormatTime(facts->expires, absl::UTCTimeZone())}});
  }
  return absl::OkStatus();
}

std::string PeerIdentity(const grpc::AuthContext& peer) {
  if (!peer.IsPeerAuthenticated()) return "";
  for (const char* property : {GRPC_PEER_URI_PROPERTY_NAME, GRPC_PEER_DNS_PROPERTY_NAME}) {
    if (const auto names = peer.FindPropertyValues(property); !names.empty()) {
      return std::string(names[0].data(), names[0].size());
    }
  }
  return "";
}

}  // namespace oversight::rpc
