"""Other secrets than keys, found where the extra `secrets` is installed, and by no output shown."""

from __future__ import annotations

import base64
import importlib.util
import io
import json
import pickle
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from running import run
from scopecheck import Checker, Report, ReportVerdict, load
from scopecheck.answer.secrets import Secrets, masked
from scopecheck.errors import ScopecheckError
from scopecheck.formats.report_file import read_report

needs_extra = pytest.mark.skipif(
    importlib.util.find_spec("detect_secrets") is None, reason="the extra `secrets` is not installed"
)

# Made up, and put together here so that no scanner takes them for real ones.
BODY = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9" + "bC2eF4"
UPPER = "Q3ST5VW7YZ9BC2EF"


def in_base64(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


JWT = ".".join([in_base64('{"alg":"HS256","typ":"JWT"}'), in_base64('{"sub":"123456","admin":true}'), BODY])
LINES = [BODY + BODY[::-1][:30] + str(number) for number in range(6)]
PEM = "\n".join(["-----BEGIN RSA" + " PRIVATE KEY-----", *LINES, "-----END RSA PRIVATE KEY-----"])
SLACK = "xoxs-" + "123456789012-" * 2 + BODY

# What it is called, whether it blocks, the text, the parts that no output may hold.
KINDS: dict[str, tuple[str, bool, str, tuple[str, ...]]] = {
    "a private key": ("a private key", True, PEM, tuple(LINES)),
    "a private key that is cut off": ("a private key", True, PEM[:200], tuple(LINES[:2])),
    "a temporary AWS key": ("an AWS key", True, "ASIA" + UPPER, (UPPER,)),
    "an AWS secret": ("an AWS key", True, f"aws_secret_key = '{BODY}+/aB3dE'", (BODY, "aB3dE")),
    "Azure": ("an Azure storage key", True, f"AccountKey={BODY * 2}{'A' * 20}==", (BODY,)),
    "Slack": ("a Slack token", True, SLACK, ("123456789012", BODY)),
    "Slack's webhook": ("a Slack token", True, f"https://hooks.slack.com/services/T00/B00/{BODY}", (BODY,)),
    "Stripe": ("a Stripe key", True, "sk_" + f"live_{BODY}{BODY}", (BODY,)),
    "GitHub": ("a GitHub token", True, f"ghs_{BODY}{BODY}", (BODY,)),
    "GitLab": ("a GitLab token", True, f"glrt-{BODY}", (BODY,)),
    "SendGrid": ("a SendGrid key", True, f"SG.{BODY[:22]}.{BODY}{BODY[:10]}", (BODY[:22], BODY)),
    "a token": ("a JSON Web Token", False, JWT, tuple(JWT.split("."))),
    "a password": ("a password in a URL", False, f"https://user:{BODY}@example.com/", (BODY,)),
    "random text": ("random text in quotes", False, f'"{BODY}+/"', (BODY,)),
    "a random number": (
        "random text in quotes",
        False,
        "'5f2b1c9e8d7a6b5c4d3e2f1a0b9c8d7e'",
        ("5f2b1c9e8d7a",),
    ),
}
FIELDS = tuple(one.name for one in fields(Report))


@pytest.fixture
def no_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "detect_secrets", None)


@cache
def checker() -> Checker:
    findings = {"in_scope": [{"finding": "xss"}]}
    return Checker(load({"id": "e", "name": "E", "in_scope": ["openai.com"], "findings": findings}))


def report(field: str, text: str) -> Report:
    good = Report(
        "Stored XSS", "openai.com", "stored xss", "https://openai.com/help", "Impact: much.", "See above."
    )
    listed = field in ("collaborators", "attests", "assume")
    return replace(good, **{field: (text,) if listed else text})  # type: ignore[arg-type]  # any field


def outputs(verdict: ReportVerdict) -> Iterator[str]:
    """Yield everything that a verdict may be shown as, and what it is made of."""
    yield pickle.dumps(replace(verdict, program=None)).decode("latin-1")  # type: ignore[arg-type]  # what is searched has to pickle
    yield repr([getattr(verdict.report, field) for field in FIELDS])
    for part in (verdict, verdict.url, verdict.target, verdict.finding, *verdict.problems):
        if part is not None:
            yield str(part)
            yield repr(part)
            yield json.dumps(part.to_dict(), ensure_ascii=False)


def assert_hidden(verdict: ReportVerdict, secrets: tuple[str, ...]) -> None:
    for secret in secrets:
        for piece in (secret[:12], secret[-12:]):
            for text in outputs(verdict):
                assert piece.lower() not in text.lower()


def found(verdict: ReportVerdict) -> dict[str, bool]:
    problems = (one for one in verdict.problems if one.code in ("secret", "possible-secret"))
    return {one.message.removeprefix("the report holds "): one.blocks for one in problems}


@needs_extra
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("field", FIELDS)
def test_a_secret_in_any_field_is_named_and_masked(field: str, kind: str) -> None:
    title, blocks, secret, parts = KINDS[kind]
    for text in (secret, f"see {secret} here", f"https://openai.com/?x={secret}"):
        verdict = checker().check_report(report(field, text))
        assert found(verdict)[title] is blocks
        assert verdict.ready is False or not blocks
        assert_hidden(verdict, parts)


@needs_extra
@pytest.mark.parametrize("kind", KINDS)
def test_a_possible_secret_does_not_block_and_a_certain_one_does(kind: str) -> None:
    title, blocks, secret, _ = KINDS[kind]
    verdict = checker().check_report(report("proof_of_concept", f"Send {secret} to it."))
    assert found(verdict)[title] is blocks
    assert verdict.ready is not blocks
    (problem,) = (one for one in verdict.problems if one.message.endswith(title))
    assert problem.code == ("secret" if blocks else "possible-secret")
    assert "revoke it" in problem.help


@pytest.mark.usefixtures("no_extra")
@pytest.mark.parametrize("kind", KINDS)
def test_without_the_extra_nothing_else_is_found_than_before(kind: str) -> None:
    secret = KINDS[kind][2]
    verdict = checker().check_report(report("proof_of_concept", f"Send {secret} to it."))
    assert found(verdict) == {}
    assert verdict.report.proof_of_concept == f"Send {secret} to it."


@pytest.mark.usefixtures("no_extra")
def test_without_the_extra_keys_are_found_as_before() -> None:
    verdict = checker().check_report(report("title", f"sk-{BODY} AKIA{UPPER}"))
    assert found(verdict) == {"an API key (`sk-…`)": True, "an AWS key id (`AKIA…`)": True}
    assert verdict.report.title == "sk-masked AKIAmasked"


def percent(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


SPELLINGS: dict[str, Callable[[str], str]] = {
    "percent": percent,
    "percent, twice": lambda text: percent(text).replace("%", "%25"),
    "percent in part": lambda text: "".join(percent(c) if c in "-_./:=+ \n" else c for c in text),
    "a form": lambda text: text.replace("+", "%2b").replace(" ", "+").replace("\n", "%0D%0A"),
    "JSON": lambda text: text.replace("\n", "\\n").replace("-", "\\u002d").replace("/", "\\u002f"),
    "quotes": lambda text: f'"{text}"',
    "code": lambda text: f"`{text}`",
    "a quotation": lambda text: "\n> " + text.replace("\n", "\n> "),
    "carriage returns": lambda text: text.replace("\n", "\r\n"),
    "soft hyphens": lambda text: "\u00ad".join(text),
    "full width": lambda text: "".join(chr(ord(c) + 0xFEE0) if c.isalnum() else c for c in text),
}


@needs_extra
@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_secret_that_is_spelled_otherwise_is_masked_too(kind: str, spelling: str) -> None:
    title, blocks, secret, parts = KINDS[kind]
    text = SPELLINGS[spelling](secret)
    for field in ("title", "url", "description"):
        verdict = checker().check_report(report(field, text))
        assert found(verdict)[title] is blocks
        assert_hidden(verdict, (*parts, *(SPELLINGS[spelling](part) for part in parts)))


BREAKS = ("\n", "\r\n", "\n    ", "\n> ", '" +\n    "', "\\\n")


@needs_extra
@pytest.mark.parametrize("line_break", BREAKS)
@pytest.mark.parametrize("kind", ["a temporary AWS key", "Slack", "Stripe", "GitHub", "SendGrid", "a token"])
def test_a_secret_that_is_split_over_lines_is_masked_whole(kind: str, line_break: str) -> None:
    title, blocks, secret, _ = KINDS[kind]
    for cut in range(1, len(secret) - 5):
        secrets = Secrets(())
        shown = secrets.mask(f"see {secret[:cut]}{line_break}{secret[cut:]}\nand more", lines=True)
        assert secrets.others[title].blocks is blocks
        # Where the end of a kind is open, the next word may be a part of it.
        assert shown in ("see masked\nand more", "see masked more")


@pytest.mark.parametrize("line_break", BREAKS)
def test_a_key_that_is_split_over_lines_is_masked_whole(line_break: str) -> None:
    for body in (BODY, "1234567890" * 4, "9f8e7d6c5b4a3f2e" * 3):
        key = f"sk-{body}"
        for cut in range(1, len(key) - 5):
            text = f"see {key[:cut]}{line_break}{key[cut:]}\nand more"
            assert masked(text, lines=True) == "see sk-masked\nand more"


@needs_extra
@pytest.mark.parametrize(
    "password", ["p%40ss", "p%2Fss", "p%3Ass", "$ecret!", "a:b", "a@b", "päss", "x'y"[:1]]
)
def test_a_password_in_a_url_is_masked_as_the_url_standard_ends_it(password: str) -> None:
    verdict = checker().check_report(report("url", f"https://user:{password}@openai.com/"))
    assert found(verdict) == {"a password in a URL": False}
    assert verdict.report.url == "https://user:masked@openai.com/"


@needs_extra
@pytest.mark.parametrize(
    "text",
    [
        "the file begins with -----BEGIN RSA PRIVATE KEY----- and is world-readable",
        "-----BEGIN PRIVATE KEY-----\n[cut out by the reporter]\n-----END PRIVATE KEY-----",
        "-----BEGIN PUBLIC KEY-----\n" + BODY * 3,
        "https://user@openai.com/ and https://openai.com:8443/@name",
        "see http://localhost:8080\nand mail me@example.com",
        "the kind 'server_security_misconfiguration' of \"cross_site_scripting_xss.stored.privileged_user\"",
        "'deadbeef' and \"2024-01-02T03:04:05\"",
        "request 123e4567-e89b-42d3-a456-426614174000",
        "eyJ.eyJ. is no token",
        "the prefix is sk-\nthe rest is missing",
        "a task-\nmanagement-of-the-whole-platform",
    ],
)
def test_what_only_looks_like_a_secret_is_left_alone(text: str) -> None:
    verdict = checker().check_report(report("description", f"Impact: {text}"))
    assert found(verdict) == {}
    assert verdict.report.description == f"Impact: {text}"


@needs_extra
def test_what_stands_around_a_secret_is_kept() -> None:
    assert masked(f"a {PEM}\nb", lines=True) == "a -----masked\nb"
    assert masked(f"t={JWT}&u=1") == "t=masked&u=1"
    assert masked(f"{PEM}\n{JWT}\n{PEM}", lines=True) == "-----masked\nmasked\n-----masked"


@needs_extra
def test_a_key_inside_another_secret_is_named_too() -> None:
    text = PEM.replace(LINES[1], f"sk-{BODY}{BODY}")
    verdict = checker().check_report(report("description", text))
    assert found(verdict) == {"an API key (`sk-…`)": True, "a private key": True}
    assert_hidden(verdict, (*LINES, BODY))


PIECES = [*(text for _, _, text, _ in KINDS.values()), f"sk-{BODY}", "sk-", "AKIA", "\n", " ", '"', "masked"]


@needs_extra
@given(st.lists(st.sampled_from([*PIECES, *(one[:20] for one in PIECES), "and", "@", "://"]), max_size=6))
def test_masking_twice_changes_nothing_more(pieces: list[str]) -> None:
    for lines in (True, False):
        once = masked(" ".join(pieces), lines=lines)
        assert masked(once, lines=lines) == once


@needs_extra
@given(st.text(max_size=80), st.sampled_from(sorted(KINDS)), st.text(max_size=80))
def test_no_text_around_a_secret_lets_it_through(before: str, kind: str, after: str) -> None:
    _, _, secret, parts = KINDS[kind]
    for lines in (True, False):
        shown = masked(f"{before} {secret} {after}", lines=lines)
        assert not any(part in shown for part in parts)


UNITS = ["eyJ", "eyJa.", "x.eyJ", "xoxb-1-", "://a:", "://a:b@", "'", '"\n', " \n", "sk-\n", "END ", "aws'"]
UNITS += [f"sk-{BODY}\n", f"{PEM[:31]}\n", f"{PEM[:31]}END PRIVATE KEY ", "ghs_", f"{JWT}\n", f"'{BODY}"]


@needs_extra
@pytest.mark.parametrize("unit", UNITS)
def test_the_time_grows_as_the_text_does(unit: str) -> None:
    """An eightfold text takes eight times as long, and where the pattern is quadratic 64 times."""

    def work(size: int) -> float:
        text = unit * (size // len(unit))
        start = time.process_time()
        masked(text, lines=True)
        return time.process_time() - start

    ratios = []
    for _ in range(4):  # Noise passes, growth does not.
        ratios.append(work(64_000) / work(8_000))
        if ratios[-1] < 24:
            return
    pytest.fail(f"grows by {ratios}")


FILES = {
    "report.yaml": "title: x\n{}: y\n",
    "again.yaml": "title: x\n  {}\n: - y\n",
    "quoted.yaml": 'title: "{}\n',
    "list.yaml": "title: [{}]\ntarget: {{a: {}}}\n",
    "report.json": '{{"title": "x", "{}": 1',
    "other.json": '{{"{}": {{"a": 1}}}}',
    "report.toml": 'title = "x"\n{} = 1\n',
    "other.toml": "title = {}\n",
    "report.md": "---\ntitle: x\n{}: y\n---\n",
    "open.md": "---\ntitle: {}\n",
}


@needs_extra
@pytest.mark.parametrize("kind", [*KINDS, "a key"])
@pytest.mark.parametrize("name", FILES)
def test_no_error_of_a_file_shows_a_secret(name: str, kind: str, tmp_path: Path) -> None:
    _, _, secret, parts = KINDS.get(kind, ("", True, f"sk-{BODY}", (BODY,)))
    path = tmp_path / name
    path.write_text(FILES[name].format(secret, secret), "utf-8")
    try:
        read_report(path)
    except ScopecheckError as error:
        shown = io.StringIO()
        traceback.print_exc(file=shown)
        text = f"{shown.getvalue()} {error!r} {error.__dict__}"
        assert not any(piece in text for part in parts for piece in (part[:12], part[-12:]))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"title: x\n# {PEM[:31]}\n{BODY}: y\n{BODY}2: z\n", marks=needs_extra),
        f"title: x # sk-\n{BODY}: y\n",
    ],
)
def test_an_error_that_is_a_secret_is_said_without_it(text: str, tmp_path: Path) -> None:
    """Without the secret there is no error left to quote."""
    path = tmp_path / "report.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ScopecheckError, match="a secret stands here") as caught:
        read_report(path)
    assert BODY[:10] not in f"{caught.value} {caught.value!r} {caught.value.__dict__}"


@needs_extra
@pytest.mark.parametrize("kind", KINDS)
def test_the_command_shows_no_secret(kind: str, tmp_path: Path) -> None:
    title, _, secret, parts = KINDS[kind]
    path = tmp_path / "report.json"
    given_report = {"program": "openai", "title": secret, "target": secret, "vulnerability_type": secret}
    path.write_text(json.dumps({**given_report, "url": secret, "description": secret}), "utf-8")
    for words in ((), ("--json",)):
        ran = run("report", str(path), *words)
        assert title in ran.output
        assert not any(part[:12].lower() in ran.output.lower() for part in parts)
    path.write_text(json.dumps({"program": secret, "title": "x"}), "utf-8")
    ran = run("report", str(path))
    assert ran.exit_code == 2
    assert not any(part[:12].lower() in ran.output.lower() for part in parts)


@needs_extra
def test_nothing_is_asked_of_the_network_or_of_files(monkeypatch: pytest.MonkeyPatch) -> None:
    checker().check_report(report("title", "x"))  # What is imported is read once.

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        if armed and (event.startswith("socket.") or event in ("open", "subprocess.Popen", "os.system")):
            seen.append(f"{event} {arguments}")

    seen: list[str] = []
    armed = True
    sys.addaudithook(refuse)
    try:
        for _, _, secret, _ in KINDS.values():
            checker().check_report(report("description", secret))
    finally:
        armed = False  # A hook stays for good.
    assert seen == []
