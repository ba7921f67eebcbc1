#include "gateway/web/links.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace oversight::gateway::web {

std::string PathOf(const std::string& name) {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  if (parts.size() < 2 || parts[0] != "forces") return "";
  const std::string force = absl::StrCat("/forces/", parts[1]);
  if (parts.size() < 4) return force;
  if (parts[2] == "decisions" || parts[2] == "announcements") return absl::StrCat(force, "/", parts[2], "/", parts[3]);
  if (parts[2] == "concerns") return absl::StrCat(force, "#concern-", parts[3]);
  if (parts[2] == "proposals" || parts[2] == "advice" || parts[2] == "disclosures") return force + "#decisions";
  for (const char* section : {"plans", "meetings", "support", "revisits", "inspections", "evidence"}) {
    if (parts[2] == section) return absl::StrCat(force, "#", section);
  }
  return force;
}

std::string SafeAddress(const std::string& address) {
  if (!absl::StartsWith(address, "https://")) return "";
  for (const char c : address) {
    if (c <= ' ' || c == '"' || c == '<' || c == '>' || c == '\\' || c == '\x7f') return "";
  }
  return address;
}

}  // namespace oversight::gateway::web
