#!/bin/sh
# Writes a C++ source with the given text files as raw string literals: embed.sh FILE... > embedded_texts.cc
# Part of the build: the generator then needs no files at run time.
set -eu
echo '#include "harness/data/korean/embedded_texts.h"'
echo '#include <iterator>'
echo 'namespace plumbline::data::korean {'
echo 'namespace {'
echo 'constexpr EmbeddedText kTexts[] = {'
for file in "$@"; do
  case "$file" in
    */frames/*) folder=frames ;;
    *) folder=shared ;;
  esac
  printf '{"%s/%s", R"~~~~(' "$folder" "$(basename "$file")"
  cat "$file"
  echo ')~~~~"},'
done
echo '};'
echo '}  // namespace'
echo 'std::span<const EmbeddedText> EmbeddedTexts() { return kTexts; }'
echo '}  // namespace plumbline::data::korean'
