// What the services of this program need to know of each kind of resource in the ledger, said once where its service is
// made: by what it is listed, and what of it is shown outside the inspectorate. Reads, lists, histories and the one
// watch ask here, so that no way of reading can forget it.
//
// Add before serving; then thread-safe.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/ledger/types.h"
#include "common/rpc/resources.h"
#include "concerns-service/service/viewer.h"
#include "google/protobuf/message.h"

namespace oversight::concerns {

template <class T>
struct Kind {
  std::function<std::vector<ledger::Term>(const T&)> terms;
  // Whether a viewer who does not see everything sees this version.
  std::function<bool(const Viewer&, const T&)> visible;
  // Whether this version is the first of its resource that anyone outside is shown. To them it is new, whatever came
  // before it. Null: what is shown at all is shown from its first version on.
  std::function<bool(const T&)> first_shown;
};

class Kinds {
 public:
  explicit Kinds(rpc::Resources& resources) : resources_(resources) {}

  template <class T>
  void Add(Kind<T> kind) {
    resources_.Register<T>(std::move(kind.terms));
    Rules& rules = rules_[T::descriptor()];
    rules.visible = [visible = std::move(kind.visible)](const Viewer& viewer,
                                                        const google::protobuf::Message& message) {
      return visible(viewer, static_cast<const T&>(message));
    };
    rules.first_shown = [first = std::move(kind.first_shown)](const google::protobuf::Message& message) {
      return first && first(static_cast<const T&>(message));
    };
    rules.reads = [](const ledger::Version& version, const Reader& reader) {
      const auto resource = rpc::FromVersion<T>(version);
      return resource.ok() && reader(*resource);
    };
    by_name_[T::descriptor()->full_name()] = T::descriptor();
  }

  // False for kinds that were not added.
  bool Sees(const Viewer& viewer, const google::protobuf::Message& resource) const {
    if (viewer.sees_everything()) return true;
    const auto it = rules_.find(resource.GetDescriptor());
    return it != rules_.end() && it->second.visible(viewer, resource);
  }
  bool SeesVersion(const Viewer& viewer, const ledger::Version& version) const {
    if (viewer.sees_everything()) return true;
    const auto it = by_name_.find(version.kind);
    if (it == by_name_.end()) return false;
    return rules_.at(it->second).reads(version, [&](const google::protobuf::Message& resource) {
      return Sees(viewer, resource);
    });
  }
  bool IsFirstShown(const google::protobuf::Message& resource) const {
    const auto it = rules_.find(resource.GetDescriptor());
    return it != rules_.end() && it->second.first_shown(resource);
  }

  // The filter of a list or history for this viewer; null when nothing is hidden.
  template <class T>
  std::function<bool(const T&)> FilterOf(const Viewer& viewer) const {
    if (viewer.sees_everything()) return nullptr;
    return [this, viewer](const T& resource) { return Sees(viewer, resource); };
  }

 private:
  using Reader = std::function<bool(const google::protobuf::Message&)>;
  struct Rules {
    std::function<bool(const Viewer&, const google::protobuf::Message&)> visible;
    std::function<bool(const google::protobuf::Message&)> first_shown;
    std::function<bool(const ledger::Version&, const Reader&)> reads;
  };

  rpc::Resources& resources_;
  std::unordered_map<const google::protobuf::Descriptor*, Rules> rules_;
  std::unordered_map<std::string, const google::protobuf::Descriptor*> by_name_;
};

}  // namespace oversight::concerns
