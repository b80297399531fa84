"""The figures as Markdown and the curves as small SVG files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.measure import Figure, Plot, Section, machine, versions

BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


def markdown(sections: Sequence[Section], *, quick: bool, plots: str = "") -> str:
    """Return every table; `plots` is the folder of the plots, as the page names it."""
    kind = "quick" if quick else "full"
    parts = [f"Measured by a {kind} run on: {machine()}.\n\nReleases: {versions()}."]
    for section in sections:
        parts += [f"### {section.title}", section.text, *section.notes]
        if section.figures:
            parts.append(table(section.figures))
        parts += [f"![{plot.title}]({plots}{plot.name}.svg)" for plot in section.plots]
    goals = [figure for section in sections for figure in section.figures if figure.met is not None]
    missed = [figure for figure in goals if not figure.met]
    parts.append(f"### Targets\n\n{len(goals) - len(missed)} of {len(goals)} targets are met.")
    if missed:
        lines = [f"- {one.what}: {number(one.ratio)} ({one.absolute}), target {one.goal}" for one in missed]
        parts.append("Not met:\n\n" + "\n".join(lines))
    return "\n\n".join(parts) + "\n"


def table(figures: Sequence[Figure]) -> str:
    head = "| what | ratio | to | absolute | target |\n|---|--:|---|---|---|"
    rows = []
    for one in figures:
        goal = f"{one.goal}: {'met' if one.met else '**missed**'}" if one.goal else ""
        rows.append(f"| {one.what} | {number(one.ratio)} | {one.against} | {one.absolute} | {goal} |")
    return "\n".join([head, *rows])


def number(value: float) -> str:
    """Write a ratio with two digits, or all before the point."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def draw(plot: Plot, folder: Path) -> None:
    """Draw curves into a small SVG file, the same file for the same points."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": plot.name, "font.size": 9})
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
    for name, points in plot.curves.items():
        across, up = zip(*points, strict=True)
        axes.plot(across, up, marker="o", markersize=3, linewidth=1.2, label=name)
    axes.set(xscale="log", yscale="log", title=plot.title, xlabel=plot.across, ylabel=plot.up)
    low, high = axes.get_ylim()
    if high / low < 30:  # A flat curve should look flat.
        middle = (low * high) ** 0.5
        axes.set_ylim(middle / 6, middle * 6)
    axes.grid(visible=True, which="major", linewidth=0.3)
    axes.legend(fontsize=7, frameon=False)
    figure.savefig(folder / f"{plot.name}.svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)


def write(sections: Sequence[Section], folder: Path, *, quick: bool) -> str:
    """Write `performance.md`, `performance.json` and the plots; return the Markdown."""
    folder.mkdir(parents=True, exist_ok=True)
    text = markdown(sections, quick=quick)
    (folder / "performance.md").write_text("# Performance\n\n" + text, "utf-8")
    data = {"machine": machine(), "releases": versions(), "sections": [asdict(one) for one in sections]}
    (folder / "performance.json").write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", "utf-8")
    for section in sections:
        for plot in section.plots:
            draw(plot, folder)
    return text


def into_page(sections: Sequence[Section], page: Path, *, quick: bool) -> None:
    """Put the figures between the marks of a page, and the plots into the folder of its name beside it."""
    text = page.read_text("utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{page}: `{BEGIN}` or `{END}` is missing")
    plots = page.with_suffix("")
    plots.mkdir(exist_ok=True)
    for section in sections:
        for plot in section.plots:
            draw(plot, plots)
    found = markdown(sections, quick=quick, plots=f"{plots.name}/")
    page.write_text(f"{before}{BEGIN}\n\n{found}\n{END}{after}", "utf-8")
