"""The commands `finding`, `report` and `triage`, as their users call them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import scopecheck as sc
from scopecheck.cli import cli

KEY = "sk-" + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC2eF4"
FORM = "https://openai.com/form/api-key-bug-bounty"


@dataclass
class Ran:
    """What a command printed, and the code it left with."""

    code: int
    out: str
    err: str


class Command:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *args: str) -> Ran:
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli(list(args), prog_name="scopecheck")
        out, err = self._capsys.readouterr()
        assert isinstance(left.value.code, int)
        return Ran(left.value.code, out, err)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)


def write(path: Path, text: str) -> str:
    path.write_text(text, "utf-8")
    return str(path)


# --- finding --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("openai", "xss"), 0),
        (("openai", "stored xss", "--target", "https://openai.com/"), 0),
        (("openai", "jailbreak"), 1),
        (("openai", "xss", "--target", "https://evil.example/"), 1),
        (("openai", "xss", "--target", "https://chatgpt.com/"), 3),
        (("openai", "jailbreak", "--assume", "direct-security-impact"), 3),
        (("openai-safety", "prompt injection"), 3),
        (("openai-safety", "prompt injection", "--assume", "x", "--assume", "reliable-hijack"), 0),
        (("openai", "xxs"), 2),
        (("openai", "LLM06"), 2),
        (("no-such-program", "xss"), 2),
        (("openai",), 2),
        ((), 2),
    ],
)
def test_finding_leaves_with_its_answer(run: Command, args: tuple[str, ...], code: int) -> None:
    ran = run("finding", *args)
    assert ran.code == code
    assert bool(ran.err) == (code == 2)
    assert bool(ran.out) == (code != 2)


def test_finding_prints_the_verdict(run: Command) -> None:
    verdict = sc.Checker(sc.load("openai")).check_finding("jailbreak", target="https://openai.com/")
    args = ("finding", "openai", "jailbreak", "--target", "https://openai.com/")
    assert run(*args).out == f"{verdict}\n"
    assert json.loads(run(*args, "--json").out) == verdict.to_dict()


def test_finding_names_the_nearest_words_and_both_years(run: Command) -> None:
    assert run("finding", "openai", "xxs").err == (
        "error: `xxs` is no known finding type; did you mean `xxe` or `xss`?\n"
    )
    assert (
        "`LLM06:2025` is Excessive Agency, `LLM06:2026` is Unbounded Consumption"
        in run("finding", "openai", "LLM06").err
    )


@pytest.mark.parametrize("odd", ["xss\udcff", "xss\x1b[31m"])
def test_finding_prints_what_a_terminal_can_show(run: Command, odd: str) -> None:
    for args in (("finding", "openai", odd), ("finding", "openai", "xss", "--assume", odd, "--target", odd)):
        for more in ((), ("--json",)):
            ran = run(*args, *more)
            assert "\x1b" not in ran.out + ran.err
            assert ran.code in (0, 2, 3)


# --- report ---------------------------------------------------------------------------------------

GOOD = """\
---
program: openai
title: Stored XSS in the help pages
target: openai.com
vulnerability_type: stored xss
url: https://openai.com/help
attests: [novel, exploitable, not-disclosed]
---
Impact: an attacker acts as a reader.

## Proof of concept

Open the page.
"""


def test_a_good_report_leaves_with_0(run: Command, tmp_path: Path) -> None:
    file = write(tmp_path / "report.md", GOOD)
    ran = run("report", file)
    assert ran.code == 0
    assert ran.out.startswith("Stored XSS in the help pages: ready to submit, for OpenAI\n")
    data = json.loads(run("report", file, "--json").out)
    assert (data["ready"], data["problems"]) == (True, [])


def test_notes_alone_block_nothing(run: Command, tmp_path: Path) -> None:
    file = write(tmp_path / "report.md", GOOD.replace("attests: [novel, exploitable, not-disclosed]\n", ""))
    ran = run("report", file)
    assert ran.code == 0
    assert ran.out.count("note: attests: not attested") == 3


def test_every_problem_is_printed_and_it_leaves_with_1(run: Command, tmp_path: Path) -> None:
    text = GOOD.replace("title: Stored", "titel: Stored").replace("titel: Stored XSS in the help pages\n", "")
    file = write(
        tmp_path / "report.md", text.replace("stored xss", "jailbreak").replace("/help", ".evil.example/")
    )
    ran = run("report", file)
    assert ran.code == 1
    for words in ("blocks: title:", "blocks: url:", "blocks: vulnerability_type:", "3 problems block it"):
        assert words in ran.out
    data = json.loads(run("report", file, "--json").out)
    assert [one["field"] for one in data["problems"] if one["blocks"]] == [
        "title",
        "url",
        "vulnerability_type",
    ]


def test_the_program_of_the_option_comes_first(run: Command, tmp_path: Path) -> None:
    file = write(tmp_path / "report.md", GOOD)
    assert "for OpenAI Safety Bug Bounty" in run("report", file, "--program", "openai-safety").out
    without = write(tmp_path / "without.md", GOOD.replace("program: openai\n", ""))
    assert run("report", without, "--program", "openai").code == 0
    ran = run("report", without)
    assert (ran.code, "give `--program PROGRAM`" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        (
            "report.md",
            "---\nprogram: openai\ntitel: x\n---\n",
            "report.md:3:1: error: a report has no field `titel`",
        ),
        ("report.md", "---\nprogram: openai\n", "the front matter has no end"),
        ("report.txt", "x", "the ending says no known language"),
        ("report.yaml", "program: nobody\n", "`nobody` is neither a bundled program nor a scope file"),
    ],
)
def test_a_bad_file_is_said_and_it_leaves_with_2(
    run: Command, tmp_path: Path, name: str, text: str, words: str
) -> None:
    ran = run("report", write(tmp_path / name, text))
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


def test_a_report_needs_a_file(run: Command) -> None:
    ran = run("report")
    assert (ran.code, "--new PROGRAM" in ran.err) == (2, True)
    assert run("report", "no-such-file.md").code == 2


@pytest.mark.parametrize(
    "replaced",
    [
        ("Stored XSS in", f"Stored {KEY} in"),
        ("target: openai.com", f"target: openai.com/{KEY}"),
        ("stored xss", f"stored xss {KEY}"),
        ("/help", f"/help?key={KEY}"),
        ("/help", f"/help?key={KEY.replace('-', '%2d', 1)}"),
        ("Impact:", f"Impact: {KEY}"),
        ("Open the page", f"Open {KEY}"),
        ("---\nImpact", f"collaborators: [{KEY}]\n---\nImpact"),
        ("[novel, ", f"[{KEY}, novel, "),
        ("---\nImpact", f"assume: [{KEY}]\n---\nImpact"),
    ],
)
def test_a_key_is_printed_nowhere_and_its_form_is_named(
    run: Command, tmp_path: Path, replaced: tuple[str, str]
) -> None:
    text = GOOD.replace(*replaced)
    assert text != GOOD
    file = write(tmp_path / "report.md", text)
    for more in ((), ("--json",)):
        ran = run("report", file, *more)
        assert ran.code == 1
        assert FORM in ran.out
        for piece in (KEY[3:15], KEY[-12:]):
            assert piece.lower() not in (ran.out + ran.err).lower()


@pytest.mark.parametrize(
    "text",
    [f"program: {KEY}\n", f"{KEY}: 1\n", f'title: "{KEY}', f"title: {{{KEY}: 1}}\n", f"title: *{KEY}\n"],
)
def test_a_key_in_an_unreadable_file_is_printed_nowhere(run: Command, tmp_path: Path, text: str) -> None:
    for more in ((), ("--json",)):
        ran = run("report", write(tmp_path / "report.yaml", text), *more)
        assert ran.code == 2
        assert KEY[3:15] not in ran.out + ran.err
        assert KEY[-12:] not in ran.out + ran.err


def test_a_template_goes_through_the_check_it_is_for(run: Command, tmp_path: Path) -> None:
    ran = run("report", "--new", "openai")
    assert ran.code == 0
    file = write(tmp_path / "new.md", ran.out)
    empty = run("report", file)
    assert empty.code == 1
    assert empty.out.count("is missing") == 6
    filled = ran.out
    for old, new in (
        ('title: ""', "title: Stored XSS"),
        ('target: ""', "target: ChatGPT"),
        ('vulnerability_type: ""', "vulnerability_type: stored xss"),
        ('url: ""', "url: https://chat.openai.com/"),
        ("impact\n", "impact\n\nAn attacker reads it all.\n"),
        ("concept\n", "concept\n\nOpen it.\n"),
    ):
        filled = filled.replace(old, new, 1)
    assert run("report", write(tmp_path / "new.md", filled)).code == 0


def test_a_template_for_a_program_of_ones_own_finds_it_again(run: Command, tmp_path: Path) -> None:
    scope = write(tmp_path / "my scope.yaml", 'id: e\nname: E\nin_scope: ["*.e.com"]\n')
    ran = run("report", "--new", scope)
    checked = run("report", write(tmp_path / "new.md", ran.out))
    assert (checked.code, "for E" in checked.out) == (1, True)
    assert run("report", "--new", "no-such-program").code == 2


# --- triage ---------------------------------------------------------------------------------------


def line(target: str, tag: str, name: str = "A name") -> str:
    info = {"name": name, "tags": tag, "severity": "low"}
    return json.dumps({"template-id": "x", "info": info, "host": "https://openai.com/", "matched-at": target})


IN, OUT = line("https://openai.com/a", "xss"), line("https://evil.example/", "xss")
NO_RULE = "no rule of the program covers it"
DOS, UNKNOWN = line("https://openai.com/", "dos"), line("https://openai.com/", "wordpress")


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ((IN,), 0),
        ((IN, IN), 0),
        ((IN, UNKNOWN), 3),
        ((IN, UNKNOWN, OUT), 1),
        ((DOS,), 1),
        ((IN, "{"), 0),
        (("{",), 2),
        (("",), 2),
    ],
)
def test_triage_leaves_with_what_it_found(
    run: Command, tmp_path: Path, lines: tuple[str, ...], code: int
) -> None:
    file = write(tmp_path / "found.jsonl", "\n".join(lines))
    assert run("triage", "openai", file).code == code
    assert run("triage", "openai", file, "--json").code == code


def test_triage_prints_a_line_for_each_finding(run: Command, tmp_path: Path) -> None:
    """By `matched-at`: the host that was scanned is in scope, where it matched is not."""
    ran = run(
        "triage", "openai", write(tmp_path / "found", "\n".join([IN, OUT, DOS, UNKNOWN, line("", "xss")]))
    )
    yes = ("IN_SCOPE", "included")
    home = "https://openai.com/"
    assert [tuple(row.split("\t")) for row in ran.out.splitlines()] == [
        ("IN_SCOPE", "A name", *yes, *yes, f"{home}a", "`openai.com` covers it"),
        ("OUT_OF_SCOPE", "A name", "OUT_OF_SCOPE", "not-listed", *yes, "https://evil.example/", NO_RULE),
        (
            "OUT_OF_SCOPE",
            "A name",
            *yes,
            "OUT_OF_SCOPE",
            "excluded",
            home,
            "`Denial of service` does not count",
        ),
        ("UNDETERMINED", "A name", *yes, "-", "-", home, "no known finding type goes by the scanner's words"),
        ("UNDETERMINED", "A name", "-", "-", "-", "-", "", "the scanner names no URL or host"),
    ]
    assert ran.err == ""


def test_triage_prints_the_data(run: Command, tmp_path: Path) -> None:
    ran = run("triage", "openai", write(tmp_path / "found", f"{IN}\n{DOS}"), "--json")
    data = [json.loads(one) for one in ran.out.splitlines()]
    assert [one["decision"] for one in data] == ["IN_SCOPE", "OUT_OF_SCOPE"]
    assert data[0]["asset"]["target"] == "https://openai.com/a"
    assert data[0]["finding"]["priority"] == "P2"
    assert [one["entry"] for one in data] == ["line 1", "line 2"]


def test_triage_names_each_bad_line(run: Command, tmp_path: Path) -> None:
    ran = run("triage", "openai", write(tmp_path / "found", f"{IN}\n{{\n{IN}\noops"))
    assert ran.code == 0
    assert ran.out.count("A name") == 2
    assert f"{tmp_path / 'found'}:2" in ran.err
    assert f"{tmp_path / 'found'}:4" in ran.err
    assert ran.err.count("this is no finding of nuclei") == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<issues><issue>", "not XML"),
        ('<!DOCTYPE issues [<!ENTITY x "y">]><issues/>', "the file declares the entity `x`"),
        ('{"version": "2.1.0", "runs": [', "not JSON"),
        ("nothing of the kind", "neither JSON lines of nuclei, nor SARIF, nor Burp's XML"),
    ],
)
def test_triage_refuses_what_it_cannot_read(run: Command, tmp_path: Path, text: str, words: str) -> None:
    ran = run("triage", "openai", write(tmp_path / "found", text))
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


def test_triage_prints_no_codes_for_a_terminal(run: Command, tmp_path: Path) -> None:
    """A scanner writes down what the scanned host said."""
    odd = "a\x1b]0;title\x07\x1b[31m\u202e\ud800"
    for one in (line(f"https://openai.com/{odd}", "xss", odd), line("https://openai.com/", f"xss{odd}")):
        file = write(tmp_path / "found", one)
        for more in ((), ("--json",)):
            ran = run("triage", "openai", file, *more)
            assert not any(ch in ran.out + ran.err for ch in "\x1b\x07\ud800")
            assert ran.out


def test_half_a_surrogate_pair_does_not_break_a_pipe(tmp_path: Path) -> None:
    file = write(tmp_path / "found", line("https://openai.com/\ud800", "xss", "\ud800"))
    for more in ((), ("--json",)):
        ran = subprocess.run(
            [sys.executable, "-m", "scopecheck", "triage", "openai", file, *more],
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONIOENCODING": "utf-8:strict"},
        )
        assert (ran.returncode, ran.stderr) == (3, b"")


@pytest.mark.parametrize("command", ["finding", "report", "triage"])
def test_each_command_says_its_exit_codes(run: Command, command: str) -> None:
    ran = run(command, "--help")
    assert ran.code == 0
    assert "Exit code: 0" in ran.out
