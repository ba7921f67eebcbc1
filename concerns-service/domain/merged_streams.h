// Items in order, kept in several streams, so that any choice of streams is read in order without looking at the
// others: all of one force and theme, all of some forces, all. A read costs what it gives and a little for each stream
// chosen. For one thread at a time.
#pragma once

#include <map>
#include <queue>
#include <utility>
#include <vector>

namespace oversight::concerns {

template <class Stream, class Key, class Item, class StreamLess = std::less<Stream>>
class MergedStreams {
 public:
  // Replaces what has the key in the stream.
  void Put(const Stream& stream, Key key, Item item) {
    streams_[stream].insert_or_assign(std::move(key), std::move(item));
  }
  void Remove(const Stream& stream, const Key& key) {
    const auto it = streams_.find(stream);
    if (it == streams_.end()) return;
    it->second.erase(key);
    if (it->second.empty()) streams_.erase(it);
  }

  // In order of the keys, those after `after` (null: from the first) in the streams for which `chosen(stream)` holds;
  // until `visit(key, item)` returns false.
  template <class Chosen, class Visit>
  void Each(const Chosen& chosen, const Key* after, const Visit& visit) const {
    struct Place {
      typename std::map<Key, Item>::const_iterator at, end;
      bool operator<(const Place& other) const { return other.at->first < at->first; }  // The least comes first.
    };
    std::vector<Place> places;
    for (const auto& [stream, items] : streams_) {
      if (!chosen(stream)) continue;
      const auto at = after == nullptr ? items.begin() : items.upper_bound(*after);
      if (at != items.end()) places.push_back({at, items.end()});
    }
    std::priority_queue<Place> next(std::less<Place>(), std::move(places));
    while (!next.empty()) {
      Place place = next.top();
      next.pop();
      if (!visit(place.at->first, place.at->second)) return;
      if (++place.at != place.end) next.push(place);
    }
  }

 private:
  std::map<Stream, std::map<Key, Item>, StreamLess> streams_;
};

}  // namespace oversight::concerns
