// What must hold of a whole configuration before the first step. Called by Resolve alone.
#ifndef PLUMBLINE_HARNESS_CONFIG_CHECK_H_
#define PLUMBLINE_HARNESS_CONFIG_CHECK_H_

#include "harness/config/layering.h"

namespace plumbline::config {

// Refuses every value, from whatever layer, that asks for a feature which is not built; names all
// of them at once. Errors: kUsage; kModel when only the checkpoint asks.
void RefuseUnbuilt(const Entries& entries);

// Marks inactive keys. Errors: kUsage for an inactive key that a person wrote for this run.
void CheckActivity(Entries& entries);

// Relations between keys that no single range can say. Errors: kUsage.
void CheckRelations(const Entries& entries);

}  // namespace plumbline::config

#endif  // PLUMBLINE_HARNESS_CONFIG_CHECK_H_
