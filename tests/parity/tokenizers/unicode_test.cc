// Every code point's class and normal form against the tokenizers library 0.23; made by
// tests/tools/make_tokenizer_goldens.py.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <sstream>
#include <string>

#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/base/utf8.h"
#include "harness/data/tokenizer_json/unicode_classes.h"
#include "harness/data/tokenizer_json/unicode_forms.h"

namespace plumbline::data::tokenizer_json {
namespace {

constexpr char32_t kEnd = 0x110000;

std::string Golden(const std::string& name) {
  std::istringstream lines(ReadFile("tests/golden/tokenizers/unicode.txt"));
  for (std::string key, digest; lines >> key >> digest;) {
    if (key == name) return digest;
  }
  return "no line " + name;
}

void ForEachCodePoint(const std::function<void(char32_t)>& visit) {
  for (char32_t c = 1; c < kEnd; ++c) {
    if (c < 0xD800 || c > 0xDFFF) visit(c);
  }
}

std::string ClassDigest(bool (*is_member)(char32_t)) {
  std::ostringstream members;
  ForEachCodePoint([&](char32_t c) {
    if (is_member(c)) members << std::hex << static_cast<uint32_t>(c) << "\n";
  });
  Sha256 digest;
  digest.Update(members.str());
  return digest.HexDigest();
}

std::string Utf8(char32_t c) {
  std::string text;
  AppendUtf8(c, text);
  return text;
}

std::string FormDigest(const std::function<std::string(const std::string&)>& rewrite) {
  Sha256 digest;
  ForEachCodePoint([&](char32_t c) {
    if (c != '\n') digest.Update(rewrite(Utf8(c)) + "\n");
  });
  return digest.HexDigest();
}

std::string InForm(UnicodeForm form, const std::string& text) {
  AlignedText aligned(text);
  ToForm(form, aligned);
  return aligned.text();
}

TEST(UnicodeClasses, EveryCodePointIsClassedAsTheLibraryDoes) {
  EXPECT_EQ(ClassDigest(IsLetter), Golden("letter"));
  EXPECT_EQ(ClassDigest(IsNumber), Golden("number"));
  EXPECT_EQ(ClassDigest(IsSpace), Golden("space"));
  EXPECT_EQ(ClassDigest(IsSpace), Golden("white"));
  EXPECT_EQ(ClassDigest(IsWordPart), Golden("word"));
}

TEST(UnicodeClasses, EveryCodePointHasTheLibrarysLowerCase) {
  const auto lower = [](const std::string& text) {
    std::string result;
    for (const char32_t c : LowerCase(CodePointAt(text, 0).value)) {
      if (c != 0) AppendUtf8(c, result);
    }
    return result;
  };
  EXPECT_EQ(FormDigest(lower), Golden("lower"));
}

TEST(UnicodeForms, EveryCodePointHasTheLibrarysNormalForms) {
  const std::map<std::string, UnicodeForm> forms = {{"NFC", {true, false}},
                                                    {"NFD", {false, false}},
                                                    {"NFKC", {true, true}},
                                                    {"NFKD", {false, true}}};
  for (const auto& [name, form] : forms) {
    EXPECT_EQ(FormDigest([&](const std::string& c) { return InForm(form, c); }), Golden(name))
        << name;
    // Between marks of other combining classes, which shows its own.
    EXPECT_EQ(FormDigest([&](const std::string& c) {
                return InForm(form, "a\u0345" + c + "b" + c + "\u0334");
              }),
              Golden(name + "-marked"))
        << name;
  }
}

TEST(UnicodeForms, WhatDecomposesComposesAsTheLibraryDoes) {
  Sha256 digest;
  ForEachCodePoint([&](char32_t c) {
    if (c == '\n') return;
    const std::string apart = InForm({.composed = false, .compatible = false}, Utf8(c));
    digest.Update(InForm({.composed = true, .compatible = false}, apart) + "\n");
  });
  digest.Update(InForm({.composed = true, .compatible = false}, "\U00011935\U00011930") + "\n");
  EXPECT_EQ(digest.HexDigest(), Golden("composed"));
}

}  // namespace
}  // namespace plumbline::data::tokenizer_json
