"""Stable-Baselines3's PPO on a reward that was learned in Reins.

A synthetic teacher (or, with --data, the people of a run of yours) teaches a reward model; PPO then never sees the
environment's own reward, which only measures it before and after.

    python sb3_learned_reward.py
    python sb3_learned_reward.py --data ./data      # the newest run there, as `reins serve` left it
"""

import argparse
import json
import tempfile
from pathlib import Path

import gymnasium
import numpy as np
from stable_baselines3 import PPO
from stable_baselines3.common.base_class import BaseAlgorithm

import reins

parser = argparse.ArgumentParser()
parser.add_argument("--data", help="folder of a run with a reward model; without, one is trained")
parser.add_argument("--labels", type=int, default=200, help="answers of the synthetic teacher")
parser.add_argument("--reward-steps", type=int, default=6000, help="steps of the run that learns the reward")
parser.add_argument("--steps", type=int, default=60_000, help="steps of PPO")
parser.add_argument("--episodes", type=int, default=50, help="held-out episodes that measure it")
given = parser.parse_args()


def train_reward(folder: str) -> None:
    size = ["--steps", str(given.reward_steps), "--labels", str(given.labels), "--eval-episodes", "2"]
    how = ["--preset", "christiano", "--teacher", "preference", "--deterministic"]
    reins.run_command("train", "--env", "reacher", *how, *size, "--data", folder)


def mean_return(policy: BaseAlgorithm, env: gymnasium.Env, reward: str) -> float:
    """Of held-out episodes; `reward`: the environment's own (`env_reward`) or the `learned` one."""
    plain: reins.ReinsEnv = env.unwrapped
    total = 0.0
    for seed in plain.eval_seeds[: given.episodes]:
        observation, _ = env.reset(seed=seed)
        over = False
        while not over:
            action, _ = policy.predict(observation, deterministic=True)
            observation, learned, terminated, truncated, info = env.step(action)
            total += learned if reward == "learned" else info["env_reward"]
            over = terminated or truncated
    return total / given.episodes


with tempfile.TemporaryDirectory() as made:
    data = given.data or made
    if given.data is None:
        train_reward(made)
    model_file = Path(made) / "reward.onnx"
    reins.run_command("export", "reward", "--data", data, "--out", str(model_file))
    model = reins.RewardModel(model_file)

env = reins.RewardWrapper(gymnasium.make(f"Reins/{model.environment}-v0"), model)
ppo = PPO("MlpPolicy", env, n_steps=1000, batch_size=100, learning_rate=1e-3, gamma=0.95, seed=1, device="cpu")
measures = ("learned", "env_reward")
before = {name: mean_return(ppo, env, name) for name in measures}
ppo.learn(given.steps)
after = {name: mean_return(ppo, env, name) for name in measures}
env.close()
assert all(np.isfinite(list(after.values())))
print(json.dumps({"environment": model.environment, "before": before, "after": after}))
