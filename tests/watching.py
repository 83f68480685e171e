"""Witnesses of what a test's process reads: files that are opened, and addresses that are asked."""

import ctypes
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

IN_ACCESS, IN_OPEN = 0x1, 0x20


class Watch:
    """Of the kernel's, over some files."""

    def __init__(self, queue: int) -> None:
        self._queue = queue

    def touched(self) -> bool:
        """Whether any of them was opened or read since this was last asked, by whatever code."""
        with suppress(BlockingIOError):
            return bool(os.read(self._queue, 2**16))
        return False


@contextmanager
def watching(*files: Path) -> Iterator[Watch]:
    """Have the kernel watch files; it counts what C code reads, too."""
    libc = ctypes.CDLL(None, use_errno=True)
    queue = libc.inotify_init1(os.O_NONBLOCK)
    try:
        for file in files:
            assert libc.inotify_add_watch(queue, os.fsencode(file), IN_ACCESS | IN_OPEN) > 0
        yield Watch(queue)
    finally:
        os.close(queue)


class Listener:
    """Answers nobody, and counts who asks."""

    def __init__(self, server: socket.socket) -> None:
        self.port = server.getsockname()[1]
        self.connections = 0
        self._server = server
        Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        with suppress(OSError):  # closed
            while True:
                connection, _ = self._server.accept()
                self.connections += 1
                connection.close()


@contextmanager
def listening() -> Iterator[Listener]:
    """Listen on a port of loopback."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield Listener(server)
        server.shutdown(socket.SHUT_RDWR)
