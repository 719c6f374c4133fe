"""The figures of race_peers.py: kept in a JSON file, shown as medians, spreads and medians of paired ratios."""
import json
import statistics


def load(path):
    if path is not None and path.exists():
        return json.loads(path.read_text())
    return {"races": {}, "limits": []}


def save(state, path):
    if path is not None:
        path.write_text(json.dumps(state, indent=1) + "\n")


def add(state, race, rates):
    """One turn: every side's rate."""
    for side, rate in rates.items():
        state["races"].setdefault(race, {}).setdefault(side, []).append(rate)


def add_limits(state, limits):
    state["limits"] += limits


def show(state):
    for race, sides in state["races"].items():
        unit = "samples/s" if race.endswith("train") else "tokens/s"
        ours = sides["plumbline"]
        print(f"\n{race}: {len(ours)} turns, {unit}")
        for side, rates in sides.items():
            ratio = statistics.median(a / b for a, b in zip(ours, rates))
            print(f"  {side:20} {statistics.median(rates):9.2f}  ({min(rates):.2f} to {max(rates):.2f})"
                  f"   plumbline is {ratio:.2f} x")
    if state["limits"]:
        sgemm, read = (statistics.median(values) for values in zip(*state["limits"]))
        print(f"\nlimits in the same turns: sgemm {sgemm:.0f} GF/s, reading {read:.1f} GB/s")
