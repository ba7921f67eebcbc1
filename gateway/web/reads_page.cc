// Who has read what was not public, for those who look into a leak.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/time/timestamp.h"
#include "gateway/cli/words.h"
#include "gateway/web/links.h"
#include "gateway/web/pages.h"
#include "gateway/web/take_away.h"
#include "oversight/monitoring/v1/audit_service.pb.h"

namespace oversight::gateway::web {
namespace {

namespace monitoring = oversight::monitoring::v1;

// What people write in a field and what links carry alike: "kent" or "forces/kent".
std::string InFull(const std::string& collection, const std::string& asked) {
  return asked.empty() || absl::StartsWith(asked, collection) ? asked : collection + asked;
}

// "oversight.gateway.v1.GatewayService/GetForceDashboard" -> "get force dashboard".
std::string CallWords(const std::string& method) { return IdWords(cli::Kebab(method.substr(method.rfind('/') + 1))); }

View RowView(const monitoring::EmbargoedRead& read) {
  View view = ViewOf(read);
  Set(view, "who", read.reader_display_name().empty() ? IdWords(read.reader()) : read.reader_display_name());
  Set(view, "readerPath", "/reads?reader=" + Encoded(read.reader()));
  std::vector<std::string> roles;
  for (const int role : read.roles()) roles.push_back(cli::Words(static_cast<common::v1::Role>(role)));
  Set(view, "rolesWords", absl::StrJoin(roles, ", "));
  Set(view, "path", PathOf(read.resource()));
  Set(view, "resourcePath", "/reads?resource=" + Encoded(read.resource()));
  Set(view, "call", CallWords(read.method()));
  return view;
}

}  // namespace

void ShowReads(const VisitPtr& visit) {
  monitoring::ListEmbargoedReadsRequest request;
  request.set_page_size(200);
  request.set_page_token(ValueOf(visit->query(), "page"));
  request.set_force(InFull("forces/", ValueOf(visit->query(), "force")));
  request.set_resource(ValueOf(visit->query(), "resource"));
  request.set_reader(InFull("principals/", ValueOf(visit->query(), "reader")));
  visit->Ask({Ask(request)}, [visit, request](const std::vector<Reply>& replies) {
    const auto response = As<monitoring::ListEmbargoedReadsResponse>(replies[0]);
    if (!response.ok()) return visit->Fail(response.status());
    View view;
    std::string query;
    for (const auto& [name, value] : {std::pair<const char*, std::string>{"force", request.force()},
                                      {"resource", request.resource()},
                                      {"reader", request.reader()}}) {
      Set(view, absl::StrCat("asked", name), value);
      if (!value.empty()) absl::StrAppend(&query, query.empty() ? "?" : "&", name, "=", Encoded(value));
    }
    // Within a day the list has no order.
    std::vector<const monitoring::EmbargoedRead*> reads;
    for (const auto& read : response->embargoed_reads()) reads.push_back(&read);
    std::stable_sort(reads.begin(), reads.end(),
                     [](const auto* a, const auto* b) { return GetTime(a->read_time()) < GetTime(b->read_time()); });
    for (const auto* read : reads) Add(view, "reads", RowView(*read));
    Set(view, "more", response->next_page_token());
    Set(view, "revision", absl::StrCat(response->header().revision()));
    AddTakeAway("The reads", "embargoedReads", {"csv", "jsonl"}, view, query);
    visit->Show("reads", "Who has read what is not public", std::move(view));
  });
}

}  // namespace oversight::gateway::web
