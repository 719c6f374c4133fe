#include "harness/data/korean/frame.h"

#include <algorithm>
#include <iterator>

namespace plumbline::data::korean {
namespace {

constexpr std::string_view kLibraryNames[] = {"이름1", "이름2", "친구1", "친구2", "성명1",
                                              "성명2", "직함1", "직함2", "상호"};

}  // namespace

const Slot* Frame::FindSlot(std::string_view slot) const {
  const auto found =
      std::find_if(slots.begin(), slots.end(), [slot](const Slot& s) { return s.name == slot; });
  return found == slots.end() ? nullptr : &*found;
}

const Role* Frame::FindRole(char letter) const {
  const auto found = std::find_if(roles.begin(), roles.end(),
                                  [letter](const Role& r) { return r.letter == letter; });
  return found == roles.end() ? nullptr : &*found;
}

const Block* Frame::FindBlock(std::string_view block) const {
  const auto found = std::find_if(blocks.begin(), blocks.end(),
                                  [block](const Block& b) { return b.name == block; });
  return found == blocks.end() ? nullptr : &*found;
}

std::string_view LevelName(Level level) {
  switch (level) {
    case Level::kHaeyo:
      return "해요";
    case Level::kHapsyo:
      return "합쇼";
    case Level::kHae:
      return "해";
  }
  return "";
}

Level LevelOf(const Frame& frame, char role) {
  for (const char letter : {role, 'C', 'A'}) {
    if (const Role* found = frame.FindRole(letter)) return found->level;
  }
  return Level::kHaeyo;
}

std::optional<SlotUse> FindSlotUse(const Frame& frame, std::string_view name) {
  if (const Slot* slot = frame.FindSlot(name)) return SlotUse{slot, ' '};
  if (name.empty()) return std::nullopt;
  const char last = name.back();
  if (last != '0' && last != 'x' && last != 'z' && last != 'w') return std::nullopt;
  const Slot* slot = frame.FindSlot(name.substr(0, name.size() - 1));
  if (slot == nullptr) return std::nullopt;
  return SlotUse{slot, last};
}

bool IsLibraryName(std::string_view name) {
  return std::find(std::begin(kLibraryNames), std::end(kLibraryNames), name) !=
         std::end(kLibraryNames);
}

}  // namespace plumbline::data::korean
