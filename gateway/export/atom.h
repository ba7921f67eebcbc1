// Announcements that are out as a feed for readers of news (Atom, RFC 4287): the newest hundred, newest first. What is
// not published is never in it, whoever asks. Pure; a writer is for one list and one thread.
#pragma once

#include <memory>
#include <string>

#include "gateway/export/rows.h"

namespace oversight::gateway {

// Text as it may stand in XML, also in an attribute; what no XML may hold is left out.
std::string XmlText(const std::string& text);

// `path` is where the feed is, which names it for good: "/v1/forces/-/announcements.atom"; `title` what readers call it,
// and `page` where people read the same.
std::unique_ptr<RowWriter> MakeAtomWriter(const std::string& path, const std::string& title, const std::string& page);

}  // namespace oversight::gateway
