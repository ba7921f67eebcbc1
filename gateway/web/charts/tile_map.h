// The 43 territorial forces as a map of equal tiles, each with its stage: every force counts the same, however large
// its area. Where a tile lies is our own layout (data/force-tiles.csv). Pure; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "oversight/gateway/v1/dashboard.pb.h"

namespace oversight::gateway::web {

struct ForceTile {
  std::string force;  // "forces/kent"
  std::string label;  // Short, for the tile.
  int column = 0, row = 0;
};
const std::vector<ForceTile>& ForceTiles();

// As SVG. The enhanced stages stand out by colour and by a mark.
std::string TileMapOf(const v1::NationalDashboard& dashboard);

}  // namespace oversight::gateway::web
