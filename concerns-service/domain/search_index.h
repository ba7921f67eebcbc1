// Which documents have which words: an index that is kept in step with the record. Documents are numbered in the order
// in which they were recorded; each word has the sorted numbers of those that have it. A query marks, for each of its
// words, the documents that answer it, one bit each, and looks at those marked for all: so it costs a pass over the
// entries of the words asked for, and little for what is not found.
//
// A document does not hold its texts, but shares them with the record. A value, for one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "concerns-service/domain/overview_record.h"
#include "oversight/concerns/v1/overview_service.pb.h"

namespace oversight::concerns {

// Something to be found.
struct Document {
  v1::SearchHitKind kind = v1::SEARCH_HIT_KIND_UNSPECIFIED;
  std::string name, force, concern, theme;
  v1::ConcernKind concern_kind = v1::CONCERN_KIND_UNSPECIFIED;
  bool issued = false;  // Known to the force.
  bool open = false;
  absl::Time recorded;  // When it was recorded first.
  // Of a national recommendation, which is of no force but for several: it.
  std::shared_ptr<const v1::NationalRecommendation> national;
  std::shared_ptr<const std::string> concern_title;
  std::vector<std::shared_ptr<const std::string>> texts;
};

// The concern and its recommendations.
std::vector<Document> DocumentsOf(const ConcernRecord& record);
// The national recommendation; its items have no words of their own.
std::vector<Document> DocumentsOf(const NationalRecord& record);

// Whether it is about one of the forces for which `chosen` holds; of a draft for all active forces nobody knows yet.
bool IsAbout(const Document& document, const std::function<bool(const std::string& force)>& chosen);

// Where a list of hits stands: the last one given.
struct HitPlace {
  absl::Time recorded;
  std::string name;
};
// As text, for page tokens, and back; nothing for other text.
std::string ToText(const HitPlace& place);
std::optional<HitPlace> ParseHitPlace(const std::string& text);

class SearchIndex {
 public:
  // Adds the document, or puts it in place of the one with its name. What is recorded later has to be put later; it
  // costs a pass over everything when that does not hold.
  void Put(Document document);
  void Remove(const std::string& name);

  // Those that have all the words (as WordsOf gives them), newest first, then in natural order of name; those after
  // `after`; until `visit` returns false. No words: none.
  void Each(const std::vector<std::string>& words, const std::optional<HitPlace>& after,
            const std::function<bool(const Document&)>& visit) const;

  size_t documents() const { return numbers_.size(); }

 private:
  using Number = uint32_t;
  struct Postings {
    std::string word;
    std::vector<Number> numbers;  // Sorted.
  };
  struct Entry {
    Document document;  // No name: it was removed.
    std::vector<Postings*> words;
  };
  using Bits = std::vector<uint64_t>;

  void Index(Number number);
  void Unindex(Number number);
  Postings* PostingsOf(const std::string& word);
  Bits Mark(const std::string& word) const;
  void Rebuild(Document* added);

  std::vector<Entry> entries_;  // In order of `recorded`.
  absl::flat_hash_map<std::string, Number> numbers_;
  // The same postings by hash, to add quickly, and in order, to find beginnings.
  absl::flat_hash_map<std::string, std::unique_ptr<Postings>> by_word_;
  std::map<std::string_view, const Postings*> in_order_;  // The keys are in the postings.
  size_t removed_ = 0;
};

}  // namespace oversight::concerns
