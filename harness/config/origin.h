// Where a configuration value came from: one of the layers, and the place inside it.
// Everything that shows or compares settings uses it; it knows nothing of keys or values.
#ifndef PLUMBLINE_HARNESS_CONFIG_ORIGIN_H_
#define PLUMBLINE_HARNESS_CONFIG_ORIGIN_H_

#include <string>
#include <string_view>

#include "harness/base/json.h"

namespace plumbline::config {

// The one order of precedence, lowest first. A derived value ranks just above the default: it may
// fill a gap, and where anybody set the key explicitly to something else it is an error, never a
// fix-up.
enum class Layer {
  kDefault,
  kDerived,
  kCheckpoint,
  kPreset,
  kInclude,
  kSuite,
  kEnvironment,
  kCommandLine,
};

struct Origin {
  Layer layer = Layer::kDefault;
  std::string file;        // checkpoint, preset, include, suite: as the person named it
  int line = 0;            // from 1; 0 when the layer has no file
  int column = 0;          // from 1
  int argument_index = 0;  // command line: position of the argument, the verb being 0
  std::string argument;    // command line: the flag as typed
  std::string variable;    // environment: the variable's name
  std::string formula;     // how a derived value, or one switched off by another key, came about

  bool operator==(const Origin&) const = default;
};

// "default", "derived", "checkpoint", "preset", "include", "suite", "environment", "command line".
std::string LayerName(Layer layer);

// Layers that a person writes for this run: a mistake there is an error before the first step.
bool IsWrittenForRun(Layer layer);

// The place alone: "suites/a.yaml:3:5", "argument 4 (--seed)", "PLUMBLINE_SET__TRAINING__SEED", the
// formula, or "".
std::string PlaceOf(const Origin& origin);

// Layer and place: "suite suites/a.yaml:3:5".
std::string Describe(const Origin& origin);

Json ToJson(const Origin& origin);
// Errors: kData for an unknown layer or a field of the wrong type.
Origin OriginFromJson(const Json& json);

}  // namespace plumbline::config

#endif  // PLUMBLINE_HARNESS_CONFIG_ORIGIN_H_
