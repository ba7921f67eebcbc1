#include "common/limits/address.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace oversight::limits {
namespace {

std::string KeyOf(std::string_view text) {
  const auto address = Address::Parse(text);
  return address.has_value() ? address->Key() : "none";
}

TEST(AddressTest, ReadsBothFamiliesWithPortsBracketsAndZones) {
  EXPECT_EQ(KeyOf("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(KeyOf(" 192.0.2.1:4711 "), "192.0.2.1");
  EXPECT_EQ(KeyOf("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(KeyOf("[::ffff:192.0.2.1]:80"), "192.0.2.1");
  EXPECT_EQ(KeyOf("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(KeyOf("[2001:db8:1:2:ffff::1]:443"), "2001:db8:1:2::/64");
  EXPECT_EQ(KeyOf("fe80::1%eth0"), "fe80::/64");
  EXPECT_EQ(KeyOf("::1"), "::/64");
}

TEST(AddressTest, WhatIsNoneIsNone) {
  for (const std::string text : {"", " ", "unknown", "192.0.2", "192.0.2.256", "[2001:db8::1", "2001:db8", "_hidden",
                                 "a.b", "192.0.2.1:80:90", "[]", ":", "::1::"}) {
    EXPECT_EQ(KeyOf(text), "none") << text;
  }
  EXPECT_EQ(KeyOf(std::string(100'000, '1')), "none");
  EXPECT_EQ(KeyOf(std::string("192.0.2.1\0", 10)), "none");
}

TEST(NetworksTest, HoldWhatIsInThem) {
  std::string problem;
  const auto networks = Networks::Parse("10.0.0.0/8, 192.0.2.7,2001:db8::/33 , 172.16.0.0/12", &problem);
  ASSERT_TRUE(networks.has_value()) << problem;
  for (const char* in : {"10.255.1.2", "192.0.2.7", "2001:db8:7fff::1", "172.31.255.255", "::ffff:10.1.1.1"}) {
    EXPECT_TRUE(networks->Contains(*Address::Parse(in))) << in;
  }
  for (const char* out : {"11.0.0.1", "192.0.2.6", "2001:db8:8000::1", "172.32.0.1", "a00::1", "::1"}) {
    EXPECT_FALSE(networks->Contains(*Address::Parse(out))) << out;
  }
  EXPECT_TRUE(Networks::Parse("", &problem)->empty());
  EXPECT_TRUE(Networks::Parse("0.0.0.0/0", &problem)->Contains(*Address::Parse("203.0.113.1")));
}

TEST(NetworksTest, WhatIsNoNetworkIsNamed) {
  for (const std::string bad :
       {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "proxy", "::/129", "10.0.0.0/8,,192.0.2.7", ","}) {
    std::string problem;
    EXPECT_FALSE(Networks::Parse(bad, &problem).has_value()) << bad;
    EXPECT_NE(problem.find("is no network"), std::string::npos) << problem;
  }
}

std::string Client(std::string_view peer, std::string_view forwarded, std::string_view trusted) {
  std::string problem;
  return ClientOf(*Address::Parse(peer), forwarded, *Networks::Parse(trusted, &problem)).Text();
}

TEST(ClientOfTest, WhoIsNoProxyOfOursIsTakenAtTheirOwnAddress) {
  EXPECT_EQ(Client("203.0.113.1", "192.0.2.1", ""), "203.0.113.1");
  EXPECT_EQ(Client("203.0.113.1", "192.0.2.1", "10.0.0.0/8"), "203.0.113.1");
}

TEST(ClientOfTest, AProxySaysForWhom) {
  EXPECT_EQ(Client("10.0.0.1", "192.0.2.1", "10.0.0.0/8"), "192.0.2.1");
  EXPECT_EQ(Client("10.0.0.1", "192.0.2.1, 10.0.0.2", "10.0.0.0/8"), "192.0.2.1");
  EXPECT_EQ(Client("10.0.0.1", "2001:db8::1", "10.0.0.0/8"), "2001:db8::1");
  EXPECT_EQ(Client("10.0.0.1", "", "10.0.0.0/8"), "10.0.0.1");
}

TEST(ClientOfTest, WhatAClientWritesBeforeIsNotBelieved) {
  EXPECT_EQ(Client("10.0.0.1", "198.51.100.9, 192.0.2.1", "10.0.0.0/8"), "192.0.2.1");
  EXPECT_EQ(Client("10.0.0.1", "10.9.9.9, 192.0.2.1, 10.0.0.2", "10.0.0.0/8"), "192.0.2.1");
  EXPECT_EQ(Client("10.0.0.1", "192.0.2.1, nonsense, 10.0.0.2", "10.0.0.0/8"), "10.0.0.2");
  EXPECT_EQ(Client("10.0.0.1", ",", "10.0.0.0/8"), "10.0.0.1");
}

TEST(AddressOfPeerTest, ReadsWhatGrpcSays) {
  EXPECT_EQ(AddressOfPeer("ipv4:192.0.2.1:4711")->Key(), "192.0.2.1");
  EXPECT_EQ(AddressOfPeer("ipv6:%5B2001:db8::1%5D:4711")->Key(), "2001:db8::/64");
  EXPECT_EQ(AddressOfPeer("ipv6:[::ffff:192.0.2.1]:4711")->Key(), "192.0.2.1");
  EXPECT_EQ(AddressOfPeer("ipv6:%5Bfe80::1%25eth0%5D:4711")->Key(), "fe80::/64");
  EXPECT_FALSE(AddressOfPeer("unix:/run/a.sock").has_value());
  EXPECT_FALSE(AddressOfPeer("unknown").has_value());
  EXPECT_FALSE(AddressOfPeer("").has_value());
}

}  // namespace
}  // namespace oversight::limits
