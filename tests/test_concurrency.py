"""One checker, catalog or verdict in many threads, and in other processes, says what it says alone.

Threads begin together, on objects and caches that nobody has used before, so that whatever is filled in late is
filled in by several at once. Between two lines of the package each gives way to the others by chance: left to
itself the interpreter would switch too seldom, and at few places.
"""

from __future__ import annotations

import json
import multiprocessing
import pickle
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import pytest

import scopecheck as sc
from scopecheck.answer import catalog, checker, matcher, shortcut
from scopecheck.findings import taxonomy, words
from scopecheck.targets import asset, psl

T = TypeVar("T")
THREADS = 6
# What holds state that several threads may fill in.
SHARED = frozenset(
    str(module.__file__) for module in (checker, catalog, matcher, shortcut, asset, psl, taxonomy, words)
)

INCLUDE = (
    "*.example.com", "example.org/api", "shop.*.example.net:8443", "www.example.*", "10.0.0.0/8", "com.example.app",
    "Mobile wallet", "https://github.com/org/repo", "https://play.google.com/store/apps/details?id=com.example.pay",
)  # fmt: skip
EXCLUDE = (
    "blog.example.com",
    "example.org/api/old",
    "10.0.0.128/25",
    "any staging system of dev.example.com",
)
TARGETS = (
    "https://a.example.com/", "https://blog.example.com/x", "example.com", "https://x.dev.example.com/",
    "https://example.org/api/..;/old", "https://shop.eu.example.net:8443/", "www.example.co.uk", "10.0.0.64/26",
    "10.0.0.200", "com.example.app", "mobile  WALLET", "https://github.com/ORG/repo.git/issues", "javascript:alert(1)",
    "https://play.google.com/store/apps/details?id=com.example.pay", "https://other.example/", "",
)  # fmt: skip


def program(number: int = 0) -> sc.Program:
    include = [*INCLUDE, f"*.h{number}.example.net"]
    return sc.Program.from_assets(include, EXCLUDE, id=f"p{number}")


def forget() -> None:
    """Empty every cache of the package, as in a new process."""
    for module in (asset, psl, taxonomy, words):
        for value in vars(module).values():
            clear = getattr(value, "cache_clear", None)
            if clear is not None:
                clear()


def together(work: Callable[[int], T], threads: int = THREADS) -> list[T]:
    """Return what each of several threads made, all of which began at one moment."""
    barrier = threading.Barrier(threads)

    def begin(number: int) -> T:
        chance = random.Random(number)

        def trace(frame: FrameType, event: str, _: object) -> Any:
            if frame.f_code.co_filename not in SHARED:
                return None
            if event == "line" and chance.random() < 0.2:
                time.sleep(0)  # Waits for nothing, and lets another thread go on.
            return trace

        barrier.wait(timeout=60)
        sys.settrace(trace)
        try:
            return work(number)
        finally:
            sys.settrace(None)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(begin, range(threads)))


def verdicts(checker: sc.Checker, targets: Sequence[str] = TARGETS) -> list[tuple[str, str]]:
    """Return all that a checker says of targets."""
    found = [checker.check(target) for target in targets]
    return [(str(one), json.dumps(one.to_dict())) for one in found]


def turned(number: int) -> list[str]:
    """Return the targets in an order of its own for each thread."""
    shift = number * len(TARGETS) // THREADS
    return [*TARGETS[shift:], *TARGETS[:shift]]


def _in_turn(checker: sc.Checker, number: int) -> list[tuple[str, str]]:
    return verdicts(checker, turned(number))


def test_a_checker_shared_by_threads_says_what_it_says_alone() -> None:
    alone = dict(zip(TARGETS, verdicts(sc.Checker(program())), strict=True))
    for _ in range(5):
        forget()
        shared = sc.Checker(program())
        for number, said in enumerate(together(partial(_in_turn, shared))):
            assert said == [alone[target] for target in turned(number)]


ORIGINS = (
    "https://example.org", "https://example.org:443", "http://example.org", "https://example.org:8443",
    "https://a.example.com", "ftp://example.org",
)  # fmt: skip


def test_what_a_checker_remembers_is_forgotten_while_others_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded, so a thread empties what another is about to read."""
    monkeypatch.setattr(shortcut, "_NAMES", 3)
    monkeypatch.setattr(shortcut, "_ACCOUNTS", 1)
    paths = ("/", "/api", "/api/old", "/api/new?a=b")
    urls = [f"{origin}{path}" for origin in ORIGINS for path in paths] * 10
    alone = {url: sc.Checker(program()).check(url).reason for url in urls}
    shared = sc.Checker(program())

    def ask(number: int) -> list[tuple[str, sc.Reason]]:
        turn = random.Random(number).sample(urls, len(urls))
        return [(url, shared.check(url).reason) for url in turn]

    for said in together(ask):
        assert said == [(url, alone[url]) for url, _ in said]


def test_checkers_made_at_once_say_the_same() -> None:
    alone = verdicts(sc.Checker(program()))
    forget()
    assert together(lambda _: verdicts(sc.Checker(program()))) == [alone] * THREADS


def test_a_verdict_shared_by_threads_is_read_alike_by_all() -> None:
    checker = sc.Checker(program())
    for target in TARGETS:
        alone, shared = checker.check(target), sc.Checker(program()).check(target)
        expected = (
            str(alone),
            alone.to_dict(),
            alone.caveats,
            alone.notes,
            alone.question,
            alone.near_misses,
        )

        def read(_: int, one: sc.Verdict = shared) -> tuple[object, ...]:
            return (str(one), one.to_dict(), one.caveats, one.notes, one.question, one.near_misses)

        assert together(read) == [expected] * THREADS


def findings(checker: sc.Checker) -> list[str]:
    """Return what a checker says of findings, reports and chains, all of which are loaded late."""
    report = sc.Report(
        "XSS", "https://openai.com/", "xss", "https://openai.com/", "impact", "ghp_" + "a1B2" * 9
    )
    return [
        *(
            str(checker.check_finding(word, target="https://openai.com/"))
            for word in ("xss", "CWE-79", "jailbreak")
        ),
        str(checker.check_report(report)),
        str(checker.check_chain(["https://openai.com/a", "/b", "https://evil.example/"])),
        *checker.filter(TARGETS),
    ]


def _findings(checker: sc.Checker, _: int) -> list[str]:
    return findings(checker)


def test_findings_and_reports_are_asked_by_threads_at_once() -> None:
    alone = findings(sc.Checker(sc.load("openai")))
    for _ in range(3):
        forget()
        shared = sc.Checker(sc.load("openai"))
        assert together(partial(_findings, shared)) == [alone] * THREADS


def found(catalog: sc.Catalog, targets: Sequence[str] = TARGETS) -> list[list[tuple[str, str]]]:
    """Return all that a catalog says of targets."""
    return [[(one.id, str(verdict)) for one, verdict in catalog.find(target)] for target in targets]


def _found(catalog: sc.Catalog, targets: Sequence[str], _: int) -> list[list[tuple[str, str]]]:
    return found(catalog, targets)


def _id(catalog: sc.Catalog, number: int) -> str:
    return catalog.programs[number].id


def test_a_catalog_that_compiles_late_is_shared_by_threads(tmp_path: Path) -> None:
    made = sc.Catalog(program(number) for number in range(12))
    made.save(tmp_path / "x.catalog")
    targets = (*TARGETS, *(f"https://www.h{number}.example.net/" for number in range(12)))
    alone = found(made, targets)
    for _ in range(3):
        forget()
        loaded = sc.Catalog.load(tmp_path / "x.catalog")
        assert together(partial(_found, loaded, targets)) == [alone] * THREADS
        assert together(partial(_id, loaded)) == [f"p{number}" for number in range(THREADS)]


def test_a_catalog_is_saved_while_it_is_asked(tmp_path: Path) -> None:
    sc.Catalog(program(number) for number in range(12)).save(tmp_path / "x.catalog")
    loaded = sc.Catalog.load(tmp_path / "x.catalog")

    def work(number: int) -> None:
        if number % 2:
            loaded.save(tmp_path / f"{number}.catalog")
        else:
            found(loaded)

    together(work)
    for number in range(1, THREADS, 2):
        assert found(sc.Catalog.load(tmp_path / f"{number}.catalog")) == found(loaded)


LATE = """
import sys, threading
sys.setswitchinterval(1e-6)
import scopecheck as sc
barrier, said, failed = threading.Barrier(8), [], []

def work(number):
    try:
        barrier.wait()
        names = ("Catalog", "Report", "Taxonomy", "read", "FindingVerdict", "Overlap", "ImportResult", "ReportVerdict")
        for name in names[number:] + names[:number]:
            getattr(sc, name)
        checker = sc.Checker(sc.load("openai"))
        said.append(str(checker.check("https://openai.com/")) + str(checker.check_finding("xss")))
        sc.Catalog([sc.Program.from_assets(["*.example.co.uk"])]).find("https://a.example.co.uk/")
    except BaseException as error:
        failed.append(repr(error))

threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert not failed, failed
assert len(said) == 8 and len(set(said)) == 1, said
print("alike")
"""


def test_what_is_imported_late_is_imported_by_threads_at_once() -> None:
    """Only a new process has imported nothing yet."""
    for _ in range(3):
        ran = subprocess.run(
            [sys.executable, "-c", LATE], capture_output=True, text=True, check=False, timeout=120
        )
        assert (ran.stdout, ran.returncode) == ("alike\n", 0), ran.stderr


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_what_is_pickled_says_the_same(protocol: int) -> None:
    checker = sc.Checker(program(), strict=True)
    assert verdicts(pickle.loads(pickle.dumps(checker, protocol))) == verdicts(checker)
    assert pickle.loads(pickle.dumps(checker, protocol)).strict
    catalog = sc.Catalog([program(1), program(2)])
    assert found(pickle.loads(pickle.dumps(catalog, protocol))) == found(catalog)
    for target in TARGETS:
        verdict = checker.check(target)
        again = pickle.loads(pickle.dumps(verdict, protocol))
        assert (str(again), again.to_dict(), again) == (str(verdict), verdict.to_dict(), verdict)


def in_processes(work: Callable[[Any], Any], given: Sequence[Any]) -> list[Any]:
    """Return what two processes that share nothing made, each begun anew."""
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(work, given))


def test_a_checker_in_other_processes_says_what_it_says_here() -> None:
    checker = sc.Checker(program())
    there = in_processes(checker.check, TARGETS)
    assert [(str(one), json.dumps(one.to_dict())) for one in there] == verdicts(checker)


def test_a_catalog_in_other_processes_says_what_it_says_here(tmp_path: Path) -> None:
    made = sc.Catalog(program(number) for number in range(4))
    made.save(tmp_path / "x.catalog")
    loaded = sc.Catalog.load(tmp_path / "x.catalog")
    there = in_processes(loaded.find, TARGETS)
    assert [[(one.id, str(verdict)) for one, verdict in each] for each in there] == found(made)


def test_findings_are_asked_in_other_processes() -> None:
    checker = sc.Checker(sc.load("openai"))
    ask = partial(checker.check_finding, target="https://openai.com/")
    there = in_processes(ask, ["xss", "jailbreak"])
    assert [str(one) for one in there] == [str(ask(word)) for word in ("xss", "jailbreak")]
