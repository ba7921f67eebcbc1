#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/rpc/compare_names.h"
#include "concerns-service/domain/search_index.h"
#include "concerns-service/domain/search_words.h"
#include "google/protobuf/util/time_util.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/concerns/overview_support.h"

namespace oversight::concerns {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(SearchWords, AreRunsOfLettersAndDigitsWhateverTheirCase) {
  EXPECT_THAT(WordsOf("The force's MARACs, in 2023/24."),
              ElementsAre("the", "force", "s", "maracs", "in", "2023", "24"));
  EXPECT_THAT(WordsOf("“Heddlu” Dyfed–Powys: TŶ GŴYL…"), ElementsAre("heddlu", "dyfed", "powys", "tŷ", "gŵyl"));
  EXPECT_THAT(WordsOf("Полиция 警察 ١٢"), ElementsAre("Полиция", "警察", "١٢")) << "any script";
  EXPECT_THAT(WordsOf("🚓£±×÷ → ― 「」"), IsEmpty());
  EXPECT_THAT(WordsOf(""), IsEmpty());
  EXPECT_THAT(WordsOf("\xFF\xC3 caf\xE9 x"), ElementsAre("caf", "x")) << "bytes that are no text stand between words";
  const auto long_words = WordsOf(std::string(63, 'a') + "ŵŵ " + std::string(70, 'b'));
  EXPECT_THAT(long_words, ElementsAre(std::string(63, 'a'), std::string(64, 'b')));
}

TEST(SearchWords, SayWhereTheyStand) {
  std::vector<std::string> told;
  const std::string text = "Tŷ, gŵyl";
  EachWord(text, [&](const Word& word) { told.push_back(text.substr(word.at, word.size)); });
  EXPECT_THAT(told, ElementsAre("Tŷ", "gŵyl"));
}

TEST(SearchWords, AnswerAsBeginningsFromTwoCharactersOn) {
  EXPECT_TRUE(Answers("supervised", "superv"));
  EXPECT_TRUE(Answers("supervised", "su"));
  EXPECT_FALSE(Answers("supervised", "s"));
  EXPECT_TRUE(Answers("s", "s"));
  EXPECT_FALSE(Answers("ŵyl", "ŵ")) << "one character, though two bytes";
  EXPECT_TRUE(Answers("ŵyl", "ŵy"));
  EXPECT_FALSE(Answers("superb", "superv"));
}

std::string Marked(const std::string& text, const std::vector<std::string>& asked) {
  v1::SearchHit hit;
  SetSnippet(text, asked, &hit);
  // By characters: ASCII texts here, but for the marks of omission.
  std::vector<std::string> characters;
  for (const char c : hit.snippet()) {
    if ((static_cast<unsigned char>(c) & 0xC0) == 0x80) {
      characters.back() += c;
    } else {
      characters.push_back(std::string(1, c));
    }
  }
  for (const auto& match : hit.matches()) {
    characters.at(static_cast<size_t>(match.start())).insert(0, "[");
    characters.at(static_cast<size_t>(match.start() + match.length() - 1)) += "]";
  }
  return absl::StrJoin(characters, "");
}

TEST(Snippet, ShowsTheWordsInTheirPlace) {
  EXPECT_EQ(Marked("Make sure that investigations are supervised.", {"superv", "sure"}),
            "Make [sure] that investigations are [supervised].");
  EXPECT_EQ(Marked("Nothing of it.", {"other"}), "Nothing of it.");
  EXPECT_EQ(Marked("", {"other"}), "");
  std::string text;
  for (int i = 100; i < 300; ++i) absl::StrAppend(&text, "word", i, " ");
  EXPECT_EQ(Marked(text, {"word100"}).rfind("[word100] word101", 0), 0u) << "at the beginning";
  const std::string middle = Marked(text, {"word200"});
  EXPECT_NE(middle.find(" word199 [word200] word201 "), std::string::npos) << middle;
  EXPECT_EQ(middle.rfind("…", 0), 0u);
  EXPECT_EQ(middle.substr(middle.size() - 3), "…");
  const std::string end = Marked(text, {"word299"});
  EXPECT_NE(end.find("[word299] "), std::string::npos) << end;
  EXPECT_GE(end.size(), 200u) << "filled up from before";
  v1::SearchHit hit;
  SetSnippet(std::string(100, 'x') + " ŵŵŵ", {"ŵŵ"}, &hit);
  ASSERT_EQ(hit.matches_size(), 1);
  EXPECT_EQ(hit.matches(0).start(), 101);
  EXPECT_EQ(hit.matches(0).length(), 3) << "in characters";
}

Document MakeDocument(const std::string& name, int64_t recorded, const std::string& text) {
  Document document;
  document.name = name;
  document.recorded = absl::FromUnixSeconds(recorded);
  document.texts = {std::make_shared<const std::string>(text)};
  return document;
}

std::vector<std::string> Hits(const SearchIndex& index, const std::string& query,
                              const std::optional<HitPlace>& after = std::nullopt) {
  std::vector<std::string> hits;
  index.Each(WordsOf(query), after, [&](const Document& document) {
    hits.push_back(document.name);
    return true;
  });
  return hits;
}

TEST(SearchIndex, GivesTheNewestFirstThenByName) {
  SearchIndex index;
  index.Put(MakeDocument("c/10", 1, "a plan"));
  index.Put(MakeDocument("c/2", 1, "the plan"));
  index.Put(MakeDocument("c/3", 2, "no plan, no action"));
  index.Put(MakeDocument("c/4", 3, "action"));
  EXPECT_THAT(Hits(index, "plan"), ElementsAre("c/3", "c/2", "c/10"));
  EXPECT_THAT(Hits(index, "plan ACT"), ElementsAre("c/3"));
  EXPECT_THAT(Hits(index, "a"), ElementsAre("c/10")) << "one letter is a word, and no beginning";
  EXPECT_THAT(Hits(index, ""), IsEmpty());
  EXPECT_THAT(Hits(index, "none"), IsEmpty());
  EXPECT_THAT(Hits(index, "plan", HitPlace{absl::FromUnixSeconds(2), "c/3"}), ElementsAre("c/2", "c/10"));
  EXPECT_THAT(Hits(index, "plan", HitPlace{absl::FromUnixSeconds(1), "c/2"}), ElementsAre("c/10"));
  EXPECT_THAT(Hits(index, "plan", HitPlace{absl::FromUnixSeconds(1), "c/10"}), IsEmpty());
  EXPECT_THAT(Hits(index, "plan", HitPlace{absl::FromUnixSeconds(9), ""}), ElementsAre("c/3", "c/2", "c/10"));
}

TEST(SearchIndex, TakesUpWhatChangesAndLosesWhatGoes) {
  SearchIndex index;
  index.Put(MakeDocument("c/1", 1, "first words"));
  index.Put(MakeDocument("c/2", 2, "second words"));
  index.Put(MakeDocument("c/1", 1, "other words"));
  EXPECT_THAT(Hits(index, "first"), IsEmpty());
  EXPECT_THAT(Hits(index, "words"), ElementsAre("c/2", "c/1")) << "in its old place";
  index.Put(MakeDocument("c/0", 1, "late words"));
  EXPECT_THAT(Hits(index, "words"), ElementsAre("c/2", "c/0", "c/1")) << "told late of something old";
  index.Remove("c/2");
  index.Remove("c/2");
  EXPECT_THAT(Hits(index, "words"), ElementsAre("c/0", "c/1"));
  EXPECT_THAT(Hits(index, "second"), IsEmpty());
  index.Put(MakeDocument("c/2", 5, "again words"));
  index.Put(MakeDocument("c/1", 6, "newer words"));
  EXPECT_THAT(Hits(index, "words"), ElementsAre("c/1", "c/2", "c/0"));
  EXPECT_EQ(index.documents(), 3u);
}

TEST(SearchIndex, GoesOnWhenMostIsGone) {
  SearchIndex index;
  for (int i = 0; i < 3000; ++i) index.Put(MakeDocument(absl::StrCat("c/", i), i, absl::StrCat("plan w", i)));
  for (int i = 0; i < 3000; ++i) {
    if (i % 1000 != 7) index.Remove(absl::StrCat("c/", i));
  }
  EXPECT_EQ(index.documents(), 3u);
  EXPECT_THAT(Hits(index, "plan"), ElementsAre("c/2007", "c/1007", "c/7"));
  EXPECT_THAT(Hits(index, "w1"), ElementsAre("c/1007"));
  index.Put(MakeDocument("c/9", 9000, "plan"));
  EXPECT_THAT(Hits(index, "plan"), ElementsAre("c/9", "c/2007", "c/1007", "c/7"));
}

TEST(HitPlace, GoesThroughText) {
  const HitPlace place{absl::FromUnixMicros(1700820000123456), "forces/kent/concerns/1"};
  const auto back = ParseHitPlace(ToText(place));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->recorded, place.recorded);
  EXPECT_EQ(back->name, place.name);
  for (const char* other : {"", "x", "12", "x forces/kent"}) EXPECT_FALSE(ParseHitPlace(other).has_value()) << other;
}

TEST(Documents, AreTheConcernAndItsRecommendations) {
  Made made("forces/kent/concerns/1");
  made.Issued("2023-11-24")
      .Recommends(kRecOpen, "2024-02-24", "Do it.")
      .Recommends(kRecVerified, "2024-02-24", "Done.");
  *made.concern().mutable_create_time() = google::protobuf::util::TimeUtil::SecondsToTimestamp(7);
  const auto documents = DocumentsOf(made.record());
  ASSERT_EQ(documents.size(), 3u);
  EXPECT_EQ(documents[0].kind, v1::SEARCH_HIT_KIND_CONCERN);
  EXPECT_EQ(documents[0].force, "forces/kent");
  EXPECT_EQ(documents[0].recorded, absl::FromUnixSeconds(7));
  EXPECT_TRUE(documents[0].issued);
  EXPECT_TRUE(documents[0].open);
  EXPECT_EQ(*documents[0].texts.at(0), "Investigations");
  EXPECT_EQ(*documents[0].texts.at(1), "The force is not carrying out effective investigations.");
  EXPECT_EQ(documents[1].kind, v1::SEARCH_HIT_KIND_RECOMMENDATION);
  EXPECT_EQ(documents[1].concern, "forces/kent/concerns/1");
  EXPECT_EQ(*documents[1].texts.at(0), "Do it.");
  EXPECT_TRUE(documents[1].open);
  EXPECT_FALSE(documents[2].open);
  EXPECT_FALSE(DocumentsOf(Made("forces/kent/concerns/1").Recommends(kRecDraft).record()).at(1).issued);
  EXPECT_THAT(DocumentsOf(ConcernRecord()), IsEmpty());
}

// ---- The index beside a scan of everything ----

rc::Gen<std::string> AnyText() {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(std::vector<std::string>{
                          "a", "plan", "plans", "planned", "Force", "forces", "ŵyl", "ŵ", "2023", "20", "x"})),
                      [](const std::vector<std::string>& words) { return absl::StrJoin(words, ", "); });
}

RC_GTEST_PROP(SearchIndexProperty, FindsWhatAScanFinds, ()) {
  SearchIndex index;
  std::map<std::string, Document, rpc::NameLess> model;
  const int names = *rc::gen::elementOf(std::vector<int>{5, 15, 150});
  const int steps = *rc::gen::inRange(0, 3 * names);
  int64_t now = 100;
  for (int i = 0; i < steps; ++i) {
    const std::string name = absl::StrCat("c/", *rc::gen::inRange(0, names));
    switch (*rc::gen::inRange(0, 8)) {
      case 0:
        index.Remove(name);
        model.erase(name);
        break;
      case 1:  // Something old that was not told of in its time.
        model[name] = MakeDocument(name, *rc::gen::inRange<int64_t>(0, now + 1), *AnyText());
        index.Put(model[name]);
        break;
      default: {
        const auto known = model.find(name);
        const int64_t recorded = known == model.end() ? now : absl::ToUnixSeconds(known->second.recorded);
        now += *rc::gen::inRange(0, 2);
        model[name] = MakeDocument(name, recorded, *AnyText());
        index.Put(model[name]);
      }
    }
  }
  RC_ASSERT(index.documents() == model.size());
  for (int n = 0; n < 5; ++n) {
    const std::string query = *AnyText();
    const auto asked = WordsOf(query);
    std::vector<const Document*> found;
    for (const auto& [name, document] : model) {
      const auto words = WordsOf(*document.texts[0]);
      const bool all = std::all_of(asked.begin(), asked.end(), [&](const std::string& ask) {
        return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return Answers(word, ask); });
      });
      if (all && !asked.empty()) found.push_back(&document);
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Document* a, const Document* b) { return a->recorded > b->recorded; });
    std::vector<std::string> expected;
    for (const Document* document : found) expected.push_back(document->name);
    RC_ASSERT(Hits(index, query) == expected);
    // And from every place.
    for (size_t i = 0; i < found.size(); i += 1 + found.size() / 20) {
      const HitPlace after{found[i]->recorded, found[i]->name};
      RC_ASSERT(Hits(index, query, after) == std::vector<std::string>(expected.begin() + i + 1, expected.end()));
    }
  }
}

}  // namespace
}  // namespace oversight::concerns
