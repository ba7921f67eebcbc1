#include "common/observe/config.h"

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "common/observe/version.h"

namespace oversight::observe {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

class FlagsTest : public ::testing::Test {
 protected:
  FlagsTest() {
    flags_.Add("listen", &listen_, "Address of the gRPC port.", {.validate = IsListenAddress});
    flags_.Add("insecure", &insecure_, "Believe callers.");
    flags_.Add("readers", &readers_, "Reader threads.", {.validate = IsBetween(1, 64)});
    flags_.Add("ratio", &ratio_, "A number.");
    flags_.Add("drain-delay", &drain_delay_, "Delay.",
               {.validate = IsDurationBetween(absl::ZeroDuration(), absl::Minutes(5))});
    flags_.Add("password", &password_, "A secret.", {.secret = true});
    flags_.Add("log-level", &log_level_, "Level.", {.validate = IsOneOf({"debug", "info"})});
  }
  std::vector<std::string> Resolve(std::vector<std::string> args, std::map<std::string, std::string> environment = {}) {
    outcome_ = flags_.Resolve(args, [&environment](const std::string& name) -> const char* {
      const auto it = environment.find(name);
      return it == environment.end() ? nullptr : it->second.c_str();
    });
    return outcome_.problems;
  }

  std::string listen_ = "127.0.0.1:7101", password_, log_level_ = "info";
  bool insecure_ = false;
  int64_t readers_ = 4;
  double ratio_ = 0.5;
  absl::Duration drain_delay_ = absl::Seconds(5);
  Flags flags_{"forces-service", "FORCES", "Owns the register of forces."};
  Flags::Outcome outcome_;
};

TEST_F(FlagsTest, DefaultsStand) {
  EXPECT_THAT(Resolve({}), IsEmpty());
  EXPECT_EQ(listen_, "127.0.0.1:7101");
  EXPECT_EQ(drain_delay_, absl::Seconds(5));
}

TEST_F(FlagsTest, BothWaysOfWritingAreRead) {
  EXPECT_THAT(Resolve({"--listen=[::]:0", "--readers", "8", "--insecure", "--drain-delay", "1m30s", "--ratio=-2.5"}),
              IsEmpty());
  EXPECT_EQ(listen_, "[::]:0");
  EXPECT_EQ(readers_, 8);
  EXPECT_TRUE(insecure_);
  EXPECT_EQ(drain_delay_, absl::Seconds(90));
  EXPECT_EQ(ratio_, -2.5);
}

TEST_F(FlagsTest, TheFlagWinsOverTheEnvironmentOverTheDefault) {
  EXPECT_THAT(
      Resolve(
          {"--readers=9", "--readers=10"},
          {{"FORCES_READERS", "7"}, {"FORCES_DRAIN_DELAY", "2s"}, {"FORCES_INSECURE", "true"}, {"FORCES_LISTEN", ""}}),
      IsEmpty());
  EXPECT_EQ(readers_, 10);
  EXPECT_EQ(drain_delay_, absl::Seconds(2));
  EXPECT_TRUE(insecure_);
  EXPECT_EQ(listen_, "127.0.0.1:7101");
}

TEST_F(FlagsTest, AFlagTurnsOffWhatTheEnvironmentTurnsOn) {
  EXPECT_THAT(Resolve({"--insecure=false"}, {{"FORCES_INSECURE", "1"}}), IsEmpty());
  EXPECT_FALSE(insecure_);
}

TEST_F(FlagsTest, AllProblemsAreToldAtOnce) {
  const auto problems =
      Resolve({"--listen=nowhere", "--reader=3", "--ratio", "many", "stray", "--insecure=perhaps", "--drain-delay"},
              {{"FORCES_READERS", "500"}, {"FORCES_LOG_LEVEL", "loud"}});
  EXPECT_THAT(problems, Contains("--listen is \"nowhere\" but must be host:port, such as 127.0.0.1:7101"));
  EXPECT_THAT(problems, Contains("--reader: no such flag; did you mean --readers?"));
  EXPECT_THAT(problems, Contains("--ratio is \"many\" but must be a number"));
  EXPECT_THAT(problems, Contains(HasSubstr("\"stray\": takes no arguments")));
  EXPECT_THAT(problems, Contains(HasSubstr("--insecure is \"perhaps\" but must be true or false")));
  EXPECT_THAT(problems, Contains("--drain-delay: needs a value"));
  EXPECT_THAT(problems, Contains("FORCES_READERS (for --readers) is \"500\" but must be from 1 to 64"));
  EXPECT_THAT(problems, Contains("FORCES_LOG_LEVEL (for --log-level) is \"loud\" but must be one of debug, info"));
  EXPECT_EQ(problems.size(), 8u);
}

TEST_F(FlagsTest, ABadEnvironmentDoesNotMatterUnderAGoodFlag) {
  EXPECT_THAT(Resolve({"--readers=2"}, {{"FORCES_READERS", "many"}}), IsEmpty());
}

TEST_F(FlagsTest, AFlagCanBeRequired) {
  std::string store;
  flags_.Add("store", &store, "Where to keep things.", {.validate = IsNotEmpty});
  EXPECT_THAT(Resolve({}), ElementsAre("--store is \"\" but must be given"));
  EXPECT_THAT(Resolve({"--store=sqlite:x"}), IsEmpty());
}

TEST_F(FlagsTest, ChecksOverSeveralFlagsComeLast) {
  flags_.AddCheck([this](std::vector<std::string>& problems) {
    if (!insecure_) problems.push_back("only --insecure so far");
  });
  EXPECT_THAT(Resolve({}), ElementsAre("only --insecure so far"));
  EXPECT_THAT(Resolve({"--readers=0"}), ElementsAre(HasSubstr("--readers")));
  EXPECT_THAT(Resolve({"--insecure"}), IsEmpty());
}

TEST_F(FlagsTest, SecretsAreNeverShown) {
  int64_t number = 0;
  flags_.Add("number", &number, "A secret number.", {.secret = true});
  const auto problems = Resolve({"--password=hunter2", "--number=hunter3"});
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0], "--number must be a whole number");
  EXPECT_THAT(flags_.EffectiveJson() + flags_.Help(), Not(HasSubstr("hunter")));
  EXPECT_THAT(flags_.Effective(), Contains(Pair("password", "(set)")));
}

TEST_F(FlagsTest, EffectiveConfigurationIsJsonWithSources) {
  ASSERT_THAT(Resolve({"--listen=\"quoted\":1"}, {{"FORCES_READERS", "7"}}), IsEmpty());
  google::protobuf::Struct json;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(flags_.EffectiveJson(), &json).ok())
      << flags_.EffectiveJson();
  const auto get = [&json](const std::string& flag, const std::string& key) {
    return json.fields().at(flag).struct_value().fields().at(key).string_value();
  };
  EXPECT_EQ(get("listen", "value"), "\"quoted\":1");
  EXPECT_EQ(get("listen", "source"), "flag");
  EXPECT_EQ(get("readers", "value"), "7");
  EXPECT_EQ(get("readers", "source"), "environment");
  EXPECT_EQ(get("drain-delay", "value"), "5s");
  EXPECT_EQ(get("drain-delay", "source"), "default");
}

TEST_F(FlagsTest, PositionalsGoWhereTheyAreWanted) {
  std::vector<std::string> positionals;
  flags_.AddPositionals(&positionals, "migrate  Brings the store up to date.");
  EXPECT_THAT(Resolve({"migrate", "--readers", "2", "--", "--raw"}), IsEmpty());
  EXPECT_THAT(positionals, ElementsAre("migrate", "--raw"));
}

TEST_F(FlagsTest, HelpNamesEverything) {
  const std::string help = flags_.Help();
  EXPECT_THAT(help, HasSubstr("Owns the register of forces."));
  EXPECT_THAT(help, HasSubstr("--drain-delay=5s  [FORCES_DRAIN_DELAY]"));
}

TEST_F(FlagsTest, ParseSaysHowToExit) {
  const auto parse = [this](std::vector<const char*> argv) {
    argv.insert(argv.begin(), "forces-service");
    return flags_.Parse(static_cast<int>(argv.size()), argv.data());
  };
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(parse({"--readers=3"}), std::nullopt);
  EXPECT_EQ(parse({"--help", "--listen=bad"}), 0);
  EXPECT_EQ(parse({"--version"}), 0);
  const std::string out = ::testing::internal::GetCapturedStdout();
  EXPECT_THAT(out, HasSubstr("Usage: forces-service"));
  EXPECT_THAT(out, HasSubstr("forces-service " + Version() + " (" + GitCommit() + ")"));
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(parse({"--listen=bad", "--nonsense"}), 2);
  const std::string err = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(err, HasSubstr("2 problems with the configuration"));
  EXPECT_THAT(err, HasSubstr("--nonsense: no such flag; see --help"));
  EXPECT_THAT(err, HasSubstr("host:port"));
}

TEST(SplitHostPort, TakesAddressesApart) {
  std::string host;
  int port = -1;
  EXPECT_TRUE(SplitHostPort("localhost:0", &host, &port));
  EXPECT_EQ(host, "localhost");
  EXPECT_EQ(port, 0);
  EXPECT_TRUE(SplitHostPort("[::1]:65535", &host, &port));
  EXPECT_EQ(host, "::1");
  EXPECT_EQ(port, 65535);
  for (const char* bad : {"", ":80", "host", "host:", "host:65536", "host:-1", "host:+1", "host: 1", "::1:80", "[]:80",
                          "[::1:80", "host:99999999999999999999"}) {
    EXPECT_FALSE(SplitHostPort(bad, &host, &port)) << bad;
  }
}

}  // namespace
}  // namespace oversight::observe
