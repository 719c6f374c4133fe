#include "harness/data/korean/realizer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "harness/base/error.h"
#include "harness/data/korean/josa.h"
#include "harness/data/korean/lexicon.h"

namespace plumbline::data::korean {
namespace {

// Shares in percent.
constexpr uint64_t kAckPercent = 55;
constexpr uint64_t kConnectorPercent = 40;
constexpr uint64_t kAsidePercent = 90;  // a connector before small talk, which changes the subject
constexpr uint64_t kBothPersonsPercent = 5;  // "#Person1#과 #Person2#는" becomes "두 사람은"

constexpr std::string_view kReactions[] = {
    "네",   "예",   "응",   "어",   "아",       "음",   "그럼", "그러", "그렇", "그래",
    "참",   "좋",   "알",   "저기", "아니",     "확인", "오케", "글쎄", "잠깐", "잠시만",
    "감사", "고마", "죄송", "미안", "그리고",   "안녕", "혹시", "어머", "와",   "정말",
    "진짜", "여보", "다행", "물론", "할 수 없", "아쉽", "실례", "그건"};

bool IsClosing(const Beat& beat) {
  return beat.block != nullptr && beat.block->kind == BlockKind::kClose;
}

}  // namespace

bool BeginsWithReaction(std::string_view text) {
  return std::any_of(std::begin(kReactions), std::end(kReactions),
                     [text](std::string_view word) { return text.starts_with(word); });
}

Realizer::Realizer(const ItemRequest& request, char named_role, Scene& scene, SplitMix64& random)
    : request_(request),
      frame_(*request.frame),
      named_role_(named_role),
      scene_(scene),
      random_(random),
      pool_(frame_.pool) {
  for (size_t i = pool_.size(); i > 1; --i) std::swap(pool_[i - 1], pool_[random_.Below(i)]);
}

std::string Realizer::PhraseWords(const Beat& beat, const Reference& reference) {
  const auto with_particle = [&reference](const std::string& word) {
    return reference.josa.empty() ? word : Josa(word, reference.josa);
  };
  if (reference.name == "mask") return with_particle("#" + request_.mask + "#");
  if (reference.name == "name")
    return with_particle(scene_.ParticipantName(beat.role, true, random_));
  if (reference.name == "noun") return with_particle(frame_.FindSlot(beat.slot)->noun);
  PLUMBLINE_CHECK(reference.name == "x" || reference.name == "x0");
  const Reference slot{beat.slot + (reference.name == "x0" ? "0" : ""), "", reference.josa};
  return scene_.Say(slot, "", random_);
}

std::string Realizer::Words(const Beat& beat) {
  if (beat.turn == nullptr) {
    const auto& wordings = Phrases(beat.key, LevelName(LevelOf(frame_, beat.role)));
    const LineText& wording = wordings[random_.Below(wordings.size())];
    return Expand(wording, random_,
                  [&](const Reference& reference) { return PhraseWords(beat, reference); });
  }
  std::vector<const Line*> lines;
  for (const Line& candidate : beat.turn->lines) {
    if (!beat.after_call || !BeginsWithGreeting(candidate.text)) lines.push_back(&candidate);
  }
  const Line& line = *lines[random_.Below(lines.size())];
  return Expand(line.text, random_, [&](const Reference& reference) {
    if (!frame_.pool_name.empty() && reference.name == frame_.pool_name) {
      std::string& taken = pool_values_[beat.role];
      if (taken.empty()) {
        PLUMBLINE_CHECK(!pool_.empty());
        taken = pool_.back();
        pool_.pop_back();
      }
      return reference.josa.empty() ? taken : Josa(taken, reference.josa);
    }
    return scene_.Say(reference, beat.as_rejected, random_);
  });
}

// An acknowledgement when the block is begun by the other speaker, a connector when by the same
// one; often nothing.
std::string Realizer::Lead(const std::vector<SpokenTurn>& turns, const Beat& beat,
                           const std::string& text) {
  if (!beat.starts_block || turns.empty() || BeginsWithReaction(text) || IsClosing(beat)) return "";
  if (beat.block != nullptr && !beat.block->acknowledged) return "";
  const bool same_speaker = turns.back().role == beat.role;
  if (!same_speaker && (turns.back().text.ends_with("?") || request_.num_persons > 2)) return "";
  const bool aside = beat.block != nullptr && beat.block->kind == BlockKind::kDistract;
  if (!Chance(aside ? kAsidePercent : (same_speaker ? kConnectorPercent : kAckPercent))) return "";
  const auto& leads =
      Phrases(same_speaker ? "connector" : (aside ? "aside" : "ack"),
              LevelName(LevelOf(frame_, beat.role)));
  const std::string lead =
      Expand(leads[random_.Below(leads.size())], random_, [](const Reference&) { return ""; });
  if (std::find(used_leads_.begin(), used_leads_.end(), lead) != used_leads_.end()) return "";
  used_leads_.push_back(lead);
  return lead + " ";
}

std::vector<SpokenTurn> Realizer::Dialogue(const DialoguePlan& plan) {
  std::vector<SpokenTurn> turns;
  for (const Beat& beat : plan.beats) {
    std::string text = Words(beat);
    text = Lead(turns, beat, text) + text;
    std::vector<Mention> mentions = scene_.TakeMentions();
    if (turns.empty() || turns.back().role != beat.role) {
      turns.push_back({beat.role, "", {}});
    } else {
      turns.back().text += " ";
    }
    turns.back().text += text;
    std::move(mentions.begin(), mentions.end(), std::back_inserter(turns.back().mentions));
    order_.try_emplace(beat.role, static_cast<int>(order_.size()) + 1);
  }
  PutName(turns);
  return turns;
}

std::string Realizer::CallOf(char role) {
  const std::string& name = scene_.ParticipantName(role, false, random_);
  const bool plain = LevelOf(frame_, role) == Level::kHae;
  return plain ? Josa(name, "아") : name + " 씨";
}

void Realizer::PutName(std::vector<SpokenTurn>& turns) {
  if (named_role_ == '\0') return;
  const Naming naming = frame_.FindRole(named_role_)->naming;
  if (naming == Naming::kIntro) {
    const auto own = std::find_if(turns.begin(), turns.end(), [this](const SpokenTurn& turn) {
      return turn.role == named_role_;
    });
    Beat beat;
    beat.role = named_role_;
    beat.key = "name.intro";
    const std::string intro = Words(beat);
    own->text = own->text.ends_with("?") ? intro + " " + own->text : own->text + " " + intro;
  }
  if (naming != Naming::kCall) return;
  const auto is_partner = [this](const SpokenTurn& turn) {
    return turn.role != named_role_ && turn.role <= 'B';
  };
  auto turn = std::find_if(turns.begin(), turns.end(), [&](const SpokenTurn& t) {
    return is_partner(t) && !BeginsWithReaction(t.text);
  });
  if (turn == turns.end()) turn = std::find_if(turns.begin(), turns.end(), is_partner);
  turn->text = CallOf(named_role_) + ", " + turn->text;
}

std::string Realizer::TagOf(char role) const {
  const auto found = order_.find(role);
  PLUMBLINE_CHECK(found != order_.end());
  return "#Person" + std::to_string(found->second) + "#";
}

std::string Realizer::PoolValueOf(char role) const {
  const auto found = pool_values_.find(role);
  return found == pool_values_.end() ? "" : found->second;
}

std::string Realizer::SummaryWord(const Reference& reference) {
  const auto with_particle = [&reference](const std::string& word) {
    return reference.josa.empty() ? word : Josa(word, reference.josa);
  };
  if (reference.name == "모두") return with_particle(frame_.group.empty() ? "모두" : frame_.group);
  const bool is_role = reference.name.size() == 1 && frame_.FindSlot(reference.name) == nullptr;
  if (!is_role) return scene_.Write(reference, random_);
  const char role = reference.name[0];
  if (!reference.form.empty()) return with_particle(PoolValueOf(role));
  if (role == named_role_) return with_particle(scene_.ParticipantName(role, false, random_));
  return with_particle(TagOf(role));
}

namespace {

// Runs of coordinated tags in the order of their numbers: "#Person2#와 #Person1#은" becomes
// "#Person1#과 #Person2#는".
std::string WithTagsInOrder(const std::string& text) {
  constexpr std::string_view kShapes[][2] = {
      {"은", "는"}, {"이", "가"}, {"을", "를"}, {"과", "와"}, {"으로", "로"}};
  constexpr size_t kTagBytes = 9;  // #PersonN#
  std::string ordered;
  for (size_t at = 0; at < text.size();) {
    std::vector<std::string> tags;
    std::vector<std::string> joints;  // "," or "과"
    size_t end = at;
    while (text.compare(end, 7, "#Person") == 0) {
      tags.push_back(text.substr(end, kTagBytes));
      end += kTagBytes;
      const std::string_view rest = std::string_view(text).substr(end);
      const bool comma = rest.starts_with(", #Person");
      const bool joined = rest.starts_with("과 #Person") || rest.starts_with("와 #Person");
      if (!comma && !joined) break;
      joints.push_back(comma ? "," : "과");
      end += comma ? 2 : std::string_view("과 ").size();
    }
    if (tags.empty()) {
      ordered += text[at++];
      continue;
    }
    std::sort(tags.begin(), tags.end());
    for (size_t i = 0; i + 1 < tags.size(); ++i)
      ordered += (joints[i] == "," ? tags[i] + "," : Josa(tags[i], joints[i])) + " ";
    std::string last = tags.back();
    for (const auto& shapes : kShapes) {
      const std::string_view rest = std::string_view(text).substr(end);
      const bool first = rest.starts_with(shapes[0]), second = rest.starts_with(shapes[1]);
      if (tags.size() < 2 || (!first && !second)) continue;
      last = Josa(last, shapes[0]);
      end += first ? shapes[0].size() : shapes[1].size();
      break;
    }
    ordered += last;
    at = end;
  }
  return ordered;
}

}  // namespace

std::string Realizer::Summary(const std::vector<const SummaryPattern*>& patterns) {
  std::string summary;
  for (const SummaryPattern* pattern : patterns) {
    if (!summary.empty()) summary += " ";
    summary += Expand(pattern->text, random_,
                      [this](const Reference& reference) { return SummaryWord(reference); });
  }
  summary = WithTagsInOrder(summary);
  const bool two = request_.num_persons == 2 && named_role_ == '\0';
  if (!two || !Chance(kBothPersonsPercent)) return summary;
  const std::string both = Josa("#Person1#", "과") + " " + Josa("#Person2#", "은") + " ";
  return summary.starts_with(both) ? "두 사람은 " + summary.substr(both.size()) : summary;
}

}  // namespace plumbline::data::korean
