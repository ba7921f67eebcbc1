#include "common/auth/token/web_call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace oversight::auth {
namespace {

TEST(Url, IsSafeByHttpsOrOnThisMachine) {
  for (const char* safe : {"https://issuer.test", "https://issuer.test:8443/a/b?c=d", "http://127.0.0.1:8080/keys",
                           "http://localhost/keys", "http://[::1]:1/", "HTTPS://issuer.test/"}) {
    EXPECT_TRUE(IsSafeUrl(safe)) << safe;
  }
  // The last ones say one host to those who look quickly and go to another.
  for (const char* unsafe :
       {"", "issuer.test", "http://issuer.test/keys", "ftp://issuer.test", "file:///etc/passwd", "javascript:alert(1)",
        "http://127.0.0.1.example/", "http://localhost.example/", "http://127.0.0.1@issuer.test/",
        "http://127.0.0.1:80@issuer.test/", "https://user:word@issuer.test/", "http://127.0.0.1:99999/"}) {
    EXPECT_FALSE(IsSafeUrl(unsafe)) << unsafe;
  }
}

TEST(Url, ComesApart) {
  const auto parts = PartsOfUrl("https://issuer.test/a/b?c=d");
  ASSERT_TRUE(parts.has_value());
  EXPECT_EQ(parts->scheme, "https");
  EXPECT_EQ(parts->host, "issuer.test");
  EXPECT_EQ(parts->port, "443");
  EXPECT_EQ(parts->path, "/a/b");
  EXPECT_EQ(parts->query, "c=d");
  EXPECT_EQ(PartsOfUrl("http://127.0.0.1:8080")->path, "/");
}

}  // namespace
}  // namespace oversight::auth
