"""Gymnasium's environments in Reins: this process steps them, Reins draws them, and people take over, reward and compare.

The other side is sim/gymnasium/link.ts: a Unix socket makes the acquaintance, then every environment has a pair of named
pipes and a thread. Linux and macOS.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import struct
import tempfile
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import numpy as np

from .client import Client
from .served import Served
from .server import Server, start
from .states import AnyEnv, CannotServe

#: Makes one environment as Reins sees it.
Make = Callable[[], Served]


def serve(env_fn: Callable[[], AnyEnv], **settings: Any) -> ServedEnvironment:
    """Puts an environment of Gymnasium into the live loop of ``reins serve``: rewound by state, driven and judged by people on
    the page, trained by Reins' learners. One with a MuJoCo model is drawn in 3D, any other by the pictures that it renders.

    Args:
        env_fn: makes one, without a MuJoCo model with ``render_mode="rgb_array"``; called several times, for the live
            simulation, rollouts and counterfactuals.
        settings: as ``reins.start`` takes them: ``preset``, ``data``, ``seed``, ``port``, ….

    Returns:
        The running server: a context manager with ``url`` and ``connect``.

    Raises:
        CannotServe: for one with nothing to draw, with actions that are neither a bounded box nor choices, or that is not
            the same again after its state was restored.
    """
    for plays in (False, True):
        tried = Served(env_fn(), plays)
        try:
            same = tried.is_the_same_again()
        except Exception:  # whatever half of a state makes of it
            if plays:
                raise
            same = False
        tried.env.close()
        if same:
            return ServedEnvironment(lambda: Served(env_fn(), plays), tried.name, settings)
    raise CannotServe(
        f"{tried.name} is not the same again after its state was restored:"
        " there would be no rewinding and no counterfactuals"
    )


class ServedEnvironment:
    """Environments that wait for Reins, and the server that asks for them."""

    def __init__(self, make: Make, name: str, settings: dict[str, Any]) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="reins-"))
        self._socket = socket.socket(socket.AF_UNIX)
        path = self._folder / "socket"
        self._socket.bind(str(path))
        self._socket.listen()
        threading.Thread(target=_accept, args=[self._socket, self._folder, make], daemon=True).start()
        options = {"socket": str(path), "of": name}
        try:
            self.server: Server = start("gymnasium", options=options, **settings)
        except BaseException:
            self._end()
            raise
        self._finalizer = weakref.finalize(self, self.server.close)
        self.url = self.server.url

    def connect(self, teacher: str = "python") -> Client:
        """As ``reins.connect`` does, to this server."""
        return self.server.connect(teacher)

    def close(self) -> None:
        self.server.close()
        self._end()

    def __enter__(self) -> ServedEnvironment:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _end(self) -> None:
        self._socket.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _accept(listening: socket.socket, folder: Path, make: Make) -> None:
    number = 0
    while True:
        try:
            line, _ = listening.accept()
        except OSError:  # closed
            return
        number += 1
        pipes = [folder / f"{number}-{name}" for name in ("requests", "answers")]
        for pipe in pipes:
            os.mkfifo(pipe, 0o600)
        line.sendall(json.dumps({"requests": str(pipes[0]), "answers": str(pipes[1])}).encode())
        line.close()
        threading.Thread(target=_talk, args=[pipes, make], daemon=True).start()


def _talk(pipes: list[Path], make: Make) -> None:
    # In this order on the other side, too: each call waits for its counterpart.
    with open(pipes[0], "rb") as requests, open(pipes[1], "wb") as answers:
        for pipe in pipes:
            pipe.unlink()
        served = make()
        while True:
            length = requests.read(4)
            if len(length) < 4:
                break
            request = requests.read(struct.unpack("<I", length)[0])
            try:
                answer = b"\0" + _do(served, request[:1], request[1:])
            except Exception as error:  # whatever an environment raises is for Reins to say
                answer = b"\1" + f"{type(error).__name__}: {error}".encode()
            if not _write(answers, struct.pack("<I", len(answer)) + answer):
                break
        served.env.close()


def _write(answers: IO[bytes], data: bytes) -> bool:
    try:
        answers.write(data)
        answers.flush()
    except BrokenPipeError:
        return False
    return True


def _do(served: Served, letter: bytes, content: bytes) -> bytes:
    match letter:
        case b"H":
            return json.dumps(served.about).encode()
        case b"R":
            return served.reset(int(struct.unpack("<d", content)[0]))
        case b"S":
            return served.step(np.frombuffer(content, "<f4"))
        case b"G":
            return served.save()
        case b"L":
            return served.load(content)
        case b"P":
            return served.picture()
    raise ValueError(f"unknown request {letter!r}")
