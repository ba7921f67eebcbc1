#include "tests/support/server_process.h"

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "tests/support/awaited.h"

namespace oversight::testing {
namespace {

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// setpriv becomes the program, so signals reach it, and it dies with the tests however these end.
std::vector<std::string> With(const std::vector<std::string>& command, const std::string& ready) {
  std::filesystem::remove(ready);  // Of an earlier run.
  std::vector<std::string> all = {"/usr/bin/setpriv", "--pdeathsig", "KILL"};
  all.insert(all.end(), command.begin(), command.end());
  all.push_back("--ready-file=" + ready);
  return all;
}

}  // namespace

std::string ServerProcess::Binary(const std::string& name) {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
}

ServerProcess::ServerProcess(const std::vector<std::string>& command, const std::string& ready, const std::string& log,
                             const std::vector<std::string>& environment)
    : ready_(ready), process_(With(command, ready), log, environment) {}

absl::Status ServerProcess::WaitUntilServing() {
  const auto limit = std::chrono::steady_clock::now() + kPatience;
  google::protobuf::Struct told;
  for (;;) {
    // The file appears whole, by rename, when the process serves.
    const std::string text = ReadAll(ready_);
    if (!text.empty() && google::protobuf::util::JsonStringToMessage(text, &told).ok()) break;
    if (!process_.running() || std::chrono::steady_clock::now() > limit) {
      return absl::UnavailableError(absl::StrCat("It does not serve. Its log:\n", ReadAll(process_.output())));
    }
    usleep(2000);  // Between two looks; nothing is assumed about how long it takes.
  }
  for (const auto& [what, value] : told.fields()) {
    if (value.kind_case() == google::protobuf::Value::kStringValue) addresses_[what] = value.string_value();
  }
  return absl::OkStatus();
}

}  // namespace oversight::testing
