"""The learned reward outside of Reins."""

from pathlib import Path

import gymnasium
import numpy as np
import pytest
from stable_baselines3 import PPO
from stable_baselines3.common.env_checker import check_env

import reins
from reins.sb3 import RenewReward


def test_wrapper_gives_the_learned_reward(reward_file: Path) -> None:
    """[PY-10] RewardWrapper's reward is the model's of the observation before the step and the action as executed; the own one is kept."""
    model = reins.RewardModel(reward_file)
    assert (model.environment, model.observation_size, model.action_size) == ("reacher", 10, 2)
    plain = gymnasium.make("Reins/reacher-v0").unwrapped
    wrapped = reins.RewardWrapper(gymnasium.make("Reins/reacher-v0"), model)
    check_env(wrapped)
    observation, _ = wrapped.reset(seed=4)
    before, _ = plain.reset(seed=4)
    rewards = []
    for action in ([0.5, -0.5], [3.0, 0.1], [-1.0, 1.0]):
        array = np.array(action, np.float32)
        observation, reward, _, _, info = wrapped.step(array)
        after, own, *_ = plain.step(array)
        expected, disagreement = model.predict(before[None], np.clip(array, -1, 1)[None])
        assert reward == pytest.approx(float(expected[0]))
        assert info["reward_disagreement"] == pytest.approx(float(disagreement[0]))
        assert info["env_reward"] == own
        assert np.array_equal(observation, after)
        before = after
        rewards.append(reward)
    assert len(set(rewards)) == 3
    wrapped.close()
    plain.close()
    with pytest.raises(ValueError, match="observation space"):
        reins.RewardWrapper(gymnasium.make("Reins/driving-v0"), model)


def test_sb3_goes_on_with_newer_rewards(reward_file: Path, tmp_path: Path) -> None:
    """[PY-30] the reward model of a run is read again while Stable-Baselines3 learns; where there is none yet, the reward stays."""
    env = reins.RewardWrapper(gymnasium.make("Reins/reacher-v0"), reward_file)
    first = env.model
    callback = RenewReward(reward_file.parent, every=80)
    ppo = PPO("MlpPolicy", env, n_steps=50, batch_size=50, device="cpu")
    ppo.learn(200, callback=callback)
    assert callback.renewed == 2
    assert env.model is not first
    again = env.model
    observation, action = np.ones((1, 10), np.float32), np.ones((1, 2), np.float32)
    assert np.array_equal(again.predict(observation, action), first.predict(observation, action))
    nothing = RenewReward(tmp_path, every=20)
    ppo.learn(50, callback=nothing)
    assert (nothing.renewed, env.model) == (0, again)
    env.close()
