#include "harness/config/node.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <optional>
#include <sstream>

#include "harness/base/error.h"
#include "harness/base/utf8.h"

namespace plumbline::config {
namespace {

constexpr std::string_view kTextTag = "tag:yaml.org,2002:str";

std::string PlaceAt(const std::string& file, const YAML::Mark& mark) {
  return file + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1);
}

// Builds the tree from yaml-cpp's events, which carry marks and tags that its own nodes convert
// away.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const std::string& file) : file_(file) {}

  int num_documents() const { return num_documents_; }
  Node TakeRoot() { return std::move(root_); }
  // The last scalar of the text when it is a quoted one.
  const std::optional<YAML::Mark>& last_quoted() const { return last_quoted_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++num_documents_ > 1) {
      Fail(ErrorKind::kUsage, PlaceAt(file_, mark), "a second document", "one", "two files");
    }
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    RefuseAnchor(mark, anchor);
    Finish(At(mark, Node::Kind::kNull));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { RefuseAnchor(mark, 1); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    RefuseAnchor(mark, anchor);
    Node node = At(mark, Node::Kind::kScalar);
    node.text = value;
    node.quoted = tag == "!" || tag == kTextTag;
    if (!node.quoted) RefuseTag(mark, tag);
    last_quoted_ = node.quoted ? std::optional<YAML::Mark>(mark) : std::nullopt;
    Finish(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    open_.push_back({At(mark, Node::Kind::kList), std::nullopt});
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    open_.push_back({At(mark, Node::Kind::kMap), std::nullopt});
  }
  void OnMapEnd() override { Close(); }

 private:
  struct Open {
    Node node;
    std::optional<Node> key;
  };

  Node At(const YAML::Mark& mark, Node::Kind kind) const {
    Node node;
    node.kind = kind;
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    return node;
  }

  void RefuseAnchor(const YAML::Mark& mark, YAML::anchor_t anchor) const {
    if (anchor == 0) return;
    Fail(ErrorKind::kUsage, PlaceAt(file_, mark), "an anchor or alias",
         "every value where it counts", "writing the value out, or include: [file]");
  }

  void RefuseTag(const YAML::Mark& mark, const std::string& tag) const {
    if (tag.empty() || tag == "?") return;
    Fail(ErrorKind::kUsage, PlaceAt(file_, mark), "the tag " + Quoted(tag), "none, or !!str",
         "removing the tag");
  }

  void Close() {
    Node node = std::move(open_.back().node);
    open_.pop_back();
    Finish(std::move(node));
  }

  void Finish(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& open = open_.back();
    if (open.node.kind == Node::Kind::kList) {
      open.node.items.push_back(std::move(node));
    } else if (!open.key) {
      CheckKey(open.node, node);
      open.key = std::move(node);
    } else {
      open.node.members.push_back({std::move(*open.key), std::move(node)});
      open.key.reset();
    }
  }

  void CheckKey(const Node& map, const Node& key) const {
    const std::string place = PlaceOf(file_, key);
    if (key.kind != Node::Kind::kScalar) {
      Fail(ErrorKind::kUsage, place, "a key that is no plain name", "name: value",
           "quoting the name, or removing the line");
    }
    if (key.text == "<<" && !key.quoted) {
      Fail(ErrorKind::kUsage, place, "the merge key '<<'", "every value where it counts",
           "include: [file]");
    }
    for (const Member& member : map.members) {
      if (member.key.text != key.text) continue;
      Fail(ErrorKind::kUsage, place,
           "the key " + Quoted(key.text) + " a second time (first at " +
               PlaceOf(file_, member.key) + ")",
           "each key once", "removing one of the two");
    }
  }

  const std::string& file_;
  int num_documents_ = 0;
  std::vector<Open> open_;
  Node root_;
  std::optional<YAML::Mark> last_quoted_;
};

size_t OffsetOf(std::string_view text, const YAML::Mark& mark) {
  size_t begin = 0;
  for (int line = 0; line < mark.line; ++line) begin = text.find('\n', begin) + 1;
  return begin + static_cast<size_t>(mark.column);
}

// yaml-cpp takes a quote that never ends for one that ends with the file: a truncated file would
// pass.
void RequireClosedQuote(std::string_view text, const YAML::Mark& mark, const std::string& file) {
  const size_t open = text.find_first_of("\"'", OffsetOf(text, mark));
  if (open == std::string_view::npos) return;
  const char quote = text[open];
  for (size_t i = open + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '"' || i + 1 == text.size() || text[i + 1] != quote) return;
      ++i;
    }
  }
  Fail(ErrorKind::kUsage, PlaceAt(file, mark),
       "text that is not YAML (a quote that is never closed)", "valid YAML",
       "closing it, or the whole file");
}

void RequireUtf8(std::string_view text, const std::string& file) {
  const auto broken = FirstInvalidUtf8(text);
  if (!broken) return;
  Fail(ErrorKind::kUsage, file, "bytes that are not UTF-8 at byte " + std::to_string(*broken),
       "UTF-8", "saving the file as UTF-8");
}

}  // namespace

Node ParseYaml(std::string_view text, const std::string& file) {
  RequireUtf8(text, file);
  TreeBuilder builder(file);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    Fail(ErrorKind::kUsage, PlaceAt(file, error.mark), "text that is not YAML (" + error.msg + ")",
         "valid YAML", "checking indentation, quotes and brackets there");
  }
  if (builder.last_quoted()) RequireClosedQuote(text, *builder.last_quoted(), file);
  Node root = builder.TakeRoot();
  if (root.kind == Node::Kind::kNull) root.kind = Node::Kind::kMap;
  return root;
}

Node PlainScalar(std::string_view text) {
  Node node;
  node.kind = Node::Kind::kScalar;
  node.text = text;
  return node;
}

std::string PlaceOf(const std::string& file, const Node& node) {
  return file + ":" + std::to_string(node.line) + ":" + std::to_string(node.column);
}

}  // namespace plumbline::config
