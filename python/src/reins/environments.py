"""Reins' environments in Gymnasium, as ``Reins/ID-v0``, one by one."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, cast

import gymnasium
import numpy as np
from gymnasium.spaces import Box
from gymnasium.utils import seeding

from .pipe import END_REASON, RESET, STEP, SUCCESS, TERMINATED, TRUNCATED, Batch, EnvServer, Floats


def environment_ids() -> list[str]:
    """Every id of ``reins envs``."""
    ids: list[str] = json.loads(files("reins").joinpath("environments.json").read_text("utf8"))
    return ids


def register() -> None:
    """Makes ``gymnasium.make("Reins/driving-v0")`` and ``gymnasium.make_vec`` know them; ``import reins`` does."""
    for name in environment_ids():
        if f"Reins/{name}-v0" in gymnasium.registry:
            continue
        # Their time limits are their own: no `max_episode_steps`, which would count a second time.
        gymnasium.register(
            f"Reins/{name}-v0",
            entry_point="reins.environments:ReinsEnv",
            vector_entry_point="reins.vector:ReinsVectorEnv",
            kwargs={"env": name},
        )


def box(bounds: dict[str, Any]) -> gymnasium.Space[Floats]:
    """The space that a description says."""
    low, high = (
        np.array([fallback if x is None else x for x in bounds[end]], np.float32)
        for end, fallback in (("low", -np.inf), ("high", np.inf))
    )
    return cast("gymnasium.Space[Floats]", Box(low, high, dtype=np.float32))


class Seeds:
    """Seeds of episodes: what is asked for, otherwise one of the environment's training seeds."""

    def __init__(self, train: range) -> None:
        self._train = train

    def next(self, random: np.random.Generator, seed: int | None) -> int:
        if seed is None:
            return self._train[int(random.integers(len(self._train)))]
        return seed


class ReinsEnv(gymnasium.Env[Floats, Floats]):
    """One environment of Reins in a process of its own.

    ``reset(seed=n)`` plays episode ``n`` as Reins does, so that it can be compared with ``reins eval``;
    without a seed it is one of ``train_seeds``. ``eval_seeds`` are the held-out ones. ``info`` has ``cost`` (the
    safety cost, ≥ 0), ``success``, ``reward_terms`` (they sum to the reward), ``metrics``, and ``end_reason``
    ('' while the episode runs). Pictures are drawn by the page of ``reins serve``, not here: there is no render mode.

    Args:
        env: id as in ``reins envs``.
        options: options of the environment, as in ``reins envs --show ID``.
    """

    metadata: dict[str, Any] = {"render_modes": []}

    def __init__(self, env: str, render_mode: None = None, **options: Any) -> None:
        if render_mode is not None:
            raise ValueError(f"render_mode: is {render_mode!r}, allowed None: the page of `reins serve` draws")
        self._server = EnvServer(env, 1, options)
        about = self._server.description
        self.metadata = {**self.metadata, "render_fps": round(1 / about["controlDt"])}
        self.render_mode = None
        self.observation_space = box(about["observation"])
        self.action_space = box(about["action"])
        #: Name of each number, where it has one.
        self.observation_names: list[str] | None = about["observation"]["names"]
        self.action_names: list[str] | None = about["action"]["names"]
        #: Seconds between actions, and steps of the longest episode.
        self.control_dt: float = about["controlDt"]
        self.horizon: int = about["horizon"]
        self.train_seeds, self.eval_seeds = seed_ranges(about)
        self._seeds = Seeds(self.train_seeds)
        self._no_seed = np.zeros(1)
        self._no_action = np.zeros((1, self._server.action_size), np.float32)
        self._step = np.full(1, STEP, np.uint8)
        self._reset = np.full(1, RESET, np.uint8)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Floats, dict[str, Any]]:
        super().reset(seed=seed)
        chosen = np.array([self._seeds.next(self.np_random, seed)], np.float64)
        batch = self._server.exchange(self._reset, chosen, self._no_action)
        return batch.observations[0], info_of(batch, self._server.description)

    def step(self, action: Floats) -> tuple[Floats, float, bool, bool, dict[str, Any]]:
        actions = np.asarray(action, np.float32).reshape(self._no_action.shape)
        batch = self._server.exchange(self._step, self._no_seed, actions)
        flags = batch.flags[0]
        return (
            batch.observations[0],
            float(batch.numbers[0, 0]),
            bool(flags[TERMINATED]),
            bool(flags[TRUNCATED]),
            info_of(batch, self._server.description),
        )

    def close(self) -> None:
        self._server.close()


def seed_ranges(about: dict[str, Any]) -> tuple[range, range]:
    """Training and held-out seeds."""
    train, held_out = (
        range(about[name]["start"], about[name]["start"] + about[name]["count"])
        for name in ("trainSeeds", "evalSeeds")
    )
    return train, held_out


def generator(seed: int | None) -> np.random.Generator:
    """As Gymnasium makes it of a seed."""
    return seeding.np_random(seed)[0]


def info_of(batch: Batch, about: dict[str, Any]) -> dict[str, Any]:
    """The first row as Gymnasium's info."""
    numbers: list[float] = batch.numbers[0].tolist()
    terms = about["rewardTerms"]
    reason = int(batch.flags[0, END_REASON])
    return {
        "cost": numbers[1],
        "success": bool(batch.flags[0, SUCCESS]),
        "reward_terms": dict(zip(terms, numbers[2:], strict=False)),
        "metrics": dict(zip(about["metrics"], numbers[2 + len(terms) :], strict=True)),
        "end_reason": about["endReasons"][reason - 1] if reason else "",
    }
