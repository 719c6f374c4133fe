// A true run's trace, computed and then printed with few digits, as transformers' Trainer would:
// the ground that arithmetic rules must never contradict.
#ifndef PLUMBLINE_TESTS_UNIT_AUDIT_TRACE_FIXTURE_H_
#define PLUMBLINE_TESTS_UNIT_AUDIT_TRACE_FIXTURE_H_

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

#include "harness/base/random.h"
#include "tests/unit/audit/audit_fixture.h"

namespace plumbline::audit {

struct TraceOptions {
  int rows = 2500;
  int batch = 10;  // rows of an optimizer step
  int epochs = 2;
  double peak = 2e-5;
  int warmup = 50;  // steps
  int logging_steps = 10;
  bool print_steps = true;
  bool rate_before_step = true;  // transformers since 4.50
  int epoch_decimals = 2;
  int rate_decimals = 8;
  int rate_per_s_decimals = 3;
  double step_s = 0.2;
  double eval_s = 4;
  int eval_rows = 499;
};

inline std::string Printed(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  std::string shown = text;
  if (shown.find('.') == std::string::npos) return shown;
  // As Python prints round(value, decimals): no trailing zeros, one digit after the point.
  while (shown.back() == '0' && shown[shown.size() - 2] != '.') shown.pop_back();
  return shown;
}

inline double RateAt(const TraceOptions& o, int step, int planned) {
  if (step < o.warmup) return o.peak * step / std::max(1, o.warmup);
  return o.peak * (planned - step) / std::max(1, planned - o.warmup);
}

// Settings are those of the run, resolved.
inline Evidence MakeTrace(const TraceOptions& o) {
  Evidence run;
  run.path = "runs/made";
  run.name = "made";
  const int per_epoch = (o.rows + o.batch - 1) / o.batch;
  const int planned = per_epoch * o.epochs;
  const auto epoch_of = [&](int step) {
    return Printed(static_cast<double>(step) / per_epoch, o.epoch_decimals);
  };
  SplitMix64 noise_stream(7);
  for (int step = o.logging_steps; step <= planned; step += o.logging_steps) {
    const double noise = 2 * noise_stream.Unit() - 1;
    const double loss = 1.2 + std::exp(-step / 200.0) + 0.01 * noise;
    Point point = PointOf({{"epoch", epoch_of(step)},
                           {"loss", Printed(loss, 4)},
                           {"grad_norm", Printed(0.6 + 0.02 * ((step * 31) % 7), 3)},
                           {"learning_rate",
                            Printed(RateAt(o, step - (o.rate_before_step ? 1 : 0), planned),
                                    o.rate_decimals)}});
    if (o.print_steps) point.values["step"] = ReadingOf(std::to_string(step), "step");
    run.log.push_back(std::move(point));
  }
  for (int epoch = 1; epoch <= o.epochs; ++epoch) {
    Point point = PointOf({{"epoch", epoch_of(epoch * per_epoch)},
                           {"eval_loss", Printed(1.25 + std::exp(-epoch * per_epoch / 200.0), 4)},
                           {"eval_rouge1", Printed(0.4013 + 0.03 * epoch, 4)},
                           {"eval_rouge2", Printed(0.1907 + 0.02 * epoch, 4)},
                           {"eval_rougeL", Printed(0.3711 + 0.03 * epoch, 4)},
                           {"eval_runtime", Printed(o.eval_s, 2)},
                           {"eval_samples_per_second", Printed(o.eval_rows / o.eval_s, 3)}});
    if (o.print_steps) point.values["step"] = ReadingOf(std::to_string(epoch * per_epoch), "step");
    run.evaluations.push_back(std::move(point));
  }
  const double runtime_s = planned * o.step_s + o.epochs * o.eval_s;
  const auto final = [&](const char* name, const std::string& text) {
    run.final[name] = ReadingOf(text, name);
  };
  final("train_runtime", Printed(runtime_s, 2));
  final("train_samples_per_second", Printed(o.rows * o.epochs / runtime_s, o.rate_per_s_decimals));
  final("train_steps_per_second", Printed(planned / runtime_s, o.rate_per_s_decimals));
  final("train_loss", "1.4");
  Set(run, "training.num_train_epochs", std::to_string(o.epochs));
  Set(run, "training.per_device_train_batch_size", std::to_string(o.batch));
  Set(run, "training.gradient_accumulation_steps", "1");
  Set(run, "training.learning_rate", Printed(o.peak, 12));
  Set(run, "training.warmup_ratio",
      Printed(static_cast<double>(o.warmup) / planned, 12));
  Set(run, "data.train_samples", std::to_string(o.rows));
  Set(run, "data.eval_samples", std::to_string(o.eval_rows));
  return run;
}

// The worst verdict that all rules together reach; notes and open questions count as nothing.
inline std::string AboveNote(const Evidence& run) {
  std::string text;
  for (const RunAudit& audit : AuditStudy({"made", {run}})) {
    for (const Finding& finding : audit.findings) {
      if (finding.verdict == Verdict::kNotEvaluated || finding.verdict == Verdict::kNote) continue;
      text += finding.rule + ": " + English(finding) + " | " + finding.formula + "\n";
    }
  }
  return text;
}

}  // namespace plumbline::audit

#endif  // PLUMBLINE_TESTS_UNIT_AUDIT_TRACE_FIXTURE_H_
