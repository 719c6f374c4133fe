// plumbline tokenize: what a tokenizer makes of texts.
#include <iostream>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/cli/arguments.h"
#include "harness/cli/verb_list.h"
#include "harness/data/jsonl.h"
#include "harness/data/tokenize_line.h"
#include "harness/data/tokenizer.h"

namespace plumbline::cli {
namespace {

std::string TextOf(const Json& record, const std::string& file, int64_t line) {
  const auto text = record.find("text");
  if (text != record.end() && text->is_string()) return text->get<std::string>();
  Fail(ErrorKind::kData, "reading " + Quoted(file) + ":" + std::to_string(line),
       "no text in 'text'", "{\"text\": \"...\"}", "another file");
}

// Output to a file appears whole or not at all.
void TokenizeFile(const data::Tokenizer& tokenizer, const std::string& in, const std::string& out) {
  AtomicFile file(out);
  data::ForEachJsonLine(in, [&](const Json& record, int64_t line) {
    file.Write(data::TokenizeLine(tokenizer, TextOf(record, in, line)).dump() + "\n");
  });
  file.Commit();
}

int RunTokenize(const Arguments& arguments) {
  const bool has_text = arguments.Has("text");
  const bool has_file = arguments.Has("file");
  if (has_text == has_file || has_file != arguments.Has("out")) {
    Fail(ErrorKind::kUsage, "plumbline tokenize",
         has_text ? "--text and --file or --out" : "no complete input",
         "--text S, or --file F.jsonl --out F.jsonl", "plumbline tokenize --help");
  }
  const auto tokenizer = data::LoadTokenizer(arguments.Value("model"));
  if (has_file) {
    TokenizeFile(*tokenizer, arguments.Value("file"), arguments.Value("out"));
  } else {
    std::cout << data::TokenizeLine(*tokenizer, arguments.Value("text")).dump() << "\n";
  }
  return 0;
}

}  // namespace

Verb TokenizeVerb() {
  Verb verb;
  verb.name = "tokenize";
  verb.summary = "ids, pieces, offsets and decoded text of a tokenizer";
  verb.options = {
      {"model", "DIR", "a directory with a tokenizer, or a tokenizer.json or .model file",
       /*required=*/true},
      {"text", "S", "one text; the result is a JSON line on stdout"},
      {"file", "F.jsonl", "{\"text\"} a line"},
      {"out", "F.jsonl",
       "with --file: ids, pieces, offsets (in characters) and decoded, a line each"},
      {"json", "", "accepted: the result is JSON anyway"},
  };
  verb.example = "plumbline tokenize --model models/kobart-tiny --text 'some text'";
  verb.run = RunTokenize;
  return verb;
}

}  // namespace plumbline::cli
