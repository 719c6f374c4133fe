// Walks the opcodes of a pickle (protocols 2 to 5) and says what data it describes. Nothing is
// imported, called or executed: a global is its name, a call is the name and the arguments. Called
// by the reader of training_args.bin; the tests feed it hostile bytes.
// Source of the opcodes: CPython's Lib/pickletools.py (3.11).
#ifndef PLUMBLINE_HARNESS_AUDIT_PICKLE_PICKLE_WALKER_H_
#define PLUMBLINE_HARNESS_AUDIT_PICKLE_PICKLE_WALKER_H_

#include <cstddef>
#include <span>
#include <string_view>

#include "harness/audit/pickle/pickle_value.h"

namespace plumbline::audit {

struct WalkedPickle {
  PickleValue value;
  size_t num_bytes = 0;  // up to and with STOP; another pickle may follow
};

// Memory stays proportional to the size of `bytes`. `where` names the source in errors. Errors:
// kData with the opcode's name and offset when the bytes end early, an opcode is unknown or not
// data (persistent ids, extensions, out-of-band buffers, protocols 0 and 1), the stack or memo does
// not hold what an opcode takes, or a call goes to a module outside the list of inert ones
// (transformers, accelerate, torch, peft, trl, datasets, collections, datetime, pathlib and the
// plain types of builtins): such a file must not be loaded with Python either.
WalkedPickle WalkPickle(std::span<const std::byte> bytes, std::string_view where);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_PICKLE_PICKLE_WALKER_H_
