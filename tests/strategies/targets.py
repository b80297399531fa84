"""What is asked: hosts, addresses, paths and URLs, and other spellings of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from scopecheck.targets import url as url_module

from .stock import ANY, COIN, DOMAINS, FOREIGN, LABELS, PORTS, QUERIES, SCHEMES, SEGMENTS, of, pick


@cache
def labels() -> SearchStrategy[str]:
    """A host label: mostly of the stock, sometimes any letters, digits, `-` and `_`."""
    free = st.from_regex(r"[a-z0-9_]([a-z0-9_-]{0,8}[a-z0-9_])?", fullmatch=True)
    return st.one_of(of(*LABELS), of(*LABELS), free)


@cache
def hosts() -> SearchStrategy[str]:
    """A canonical host name, at or below a domain of the stock, a suffix or a stranger's domain."""
    below = st.lists(labels().map("{}.".format), max_size=3).map("".join)
    return st.builds("{}{}".format, below, of(*DOMAINS, *DOMAINS, *FOREIGN))


@cache
def ip_addresses() -> SearchStrategy[str]:
    """An address, mostly from a few small networks, so that blocks and addresses collide."""
    near = st.integers(0, 15)
    return st.one_of(
        near.map(lambda n: f"10.0.0.{n}"),
        near.map(lambda n: f"10.0.{n}.1"),
        near.map(lambda n: f"2001:db8::{n:x}"),
        st.ip_addresses().map(str).filter(lambda text: "%" not in text),
    )


@cache
def blocks() -> SearchStrategy[str]:
    """A CIDR block; host bits may be set."""

    def block(address: str, size: int) -> str:
        return f"{address}/{max(0, (128 if ':' in address else 32) - size)}"

    return st.builds(block, ip_addresses(), st.one_of(st.integers(0, 12), st.integers(0, 128)))


@cache
def paths() -> SearchStrategy[str]:
    """An absolute path without dot segments, mostly short."""
    segments = st.lists(of(*SEGMENTS), max_size=3).map("/".join)
    return st.builds("/{}{}".format, segments, of("", "", "/")).map(lambda path: path.replace("//", "/"))


@dataclass(frozen=True)
class Web:
    """The parts of a URL; `str()` is its plainest spelling."""

    host: str
    scheme: str = "https"
    port: int | None = None
    path: str = "/"
    query: str = ""

    @property
    def authority(self) -> str:
        """Host and port as they stand in a URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}" + (f"?{self.query}" if self.query else "")


@cache
def anywhere() -> SearchStrategy[str]:
    """A host name or an address."""
    return st.one_of(hosts(), hosts(), ip_addresses())


@cache
def webs(of_hosts: SearchStrategy[str]) -> SearchStrategy[Web]:
    """A URL on one of the given hosts, most often with nothing but a host."""
    parts = (of(*SCHEMES), of(None, *PORTS), paths(), of("", "", *QUERIES))
    return st.one_of(st.builds(Web, of_hosts), st.builds(Web, of_hosts, *parts))


@cache
def plain_urls() -> SearchStrategy[str]:
    """A URL of the plain shape that needs no parser."""
    return st.from_regex(url_module._PLAIN_URL, fullmatch=True)


# --- spellings -------------------------------------------------------------------------------

_DEFAULT = {"https": 443, "http": 80, "wss": 443, "ws": 80, "ftp": 21}


def _respell_host(draw: st.DrawFn, host: str) -> str:
    """Write a host in other letter case, in full-width letters, with a root dot."""
    if ":" in host or host.replace(".", "").isdigit():
        return host
    wide = draw(ANY) % 3 == 2
    spelled = ""
    for char in host:
        loud = char.upper() if draw(COIN) else char
        spelled += chr(ord(loud) + 0xFEE0) if wide and char.isalnum() and draw(COIN) else loud
    root: str = draw(of("", "", "."))
    return spelled + root


def _respell_path(draw: st.DrawFn, path: str) -> str:
    """Write a path with escapes of unreserved characters or with dot segments."""
    kind = draw(ANY) % 4
    if kind == 1:
        return "".join(f"%{ord(char):02x}" if char.isalnum() and draw(COIN) else char for char in path)
    if kind == 2:
        return f"/{draw(of('x', 'api'))}/{draw(of('..', '%2e%2E', '.%2e'))}{path}"
    return f"/{draw(of('.', '%2e'))}{path}" if kind == 3 else path


@st.composite
def equivalent_spellings(draw: st.DrawFn, web: Web) -> str:
    """Another spelling of the same URL that every client reads alike (T1, T5)."""
    default = _DEFAULT.get(web.scheme)
    scheme = web.scheme.upper() if draw(COIN) else web.scheme
    user = draw(of("", "", "user@", "user:secret@", "e.com@", "e.com%2F@"))
    host = _respell_host(draw, web.host) if default else web.host.upper()
    shown = f"[{host}]" if ":" in host else host
    port = "" if web.port is None else f":{web.port}"
    if default and web.port in (None, default):
        port = draw(of("", f":{default}", ":"))
    # An escape in the plain spelling already means something else when escaped again.
    path = web.path if "%" in web.path else _respell_path(draw, web.path)
    query = f"?{web.query}" if web.query else ""
    return f"{scheme}://{user}{shown}{port}{path}{query}{draw(of('', '#top'))}"


@st.composite
def ambiguous_spellings(draw: st.DrawFn, web: Web) -> str:
    """A spelling that the standard reads as the host of `web` and some client reads otherwise (T3)."""
    scheme, where = web.scheme, web.authority
    rest = str(web).removeprefix(f"{scheme}://{where}")
    shapes = [
        f"{scheme}:{where}{rest}",
        f"{scheme}:///{where}{rest}",
        f"{scheme}:\\\\{where}{rest}",
        f"{scheme}://{where[0]}\t{where[1:]}{rest}",
        f"{scheme}://\n{where}{rest}",
        f"{scheme}://{where}\\@evil.net{rest}",
        f"{scheme}://{where}?@evil.net{rest}",
        f"{scheme}://{where}#@evil.net{rest}",
        f"{scheme}://evil.net@evil.org@{where}{rest}",
    ]
    if where[0].isalpha():
        shapes.append(f"{scheme}://%{ord(where[0]):02x}{where[1:]}{rest}")
    return pick(draw, shapes)
