"""Gymnasium's environments in Reins."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gymnasium
import imageio.v3
import numpy as np
import pytest
from gymnasium.spaces import Box, MultiDiscrete
from gymnasium.wrappers import TransformAction

import reins
from reins.pictures import png
from reins.served import Served

NAME = "HalfCheetah-v5"


def until(what: Callable[[], object], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.1)


def test_a_mujoco_environment_lives_in_reins(tmp_path: Path) -> None:
    """[PY-13] reins.serve puts a MuJoCo environment into the live loop: its episodes are Gymnasium's, bit by bit, and it is rewound by state."""
    make = lambda: gymnasium.make(NAME, max_episode_steps=120)  # noqa: E731
    with reins.serve(make, preset="christiano", data=tmp_path, page=False) as served, served.connect() as client:
        about = client.welcome["environment"]
        assert (about["title"], about["horizon"], len(about["actionNames"])) == (NAME, 120, 6)
        client.control("speed", factor=4)
        until(lambda: any(row["length"] == 120 for row in client.episodes()))
        row = next(row for row in client.episodes() if row["length"] == 120)
        steps = client.steps(reins.Segment(row["id"], 0, 120))
        with make() as env:
            observation, _ = env.reset(seed=row["seed"])
            for t in range(120):
                assert np.array_equal(observation.astype(np.float32), steps.observations[t])
                observation, reward, _, truncated, _ = env.step(steps.actions[t])
                assert np.float32(reward) == np.float32(steps.rewards[t])
            assert truncated
        assert row["end"] == "truncated"
        client.control("speed", factor=1)
        before = client.status["episodeId"]
        until(lambda: client.status["episodeId"] != before)  # a new one has begun
        until(lambda: client.status["state"] == "running")
        time.sleep(2)
        driven = client.status["episodeId"]
        client.control("rewind", seconds=0.5)
        until(lambda: client.status["state"] == "paused")
        client.control("play")
        until(lambda: client.status["state"] == "running")
        assert client.status["episodeId"] != driven
        until(lambda: any(row["end"] == "aborted" for row in client.episodes()))


def test_an_environment_with_pictures_lives_in_reins(tmp_path: Path) -> None:
    """[PY-29] reins.serve puts any other environment into the live loop by its pictures: episodes, rewinding and choices are Gymnasium's."""
    make = lambda: gymnasium.make("CartPole-v1", render_mode="rgb_array")  # noqa: E731
    with reins.serve(make, preset="christiano", data=tmp_path, page=False) as served, served.connect() as client:
        about = client.welcome["environment"]
        assert (about["title"], about["horizon"]) == ("CartPole-v1", 500)
        assert about["actionNames"] == ["action 0", "action 1"]
        client.control("speed", factor=4)
        until(lambda: any(row["end"] == "terminated" for row in client.episodes()))
        row = next(row for row in client.episodes() if row["end"] == "terminated")
        steps = client.steps(reins.Segment(row["id"], 0, row["length"]))
        with make() as env:
            observation, _ = env.reset(seed=row["seed"])
            for t in range(row["length"]):
                assert np.array_equal(observation.astype(np.float32), steps.observations[t])
                observation, _, terminated, _, _ = env.step(int(np.argmax(steps.actions[t])))
            assert terminated
        client.control("pause")
        until(lambda: client.status["state"] == "paused")
        driven = client.status["episodeId"]
        client.control("rewind", seconds=0.2)
        until(lambda: client.status["episodeId"] != driven)


class Drifting(gymnasium.Env[Any, Any]):
    """What it knows lies where nothing can copy it; ``own_seed``: and it does not listen to seeds."""

    metadata = {"render_modes": ["rgb_array"], "render_fps": 20}
    observation_space = Box(-9, 9, (2,), np.float32)
    action_space = MultiDiscrete([2, 3])
    render_mode = "rgb_array"

    def __init__(self, own_seed: bool = False) -> None:
        self.own_seed = own_seed
        self.world = iter(())

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        self.world = self._drift(np.random.default_rng(None if self.own_seed else seed))
        return next(self.world), {}

    def step(self, action: Any) -> Any:
        self.pushed = action
        return next(self.world), 0.0, False, False, {}

    def render(self) -> Any:
        return np.full((20, 30, 3), 7, np.uint8)

    def _drift(self, random: np.random.Generator) -> Iterator[Any]:
        x = random.normal(size=2)
        while True:
            yield np.clip(x, -9, 9).astype(np.float32)
            x = 0.9 * x + 0.1 * np.asarray(self.pushed) + random.normal(size=2)


def test_what_cannot_be_copied_is_played_again() -> None:
    """[PY-29] an environment whose state nothing can copy is restored by its seed and actions; several choices are one action."""
    assert not Served(Drifting()).is_the_same_again()
    played = Served(Drifting(), plays=True)
    assert played.is_the_same_again()
    played.reset(5)
    before = [played.step(np.array(row, np.float32)) for row in ([0, 1, 0, 0, 1], [1, 0, 0, 2, 1])]
    assert played.env.pushed.tolist() == [0, 1]
    state = played.save()
    elsewhere = Served(Drifting(), plays=True)
    assert elsewhere.load(state) == before[-1]
    same = np.array([0.5, 0, 0, 0, 1], np.float32)
    assert elsewhere.step(same) == played.step(same)
    assert elsewhere.env.pushed.tolist() == [0, 2]


def test_pictures_are_png() -> None:
    """[PY-29] a picture is a PNG of what the environment rendered, bit by bit."""
    frame = np.random.default_rng(1).integers(0, 256, (37, 50, 3), np.uint8)
    assert np.array_equal(imageio.v3.imread(png(frame)), frame)


def test_what_cannot_be_served_is_said() -> None:
    """[PY-13] an environment that Reins cannot draw, drive or restore is refused with the reason, before anything starts."""
    with pytest.raises(reins.CannotServe, match='make it with render_mode="rgb_array"'):
        reins.serve(lambda: gymnasium.make("CartPole-v1"))
    with pytest.raises(reins.CannotServe, match="not the same again"):
        reins.serve(lambda: Drifting(own_seed=True))
    unbounded = lambda: TransformAction(Drifting(), lambda a: a, Box(-np.inf, np.inf, (1,)))  # noqa: E731
    with pytest.raises(reins.CannotServe, match="allowed a bounded Box, Discrete and MultiDiscrete"):
        reins.serve(unbounded)
