#include "common/rpc/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "absl/time/clock.h"
#include "tests/support/certificates.h"
#include "tests/support/temp_dir.h"

namespace oversight::rpc {
namespace {

using oversight::testing::IssueOptions;
using oversight::testing::TempDir;
using oversight::testing::TestAuthority;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class CertificatesTest : public ::testing::Test {
 protected:
  static std::string FaultOf(const TlsFiles& files, CertificateUse use = CertificateUse::kServerAndClient,
                             absl::Time now = absl::Now()) {
    const auto facts = CheckCertificates(files, use, now);
    if (facts.ok()) return "";
    EXPECT_EQ(facts.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(facts.status().message());
  }
  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  const TempDir folder_;
  TestAuthority authority_{folder_ / ".", "authority"};
};

TEST_F(CertificatesTest, TellsWhoAndUntilWhen) {
  const auto dns = CheckCertificates(authority_.Issue({.names = "DNS:forces-service,DNS:localhost"}),
                                     CertificateUse::kServerAndClient, absl::Now());
  ASSERT_TRUE(dns.ok()) << dns.status();
  EXPECT_EQ(dns->identity, "forces-service");
  EXPECT_THAT(dns->dns, ElementsAre("forces-service", "localhost"));
  EXPECT_GT(dns->expires, absl::Now() + absl::Hours(47));
  EXPECT_LT(dns->expires, absl::Now() + absl::Hours(49));
  const auto uri = CheckCertificates(authority_.Issue({.names = "DNS:gateway,URI:spiffe://oversight/gateway"}),
                                     CertificateUse::kServerAndClient, absl::Now());
  ASSERT_TRUE(uri.ok()) << uri.status();
  EXPECT_EQ(uri->identity, "spiffe://oversight/gateway");
}

TEST_F(CertificatesTest, ExpiresWithTheFirstOfTheChain) {
  const auto facts = CheckCertificates(authority_.Issue({.days = 30}), CertificateUse::kServerAndClient, absl::Now());
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_LT(facts->expires, absl::Now() + absl::Hours(73)) << "the authority has three days";
}

TEST_F(CertificatesTest, OneWhoOnlyCallsNeedsNoCertificate) {
  const auto facts = CheckCertificates({.ca = authority_.certificate()}, CertificateUse::kClient, absl::Now());
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->identity, "");
  EXPECT_EQ(FaultOf(authority_.Issue({.usage = "clientAuth"}), CertificateUse::kClient), "");
}

TEST_F(CertificatesTest, SaysAllThatIsMissingAtOnce) {
  EXPECT_THAT(FaultOf({}), AllOf(HasSubstr("--tls-ca is missing"), HasSubstr("--tls-cert is missing"),
                                 HasSubstr("--tls-key is missing")));
  EXPECT_THAT(FaultOf({.cert = folder_ / "none", .key = Write("empty", ""), .ca = Write("text", "hello")}),
              AllOf(HasSubstr("--tls-cert (" + (folder_ / "none") + ") cannot be read"),
                    HasSubstr("--tls-key (" + (folder_ / "empty") + ") holds no private key"),
                    HasSubstr("--tls-ca (" + (folder_ / "text") + ") holds no certificate")));
}

TEST_F(CertificatesTest, RefusesWhatIsNotValidNow) {
  EXPECT_THAT(FaultOf(authority_.Issue({.days = -1})), HasSubstr("expired at"));
  const TlsFiles files = authority_.Issue();
  EXPECT_EQ(FaultOf(files), "");
  EXPECT_THAT(FaultOf(files, CertificateUse::kServerAndClient, absl::Now() - absl::Hours(24)),
              HasSubstr("is not valid before"));
  EXPECT_THAT(FaultOf(files, CertificateUse::kServerAndClient, absl::Now() + absl::Hours(60)), HasSubstr("expired at"));
}

TEST_F(CertificatesTest, RefusesAKeyOfAnotherCertificate) {
  TlsFiles files = authority_.Issue();
  files.key = authority_.Issue().key;
  EXPECT_THAT(FaultOf(files), HasSubstr("is not the key of the first certificate"));
}

TEST_F(CertificatesTest, RefusesACertificateOfAnotherAuthority) {
  TestAuthority other(folder_ / ".", "other");
  TlsFiles files = authority_.Issue();
  files.ca = other.certificate();
  EXPECT_THAT(FaultOf(files), HasSubstr("is not from an authority of --tls-ca"));
  files.ca = oversight::testing::Together(other.certificate(), authority_.certificate(), folder_ / "both");
  EXPECT_EQ(FaultOf(files), "");
}

TEST_F(CertificatesTest, RefusesOneThatIsForSomethingElseOrNamesNobody) {
  EXPECT_THAT(FaultOf(authority_.Issue({.usage = "serverAuth"})), HasSubstr("calling others (clientAuth)"));
  EXPECT_THAT(FaultOf(authority_.Issue({.usage = "clientAuth"})), HasSubstr("answering calls (serverAuth)"));
  EXPECT_THAT(FaultOf(authority_.Issue({.names = ""})), HasSubstr("names nobody"));
}

// Errors go to logs.
TEST_F(CertificatesTest, NeverShowsWhatAKeyFileHolds) {
  TlsFiles files = authority_.Issue();
  files.key = Write("odd", "the secret itself");
  EXPECT_THAT(FaultOf(files), Not(HasSubstr("the secret itself")));
}

}  // namespace
}  // namespace oversight::rpc
