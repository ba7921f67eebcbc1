// From which address a request came, for limits by address. Pure functions over text; thread-safe. Whatever is given,
// something defined comes out.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oversight::limits {

// An IPv4 or IPv6 address; that of IPv4 within IPv6 (::ffff:192.0.2.1) is the IPv4 one.
struct Address {
  std::array<uint8_t, 16> bytes{};  // Four of them for IPv4.
  bool v6 = false;

  // "192.0.2.1", "2001:db8::1", with or without brackets, a port or a zone ("[fe80::1%eth0]:80").
  static std::optional<Address> Parse(std::string_view text);
  std::string Text() const;
  // What limits are counted under: an IPv4 address, or the /64 network of an IPv6 one ("2001:db8::/64"), since that is
  // what one subscriber is given, with more addresses in it than could be counted.
  std::string Key() const;

  friend bool operator==(const Address&, const Address&) = default;
};

// Networks that are trusted to say for whom they speak.
class Networks {
 public:
  // "10.0.0.0/8, 192.0.2.7, 2001:db8::/32": separated by commas; an address stands for itself. "" is none. Nothing,
  // with what is wrong in `problem`, when a part is no network.
  static std::optional<Networks> Parse(std::string_view text, std::string* problem);
  bool Contains(const Address& address) const;
  bool empty() const { return networks_.empty(); }

 private:
  struct Network {
    Address address;
    int bits;
  };
  std::vector<Network> networks_;
};

// Who is at the far end of a connection from `peer`, by the `X-Forwarded-For` headers (those of a request joined by
// commas, in their order): the last one named that is not itself a trusted proxy. A peer that is none is taken at its
// own address, whatever it says, as is what comes after something that is no address.
Address ClientOf(const Address& peer, std::string_view forwarded_for, const Networks& trusted);

// The address in what gRPC calls a peer: "ipv4:192.0.2.1:4711", "ipv6:%5B2001:db8::1%5D:4711". Nothing for other ways
// to call, such as within the process.
std::optional<Address> AddressOfPeer(std::string_view peer);

}  // namespace oversight::limits
