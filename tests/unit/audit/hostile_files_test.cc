// Files that were made to break a reader: each ends in a clear error or a note, never in a crash.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "harness/audit/audit.h"
#include "harness/audit/output.h"
#include "harness/audit/read.h"
#include "harness/base/error.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline::audit {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr int kDeep = 10'000;
constexpr uintmax_t kHuge = uintmax_t{200} << 20;

std::string State(const std::string& entry) {
  return R"({"global_step": 20, "max_steps": 20, "log_history": [
    {"loss": 1.5, "learning_rate": 1e-5, "grad_norm": 1.0, "epoch": 0.5, "step": 10},
    )" + entry + "]}";
}

// The whole way of `audit PATH`: text and JSON of both languages, or the message of its error.
std::string Audited(const fs::path& path) {
  try {
    const auto audits = AuditStudy(ReadStudy(path, {}));
    std::string said;
    for (const Language language : {Language::kEnglish, Language::kKorean}) {
      said += AuditToText(audits, language) + DumpJson(AuditToJson(audits, language));
    }
    return said;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kData) << error.what();
    return std::string("error: ") + error.what();
  }
}

class HostileFiles : public ::testing::Test {
 protected:
  void Write(const std::string& name, const std::string& text) {  // unsynced: there are thousands
    std::ofstream(directory_ / name, std::ios::binary) << text;
  }
  // A file of zeros that takes no place on the disk.
  void WriteSparse(const std::string& name, const std::string& front) {
    Write(name, front);
    fs::resize_file(directory_ / name, kHuge);
  }
  std::string Audit(const std::string& name = "") {
    return Audited(name.empty() ? directory_.path() : directory_ / name);
  }

  testing::TemporaryDirectory directory_;
};

TEST_F(HostileFiles, NumbersAtAndBeyondTheEndOfTheLine) {
  for (const char* number : {"NaN", "Infinity", "-Infinity", "1e308", "-1e308", "1e999", "5e-324",
                             "\"nan\"", "\"\"", "null", "true", "[]", "{}", "1e", "--1"}) {
    const std::string n = number;
    Write("trainer_state.json",
          State("{\"loss\": " + n + ", \"learning_rate\": " + n + ", \"grad_norm\": " + n +
                ", \"epoch\": " + n + ", \"step\": " + n + "}, {\"eval_loss\": " + n +
                ", \"eval_rouge1\": " + n + ", \"eval_runtime\": " + n + ", \"epoch\": 1.0}, " +
                "{\"train_runtime\": " + n + ", \"train_samples_per_second\": " + n +
                ", \"train_loss\": " + n + ", \"epoch\": 1.0}"));
    Write("training_args.json", "{\"learning_rate\": " + n + ", \"warmup_steps\": " + n +
                                    ", \"gradient_accumulation_steps\": " + n +
                                    ", \"per_device_train_batch_size\": " + n +
                                    ", \"num_train_epochs\": " + n + ", \"max_steps\": " + n + "}");
    EXPECT_THAT(Audit(), Not(IsEmpty())) << number;
  }
}

TEST_F(HostileFiles, NestingOfTenThousandIsRefusedEverywhere) {
  const std::string lists = std::string(kDeep, '[') + std::string(kDeep, ']');
  std::string maps;
  for (int i = 0; i < kDeep; ++i) maps += "{\"a\":";
  maps += "1" + std::string(kDeep, '}');
  std::string yaml;
  for (int i = 0; i < 1000; ++i) yaml += std::string(static_cast<size_t>(i), ' ') + "a:\n";
  for (const std::string& nest : {lists, maps}) {
    Write("trainer_state.json", State(nest));
    EXPECT_THAT(Audit("trainer_state.json"), HasSubstr("error: "));
    Write("trainer_state.json", State("{}"));
    Write("config.json", nest);
    Write("predictions.jsonl", nest + "\n");
    EXPECT_THAT(Audit(), HasSubstr("nest"));
    Write("log.txt", "{'loss': " + nest + "}\n{'loss': 1.0, 'epoch': 1.0}\n");
    EXPECT_THAT(Audit("log.txt"), Not(IsEmpty()));
  }
  Write("args.yaml", yaml);
  EXPECT_THAT(Audit("args.yaml"), HasSubstr("error: "));
}

TEST_F(HostileFiles, TwoHundredMegabytesAreRefusedBySize) {
  Write("trainer_state.json", State("{}"));
  for (const char* name : {"config.json", "ledger.json", "resolved_config.json",
                           "adapter_config.json", "all_results.json", "other.yaml"}) {
    WriteSparse(name, "{");
  }
  EXPECT_THAT(Audit(), HasSubstr("209715200 bytes"));
  WriteSparse("trainer_state.json", "{");
  EXPECT_THAT(Audit("trainer_state.json"), HasSubstr("error: "));
  WriteSparse("huge.log", "{'loss': 1.0, 'epoch': 1.0}\n");
  EXPECT_THAT(Audit("huge.log"), HasSubstr("209715200 bytes"));
  WriteSparse("training_args.bin", "PK");
  WriteSparse("model.safetensors", "\x10");
  EXPECT_THAT(Audit(), Not(IsEmpty()));
}

TEST_F(HostileFiles, BinaryAndBrokenUtf8AreNotes) {
  std::string bytes;
  for (int i = 0; i < 4096; ++i) bytes += static_cast<char>((i * 31 + i / 7) % 256);
  for (const std::string& content :
       {bytes, std::string("\xEA\xB0"), std::string("{\"a\": \"\xEA\xB0\"}"), std::string("\xFF\xFE{}"),
        std::string("{\"loss\": \"\xED\xA0\x80\"}"), std::string(), std::string("\0", 1)}) {
    Write("trainer_state.json", State("{}"));
    for (const char* name :
         {"config.json", "generation_config.json", "training_args.bin", "ledger.json",
          "resolved_config.json", "all_results.json", "predictions.jsonl", "references.jsonl",
          "encoded.jsonl", "train.jsonl", "validation.csv", "adapter_config.json",
          "adapter_model.safetensors", "model.safetensors", "other.yaml", "tokenizer_config.json"}) {
      Write(name, content);
    }
    EXPECT_THAT(Audit(), Not(IsEmpty()));
    for (const char* name : {"trainer_state.json", "run.log", "report.md", "args.yaml"}) {
      Write(name, content);
      EXPECT_THAT(Audit(name), Not(IsEmpty()));
    }
  }
}

TEST_F(HostileFiles, LoopsOfLinksAreNothingThere) {
  Write("trainer_state.json", State("{}"));
  for (const char* name : {"config.json", "training_args.bin", "predictions.jsonl", "train.jsonl",
                           "other.yaml", "checkpoint-5", "audit.json", "model.safetensors"}) {
    fs::create_symlink(directory_ / name, directory_ / name);
  }
  fs::create_directory_symlink(directory_.path(), directory_ / "checkpoint-7");
  EXPECT_THAT(Audit(), HasSubstr("cfg-"));
  fs::create_symlink(directory_ / "round", directory_ / "round");
  EXPECT_THAT(Audit("round"), HasSubstr("error: "));
}

TEST_F(HostileFiles, PipesAndDirectoriesInPlaceOfFilesAreNeitherReadNorWaitedFor) {
  ASSERT_EQ(::mkfifo((directory_ / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(Audit("pipe"), HasSubstr("neither a file nor a directory"));
  Write("trainer_state.json", State("{}"));
  for (const char* name : {"predictions.jsonl", "config.json", "training_args.bin", "seen.jsonl"}) {
    ASSERT_EQ(::mkfifo((directory_ / name).c_str(), 0600), 0);
  }
  fs::create_directory(directory_ / "ledger.json");
  fs::create_directory(directory_ / "model.safetensors");
  EXPECT_THAT(Audit(), HasSubstr("cfg-"));
}

// Root may read everything; for a while it gives that up.
class AsAnyone {
 public:
  AsAnyone() {
    PLUMBLINE_CHECK(::syscall(SYS_capget, &header_, before_) == 0);
    __user_cap_data_struct fewer[2] = {before_[0], before_[1]};
    fewer[0].effective &= ~(1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH);
    PLUMBLINE_CHECK(::syscall(SYS_capset, &header_, fewer) == 0);
  }
  ~AsAnyone() { ::syscall(SYS_capset, &header_, before_); }

 private:
  __user_cap_header_struct header_ = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct before_[2] = {};
};

TEST_F(HostileFiles, WhatMayNotBeReadIsSaid) {
  fs::create_directory(directory_ / "closed");
  fs::permissions(directory_ / "closed", fs::perms::none);
  {
    const AsAnyone anyone;
    EXPECT_THAT(Audit("closed"), HasSubstr("error: "));
  }
  fs::permissions(directory_ / "closed", fs::perms::owner_all);
  Write("trainer_state.json", State("{}"));
  fs::permissions(directory_ / "trainer_state.json", fs::perms::none);
  const AsAnyone anyone;
  EXPECT_THAT(Audit(), HasSubstr("Permission denied"));
}

// Figures for 1,000 directories are taken by hand; here they must all be read, and apart.
TEST_F(HostileFiles, AThousandRunsAreAThousandAudits) {
  constexpr int kRuns = 1000;
  int seen = 0;
  for (int i = 0; i < kRuns; ++i) {
    const fs::path run = directory_ / ("run-" + std::to_string(i));
    fs::create_directory(run);
    std::ofstream(run / "trainer_state.json") << State("{\"eval_loss\": 1.0, \"epoch\": 1.0}");
    const auto audits = AuditStudy(ReadStudy(run, {}));
    ASSERT_EQ(audits.size(), 1u);
    ASSERT_EQ(audits[0].evidence.log.size(), 1u);
    ++seen;
  }
  EXPECT_EQ(seen, kRuns);
}

}  // namespace
}  // namespace plumbline::audit
