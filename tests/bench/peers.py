"""Gradient updates per second of Stable-Baselines3's SAC on random transitions, as `reins bench learner` measures ours."""
import argparse
import json
import time

import gymnasium
import numpy
import stable_baselines3
import torch
from stable_baselines3 import SAC
from stable_baselines3.common.logger import configure

arguments = argparse.ArgumentParser()
arguments.add_argument("--hidden", default="256,256")
arguments.add_argument("--batch", type=int, default=256)
arguments.add_argument("--observation", type=int, default=17)
arguments.add_argument("--actions", type=int, default=6)
arguments.add_argument("--seconds", type=float, default=6)
arguments.add_argument("--threads", type=int, default=2)
given = arguments.parse_args()
torch.set_num_threads(given.threads)


class Nothing(gymnasium.Env):
    """Only its spaces matter."""

    observation_space = gymnasium.spaces.Box(-10, 10, (given.observation,), numpy.float32)
    action_space = gymnasium.spaces.Box(-1, 1, (given.actions,), numpy.float32)

    def reset(self, *, seed=None, options=None):
        return self.observation_space.sample(), {}

    def step(self, action):
        return self.observation_space.sample(), 0.0, False, False, {}


hidden = [int(units) for units in given.hidden.split(",")]
model = SAC("MlpPolicy", Nothing(), policy_kwargs={"net_arch": hidden}, buffer_size=2000, device="cpu", seed=1)
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
STEPS = 10
model.train(STEPS, given.batch)
best = 0.0
for _ in range(3):
    updates, start = 0, time.perf_counter()
    while time.perf_counter() - start < given.seconds / 3:
        model.train(STEPS, given.batch)
        updates += STEPS
    best = max(best, updates / (time.perf_counter() - start))
print(
    json.dumps(
        {
            "updatesPerSecond": best,
            "threads": torch.get_num_threads(),
            "versions": f"stable-baselines3 {stable_baselines3.__version__}, torch {torch.__version__}",
        }
    )
)
