#include "common/observe/progress.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace oversight::observe {
namespace {

constexpr absl::Duration kOnTerminal = absl::Milliseconds(250), kElsewhere = absl::Seconds(10);

}  // namespace

Progress::Progress(std::string what, std::string unit)
    : Progress(std::move(what), std::move(unit),
               {[](const std::string& text) { std::fputs(text.c_str(), stderr); }, [] { return absl::Now(); },
                isatty(STDERR_FILENO) == 1}) {}

Progress::Progress(std::string what, std::string unit, Surroundings surroundings)
    : what_(std::move(what)),
      unit_(std::move(unit)),
      surroundings_(std::move(surroundings)),
      start_(surroundings_.now()),
      next_(start_ + (surroundings_.terminal ? kOnTerminal : kElsewhere)) {}

Progress::~Progress() {
  if (width_ > 0) surroundings_.write(absl::StrCat("\r", std::string(width_, ' '), "\r"));
}

void Progress::Show(int64_t done, int64_t total) {
  if (first_ < 0) first_ = done;
  const absl::Time now = surroundings_.now();
  if (now < next_) return;
  next_ = now + (surroundings_.terminal ? kOnTerminal : kElsewhere);
  const double rate = static_cast<double>(done - first_) / absl::ToDoubleSeconds(now - start_);
  std::string line = absl::StrCat(what_, ": ", done);
  if (total > 0) absl::StrAppend(&line, " of ", total);
  absl::StrAppend(&line, " ", unit_);
  if (total > 0) absl::StrAppend(&line, " (", 100 * done / total, " %)");
  absl::StrAppend(&line, ", ", static_cast<int64_t>(rate), " a second");
  if (total > 0 && rate > 0) {
    absl::StrAppend(
        &line, ", ",
        absl::FormatDuration(absl::Ceil(absl::Seconds(static_cast<double>(total - done) / rate), absl::Seconds(1))),
        " left");
  }
  if (!surroundings_.terminal) return surroundings_.write(line + "\n");
  const size_t width = line.size();
  if (width < width_) line.append(width_ - width, ' ');
  width_ = width;
  surroundings_.write("\r" + line);
}

}  // namespace oversight::observe
