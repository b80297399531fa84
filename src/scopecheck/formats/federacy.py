"""Federacy: the public dump (`federacy`).

The dump is `federacy_data.json` of bounty-targets-data (collector bounty-targets,
`lib/bounty-targets/federacy.rb`), a list of programs ::

    {"id", "name", "offers_awards": bool, "url",
     "targets": {"in_scope": [{"type", "target"}], "out_of_scope": [{"type", "target"}]}}

Types: website, api, mobile (`mobile app` in earlier years), desktop. The last segment of `url` is the
handle, `id` a UUID. Dumps of earlier years have `bounty` and `impact` in a target, and no
`offers_awards`: a `bounty` of "money" is paid, one of another kind is not said to be.

Where a program offers no awards, nothing in it is paid; where it does, the dump does not say for what.

Lost: `id`, `impact`. The dump itself has no amounts, instructions or rules of engagement.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scopecheck.diagnostic import Diagnostic, Severity
from scopecheck.formats.builder import ImportResult, Listed, ProgramBuilder, unique_ids
from scopecheck.formats.fields import clean, first_object, required
from scopecheck.formats.registry import Format
from scopecheck.formats.source import Source, as_list, as_mapping, as_text
from scopecheck.scope.model import AssetType, Program
from scopecheck.scope.pattern import Effect
from scopecheck.targets.host import printable

__all__ = ["FORMATS", "read_federacy"]

_TYPES = {
    "website": AssetType.WEBSITE,
    "api": AssetType.API,
    "mobile": AssetType.MOBILE,
    "mobile app": AssetType.MOBILE,
    "desktop": AssetType.EXECUTABLE,
}


def read_federacy(source: Source) -> ImportResult:
    """Read the public dump; raise `ScopeError` where it is not of that shape."""
    programs: list[Program] = []
    diagnostics: list[Diagnostic] = []
    for index, value in enumerate(as_list(source, source.json(), "")):
        path = f"[{index}]"
        data = as_mapping(source, value, path)
        builder = _builder(source, data, path)
        awards = data.get("offers_awards")
        if awards is not None and not isinstance(awards, bool):
            raise source.shape("true or false belongs here", f"{path}.offers_awards")
        targets = as_mapping(source, required(source, data, ("targets",), path), f"{path}.targets")
        for side, effect in (("in_scope", Effect.INCLUDE), ("out_of_scope", Effect.EXCLUDE)):
            here = f"{path}.targets.{side}"
            for number, item in enumerate(as_list(source, targets.get(side), here)):
                builder.add(_listed(builder, source, item, f"{here}[{number}]", effect, awards))
        programs.append(builder.build())
        diagnostics += builder.diagnostics
    return ImportResult("federacy", source.name, unique_ids(programs), tuple(diagnostics))


def _builder(source: Source, data: Mapping[str, Any], path: str) -> ProgramBuilder:
    name = clean(source, required(source, data, ("name",), path), f"{path}.name")
    url = clean(source, data.get("url"), f"{path}.url")
    handle = url.rstrip("/").rpartition("/")[2]
    if not (handle or name):
        raise source.shape("a program has a `name` or a `url`, and here is neither", path)
    return ProgramBuilder(
        source.name, handle or name, name or handle, "federacy", handle or None, url or None
    )


def _listed(
    builder: ProgramBuilder, source: Source, value: Any, path: str, effect: Effect, awards: bool | None
) -> Listed:
    item = as_mapping(source, value, path)
    text = as_text(source, required(source, item, ("target",), path), f"{path}.target")
    word = clean(source, required(source, item, ("type",), path), f"{path}.type")
    kind = _TYPES.get(word.casefold())
    if kind is None:
        said = f"the type is `{printable(word, 40)}`; read as `other`"
        builder.note("unknown-type", said, path, Severity.WARNING)
    pays = None
    if effect is Effect.INCLUDE:
        money = clean(source, item.get("bounty"), f"{path}.bounty").casefold() == "money"
        pays = False if awards is False else True if money else None
    words = clean(source, item.get("description"), f"{path}.description") or None
    return Listed(text, effect, path, kind or AssetType.OTHER, instruction=words, eligible_for_bounty=pays)


def _recognises(source: Source) -> int:
    """Tell the dump by where its programs live."""
    first = first_object(source)
    at_home = str(first.get("url", "")).startswith("https://www.federacy.com/")
    if "targets" not in first:
        return 0
    return 95 if "offers_awards" in first else 90 if at_home else 0


FORMATS = (Format("federacy", "Federacy, the public dump", _recognises, read_federacy),)
