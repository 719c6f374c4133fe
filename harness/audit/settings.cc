#include "harness/audit/settings.h"

#include <map>

#include "harness/audit/read.h"
#include "harness/base/error.h"
#include "harness/config/node.h"

namespace plumbline::audit {
namespace {

constexpr int kDeepestYamlIndent = 400;  // columns; yaml-cpp recurses

const std::map<std::string, std::string, std::less<>>& KeyNames() {
  static const std::map<std::string, std::string, std::less<>> kNames = {
#define KEY_NAME(foreign, ours) {foreign, ours},
#include "harness/audit/key_names.def"
#undef KEY_NAME
  };
  return kNames;
}

std::string_view LastParts(std::string_view dotted, int parts) {
  size_t at = dotted.size();
  for (int i = 0; i < parts; ++i) {
    const size_t dot = at == 0 ? std::string_view::npos : dotted.rfind('.', at - 1);
    if (dot == std::string_view::npos) return dotted;
    at = dot;
  }
  return dotted.substr(at + 1);
}

std::optional<std::string> ScalarText(const Literal& literal) {
  if (literal.IsMap() || literal.kind == Literal::Kind::kNull) return std::nullopt;
  if (!literal.IsList()) return literal.text;
  std::string joined;
  for (const Literal& item : literal.items) {
    if (item.IsMap() || item.IsList()) return std::nullopt;
    joined += (joined.empty() ? "" : ",") + item.text;
  }
  return joined;
}

void Flatten(const Literal& literal, const std::string& prefix, Layer layer,
             const std::string& file, Evidence& run) {
  for (const auto& [key, value] : literal.members) {
    const std::string dotted = prefix.empty() ? key : prefix + "." + key;
    if (value.IsMap()) {
      Flatten(value, dotted, layer, file, run);
    } else if (auto text = ScalarText(value)) {
      AddSetting(dotted, std::move(*text), layer, {file, dotted, value.line}, run);
    }
  }
}

Literal FromNode(const config::Node& node) {
  Literal literal;
  literal.line = node.line;
  switch (node.kind) {
    case config::Node::Kind::kNull:
      break;
    case config::Node::Kind::kScalar:
      literal.text = node.text;
      literal.kind = Literal::Kind::kText;
      if (!node.quoted && (node.text == "true" || node.text == "false")) {
        literal.kind = Literal::Kind::kBool;
      } else if (!node.quoted && ParseDecimal(node.text)) {
        literal.kind = Literal::Kind::kNumber;
      }
      break;
    case config::Node::Kind::kList:
      literal.kind = Literal::Kind::kList;
      for (const config::Node& item : node.items) literal.items.push_back(FromNode(item));
      break;
    case config::Node::Kind::kMap:
      literal.kind = Literal::Kind::kMap;
      for (const config::Member& member : node.members) {
        literal.members.emplace_back(member.key.text, FromNode(member.value));
      }
      break;
  }
  return literal;
}

// Brackets and indentation of hostile YAML, before a recursive parser sees it.
void RefuseDeepYaml(std::string_view text, const std::string& shown) {
  int brackets = 0;
  size_t indent = 0;
  bool at_start = true;
  for (const char c : text) {
    if (c == '\n') {
      at_start = true;
      indent = 0;
      continue;
    }
    if (at_start && (c == ' ' || c == '-')) ++indent;
    else at_start = false;
    if (c == '[' || c == '{') ++brackets;
    if (c == ']' || c == '}') --brackets;
    if (brackets > kDeepestLiteral || indent > kDeepestYamlIndent) {
      Fail(ErrorKind::kData, "reading " + Quoted(shown), "nesting deeper than 256", "less",
           "the configuration itself");
    }
  }
}

std::vector<std::string> Words(std::string_view command) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  bool any = false;
  for (size_t i = 0; i <= command.size(); ++i) {
    const char c = i < command.size() ? command[i] : ' ';
    if (quote != 0) {
      if (c == quote) quote = 0;
      else word += c;
      continue;
    }
    if (c == '"' || c == '\'') {
      quote = c;
      any = true;
    } else if (c == '\\' && i + 1 < command.size() && (command[i + 1] == '\n' || command[i + 1] == '\r')) {
      ++i;
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      if (any || !word.empty()) words.push_back(word);
      word.clear();
      any = false;
    } else {
      word += c;
    }
  }
  return words;
}

bool IsFlag(const std::string& word) {
  return word.size() > 2 && word[0] == '-' && word[1] == '-';
}

}  // namespace

std::string SettingName(std::string_view dotted) {
  const auto& names = KeyNames();
  for (const int parts : {2, 1}) {
    const auto found = names.find(LastParts(dotted, parts));
    if (found != names.end()) return found->second;
  }
  return "other." + std::string(LastParts(dotted, 1));
}

void AddSetting(std::string_view dotted, std::string text, Layer layer, const Place& place,
                Evidence& run) {
  run.settings.push_back({SettingName(dotted), std::move(text), layer, place});
}

void AddSettings(const Literal& document, Layer layer, const std::string& file, Evidence& run) {
  Flatten(document, "", layer, file, run);
}

Literal ParseYamlText(std::string_view text, const std::string& shown) {
  RefuseDeepYaml(text, shown);
  try {
    return FromNode(config::ParseYaml(text, shown));
  } catch (const Error& error) {
    throw Error(ErrorKind::kData, error.what());
  }
}

Literal ReadDocumentFile(const std::filesystem::path& file, const std::string& shown) {
  const std::string text = ReadTextFile(file);
  if (file.extension() == ".json") return ParseLiteralFile(text, shown);
  return ParseYamlText(text, shown);
}

std::vector<Setting> CommandLineSettings(std::string_view command, Layer layer,
                                         const Place& place) {
  std::vector<Setting> settings;
  const std::vector<std::string> words = Words(command);
  for (size_t i = 0; i < words.size(); ++i) {
    if (!IsFlag(words[i])) continue;
    std::string flag = words[i].substr(2);
    std::string value;
    const size_t equals = flag.find('=');
    if (equals != std::string::npos) {
      value = flag.substr(equals + 1);
      flag.resize(equals);
    }
    for (char& c : flag) c = c == '-' ? '_' : c;
    while (equals == std::string::npos && i + 1 < words.size() && !IsFlag(words[i + 1])) {
      value += (value.empty() ? "" : ",") + words[++i];
    }
    settings.push_back({SettingName(flag), value.empty() ? "true" : value, layer,
                        {place.file, "--" + flag, place.line}});
  }
  return settings;
}

}  // namespace plumbline::audit
