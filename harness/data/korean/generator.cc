#include "harness/data/korean/generator.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/random.h"
#include "harness/data/korean/item_check.h"
#include "harness/data/korean/quota.h"

namespace plumbline::data::korean {
namespace {

constexpr uint64_t kGolden = 0x9E3779B97F4A7C15;
constexpr uint64_t kAttemptStep = 0xD1B54A32D192ED03;
constexpr int kMaxAttempts = 400;
constexpr int kRelaxFrom = 100;  // attempts after which one demand at a time is given up

struct Band {
  int first, last;
};

Band AllowedBand(Split split) {
  switch (split) {
    case Split::kValidation:
      return {92, 95};
    case Split::kTest:
      return {96, 99};
    case Split::kTrain:
    case Split::kPretrain:
      return {0, 91};
  }
  return {0, 91};
}

int64_t PrefixBlocks(Split split) {
  return (NumRows(split, Profile::kCi) + kBlockSize - 1) / kBlockSize;
}

// Gives up the demands that most often cannot be met together, the least visible first.
void Relax(ItemRequest& request, int attempt) {
  if (attempt < kRelaxFrom) return;
  request.second_correction = false;
  request.num_sentences =
      std::max(request.num_sentences, 2);  // more facts told: more combinations to choose from
  if (attempt >= 2 * kRelaxFrom) request.correction = CorrectionKind::kNone;
}

Item GenerateFrom(const GeneratorOptions& options, Split split, std::string_view stream,
                  int64_t index, ItemRequest request) {
  const Band band = AllowedBand(split);
  const auto accepts = [band](const std::string& key) {
    const int value = BandOf(key);
    return value >= band.first && value <= band.last;
  };
  const uint64_t base = options.seed ^ Fnv1a64(stream) ^ static_cast<uint64_t>(index) * kGolden;
  const bool short_only = stream == NameOf(split) && index < NumRows(split, Profile::kCi);
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    ItemRequest relaxed = request;
    Relax(relaxed, attempt);
    SplitMix64 random(base ^ static_cast<uint64_t>(attempt) * kAttemptStep);
    std::optional<Item> item = MakeItem(relaxed, accepts, random);
    if (!item.has_value() || !IsAcceptable(*item, short_only)) continue;
    item->attempt = attempt;
    return *std::move(item);
  }
  Fail(ErrorKind::kInternal, "generating " + std::string(stream) + " " + std::to_string(index),
       "no acceptable draw in " + std::to_string(kMaxAttempts) + " attempts for frame " +
           request.frame->id,
       "a frame that can meet its quotas", "add summary patterns or correctable blocks to it");
}

}  // namespace

std::string_view NameOf(Split split) {
  switch (split) {
    case Split::kTrain:
      return "train";
    case Split::kValidation:
      return "validation";
    case Split::kTest:
      return "test";
    case Split::kPretrain:
      return "pretrain";
  }
  return "";
}

std::string_view IdPrefixOf(Split split) {
  return split == Split::kValidation ? "dev" : NameOf(split);
}

int64_t NumRows(Split split, Profile profile) {
  switch (split) {
    case Split::kTrain:
      return profile == Profile::kFull ? 12'457 : 4'000;
    case Split::kValidation:
    case Split::kTest:
      return profile == Profile::kFull ? 499 : 200;
    case Split::kPretrain:
      return profile == Profile::kFull ? kNumPretrainRows : 0;
  }
  return 0;
}

int BandOf(std::string_view combination_key) {
  return static_cast<int>(Fnv1a64(combination_key) % 100);
}

Item Generate(const GeneratorOptions& options, Split split, int64_t index) {
  const auto requests =
      DealBlock(options.seed, NameOf(split), index / kBlockSize, PrefixBlocks(split));
  Item item = GenerateFrom(options, split, NameOf(split), index,
                           requests[static_cast<size_t>(index % kBlockSize)]);
  item.fname = std::string(IdPrefixOf(split)) + "_" + std::to_string(index);
  return item;
}

std::vector<Item> GenerateSplit(const GeneratorOptions& options, Split split, int64_t num_items) {
  std::vector<Item> items;
  std::vector<ItemRequest> requests;
  for (int64_t index = 0; index < num_items; ++index) {
    if (index % kBlockSize == 0)
      requests = DealBlock(options.seed, NameOf(split), index / kBlockSize, PrefixBlocks(split));
    items.push_back(GenerateFrom(options, split, NameOf(split), index,
                                 requests[static_cast<size_t>(index % kBlockSize)]));
    items.back().fname = std::string(IdPrefixOf(split)) + "_" + std::to_string(index);
  }
  return items;
}

std::vector<Item> GenerateSlice(const GeneratorOptions& options, int64_t num_items) {
  std::vector<Item> items;
  std::vector<ItemRequest> requests;
  for (int64_t index = 0; index < num_items; ++index) {
    // Blocks with the prefix's persons and without it take turns: many-person and long dialogues
    // are in different ones.
    const int64_t block = index / kBlockSize;
    if (index % kBlockSize == 0)
      requests = DealBlock(options.seed, "slice", block, block % 2 == 0 ? block + 1 : 0);
    items.push_back(GenerateFrom(options, Split::kValidation, "slice", index,
                                 requests[static_cast<size_t>(index % kBlockSize)]));
    items.back().fname = "slice_" + std::to_string(index);
  }
  return items;
}

std::vector<Item> GenerateNewNames(const GeneratorOptions& options, int64_t num_items) {
  std::vector<Item> items;
  for (int64_t block = 0; static_cast<int64_t>(items.size()) < num_items; ++block) {
    for (ItemRequest request : DealBlock(options.seed, "newnames", block, 1)) {
      if (!request.named || static_cast<int64_t>(items.size()) >= num_items) continue;
      request.new_names = true;
      const auto index = static_cast<int64_t>(items.size());
      items.push_back(GenerateFrom(options, Split::kValidation, "newnames", index, request));
      items.back().fname = "newnames_" + std::to_string(index);
    }
  }
  return items;
}

}  // namespace plumbline::data::korean
