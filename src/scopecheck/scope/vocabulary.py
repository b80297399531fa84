"""The words by which a sentence takes scope away, speaks of testing, or of something else (clause P5).

The lists are in the languages that programs are written in. A `*` at the end of an entry stands for any
ending, at its beginning for any word that ends so; spaces join the words of a phrase.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = [
    "DENIAL",
    "EXCEPTION",
    "FIRM",
    "NEGATION",
    "NO_LABELS",
    "OTHER",
    "TESTING",
    "TITLE",
    "Said",
    "Words",
]

_WORD = re.compile(r"\b(?:w/o|n/a)\b|(?:[^\W_]|')+", re.IGNORECASE)
# These scripts put no space between words.
_UNSPACED = re.compile(
    "対象外|対象では|範囲外|范围外|範圍外|范围内|範圍內|除外|除く|除い|除了|排除|以外|禁止|ないで|しない|不要|不在|不得|不可|不能|"
    "请勿|請勿|切勿|勿|제외|금지|마세요|하지|不包|不含|不算|"
    "含まない|含まれない|含まれません|禁用|포함되지|범위 외|ยกเว้น|ห้าม"
)


@dataclass(frozen=True, slots=True)
class Said:
    """A word or phrase of a list, and where a text says it."""

    text: str
    start: int
    end: int


class Words:
    """A list of words and phrases that a text is searched for, in one pass over its words."""

    def __init__(self, *lists: str, unspaced: bool = False) -> None:
        entries = [entry.strip().lower() for one in lists for entry in one.split(",")]
        plain = [entry for entry in entries if entry and "*" not in entry]
        self._stems = tuple(entry[:-1] for entry in entries if entry.endswith("*"))
        self._ends = tuple(entry[1:] for entry in entries if entry.startswith("*"))
        self._phrases: dict[str, list[tuple[str, ...]]] = {}
        for phrase in sorted((tuple(entry.split()) for entry in plain), key=len, reverse=True):
            self._phrases.setdefault(phrase[0], []).append(phrase)
        self._unspaced = unspaced

    def __contains__(self, text: str) -> bool:
        """Tell whether a whole text is one entry."""
        return any(said.text == text for said in self.said(text))

    def said(self, text: str) -> Iterator[Said]:
        """Yield what a text says of the list, from its beginning to its end."""
        found = list(_WORD.finditer(text))
        words = [word[0].lower().strip("'") for word in found]
        past = 0
        for number, word in enumerate(words):
            if number < past:
                continue
            for phrase in self._phrases.get(word, ()):
                if tuple(words[number : number + len(phrase)]) == phrase:
                    past = number + len(phrase)
                    break
            else:
                if self._is_stem(word):
                    past = number + 1
            if number < past:
                start, end = found[number].start(), found[past - 1].end()
                yield Said(text[start:end], start, end)
        if self._unspaced:
            yield from (Said(one[0], one.start(), one.end()) for one in _UNSPACED.finditer(text))

    def _is_stem(self, word: str) -> bool:
        return (bool(self._stems) and word.startswith(self._stems)) or (
            bool(self._ends) and word.endswith(self._ends)
        )

    def first(self, text: str) -> Said | None:
        """Return the first that a text says, or None."""
        return min(self.said(text), key=lambda said: said.start, default=None)

    def within(self, text: str) -> bool:
        """Tell whether a text says any."""
        return next(self.said(text), None) is not None

    def without(self, text: str) -> str:
        """Return a text without what it says of the list."""
        pieces, at = [], 0
        for said in self.said(text):
            pieces.append(text[at : said.start])
            at = max(at, said.end)
        return " ".join([*pieces, text[at:]])


# Said of a target, these take it away, whatever else the sentence says.
_FIRM = """
    out of scope, outofscope, out of bounds, off the table, blocked, out of the scope, out of our scope,
    out of this scope, out of program scope, oos, outside scope, outside the scope, outside our scope,
    outside of scope, outside of the scope, outside of our scope, beyond scope, beyond the scope, beyond
    our scope, off limits, offlimits, excl, exclud*, exclus*, forbid*, prohibit*, disallow*, banned,
    blacklist*, black list, black listed, denylist*, deny list, blocklist*, block list, ineligible, hands
    off, stay away, stay clear, stay off, stay out, keep away, keep clear, keep off, keep out, steer
    clear, refrain, retired, decommissioned, discontinued, suspended, paused, removed from, unauthori*, no
    go, hors périmètre, hors du périmètre, hors scope, interdit*, verboten, ausgeschlossen, ausgenommen,
    untersagt, außerhalb, ausserhalb, descoped, unscoped, out of program, nogo,
    fuera de alcance, fuera del alcance, prohibid*, excluid*, fora do escopo, fora de escopo,
    fora do âmbito, proibid*, fuori scope, fuori ambito, fuori perimetro, vietat*, esclus*, buiten scope,
    uitgesloten, запрещ*, исключен*
"""
_EXCEPTING = """
    except*, excl, w/o, without, minus, but, but not, save, save for, apart from, aside from, other than,
    besides, barring, bar, sauf, excepté*, hormis, außer, ausser, ohne, salvo, excepto, tranne, eccetto,
    exceto, menos, sin, sem, senza, behalve, zonder, uitgezonderd, кроме, исключая, без, oprócz, poza,
    bez, utom, utan, unntatt, undtagen, uden, hariç, kromě, mimo, крім, окрім, з винятком, за исключением,
    kivéve, εκτός, cu excepția, except pentru, izuzev, osim, razen, okrem, paitsi, välja arvatud, išskyrus,
    izņemot, kecuali, trừ, ngoại trừ, باستثناء, ما عدا, למעט, חוץ, sans
"""
_WEAK = """
    *n't, dont, don't, nope, ignored, hold off, negative, left alone, closed, gone, doesnt, isnt, arent,
    cant, wont, shouldnt, mustnt, couldnt, wasnt, werent, hasnt, havent, wouldnt, didnt, cannot, not, no,
    nor, none, never, neither, nothing, avoid*, omit*, skip, ignore, exempt*, deny, denied, denies,
    unless, stop, cease, abstain, desist, illegal, restricted, reject*, declin*, n/a, removed, sold,
    obsolete, unsupported, outside, beyond, instead, leave, ne, pas, jamais, hors, aucun*, nicht, kein*,
    nie, niemals, nunca, ningun*, fuera, fora, fuori, não, non, niente, mai, niet, geen, nooit, buiten,
    не, нет, нельзя, inte, ikke, aldrig, değil, nein, nee, jo'q, dead, eol, sunset, on hold, frozen,
    unavailable, taken down, shut down, offline, vendor, third party, 3rd party, ask before, ask first,
    nobody may, is a crime, вне, kapsam dışı, ngoài phạm vi
"""
# What a sentence about the asset itself speaks of, besides the negation.
_TESTING = """
    test*, pentest*, probe, probing, scan*, scope, scopes, touch*, attack, hack*, includ*, cover, covers,
    covered, eligible, allow*, permit*, authori*, accept*, part of, target, targets, targeted, research,
    engage, participat*, assess*, ours, belong*, own, owned, go there, probar, prueba, pruebas, pruebes,
    alcance, périmètre, ambito, escopo, тест*, тестир*
"""
# What limits a kind of finding, a way of testing or a reward, and not the asset.
_OTHER = """
    vulnerab*, issue, issues, bug, bugs, finding, findings, attacks, weakness*, denial, dos, ddos, spam*,
    phish*, social, engineering, brut*, rate, limit*, automat*, scanner, scanners, scanning, tool, tools,
    account, accounts, user, users, customer, customers, client, clients, employee, employees, member,
    members, data, information, credential*, password*, login*, log, reward*, bount*, paid, pay, pays,
    payout*, payment*, severity, duplicate*, cve, cves, version*, header*, cookie*, xss, csrf, ssrf, sqli,
    rce, idor, clickjack*, click, ssl, tls, spf, dmarc, practice*, physical*, traffic, load, performance,
    stress, subdomain*, sub, other, others, else, third, 3rd, vendor*, plugin*, theme*, librar*, feature*,
    function*, page, pages, content, self, disclos*, public*, exploit*, malware, upload*, file, files,
    takeover*, redirect*, injection*, email*, mail*, message*, phone*, request*, impact, theoretical,
    proof, poc, root, rooted, jailbr*, device*, form, forms, ticket*, support, purchas*, order, orders,
    card, cards, source, key, keys, token*, leak*, bypass*, case, cases, scenario*, report, reports,
    submission*, harm*, disrupt*, damag*, degrad*, privacy, post, posts, comment*, software, party,
    parties, internet, browser*, needed, required, hesitate, forget, worry
"""
_TITLE = """
    the, following, our, known, are, is, what, item, items, asset, assets, target, targets, domain,
    domains, host, hosts, area, areas, list, note, please, not in scope, do not test, do not touch, do not
    scan, don't test, don't touch, never test, no testing
"""
_NO_LABELS = """
    please, only, all, any, be, to, in, on, of, for, is, are, it, them, here, there, this, that, these,
    those, we, you, us, they, yet, now, longer, more, anymore, currently, required, necessary, limited,
    available, valid, supported, active, live, use, used, with, applicable, sure, http, https, www, below,
    above, following, list, item, items, asset, assets, anything, everything, since, until, from, due,
    because, today, temporarily, yes, note, thank, thanks, moment, at, do, does, did, can, could, may,
    might, must, should, will, would, have, has, ever, even, i
"""

FIRM = Words(_FIRM, unspaced=True)
NEGATION = Words(_WEAK)
GONE = Words("sold, closed, gone, removed, obsolete, leave, left alone")
EXCEPTION = Words(_EXCEPTING, "not, 除く, 除い, 除了, 除外")
DENIAL = Words(_FIRM, _EXCEPTING, _WEAK, unspaced=True)
TESTING = Words(_TESTING)
OTHER = Words(_OTHER)
TITLE = Words(_FIRM, _TITLE)
NO_LABELS = Words(_NO_LABELS, _TESTING, _FIRM, _EXCEPTING, _WEAK)
