"""Runs the real pytest on many projects, each in a process of its own that is forked from one that has everything
imported: started as `python batch.py` in the analysed environment, jobs as lines of JSON on standard input.

A job is {"root": folder, "output": where the probe writes, "arguments": [...]}; for each job one line of JSON comes
back: {"code": exit code, "text": what pytest printed}. Nothing of isolint is imported.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile


def warm() -> None:
    """Import what every run imports; nothing that reads settings."""
    import pytest  # noqa: F401

    # No plugin: a project may have one of its own under that name.
    for name in ("django.test", "django.db", "asyncio", "trio", "unittest.mock", "factory"):
        try:
            importlib.import_module(name)
        except ImportError:
            continue


def run(job: dict) -> dict:
    """One run of pytest in a forked process."""
    with tempfile.TemporaryFile() as text:
        child = os.fork()
        if child == 0:
            os.dup2(text.fileno(), 1)
            os.dup2(text.fileno(), 2)
            code = 99
            try:
                os.chdir(job["root"])
                os.environ["PROBE_OUTPUT"] = job["output"]
                os.environ.update(job.get("variables", {}))
                sys.path.insert(0, job["root"])  # as `python -m pytest` does
                import pytest

                code = int(pytest.main(job["arguments"]))
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        text.seek(0)
        return {"code": os.waitstatus_to_exitcode(status), "text": text.read().decode(errors="replace")}


def main() -> None:
    """Answer jobs until the input ends."""
    warm()
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
