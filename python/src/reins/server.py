"""The command line and the server of Reins, as child processes."""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from .client import Client
from .node import reins_command


class ReinsError(RuntimeError):
    """The command line refused or failed; the message is its own."""


def run_command(*arguments: str) -> Any:
    """``reins ARGUMENTS --json``, such as ``run_command("export", "reward", "--data", "./data")``; its result.

    Raises:
        ReinsError: with its words.
    """
    done = subprocess.run([*reins_command(), *arguments, "--json"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ReinsError(_last_words(done.stderr))
    return json.loads(done.stdout)


def start(
    env: str = "driving",
    *,
    preset: str = "reins",
    data: str | Path = "./data",
    seed: int | None = None,
    port: int = 0,
    host: str = "127.0.0.1",
    token: str | None = None,
    options: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
    page: bool = True,
    rollouts: int = 1,
    run: str | None = None,
) -> Server:
    """Starts ``reins serve`` and waits until it listens.

    Args:
        env: id as in ``reins envs``.
        data: folder of the run; the same folder goes on with the same run.
        port: 0 for any free one.
        options: of the environment, as ``--option`` takes them.
        settings: of the preset, such as ``{"queries.kind": "rank"}``, as ``--set`` takes them.
        page: build and serve the page; without it, API and sockets only.
        run: the run of ``data`` to go on with, such as one of ``reins import``: it says environment and preset.

    Raises:
        ReinsNotFound: without Node or Reins.
        ReinsError: what the server says where it does not start.
    """
    what = ["--env", env, "--preset", preset] if run is None else ["--run", run]
    command = [*reins_command(), "serve" if page else "learner", *what, "--data", str(data)]
    command += ["--port", str(port), "--host", host, "--rollouts", str(rollouts), "--log-level", "warn"]
    command.append("--end-with-input")
    if seed is not None:
        command += ["--seed", str(seed)]
    if token is not None:
        command += ["--token", token]
    for flag, values in (("--option", options), ("--set", settings)):
        for name, value in (values or {}).items():
            command += [flag, f"{name}={value if isinstance(value, str) else json.dumps(value)}"]
    return Server(command, token)


class Server:
    """A running ``reins serve``; a context manager that ends it in order."""

    def __init__(self, command: list[str], token: str | None) -> None:
        self._errors = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            command,
            # Never written to: it closes with this process, and the server then ends in order.
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            start_new_session=True,
        )
        self.token = token
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.startswith("listening on "):
            self._process.wait()
            self._errors.seek(0)
            raise ReinsError(_last_words(self._errors.read().decode(errors="replace")))
        #: Where the page and the API are.
        self.url = line.removeprefix("listening on ").strip()
        # What it goes on to say is nobody's, but must not fill the pipe.
        threading.Thread(target=self._process.stdout.read, daemon=True).start()

    def connect(self, teacher: str = "python") -> Client:
        """As ``reins.connect`` does, to this server."""
        return Client(self.url, self.token, teacher)

    def close(self) -> None:
        """Ends it: the run is saved, and goes on when it is started again."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._errors.close()

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _last_words(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line]
    said = [line for line in lines if line.startswith("error: ")]
    return (said or lines or ["reins ended without a word"])[-1].removeprefix("error: ")
