#include "common/rpc/limit_flags.h"

namespace oversight::rpc {
namespace {

observe::FlagOptions Units() { return {.validate = observe::IsBetween(0, 1'000'000)}; }

std::string AreNetworks(const std::string& value) {
  std::string problem;
  return limits::Networks::Parse(value, &problem).has_value() ? "" : "must be networks: " + problem;
}

}  // namespace

void AddLimitFlags(observe::Flags& flags, LimitConfig& config, bool ends_outside) {
  flags.Add(
      "limit-rate", &config.rate,
      "What one principal may ask for on average: ordinary calls a second, of which dear ones are several. 0: any "
      "number. The limits hold without --insecure, and with it when they are given. The public and the services of "
      "the suite are not held to those by principal.",
      Units());
  flags.Add("limit-burst", &config.burst, "What one principal may ask for at once, after a time of rest.", Units());
  flags.Add("limit-calls", &config.calls, "Calls that one principal may have under way at a time. 0: any number.",
            Units());
  flags.Add("limit-streams", &config.streams,
            "Streams, such as watches, that one principal may have open at a time. 0: any number.", Units());
  if (!ends_outside) return;
  flags.Add("limit-address-rate", &config.address_rate,
            "What one address may ask for on average, as --limit-rate: an IPv4 address, or the /64 network of an IPv6 "
            "one. 0: any number.",
            Units());
  flags.Add("limit-address-burst", &config.address_burst, "What one address may ask for at once.", Units());
  flags.Add("limit-address-calls", &config.address_calls,
            "Calls and streams that one address may have under way at a time, and its HTTP connections. 0: any number.",
            Units());
  flags.Add("trusted-proxies", &config.trusted_proxies,
            "Proxies before this one, as networks: 10.0.0.0/8,192.0.2.7. They are not held to what one address may do, "
            "and over HTTP the last address in X-Forwarded-For that is none of theirs is held to it instead.",
            {.validate = AreNetworks});
}

void SetLimits(const LimitConfig& config, const observe::Flags& flags, bool insecure, HostOptions* options) {
  const auto number = [&](const char* flag, int64_t value) {
    return insecure && !flags.Given(flag) ? 0 : static_cast<int>(value);
  };
  options->per_principal = {.rate = static_cast<double>(number("limit-rate", config.rate)),
                            .burst = static_cast<double>(config.burst),
                            .calls = number("limit-calls", config.calls),
                            .streams = number("limit-streams", config.streams)};
  const int address_calls = number("limit-address-calls", config.address_calls);
  options->per_address = {.rate = static_cast<double>(number("limit-address-rate", config.address_rate)),
                          .burst = static_cast<double>(config.address_burst),
                          .calls = address_calls,
                          .streams = address_calls};
  std::string problem;
  options->trusted_proxies = limits::Networks::Parse(config.trusted_proxies, &problem).value_or(limits::Networks());
}

}  // namespace oversight::rpc
