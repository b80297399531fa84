"""Other secrets than keys of a known prefix, as the plugins of detect-secrets tell them.

The extra `scopecheck[secrets]` brings detect-secrets (Yelp, Apache-2.0). Of its plugins those are taken
that know the shape an issuer gives its secrets, and those that rarely err otherwise. Only their patterns
are asked: they verify nothing over the network and open no file. Left out are plugins that take names or
addresses for secrets (keyword, public IP, Twilio's account numbers, Artifactory, IBM, SoftLayer,
Cloudant), and those whose patterns take quadratic time (npm; OpenAI, whose keys are known here anyway).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from scopecheck.errors import MissingExtraError

__all__ = ["Detected", "Detector", "Found", "detected", "detectors"]


@dataclass(frozen=True, slots=True)
class Detected:
    """A kind of secret: what it is called, whether it blocks a report, how far it reaches.

    What has the shape of its issuer blocks. What may be made up for the proof, or be no secret, is a note.
    """

    title: str
    blocks: bool
    may_be_broken: bool = True
    """Whether it is looked for across line breaks too."""
    goes_on: str = "_"
    """Which characters beside letters, digits, `-` and `_` belong to it behind the match; "" ends it."""
    as_written: bool = False
    """Whether it is also looked for before escapes are read, since these may hold a delimiter."""


@dataclass(frozen=True, slots=True)
class Found:
    """A secret in a text: from where to where, and its kind."""

    start: int
    end: int
    kind: Detected


@dataclass(frozen=True, slots=True)
class Detector:
    """A plugin, and what it finds in a text."""

    kind: Detected
    plugin: Any
    search: Callable[[Any, str], Iterator[tuple[int, int]]]


def _by_pattern(plugin: Any, text: str) -> Iterator[tuple[int, int]]:
    for pattern in plugin.denylist:
        for match in pattern.finditer(text):
            yield match.span()


def _by_group(plugin: Any, text: str) -> Iterator[tuple[int, int]]:
    """Yield the part of each match that the pattern calls the secret, not the words around it."""
    for pattern in plugin.denylist:
        for match in pattern.finditer(text):
            yield match.span(1 if pattern.groups else 0)


_SEGMENT = re.compile(r"[A-Za-z0-9_=-]*+")


def _tokens(plugin: Any, text: str) -> Iterator[tuple[int, int]]:
    """Yield the JSON Web Tokens, looking at each part between dots once.

    Searched for freely, the pattern takes quadratic time in a text of nothing but beginnings.
    """
    position = 0
    while (start := text.find("eyJ", position)) >= 0:
        part = _SEGMENT.match(text, start)
        position = max(part.end() if part is not None else 0, start + 3)
        for pattern in plugin.denylist if text[position : position + 1] == "." else ():
            match = pattern.match(text, start)
            if match is not None and plugin.is_formally_valid(match[0]):
                position = match.end()
                yield match.span()


# The part of a URL before its path, as the URL standard ends it.
_AUTHORITY = re.compile(r"://([^\s/?#\\\"'<>]*+)")


def _passwords(plugin: Any, text: str) -> Iterator[tuple[int, int]]:
    """Yield the passwords of URLs; the plugin misses those with any character that URLs reserve."""
    for match in _AUTHORITY.finditer(text):
        user, at, _ = match[1].rpartition("@")
        name, colon, password = user.partition(":")
        if at and colon and password:
            start = match.start(1) + len(name) + 1
            yield start, start + len(password)


# What a word of Base64 looks like, and the shortest that a key's body has.
_BODY = re.compile(r"[A-Za-z0-9+/=]{24}")
_BODY_BREAK = re.compile(r"(?<![ \t>|\"',+\\])[ \t>|\"',+\\]*+[\r\n][ \t\r\n>|\"',+\\]*+")
_LAST_LINE = re.compile(r"END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-*|Private-MAC: *[0-9A-Fa-f]+")


def _private_keys(plugin: Any, text: str) -> Iterator[tuple[int, int]]:
    """Yield the keys from their first line to their last, or to the end of the text where it is cut off.

    The plugin knows the first line alone. One with nothing of a key behind it is no key.
    """
    words = re.sub(r"[\t\r\n+]", " ", text)  # `+` is a space in the body of a form.
    firsts = sorted(match.span() for one in plugin.denylist for match in one.finditer(words))
    position = 0
    for start, body in firsts:
        if start < position:
            continue
        last = _LAST_LINE.search(words, body)
        position = last.end() if last is not None else len(text)
        if _BODY.search(_BODY_BREAK.sub("", text[body:position])):
            yield start, position


def _random(plugin: Any, text: str) -> Iterator[tuple[int, int]]:
    """Yield what stands in quotes and is as evenly mixed as only random text is."""
    for match in plugin.regex.finditer(text):
        start, end = match.span(2)
        if end - start >= 20 and plugin.calculate_shannon_entropy(match[2]) > plugin.entropy_limit:
            yield start, end


_PLUGINS: tuple[tuple[str, str, Detected, Callable[[Any, str], Iterator[tuple[int, int]]]], ...] = (
    (
        "private_key",
        "PrivateKeyDetector",
        Detected("a private key", True, may_be_broken=False, goes_on=""),
        _private_keys,
    ),
    ("aws", "AWSKeyDetector", Detected("an AWS key", True, goes_on="/+"), _by_group),
    ("azure_storage_key", "AzureStorageKeyDetector", Detected("an Azure storage key", True), _by_pattern),
    ("discord", "DiscordBotTokenDetector", Detected("a Discord token", True), _by_pattern),
    ("github_token", "GitHubTokenDetector", Detected("a GitHub token", True), _by_pattern),
    ("gitlab_token", "GitLabTokenDetector", Detected("a GitLab token", True), _by_pattern),
    ("mailchimp", "MailchimpDetector", Detected("a Mailchimp key", True), _by_pattern),
    ("pypi_token", "PypiTokenDetector", Detected("a PyPI token", True), _by_pattern),
    ("sendgrid", "SendGridDetector", Detected("a SendGrid key", True), _by_pattern),
    ("slack", "SlackDetector", Detected("a Slack token", True), _by_pattern),
    ("square_oauth", "SquareOAuthDetector", Detected("a Square secret", True), _by_pattern),
    ("stripe", "StripeDetector", Detected("a Stripe key", True), _by_pattern),
    ("telegram_token", "TelegramBotTokenDetector", Detected("a Telegram token", True), _by_pattern),
    ("jwt", "JwtTokenDetector", Detected("a JSON Web Token", False, goes_on=".="), _tokens),
    (
        "basic_auth",
        "BasicAuthDetector",
        Detected("a password in a URL", False, may_be_broken=False, goes_on="", as_written=True),
        _passwords,
    ),
    (
        "high_entropy_strings",
        "Base64HighEntropyString",
        Detected("random text in quotes", False, goes_on=""),
        _random,
    ),
    (
        "high_entropy_strings",
        "HexHighEntropyString",
        Detected("random text in quotes", False, goes_on=""),
        _random,
    ),
)


def detectors() -> tuple[Detector, ...]:
    """Return the detectors of the extra, none where it is not installed.

    Raises `MissingExtraError` where it is, but cannot be used: a report is never checked for less than
    its owner believes.
    """
    try:
        import_module("detect_secrets")
    except ModuleNotFoundError as error:
        if error.name == "detect_secrets":
            return ()
        raise _unusable() from error
    try:
        return tuple(
            Detector(kind, getattr(import_module(f"detect_secrets.plugins.{module}"), name)(), search)
            for module, name, kind, search in _PLUGINS
        )
    except (ImportError, AttributeError) as error:
        raise _unusable() from error


def _unusable() -> MissingExtraError:
    words = "`detect_secrets` cannot be used; pip install 'scopecheck[secrets]' brings it anew"
    return MissingExtraError(words, name="detect_secrets")


def detected(found_by: Sequence[Detector], text: str) -> Iterator[Found]:
    """Yield the secrets in a text."""
    for one in found_by:
        for start, end in one.search(one.plugin, text):
            if text[start:end] != "masked":
                yield Found(start, end, one.kind)
