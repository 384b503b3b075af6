"""A PostgreSQL server for tests: a cluster of its own from the machine's binaries, or the one TEST_DATABASE_URL names.

The cluster listens on a Unix socket in a short temporary folder and nowhere else, forgets to sync, and is gone with the
test run. What a test gets are libpq's PG* variables, for the environment of the process it starts. Nothing of isolint
is imported here.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

MISSING = "PostgreSQL's programs are missing: apt-get install postgresql, or set TEST_DATABASE_URL"


@dataclass(frozen=True)
class PostgresServer:
    """A running server: the PG* variables that reach it, and the folder of `createdb` and `psql`."""

    environment: Mapping[str, str]
    programs: Path

    def run(self, program: str, *arguments: str) -> str:
        """Run one of PostgreSQL's client programs against this server and return its output."""
        found = self.programs / program
        command = [str(found) if found.exists() else program, *arguments]
        done = subprocess.run(
            command, env={**os.environ, **self.environment}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
        return done.stdout.strip()

    def query(self, sql: str, database: str = "postgres") -> str:
        """The rows of one statement, as `psql -qAt` prints them."""
        return self.run("psql", "-qAt", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql)


def find_programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`: the newest of Debian's, else where PATH finds them."""
    debian = Path("/usr/lib/postgresql")
    versions = sorted((p for p in debian.glob("*/bin/initdb")), key=lambda p: int(p.parts[-3]), reverse=True)
    if versions:
        return versions[0].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _variables(url: str) -> dict[str, str]:
    """libpq's variables for a URL `postgresql://user:password@host:port/database?host=/socket/folder`."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    values = {
        "PGHOST": query.get("host", [parts.hostname or ""])[0],
        "PGPORT": str(parts.port or query.get("port", [""])[0]),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
    }
    return {key: value for key, value in values.items() if value}


@contextmanager
def own_cluster(programs: Path) -> Iterator[PostgresServer]:
    """Make a cluster, start it, stop it and remove it. PostgreSQL refuses to run as root: then it runs as `postgres`,
    or, where that user does not exist, as `nobody`."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path may be 107 bytes long
    as_user: list[str] = []
    if os.geteuid() == 0:
        names = {entry.pw_name for entry in pwd.getpwall()}
        user = "postgres" if "postgres" in names else "nobody"
        shutil.chown(folder, user)
        as_user = ["runuser", "-u", user, "--"]

    def call(program: str, *arguments: str) -> None:
        command = [*as_user, str(programs / program), *arguments]
        with (folder.parent / f"{folder.name}.log").open("ab") as log:
            done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)} failed: {log.name}\n{Path(log.name).read_text()[-2000:]}")

    data = str(folder / "data")
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c full_page_writes=off"
    try:
        call("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        call("pg_ctl", "-D", data, "-l", str(folder / "server.log"), "-o", options, "-w", "start")
        try:
            yield PostgresServer({"PGHOST": str(folder), "PGPORT": "5432", "PGUSER": "postgres"}, programs)
        finally:
            call("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        (folder.parent / f"{folder.name}.log").unlink()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server for the whole run. Where there is none, a skip that says so; in CI a failure."""
    url = os.environ.get("TEST_DATABASE_URL")
    programs = find_programs()
    if url:
        yield PostgresServer(_variables(url), programs or Path("/usr/bin"))
    elif programs:
        with own_cluster(programs) as server:
            yield server
    elif os.environ.get("CI"):
        pytest.fail(MISSING)
    else:
        pytest.skip(MISSING)


@pytest.fixture
def postgres_database(postgres: PostgresServer) -> Iterator[dict[str, str]]:
    """The PG* variables of a fresh, empty database of this test's own; dropped afterwards."""
    name = f"isolint_{uuid.uuid4().hex[:12]}"
    postgres.query(f'create database "{name}"')
    try:
        yield {**postgres.environment, "PGDATABASE": name}
    finally:
        postgres.query(f'drop database if exists "test_{name}" with (force)')
        postgres.query(f'drop database if exists "{name}" with (force)')
