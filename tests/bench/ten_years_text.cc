#include "tests/bench/ten_years_text.h"

#include <array>

#include "absl/strings/str_cat.h"

namespace oversight::bench {
namespace {

template <size_t n>
const char* Pick(Random& random, const std::array<const char*, n>& of) {
  return of[static_cast<size_t>(Below(random, n))];
}

constexpr std::array<const char*, 32> kMatters = {"the supervision of investigations",
                                                  "the allocation of crimes",
                                                  "investigation plans",
                                                  "the quality of case files",
                                                  "the needs of victims",
                                                  "victim contact",
                                                  "the risk assessment of domestic abuse",
                                                  "multi-agency conferences",
                                                  "the management of registered sex offenders",
                                                  "home visits",
                                                  "the backlog of digital examinations",
                                                  "online child abuse referrals",
                                                  "the recording of crime",
                                                  "the classification of incidents",
                                                  "call handling",
                                                  "the attendance at priority incidents",
                                                  "stop and search records",
                                                  "the use of force",
                                                  "body-worn video",
                                                  "neighbourhood problem solving",
                                                  "partnership data",
                                                  "the vetting of officers",
                                                  "vetting aftercare",
                                                  "counter-corruption intelligence",
                                                  "misconduct investigations",
                                                  "the wellbeing of the workforce",
                                                  "detective vacancies",
                                                  "missing persons enquiries",
                                                  "the custody of children",
                                                  "strategic planning",
                                                  "demand modelling",
                                                  "the induction of supervisors"};
constexpr std::array<const char*, 12> kFailings = {"is not effective enough",
                                                   "falls short of the standard that the public should expect",
                                                   "is inconsistent",
                                                   "is delayed without good reason",
                                                   "is not understood by senior leaders",
                                                   "depends on too few people",
                                                   "has not improved since it was last inspected",
                                                   "is not reviewed by supervisors",
                                                   "is not resourced for the demand",
                                                   "leaves vulnerable people at risk",
                                                   "is recorded poorly",
                                                   "is not governed by a clear policy"};
constexpr std::array<const char*, 12> kSigns = {"we reviewed files in which no plan was recorded",
                                                "supervisors told us that they had no time to review work",
                                                "staff described unmanageable workloads",
                                                "data was incomplete and could not be relied on",
                                                "victims were not told about decisions",
                                                "risk was graded without reference to earlier incidents",
                                                "referrals waited for weeks before they were assessed",
                                                "there was no record of a rationale",
                                                "training had not been given to those who needed it",
                                                "performance meetings did not consider it",
                                                "opportunities to secure evidence were missed",
                                                "partner agencies were not invited"};
constexpr std::array<const char*, 10> kActions = {"make sure that",
                                                  "review how",
                                                  "publish a plan so that",
                                                  "put in place governance by which",
                                                  "train supervisors so that",
                                                  "agree with its partners how",
                                                  "audit each month whether",
                                                  "set a standard by which",
                                                  "appoint a senior officer who sees to it that",
                                                  "report to its oversight body how"};
constexpr std::array<const char*, 10> kGoals = {"is improved",
                                                "is supervised and recorded",
                                                "meets the needs of victims",
                                                "is assessed within a day",
                                                "is prioritised by risk",
                                                "follows the authorised professional practice",
                                                "is sustained when demand is high",
                                                "is reviewed by an independent panel",
                                                "is monitored with reliable data",
                                                "is carried out without delay"};
constexpr std::array<const char*, 12> kRemarks = {
    "A dedicated team is in place",         "Recruitment is complete",
    "The policy was published and briefed", "The audit shows an improvement",
    "Progress is slower than planned",      "The software supplier was changed",
    "Dip samples support the claim",        "The backlog has halved",
    "Supervisors have been trained",        "A second revisit is needed",
    "Partners have signed the agreement",   "Evidence was uploaded to the shared folder"};
constexpr std::array<const char*, 24> kPlaceBegins = {
    "Ash",    "Brack", "Cold", "Dun",   "Elm",    "Farn", "Green", "Hazel", "Ing", "Kings", "Lang", "Mar",
    "Nether", "Oak",   "Pen",  "Quarn", "Rother", "Stan", "Thorn", "Up",    "Wal", "Whit",  "Wood", "Yar"};
constexpr std::array<const char*, 20> kPlaceEnds = {"bourne", "bridge", "bury",   "by",   "cliff", "combe", "dale",
                                                    "den",    "field",  "ford",   "gate", "ham",   "hurst", "ley",
                                                    "mouth",  "stead",  "thorpe", "ton",  "well",  "wick"};

std::string Place(Random& random) { return absl::StrCat(Pick(random, kPlaceBegins), Pick(random, kPlaceEnds)); }

std::string Capital(std::string text) {
  if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

}  // namespace

std::string TitleText(Random& random) { return Capital(Pick(random, kMatters)); }

std::string FindingText(Random& random) {
  std::string text = absl::StrCat(Capital(Pick(random, kMatters)), " ", Pick(random, kFailings), ".");
  for (int64_t i = Between(random, 2, 5); i > 0; --i) {
    switch (Below(random, 3)) {
      case 0:
        absl::StrAppend(&text, " In ", Place(random), " ", Pick(random, kSigns), ".");
        break;
      case 1:
        absl::StrAppend(&text, " Of ", Between(random, 20, 120), " cases examined, in ", Between(random, 5, 60), " ",
                        Pick(random, kSigns), ".");
        break;
      default:
        absl::StrAppend(&text, " ", Capital(Pick(random, kMatters)), " ", Pick(random, kFailings), ", and ",
                        Pick(random, kSigns), ".");
    }
  }
  return text;
}

std::string RecommendationText(Random& random) {
  std::string text = absl::StrCat("The force should ", Pick(random, kActions), " ", Pick(random, kMatters), " ",
                                  Pick(random, kGoals), ".");
  if (Chance(random, 50)) {
    absl::StrAppend(&text, " It should begin in ", Place(random), ", where ", Pick(random, kSigns), ".");
  }
  return text;
}

std::string RemarkText(Random& random) {
  return absl::StrCat(Pick(random, kRemarks), " in ", Place(random), ": ", Pick(random, kMatters), " ",
                      Pick(random, kGoals), ".");
}

}  // namespace oversight::bench
