#include "gateway/http/security_headers.h"

namespace oversight::gateway {

std::vector<std::pair<std::string, std::string>> SecurityHeaders(bool https) {
  std::vector<std::pair<std::string, std::string>> headers = {
      // Nothing of it is taken for another kind of thing, runs, loads anything, or stands in a frame of somebody's
      // page.
      {"x-content-type-options", "nosniff"},
      {"content-security-policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
      // Other sites learn no address, read no answer, and hold no window of ours.
      {"referrer-policy", "same-origin"},
      {"cross-origin-opener-policy", "same-origin"},
      {"cross-origin-resource-policy", "same-origin"},
      {"permissions-policy",
       "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), publickey-credentials-get=(), "
       "usb=()"},
      // What one caller sees is not for the next.
      {"cache-control", "no-store"},
  };
  if (https) headers.emplace_back("strict-transport-security", "max-age=31536000");
  return headers;
}

}  // namespace oversight::gateway
