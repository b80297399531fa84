"""Configuration of the documentation site: `sphinx-build -W -b html docs docs/_build`."""

from scopecheck import __version__

project = "scopecheck"
author = "the scopecheck authors"
copyright = "the scopecheck authors, Apache-2.0"
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"scopecheck {__version__}"
html_copy_source = False

# Docstrings are written for a terminal: a word in single backticks is code.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autoclass_content = "class"
python_use_unqualified_type_names = True
python_display_short_literal_types = True

myst_heading_anchors = 3
