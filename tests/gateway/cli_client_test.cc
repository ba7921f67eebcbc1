// With what proof the command line calls, and where it refuses to send one.
#include "gateway/cli/client.h"

#include <fstream>

#include "gateway/cli/arguments.h"
#include "gmock/gmock.h"
#include "google/protobuf/empty.pb.h"
#include "gtest/gtest.h"
#include "tests/support/temp_dir.h"

namespace oversight::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ClientProofTest : public ::testing::Test {
 protected:
  // A call to where nobody answers. What is refused here is a usage error; what was sent ends with another one.
  absl::Status Call(ClientOptions options) {
    options.timeout = absl::Milliseconds(50);
    google::protobuf::Empty nothing, answer;
    return Client(options).Call("oversight.forces.v1.ForcesService/ListForces", nothing, &answer);
  }
  bool Sends(const ClientOptions& options) {
    const absl::Status status = Call(options);
    EXPECT_FALSE(status.ok());
    return !IsUsageError(status);
  }

  const testing::TempDir folder_;
};

TEST_F(ClientProofTest, ATokenDoesNotLeaveTheMachineInTheClear) {
  for (const char* far : {"192.0.2.1:7100", "gateway.example:7100", "dns:///gateway.example:7100", "[2001:db8::1]:7100",
                          "ipv4:192.0.2.1:7100", "localhost.example:7100", "127.example:7100"}) {
    const absl::Status status = Call({.gateway = far, .token = "a.b.c"});
    EXPECT_TRUE(IsUsageError(status)) << far << " " << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr("in the clear"), HasSubstr("--tls-ca"), HasSubstr(far), Not(HasSubstr("a.b.c"))));
  }
  std::ofstream(folder_ / "a.token") << "a.b.c\n";
  EXPECT_FALSE(Sends({.gateway = "192.0.2.1:7100", .token_file = folder_ / "a.token"}));
  EXPECT_TRUE(Sends({.gateway = "192.0.2.1:7100", .token = "a.b.c", .allow_clear_token = true}));
  // Without a token there is nothing to keep.
  EXPECT_TRUE(Sends({.gateway = "192.0.2.1:7100", .principal = "public"}));
}

TEST_F(ClientProofTest, OnThisMachineItMay) {
  for (const std::string& near :
       {std::string("127.0.0.1:1"), std::string("localhost:1"), std::string("[::1]:1"), std::string("ipv4:127.0.0.2:1"),
        std::string("dns:///localhost:1"), "unix:" + (folder_ / "no.sock")}) {
    EXPECT_TRUE(Sends({.gateway = near, .token = "a.b.c"})) << near;
  }
}

TEST_F(ClientProofTest, OfAFolderOfTokensOneIsPicked) {
  std::ofstream(folder_ / "operator.token") << "a.b.c\n";
  const std::string folder = folder_ / "";
  const absl::Status nobody = Call({.gateway = "127.0.0.1:1", .token_file = folder});
  EXPECT_TRUE(IsUsageError(nobody)) << nobody;
  EXPECT_THAT(std::string(nobody.message()), AllOf(HasSubstr("--as says whose"), HasSubstr("--as=public")));
  EXPECT_TRUE(Sends({.gateway = "127.0.0.1:1", .principal = "operator", .token_file = folder}));
  EXPECT_TRUE(Sends({.gateway = "127.0.0.1:1", .principal = "public", .token_file = folder}));
  EXPECT_FALSE(Sends({.gateway = "127.0.0.1:1", .principal = "records-manager", .token_file = folder}));
}

}  // namespace
}  // namespace oversight::cli
