"""The tables that stand behind the answer: what callers saw, what it cost, where it ran. Text only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conclab.numerals import UNKNOWN, duration, measured, middle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LABELS = {
    "cpu_model": "processor",
    "cores_usable": "cores usable",
    "cores_logical": "cores, logical",
    "cores_physical": "cores, physical",
    "cpu_quota": "CPU quota",
    "memory_bytes": "memory",
    "load_before": "load before",
    "load_after": "load after",
    "os": "operating system",
    "conclab": "conclab version",
}


@dataclass(frozen=True, slots=True)
class Account:
    """What one variant used, per batch; peak memory is of all its processes."""

    name: str
    cpu: str
    cpus: str
    delay: str
    voluntary: str
    involuntary: str
    memory: str


@dataclass(frozen=True, slots=True)
class Texts:
    """What the caller held before and after, and the variants for which that is so."""

    case: str
    before: str
    after: str
    variants: str


def accounts(run: Mapping[str, Any]) -> list[Account]:
    """Sum up the accounts of every variant that was measured."""
    return [
        Account(
            name=variant["name"],
            cpu=duration(middle(variant["cpu_s"])),
            cpus=_count(_shares(variant), digits=2),
            delay=duration(middle(variant["run_delay_s"])),
            voluntary=_count(variant["voluntary_switches"]),
            involuntary=_count(variant["involuntary_switches"]),
            memory=_size(variant["max_rss_bytes"]),
        )
        for variant in run["variants"]
        if measured(variant["times_s"])
    ]


def cases(run: Mapping[str, Any]) -> list[str]:
    """Name every case of which something was seen, in the run's order."""
    return list(dict.fromkeys(seen["case"] for variant in run["variants"] for seen in variant["sightings"]))


def sightings(run: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """List for each variant what it saw of every case, in words."""
    columns = cases(run)
    rows = []
    for variant in run["variants"]:
        found = {seen["case"]: _sighting(seen) for seen in variant["sightings"]}
        if found:
            rows.append((variant["name"], [found.get(case, UNKNOWN) for case in columns]))
    return rows


def texts(run: Mapping[str, Any]) -> list[Texts]:
    """Show each different outcome once, with the variants that had it."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for variant in run["variants"]:
        for seen in variant["sightings"]:
            found.setdefault((seen["case"], seen["before"], seen["after"]), []).append(variant["name"])
    order = cases(run)
    keys = sorted(found, key=lambda key: order.index(key[0]))
    return [Texts(*key, variants=", ".join(found[key])) for key in keys]


def environment(run: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Say where the run was made, and with what."""
    facts = run["environment"]
    rows = [*_interpreters(run), *_workloads(run)]
    for key, value in facts.items():
        if key != "dependencies":
            rows.append((LABELS.get(key, key.replace("_", " ")), _fact(key, value)))
    versions = facts.get("dependencies") or {}
    rows += [(f"package {name}", version or "not installed") for name, version in versions.items()]
    return rows


def _interpreters(run: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for one in run["interpreters"]:
        gil = "no GIL" if one["gil"] == "none" else f"GIL {one['gil']}"
        yield f"interpreter {one['name']}", f"{one['implementation']} {one['version_line']}, {gil}"


def _workloads(run: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for one in run["workloads"]:
        size = one["arguments"]["size"]
        parts = [f"{one['batch_size']} tasks a batch" if one["batch_size"] is not None else ""]
        parts += [f"size {size}" if size is not None else ""]
        task_s = one["calibrated_task_s"]
        parts += [f"about {duration(task_s)} a task" if task_s is not None else ""]
        yield f"workload {one['name']}", ", ".join(part for part in parts if part) or "not calibrated"


def _fact(key: str, value: Any) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if key == "memory_bytes":
        return f"{value / 2**30:.1f} GiB"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _sighting(seen: Mapping[str, Any]) -> str:
    whose = "same object" if seen["shared"] else "copy"
    return f"{whose}, {'change seen' if seen['changed'] else 'not changed'}"


def _shares(variant: Mapping[str, Any]) -> list[float]:
    pairs = zip(variant["cpu_s"], variant["times_s"], strict=False)
    return [cpu / time for cpu, time in pairs if cpu is not None and time]


def _count(values: Iterable[float | None], *, digits: int = 0) -> str:
    value = middle(values)
    return UNKNOWN if value is None else f"{value:.{digits}f}"


def _size(size_bytes: int | None) -> str:
    return UNKNOWN if size_bytes is None else f"{size_bytes / 2**20:.0f} MiB"
