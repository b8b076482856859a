"""One environment of Gymnasium as Reins sees it: flat numbers, a body or a picture, and a state that can be saved."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium.spaces import Box, Discrete, MultiDiscrete, flatdim, flatten

from .pictures import png
from .states import AnyEnv, CannotServe, MujocoStates, PickledStates, PlayedStates, States

TERMINATED, TRUNCATED, SUCCEEDED, FIRST = 1, 2, 4, 8
#: Numbers of an observation that a policy of Reins still learns from.
MOST_OBSERVATIONS = 20_000
#: Pictures a second of an environment that does not say.
RENDER_FPS = 30


class Actions:
    """A space of actions as Reins drives it: a bounded box, or a score in [-1, 1] for each choice, of which the best is taken."""

    def __init__(self, space: Any, name: str) -> None:
        self._space = space
        self._counts: list[int] = []
        if isinstance(space, Box) and space.is_bounded():
            self.low, self.high = space.low.ravel().astype(float), space.high.ravel().astype(float)
            return
        if isinstance(space, Discrete):
            self._counts = [int(space.n)]
        elif isinstance(space, MultiDiscrete):
            self._counts = [int(n) for n in space.nvec.ravel()]
        else:
            raise CannotServe(f"{name}: actions are {space}, allowed a bounded Box, Discrete and MultiDiscrete")
        self.high = np.ones(sum(self._counts))
        self.low = -self.high

    def of(self, numbers: np.ndarray[Any, Any]) -> Any:
        """What the environment takes."""
        space = self._space
        if isinstance(space, Box):
            return numbers.reshape(space.shape).astype(space.dtype)
        ends = np.cumsum(self._counts)[:-1]
        chosen = [int(np.argmax(scores)) for scores in np.split(numbers, ends)]
        if isinstance(space, Discrete):
            return space.start + chosen[0]
        return (space.start + np.reshape(chosen, space.shape)).astype(space.dtype)


class MujocoModel:
    """Drawn in 3D from its own model: Reins is told where it stands."""

    def __init__(self, plain: Any) -> None:
        import mujoco

        self._data = plain.data
        self.dt = float(plain.dt)
        self.about = {
            "model": str(Path(plain.fullpath).resolve()),
            "nq": int(plain.model.nq),
            "nmocap": int(plain.model.nmocap),
            "engine": f"MuJoCo {mujoco.__version__}",
        }

    def numbers(self) -> list[Any]:
        return [self._data.qpos, self._data.mocap_pos.ravel(), self._data.mocap_quat.ravel()]


class Picture:
    """Drawn by itself: Reins is shown what it renders."""

    def __init__(self, env: AnyEnv, name: str) -> None:
        if env.render_mode != "rgb_array":
            raise CannotServe(
                f"{name} has no MuJoCo model to draw, and render_mode {env.render_mode!r}:"
                ' make it with render_mode="rgb_array"'
            )
        self._env = env
        self.dt = 1 / float(env.metadata.get("render_fps") or RENDER_FPS)
        env.reset(seed=0)
        height, width = self.frame().shape[:2]
        self.about = {"picture": {"width": width, "height": height}}

    def frame(self) -> np.ndarray[Any, Any]:
        frame = np.asarray(self._env.render())
        if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8:
            raise CannotServe(f"render() gave {frame.dtype} {frame.shape}, expected uint8 (height, width, 3)")
        return np.ascontiguousarray(frame)

    def numbers(self) -> list[Any]:
        return []


class Served:
    """The environment, and how it is drawn and saved; ``plays``: saved as the actions that led to it."""

    def __init__(self, env: AnyEnv, plays: bool = False) -> None:
        self.env = env
        plain: Any = env.unwrapped
        name = self.name = env.spec.id if env.spec else type(plain).__name__
        self._actions = Actions(env.action_space, name)
        size = flatdim(env.observation_space)
        if size > MOST_OBSERVATIONS:
            raise CannotServe(f"{name}: observations have {size} numbers, allowed up to {MOST_OBSERVATIONS}: wrap it")
        has_model = hasattr(plain, "model") and hasattr(plain, "fullpath")
        self._drawn: MujocoModel | Picture = MujocoModel(plain) if has_model else Picture(env, name)
        self._states: States = (
            PlayedStates(env) if plays else MujocoStates(env) if has_model else PickledStates(env)
        )
        self._observation: Any = None
        self._reward = self._cost = 0.0
        self._steps = self._flags = 0
        self.about = {
            "name": name,
            "dt": self._drawn.dt,
            "horizon": (env.spec and env.spec.max_episode_steps) or 1000,
            "observationSize": size,
            "low": self._actions.low.tolist(),
            "high": self._actions.high.tolist(),
            "actionNames": self._action_names(plain),
            **self._drawn.about,
        }

    def is_the_same_again(self) -> bool:
        """Whether the same actions lead to the same from a restored state."""
        shape = (10, len(self._actions.low))
        actions = np.random.default_rng(1).uniform(self._actions.low, self._actions.high, shape)
        self.reset(1)
        self._play(actions[:5])
        state = self.save()
        first = [self.answer(), *self._play(actions[5:])]
        return [self.load(state), *self._play(actions[5:])] == first

    def reset(self, seed: int) -> bytes:
        seed %= 2**32
        self._observation, info = self.env.reset(seed=seed)
        self._states.reset(seed)
        self._note(0.0, FIRST, info)
        self._steps = 0
        return self.answer()

    def step(self, numbers: np.ndarray[Any, Any]) -> bytes:
        if self._flags & (TERMINATED | TRUNCATED):
            raise RuntimeError("step: the episode is over, call reset first")
        action = self._actions.of(numbers)
        self._observation, reward, terminated, truncated, info = self.env.step(action)
        self._states.step(action)
        self._note(float(reward), TERMINATED * bool(terminated) | TRUNCATED * bool(truncated), info)
        self._steps += 1
        return self.answer()

    def answer(self) -> bytes:
        head = [self._reward, self._cost, float(self._steps), float(self._flags)]
        numbers = np.concatenate([head, *self._drawn.numbers()])
        observation = flatten(self.env.observation_space, self._observation)
        return numbers.astype("<f8").tobytes() + np.asarray(observation).astype("<f4").tobytes()

    def picture(self) -> bytes:
        """A PNG of the present state."""
        if not isinstance(self._drawn, Picture):
            raise RuntimeError("picture: it is drawn from its model")
        return png(self._drawn.frame())

    def save(self) -> bytes:
        own = (self._observation, self._reward, self._cost, self._steps, self._flags)
        return pickle.dumps((self._states.save(), own))

    def load(self, state: bytes) -> bytes:
        saved, own = pickle.loads(state)
        self._states.load(saved)
        self._observation, self._reward, self._cost, self._steps, self._flags = own
        return self.answer()

    def _play(self, actions: Any) -> list[bytes]:
        """As many as there are until the episode ends."""
        answers = []
        for action in actions:
            if self._flags & (TERMINATED | TRUNCATED):
                break
            answers.append(self.step(action.astype(np.float32)))
        return answers

    def _note(self, reward: float, flags: int, info: dict[str, Any]) -> None:
        solved = bool(info.get("is_success", info.get("success", False)))
        self._reward, self._flags = reward, flags | SUCCEEDED * solved
        self._cost = max(0.0, float(info.get("cost", 0.0)))

    def _action_names(self, plain: Any) -> list[str]:
        """Those of MuJoCo's actuators, or of Atari's buttons, where they are fit to be names."""
        names: list[str] = []
        if isinstance(self._drawn, MujocoModel):
            names = [plain.model.actuator(i).name for i in range(plain.model.nu)]
        elif hasattr(plain, "get_action_meanings"):
            names = list(plain.get_action_meanings())
        count = len(self._actions.low)
        fits = len(names) == count and all(names) and len(set(names)) == count
        return names if fits else [f"action {i}" for i in range(count)]
