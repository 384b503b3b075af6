"""`python -m benchmarks`: measures and prints tables. `--help` says what can be chosen.

Ratios within one run are what counts: the machine's speed is in all columns alike.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import fix_times, generate, jedi, latency, memory, recomputed, startup, whole
from benchmarks.accuracy.run import accuracy
from benchmarks.latency import KINDS, percentile
from benchmarks.model.run import model

PARTS = (
    "latency",
    "recomputed",
    "disturbed",
    "startup",
    "whole",
    "memory",
    "fix-times",
    "jedi",
    "accuracy",
    "fixes",
    "navigation",
    "model",
)
ON_REQUEST = ("jedi", "accuracy", "fixes", "navigation", "model")
"""What needs checkouts, or another server."""


def main() -> int:
    """Measure the parts asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default: all but {', '.join(ON_REQUEST)}"
    )
    parser.add_argument(
        "--checkout", type=Path, help="a project for `whole` (a generated one by default), for `jedi` or for `model`"
    )
    parser.add_argument("--target", action="append", default=[], help="for `model`: a path in the checkout, repeatable")
    parser.add_argument("--variable", action="append", default=[], help="for `model`: NAME=VALUE, repeatable")
    parser.add_argument("--environment", default=os.environ.get("VIRTUAL_ENV"), help="with Django and pytest")
    parser.add_argument("--sizes", default="2000,5000,10000", help="lines of the files for `latency`")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--edits", type=int, default=10_000, help="for `memory`")
    parser.add_argument("--limit", type=float, default=900.0, help="seconds a run of `whole` or `accuracy` may take")
    parser.add_argument(
        "--checkouts",
        type=Path,
        help="for `accuracy`, `fixes`, `navigation`: a folder of checkouts, see accuracy/projects.py",
    )
    parser.add_argument("--only", default="", help="these projects of the checkouts, separated by commas")
    parser.add_argument("--measured", type=Path, help="for `accuracy`: a folder of tables of measured tests")
    parser.add_argument(
        "--keep", type=Path, help="for `accuracy`, `fixes`: where to leave what was said of each project"
    )
    parser.add_argument("--truth", default=os.environ.get("ISOLINT_TRUTH"), help="the truth cases, for `accuracy`")
    parser.add_argument("--beside", help="for `navigation`: the program of pytest-language-server")
    parser.add_argument("--most", type=int, default=300, help="for `navigation`: places asked about in each project")
    options = parser.parse_args()
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        parser.error(f"{unknown[0]}: not one of {', '.join(PARTS)}")
    if not options.environment:
        parser.error("--environment or VIRTUAL_ENV must name a Python environment with Django and pytest-django")
    parts = options.parts or [part for part in PARTS if part not in ON_REQUEST]
    for part in {"jedi", "model"}.intersection(parts):
        if options.checkout is None:
            parser.error(f"`{part}` needs --checkout")
    if "fixes" in parts and options.checkouts is None:
        parser.error("`fixes` needs --checkouts")
    here = Path(sys.executable).parent
    ruff, flake8 = _tool(here, "ruff"), _tool(here, "flake8")
    isolint = [sys.executable, "-m", "isolint"]
    source = str(Path(__file__).parent.parent / "server")
    environ = {"VIRTUAL_ENV": str(options.environment), "PYTHONPATH": source}
    sizes = tuple(int(size) for size in options.sizes.split(","))
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        if "latency" in parts:
            made = generate.project(Path(folder) / "latency", sizes)
            for size in sizes:
                _print_latency(latency.measure(made, size, options.rounds, ruff, environ, isolint))
        if "recomputed" in parts:
            size = sizes[0]
            made = generate.project(Path(folder) / "recomputed", (size,))
            print(f"\nwhat an edit computes, {size} lines: how many of each")
            print(*recomputed.lines(recomputed.measure(made.root, made.files[size], environ)), sep="\n")
        if "disturbed" in parts:
            size = sizes[min(1, len(sizes) - 1)]
            made = generate.project(Path(folder) / "disturbed", (size,), modules=700)
            times = latency.measure_disturbed(made, size, options.rounds, environ, isolint)
            print(f"\nkeystroke in bodies, {size} lines, 700 files beside: milliseconds, p50 / p95")
            for what, values in times.items():
                print(f"  {what:18}{_cell(values)}")
        if "startup" in parts:
            made = generate.project(Path(folder) / "startup", (400,), modules=700)
            times = startup.measure(made.root, made.files[400], max(3, options.rounds // 2), ruff, environ, isolint)
            print("\nstart, a project of 700 files: milliseconds to `initialize` answered / to first diagnostics (p50)")
            for name, steps in times.items():
                print(f"  {name:12}" + "".join(f"{percentile(v, 0.5) * 1e3:9.0f}" for v in steps.values()))
        if "whole" in parts:
            root = options.checkout or generate.project(Path(folder) / "whole", (2000,), modules=700).root
            named = options.checkout or "700 generated files"
            print(f"\nwhole project ({named}): seconds of wall, of processor, MiB, exit code")
            # A user's checkout is not written to.
            own = ("app0/tests/test_small_0.py", "app1/module_1.py", "shop/services.py", "tests/conftest.py")
            edited = [] if options.checkout else [root / name for name in own]
            for run in whole.measure(root, ruff, flake8, environ, isolint, options.limit, edited):
                code = "gave up" if run.code == -1 else run.code
                print(f"  {run.name:38}{run.wall:9.2f}{run.processor:9.2f}{run.memory:9.0f}   {code}")
        if "memory" in parts:
            made = generate.project(Path(folder) / "memory", (2000,))
            print("\nmemory of the server, its child apart: edits, MiB")
            for edits, resident in memory.measure(made.root, made.files[2000], options.edits, environ, isolint):
                print(f"  {edits:7}{resident:9.1f}")
        if "fix-times" in parts:
            made = generate.project(Path(folder) / "fix", (2000,))
            found = fix_times.measure(made.root, made.files[2000], environ)
            print(f"\nfixes, 2000 lines, {len(found.plans)} tests: milliseconds, p50 / p95")
            for what, times in (("plan", found.plans), ("edits", found.edits), ("proven edits", found.proven)):
                print(f"  {what:14}{_cell(times)}")
            print(f"  all at once   {found.every * 1e3:7.1f}, {found.memory:.0f} MiB")
    if "jedi" in parts:
        print(
            f"\njedi's process for {options.checkout}", *jedi.lines(jedi.measure(options.checkout, environ)), sep="\n"
        )
    if "navigation" in parts:
        _navigation(options, environ, [*isolint, "server"])
    if "model" in parts:
        print()
        if model(options.checkout, options.target, isolint, environ, options.variable):
            return 1
    if "fixes" in parts:
        _fixes(options, environ)
    if "accuracy" in parts:
        return _accuracy(options, environ, isolint)
    return 0


def _tool(here: Path, name: str) -> str | None:
    return str(here / name) if (here / name).exists() else shutil.which(name)


def _print_latency(measured: latency.Measured) -> None:
    print(f"\nkeystroke, {measured.lines} lines, {measured.findings} findings: milliseconds, p50 / p95")
    body = [kind for kind in KINDS if kind != "outline"]
    print(" " * 14 + f"{'in bodies':>15}" + "".join(f"{kind:>15}" for kind in KINDS))
    for name, times in measured.times.items():
        together = [value for kind in body for value in times[kind]]
        print(f"  {name:12}" + _cell(together) + "".join(_cell(times[kind]) for kind in KINDS))


def _cell(values: Sequence[float]) -> str:
    return f"{percentile(values, 0.5) * 1e3:7.1f} /{percentile(values, 0.95) * 1e3:6.1f}"


def _navigation(options: argparse.Namespace, environ: dict[str, str], isolint: Sequence[str]) -> None:
    """Go to definition and references against pytest, beside another server."""
    from benchmarks.accuracy.navigation import navigation, small_projects, table

    servers: dict[str, Sequence[str]] = {"isolint": isolint}
    beside = options.beside or shutil.which("pytest-language-server")
    if beside:
        servers["pytest-language-server"] = [beside]
    python = str(Path(options.environment) / "bin" / "python")
    with tempfile.TemporaryDirectory() as folder:
        roots = [] if options.checkouts else small_projects(Path(folder))
        if options.checkouts:
            names = [name for name in options.only.split(",") if name]
            roots = [(name, (options.checkouts / name).resolve()) for name in names]
        rows = navigation(roots, servers, python, environ, options.most, options.limit, options.keep)
    print("\nnavigation: right / partly / wrong / empty", *table(rows), sep="\n")


def _fixes(options: argparse.Namespace, environ: dict[str, str]) -> None:
    """What the fix offers the tests of real projects."""
    from benchmarks.accuracy.fixes import fixes

    os.environ.update(environ)
    names = [name for name in options.only.split(",") if name]
    print()
    fixes(options.checkouts.resolve(), names, options.keep)


def _accuracy(options: argparse.Namespace, environ: dict[str, str], isolint: Sequence[str]) -> int:
    """Verdicts on real projects, and against what databases did: the truth cases by their own program."""
    if not options.truth and not options.checkouts:
        print("\naccuracy: needs --checkouts, or --truth (ISOLINT_TRUTH)", file=sys.stderr)
        return 2
    os.environ.update(environ)
    if options.checkouts:
        names = [name for name in options.only.split(",") if name]
        print()
        accuracy(options.checkouts, names, isolint, options.measured, options.limit, options.keep)
    if options.truth:
        command = [sys.executable, f"{options.truth}/score.py", "--isolint", " ".join(isolint)]
        print("\naccuracy, the truth cases", flush=True)
        return subprocess.run(command, check=False).returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
