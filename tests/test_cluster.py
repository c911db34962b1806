"""The same class on a Dask cluster of two local workers: the same table, each worker probing itself."""

from __future__ import annotations

import subprocess
import sys

import pytest

import graders
from conclab.classroom.runners.cluster import Cluster
from conclab.errors import BadRequestError
from graders import source
from test_grading import CLASS, Here, graded, handed_in, text

START = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, protocol="tcp://"
    ) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@pytest.fixture
def address(tmp_path, monkeypatch):
    """A scheduler's address; the cluster ends with the test."""
    pytest.importorskip("distributed", reason="needs the extra dask")
    monkeypatch.setenv("PYTHONPATH", str(graders.HERE))
    script = tmp_path / "cluster.py"
    script.write_text(START)
    process = subprocess.Popen(
        [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=tmp_path
    )
    yield process.stdout.readline().strip()
    process.communicate()


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_gives_the_same_table(address, tmp_path):
    """And one job that ends its process costs nobody else."""
    on_cluster, _ = graded(CLASS, tmp_path / "cluster", Cluster(address))
    here, _ = graded(CLASS, tmp_path / "here", Here())
    assert text(on_cluster) == text(here)
    some = handed_in(ada=source("x"), dies=b"# dies\n", bob=source("y"))
    made, _ = graded(some, tmp_path / "dying", Cluster(address))
    assert [one.results[0].mark for one in made.sheets] == ["passed", "broken", "passed"]


@pytest.mark.filterwarnings("ignore")
def test_no_scheduler_is_one_clear_line():
    pytest.importorskip("distributed", reason="needs the extra dask")
    with pytest.raises(BadRequestError, match="no Dask scheduler answers at nonsense://x"):
        Cluster("nonsense://x")


def test_without_the_extra_its_name_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(BadRequestError, match=r"pip install 'conclab\[dask\]'"):
        Cluster("tcp://127.0.0.1:8786")
