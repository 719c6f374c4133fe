// Identities between declared and observed work: each must hold exactly, with or without a
// baseline. Called by harness/check and reports; a broken one is a REGRESSION with cause `declared
// != observed`.
#ifndef PLUMBLINE_HARNESS_LEDGER_IDENTITIES_H_
#define PLUMBLINE_HARNESS_LEDGER_IDENTITIES_H_

#include <string>
#include <vector>

#include "harness/ledger/ledger.h"

namespace plumbline::ledger {

struct Identity {
  std::string name;      // "optimizer_steps"
  std::string formula;   // with its operands: "ceil(250 / 1) x 2 epochs"
  std::string declared;  // the value the declaration demands
  std::string observed;  // the value counted
  bool holds = false;
  std::string key;  // the configuration key a break points at, may be empty
};

// Every identity that applies to this ledger, in a fixed order. After early stopping the work of
// the steps really done is demanded; an interrupted or unfinished ledger breaks `optimizer_steps`.
// A ledger that declares no training (no rows) yields none about steps.
std::vector<Identity> CheckIdentities(const Ledger& ledger);

bool AllHold(const std::vector<Identity>& identities);

}  // namespace plumbline::ledger

#endif  // PLUMBLINE_HARNESS_LEDGER_IDENTITIES_H_
