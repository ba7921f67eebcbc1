#include "gateway/export/atom.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "common/time/timestamp.h"
#include "oversight/monitoring/v1/announcement.pb.h"

namespace oversight::gateway {
namespace {

using monitoring::v1::Announcement;

constexpr size_t kMost = 100;

std::string EntryText(const Announcement& announcement) {
  std::string headline = "Announcement";
  std::vector<std::string> body;
  if (announcement.state() == monitoring::v1::ANNOUNCEMENT_STATE_WITHDRAWN) {
    body.push_back(absl::StrCat("Withdrawn. ", announcement.withdrawal_reason()));
  }
  for (const auto& statement : announcement.statements()) {
    if (statement.part() == monitoring::v1::STATEMENT_PART_HEADLINE) {
      headline = statement.text();
    } else if (statement.part() == monitoring::v1::STATEMENT_PART_LIST_ITEM) {
      body.push_back("- " + statement.text());
    } else if (statement.part() != monitoring::v1::STATEMENT_PART_NOTE) {
      body.push_back(statement.text());
    }
  }
  // A correction or withdrawal is a later version of what went out.
  const absl::Time updated = std::max(GetTime(announcement.published_time()), GetTime(announcement.update_time()));
  return absl::StrCat("<entry>\n<id>urn:oversight:", XmlText(announcement.name()), "</id>\n<title>", XmlText(headline),
                      "</title>\n<link rel=\"alternate\" type=\"text/html\" href=\"/", XmlText(announcement.name()),
                      "\"/>\n<published>", FormatUtc(GetTime(announcement.published_time())), "</published>\n<updated>",
                      FormatUtc(updated), "</updated>\n<content type=\"text\">", XmlText(absl::StrJoin(body, "\n\n")),
                      "</content>\n</entry>\n");
}

class AtomWriter final : public RowWriter {
 public:
  AtomWriter(std::string path, std::string title, std::string page)
      : path_(std::move(path)), title_(std::move(title)), page_(std::move(page)) {}
  std::string ContentType() const override { return "application/atom+xml; charset=utf-8"; }
  bool holds_all() const override { return true; }
  std::string Row(const google::protobuf::Message& item, const google::protobuf::FieldDescriptor&) override {
    const auto& announcement = static_cast<const Announcement&>(item);
    if (!announcement.has_published_time()) return "";
    announcements_.push_back(announcement);
    if (announcements_.size() >= 2 * kMost) KeepNewest();
    return "";
  }
  std::string End() override {
    KeepNewest();
    absl::Time updated = absl::UnixEpoch();
    std::string entries;
    for (const Announcement& announcement : announcements_) {
      updated = std::max({updated, GetTime(announcement.published_time()), GetTime(announcement.update_time())});
      entries += EntryText(announcement);
    }
    return absl::StrCat(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" "
        "xml:lang=\"en-GB\">\n<id>urn:oversight:",
        XmlText(path_), "</id>\n<title>", XmlText(title_), "</title>\n<author><name>Oversight</name></author>\n",
        "<link rel=\"self\" type=\"application/atom+xml\" href=\"", XmlText(path_),
        "\"/>\n<link rel=\"alternate\" type=\"text/html\" href=\"", XmlText(page_), "\"/>\n<updated>",
        FormatUtc(updated), "</updated>\n", entries, "</feed>\n");
  }

 private:
  void KeepNewest() {
    std::stable_sort(announcements_.begin(), announcements_.end(), [](const Announcement& a, const Announcement& b) {
      return GetTime(a.published_time()) > GetTime(b.published_time());
    });
    if (announcements_.size() > kMost) announcements_.resize(kMost);
  }

  const std::string path_, title_, page_;
  std::vector<Announcement> announcements_;
};

}  // namespace

std::string XmlText(const std::string& text) {
  std::string result;
  // XML 1.0 has no U+FFFE and no U+FFFF.
  for (const char c : absl::StrReplaceAll(text, {{"\xEF\xBF\xBE", ""}, {"\xEF\xBF\xBF", ""}})) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        // Of the control characters XML 1.0 has only these.
        if (static_cast<unsigned char>(c) >= ' ' || c == '\n' || c == '\t') result += c;
    }
  }
  return result;
}

std::unique_ptr<RowWriter> MakeAtomWriter(const std::string& path, const std::string& title, const std::string& page) {
  return std::make_unique<AtomWriter>(path, title, page);
}

}  // namespace oversight::gateway
