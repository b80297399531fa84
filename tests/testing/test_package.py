"""The package of testing tools: what it offers, and what it says where Hypothesis is absent."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scopecheck import MissingExtraError, testing

WITHOUT_HYPOTHESIS = """
import sys
sys.modules["hypothesis"] = None
import scopecheck.testing as tools
from scopecheck import MissingExtraError
for name in tools.__all__:
    try:
        getattr(tools, name)
    except MissingExtraError as error:
        assert isinstance(error, ImportError), type(error)
        print(error)
    else:
        raise SystemExit(f"{name} came without Hypothesis")
"""


def output_of(code: str) -> str:
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_importing_the_package_does_not_import_hypothesis() -> None:
    code = "import sys, scopecheck.testing as t; dir(t); print('hypothesis' in sys.modules)"
    assert output_of(code).strip() == "False"


def test_without_hypothesis_every_strategy_names_the_extra_to_install() -> None:
    lines = output_of(WITHOUT_HYPOTHESIS).splitlines()
    assert lines == [
        f"`{name}` needs Hypothesis: pip install 'scopecheck[testing]'" for name in testing.__all__
    ]


def test_another_missing_module_is_not_blamed_on_hypothesis(monkeypatch: pytest.MonkeyPatch) -> None:
    lazy = vars(testing)["_LAZY"]
    monkeypatch.setitem(lazy, "ghost", "no_such_module")
    with pytest.raises(ModuleNotFoundError) as caught:
        _ = testing.ghost
    assert not isinstance(caught.value, MissingExtraError)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute `target`"):
        _ = testing.target


def test_every_public_name_is_a_documented_function() -> None:
    assert set(testing.__all__) <= set(dir(testing))
    for name in testing.__all__:
        found = getattr(testing, name)
        assert callable(found), name
        assert found.__name__ == name
        assert found.__doc__, name
