# Bazel's action list (aquery --output=text) as a makefile that does the same work without Bazel.
# Called by pack.sh. Paths lose their bazel-out/CONFIGURATION/bin/, so that the folder the makefile lies in
# is at once source tree, build tree and runfiles tree. LibTorch's place and libraries, the compiler and what
# other machines lack (gold) become variables, which build.sh sets.

function Flush(   i) {
  if (mnemonic ~ /^(CppCompile|CppLink|Genrule|KoreanDataset)$/) Rule()
  else if (mnemonic ~ /^(SolibSymlink|ExecutableSymlink)$/) Link()
  else if (mnemonic == "TestRunner") Test()
  mnemonic = inputs = outputs = ""
  num_words = 0
}

# Where a path of Bazel's lies in the folder; "" for what is not carried.
function Place(path) {
  sub(/ \(TreeArtifact\)$/, "", path)
  if (path ~ /_middlemen\/|\/_U@libtorch|\.params$|^external\/|-exec-[0-9A-Z]*\//) return ""
  sub(/^bazel-out\/[^\/]*\/bin\//, "", path)
  return path
}

function Places(list,   paths, count, i, place, text) {
  count = split(list, paths, ", ")
  for (i = 1; i <= count; ++i) {
    place = Place(paths[i])
    if (place != "") text = text " " place
  }
  return substr(text, 2)
}

# One word of a command, as the shell reads it; "" drops it.
function Word(word) {
  gsub(/\$/, "$$", word)
  if (word ~ /^@bazel-out|^'?-fuse-ld=|^-B\/usr\/bin$|^-L.*_U@libtorch|^-pass-exit-codes$/) return ""
  if (word ~ /^-l(c10|c10_cuda|torch|torch_cpu|torch_cuda)$|^-l:lib(gomp|cupti|cudart)/) {
    if (has_libtorch) return ""
    has_libtorch = 1
    return "$(LIBTORCH_LIBS)"
  }
  # The libraries that are carried take the place of LibTorch's folder, which is found by its own path.
  if (word ~ /rpath,.*_U@libtorch/) sub(/_solib_[^\/]*\/_U@libtorch[^']*/, "external/system/lib", word)
  gsub(/bazel-out\/[^\/]*\/bin\/external\/libtorch/, "external/libtorch", word)
  gsub(/bazel-out\/[^\/ ]*\/bin(\/|$)/, "", word)
  if (word == "") return "."
  gsub(/external\/libtorch/, "$(LIBTORCH_DIR)", word)
  return word
}

function Rule(   target, command, i, word, link) {
  target = Places(outputs)
  sub(/^.*\.d /, "", target)
  if (target == "") return
  if (mnemonic == "CppLink" && words[1] ~ /ar$/) words[1] = "$(AR)"
  else if (mnemonic ~ /^Cpp/) words[1] = "$(CC)"
  has_libtorch = 0
  for (i = 1; i <= num_words; ++i) {
    word = words[i] ~ /^\$\((CC|AR)\)$/ ? words[i] : Word(words[i])
    if (word == "") continue
    command = command " " word
    link = link || word == "-o"
  }
  if (mnemonic == "CppCompile") command = command " $(SYSTEM_INCLUDES) $(MORE_CXXFLAGS)"
  else if (mnemonic == "CppLink" && link) command = command " $(LINKER) $(MORE_LDFLAGS)"
  # A wanted file that was removed from an archive's list must not stay in it.
  printf "%s: %s\n\t@mkdir -p $(@D)\n", target, Places(inputs)
  if (words[1] == "$(AR)") printf "\t@rm -f $@\n"
  printf "\t@echo '%s %s'\n\t@%s\n\n", mnemonic, target, substr(command, 2)
  if (mnemonic == "CppCompile") depends = depends " " substr(target, 1, length(target) - 1) "d"
  if (mnemonic == "CppLink" && target !~ /\.(a|lo|so)$/ || mnemonic == "KoreanDataset") wanted = wanted " " target
}

function Link(   target, source, up, parts, i) {
  target = Places(outputs)
  source = Places(inputs)
  if (target == "" || source == "") return
  sub(/ .*/, "", source)
  for (i = split(target, parts, "/"); i > 1; --i) up = up "../"
  printf "%s: %s\n\t@mkdir -p $(@D)\n\t@ln -sf %s%s $@\n\n", target, source, up, source
  if (mnemonic == "ExecutableSymlink") wanted = wanted " " target
}

# A line of the list of tests: label, then program and arguments.
function Test(   i, line) {
  line = label "\t" Word(words[2])
  for (i = 3; i <= num_words; ++i) line = line " " words[i]
  print line > tests
}

BEGIN { print "# Made by third_party/without_bazel/pack.sh from Bazel's action list.\n.PHONY: all\nall:\n" }
/^  Mnemonic: / { mnemonic = $2 }
/^  Target: / { label = $2 }
/^  Inputs: \[/ { inputs = substr($0, 12, length($0) - 12) }
/^  Outputs: \[/ { outputs = substr($0, 13, length($0) - 13) }
/^  Command Line: \(exec / || is_command {
  line = $0
  sub(/^  Command Line: \(exec /, "", line)
  sub(/^    /, "", line)
  is_command = sub(/ \\$/, "", line)
  if (!is_command) sub(/\)$/, "", line)
  words[++num_words] = line
}
/^$/ { Flush() }
END {
  Flush()
  printf "all:%s\n\n-include%s\n", wanted, depends
}
