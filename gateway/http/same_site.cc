#include "gateway/http/same_site.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace oversight::gateway {

bool FromElsewhere(const HttpRequest& request) {
  const std::string_view site = request.header("sec-fetch-site");
  if (!site.empty() && site != "same-origin" && site != "none") return true;
  const std::string_view origin = request.header("origin");
  const std::string host(request.header("host"));
  return !origin.empty() && origin != absl::StrCat("http://", host) && origin != absl::StrCat("https://", host);
}

}  // namespace oversight::gateway
