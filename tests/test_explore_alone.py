"""Where nothing runs beside main there is one schedule; and a thread may be asked for while it is started."""

from __future__ import annotations

import threading

import pytest

from conclab.errors import BadRequestError
from conclab.explore import Verdict, explore
from conclab.explore.target import File


def alone():
    assert sum([1, 2]) == 3


def test_one_schedule_is_all_there_is():
    result = explore(alone)

    assert result.verdict is Verdict.HOLDS
    assert result.coverage.schedules == 1
    assert "nothing runs beside main" in result.coverage.sentence


def asked_while_it_starts():
    thread = threading.Thread(target=int)
    starter = threading.Thread(target=thread.start)
    starter.start()
    thread.is_alive()
    starter.join()
    thread.join()


def asks_for_itself():
    thread = threading.Thread(target=lambda: threading.current_thread().is_alive() or 1 / 0)
    thread.start()
    thread.join()


@pytest.mark.parametrize("scenario", [asked_while_it_starts, asks_for_itself])
def test_a_thread_may_be_asked_for_while_it_is_started(scenario):
    assert explore(scenario).verdict is Verdict.HOLDS


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "latin.py"
    path.write_bytes(b"# caf\xe9\ndef scenario():\n    pass\n")

    with pytest.raises(BadRequestError, match="no Python"):
        File(path)
