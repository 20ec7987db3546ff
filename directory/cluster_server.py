"""Making, configuring, starting and stopping the private server. Callers hold the bring-up lock."""

import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from directory.cluster_account import Account, socket_folder
from directory.cluster_binaries import Binaries
from directory.errors import ClusterError

LEFTOVERS = ("pre-existing shared memory block", 'lock file "postmaster.pid" already exists')
"""What a start says while a killed server's children, or a server that is just stopping, are still there."""

START_SECONDS = 120
STOP_SECONDS = 60
LOG_BYTES = 8 * 2**20
LEFTOVER_SECONDS = 30
"""How long a start waits for them to end."""

INITDB = ("--data-checksums", "--auth=peer", "--no-instructions")
HBA = "local all all peer map=own\n"
SETTINGS = """\
# Written by Cercana at every start: changes made here are lost (use ALTER SYSTEM instead).
listen_addresses = ''
port = 5432
unix_socket_directories = {sockets}
unix_socket_permissions = 0700
max_connections = 120
shared_buffers = {shared_mb}MB
max_wal_size = 2GB
wal_compression = on
jit = off
client_connection_check_interval = 1s
idle_in_transaction_session_timeout = 60s
lock_timeout = 10s
timezone = 'UTC'
log_timezone = 'UTC'
log_checkpoints = off
logging_collector = off
"""


@dataclass(frozen=True)
class Server:
    """One private server: its folder, its programs, and the account it runs as."""

    data: Path
    binaries: Binaries
    account: Account

    @property
    def pgdata(self) -> Path:
        """The folder PostgreSQL calls its data directory."""
        return self.data / "pgdata"


def data_major(data: Path) -> int | None:
    """Major version of PostgreSQL that made the data folder; None when it has no cluster yet."""
    try:
        return int((data / "pgdata" / "PG_VERSION").read_text("ascii").strip())
    except FileNotFoundError:
        return None
    except (PermissionError, ValueError) as error:
        raise ClusterError(f"The data folder {data} cannot be read: {error}") from error


def make_cluster(server: Server, lock: int) -> None:
    """initdb into a folder of another name, then rename: a half-made folder is never taken for a cluster.

    initdb inherits the lock's descriptor: when this process is killed, the lock stays until initdb ends too.
    """
    new = server.data / "pgdata.new"
    if new.exists():
        shutil.rmtree(new)
    new.mkdir()
    server.account.own(new)
    locale = ["--locale=C.UTF-8"] if sys.platform != "darwin" else ["--locale=C"]
    if server.binaries.major >= 17:
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    done = server.account.run(
        [server.binaries.program("initdb"), "-D", str(new), "-U", "postgres", "-E", "UTF8", *locale, *INITDB],
        keep=(lock,),
    )
    if done.returncode != 0:
        shutil.rmtree(new, ignore_errors=True)
        raise ClusterError(f"initdb failed in {new}: {_last_words(done)}")
    with (new / "postgresql.conf").open("a", encoding="utf-8") as conf:
        conf.write("\ninclude_if_exists = 'cercana.conf'\n")
    _sync(new / "postgresql.conf")
    _sync(new)
    new.rename(server.pgdata)
    _sync(server.data)


def start(server: Server) -> Path:
    """Start the server unless it runs; answers the folder of its socket."""
    deadline = time.monotonic() + LEFTOVER_SECONDS
    while (running := running_socket(server)) is None:
        sockets = socket_folder(server.data, server.account)
        _write_settings(server, sockets)
        for file in (server.pgdata / "postmaster.pid", sockets / ".s.PGSQL.5432.lock"):
            _disown_reused_pid(file, server.pgdata, server.account)
        done, log = _pg_ctl_start(server)
        if done.returncode == 0:
            return sockets
        if not any(text in log for text in LEFTOVERS) or time.monotonic() > deadline:
            reason = _why(log) or _last_words(done)
            raise ClusterError(f"PostgreSQL did not start in {server.pgdata}: {reason}")
        time.sleep(0.2)
    return running


def stop(server: Server) -> None:
    """Stop the server, breaking off what its sessions do. Quiet when it does not run."""
    if not (server.pgdata / "postmaster.pid").exists():
        return
    done = _pg_ctl(server, "stop", "-m", "fast", seconds=STOP_SECONDS)
    if done.returncode != 0 and running_socket(server) is not None:
        raise ClusterError(f"PostgreSQL did not stop in {server.pgdata}: {_last_words(done)}")


def running_socket(server: Server) -> Path | None:
    """Folder of the running server's socket, from its own pid file; None when it does not answer.

    The pid file, not the folder we would choose now: the temporary folder may differ between two processes.
    """
    lines = _pid_lines(server.pgdata / "postmaster.pid")
    if len(lines) < 5 or not lines[4]:
        return None
    folder = Path(lines[4])
    deadline = time.monotonic() + START_SECONDS
    while (folder / ".s.PGSQL.5432").exists():
        try:
            admin(folder, "postgres").close()
        except psycopg.OperationalError as error:
            if "starting up" not in str(error) or time.monotonic() > deadline:
                return None
            time.sleep(0.1)
        else:
            return folder
    return None


def admin(sockets: Path, database: str) -> psycopg.Connection[tuple[object, ...]]:
    """A connection as the cluster's administrator, each statement its own transaction."""
    return psycopg.connect(
        host=str(sockets), port=5432, dbname=database, user="postgres", autocommit=True, connect_timeout=10
    )


def _pid_lines(file: Path) -> list[str]:
    """Lines of one of the server's lock files: process number, data directory, start, port, socket folder."""
    try:
        return file.read_text("utf-8", "surrogateescape").splitlines()
    except FileNotFoundError:
        return []


def _pg_ctl_start(server: Server) -> tuple["subprocess.CompletedProcess[str]", str]:
    """Start and wait; answers what pg_ctl said and what the server wrote to its log."""
    log = server.pgdata / "server.log"
    before = log.stat().st_size if log.exists() else 0
    if before > LOG_BYTES:
        log.replace(log.with_suffix(".old"))
        before = 0
    # Without -l the server would keep our pipe open, and reading it would wait for the server's end.
    # No logging collector: it starts too early, and takes the reason of a failed start with it.
    done = _pg_ctl(server, "start", "-l", str(log), seconds=START_SECONDS)
    return done, log.read_bytes()[before:].decode("utf-8", "replace") if log.exists() else ""


def _pg_ctl(server: Server, *arguments: str, seconds: int) -> "subprocess.CompletedProcess[str]":
    """pg_ctl on the server's folder, waiting for what it asks to be done."""
    where = ["-D", str(server.pgdata), "-w", "-t", str(seconds)]
    return server.account.run([server.binaries.program("pg_ctl"), *arguments, *where], seconds=seconds + 30)


def _write_settings(server: Server, sockets: Path) -> None:
    """Settings and the map from system accounts to database roles, whole or not at all."""
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    shared_mb = max(64, min(2048, memory_mb // 8))
    quoted = str(sockets).replace('"', '""').replace("'", "''")
    accounts = dict.fromkeys((server.account.manager, server.account.name))
    roles = [f'own "{account}" {role}\n' for account in accounts for role in ("cercana", "postgres")]
    texts = {
        "cercana.conf": SETTINGS.format(sockets=f"'\"{quoted}\"'", shared_mb=shared_mb),
        "pg_hba.conf": HBA,
        "pg_ident.conf": "".join(roles),
    }
    for name, text in texts.items():
        part = server.pgdata / f"{name}.part"
        server.account.write(part, text)
        part.replace(server.pgdata / name)


def _disown_reused_pid(file: Path, pgdata: Path, account: Account) -> None:
    """After a restart of the machine the number in a stale lock file may be another program's.

    (Or, in a container without an init process, that of the dead server itself.) PostgreSQL would refuse to
    start. Only the number is replaced, by that of a process that has ended: the rest of the file names the
    shared memory, which PostgreSQL checks for children of a killed server.
    """
    lines = _pid_lines(file)
    if not lines or not re.fullmatch(r"\d+", lines[0].strip()):
        return
    if _is_postgres_of(int(lines[0]), pgdata):
        return
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    account.write(file, "\n".join([str(ended.pid), *lines[1:]]) + "\n")


def _is_postgres_of(pid: int, pgdata: Path) -> bool:
    """Whether a process is the PostgreSQL server of this folder; when it cannot be told, yes."""
    proc = Path("/proc") / str(pid)
    if not proc.parent.joinpath("self").exists():
        asked = ["ps", "-p", str(pid), "-o", "comm="]
        return "postgres" in subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    try:
        return (proc / "cwd").samefile(pgdata)
    except FileNotFoundError:
        return False
    except PermissionError:
        return "postgres" in (proc / "comm").read_text() and proc.stat().st_uid == pgdata.stat().st_uid


def _why(log: str) -> str:
    """The server's own FATAL and HINT lines."""
    lines = [line for line in log.splitlines() if re.search(r"\b(FATAL|PANIC|HINT|DETAIL):", line)]
    return " ".join(re.sub(r"^.*?\b(FATAL|PANIC|HINT|DETAIL):\s*", "", line) for line in lines[:4])


def _last_words(done: "subprocess.CompletedProcess[str]") -> str:
    text = (done.stderr or done.stdout).strip()
    return " ".join(text.splitlines()[-4:]) or f"exit code {done.returncode}"


def _sync(path: Path) -> None:
    """Have the disk keep a file or a folder's entries, not only the cache."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
