// A drawing as it stands in a page: elements with escaped texts and attributes, a title and a description for those who
// do not see it. Colours come from classes in the style sheet, as the pages' policy allows no style in line. For one
// drawing; not thread-safe.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>

namespace oversight::gateway::web {

class Svg {
 public:
  using Attributes = std::initializer_list<std::pair<const char*, std::string>>;

  // `id` is the drawing's own on its page. What it shows is in `description` as well, in words.
  Svg(const std::string& id, int width, int height, const std::string& title, const std::string& description);

  void Add(const std::string& element, Attributes attributes, const std::string& text = "");
  void Open(const std::string& element, Attributes attributes);
  void Close(const std::string& element);
  void Line(const std::string& css, double x1, double y1, double x2, double y2);
  // `anchor` is "start", "middle" or "end".
  void Text(const std::string& css, double x, double y, const std::string& anchor, const std::string& text);
  // The whole element. Nothing is added after.
  std::string End();

  // A coordinate, to a tenth.
  static std::string Number(double value);

 private:
  std::string text_;
};

}  // namespace oversight::gateway::web
