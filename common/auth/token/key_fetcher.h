// Where an issuer's keys come from: a file or a URL. Blocking; one thread at a time, except Cancel.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace oversight::auth {

class KeyFetcher {
 public:
  virtual ~KeyFetcher() = default;
  // The text of the key set, or in plain words why there is none.
  virtual absl::StatusOr<std::string> Fetch() = 0;
  // Makes a Fetch under way, and every later one, end soon. From any thread.
  virtual void Cancel() {}
  // How often it is worth looking without being asked to; a setting, for what costs others something.
  virtual absl::Duration Interval(absl::Duration setting) const { return setting; }
};

// Read whole at each look, which is every second: so a file that is replaced, by renaming or through a link as
// Kubernetes does, is taken up.
std::unique_ptr<KeyFetcher> FileKeyFetcher(std::string path);

// By GET, http or https, verified against `ca_file`, or the system's certificates where that is empty. Follows no
// redirect, takes at most 256 KiB and at most 10 s.
std::unique_ptr<KeyFetcher> UrlKeyFetcher(std::string url, std::string ca_file);

// The one or the other, by whether it begins with http:// or https://.
std::unique_ptr<KeyFetcher> MakeKeyFetcher(const std::string& where, const std::string& ca_file);
bool IsUrl(const std::string& where);

}  // namespace oversight::auth
