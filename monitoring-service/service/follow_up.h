// What the handlers of PlansService, MeetingsService and SupportService have in common: a command on what belongs to a
// force, decided on the writer's thread once scope and register are settled, and reads that show a force and its
// oversight body their own. Immutable, so thread-safe; what the constructor takes must outlive it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "common/rpc/errors.h"
#include "common/rpc/resources.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/domain/sessions.h"
#include "monitoring-service/service/force_command.h"
#include "monitoring-service/service/kinds.h"

namespace oversight::monitoring {

class FollowUpCalls {
 public:
  FollowUpCalls(rpc::Resources& resources, Owners& owners, const std::string& service)
      : resources_(resources), gate_(owners, service) {}

  // A command on a force, `known` here already or not: `decide` is StatusOr<Outcome<Response>>(request, OwnerFacts,
  // Facts&). `need` is brought up to its owner's head first; that it was is for `decide` to ask of the facts.
  template <class Request, class Response, class Decide>
  void Command(rpc::Call& call, const Request& request, Response* response, const std::string& force, bool known,
               const std::string& reason, std::optional<Owners::Need> need, const rpc::Done& done,
               Decide decide) const {
    DecideOnForce(gate_, resources_, call, request, response,
                  {.force = force, .known = known, .need = need, .reason = reason}, done,
                  [&request, decide](const OwnerFacts& facts, rpc::Facts& log) { return decide(request, facts, log); });
  }

  // A command that changes one thing by a pure rule: `rule` is StatusOr<T>(resource, request, OwnerFacts, Facts&). What
  // belongs to no force needs no register.
  template <class T, class Request, class Response, class Rule>
  void Change(rpc::Call& call, const Request& request, Response* response, T* (Response::*mutable_resource)(),
              const std::string& reason, std::optional<Owners::Need> need, const rpc::Done& done, Rule rule) const {
    const auto decide = [mutable_resource, rule](const Request& request, const OwnerFacts& facts,
                                                 rpc::Facts& log) -> absl::StatusOr<rpc::Outcome<Response>> {
      OVERSIGHT_ASSIGN_OR_RETURN(const T resource, log.Require<T>(request.name()));
      OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(resource, request.etag()));
      OVERSIGHT_ASSIGN_OR_RETURN(const T changed, rule(resource, request, facts, log));
      rpc::Outcome<Response> outcome;
      outcome.Put(changed);
      *(outcome.response.*mutable_resource)() = changed;
      return outcome;
    };
    const std::string force = ForceOf(request.name());
    if (!force.empty()) return Command(call, request, response, force, /*known=*/true, reason, need, done, decide);
    resources_.Mutate(
        call, request, response, reason,
        [&request, decide](rpc::Facts& log) { return decide(request, OwnerFacts(), log); }, done);
  }

  // One of them; outside the inspectorate only of a force in scope.
  template <class T, class Request, class Response>
  void Get(rpc::Call& call, const Request& request, Response* response, T* (Response::*mutable_resource)(),
           const rpc::Done& done) const {
    const Viewer viewer = gate_.ViewerOf(call);
    if (absl::Status may = viewer.MayAskAbout(ForceOf(request.name()), call.verb(), Sight::kStage); !may.ok()) {
      return done(may);
    }
    if (viewer.sees_everything()) {
      return resources_.GetResource<T>(call, request, response, mutable_resource, done);
    }
    resources_.Read<T>(
        call, request.name(), request.read(),
        [this, response, mutable_resource, done](absl::StatusOr<rpc::Found<T>> found) {
          if (!found.ok()) return done(found.status());
          HideSession(found->resource);
          *(response->*mutable_resource)() = std::move(found->resource);
          resources_.SetHeader(found->revision, found->time, response->mutable_header());
          done(absl::OkStatus());
        },
        [](const T&) { return true; });
  }

  // Those of one force, or of all ("forces/-"), that have the terms too; outside the inspectorate only of forces in
  // scope.
  template <class T, class Request, class Response>
  void List(rpc::Call& call, const Request& request, Response* response,
            google::protobuf::RepeatedPtrField<T>* (Response::*mutable_items)(), rpc::Selection<T> selection,
            const rpc::Done& done) const {
    const std::string force = ForceOf(request.parent());
    gate_.IfForceExists(call, force, done, [=, this, &call, &request]() mutable {
      const Viewer viewer = gate_.ViewerOf(call);
      if (absl::Status may = viewer.MayAskAbout(force, call.verb(), Sight::kStage); !may.ok()) return done(may);
      if (!viewer.sees_everything()) {
        selection.visibility = viewer.visibility();
        selection.filter = [viewer](const T& item) { return viewer.SeesStageOf(ForceOf(item.name())); };
        selection.present = [](T* item) { HideSession(*item); };
      }
      resources_.ListResources<T>(call, request, response, mutable_items, std::move(selection), done);
    });
  }

  const Gate& gate() const { return gate_; }
  rpc::Resources& resources() const { return resources_; }

 private:
  rpc::Resources& resources_;
  const Gate gate_;
};

}  // namespace oversight::monitoring
