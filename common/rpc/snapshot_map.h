// An ordered map from resource name to immutable value, of which a copy costs nothing: copies share their nodes, and a
// change copies only the path to what it changes (a treap with priorities from a hash of the key, so its shape depends
// on its keys alone). So a reader keeps a state of the map for as long as it likes while the writer goes on.
//
// Order is natural, as the ledger lists: digit runs compare as numbers, so concerns/2 comes before concerns/10, and all
// names with a common prefix that ends in `/` stand together.
//
// A map is a value like std::map: const use from many threads is fine, change is for one thread. A change takes an
// edit id: nodes made under the same id are changed in place. Take a new one (NewEdit) after each copy handed out.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "common/rpc/compare_names.h"

namespace oversight::rpc {

template <class T>
class SnapshotMap {
 public:
  using Value = std::shared_ptr<const T>;
  using Edit = uint64_t;

  static Edit NewEdit() {
    static std::atomic<Edit> last{0};
    return last.fetch_add(1, std::memory_order_relaxed) + 1;
  }

  size_t size() const { return size_; }

  // Null when there is none.
  Value Find(std::string_view key) const {
    const Node* node = root_.get();
    while (node != nullptr) {
      const int order = CompareNames(key, node->key);
      if (order == 0) return node->value;
      node = (order < 0 ? node->left : node->right).get();
    }
    return nullptr;
  }

  // Returns the value that was there before, or null.
  Value Put(const std::string& key, Value value, Edit edit) {
    Value before;
    root_ = PutBelow(std::move(root_), key, std::move(value), edit, &before);
    if (before == nullptr) ++size_;
    return before;
  }

  // Returns the value that was there, or null.
  Value Remove(const std::string& key, Edit edit) {
    if (Find(key) == nullptr) return nullptr;
    Value before;
    root_ = RemoveBelow(std::move(root_), key, edit, &before);
    --size_;
    return before;
  }

  // In order, those with the prefix; visit(const std::string&, const Value&) returns false to stop. The prefix is empty
  // or ends in `/`.
  template <class Visit>
  void Each(std::string_view prefix, const Visit& visit) const {
    VisitBelow(root_.get(), prefix, visit);
  }

 private:
  struct Node {
    std::string key;
    Value value;
    uint64_t priority;
    Edit edit;
    std::shared_ptr<Node> left, right;
  };
  using NodePtr = std::shared_ptr<Node>;

  static uint64_t Priority(std::string_view key) {  // FNV-1a, then mixed so that near keys are far apart
    uint64_t h = 0xcbf29ce484222325;
    for (char c : key) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9;
    h = (h ^ (h >> 27)) * 0x94d049bb133111eb;
    return h ^ (h >> 31);
  }

  // A node that may be changed: this one when this edit made it, else a copy.
  static NodePtr Own(NodePtr node, Edit edit) {
    if (node->edit == edit) return node;
    auto copy = std::make_shared<Node>(*node);
    copy->edit = edit;
    return copy;
  }

  static NodePtr PutBelow(NodePtr node, const std::string& key, Value value, Edit edit, Value* before) {
    if (node == nullptr) {
      return std::make_shared<Node>(Node{key, std::move(value), Priority(key), edit, nullptr, nullptr});
    }
    node = Own(std::move(node), edit);
    const int order = CompareNames(key, node->key);
    if (order == 0) {
      *before = std::exchange(node->value, std::move(value));
      return node;
    }
    NodePtr& side = order < 0 ? node->left : node->right;
    side = PutBelow(std::move(side), key, std::move(value), edit, before);
    if (side->priority <= node->priority) return node;
    // The child was made or copied by this edit, so the rotation may change it.
    NodePtr child = std::move(side);
    if (order < 0) {
      node->left = std::move(child->right);
      child->right = std::move(node);
    } else {
      node->right = std::move(child->left);
      child->left = std::move(node);
    }
    return child;
  }

  static NodePtr RemoveBelow(NodePtr node, const std::string& key, Edit edit, Value* before) {
    const int order = CompareNames(key, node->key);
    if (order == 0) {
      *before = node->value;
      return Merge(node->left, node->right, edit);
    }
    node = Own(std::move(node), edit);
    NodePtr& side = order < 0 ? node->left : node->right;
    side = RemoveBelow(std::move(side), key, edit, before);
    return node;
  }

  static NodePtr Merge(NodePtr left, NodePtr right, Edit edit) {
    if (left == nullptr) return right;
    if (right == nullptr) return left;
    if (left->priority > right->priority) {
      left = Own(std::move(left), edit);
      left->right = Merge(std::move(left->right), std::move(right), edit);
      return left;
    }
    right = Own(std::move(right), edit);
    right->left = Merge(std::move(left), std::move(right->left), edit);
    return right;
  }

  template <class Visit>
  static bool VisitBelow(const Node* node, std::string_view prefix, const Visit& visit) {
    if (node == nullptr) return true;
    const std::string_view key = node->key;
    const bool inside = key.substr(0, prefix.size()) == prefix;
    // Those inside stand together, after the prefix itself: turn aside where none can be.
    const bool before = !inside && CompareNames(key, prefix) < 0;
    if (!before && !VisitBelow(node->left.get(), prefix, visit)) return false;
    if (inside && !visit(node->key, node->value)) return false;
    return (!inside && !before) || VisitBelow(node->right.get(), prefix, visit);
  }

  NodePtr root_;
  size_t size_ = 0;
};

}  // namespace oversight::rpc
