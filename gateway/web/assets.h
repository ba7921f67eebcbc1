// The files that the pages are made of, put into the binary when it is built: templates by their name, and what
// browsers fetch. Values; thread-safe.
#pragma once

#include <map>
#include <string>

namespace oversight::gateway::web {

// "register" -> the text of templates/register.mustache. Those that other templates take in begin with "_".
const std::map<std::string, std::string>& Templates();
// "style.css" -> GOV.UK Frontend's style sheet, then our own; "mark.svg"; "live.js" and "as_of.js", our own scripts.
const std::map<std::string, std::string>& Assets();
// data/force-tiles.csv.
const std::string& ForceTilesCsv();

}  // namespace oversight::gateway::web
