"""A child process, ``reins env-server``, that steps copies of an environment: one request and one answer a batch.

The layout of both is described in ``cli/env-server/batch.ts``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from .node import reins_command

LEAVE, STEP, RESET = 0, 1, 2
TERMINATED, TRUNCATED, SUCCESS, END_REASON = range(4)

#: Room for a whole batch, where a system lets a pipe have it: neither side waits in the middle of one.
PIPE_BYTES = 1 << 20

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.uint8]


class EnvServerError(RuntimeError):
    """The child process refused or ended; the message is its own."""


@dataclass(frozen=True)
class Batch:
    """An answer; the arrays are the caller's. Rows of environments that were left keep their numbers."""

    #: (n, 2 + reward terms + metrics): reward, cost, terms, metrics.
    numbers: Doubles
    #: (n, observation)
    observations: Floats
    #: (n, 4): terminated, truncated, success, 1 + index of the end's reason.
    flags: Bytes


class EnvServer:
    """Starts the child, says what it steps, and exchanges batches with it.

    Args:
        env: id as in ``reins envs``.
        count: how many copies.
        options: options of the environment, as ``--option`` takes them.

    Raises:
        ReinsNotFound: without Node or Reins.
        EnvServerError: where the environment or an option is refused.
    """

    def __init__(self, env: str, count: int, options: Mapping[str, Any]) -> None:
        command = [*reins_command(), "env-server", "--env", env, "--count", str(count)]
        for name, value in options.items():
            text = value if isinstance(value, str) else json.dumps(value)
            command += ["--option", f"{name}={text}"]
        self._errors = tempfile.TemporaryFile()
        # A session of its own: an interrupt from the keyboard is Python's; the child ends with its input.
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            bufsize=0,
            pipesize=PIPE_BYTES,
            start_new_session=True,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._input: IO[bytes] = self._process.stdin
        self._output: IO[bytes] = self._process.stdout
        self._end = weakref.finalize(self, _end, self._process)
        self.description: dict[str, Any] = json.loads(self._read_text(self._read_length()))
        about = self.description
        self.count = count
        self.columns = 2 + len(about["rewardTerms"]) + len(about["metrics"])
        self.observation_size = len(about["observation"]["low"])
        self.action_size = len(about["action"]["low"])

    def exchange(self, operations: Bytes, seeds: Doubles, actions: Floats) -> Batch:
        """Does ``operations`` (n) with ``seeds`` (n), of those that are reset, and ``actions`` (n, k) of those that step.

        Raises:
            EnvServerError: for NaN in an action, for a step after the end, and where the child is gone.
        """
        try:
            self._input.write(seeds.tobytes() + actions.tobytes() + operations.tobytes())
        except OSError:
            raise self._ended() from None
        n, c, o = self.count, self.columns, self.observation_size
        # The status is the second half of the first eight bytes, so that the numbers are aligned.
        data = np.empty(8 + n * (8 * c + 4 * o + 4), np.uint8)
        view = data.data[4:]
        read = self._read_into(view, 4)
        status = int.from_bytes(view[:4], "little")
        if status > 0:
            text = bytes(view[4:read])
            raise EnvServerError((text + self._read(status - len(text))).decode())
        self._read_into(view[read:], len(view) - read)
        numbers = data[8 : 8 + 8 * n * c].view("<f8").reshape(n, c)
        observations = data[8 + 8 * n * c : -4 * n].view("<f4").reshape(n, o)
        return Batch(numbers, observations, data[-4 * n :].reshape(n, 4))

    def close(self) -> None:
        self._end()
        self._errors.close()

    def _read_length(self) -> int:
        return int.from_bytes(self._read(4), "little")

    def _read_text(self, length: int) -> str:
        return self._read(length).decode()

    def _read(self, length: int) -> bytearray:
        data = bytearray(length)
        self._read_into(memoryview(data), length)
        return data

    def _read_into(self, view: memoryview, least: int) -> int:
        """Reads as much as is there, at least so many bytes; how many."""
        at = 0
        while at < least:
            read = self._output.readinto(view[at:])  # type: ignore[attr-defined]
            if not read:
                raise self._ended()
            at += int(read)
        return at

    def _ended(self) -> EnvServerError:
        code = self._process.wait()
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace").strip().removeprefix("error: ")
        return EnvServerError(said or f"the process that steps the environment ended with code {code}")


def _end(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    try:
        process.wait(timeout=2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


assert sys.byteorder == "little", "Reins speaks little-endian, and so must this machine"
