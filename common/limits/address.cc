#include "common/limits/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace oversight::limits {
namespace {

constexpr size_t kLongest = 64;  // Text of an address with its brackets, port and zone.
constexpr std::array<uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// The address alone, of what may have a port.
std::string_view Host(std::string_view text) {
  if (!text.empty() && text.front() == '[') {
    const size_t end = text.find(']');
    return end == std::string_view::npos ? std::string_view() : text.substr(1, end - 1);
  }
  const size_t colon = text.find(':');
  return colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos ? text.substr(0, colon)
                                                                                                : text;
}

std::optional<int> Number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool SameStart(const Address& a, const Address& b, int bits) {
  for (int i = 0; i < bits; i += 8) {
    const int here = std::min(8, bits - i);
    const auto mask = static_cast<uint8_t>(0xff << (8 - here));
    const size_t at = static_cast<size_t>(i) / 8;
    if (((a.bytes[at] ^ b.bytes[at]) & mask) != 0) return false;
  }
  return true;
}

}  // namespace

std::optional<Address> Address::Parse(std::string_view text) {
  text = Trim(text);
  if (text.size() > kLongest || text.find('\0') != std::string_view::npos) return std::nullopt;
  std::string host(Host(text));
  if (const size_t zone = host.find('%'); zone != std::string::npos) host.resize(zone);
  Address address;
  if (inet_pton(AF_INET, host.c_str(), address.bytes.data()) == 1) return address;
  if (inet_pton(AF_INET6, host.c_str(), address.bytes.data()) != 1) return std::nullopt;
  if (std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin())) {
    Address v4;
    std::copy_n(address.bytes.begin() + kMapped.size(), 4, v4.bytes.begin());
    return v4;
  }
  address.v6 = true;
  return address;
}

std::string Address::Text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(v6 ? AF_INET6 : AF_INET, bytes.data(), text.data(), text.size());
  return text.data();
}

std::string Address::Key() const {
  if (!v6) return Text();
  Address network = *this;
  std::fill(network.bytes.begin() + 8, network.bytes.end(), 0);
  return network.Text() + "/64";
}

std::optional<Networks> Networks::Parse(std::string_view text, std::string* problem) {
  Networks networks;
  if (Trim(text).empty()) return networks;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    const std::string_view part = Trim(text.substr(at, end - at));
    at = end + 1;
    const size_t slash = part.find('/');
    const auto address = Address::Parse(part.substr(0, slash));
    const int most = address.has_value() && address->v6 ? 128 : 32;
    const auto bits = slash == std::string_view::npos ? std::optional<int>(most) : Number(part.substr(slash + 1));
    if (!address.has_value() || !bits.has_value() || *bits < 0 || *bits > most) {
      *problem = "\"" + std::string(part) + "\" is no network: write it as 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32";
      return std::nullopt;
    }
    networks.networks_.push_back({*address, *bits});
  }
  return networks;
}

bool Networks::Contains(const Address& address) const {
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
    return network.address.v6 == address.v6 && SameStart(network.address, address, network.bits);
  });
}

Address ClientOf(const Address& peer, std::string_view forwarded_for, const Networks& trusted) {
  Address client = peer;
  while (trusted.Contains(client) && !forwarded_for.empty()) {
    const size_t comma = forwarded_for.rfind(',');
    const auto named =
        Address::Parse(comma == std::string_view::npos ? forwarded_for : forwarded_for.substr(comma + 1));
    if (!named.has_value()) break;
    client = *named;
    forwarded_for = comma == std::string_view::npos ? std::string_view() : forwarded_for.substr(0, comma);
  }
  return client;
}

std::optional<Address> AddressOfPeer(std::string_view peer) {
  if (peer.rfind("ipv4:", 0) == 0) return Address::Parse(peer.substr(5));
  if (peer.rfind("ipv6:", 0) != 0) return std::nullopt;
  std::string text(peer.substr(5));
  for (const auto& [from, to] : {std::pair<std::string_view, char>("%5B", '['), {"%5D", ']'}, {"%25", '%'}}) {
    for (size_t at; (at = text.find(from)) != std::string::npos;) text.replace(at, from.size(), 1, to);
  }
  return Address::Parse(text);
}

}  // namespace oversight::limits
