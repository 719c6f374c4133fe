"""Writes tests/golden/rouge/: pairs with the scores of rouge_score, and words with the stems of NLTK.

Run from the repository root: python tests/tools/make_rouge_goldens.py
With --compare PLUMBLINE [--data F.jsonl] it writes nothing: it scores 1,000 random pairs, and all pairs that the
dialogues and summaries of F give, with both programs and prints the largest difference.
"""

import argparse
import hashlib
import json
import pathlib
import platform
import random
import subprocess
import sys
import tempfile

import nltk
from nltk.stem.porter import PorterStemmer
import rouge_score  # noqa: F401, its version is pip's
from rouge_score import rouge_scorer

OUT = pathlib.Path("tests/golden/rouge")
TYPES = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
STEMS = """relat condition ration valenc hesitanc digit conform radic differ vile analog vietnam predic oper feud
decis hope call form sensit triplic electr good reviv allow infer airlin gyroscop adjust defens irrit replac depend
adopt homolog commun activ angular effect bowdler rate ceas control roll geo theo archaeo philo sky dy happ enjo spr
agre plaster motor conflat troubl siz hopp tann fall hiss fizz fail fil yoy yyy tr by a1 1980 at us mull""".split()
SUFFIXES = """ s es ies sses ss ied eed ed ing y ational tional enci anci izer bli abli alli entli eli ousli ization
ation ator alism iveness fulness ousness aliti iviti biliti fulli logi icate ative alize iciti ical ful ness al ance
ence er ic able ible ant ement ment ent sion tion ion ou ism ate iti ous ive ize e ll lly ally ying""".split()
WORDS = """skies dying lying tying news inning innings outing outings canning cannings howe proceed exceed succeed
dies flies died spied feed agreed bled sing spy enjoyment meetings appointments scheduled cancellation""".split()
TRAPS = ["", " ", "\n", "\n\n \n", "!!! ...", "\u212aelvin \u212a", "\u0130stanbul I\u0307", "STRASSE stra\u00dfe",
         "caf\u00e9 CAF\u00c9", "\uff21\uff22\uff23 \uff11\uff12", "a\u0000b", "tab\tand\r\nreturn",
         "\ub098\ub294 \ud559\uad50\uc5d0 \uac04\ub2e4.", "\u1112\u1161\u11ab\uae00", "#Person1#\uc740 3\uc2dc\uc5d0",
         "emoji \U0001f600 end", "\u03a3\u03a3 \u01c5", "x_y-z 1,000.50", "\u0661\u0662 \u00b2", "A\u0301bc"]


def random_line(rng, vocabulary):
    return " ".join(rng.choice(vocabulary) for _ in range(rng.randint(0, 12)))


def random_text(rng, vocabulary):
    return "\n".join(random_line(rng, vocabulary) for _ in range(rng.choice([1, 1, 1, 2, 3, 4])))


def random_pairs(seed, count):
    rng = random.Random(seed)
    pairs = []
    for i in range(count):
        vocabulary = rng.sample(["the", "a", "of", "Tom", "#Person1#", "will"] + WORDS, rng.choice([2, 4, 8, 16]))
        references = [random_text(rng, vocabulary) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
        pairs.append((random_text(rng, vocabulary), references))
    return pairs


def scores_of(scorer, prediction, references):
    scores = scorer.score_multi(references, prediction)
    return [x for name in TYPES for x in (scores[name].precision, scores[name].recall, scores[name].fmeasure)]


def scorers():
    return {stem: rouge_scorer.RougeScorer(TYPES, use_stemmer=stem) for stem in (False, True)}


def make():
    pairs = random_pairs(1, 180)
    pairs += [(a, [b]) for a in TRAPS for b in TRAPS[:6] + [a]]
    by_stemmer = scorers()
    rows = []
    for prediction, references in pairs:
        rows.append(json.dumps({
            "prediction": prediction, "references": references,
            "plain": scores_of(by_stemmer[False], prediction, references),
            "stemmed": scores_of(by_stemmer[True], prediction, references)}, sort_keys=True))
    stemmer = PorterStemmer()
    words = sorted(set(WORDS + [stem + suffix for stem in STEMS for suffix in SUFFIXES if stem + suffix]))
    words = random.Random(2).sample(words, 1800) + WORDS
    stems = "".join(f"{word} {stemmer.stem(word)}\n" for word in sorted(set(words)))
    OUT.mkdir(parents=True, exist_ok=True)
    files = {"pairs.jsonl": "\n".join(rows) + "\n", "stems.txt": stems}
    manifest = ""
    for name, text in files.items():
        (OUT / name).write_text(text)
        manifest += f"{name} sha256 {hashlib.sha256(text.encode()).hexdigest()}\n"
    (OUT / "MANIFEST").write_text(
        manifest + "made by: python tests/tools/make_rouge_goldens.py\n"
        f"python {platform.python_version()}, rouge_score 0.1.2, nltk {nltk.__version__}\n")


def pairs_from(path):
    """Every summary against its own dialogue's lines and against the next row's summary."""
    rows = [json.loads(line) for line in open(path, encoding="utf-8")]
    summaries = [row["summary"] if isinstance(row["summary"], str) else row["summary"][0] for row in rows]
    return [(row["dialogue"], [summary]) for row, summary in zip(rows, summaries)] + [
        (summaries[i - 1], [summaries[i], rows[i]["dialogue"]]) for i in range(len(rows))]


def compare(program, data):
    pairs = random_pairs(3, 1000) + (pairs_from(data) if data else [])
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        names = [f"pair_{i}" for i in range(len(pairs))]
        with open(folder / "p.jsonl", "w") as p, open(folder / "r.jsonl", "w") as r:
            for name, (prediction, references) in zip(names, pairs):
                p.write(json.dumps({"fname": name, "prediction": prediction}) + "\n")
                r.write(json.dumps({"fname": name, "summary": references}) + "\n")
        for stem, scorer in scorers().items():
            command = [program, "rouge", "--predictions", folder / "p.jsonl", "--references", folder / "r.jsonl",
                       "--tokenizer", "ascii", "--per-row", folder / "rows.jsonl"] + ["--stemmer"] * stem
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            ours = [json.loads(line) for line in open(folder / "rows.jsonl")]
            assert [row["fname"] for row in ours] == names
            for row, (prediction, references) in zip(ours, pairs):
                got = [row[name][part] for name in TYPES for part in ("precision", "recall", "f1")]
                wanted = scores_of(scorer, prediction, references)
                worst = max([worst] + [abs(a - b) for a, b in zip(got, wanted)])
    print(f"{len(pairs)} pairs, with and without stemming: largest difference {worst!r}")
    return worst > 1e-12


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--compare")
    parser.add_argument("--data")
    arguments = parser.parse_args()
    sys.exit(compare(arguments.compare, arguments.data) if arguments.compare else make())
