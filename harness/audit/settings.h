// Settings of any origin under DESIGN 4.3's names: nested or flat documents, command lines,
// launcher files. Used by the readers; knows nothing of precedence.
#ifndef PLUMBLINE_HARNESS_AUDIT_SETTINGS_H_
#define PLUMBLINE_HARNESS_AUDIT_SETTINGS_H_

#include <string>
#include <string_view>
#include <vector>

#include "harness/audit/evidence.h"
#include "harness/audit/literal.h"

namespace plumbline::audit {

// DESIGN 4.3's name of a nested key ("lora.r", "training.batch_size"); "other.<key>" when unknown.
std::string SettingName(std::string_view dotted);

// Every scalar (and list of scalars) of a document, flattened; null ones are left out.
void AddSettings(const Literal& document, Layer layer, const std::string& file, Evidence& run);
void AddSetting(std::string_view dotted, std::string text, Layer layer, const Place& place,
                Evidence& run);

// A YAML or JSON file as a literal. Errors: kData.
Literal ParseYamlText(std::string_view text, const std::string& shown);
Literal ReadDocumentFile(const std::filesystem::path& file, const std::string& shown);

// `python train.py --a 1 --b=2 --flag --list x y`: flags as settings. Line ends with a backslash
// join.
std::vector<Setting> CommandLineSettings(std::string_view command, Layer layer,
                                         const Place& place);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_SETTINGS_H_
