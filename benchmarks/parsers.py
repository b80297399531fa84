"""Which URL parser: how many of the standard's own cases each gets right, and how fast it is.

    python benchmarks/parsers.py path/to/wpt/url/resources

The folder holds `urltestdata.json`, `toascii.json` and `IdnaTestV2.json` of web-platform-tests. Every
parser that is installed is measured in one run, so that the ratios hold on any machine; the absolute
times do not.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from scopecheck import __version__
from scopecheck.errors import TargetError
from scopecheck.targets.host import parse_host, show_host
from scopecheck.targets.url import _parse_unusual, parse_url

BASE = "ada_url.URL"
"""The parser that the ratios are taken of."""

PLAIN = [
    "https://example.com/",
    "https://api.example.com/v1/models",
    "https://www.example.co.uk/path/to/page.html?tab=settings&lang=en",
    "http://dev-17.internal.example.org:8080/login",
    "https://cdn.example.net/assets/app.3f2a.js?v=20260101",
    "wss://stream.example.io/socket",
    "https://a.b.c.d.e.example.com/index.php?id=1%27%20OR%201=1",
    "https://shop.example.com/de/category/shoes?size=42&color=red&sort=price",
]
UNUSUAL = [
    "https://EXAMPLE.com/Path",
    "https://user:secret@example.com/",
    "https://bücher.example/straße",
    "https://example.com/a/../b/./c",
    "https://example.com/%7Euser/%2e%2e/x",
    "http://192.168.0.1:8000/status",
    "https://[2001:db8::1]/",
    "https://xn--bcher-kva.example/#top",
]


class Parts(NamedTuple):
    """What a check needs from a URL, in the words of the standard's own cases."""

    scheme: str
    hostname: str
    port: str
    path: str
    query: str


@dataclass(frozen=True)
class Parser:
    """One parser under test; `parse` returns None where it refuses the text."""

    name: str
    version: str
    parse: Callable[[str], Parts | None]
    whole: bool = True
    """Whether the parts are meant to be those of the standard, and not the host alone."""

    @property
    def ours(self) -> bool:
        return self.name.startswith("scopecheck")


def parsers() -> Iterator[Parser]:
    for make in (_ada_url, _ada_url_function, _can_ada, _servo, _urllib, _ours, _ours_unusual):
        try:
            yield make()
        except ImportError as missing:
            print(f"not installed, left out: {missing.name}")


def _ada_url() -> Parser:
    from ada_url import URL

    def parse(text: str) -> Parts | None:
        try:
            url = URL(text)
        except ValueError:
            return None
        return Parts(url.protocol, url.hostname, url.port, url.pathname, url.search)

    return Parser(BASE, version("ada-url"), parse)


def _ada_url_function() -> Parser:
    from ada_url import parse_url as ada_parse_url

    wanted = ("protocol", "hostname", "port", "pathname", "search")

    def parse(text: str) -> Parts | None:
        try:
            url = ada_parse_url(text, attributes=wanted)
        except ValueError:
            return None
        return Parts(url["protocol"], url["hostname"], url["port"], url["pathname"], url["search"])

    return Parser("ada_url.parse_url", version("ada-url"), parse)


def _can_ada() -> Parser:
    import can_ada

    def parse(text: str) -> Parts | None:
        try:
            url = can_ada.parse(text)
        except (ValueError, TypeError):  # The latter on lone surrogates.
            return None
        return Parts(url.protocol, url.hostname, url.port, url.pathname, url.search)

    return Parser("can_ada", version("can-ada"), parse)


def _servo() -> Parser:
    from url import URL, URLError

    def parse(text: str) -> Parts | None:
        try:
            url = URL.parse(text)
        except (URLError, UnicodeEncodeError):
            return None
        port = "" if url.port is None else str(url.port)
        query = f"?{url.query}" if url.query else ""
        return Parts(f"{url.scheme}:", url.host_str or "", port, url.path, query)

    return Parser("url-py (Rust url)", version("url-py"), parse)


def _urllib() -> Parser:
    def parse(text: str) -> Parts | None:
        try:
            url = urlsplit(text)
            port = url.port
        except ValueError:
            return None
        if not url.scheme:
            return None
        return Parts(f"{url.scheme}:", url.hostname or "", str(port or ""), url.path, url.query)

    return Parser("urllib.parse", f"Python {platform.python_version()}", parse, whole=False)


def _shared(parse: Callable[[str], Any]) -> Callable[[str], Parts | None]:
    def wrapped(text: str) -> Parts | None:
        try:
            url = parse(text)
        except TargetError:
            return None
        return Parts(url.scheme, show_host(url.host), str(url.port or ""), url.path, url.query)

    return wrapped


def _ours() -> Parser:
    return Parser("scopecheck", __version__, _shared(parse_url), whole=False)


def _ours_unusual() -> Parser:
    return Parser("scopecheck, no short cut", __version__, _shared(_parse_unusual), whole=False)


class Score(NamedTuple):
    whole: int
    host: int
    other_host: int
    accepted: int
    refused: int


class Case(NamedTuple):
    """One case of the standard: its parts, or None where it has to be refused."""

    text: str
    parts: Parts | None


def url_cases(folder: Path) -> list[Case]:
    """Return the cases that need no base URL, lone surrogates replaced as a browser replaces them."""
    found = []
    for case in json.loads((folder / "urltestdata.json").read_text("utf-8")):
        if isinstance(case, dict) and case.get("base") is None:
            keys = ("protocol", "hostname", "port", "pathname", "search")
            parts = None if case.get("failure") else Parts(*(case[key] for key in keys))
            found.append(Case(_scalar(case["input"]), parts))
    return found


def idna_cases(folder: Path) -> list[Case]:
    """Return the hosts of both IDNA sets, each put into a URL of scheme https."""
    found = []
    for name in ("toascii.json", "IdnaTestV2.json"):
        for case in json.loads((folder / name).read_text("utf-8")):
            # An empty host, or one with a character that ends it, is no host of such a URL.
            if isinstance(case, dict) and case["input"] and not set(case["input"]) & set("/?#@\\:"):
                host = case["output"]
                parts = Parts("https:", host, "", "/", "") if host else None
                found.append(Case(f"https://{_scalar(case['input'])}/", parts))
    return found


def _scalar(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def score(parser: Parser, cases: Sequence[Case]) -> Score:
    whole = host = other = accepted = refused = 0
    for text, parts in cases:
        found = parser.parse(text)
        # Our canonical host differs from the standard's by T1, and a URL without one is refused (T4).
        hostname = _our_host(parts) if parser.ours and parts else parts and parts.hostname
        if found is None or hostname is None:
            right = found is None and hostname is None
            accepted += found is not None
            refused += hostname is not None
            whole += right
            host += right
        else:
            host += found.hostname == hostname
            other += found.hostname != hostname
            whole += found == parts
    return Score(whole, host, other, accepted, refused)


def _our_host(parts: Parts) -> str | None:
    if not parts.hostname or parts.scheme == "file:":
        return None
    try:
        return show_host(parse_host(parts.hostname).host)
    except TargetError:
        return None


def seconds_per_url(parse: Callable[[str], object], urls: Sequence[str], loops: int) -> float:
    start = time.perf_counter()
    for _ in range(loops):
        for url in urls:
            parse(url)
    return (time.perf_counter() - start) / (loops * len(urls))


def speeds(found: Sequence[Parser], urls: Sequence[str], rounds: int, loops: int) -> dict[str, list[float]]:
    """Time every parser once a round, so that a slow moment of the machine strikes them all."""
    times: dict[str, list[float]] = {parser.name: [] for parser in found}
    for _ in range(rounds):
        for parser in found:
            times[parser.name].append(seconds_per_url(parser.parse, urls, loops))
    return times


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |")
    print()


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("folder", type=Path, help="where urltestdata.json and the IDNA sets are")
    options.add_argument("--rounds", type=int, default=15)
    options.add_argument("--loops", type=int, default=200)
    given = options.parse_args()
    if not (given.folder / "urltestdata.json").is_file():
        options.error(f"no urltestdata.json in {given.folder}")
    found = list(parsers())
    for title, cases in (
        ("URLs without a base (urltestdata.json)", url_cases(given.folder)),
        ("hosts (toascii.json, IdnaTestV2.json)", idna_cases(given.folder)),
    ):
        print(f"\n{len(cases)} {title}\n")
        _show_scores(found, cases)
    print(f"time for a URL as a multiple of {BASE}'s in the same round (median), and of the best round\n")
    _show_speeds(found, given.rounds, given.loops)


def _show_scores(found: Sequence[Parser], cases: Sequence[Case]) -> None:
    rows = []
    for parser in found:
        got = score(parser, cases)
        whole = got.whole if parser.whole else "-"
        rows.append((parser.name, parser.version, whole, *got[1:]))
    head = ("parser", "version", "all parts", "host", "other host", "wrongly accepted", "wrongly refused")
    _table(head, rows)


def _show_speeds(found: Sequence[Parser], rounds: int, loops: int) -> None:
    plain = speeds(found, PLAIN, rounds, loops)
    unusual = speeds(found, UNUSUAL, rounds, loops)
    _table(
        ("parser", "plain URLs", "unusual URLs", "plain, µs", "unusual, µs"),
        [
            (
                name,
                f"{_ratio(plain[name], plain[BASE]):.2f}",
                f"{_ratio(unusual[name], unusual[BASE]):.2f}",
                f"{min(plain[name]) * 1e6:.2f}",
                f"{min(unusual[name]) * 1e6:.2f}",
            )
            for name in plain
        ],
    )


def _ratio(times: Sequence[float], base: Sequence[float]) -> float:
    return statistics.median(mine / theirs for mine, theirs in zip(times, base, strict=True))


if __name__ == "__main__":
    main()
