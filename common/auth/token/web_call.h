// One HTTP request to an issuer: for its keys, for what it says of itself, for a token. Blocking, so it is for threads
// that may wait. Follows no redirect and takes an answer of at most 256 KiB. Free functions; thread-safe.
#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace oversight::auth {

struct WebRequest {
  std::string url;                  // http or https.
  std::string ca_file;              // The certificates that vouch for the server; the system's where it is empty.
  std::optional<std::string> form;  // POST it, as application/x-www-form-urlencoded; otherwise GET.
  std::string user, password;       // By HTTP Basic, when there is a user.
  absl::Duration at_most = absl::Seconds(10);
};

struct WebAnswer {
  int status = 0;
  std::string body;
};

// UNAVAILABLE with a plain message that names the URL when there is no whole answer, or `cancelled` becomes true.
absl::StatusOr<WebAnswer> WebCall(const WebRequest& request, const std::atomic<bool>& cancelled);

// A URL apart; nullopt when it is none, or names a user.
struct UrlParts {
  std::string scheme, host, port;  // "https", "issuer.example", "443"
  std::string path, query;         // "/keys", ""
};
std::optional<UrlParts> PartsOfUrl(const std::string& url);
// Whether nobody on the way can change what goes there and comes back: https, or http on this machine.
bool IsSafeUrl(const std::string& url);
// 127.0.0.1, [::1] or localhost.
bool IsLoopbackHost(const std::string& host);

}  // namespace oversight::auth
