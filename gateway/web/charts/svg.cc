#include "gateway/web/charts/svg.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gateway/export/atom.h"

namespace oversight::gateway::web {

Svg::Svg(const std::string& id, int width, int height, const std::string& title, const std::string& description) {
  // A picture to those who hear it: its words, not its parts.
  Open("svg", {{"class", "app-chart"},
               {"id", id},
               {"viewBox", absl::StrCat("0 0 ", width, " ", height)},
               {"width", absl::StrCat(width)},
               {"height", absl::StrCat(height)},
               {"role", "img"},
               {"aria-labelledby", absl::StrCat(id, "-title ", id, "-description")}});
  Add("title", {{"id", id + "-title"}}, title);
  Add("desc", {{"id", id + "-description"}}, description);
}

void Svg::Open(const std::string& element, Attributes attributes) {
  absl::StrAppend(&text_, "<", element);
  for (const auto& [name, value] : attributes) absl::StrAppend(&text_, " ", name, "=\"", XmlText(value), "\"");
  text_ += ">";
}

void Svg::Close(const std::string& element) { absl::StrAppend(&text_, "</", element, ">"); }

void Svg::Add(const std::string& element, Attributes attributes, const std::string& text) {
  Open(element, attributes);
  text_ += XmlText(text);
  Close(element);
}

void Svg::Line(const std::string& css, double x1, double y1, double x2, double y2) {
  Add("line", {{"class", css}, {"x1", Number(x1)}, {"y1", Number(y1)}, {"x2", Number(x2)}, {"y2", Number(y2)}});
}

void Svg::Text(const std::string& css, double x, double y, const std::string& anchor, const std::string& text) {
  Add("text", {{"class", css}, {"x", Number(x)}, {"y", Number(y)}, {"text-anchor", anchor}}, text);
}

std::string Svg::End() {
  Close("svg");
  return std::move(text_);
}

std::string Svg::Number(double value) {
  std::string text = absl::StrFormat("%.1f", value);
  if (text.size() > 2 && text.compare(text.size() - 2, 2, ".0") == 0) text.resize(text.size() - 2);
  return text;
}

}  // namespace oversight::gateway::web
