"""Stable-Baselines3: SAC's gradient updates per second on random transitions, as `reins bench learner` measures ours, and
PPO's steps per second in an environment that costs nothing."""
import argparse
import json
import time

import gymnasium
import numpy
import stable_baselines3
import torch
from stable_baselines3 import PPO, SAC
from stable_baselines3.common.logger import configure

arguments = argparse.ArgumentParser()
arguments.add_argument("--algorithm", choices=["sac", "ppo"], default="sac")
arguments.add_argument("--hidden", default="64,64")
arguments.add_argument("--batch", type=int, default=256)
arguments.add_argument("--observation", type=int, default=17)
arguments.add_argument("--actions", type=int, default=6)
arguments.add_argument("--seconds", type=float, default=6)
arguments.add_argument("--steps", type=int, default=20480)
arguments.add_argument("--threads", type=int, default=2)
given = arguments.parse_args()
torch.set_num_threads(given.threads)


class Nothing(gymnasium.Env):
    """Only its spaces matter."""

    observation_space = gymnasium.spaces.Box(-10, 10, (given.observation,), numpy.float32)
    action_space = gymnasium.spaces.Box(-1, 1, (given.actions,), numpy.float32)

    seen = numpy.zeros(given.observation, numpy.float32)

    def reset(self, *, seed=None, options=None):
        return self.seen, {}

    def step(self, action):
        return self.seen, 0.0, False, False, {}


hidden = [int(units) for units in given.hidden.split(",")]
policy = {"net_arch": hidden}


def ppo_steps() -> float:
    model = PPO("MlpPolicy", Nothing(), n_steps=2048, batch_size=256, n_epochs=10, policy_kwargs=policy, device="cpu", seed=1)
    model.set_logger(configure(None, []))
    model.learn(2048)
    start = time.perf_counter()
    model.learn(given.steps, reset_num_timesteps=True)
    return given.steps / (time.perf_counter() - start)


def sac_updates() -> float:
    model = SAC("MlpPolicy", Nothing(), policy_kwargs=policy, buffer_size=2000, device="cpu", seed=1)
    model.set_logger(configure(None, []))
    generator = numpy.random.default_rng(1)
    for _ in range(2000):
        model.replay_buffer.add(
            generator.normal(size=(1, given.observation)),
            generator.normal(size=(1, given.observation)),
            generator.uniform(-1, 1, (1, given.actions)),
            generator.normal(size=1),
            numpy.zeros(1),
            [{}],
        )
    steps = 10
    model.train(steps, given.batch)
    best = 0.0
    for _ in range(3):
        updates, start = 0, time.perf_counter()
        while time.perf_counter() - start < given.seconds / 3:
            model.train(steps, given.batch)
            updates += steps
        best = max(best, updates / (time.perf_counter() - start))
    return best


measured = {"updatesPerSecond": sac_updates()} if given.algorithm == "sac" else {"stepsPerSecond": ppo_steps()}
versions = f"stable-baselines3 {stable_baselines3.__version__}, torch {torch.__version__}"
print(json.dumps({**measured, "threads": torch.get_num_threads(), "versions": versions}))
