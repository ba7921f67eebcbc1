#include "gateway/web/announcement_view.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "common/time/timestamp.h"
#include "gateway/web/links.h"

namespace oversight::gateway::web {
namespace {

using monitoring::v1::Announcement;

// What stands of it outside its blocks.
View Heading(const Announcement& announcement) {
  Announcement bare = announcement;
  bare.clear_statements();
  bare.clear_text();
  View view = ViewOf(bare);
  std::string headline = "Announcement";
  for (const auto& statement : announcement.statements()) {
    if (statement.part() == monitoring::v1::STATEMENT_PART_HEADLINE) headline = statement.text();
  }
  Set(view, "headline", headline);
  Set(view, "path", PathOf(announcement.name()));
  Set(view, "out", announcement.has_published_time());
  Set(view, "correctsPath", PathOf(announcement.corrects()));
  Set(view, "correctedByPath", PathOf(announcement.corrected_by()));
  Set(view, "decisionPath", PathOf(announcement.decision()));
  return view;
}

}  // namespace

View AnnouncementView(const Announcement& announcement) {
  View view = Heading(announcement);
  View list;
  bool in_list = false;
  const auto end_list = [&] {
    if (in_list) Add(view, "blocks", std::exchange(list, View()));
    in_list = false;
  };
  for (const auto& statement : announcement.statements()) {
    View block;
    for (const char* part : {"paragraph", "quotation"}) Set(block, part, false);
    Set(block, "text", statement.text());
    if (statement.part() == monitoring::v1::STATEMENT_PART_LIST_ITEM) {
      in_list = true;
      for (const char* part : {"paragraph", "quotation"}) Set(list, part, false);
      Add(list, "items", std::move(block));
      continue;
    }
    end_list();
    switch (statement.part()) {
      case monitoring::v1::STATEMENT_PART_HEADLINE:
        break;
      case monitoring::v1::STATEMENT_PART_NOTE:
        Add(view, "notes", std::move(block));
        break;
      default:
        Set(block, "hasItems", false);
        Set(block, statement.part() == monitoring::v1::STATEMENT_PART_QUOTATION ? "quotation" : "paragraph", true);
        Add(view, "blocks", std::move(block));
    }
  }
  end_list();
  return view;
}

std::vector<View> AnnouncementList(const google::protobuf::RepeatedPtrField<Announcement>& announcements) {
  std::vector<const Announcement*> order;
  for (const auto& announcement : announcements) order.push_back(&announcement);
  const auto moment = [](const Announcement* announcement) {
    return announcement->has_published_time() ? GetTime(announcement->published_time()) : absl::InfiniteFuture();
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](const Announcement* a, const Announcement* b) { return moment(a) > moment(b); });
  std::vector<View> list;
  list.reserve(order.size());
  for (const Announcement* announcement : order) list.push_back(Heading(*announcement));
  return list;
}

}  // namespace oversight::gateway::web
