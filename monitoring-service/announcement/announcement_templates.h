// The templates of announcements, which are data: read from data/announcements at start, checked as a whole, then never
// changed while the process runs. Thread safety: immutable after Load.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "oversight/monitoring/v1/announcement_template.pb.h"

namespace oversight::monitoring {

class AnnouncementTemplates {
 public:
  // From the JSON of each template and the Mustache of the layout. INVALID_ARGUMENT, INVALID_FIELDS with everything
  // that is wrong: a kind without template or with two, an id twice, a part or an `each` or a condition unknown, a name
  // that no fact fills, a fact of no subject, Mustache that is none, an item of a list that stands for nothing.
  static absl::StatusOr<AnnouncementTemplates> Parse(const std::vector<std::string>& templates,
                                                     const std::string& layout);
  // The same from a folder: moved-in.json, moved-out.json, other.json and text.mustache. NOT_FOUND when one cannot be
  // read. Messages name the folder.
  static absl::StatusOr<AnnouncementTemplates> Load(const std::string& folder);

  // `kind` must not be UNSPECIFIED: every other has one.
  const v1::AnnouncementTemplate& Of(v1::AnnouncementKind kind) const { return by_kind_.at(kind); }
  // Its name and the SHA-256 of it in hexadecimal digits.
  std::string IdentityOf(v1::AnnouncementKind kind) const;
  const std::string& layout() const { return layout_; }

 private:
  std::map<v1::AnnouncementKind, v1::AnnouncementTemplate> by_kind_;
  std::string layout_;
};

}  // namespace oversight::monitoring
