#include "harness/data/tokenizer_json/aligned_text.h"

#include <algorithm>

#include "harness/base/error.h"
#include "harness/base/utf8.h"

namespace plumbline::data::tokenizer_json {

AlignedText::AlignedText(std::string_view original) : text_(original) {
  spans_.resize(original.size());
  for (size_t at = 0; at < original.size();) {
    const size_t end = at + CodePointAt(original, at).num_bytes;
    for (size_t byte = at; byte < end; ++byte) spans_[byte] = {at, end};
    at = end;
  }
}

AlignedText AlignedText::Slice(size_t begin, size_t end) const {
  AlignedText slice;
  slice.text_ = text_.substr(begin, end - begin);
  slice.spans_.assign(spans_.begin() + static_cast<ptrdiff_t>(begin),
                      spans_.begin() + static_cast<ptrdiff_t>(end));
  slice.origin_ = begin < end ? spans_[begin].begin : origin_;
  return slice;
}

ByteSpan AlignedText::OriginalOf(size_t begin, size_t end) const {
  if (begin >= end || end > spans_.size()) return {origin_ + begin, origin_ + end};
  return {spans_[begin].begin, spans_[end - 1].end};
}

void AlignedText::Transform(std::span<const Change> changes, size_t num_dropped) {
  std::string text;
  std::vector<ByteSpan> spans;
  text.reserve(text_.size());
  spans.reserve(text_.size());
  size_t at = 0;  // the next old character
  const auto skip = [&](size_t count) {
    for (; count > 0 && at < text_.size(); --count) at += CodePointAt(text_, at).num_bytes;
  };
  skip(num_dropped);
  for (const Change& change : changes) {
    ByteSpan span{origin_, origin_};
    if (change.change <= 0) {
      PLUMBLINE_CHECK(at < spans_.size());
      span = spans_[at];
      skip(1 + static_cast<size_t>(-change.change));
    } else if (at > 0) {
      span = spans_[at - 1];
    }
    AppendUtf8(change.value, text);
    spans.resize(text.size(), span);
  }
  text_ = std::move(text);
  spans_ = std::move(spans);
}

void AlignedText::Prepend(std::string_view start) {
  if (empty()) return;
  text_.insert(0, start);
  spans_.insert(spans_.begin(), start.size(), ByteSpan(spans_[0]));
}

void AlignedText::Replace(std::span<const Match> matches, std::string_view content) {
  std::string text;
  std::vector<ByteSpan> spans;
  for (const Match& match : matches) {
    if (match.is_match) {
      text += content;
      spans.resize(text.size(), spans_[match.end - 1]);
    } else {
      text.append(text_, match.begin, match.end - match.begin);
      spans.insert(spans.end(), spans_.begin() + static_cast<ptrdiff_t>(match.begin),
                   spans_.begin() + static_cast<ptrdiff_t>(match.end));
    }
  }
  text_ = std::move(text);
  spans_ = std::move(spans);
}

void AlignedText::Keep(size_t begin, size_t end) {
  const size_t origin = origin_;
  *this = Slice(begin, end);
  origin_ = origin;
}

}  // namespace plumbline::data::tokenizer_json
