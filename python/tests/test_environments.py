"""Reins' environments pass the checkers of those who use them, and are the same one by one and in batches."""

import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from stable_baselines3.common.env_checker import check_env as check_env_for_sb3

import reins

IDS = [name for name in reins.environment_ids() if name != "mjcf"]
MODES = [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP, AutoresetMode.DISABLED]


@pytest.mark.parametrize("name", IDS)
def test_checkers_pass(name: str) -> None:
    """[PY-1] every environment passes Gymnasium's checker and Stable-Baselines3's."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # What a task's own range is: neither is wrong.
        warnings.filterwarnings("ignore", message=".*(infinity|normalized).*")
        with gymnasium.make(f"Reins/{name}-v0") as env:
            assert env.unwrapped.spec is not None
            check_env(env.unwrapped, skip_render_check=True)
            check_env_for_sb3(env.unwrapped)


def test_seeds_are_reins_own() -> None:
    """[PY-2] reset(seed=) is Reins' episode of that number; without one it is a training seed that follows from the last."""
    with gymnasium.make("Reins/reacher-v0") as env:
        first, _ = env.reset(seed=5)
        follows = [env.reset()[0], env.reset()[0]]
        again, _ = env.reset(seed=5)
        assert np.array_equal(first, again)
        assert all(np.array_equal(env.reset()[0], one) for one in follows)
        assert not np.array_equal(first, follows[0])
        plain: reins.ReinsEnv = env.unwrapped
        assert set(plain.train_seeds).isdisjoint(plain.eval_seeds)


def test_ends_and_costs() -> None:
    """[PY-3] a time limit is `truncated`, a crash is `terminated`; info has cost, terms that sum to the reward, and the end's reason."""
    with gymnasium.make("Reins/reacher-v0") as env:
        env.reset(seed=1)
        for step in range(1, 51):
            _, reward, terminated, truncated, info = env.step(env.action_space.sample())
            assert reward == pytest.approx(sum(info["reward_terms"].values()))
            assert not terminated
            assert truncated == (step == 50)
        with pytest.raises(reins.EnvServerError, match="reset"):
            env.unwrapped.step(np.zeros(2, np.float32))
    with gymnasium.make("Reins/driving-v0") as env:
        env.reset(seed=1)
        cost, terminated = 0.0, False
        while not terminated:
            _, _, terminated, truncated, info = env.step(np.array([1.0, 1.0], np.float32))
            cost += info["cost"]
            assert not truncated
        assert cost > 0
        assert info["end_reason"] == "outOfRoad"


@pytest.mark.parametrize("mode", MODES)
def test_batches_are_single_environments(mode: AutoresetMode) -> None:
    """[PY-4] make_vec gives, bit by bit and in every autoreset mode, what SyncVectorEnv gives of single environments."""
    n, name = 3, "Reins/driving-v0"
    ours = gymnasium.make_vec(name, num_envs=n, autoreset_mode=mode)
    single = [lambda: gymnasium.make(name, disable_env_checker=True).unwrapped] * n
    theirs = SyncVectorEnv(single, autoreset_mode=mode)
    assert ours.metadata["autoreset_mode"] is mode
    assert ours.observation_space == theirs.observation_space
    assert ours.action_space == theirs.action_space
    equal(ours.reset(seed=11), theirs.reset(seed=11))
    random = np.random.default_rng(1)
    ends = 0
    for _ in range(250):
        actions = random.uniform([-0.3, 0.5], 1, (n, 2)).astype(np.float32)
        mine, yours = ours.step(actions), theirs.step(actions)
        equal(mine, yours)
        over = mine[2] | mine[3]
        ends += int(over.sum())
        if mode is AutoresetMode.DISABLED and over.any():
            with pytest.raises(ValueError, match="are over"):
                ours.step(actions)
            equal(ours.reset(options={"reset_mask": over}), theirs.reset(options={"reset_mask": over.copy()}))
    assert ends > n
    ours.close()
    theirs.close()


def equal(mine: object, yours: object) -> None:
    """Of nested dicts and arrays, masks included; what a mask leaves out does not count."""
    if isinstance(mine, tuple):
        assert isinstance(yours, tuple) and len(mine) == len(yours)
        for pair in zip(mine, yours, strict=True):
            equal(*pair)
    elif isinstance(mine, dict):
        assert isinstance(yours, dict) and mine.keys() == yours.keys()
        for key in mine:
            equal(mine[key], yours[key])
    else:
        a, b = np.asarray(mine), np.asarray(yours)
        assert a.shape == b.shape
        if a.dtype == object:
            assert all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))
        else:
            assert a.dtype == b.dtype
            assert np.array_equal(a, b)


def test_refusals() -> None:
    """[PY-5] what Reins refuses is an error in its words, and the environment goes on."""
    with pytest.raises(reins.EnvServerError, match="blocks"):
        gymnasium.make("Reins/driving-v0", blocks=-1)
    with pytest.raises(ValueError, match="render_mode"):
        gymnasium.make("Reins/driving-v0", render_mode="rgb_array", disable_env_checker=True)
    with gymnasium.make("Reins/driving-v0", blocks=3) as env:
        env.reset(seed=1)
        with pytest.raises(reins.EnvServerError, match="NaN"):
            env.unwrapped.step(np.array([np.nan, 0], np.float32))
        env.step(np.zeros(2, np.float32))


def test_the_process_ends_with_it() -> None:
    """[PY-6] closing ends the process; a process that is gone is an error, not a wait."""
    env = reins.ReinsEnv("driving-easy")
    process = env._server._process
    env.reset(seed=1)
    process.kill()
    with pytest.raises(reins.EnvServerError, match="ended"):
        env.step(np.zeros(2, np.float32))
    env.close()
    other = reins.ReinsEnv("driving-easy")
    other.close()
    assert other._server._process.poll() == 0


def test_without_node(monkeypatch: pytest.MonkeyPatch) -> None:
    """[PY-6] where Node or Reins is missing, the error says how to get it."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("REINS_COMMAND", raising=False)
    with pytest.raises(reins.ReinsNotFound, match="(Node 20.19|pip install)"):
        reins.ReinsEnv("driving")
