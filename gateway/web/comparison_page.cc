// The open work of all forces by theme or by region. Sorted by links: each column's heading asks for its order.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/time/partial_date.h"
#include "gateway/cli/words.h"
#include "gateway/web/freshness.h"
#include "gateway/web/pages.h"
#include "gateway/web/take_away.h"
#include "oversight/gateway/v1/gateway_service.pb.h"

namespace oversight::gateway::web {
namespace {

struct ColumnRow {
  v1::ComparisonOrder order;
  const char* title;
};
constexpr ColumnRow kColumns[] = {
    {v1::COMPARISON_ORDER_CAUSES, "Causes of concern"},
    {v1::COMPARISON_ORDER_ACCELERATED, "Accelerated"},
    {v1::COMPARISON_ORDER_AREAS, "Areas for improvement"},
    {v1::COMPARISON_ORDER_OVERDUE, "Overdue"},
    {v1::COMPARISON_ORDER_AGE, "Median age in days"},
    {v1::COMPARISON_ORDER_ENHANCED, "Forces in enhanced monitoring"},
    {v1::COMPARISON_ORDER_CHANGE, "Change"},
};

std::string OrderId(v1::ComparisonOrder order) { return cli::Kebab(cli::Words(order)); }

// With a sign: "+3", "-1", "0".
std::string Signed(int change) { return change > 0 ? absl::StrCat("+", change) : absl::StrCat(change); }

View RowView(const v1::Comparison& row, bool since) {
  View view = ViewOf(row);
  Set(view, "changeText", since ? Signed(row.change()) : "");
  const std::string& key = row.key();
  Set(view, "forcesPath", key.rfind("themes/", 0) == 0 || key.empty() ? "" : "/?region=" + Encoded(key));
  return view;
}

// The page again, otherwise the same, in another order or by something else.
std::string Address(const std::string& by, const std::string& since, const std::string& order) {
  std::string address = absl::StrCat("/compare?by=", by);
  if (!since.empty()) absl::StrAppend(&address, "&since=", since);
  if (!order.empty()) absl::StrAppend(&address, "&order=", order);
  return address;
}

}  // namespace

void ShowComparison(const VisitPtr& visit) {
  v1::ListComparisonsRequest request;
  const bool by_region = ValueOf(visit->query(), "by") == "region";
  request.set_by(by_region ? v1::COMPARISON_BY_REGION : v1::COMPARISON_BY_THEME);
  // What is in no list of ours is not passed on: by name, then.
  if (const auto* order = cli::ValueOf(*v1::ComparisonOrder_descriptor(), ValueOf(visit->query(), "order"))) {
    request.set_order(static_cast<v1::ComparisonOrder>(order->number()));
  }
  if (const std::string since = ValueOf(visit->query(), "since"); !since.empty()) {
    const auto date = ParsePartialDate(since);
    if (!date.ok()) return visit->Fail(date.status());
    *request.mutable_since_date() = *date;
  }
  visit->Ask({Ask(request)}, [visit, request, by_region](const std::vector<Reply>& replies) {
    const auto response = As<v1::ListComparisonsResponse>(replies[0]);
    if (!response.ok()) return visit->Fail(response.status());
    const bool since = response->has_since_date();
    const std::string by = by_region ? "region" : "theme";
    const std::string day = since ? FormatIso(response->since_date()) : "";
    const std::string order = request.order() == v1::COMPARISON_ORDER_UNSPECIFIED ? "" : OrderId(request.order());
    View view;
    Set(view, "today", FormatForPeople(response->today()));
    if (since) Set(view, "sinceWords", FormatForPeople(response->since_date()));
    Set(view, "since", day);
    Set(view, "by", by);
    Set(view, "order", order);
    Set(view, "byRegion", by_region);
    Set(view, "byTheme", !by_region);
    Set(view, "otherPath", Address(by_region ? "theme" : "region", day, order));
    Set(view, "namePath", Address(by, day, ""));
    Set(view, "byName", order.empty());
    for (const auto& column : kColumns) {
      if (column.order == v1::COMPARISON_ORDER_CHANGE && !since) continue;
      View item;
      Set(item, "title", column.title);
      Set(item, "sorted", column.order == request.order());
      Set(item, "path", Address(by, day, OrderId(column.order)));
      Add(view, "columns", std::move(item));
    }
    for (const auto& row : response->comparisons()) Add(view, "rows", RowView(row, since));
    Set(view, "total", RowView(response->total(), since));
    SetFreshness(response->sections(), view);
    AddTakeAway(by_region ? "Comparison of regions" : "Comparison of themes", "comparisons", {"csv", "jsonl"}, view,
                absl::StrCat("?by=", by, since ? "&sinceDate=" + day : ""));
    visit->Show("comparison", by_region ? "Regions compared" : "Themes compared", std::move(view));
  });
}

}  // namespace oversight::gateway::web
