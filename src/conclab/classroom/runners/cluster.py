"""Jobs on a Dask cluster: the same requests, the same answers. Each worker probes its own sandbox.

Needs the extra `dask`, on the workers conclab in the same version, and the lab's folder under the same path.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from conclab.classroom import jobs
from conclab.classroom.runners.local import Worker
from conclab.errors import BadRequestError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

CONNECT_S = 10
PATIENCE_S = 3600  # of one job, whose cases have limits of their own


class Cluster:
    """The workers behind one scheduler's address."""

    def __init__(self, address: str) -> None:
        try:
            import distributed  # noqa: PLC0415 - an extra
        except ModuleNotFoundError:
            raise BadRequestError(
                "--cluster needs the extra dask; install it with: pip install 'conclab[dask]'"
            ) from None
        self._distributed: Any = distributed
        try:
            self._client = self._distributed.Client(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise BadRequestError(f"no Dask scheduler answers at {address}: {error}") from None

    def run(self, work: Iterable[jobs.Job]) -> Generator[tuple[str, jobs.Outcome], None, None]:
        """Yield key and outcome as they come. Closed early, it cancels what has not begun."""
        todo = {}
        try:
            for job in work:
                # not pure: an answer that Dask remembers from another lab's run is none of ours
                future = self._client.submit(_apart, job.request, pure=False, retries=1)
                todo[future] = job
            for future in self._distributed.as_completed(list(todo), loop=self._client.loop):
                yield todo[future].key, _outcome(future, todo[future])
        finally:
            self._client.cancel(list(todo))
            self._client.close()

    def finished(self) -> list[tuple[str, jobs.Outcome]]:
        """Nothing: what the cluster had finished and not handed on is done again."""
        return []


def _apart(request: str) -> str:
    """Do a job in a process of its own: a cluster's worker has many threads, and a sandbox none to spare."""
    worker = Worker()
    try:
        return next(worker.ask([request], PATIENCE_S))
    finally:
        worker.end()


def _outcome(future: Any, job: jobs.Job) -> jobs.Outcome:
    cases = json.loads(job.request)["cases"]
    try:
        return jobs.read(future.result())
    except Exception as error:  # noqa: BLE001 - a worker that died raises whatever Dask makes of it
        return jobs.unable(cases, f"the cluster gave no answer: {type(error).__name__}: {error}")
