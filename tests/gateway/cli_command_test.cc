// How a command line is read.
#include "gateway/cli/command.h"

#include <sstream>

#include "gateway/cli/arguments.h"
#include "gateway/cli/cli.h"
#include "gateway/cli/help.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace oversight::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Command Example() {
  Command command;
  command.name = "example";
  command.summary = "Shows how.";
  command.positionals = {{.name = "name", .value = "NAME", .help = "What it is about.", .required = true},
                         {.name = "more", .value = "MORE"}};
  command.flags = {
      {.name = "title", .value = "TEXT", .help = "Its title. And more.", .required = true, .instead = "whole"},
      {.name = "whole", .value = "PARTS"},
      {.name = "alias", .value = "TEXT", .repeated = true},
      {.name = "open", .also = "thing.open"},
      {.name = "kind", .value = "KIND", .choices = {"cause", "afi"}},
      {.name = "date", .value = "DATE", .check = &DateProblem}};
  return command;
}

const std::vector<FlagSpec> kGeneral = {{.name = "json"}};

Arguments Read(const std::vector<std::string>& args) {
  const auto arguments = Parse(Example(), kGeneral, args);
  EXPECT_TRUE(arguments.ok()) << arguments.status();
  return arguments.ok() ? *arguments : Arguments();
}
std::string Refused(const std::vector<std::string>& args) {
  const auto arguments = Parse(Example(), kGeneral, args);
  EXPECT_FALSE(arguments.ok());
  EXPECT_TRUE(IsUsageError(arguments.status()));
  return std::string(arguments.status().message());
}

TEST(CommandLine, TakesFlagsAndArgumentsInAnyOrder) {
  const Arguments read = Read({"--title=A title", "kent", "--alias", "a", "--open", "--alias=", "--json", "second"});
  EXPECT_EQ(read.text("title"), "A title");
  EXPECT_EQ(read.text("name"), "kent");
  EXPECT_EQ(read.text("more"), "second");
  EXPECT_THAT(read.all("alias"), ElementsAre("a", ""));
  EXPECT_TRUE(read.on("open"));
  EXPECT_FALSE(read.on("kind"));
  for (const char* off : {"--open=no", "--open=FALSE", "--open="}) {
    EXPECT_FALSE(Read({"kent", "--title=x", off}).on("open")) << off;
  }
  EXPECT_TRUE(read.given("json"));
  EXPECT_FALSE(read.given("kind"));
  EXPECT_EQ(read.text("kind"), "");
}

TEST(CommandLine, ValuesMayLookLikeAnything) {
  EXPECT_EQ(Read({"kent", "--title", "-1"}).text("title"), "-1");
  EXPECT_EQ(Read({"kent", "--title", "--no-flag"}).text("title"), "--no-flag");
  EXPECT_EQ(Read({"kent", "--title", ""}).text("title"), "");
  EXPECT_EQ(Read({"kent", "--title=a=b"}).text("title"), "a=b");
  EXPECT_EQ(Read({"--title=x", "--", "--kent"}).text("name"), "--kent");
  EXPECT_EQ(Read({"--title=x", "-"}).text("name"), "-");
}

TEST(CommandLine, APositionMayBeGivenAsAFlagAndAFlagByItsWholePath) {
  EXPECT_EQ(Read({"--name", "kent", "--title=x", "--thing.open=no"}).text("open"), "no");
  EXPECT_EQ(Read({"--name", "kent", "--title=x", "second"}).text("more"), "second");
}

TEST(CommandLine, AWholeStandsForItsParts) { EXPECT_TRUE(Read({"kent", "--whole={}"}).given("whole")); }

TEST(CommandLine, HelpIsGivenWhateverElseIsWrong) {
  for (const char* flag : {"--help", "-h"}) EXPECT_TRUE(Read({"--nonsense", flag}).given("help")) << flag;
}

TEST(CommandLine, EverythingWrongIsToldAtOnce) {
  EXPECT_THAT(Refused({"--kind=big", "--date", "soon", "--open=perhaps"}),
              AllOf(HasSubstr("NAME is missing: What it is about."), HasSubstr("--title is missing: Its title.\n"),
                    HasSubstr("--kind: there is no \"big\"; there are cause and afi"), HasSubstr("--date: \"soon\""),
                    HasSubstr("--open=perhaps: write --open or --open=no"), HasSubstr("`oversight help example`")));
}

TEST(CommandLine, SlipsAreGuessed) {
  EXPECT_THAT(Refused({"kent", "--titel=x"}), HasSubstr("no flag --titel here. Did you mean --title?"));
  EXPECT_THAT(Refused({"kent", "--title=x", "--kind=cuase"}), HasSubstr("did you mean cause?"));
  // The value of an unknown flag is not taken for an argument when none is missing.
  EXPECT_THAT(Refused({"kent", "second", "--title=x", "--unknown", "value"}), Not(HasSubstr("too many")));
  EXPECT_THAT(Refused({"kent", "-t", "x"}), HasSubstr("no flag -t"));
}

TEST(CommandLine, RefusesWhatIsTooMuchOrTooLittle) {
  EXPECT_THAT(Refused({"a", "b", "c", "--title=x"}), HasSubstr("\"c\" is one argument too many"));
  EXPECT_THAT(Refused({"kent", "--title=x", "--title=y"}), HasSubstr("--title is given twice"));
  EXPECT_THAT(Refused({"kent", "--name=surrey", "--title=x"}), HasSubstr("--name is given twice"));
  EXPECT_THAT(Refused({"kent", "--title"}), HasSubstr("--title needs a value: --title=TEXT"));
  EXPECT_THAT(Refused({"kent", "--title", "--open"}), HasSubstr("--title needs a value"));
}

TEST(CommandLine, ACommandMayExamineTheWhole) {
  Command command = Example();
  command.examine = [](const Arguments& arguments) {
    return std::vector<std::string>{"Not " + arguments.text("name")};
  };
  const auto arguments = Parse(command, {}, {"kent", "--title=x"});
  EXPECT_THAT(std::string(arguments.status().message()), HasSubstr("Not kent\n"));
}

TEST(CommandHelp, TellsWhatItTakes) {
  const std::string help = CommandHelp(Example(), 80);
  EXPECT_THAT(help, HasSubstr("oversight example NAME [MORE] --title=TEXT [flags]\n\nShows how.\n"));
  EXPECT_THAT(help, HasSubstr("Needed:\n  --title=TEXT\n      Its title. And more.\n"));
  EXPECT_THAT(help, HasSubstr("  --kind=KIND\n      One of cause or afi.\n"));
  EXPECT_THAT(help, HasSubstr("  --open\n"));
}

TEST(Errors, NothingInThemIsAnOrderToATerminal) {
  std::ostringstream out, err;
  EXPECT_EQ(Run({"dashboard", "\x1b[31mred\x07"}, {.out = &out, .err = &err}), 2);
  EXPECT_EQ(err.str().find('\x1b'), std::string::npos) << err.str();
  EXPECT_EQ(err.str().find('\x07'), std::string::npos);
  EXPECT_NE(err.str().find("␛[31mred␇"), std::string::npos) << err.str();
}

}  // namespace
}  // namespace oversight::cli
