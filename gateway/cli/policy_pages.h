// What a policy advises, as pages for people, in lines of at most `width` characters. Pure functions of messages.
#pragma once

#include <string>

#include "oversight/monitoring/v1/policy_service.pb.h"

namespace oversight::cli {

// One force: the advice to be read aloud, the rules behind it with their facts, what nearly fired and what would change
// the answer.
std::string AssessmentPage(const monitoring::v1::Assessment& assessment, size_t width);
// Every force in a line, those that are advised to move first.
std::string AssessmentsPage(const monitoring::v1::AssessForcesResponse& answer, size_t width);

}  // namespace oversight::cli
