"""Phrases for finding types, as lists of YesWeHack and weaknesses of HackerOne have them (P4)."""

from __future__ import annotations

import pytest

from scopecheck.findings.words import known, resolve, spoken_of

XSS = "cross_site_scripting_xss"
SERVER = "server_security_misconfiguration"
HEADERS = f"{SERVER}.lack_of_security_headers"
INJECTION = "server_side_injection"
LOGIN = "broken_authentication_and_session_management"
DATA = "sensitive_data_exposure"
DOS = "application_level_denial_of_service_dos"
COMPONENTS = "using_components_with_known_vulnerabilities"
AI = "ai_application_security"

# What lists of YesWeHack and weaknesses of HackerOne say, mapped as a whole.
MAPPED = {
    "Tabnabbing": "unvalidated_redirects_and_forwards.tabnabbing",
    "Missing cookie flags": f"{SERVER}.missing_secure_or_httponly_cookie_flag",
    "Content/Text injections": f"{INJECTION}.content_spoofing",
    "Clickjacking/UI redressing": f"{SERVER}.clickjacking",
    "Denial of Service (DoS) attacks": DOS,
    "CSV injection": "external_behavior.csv_injection",
    "HTTP Strict Transport Security Header (HSTS)": f"{HEADERS}.strict_transport_security",
    "GraphQL introspection": f"{DATA}.graphql_introspection_enabled",
    "Weak password policies": "insufficient_security_configurability.weak_password_policy",
    "Invalid or missing email security records (SPF, DKIM, DMARC)": f"{SERVER}.mail_server_misconfiguration",
    "Open redirect": "unvalidated_redirects_and_forwards.open_redirect",
    "Cross-site Scripting (XSS) - Generic": XSS,
    "Cross-site Scripting (XSS) - DOM": XSS,
    "Cross-site Scripting (XSS) - Stored": f"{XSS}.stored",
    "Cross-site Scripting (XSS) - Reflected": f"{XSS}.reflected",
    "Improper Access Control - Generic": "broken_access_control",
    "Improper Authentication - Generic": LOGIN,
    "Insecure Direct Object Reference (IDOR)": "broken_access_control.idor",
    "Server-Side Request Forgery (SSRF)": f"{SERVER}.server_side_request_forgery_ssrf",
    "UI Redressing (Clickjacking)": f"{SERVER}.clickjacking",
    "Information Exposure Through an Error Message": f"{DATA}.visible_detailed_error_page",
    "XML External Entities (XXE)": f"{INJECTION}.xml_external_entity_injection_xxe",
    "Uncontrolled Resource Consumption": f"{DOS}.excessive_resource_consumption",
    "Violation of Secure Design Principles": "cwe-657",
    "Business Logic Errors": "cwe-840",
    "Phishing": "conduct.social_engineering",
}

# Phrases that no word says as a whole, and what they touch.
TOUCHING = {
    "Outdated libraries without exploitable vulnerabilities and PoC": {COMPONENTS},
    "Missing security-related HTTP headers which lead to no vulnerability": {HEADERS},
    "Blind SSRF without impact": {f"{SERVER}.server_side_request_forgery_ssrf"},
    "Subdomain takeover without a full working PoC": set(resolve("subdomain takeover").ids),
    "CWE-79 that needs a rare browser": {XSS},
    "Anything under LLM06": {
        f"{AI}.llm_security.excessive_agency_permission_manipulation",
        f"{AI}.denial_of_service_dos",
    },
    "Reflected XSS or open redirects that need much interaction": {
        f"{XSS}.reflected",
        "unvalidated_redirects_and_forwards.open_redirect",
    },
    "Bugs that we can fix ourselves": set(),
    "": set(),
}


@pytest.mark.parametrize("phrase", MAPPED)
def test_a_phrase_that_the_words_know_is_mapped(phrase: str) -> None:
    assert resolve(phrase).ids == (MAPPED[phrase],)


@pytest.mark.parametrize("phrase", TOUCHING)
def test_a_longer_phrase_touches_what_it_names(phrase: str) -> None:
    """P4: neither read as a whole nor forgotten."""
    assert known(phrase) is None
    assert set(spoken_of(phrase)) == TOUCHING[phrase]


def test_the_longest_word_counts() -> None:
    """`Self-XSS` in a phrase excludes no other XSS."""
    assert set(spoken_of("Self-XSS without impact on others")) == set(resolve("self xss").ids)


def test_a_phrase_speaks_of_the_programs_own_words_too() -> None:
    categories = {"model moods": ("own.moods",)}
    assert list(spoken_of("Reports about model moods in general", categories)) == ["own.moods"]


def test_the_end_of_a_long_phrase_is_read_too() -> None:
    assert set(spoken_of("word " * 2_000 + "and clickjacking")) == {f"{SERVER}.clickjacking"}
