// The pages, each a function that ends a visit: it asks the services in the viewer's name, and shows what they answer
// or why they do not. What may be seen is decided by the services alone. Thread-safe.
#pragma once

#include "gateway/web/visit.h"

namespace oversight::gateway::web {

// "/": all forces, for the inspectorate; the register, for everyone else. ?stage= and ?region= narrow the table.
void ShowHome(const VisitPtr& visit);
// "/attention": what somebody in the inspectorate should look at.
void ShowAttention(const VisitPtr& visit);
// "/register": forces in Engage and previously in Engage; ?on-date=.
void ShowRegister(const VisitPtr& visit);
// "/announcements" and "/forces/{force}/announcements".
void ShowAnnouncements(const VisitPtr& visit);
// "/forces/{force}/announcements/{announcement}".
void ShowAnnouncement(const VisitPtr& visit);
// "/forces/{force}": the whole record, ?on-date= and ?as-of=; for those who may not see it, what is public of the
// force.
void ShowForce(const VisitPtr& visit);
// "/forces/{force}/next": what may be done next about the force as a whole.
void ShowNext(const VisitPtr& visit);
// "/forces/{force}/concerns/{concern}": it, its recommendations, who did what, and what may be done next.
void ShowConcern(const VisitPtr& visit);
// "/forces/{force}/concerns/{concern}/recommendations/{recommendation}": the same of a recommendation.
void ShowRecommendation(const VisitPtr& visit);
// "/forces/{force}/proposals/{proposal}": the same of a proposal.
void ShowProposal(const VisitPtr& visit);
// "/forces/{force}/timeline": every act; ?clock= and ?as-of=.
void ShowTimeline(const VisitPtr& visit);
// "/forces/{force}/decisions/{decision}": the decision and every act around it; ?clock=.
void ShowDecision(const VisitPtr& visit);
// "/agenda": the agenda packs of the forces that the oversight group calls; "/forces/{force}/agenda": that of a force.
// ?since= and ?until=.
void ShowAgenda(const VisitPtr& visit);
// "/compare": open work by theme or region; ?by=, ?since= and ?order=.
void ShowComparison(const VisitPtr& visit);
// "/reads": who has read what was not public; ?force=, ?resource=, ?reader= and ?page=.
void ShowReads(const VisitPtr& visit);
// "/search": over forces, concerns, recommendations and announcements; ?q=.
void ShowSearch(const VisitPtr& visit);
// "/viewer": in insecure mode, choosing a sample principal (GET), and the choice (POST).
void ShowViewer(const VisitPtr& visit);
// "/sign-in": to the issuer, and then to ?next=. "/sign-in/callback": back from there. "/sign-out": signs out (POST),
// and says so (GET). Where nobody signs in there are no such pages.
void ShowSignIn(const VisitPtr& visit);
void ShowSignInCallback(const VisitPtr& visit);
void ShowSignOut(const VisitPtr& visit);

}  // namespace oversight::gateway::web
