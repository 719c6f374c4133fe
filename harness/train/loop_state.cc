#include "harness/train/loop_state.h"

#include "harness/base/error.h"
#include "harness/base/number.h"

namespace plumbline::train {
namespace {

double DoubleFrom(const Json& json) {
  const std::string text = json.get<std::string>();
  const std::optional<double> value = ParseDouble(text);
  if (!value) Fail(ErrorKind::kData, "reading a loop state", Quoted(text), "a hex float", "the file as it was written");
  return *value;
}

Json HexFloats(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(HexFloat(value));
  return list;
}

std::vector<double> DoublesFrom(const Json& list) {
  std::vector<double> values;
  for (const Json& item : list) values.push_back(DoubleFrom(item));
  return values;
}

}  // namespace

void CountRows(std::span<const std::vector<int64_t>> batches, std::vector<int64_t>& times) {
  for (const std::vector<int64_t>& batch : batches) {
    for (const int64_t row : batch) ++times.at(static_cast<size_t>(row));
  }
}

Json ToJson(const LoopState& state) {
  return {{"epoch", state.epoch},
          {"update_step", state.update_step},
          {"scheduler_step", state.scheduler_step},
          {"nonfinite_steps", state.nonfinite_steps},
          {"loss_scale", HexFloat(state.scaler.scale)},
          {"loss_scale_clean_steps", state.scaler.clean_steps},
          {"loss_scale_skips_in_a_row", state.scaler.skips_in_a_row},
          {"unlogged_steps", state.unlogged_steps},
          {"unlogged_loss_sum", HexFloat(state.unlogged_loss_sum)},
          {"total_loss_sum", HexFloat(state.total_loss_sum)},
          {"step_losses", HexFloats(state.step_losses)},
          {"gradient_norms", HexFloats(state.gradient_norms)},
          {"times_trained", state.times_trained},
          {"generator_states", state.generator_states}};
}

LoopState LoopStateFromJson(const Json& json) {
  try {
    LoopState state;
    state.epoch = json.at("epoch").get<int64_t>();
    state.update_step = json.at("update_step").get<int64_t>();
    state.scheduler_step = json.at("scheduler_step").get<int64_t>();
    state.nonfinite_steps = json.at("nonfinite_steps").get<int64_t>();
    state.scaler.scale = DoubleFrom(json.at("loss_scale"));
    state.scaler.clean_steps = json.at("loss_scale_clean_steps").get<int64_t>();
    state.scaler.skips_in_a_row = json.at("loss_scale_skips_in_a_row").get<int64_t>();
    state.unlogged_steps = json.at("unlogged_steps").get<int64_t>();
    state.unlogged_loss_sum = DoubleFrom(json.at("unlogged_loss_sum"));
    state.total_loss_sum = DoubleFrom(json.at("total_loss_sum"));
    state.step_losses = DoublesFrom(json.at("step_losses"));
    state.gradient_norms = DoublesFrom(json.at("gradient_norms"));
    state.times_trained = json.at("times_trained").get<std::vector<int64_t>>();
    state.generator_states = json.at("generator_states").get<std::map<std::string, std::string>>();
    return state;
  } catch (const Json::exception& error) {
    Fail(ErrorKind::kData, "reading a loop state", error.what(), "the fields of loop_state.json",
         "the file as it was written");
  }
}

}  // namespace plumbline::train
