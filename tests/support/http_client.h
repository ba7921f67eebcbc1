// A small blocking HTTP/1.1 client, so that tests see what a plain client sees. One connection per call.
#pragma once

#include <map>
#include <string>

namespace oversight::testing {

struct HttpAnswer {
  int status = 0;                              // 0: no answer
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

using HttpHeaders = std::map<std::string, std::string>;

// `address` is host:port.
HttpAnswer HttpCall(const std::string& address, const std::string& method, const std::string& target,
                    const HttpHeaders& headers, const std::string& body);

// Sends these bytes as they are and returns all that comes back until the server closes.
std::string HttpRaw(const std::string& address, const std::string& bytes);

}  // namespace oversight::testing
