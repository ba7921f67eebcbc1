// Any value of a message in words for people: dates as they are said, choices in lower-case words, due rules as they
// are written. Pure, thread-safe.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "oversight/common/v1/partial_date.pb.h"

namespace oversight::cli {

// The value of a field, of a repeated one that at `index`. "" for a message that is not a value: see IsMessageValue.
std::string ValueText(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
                      int index = 0);

// Makes every text in a message, and in those within, one line, as OneLine of words.h does: for pages, where what
// stands in a record must not be taken for a line of the page.
void MakeOneLine(google::protobuf::Message* message);

// "24 November 2023"; "" when unset.
std::string Day(bool has, const common::v1::PartialDate& date);
// "24 Nov 2023 10:00:00 UTC".
std::string TimeText(absl::Time time);

// What a message is called, in a word or a few: its display name, title, level ...; "" when it has nothing of the kind.
std::string CalledBy(const google::protobuf::Message& message);

}  // namespace oversight::cli
