// A YAML document as it was written: scalars unconverted, every node with its place. JSON is YAML
// too. Called by the readers of layers. Refuses what makes a config say something else than it
// seems to: anchors, aliases, merge keys, tags other than !!str, several documents, equal keys in
// one map.
#ifndef PLUMBLINE_HARNESS_CONFIG_NODE_H_
#define PLUMBLINE_HARNESS_CONFIG_NODE_H_

#include <string>
#include <string_view>
#include <vector>

namespace plumbline::config {

struct Member;

struct Node {
  enum class Kind { kNull, kScalar, kList, kMap };

  Kind kind = Kind::kNull;
  std::string text;     // of a scalar, unquoted and unescaped
  bool quoted = false;  // it is text whatever it looks like
  int line = 0;         // from 1; 0 when it did not come from a file
  int column = 0;
  std::vector<Node> items;
  std::vector<Member> members;
};

struct Member {
  Node key;  // a scalar
  Node value;
};

// The document in `text`; an empty one is an empty map. `file` names it in errors.
// Errors: kUsage with file:line:column.
Node ParseYaml(std::string_view text, const std::string& file);

// A bare word, as it stands in a variable or an argument.
Node PlainScalar(std::string_view text);

// "file:line:column".
std::string PlaceOf(const std::string& file, const Node& node);

}  // namespace plumbline::config

#endif  // PLUMBLINE_HARNESS_CONFIG_NODE_H_
