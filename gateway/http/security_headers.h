// What every answer of the HTTP port tells browsers, unless it says something else under that name: pages their own
// content-security-policy, lists how long they may be kept. Pure; thread-safe.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace oversight::gateway {

// `https`: people reach the port by https (--public-url says so; a header that anybody can send does not), and browsers
// are told to come by nothing else.
std::vector<std::pair<std::string, std::string>> SecurityHeaders(bool https);

}  // namespace oversight::gateway
