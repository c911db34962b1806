"""A thread has ended if the story shows it, and not because its maker does not say where it stands."""

from __future__ import annotations

from conclab.story.lives import Lives
from conclab.story.rows import rows
from stories import lost_update, stories


def test_a_thread_that_stands_nowhere_and_does_nothing_more_has_ended():
    lives = Lives(lost_update())
    assert [lives.ended(2, place) for place in range(8)] == [False] * 5 + [True] * 3
    assert not lives.started(2, 0)
    assert lives.started(2, 1)


def test_a_task_that_nobody_follows_is_not_said_to_have_ended():
    """It may be waiting: its maker tells where it stands only while it runs."""
    document = stories()["check-await-act"]
    for step in document["story"]["steps"]:
        step["at"] = {key: place for key, place in step["at"].items() if key in {"0", str(step["thread"])}}
    assert Lives(document).ended(2, 10) is False
    assert Lives(stories()["check-await-act"]).ended(2, 10) is True
    assert "has ended" not in " ".join(row.arrival.text for row in rows(document) if row.arrival)
