// An announcement as its pages show it. Pure; thread-safe.
#pragma once

#include <vector>

#include "gateway/web/view.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "oversight/monitoring/v1/announcement.pb.h"

namespace oversight::gateway::web {

// With `headline`; `blocks` of paragraphs, lists and quotations in their order; and `notes`.
View AnnouncementView(const monitoring::v1::Announcement& announcement);

// In a list: `headline`, `path` and where it stands. Newest first, by when it went out; what has not, before.
std::vector<View> AnnouncementList(
    const google::protobuf::RepeatedPtrField<monitoring::v1::Announcement>& announcements);

}  // namespace oversight::gateway::web
