// Cookies as a request brings them and an answer sets them, and where a request comes from. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gateway/http/http_face.h"

namespace oversight::gateway {

// Names and values, in the order they came.
std::vector<std::pair<std::string, std::string>> CookiesOf(const HttpRequest& request);
// The first of that name; "" when there is none.
std::string CookieOf(const HttpRequest& request, std::string_view name);

// What sets a cookie for this host alone, that scripts and other sites do not get and that goes over https only.
// Browsers take http://127.0.0.1 and http://localhost for as good. The name must begin with `__Host-`.
std::string SetCookie(const std::string& name, const std::string& value, absl::Duration lasts);
std::string ClearCookie(const std::string& name);

// Whether the browser says that the request was made by a page of this host. Who may change something by a session must
// have said so.
bool SaysSameOrigin(const HttpRequest& request);
// Whether the browser says that it was made by a page of another. What says nothing is no browser, or an old one.
bool FromElsewhere(const HttpRequest& request);
// A place on this site to go on to: `path` where it is one, "/" where it is not, as that of another site.
std::string OwnPath(const std::string& path);

}  // namespace oversight::gateway
