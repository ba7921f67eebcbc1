#include "gateway/web/asset_pages.h"

#include <map>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/text/sha256.h"
#include "gateway/web/assets.h"

namespace oversight::gateway::web {

std::string AssetPath(const std::string& name) {
  static const auto* paths = [] {
    auto* all = new std::map<std::string, std::string>();
    for (const auto& [file, bytes] : Assets())
      (*all)[file] = absl::StrCat("/assets/", absl::BytesToHexString(Sha256(bytes)).substr(0, 16), "/", file);
    return all;
  }();
  return paths->at(name);
}

void ShowAsset(const VisitPtr& visit) {
  const auto& segments = visit->segments();
  const auto it = segments.size() == 3 ? Assets().find(segments[2]) : Assets().end();
  if (it == Assets().end() || AssetPath(it->first) != visit->request().path()) return visit->NotFound();
  HttpAnswer answer;
  answer.headers.emplace_back("content-type", absl::EndsWith(it->first, ".css")  ? "text/css; charset=utf-8"
                                              : absl::EndsWith(it->first, ".js") ? "text/javascript; charset=utf-8"
                                                                                 : "image/svg+xml");
  answer.headers.emplace_back("cache-control", "public, max-age=31536000, immutable");
  answer.body = it->second;
  visit->End(std::move(answer));
}

}  // namespace oversight::gateway::web
