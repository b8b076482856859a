"""Gymnasium's environments in Reins: this process steps them, Reins draws them, and people take over, reward and compare.

The other side is sim/gymnasium/link.ts: a Unix socket makes the acquaintance, then every environment has a pair of named
pipes and a thread. Linux and macOS.
"""

from __future__ import annotations

import json
import os
import pickle
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

import gymnasium
import numpy as np
from gymnasium.spaces import Box, flatdim, flatten

from .client import Client
from .server import Server, start

AnyEnv = gymnasium.Env[Any, Any]
#: What has no part in the state of an environment, or is saved by MuJoCo itself.
LEFT_OUT = {"env", "model", "data", "spec", "_cached_spec", "observation_space", "action_space", "mujoco_renderer"}
TERMINATED, TRUNCATED, SUCCEEDED, FIRST = 1, 2, 4, 8


class CannotServe(ValueError):
    """This environment cannot be put into Reins; the message says why."""


def serve(env_fn: Callable[[], AnyEnv], **settings: Any) -> ServedEnvironment:
    """Puts a MuJoCo environment of Gymnasium into the live loop of ``reins serve``: drawn in 3D, rewound by state, driven and
    judged by people on the page, trained by Reins' learners.

    Args:
        env_fn: makes one; called several times, for the live simulation, rollouts and counterfactuals.
        settings: as ``reins.start`` takes them: ``preset``, ``data``, ``seed``, ``port``, ….

    Returns:
        The running server: a context manager with ``url`` and ``connect``.

    Raises:
        CannotServe: for one without MuJoCo, with actions that are no bounded box, or that is not the same again after
            its state was restored.
    """
    served = Served(env_fn())
    served.check()
    return ServedEnvironment(env_fn, served, settings)


class ServedEnvironment:
    """Environments that wait for Reins, and the server that asks for them."""

    def __init__(self, env_fn: Callable[[], AnyEnv], first: Served, settings: dict[str, Any]) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="reins-"))
        self._socket = socket.socket(socket.AF_UNIX)
        path = self._folder / "socket"
        self._socket.bind(str(path))
        self._socket.listen()
        threading.Thread(target=_accept, args=[self._socket, self._folder, env_fn], daemon=True).start()
        first.env.close()
        options = {"socket": str(path), "of": first.about["name"]}
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


class Served:
    """One environment as Reins sees it: flat numbers, and a state that can be saved and restored."""

    def __init__(self, env: AnyEnv) -> None:
        import mujoco

        self._mujoco = mujoco
        self.env = env
        plain: Any = env.unwrapped
        name = env.spec.id if env.spec else type(plain).__name__
        if not hasattr(plain, "model") or not hasattr(plain, "fullpath"):
            raise CannotServe(f"{name} is not one of Gymnasium's MuJoCo environments: Reins has nothing to draw")
        space = env.action_space
        if not isinstance(space, Box) or len(space.shape) != 1 or not space.is_bounded():
            raise CannotServe(f"{name}: actions are {space}, allowed a bounded box of one dimension")
        self._model, self._data = plain.model, plain.data
        self._vector = np.zeros(mujoco.mj_stateSize(self._model, mujoco.mjtState.mjSTATE_INTEGRATION))
        self._observation: Any = None
        self._reward = self._cost = 0.0
        self._steps = self._flags = 0
        actuators = [self._model.actuator(i).name for i in range(self._model.nu)]
        fits = len(actuators) == space.shape[0] and all(actuators) and len(set(actuators)) == len(actuators)
        self.about = {
            "name": name,
            "model": str(Path(plain.fullpath).resolve()),
            "nq": int(self._model.nq),
            "nmocap": int(self._model.nmocap),
            "dt": float(plain.dt),
            "horizon": (env.spec and env.spec.max_episode_steps) or 1000,
            "observationSize": flatdim(env.observation_space),
            "low": space.low.tolist(),
            "high": space.high.tolist(),
            "actionNames": actuators if fits else [f"action {i}" for i in range(space.shape[0])],
            "version": mujoco.__version__,
        }

    def check(self) -> None:
        """Raises CannotServe unless the same actions lead to the same again from a restored state."""
        actions = np.random.default_rng(1).uniform(self.env.action_space.low, self.env.action_space.high, (10, *self.env.action_space.shape))  # type: ignore[attr-defined, misc]
        self.reset(1)
        for action in actions[:5]:
            self.step(action.astype(np.float32))
        state = self.save()
        first = [self.step(action.astype(np.float32)) for action in actions[5:]]
        if [self.load(state), *(self.step(action.astype(np.float32)) for action in actions[5:])][1:] != first:
            raise CannotServe(
                f"{self.about['name']} is not the same again after its state was restored:"
                " there would be no rewinding and no counterfactuals"
            )

    def reset(self, seed: int) -> bytes:
        self._observation, info = self.env.reset(seed=seed % 2**32)
        self._note(0.0, FIRST, info)
        self._steps = 0
        return self.answer()

    def step(self, action: np.ndarray[Any, Any]) -> bytes:
        if self._flags & (TERMINATED | TRUNCATED):
            raise RuntimeError("step: the episode is over, call reset first")
        dtype = self.env.action_space.dtype
        self._observation, reward, terminated, truncated, info = self.env.step(action.astype(dtype))
        self._note(float(reward), TERMINATED * bool(terminated) | TRUNCATED * bool(truncated), info)
        self._steps += 1
        return self.answer()

    def answer(self) -> bytes:
        data = self._data
        head = [self._reward, self._cost, float(self._steps), float(self._flags)]
        numbers = np.concatenate([head, data.qpos, data.mocap_pos.ravel(), data.mocap_quat.ravel()])
        observation = flatten(self.env.observation_space, self._observation)
        return numbers.astype("<f8").tobytes() + np.asarray(observation).astype("<f4").tobytes()

    def save(self) -> bytes:
        self._mujoco.mj_getState(self._model, self._data, self._vector, self._mujoco.mjtState.mjSTATE_INTEGRATION)
        layers = [{k: v for k, v in vars(layer).items() if k not in LEFT_OUT} for layer in self._layers()]
        own = (self._observation, self._reward, self._cost, self._steps, self._flags)
        return pickle.dumps((self._vector, layers, own))

    def load(self, state: bytes) -> bytes:
        vector, layers, own = pickle.loads(state)
        self._mujoco.mj_setState(self._model, self._data, vector, self._mujoco.mjtState.mjSTATE_INTEGRATION)
        # What follows from the state, without touching the warm start that the next step depends on.
        warm = self._data.qacc_warmstart.copy()
        self._mujoco.mj_forward(self._model, self._data)
        self._data.qacc_warmstart[:] = warm
        for layer, saved in zip(self._layers(), layers, strict=True):
            vars(layer).update(saved)
        self._observation, self._reward, self._cost, self._steps, self._flags = own
        return self.answer()

    def _note(self, reward: float, flags: int, info: dict[str, Any]) -> None:
        solved = bool(info.get("is_success", info.get("success", False)))
        self._reward, self._flags = reward, flags | SUCCEEDED * solved
        self._cost = max(0.0, float(info.get("cost", 0.0)))

    def _layers(self) -> list[AnyEnv]:
        """Wrappers from the outside in, and the environment itself."""
        layers: list[AnyEnv] = [self.env]
        while isinstance(layers[-1], gymnasium.Wrapper):
            layers.append(layers[-1].env)
        return layers


def _accept(listening: socket.socket, folder: Path, env_fn: Callable[[], AnyEnv]) -> None:
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
        threading.Thread(target=_talk, args=[pipes, env_fn], daemon=True).start()


def _talk(pipes: list[Path], env_fn: Callable[[], AnyEnv]) -> None:
    # In this order on the other side, too: each call waits for its counterpart.
    with open(pipes[0], "rb") as requests, open(pipes[1], "wb") as answers:
        for pipe in pipes:
            pipe.unlink()
        served = Served(env_fn())
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
    raise ValueError(f"unknown request {letter!r}")
