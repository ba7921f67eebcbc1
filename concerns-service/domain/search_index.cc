#include "concerns-service/domain/search_index.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/compare_names.h"
#include "concerns-service/domain/names.h"
#include "concerns-service/domain/search_words.h"
#include "concerns-service/domain/visibility.h"
#include "google/protobuf/util/time_util.h"

namespace oversight::concerns {
namespace {

// Removed documents leave a gap; when there are so many, and more than the rest, everything is put in order anew.
constexpr size_t kMostGaps = 1000;

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixMicros(google::protobuf::util::TimeUtil::TimestampToMicroseconds(time));
}

bool SameTexts(const Document& a, const Document& b) {
  return std::equal(a.texts.begin(), a.texts.end(), b.texts.begin(), b.texts.end(),
                    [](const auto& x, const auto& y) { return *x == *y; });
}

}  // namespace

std::vector<Document> DocumentsOf(const ConcernRecord& record) {
  std::vector<Document> documents;
  if (record.concern == nullptr) return documents;
  const auto& concern = record.concern;
  const std::shared_ptr<const std::string> title(concern, &concern->title());
  Document document;
  document.force = ForceOf(concern->name());
  document.concern = concern->name();
  document.theme = concern->theme();
  document.concern_kind = concern->kind();
  document.concern_title = title;

  document.kind = v1::SEARCH_HIT_KIND_CONCERN;
  document.name = concern->name();
  document.issued = WasIssued(*concern);
  document.open = IsOpen(*concern);
  document.recorded = TimeOf(concern->create_time());
  document.texts = {title, {concern, &concern->finding()}};
  documents.push_back(document);
  for (const auto& recommendation : record.recommendations) {
    document.kind = v1::SEARCH_HIT_KIND_RECOMMENDATION;
    document.name = recommendation->name();
    document.issued = WasIssued(*recommendation);
    document.open = IsOpen(*recommendation) || IsClaimed(*recommendation);
    document.recorded = TimeOf(recommendation->create_time());
    document.texts = {{recommendation, &recommendation->text()}};
    documents.push_back(document);
  }
  return documents;
}

std::vector<Document> DocumentsOf(const NationalRecord& record) {
  if (record.recommendation == nullptr) return {};
  const auto& national = record.recommendation;
  Document document;
  document.kind = v1::SEARCH_HIT_KIND_NATIONAL_RECOMMENDATION;
  document.name = national->name();
  document.theme = national->theme();
  document.issued = WasIssued(*national);
  document.open = IsOpen(*national);
  document.recorded = TimeOf(national->create_time());
  document.national = national;
  document.concern_title = {national, &national->title()};
  document.texts = {document.concern_title, {national, &national->text()}};
  return {document};
}

bool IsAbout(const Document& document, const std::function<bool(const std::string& force)>& chosen) {
  if (document.national == nullptr) return chosen(document.force);
  const auto& forces = document.issued ? document.national->issued_to() : document.national->forces();
  return std::any_of(forces.begin(), forces.end(), chosen);
}

std::string ToText(const HitPlace& place) { return absl::StrCat(absl::ToUnixMicros(place.recorded), " ", place.name); }

std::optional<HitPlace> ParseHitPlace(const std::string& text) {
  const size_t space = text.find(' ');
  int64_t micros = 0;
  if (space == std::string::npos || !absl::SimpleAtoi(text.substr(0, space), &micros)) return std::nullopt;
  return HitPlace{absl::FromUnixMicros(micros), text.substr(space + 1)};
}

SearchIndex::Postings* SearchIndex::PostingsOf(const std::string& word) {
  const auto [it, added] = by_word_.try_emplace(word);
  if (added) {
    it->second = std::make_unique<Postings>(Postings{word, {}});
    in_order_.emplace(it->second->word, it->second.get());
  }
  return it->second.get();
}

void SearchIndex::Index(Number number) {
  Entry& entry = entries_[number];
  std::vector<Postings*>& words = entry.words;
  for (const auto& text : entry.document.texts) {
    EachWord(*text, [&](const Word& word) { words.push_back(PostingsOf(word.folded)); });
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  words.shrink_to_fit();
  for (Postings* postings : words) {
    auto& numbers = postings->numbers;
    if (numbers.empty() || numbers.back() < number) {
      numbers.push_back(number);
    } else {
      numbers.insert(std::lower_bound(numbers.begin(), numbers.end(), number), number);
    }
  }
}

void SearchIndex::Unindex(Number number) {
  for (Postings* postings : entries_[number].words) {
    auto& numbers = postings->numbers;
    numbers.erase(std::lower_bound(numbers.begin(), numbers.end(), number));
    if (!numbers.empty()) continue;
    const std::string word = postings->word;
    in_order_.erase(word);
    by_word_.erase(word);
  }
  entries_[number].words.clear();
}

void SearchIndex::Put(Document document) {
  const auto known = numbers_.find(document.name);
  if (known != numbers_.end()) {
    Document& present = entries_[known->second].document;
    if (present.recorded == document.recorded) {
      const bool same = SameTexts(present, document);
      if (!same) Unindex(known->second);
      present = std::move(document);
      if (!same) Index(known->second);
      return;
    }
    Remove(document.name);
  }
  if (!entries_.empty() && document.recorded < entries_.back().document.recorded) return Rebuild(&document);
  const auto number = static_cast<Number>(entries_.size());
  numbers_[document.name] = number;
  entries_.push_back({std::move(document), {}});
  Index(number);
}

void SearchIndex::Remove(const std::string& name) {
  const auto known = numbers_.find(name);
  if (known == numbers_.end()) return;
  Unindex(known->second);
  Document& document = entries_[known->second].document;
  const absl::Time recorded = document.recorded;
  document = {};
  document.recorded = recorded;  // The order of the rest hangs on it.
  numbers_.erase(known);
  if (++removed_ > kMostGaps && removed_ > numbers_.size()) Rebuild(nullptr);
}

void SearchIndex::Rebuild(Document* added) {
  std::vector<Document> documents;
  documents.reserve(numbers_.size() + 1);
  for (Entry& entry : entries_) {
    if (!entry.document.name.empty()) documents.push_back(std::move(entry.document));
  }
  if (added != nullptr) documents.push_back(std::move(*added));
  std::stable_sort(documents.begin(), documents.end(),
                   [](const Document& a, const Document& b) { return a.recorded < b.recorded; });
  *this = {};
  for (Document& document : documents) Put(std::move(document));
}

SearchIndex::Bits SearchIndex::Mark(const std::string& word) const {
  Bits bits(entries_.size() / 64 + 1);
  const auto mark = [&bits](const Postings& postings) {
    for (const Number number : postings.numbers) bits[number / 64] |= uint64_t{1} << (number % 64);
  };
  if (!AsksForBeginnings(word)) {
    const auto it = by_word_.find(word);
    if (it != by_word_.end()) mark(*it->second);
    return bits;
  }
  for (auto it = in_order_.lower_bound(word); it != in_order_.end() && it->first.substr(0, word.size()) == word; ++it) {
    mark(*it->second);
  }
  return bits;
}

void SearchIndex::Each(const std::vector<std::string>& words, const std::optional<HitPlace>& after,
                       const std::function<bool(const Document&)>& visit) const {
  if (words.empty() || entries_.empty()) return;
  Bits bits = Mark(words[0]);
  for (size_t i = 1; i < words.size(); ++i) {
    const Bits more = Mark(words[i]);
    for (size_t at = 0; at < bits.size(); ++at) bits[at] &= more[at];
  }
  // Those recorded at one moment, which are in no particular order.
  std::vector<const Document*> together;
  const auto give = [&] {
    std::sort(together.begin(), together.end(),
              [](const Document* a, const Document* b) { return rpc::CompareNames(a->name, b->name) < 0; });
    for (const Document* document : together) {
      if (after && document->recorded == after->recorded && rpc::CompareNames(document->name, after->name) <= 0) {
        continue;
      }
      if (!visit(*document)) return false;
    }
    together.clear();
    return true;
  };
  // From the newest on that is not after the place.
  size_t end = entries_.size();
  if (after) {
    end = static_cast<size_t>(
        std::upper_bound(entries_.begin(), entries_.end(), after->recorded,
                         [](absl::Time time, const Entry& entry) { return time < entry.document.recorded; }) -
        entries_.begin());
  }
  for (size_t block = (end + 63) / 64; block-- > 0;) {
    uint64_t left = bits[block];
    if (block == end / 64) left &= (uint64_t{1} << (end % 64)) - 1;
    while (left != 0) {
      const int bit = 63 - __builtin_clzll(left);
      left ^= uint64_t{1} << bit;
      const Document& document = entries_[block * 64 + static_cast<size_t>(bit)].document;
      if (!together.empty() && together.front()->recorded != document.recorded && !give()) return;
      together.push_back(&document);
    }
  }
  give();
}

}  // namespace oversight::concerns
