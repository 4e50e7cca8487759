"""The guarded client: what it refuses, where it connects, what it stops reading."""

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from app.errors import PlatformDown, Refused
from app.lib.addresses import is_public
from app.lib.outgoing import check_host, guarded_session
from tests.certificates import make_certificate

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    port: int
    answers: dict[str, Answer] = field(default_factory=dict)
    seen: list[tuple[str, str, str | None]] = field(default_factory=list)  # path, Host, Authorization
    names: list[str] = field(default_factory=list)  # SNI

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    running: list[ThreadingHTTPServer] = []

    def start(tls: ssl.SSLContext | None = None) -> Server:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                made.seen.append((self.path, self.headers["Host"], self.headers.get("Authorization")))
                made.answers.get(self.path.partition("?")[0], says(b"hello"))(self)

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                return

        httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        httpd.daemon_threads = True
        made = Server(httpd.server_port)
        if tls:
            tls.sni_callback = lambda _sock, name, _context: made.names.append(name)
            httpd.socket = tls.wrap_socket(httpd.socket, server_side=True)
        threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        running.append(httpd)
        return made

    yield start
    for httpd in running:
        httpd.shutdown()
        httpd.server_close()


def says(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Names that resolve to what a test says, each answer used once, the last for ever."""
    table: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def lookup(host: str, port: int, *args: object, **kwargs: object) -> object:
        if host in table:
            address = table[host].pop(0) if len(table[host]) > 1 else table[host][0]
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            return [(family, socket.SOCK_STREAM, 6, "", (address, port))]
        return real(host, port, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return table


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with guarded_session(allow_private=True, timeout=(60, 60)) as made:
        yield made


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "240.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1",
        "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::127.0.0.1", "64:ff9b::a00:1",
        "2002:7f00:1::", "2002:c0a8:101::1", "2001:db8::1", "::127.0.0.1", "64:ff9b:1::1", "2001:0:7f00:1::1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8", "2002:808:808::1"]
)
def test_a_public_address_is_allowed_wrapped_or_not(address: str) -> None:
    assert is_public(address)


def test_a_private_shop_is_refused_in_words_unless_the_operator_allows_it(serve: Callable[..., Server]) -> None:
    server = serve()
    with guarded_session(allow_private=False) as guarded, pytest.raises(Refused, match="not a public address"):
        guarded.get(server.url)
    assert server.seen == []
    with guarded_session(allow_private=True) as allowed:
        assert allowed.get(server.url).text == "hello"


@pytest.mark.parametrize("host", ["0x7f.1", "2130706433", "127.1", "localhost"])
def test_other_spellings_of_loopback_are_refused(host: str) -> None:
    with guarded_session(allow_private=False) as guarded, pytest.raises((Refused, PlatformDown)):
        guarded.get(f"http://{host}:9/")


def test_one_name_is_asked_for_once_and_connected_where_it_was_checked(
    serve: Callable[..., Server], names: dict[str, list[str]], session: requests.Session
) -> None:
    server = serve()
    names["shop.test"] = ["127.0.0.1", "203.0.113.9"]  # a second question would get the other answer
    assert session.get(f"http://shop.test:{server.port}/").text == "hello"
    assert server.seen == [("/", f"shop.test:{server.port}", None)]
    assert names["shop.test"] == ["203.0.113.9"]


def test_a_name_that_turns_private_later_is_refused_then(names: dict[str, list[str]]) -> None:
    names["shop.test"] = ["8.8.8.8", "10.0.0.1"]
    assert check_host("shop.test", 25, allow_private=False) == "8.8.8.8"
    with pytest.raises(Refused, match=r"shop\.test stands for 10\.0\.0\.1"):
        check_host("shop.test", 25, allow_private=False)


def test_tls_is_verified_for_the_name_and_not_for_the_address(
    serve: Callable[..., Server], names: dict[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = tmp_path / "server.pem"
    make_certificate(pem, "shop.test")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = serve(context)
    names |= {"shop.test": ["127.0.0.1"], "other.test": ["127.0.0.1"]}
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pem))
    with guarded_session(allow_private=True) as trusting:
        assert trusting.get(f"https://shop.test:{server.port}/").text == "hello"
        assert (server.names, server.seen[0][1]) == (["shop.test"], f"shop.test:{server.port}")
        with pytest.raises(PlatformDown, match="certificate cannot be trusted"):
            trusting.get(f"https://other.test:{server.port}/")
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with guarded_session(allow_private=True) as careful, pytest.raises(PlatformDown, match="certificate"):
        careful.get(f"https://shop.test:{server.port}/")


def test_a_redirect_is_checked_again(serve: Callable[..., Server], names: dict[str, list[str]]) -> None:
    server = serve()
    with guarded_session(allow_private=False, shopify_origin=server.url) as guarded:
        server.answers["/away"] = says(b"", 302, Location="http://metadata.test/latest")
        names["metadata.test"] = ["169.254.169.254"]
        with pytest.raises(Refused, match=r"metadata\.test stands for 169\.254\.169\.254"):
            guarded.get(f"{server.url}/away")


def test_a_redirect_never_takes_a_key_to_another_host(serve: Callable[..., Server], session: requests.Session) -> None:
    ours, theirs = serve(), serve()
    ours.answers["/away"] = says(b"", 302, Location=f"http://localhost:{theirs.port}/")
    for kwargs in (
        {"auth": ("ck", "cs")},
        {"params": {"oauth_signature": "x"}},
        {"headers": {"X-Shopify-Access-Token": "t"}},
    ):
        with pytest.raises(Refused, match="our key must not go"):
            session.get(f"{ours.url}/away", **kwargs)
    with pytest.raises(Refused, match="our key must not go"):
        session.post(f"{ours.url}/away", data={"client_secret": "x"})
    assert theirs.seen == []
    assert session.get(f"{ours.url}/away").text == "hello"  # without a key one may follow


def test_the_environment_has_no_say(
    serve: Callable[..., Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, session: requests.Session
) -> None:
    server = serve()
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert session.get(server.url).status_code == 200
    assert server.seen[0][2] is None


@pytest.mark.parametrize(
    "url", ["ftp://shop.test/", "file:///etc/passwd", "http://me:secret@127.0.0.1/", "shop.test", "http://"]
)
def test_other_schemes_and_names_in_an_address_are_refused(url: str, session: requests.Session) -> None:
    with pytest.raises(Refused):
        session.get(url)


def test_an_answer_is_limited_after_decompression(serve: Callable[..., Server]) -> None:
    server = serve()
    server.answers["/bomb"] = says(gzip.compress(b"0" * 30_000_000), Content_Encoding="gzip")
    server.answers["/fits"] = says(gzip.compress(b"0" * 900_000), Content_Encoding="gzip")
    with guarded_session(allow_private=True, max_bytes=1_000_000) as guarded:
        with pytest.raises(PlatformDown, match="more than 976 kB"):
            guarded.get(f"{server.url}/bomb")
        assert len(guarded.get(f"{server.url}/fits").content) == 900_000
        with guarded.get(f"{server.url}/fits", stream=True) as streamed:
            assert sum(map(len, streamed.iter_content(8192))) == 900_000


def test_an_answer_that_drips_ends_in_time(serve: Callable[..., Server]) -> None:
    server = serve()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        _drip(handler)

    server.answers["/body"] = drip
    server.answers["/head"] = _drip
    with guarded_session(allow_private=True, timeout=(60, 60), whole=0.4) as guarded:
        for path in ("/body", "/head"):
            began = time.monotonic()
            with pytest.raises(PlatformDown):
                guarded.get(server.url + path)
            assert time.monotonic() - began < 60


def test_what_does_not_answer_is_said_in_words(session: requests.Session, names: dict[str, list[str]]) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        with pytest.raises(PlatformDown, match=r"127\.0\.0\.1 does not answer: Connection refused"):
            session.get(f"http://127.0.0.1:{port}/")
        silent.listen()
        with pytest.raises(PlatformDown, match=r"127\.0\.0\.1 did not answer in time"):
            session.get(f"http://127.0.0.1:{port}/", timeout=(1, 0.2))
    with pytest.raises(PlatformDown, match=r"The name no-such-host\.invalid cannot be found"):
        session.get("http://no-such-host.invalid/")


def test_in_a_demo_shopify_is_the_sandbox_and_nothing_else_is(serve: Callable[..., Server]) -> None:
    server = serve()
    with guarded_session(allow_private=False, shopify_origin=server.url) as demo:
        answer = demo.post(
            "https://demo.myshopify.com/admin/api?x=1", data="{}", headers={"X-Shopify-Access-Token": "t"}
        )
        assert (answer.text, answer.url) == ("hello", "https://demo.myshopify.com/admin/api?x=1")
        assert demo.get(f"{server.url}/_bulk/1").text == "hello"
        for url in (f"http://127.0.0.1:{serve().port}/", f"http://demo.myshopify.com.localhost:{server.port}/"):
            with pytest.raises((Refused, PlatformDown)):
                demo.get(url)
    assert [seen[:2] for seen in server.seen] == [
        ("/admin/api?x=1", "demo.myshopify.com"),
        ("/_bulk/1", f"127.0.0.1:{server.port}"),
    ]


def _drip(handler: BaseHTTPRequestHandler) -> None:
    try:
        for _ in range(2400):  # two minutes
            handler.wfile.write(b"H")
            time.sleep(0.05)
    except OSError:
        handler.close_connection = True  # the client gave up, as it should
