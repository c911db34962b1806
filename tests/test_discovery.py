"""A folder is a table, and it is never silent about a file that does not belong."""

from __future__ import annotations

import pytest

from conclab import discovery
from conclab.errors import ContentError, UnknownNameError
from conclab.model import Experiment, Probe, Strategy, Workload

FOLDERS = {
    "conclab.experiments": Experiment,
    "conclab.probes": Probe,
    "conclab.strategies": Strategy,
    "conclab.workloads": Workload,
}


@pytest.mark.parametrize(("package", "kind"), FOLDERS.items(), ids=FOLDERS)
def test_every_file_of_a_content_folder_defines_its_item(package, kind):
    """No file is skipped: whatever lies in the folder loads, or this fails."""
    items = discovery.load_all(package, kind)

    assert discovery.names(package) == list(items)
    assert items


def test_an_unknown_name_is_answered_with_the_nearest():
    """The way out is in the sentence."""
    with pytest.raises(UnknownNameError, match=r"did you mean 'gil-cpu'\?.*there are: args-immutable"):
        discovery.load("conclab.experiments", "gil-cup", Experiment)


def test_a_name_that_resembles_nothing_is_answered_with_the_list():
    """No guess is better than a wild one."""
    with pytest.raises(UnknownNameError) as caught:
        discovery.load("conclab.experiments", "xyzzy", Experiment)

    assert "did you mean" not in str(caught.value)
    assert "gil-cpu" in str(caught.value)


def test_a_file_without_its_item_is_an_error(tmp_path, monkeypatch):
    """A helper that lies among the experiments is found, not passed over."""
    folder = tmp_path / "stray"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "helper.py").write_text("EXPERIMENT = 'not one'\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    with pytest.raises(ContentError, match="must define EXPERIMENT, a Experiment; it has 'not one'"):
        discovery.load_all("stray", Experiment)
