#include "gateway/web/take_away.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace oversight::gateway::web {
namespace {

std::string NameOf(const std::string& format) {
  if (format == "csv") return "CSV";
  if (format == "jsonl") return "JSON lines";
  if (format == "ics") return "calendar";
  return "feed";
}

}  // namespace

void AddTakeAway(const std::string& what, const std::string& list, const std::vector<std::string>& formats, View& view,
                 const std::string& query) {
  View line;
  Set(line, "what", what);
  for (const std::string& format : formats) {
    View link;
    Set(link, "name", NameOf(format));
    Set(link, "path", absl::StrCat("/v1/", list, ".", format, query));
    Add(line, "links", std::move(link));
  }
  Add(view, "takeAway", std::move(line));
}

}  // namespace oversight::gateway::web
