// The words after a verb, sorted into options, settings and positionals. The only parser of command
// lines.
#ifndef PLUMBLINE_HARNESS_CLI_ARGUMENTS_H_
#define PLUMBLINE_HARNESS_CLI_ARGUMENTS_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/cli/verb.h"
#include "harness/config/resolve.h"

namespace plumbline::cli {

class Arguments {
 public:
  // `words[0]` is the verb as typed. Errors: kUsage for an unknown flag (nearest named), a missing
  // or doubled value, a missing required option, positionals the verb does not take.
  Arguments(const Verb& verb, const std::vector<std::string>& words);

  bool Has(std::string_view option) const;
  // The value of an option. Errors: kInternal when it was not given (ask Has, or declare it
  // required).
  const std::string& Value(std::string_view option) const;
  // All values of a repeating option, in order; empty when not given.
  std::vector<std::string> Values(std::string_view option) const;
  // All words that are no flags; of a verb that reads a configuration they are its files, in
  // inputs() too.
  const std::vector<std::string>& positionals() const { return positionals_; }
  // --json was given: the result goes to stdout as one JSON document.
  bool json() const { return Has("json"); }

  // Files, command line and environment of this process, ready for config::Resolve.
  const config::Inputs& inputs() const { return inputs_; }
  // config::Resolve(inputs()); the verb must read a configuration.
  config::Resolved Resolve() const;

 private:
  friend class Parser;

  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::vector<std::string> positionals_;
  config::Inputs inputs_;
};

}  // namespace plumbline::cli

#endif  // PLUMBLINE_HARNESS_CLI_ARGUMENTS_H_
