"""Writes tests/golden/rouge_degeneracy/: rows whose ASCII tokens are speaker tags alone, and rouge_score's figures.

Run from the repository root: python tests/tools/make_rouge_degeneracy.py
rows.jsonl, one row a line: "turns" (a digit is a speaker tag, the letters behind it are Korean words of WORDS),
"lengths" (turns of the dialogue in each of the four sizes), "reference" and "summary" in the same writing. A dialogue
is its first turns, one a line, "#Person1#: word word"; a summary is "#Person1# word word #Person2# word word".
expected.json: means and counts that rouge_score 0.1.2 gives; "unicode" is its scorer with a tokenizer that keeps words.
"""

import json
import pathlib
import platform
import random
import re

from rouge_score import rouge_scorer

OUT = pathlib.Path("tests/golden/rouge_degeneracy")
SIZES = [10, 20, 40, 50]
WORDS = """오늘 내일 회의 시간 장소 약속 병원 학교 은행 식당 영화 음악 운동 여행 기차 버스 날씨 가족 친구 선생님 사진 전화 편지 생일
선물 가격 주문 배달 예약 취소 계획 문제 대답 질문 공부 시험 이유 결과 준비 시작""".split()
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN"


def speakers(rng, count):
    tags, current = [], rng.choice("12")
    for _ in range(count):
        tags.append(current if rng.random() >= 0.15 else rng.choice("12"))
        current = "2" if current == "1" else "1"
    return tags


def written(rng, count):
    return "".join(t + "".join(rng.choices(LETTERS, k=rng.choice([2, 3]))) for t in speakers(rng, count))


def parts(text):
    return [(m[0], [WORDS[LETTERS.index(c)] for c in m[1:]]) for m in re.findall(r"[12][a-zA-Z]+", text)]


def dialogue(text, turns):
    return "\n".join(f"#Person{t}#: " + " ".join(w) for t, w in parts(text)[:turns])


def summary(text):
    return " ".join(f"#Person{t}# " + " ".join(w) for t, w in parts(text))


class UnicodeWords:
    def tokenize(self, text):
        return re.findall(r"[^\W_]+", text.lower())


def main():
    assert len(WORDS) == len(LETTERS)
    rng = random.Random(499)
    rows = []
    for _ in range(499):
        lengths = [max(4, round(rng.gauss(size, 6))) for size in SIZES]
        rows.append({"turns": written(rng, max(lengths)), "lengths": lengths,
                     "reference": written(rng, rng.choices([1, 2, 3, 4, 5], [.10, .35, .30, .15, .10])[0]),
                     "summary": written(rng, rng.choices([1, 2, 3, 4], [.1, .4, .3, .2])[0])})
    cases = [("echo", size, tokenizer) for tokenizer in ("ascii", "unicode") for size in SIZES]
    cases += [("plain", 0, tokenizer) for tokenizer in ("ascii", "unicode")]
    expected = []
    for kind, size, tokenizer in cases:
        scorer = rouge_scorer.RougeScorer(["rouge1", "rouge2", "rougeL"],
                                          tokenizer=UnicodeWords() if tokenizer == "unicode" else None)
        scores = []
        for row in rows:
            text = summary(row["summary"])
            if kind == "echo":
                text = dialogue(row["turns"], row["lengths"][SIZES.index(size)]) + "\n" + text
            scores.append(scorer.score(summary(row["reference"]), text))
        mean = {k: sum(s[k].fmeasure for s in scores) / len(scores) for k in ("rouge1", "rouge2", "rougeL")}
        expected.append({"case": kind, "turns": size, "tokenizer": tokenizer, **mean,
                         "rows_r1_equals_rl": sum(s["rouge1"].fmeasure == s["rougeL"].fmeasure for s in scores)})
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "rows.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    manifest = {"command": "python tests/tools/make_rouge_degeneracy.py", "python": platform.python_version(),
                "rouge_score": "0.1.2", "seed": 499}
    (OUT / "expected.json").write_text(json.dumps({"manifest": manifest, "words": WORDS, "cases": expected}, indent=1,
                                                  ensure_ascii=False) + "\n")


main()
