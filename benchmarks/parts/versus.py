"""What the rows of a comparison add up to, as tables. Starts nothing."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from parts.outcome import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ENOUGH = 200  # schedules, for a rate; or as many as there was time for
UNDECIDED = {Verdict.INCONCLUSIVE, Verdict.CRASH, Verdict.HANG}
NONE = "-"


@dataclass(frozen=True, slots=True)
class Row:
    """One tool on one program."""

    tool: str
    program: str
    function: str  # buggy or correct
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Column:
    """All rows of one tool."""

    rows: tuple[Row, ...]
    seconds: float  # that each exploration was given

    def outcomes(self, function: str, *verdicts: Verdict) -> list[Outcome]:
        """Those that ended in one of these ways; all, if none is given."""
        mine = [row.outcome for row in self.rows if row.function == function]
        return [one for one in mine if not verdicts or one.verdict in verdicts]

    @property
    def is_steered(self) -> bool:
        """Whether the tool has schedules."""
        return not self.outcomes("buggy", Verdict.SEEN) and "runs" not in self.rows[0].tool

    def rate(self) -> float | None:
        """Schedules a second: the median over correct programs with enough of them."""
        many = [one for one in self._explored() if self._is_enough(one)]
        return median(one.schedules / one.seconds for one in many) if many else None

    def total_rate(self) -> float | None:
        """Schedules of all correct programs over their seconds."""
        explored = self._explored()
        if not explored:
            return None
        return sum(one.schedules for one in explored) / sum(one.seconds for one in explored)

    def rated(self) -> int:
        """How many programs the rate is the median of."""
        return sum(map(self._is_enough, self._explored()))

    def _explored(self) -> list[Outcome]:
        return [one for one in self.outcomes("correct", Verdict.NOTHING) if one.schedules and one.seconds]

    def _is_enough(self, one: Outcome) -> bool:
        return one.schedules >= ENOUGH or one.seconds >= self.seconds

    def figures(self) -> dict[str, str]:
        """What the table says of this tool, line by line."""
        bugs, correct = self.outcomes("buggy"), self.outcomes("correct")
        found, seen = self.outcomes("buggy", Verdict.FOUND), self.outcomes("buggy", Verdict.SEEN)
        again, replays = (sum(one.replays[place] for one in found) for place in (0, 1))
        needed = [one.schedules for one in found]
        alarms = self.outcomes("correct", Verdict.FOUND, Verdict.SEEN, Verdict.OTHER, Verdict.BARE)
        lines = {
            "bugs found, with a schedule": f"{len(found)}/{len(bugs)}" if self.is_steered else NONE,
            "bugs seen, without": NONE if self.is_steered else f"{len(seen)}/{len(bugs)}",
            "bare exception": str(len(self.outcomes("buggy", Verdict.BARE))),
            "another failure than the bug's": str(len(self.outcomes("buggy", Verdict.OTHER))),
            "nothing found": str(len(self.outcomes("buggy", Verdict.NOTHING))),
            "inconclusive, crash or hang": str(len(self.outcomes("buggy", *UNDECIDED))),
            "not supported": str(len(self.outcomes("buggy", Verdict.UNSUPPORTED))),
            "correct: false alarms": f"{len(alarms)}/{len(correct)}",
            "correct: inconclusive, crash or hang": str(len(self.outcomes("correct", *UNDECIDED))),
            "correct: not supported": str(len(self.outcomes("correct", Verdict.UNSUPPORTED))),
            "replays that fail the same way": f"{again}/{replays}" if replays else NONE,
            "schedules to the bug, median": f"{median(needed):g}" if needed else NONE,
            "schedules to the bug, worst": str(max(needed)) if needed else NONE,
            "schedules/s, median of programs": _number(self.rate()),
            "schedules/s, of so many programs": str(self.rated()),
            "schedules/s, all programs": _number(self.total_rate()),
            "seconds, all": _number(sum(row.outcome.seconds for row in self.rows)),
        }
        if self.outcomes("buggy", Verdict.MISSING) or self.outcomes("correct", Verdict.MISSING):
            return dict.fromkeys(lines, Verdict.MISSING.value)
        return lines


def columns(rows: Iterable[Row], seconds: float) -> dict[str, Column]:
    """The rows by tool."""
    by_tool: dict[str, list[Row]] = {}
    for row in rows:
        by_tool.setdefault(row.tool, []).append(row)
    return {tool: Column(tuple(mine), seconds) for tool, mine in by_tool.items()}


def judged(outcome: Outcome, kinds: set[str]) -> Outcome:
    """A failure of a kind that this bug does not have is another failure."""
    if outcome.verdict in {Verdict.FOUND, Verdict.SEEN} and not kinds & set(outcome.kind.split()):
        words = f"{outcome.kind}: {outcome.detail}"
        return Outcome(
            Verdict.OTHER, outcome.kind, words, outcome.schedules, outcome.seconds, outcome.replays
        )
    return outcome


def side_by_side(found: dict[str, Column]) -> list[list[str]]:
    """The comparison: a column for each tool."""
    figures = {tool: column.figures() for tool, column in found.items()}
    lines = next(iter(figures.values()))
    return [["", *figures], *([line, *(each[line] for each in figures.values())] for line in lines)]


def rates(ours: dict[tuple[str, str], Column], peers: dict[str, Column]) -> list[list[str]]:
    """Our schedules a second by interpreter and policy, and how many times a peer's that is."""
    measured = {tool: rate for tool, column in peers.items() if (rate := column.rate())}
    table = [["interpreter", "policy", "programs", "schedules/s", *(f"/ {tool}" for tool in measured)]]
    for (interpreter, policy), column in ours.items():
        rate = column.rate()
        ratios = [f"{rate / each:.1f}" if rate else NONE for each in measured.values()]
        table.append([interpreter, policy, str(column.rated()), _number(rate), *ratios])
    return table


def seeds(many: dict[str, list[int | None]]) -> list[list[str]]:
    """By program: the median and the worst number of schedules to the bug over seeds, and the misses."""
    table = [["program", "median", "worst", "missed"]]
    for program, counts in sorted(many.items(), key=lambda item: _worst(item[1])):
        found = [count for count in counts if count is not None]
        table.append([program, f"{median(found):g}" if found else NONE, _worst_word(counts), _missed(counts)])
    everything = [count for counts in many.values() for count in counts]
    table.append(
        ["all", f"{median(c for c in everything if c):g}", _worst_word(everything), _missed(everything)]
    )
    return table


def _worst(counts: Sequence[int | None]) -> int:
    return max((count for count in counts if count is not None), default=0)


def _worst_word(counts: Sequence[int | None]) -> str:
    return str(_worst(counts) or NONE)


def _missed(counts: Sequence[int | None]) -> str:
    return f"{counts.count(None)}/{len(counts)}"


def _number(value: float | None) -> str:
    return NONE if value is None else f"{value:,.0f}"


def written(table: list[list[str]]) -> str:
    """As Markdown, aligned."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [
        "| " + " | ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) + " |"
        for row in table
    ]
    rule = "|" + "|".join(["-" * (widths[0] + 2), *("-" * (width + 1) + ":" for width in widths[1:])]) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])
