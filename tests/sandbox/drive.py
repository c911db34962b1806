"""Run as the account under test: launches what it is told, and says what came of each and is left."""

import contextlib
import json
import os
import select
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, sys.argv[1])

from conclab.sandbox import probing, promises, shielding
from conclab.sandbox.launching import launch
from conclab.sandbox.model import Layer, Limits
from conclab.sandbox.probing import isolation, probe

ATTACKS = Path(__file__).parent / "attacks.py"
HANG_S = 60.0


def main():
    for line in sys.stdin:
        print(json.dumps(globals()[(told := json.loads(line)).pop("do")](**told)), flush=True)


def attacks(programs, layer, outside):
    """Launch them all, some at once: they must not touch one another either."""
    with ThreadPoolExecutor(4) as pool:
        results = pool.map(lambda name: attack(name, layer, programs[name], outside), programs)
        return dict(zip(programs, results, strict=True))


def attack(name, layer, expected, outside):
    """Launch one, wait for its end or for the moment to end it, and look for what is left."""
    began = time.monotonic()
    life, living = os.pipe()
    word = f"conclab-test-{os.urandom(6).hex()}"
    confined = launch(
        ATTACKS,
        name,
        *map(str, (living, os.getpid(), outside, word)),
        layer=Layer[layer],
        pass_fds=(living,),
        limits=Limits(**expected["limits"]),
        needs=frozenset(expected["needs"]),
    )
    os.close(living)
    if expected["ends"] == "killed":
        readable(life, HANG_S)
        ending = confined.kill()
    else:
        ending = confined.wait(HANG_S)
        hung = ending is None
        ending = confined.kill()
        ending = None if hung else ending
    said = confined.output
    result = {
        "seconds": time.monotonic() - began,
        "hung": ending is None,
        "exit": ending and ending.exit_code,
        "signal": ending and ending.signal,
        "stopped": ending and ending.stopped,
        "excess": ending and ending.excess,
        "problem": ending and ending.problem,
        "stdout": said.stdout.text[-2000:],
        "stderr": said.stderr.text[-2000:],
        "kept": [
            len(each) for each in (said.stdout.head, said.stdout.tail, said.stderr.head, said.stderr.tail)
        ],
        "size": [said.stdout.size_bytes, said.stderr.size_bytes],
        "left": left(confined, life, word, outside),
    }
    os.close(life)
    return result


def left(confined, life, word, outside):
    """Processes that hold the pipe or the mark, files, and shared memory."""
    found = [] if is_over(life) else ["a process that holds its descriptor"]
    found += [f"process {pid}" for pid in marked(confined._mark)]
    names = (
        confined._order.folder,
        f"/dev/shm/{word}",
        f"{outside}/bomb-{word}",
        f"{outside}/escaped-{word}",
    )
    found += [name for name in names if os.path.lexists(name)]
    if Path(outside, "kept").read_text() != "kept":
        found.append("a changed file outside")
    if Path(outside).stat().st_mode & 0o777 != 0o755:
        found.append("changed permissions outside")
    return found


def is_over(life):
    """Whether nobody holds the other end any more."""
    while readable(life, 0):
        if not os.read(life, 4096):
            return True
    return False


def marked(mark):
    """Processes that were started with this mark, and live."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            alive = "State:\tZ" not in (each / "status").read_text()
            if alive and mark.encode() in (each / "environ").read_bytes():
                found.append(each.name)
    return found


def probes(layers, needs):
    """What each layer came to here."""
    found = {name: probe(Layer[name], frozenset(needs)) for name in layers}
    return {
        name: {
            "holds": each.holds,
            "escaped": [what.attack for what in each.escaped],
            "problem": each.problem,
        }
        for name, each in found.items()
    }


def best(needs):
    """The best of them, with words."""
    found = isolation(frozenset(needs))
    return {"layer": found.layer.name, "parts": found.parts, "missing": found.missing}


def stay(layer, count):
    """Start programs that would stay for ever, and say who they are: the test kills this process."""
    found = []
    for _ in range(count):
        life, living = os.pipe()
        confined = launch(
            ATTACKS,
            "chain",
            *map(str, (living, os.getpid(), "/", "word")),
            layer=Layer[layer],
            pass_fds=(living,),
            needs=frozenset({"processes"}),
        )
        os.close(living)
        assert readable(life, HANG_S)
        STAYING.append((confined, life))
        found.append({"folder": confined._order.folder, "mark": confined._mark, "keeper": confined.pid})
    return found


def alive():
    """Whether those still run."""
    return [confined.wait(0) is None for confined, _ in STAYING]


def end_one():
    """End the first of them."""
    return str(STAYING.pop(0)[0].kill())


def shield_and_attack(expected, outside):
    """What gets at this process before it is shielded, and after."""
    before = attack("looks_into_the_grader", "BASIC", expected, outside)
    shielding.shield()
    return [before, attack("looks_into_the_grader", "BASIC", expected, outside)]


def everything():
    """What succeeds where nothing is promised."""
    probing.promised = lambda layer, needs: promises.PROMISES
    probing._probe.cache_clear()
    return [each.attack for each in probe(Layer.NONE).escaped]


STAYING = []


def readable(fd, timeout_s):
    eye = select.poll()
    eye.register(fd, select.POLLIN)
    return bool(eye.poll(timeout_s * 1000))


if __name__ == "__main__":
    main()
