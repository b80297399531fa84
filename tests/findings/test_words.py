"""Words for finding types (F1): ids, numbers, names, aliases; phrases as programs write them."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import pytest

from scopecheck import FindingTypeError
from scopecheck.findings import taxonomy as taxonomy_module
from scopecheck.findings import words
from scopecheck.findings.taxonomy import NEWEST, default_taxonomy, lies_under, taxonomy
from scopecheck.findings.words import (
    OWASP_LLM,
    SAME,
    known,
    resolve,
    word_key,
)

XSS = "cross_site_scripting_xss"
SERVER = "server_security_misconfiguration"
INJECTION = "server_side_injection"
LOGIN = "broken_authentication_and_session_management"
AI = "ai_application_security"
WORDS = Path(taxonomy_module.__file__).parent / "data" / "words.tsv"


def ids(word: str) -> set[str]:
    return set(resolve(word).ids)


# --- the common words -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("xss", XSS),
        ("csrf", "cross_site_request_forgery_csrf"),
        ("ssrf", f"{SERVER}.server_side_request_forgery_ssrf"),
        ("sqli", f"{INJECTION}.sql_injection"),
        ("idor", "broken_access_control.idor"),
        ("rce", f"{INJECTION}.remote_code_execution_rce"),
        ("lfi", f"{INJECTION}.file_inclusion.local"),
        ("xxe", f"{INJECTION}.xml_external_entity_injection_xxe"),
        ("ssti", f"{INJECTION}.ssti"),
        ("open redirect", "unvalidated_redirects_and_forwards.open_redirect"),
        ("clickjacking", f"{SERVER}.clickjacking"),
        ("dos", "application_level_denial_of_service_dos"),
        ("rate limiting", f"{SERVER}.no_rate_limiting_on_form"),
        ("missing headers", f"{SERVER}.lack_of_security_headers"),
        ("cookie flags", f"{SERVER}.missing_secure_or_httponly_cookie_flag"),
        ("spf", f"{SERVER}.mail_server_misconfiguration"),
        ("dkim", f"{SERVER}.mail_server_misconfiguration"),
        ("dmarc", f"{SERVER}.mail_server_misconfiguration"),
        ("SPF/DKIM/DMARC", f"{SERVER}.mail_server_misconfiguration"),
        ("jailbreak", "model_safety.safety_bypass"),
        ("hallucination", "hallucination"),
        ("write malicious code", "model_safety.malicious_code"),
        # As the articles of 2023 name what OpenAI takes.
        ("server-side injection", INJECTION),
        ("server security misconfiguration", SERVER),
        ("cross-site scripting", XSS),
        ("insecure OS/firmware", "insecure_os_firmware"),
        ("insecure data storage", "insecure_data_storage"),
        ("cross-site request forgery", "cross_site_request_forgery_csrf"),
        ("broken authentication and session management", LOGIN),
    ],
)
def test_a_common_word_is_one_node(word: str, expected: str) -> None:
    assert resolve(word).ids == (expected,)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("self-xss", {f"{XSS}.stored.self", f"{XSS}.reflected.self"}),
        ("prompt injection", {f"{AI}.prompt_injection", f"{AI}.llm_security.prompt_injection"}),
        (
            "subdomain takeover",
            {
                f"{SERVER}.misconfigured_dns.{kind}subdomain_takeover"
                for kind in ("", "basic_", "high_impact_")
            },
        ),
        (
            "user enumeration",
            {"broken_access_control.username_enumeration", f"{SERVER}.username_enumeration"},
        ),
    ],
)
def test_a_common_word_may_be_one_kind_under_several_ids(word: str, expected: set[str]) -> None:
    assert ids(word) == expected
    assert not resolve(word).various


@pytest.mark.parametrize(
    "spelling",
    ["Self-XSS", "self xss", '"Self" XSS', "  SELF_XSS ", "self–XSS", "ｓｅｌｆ ｘｓｓ", "self\u00a0xss"],
)
def test_letter_case_and_punctuation_do_not_matter(spelling: str) -> None:
    assert resolve(spelling).ids == resolve("self xss").ids


@pytest.mark.parametrize("word", ["open redirects", "Blind SSRFs", "path traversals", "race conditions"])
def test_a_plural_is_the_same_word(word: str) -> None:
    assert resolve(word).ids == resolve(word[:-1]).ids


@pytest.mark.parametrize(
    "word",
    ["CAN", "Stored", "Missing", "Basic", "Custom", "Local", "Login", "Sensitive Data", "Spoofing"],
)
def test_a_name_that_says_nothing_without_its_parents_is_no_word(word: str) -> None:
    """F1: leaf names repeat, so `CAN` is no asset of cars and `Sensitive Data` no server-side injection."""
    assert any(word_key(node.name) == word_key(word) for node in default_taxonomy().nodes.values())
    with pytest.raises(FindingTypeError):
        resolve(word)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Over HTTP", None),
        ("Weak Login Function Over HTTP", f"{LOGIN}.weak_login_function.over_http"),
        ("Cross-Site Scripting (XSS) > Stored > Self", f"{XSS}.stored.self"),
        ("Failure to Invalidate Session", f"{LOGIN}.failure_to_invalidate_session"),
        ("Privacy Concerns", "privacy_concerns"),
    ],
)
def test_a_name_with_its_parents_is_a_word(word: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(FindingTypeError):
            resolve(word)
    else:
        assert resolve(word).ids == (expected,)


def lines() -> list[list[str]]:
    text = WORDS.read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


def test_every_line_of_the_words_is_a_word_and_known_ids() -> None:
    mapped = {number for node in default_taxonomy().nodes.values() for number in node.weaknesses}
    own = {"model_safety", "hallucination", "conduct", "report_quality", "attack_prerequisite"}
    seen: dict[str, str] = {}
    for word, listed in lines():
        key = word_key(word)
        assert key not in seen, word
        seen[key] = word
        for one in listed.split(","):
            number = re.fullmatch(r"cwe-([1-9][0-9]*)", one)
            if number is not None:
                # Else the word and its number would be two kinds.
                assert int(number[1]) not in mapped, word
            else:
                assert one in default_taxonomy().nodes or one.partition(".")[0] in own, (word, one)


def test_every_common_word_resolves_to_what_its_line_says() -> None:
    for word, listed in lines():
        assert resolve(word).ids == tuple(listed.split(",")), word


def test_no_id_of_a_line_lies_under_another() -> None:
    """A node speaks for those below it; saying both says nothing more."""
    for word, listed in lines():
        parts = listed.split(",")
        assert not any(a != b and lies_under(a, b) for a in parts for b in parts), word


# --- numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["CWE-79", "cwe-79", "CWE 79", "CWE079", "CWE-00079", "CWE:79", "CWE_79"])
def test_a_cwe_number_is_the_nodes_that_are_mapped_to_it(word: str) -> None:
    found = resolve(word)
    assert (found.ids, found.title, found.various) == ((XSS,), "CWE-79", False)


def test_a_cwe_number_may_mean_one_of_several_kinds() -> None:
    """CWE to VRT is one to many; a node that lies below another mapped one adds nothing."""
    found = resolve("CWE-352")
    assert set(found.ids) == {
        "cross_site_request_forgery_csrf",
        f"{SERVER}.oauth_misconfiguration.missing_state_parameter",
    }
    assert found.various
    for number in {n for node in default_taxonomy().nodes.values() for n in node.weaknesses}:
        several = resolve(f"CWE-{number}").ids
        assert not any(a != b and lies_under(a, b) for a in several for b in several)


def test_an_unmapped_cwe_number_is_a_kind_of_its_own_and_says_so() -> None:
    found = resolve("CWE-416")
    assert (found.ids, found.title) == (("cwe-416",), "CWE-416")
    assert found.notes == ("no VRT node is mapped to this number",)
    assert resolve("Use After Free").ids == ("cwe-416",)


@pytest.mark.parametrize("word", ["CWE-", "CWE-0", "CWE-12345678", "CWE-79x", "XCWE-79", "CWE-79: XSS", "79"])
def test_what_is_no_number_is_unknown(word: str) -> None:
    with pytest.raises(FindingTypeError):
        resolve(word)


@pytest.mark.parametrize(
    ("word", "title", "names"),
    [
        ("LLM01:2025", "LLM01:2025 Prompt Injection", "prompt_injection"),
        ("LLM06:2025", "LLM06:2025 Excessive Agency", "excessive_agency"),
        ("LLM06:2026", "LLM06:2026 Unbounded Consumption", "denial_of_service"),
        ("llm6 2026", "LLM06:2026 Unbounded Consumption", "denial_of_service"),
        ("OWASP LLM07:2025", "LLM07:2025 System Prompt Leakage", "system_prompt_leakage"),
        ("LLM10:2025", "LLM10:2025 Unbounded Consumption", "denial_of_service"),
        ("LLM06:2026 Unbounded Consumption", "LLM06:2026 Unbounded Consumption", "denial_of_service"),
        ("LLM01: Prompt Injection", "LLM01:2025 Prompt Injection", "prompt_injection"),
        ("LLM06: Excessive Agency", "LLM06:2025 Excessive Agency", "excessive_agency"),
    ],
)
def test_an_owasp_number_with_its_year_or_its_title(word: str, title: str, names: str) -> None:
    found = resolve(word)
    assert found.title == title
    assert all(names in one for one in found.ids)


def test_an_owasp_number_without_its_year_names_what_it_means_in_each() -> None:
    """F1: the numbers were dealt anew in 2026, so `LLM06` alone could be read as either."""
    with pytest.raises(FindingTypeError) as caught:
        resolve("LLM06")
    assert caught.value.message == (
        "`LLM06` wants its year: `LLM06:2025` is Excessive Agency, `LLM06:2026` is Unbounded Consumption"
    )
    assert caught.value.suggestions == ("LLM06:2025", "LLM06:2026")


@pytest.mark.parametrize(
    "number", [f"{prefix}{n:02}" for n in range(1, 11) for prefix in ("LLM", "llm-", "OWASP LLM")]
)
def test_no_owasp_number_goes_without_its_year(number: str) -> None:
    with pytest.raises(FindingTypeError, match="wants its year"):
        resolve(number)


@pytest.mark.parametrize(
    ("word", "known_one"),
    [
        ("LLM10:2026", "LLM10:2025"),
        ("LLM01:2024", "LLM01:2026"),
        ("LLM06:2025 Unbounded Consumption", "LLM06:2026"),
    ],
)
def test_an_owasp_number_of_no_known_year_names_the_known_ones(word: str, known_one: str) -> None:
    with pytest.raises(FindingTypeError, match="is no known entry") as caught:
        resolve(word)
    assert known_one in caught.value.suggestions


@pytest.mark.parametrize("word", ["LLM00", "LLM11:2025", "LLM1:20255", "LLM06: Prompt Injection", "LLM"])
def test_no_owasp_number(word: str) -> None:
    with pytest.raises(FindingTypeError, match="is no known finding type"):
        resolve(word)


def test_every_owasp_entry_names_nodes_that_exist() -> None:
    for key, (title, nodes) in OWASP_LLM.items():
        assert set(nodes) <= set(default_taxonomy().nodes), key
        assert resolve(f"{key} {title}").ids == nodes
    numbers = {key.partition(":")[0] for key in OWASP_LLM}
    assert len(numbers) == 10
    assert len(OWASP_LLM) == 19


def test_what_left_the_tree_goes_by_its_name_in_the_newest() -> None:
    old, new = taxonomy("1.14.1").nodes, taxonomy(NEWEST).nodes
    for before, after in SAME.items():
        assert before in old.keys() - new.keys()
        assert after in new.keys() - old.keys()


# --- unknown words --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("xxs", "xss"),
        ("clickjackin", "clickjacking"),
        ("hallucinaton", "hallucination"),
        ("cross_site_scripting_xss.storred", "cross site scripting xss stored"),
        ("sql inyection", "sql injection"),
        ("ssrff", "ssrf"),
    ],
)
def test_an_unknown_word_suggests_the_nearest_known_ones(word: str, near: str) -> None:
    """F1: an error, never a silent yes."""
    with pytest.raises(FindingTypeError) as caught:
        resolve(word)
    assert near in caught.value.suggestions
    assert f"`{near}`" in caught.value.message
    assert 1 <= len(caught.value.suggestions) <= 3
    assert all(known(one) is not None for one in caught.value.suggestions)


@pytest.mark.parametrize("word", ["", "   ", "qqqqqqqqqq", "\x00", "\ud800", "…", "x" * 100_000])
def test_a_word_near_nothing_suggests_nothing(word: str) -> None:
    with pytest.raises(FindingTypeError) as caught:
        resolve(word)
    assert caught.value.suggestions == ()
    assert len(caught.value.message) < 200
    assert caught.value.message.isprintable()


def test_what_is_no_text_is_unknown() -> None:
    with pytest.raises(FindingTypeError):
        resolve(None)  # type: ignore[arg-type]


def test_the_error_pickles() -> None:
    with pytest.raises(FindingTypeError) as caught:
        resolve("xxs")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.suggestions) == (str(caught.value), caught.value.suggestions)


def test_the_word_of_an_answer_can_be_written_out() -> None:
    """Half a surrogate pair or a code for a terminal rides on no answer."""
    assert resolve("xss\ud800").word.isprintable()
    assert resolve("xss\x1b").word == "xss\\x1b"


def test_a_long_word_is_not_cut_to_a_known_one() -> None:
    """`xss`, then much white space, then what takes it back is no `xss`."""
    with pytest.raises(FindingTypeError):
        resolve("xss" + " " * 5_000 + "that is only theoretical")


def test_a_word_is_told_known_or_not_without_searching_for_near_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scanner's file asks about thousands of words, and a search takes far longer than an answer."""

    def searched(*_: object) -> tuple[str, ...]:
        raise AssertionError("a search for near words")

    monkeypatch.setattr(words, "suggestions", searched)
    assert known("no such thing") is None
    with pytest.raises(AssertionError):
        resolve("no such thing")


def test_the_programs_own_words_come_first() -> None:
    categories = {"xss": ("own.kind",), "our thing": ("own.thing",)}
    assert resolve("XSS", categories).ids == ("own.kind",)
    assert resolve("our-thing", categories).title == "own > thing"
    assert resolve("csrf", categories).ids == ("cross_site_request_forgery_csrf",)
    with pytest.raises(FindingTypeError) as caught:
        resolve("our thin", categories)
    assert "our thing" in caught.value.suggestions
