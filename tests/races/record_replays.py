"""Writes replays.json anew: a replay code for every bug. Run it under CPython 3.13 when programs change."""

from __future__ import annotations

import json
from pathlib import Path

from catalogue import PROGRAMS

from conclab.explore import explore

if __name__ == "__main__":
    recorded = {}
    for path in PROGRAMS:
        failure = explore(f"{path}:buggy").document()["failure"]
        recorded[path.stem] = {key: failure[key] for key in ("replay", "kind", "switches")}
    target = Path(__file__).parent / "replays.json"
    target.write_text(json.dumps(recorded, indent=1) + "\n", encoding="utf-8")
