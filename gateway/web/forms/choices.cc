#include "gateway/web/forms/choices.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/time/partial_date.h"
#include "gateway/cli/words.h"
#include "gateway/web/view.h"
#include "oversight/concerns/v1/concerns_service.pb.h"
#include "oversight/monitoring/v1/monitoring_service.pb.h"

namespace oversight::gateway::web {
namespace {

namespace concerns = oversight::concerns::v1;
namespace monitoring = oversight::monitoring::v1;

constexpr int kMost = 1000;  // A page of the API.

std::vector<Choice> Themes(const concerns::ListThemesResponse& response) {
  std::vector<Choice> list;
  for (const auto& theme : response.theme_list().themes()) {
    if (!theme.retired()) list.push_back({theme.name(), theme.display_name(), ""});
  }
  return list;
}

std::vector<Choice> Stages(const monitoring::ListLaddersResponse& response) {
  std::vector<Choice> list;
  const auto& ladders = response.ladder_list().ladders();
  if (ladders.empty()) return list;
  // That of the latest day is in force.
  const auto latest = std::max_element(ladders.begin(), ladders.end(), [](const auto& a, const auto& b) {
    return SortsBefore(a.from_date(), b.from_date());
  });
  for (const auto& stage : latest->stages()) {
    list.push_back({stage.id(), stage.display_name(), stage.description()});
  }
  return list;
}

std::vector<Choice> Concerns(const concerns::ListConcernsResponse& response) {
  std::vector<Choice> list;
  for (const auto& concern : response.concerns()) {
    list.push_back(
        {concern.name(),
         absl::StrCat(IdWords(concern.name()), ". ", concern.title(), " (", cli::Words(concern.state()), ")"), ""});
  }
  return list;
}

// Of the episode that lasts, those it began with and those that came since.
std::vector<Choice> EpisodeReasons(const monitoring::ListEpisodesResponse& response) {
  std::vector<Choice> list;
  for (const auto& episode : response.episodes()) {
    if (episode.has_until_date()) continue;
    for (const auto& reason : episode.entry_reasons()) list.push_back({reason.id(), reason.text(), ""});
    for (const auto& added : episode.added_reasons()) list.push_back({added.reason().id(), added.reason().text(), ""});
  }
  return list;
}

template <class Response>
absl::StatusOr<std::vector<Choice>> Read(const Reply& reply, std::vector<Choice> (*choices)(const Response&)) {
  OVERSIGHT_ASSIGN_OR_RETURN(const Response response, As<Response>(reply));
  return choices(response);
}

}  // namespace

std::vector<Choices> ChoicesOf(const Form& form) {
  std::vector<Choices> list;
  const auto add = [&list](Choices choices) {
    const bool known = std::find(list.begin(), list.end(), choices) != list.end();
    if (choices != Choices::kNone && !known) list.push_back(choices);
  };
  for (const FormPart& part : form.parts) {
    add(part.rows);
    for (const FormField& field : part.fields) add(field.choices);
  }
  return list;
}

Question QuestionFor(Choices choices, const std::string& force) {
  switch (choices) {
    case Choices::kThemes:
      return Ask(concerns::ListThemesRequest());
    case Choices::kStages:
      return Ask(monitoring::ListLaddersRequest());
    case Choices::kConcerns: {
      concerns::ListConcernsRequest request;
      request.set_parent(force);
      request.set_page_size(kMost);
      return Ask(request);
    }
    case Choices::kEpisodeReasons: {
      monitoring::ListEpisodesRequest request;
      request.set_parent(force);
      request.set_page_size(kMost);
      return Ask(request);
    }
    default:
      return {};
  }
}

absl::StatusOr<std::vector<Choice>> ChoicesFrom(Choices choices, const Reply& reply) {
  switch (choices) {
    case Choices::kThemes:
      return Read(reply, &Themes);
    case Choices::kStages:
      return Read(reply, &Stages);
    case Choices::kConcerns:
      return Read(reply, &Concerns);
    case Choices::kEpisodeReasons:
      return Read(reply, &EpisodeReasons);
    default:
      return std::vector<Choice>();
  }
}

}  // namespace oversight::gateway::web
