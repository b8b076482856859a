"""Does a policy of Stable-Baselines3 that learned in `driving --compat metadrive` drive in MetaDrive, and the other way round?

    python transfer.py [--train reins|metadrive] [--minutes 10] [--episodes 50] [--policy FILE.zip|FILE.onnx]
    python transfer.py --train clone [--rounds 5] [--steps 4000] [--episodes 50] [--policy FILE.zip]

PPO learns in one of the two for so many minutes, or a network of PPO's learns in MetaDrive what the expert that MetaDrive
ships does (DAgger, Ross et al. 2011); `reins export policy` writes FILE.onnx. Then the policy drives the same number of
held-out episodes in both. In one environment of Python: `pip install metadrive-simulator==0.4.3 stable-baselines3 onnxruntime
-e python`; without MetaDrive, Reins alone is measured. Both without accidents, density 0.1, roads of three blocks; crashes and
leaving the road end an episode.
"""

import argparse
import importlib.util
import json
import pathlib
import sys
import time
from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import VecEnv

import reins

REINS = dict(compat="metadrive", density=0.1, accidentProb=0, horizon=1000)
METADRIVE = dict(use_render=False, traffic_density=0.1, accident_prob=0, horizon=1000, log_level=50)
HELD_OUT = 1_000_000


class Batch(VecEnv):
    """Reins' batch as Stable-Baselines3 takes it."""

    def __init__(self, count: int) -> None:
        self.envs = gymnasium.make_vec("Reins/driving-v0", num_envs=count, autoreset_mode="SameStep", **REINS)
        super().__init__(count, self.envs.single_observation_space, self.envs.single_action_space)

    def reset(self) -> np.ndarray:
        return self.envs.reset(seed=1)[0]

    def step_async(self, actions: np.ndarray) -> None:
        self.actions = actions

    def step_wait(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        observations, rewards, terminated, truncated, info = self.envs.step(self.actions)
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        for i in np.flatnonzero(terminated | truncated):
            infos[i] = {"terminal_observation": info["final_obs"][i], "TimeLimit.truncated": bool(truncated[i])}
        return observations, rewards.astype(np.float32), terminated | truncated, infos

    def close(self) -> None:
        self.envs.close()

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        return [False] * self.num_envs

    def get_attr(self, name: str, indices: Any = None) -> list[Any]:
        return [getattr(self, name, None)] * self.num_envs

    def set_attr(self, *_: Any, **__: Any) -> None: ...

    def env_method(self, *_: Any, **__: Any) -> list[Any]:
        raise NotImplementedError


def make_metadrive(start: int, count: int) -> gymnasium.Env:
    """Nothing is drawn: what it would fetch for that is not needed, and not fetched."""
    spec = importlib.util.find_spec("metadrive")
    assert spec and spec.origin
    package = pathlib.Path(spec.origin).parent
    grass = package / "assets/textures/grass1/GroundGrassGreen002_COL_1K.jpg"
    if not grass.exists():
        grass.parent.mkdir(parents=True, exist_ok=True)
        grass.touch()
        (package / "assets/version.txt").write_text("0.4.3")
    from metadrive import MetaDriveEnv

    return MetaDriveEnv(dict(METADRIVE, start_seed=start, num_scenarios=count))


class Until(BaseCallback):
    """Ends learning after some minutes."""

    def __init__(self, minutes: float) -> None:
        super().__init__()
        self.end = time.monotonic() + 60 * minutes

    def _on_step(self) -> bool:
        return time.monotonic() < self.end


def learn(env: Any, minutes: float, count: int) -> PPO:
    """MetaDrive's example is PPO with two layers of 256."""
    size: dict[str, Any] = dict(n_steps=max(128, 2048 // count), batch_size=512, n_epochs=5)
    net = dict(net_arch=[256, 256])
    ppo = PPO("MlpPolicy", env, policy_kwargs=net, learning_rate=3e-4, seed=1, device="cpu", **size)
    ppo.learn(10**9, callback=Until(minutes))
    return ppo


def clone(rounds: int, steps: int) -> PPO:
    """MetaDrive's expert drives a round, then the network drives and the expert says what it would have done."""
    import torch

    env = make_metadrive(0, 1000)
    from metadrive.examples.ppo_expert.numpy_expert import expert

    ppo = PPO("MlpPolicy", env, policy_kwargs=dict(net_arch=[256, 256]), seed=1, device="cpu")
    optimiser = torch.optim.Adam(ppo.policy.parameters(), lr=1e-3)
    seen: list[np.ndarray] = []
    done: list[np.ndarray] = []
    seed = 0
    for turn in range(rounds):
        observation, _ = env.reset(seed=seed)
        for _ in range(steps):
            wanted = np.clip(expert(env.agent, deterministic=True), -1, 1).astype(np.float32)
            seen.append(observation)
            done.append(wanted)
            action = wanted if turn == 0 else ppo.predict(observation, deterministic=True)[0]
            observation, _, terminated, truncated, _ = env.step(action)
            if terminated or truncated:
                seed += 1
                observation, _ = env.reset(seed=seed % 1000)
        inputs, targets = torch.as_tensor(np.array(seen)), torch.as_tensor(np.array(done))
        for _ in range(40 * len(seen) // 256):
            rows = torch.randint(len(seen), (256,))
            mean = ppo.policy.get_distribution(inputs[rows]).distribution.mean
            loss = torch.nn.functional.mse_loss(mean, targets[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        print(f"round {turn + 1}: {len(seen)} steps, error {loss.item():.4f}", file=sys.stderr)
    env.close()
    ppo.num_timesteps = len(seen)
    return ppo


class Onnx:
    """A policy of Reins, as exported: normaliser, network and squash in one."""

    num_timesteps = None

    def __init__(self, file: str) -> None:
        import onnxruntime

        self.session = onnxruntime.InferenceSession(file)
        self.name = self.session.get_inputs()[0].name

    def predict(self, observation: np.ndarray, deterministic: bool) -> tuple[np.ndarray, None]:
        return self.session.run(None, {self.name: observation[None].astype(np.float32)})[0][0], None


def drive(policy: PPO | Onnx, env: gymnasium.Env, seeds: range, ended: Callable[[dict[str, Any]], str]) -> dict[str, Any]:
    """How the episodes of these seeds end, by name, and how far they come."""
    ends: dict[str, int] = {}
    routes = []
    for seed in seeds:
        observation, info = env.reset(seed=seed)
        over = False
        while not over:
            action, _ = policy.predict(observation, deterministic=True)
            observation, _, terminated, truncated, info = env.step(action)
            over = terminated or truncated
        ends[ended(info)] = ends.get(ended(info), 0) + 1
        routes.append(float(info["metrics"]["routeCompletion"] if "metrics" in info else info["route_completion"]))
    return {"success": ends.get("arrived", 0) / len(seeds), "route": float(np.mean(routes)), "ends": ends}


def reins_end(info: dict[str, Any]) -> str:
    return "arrived" if info["success"] else str(info["end_reason"])


def metadrive_end(info: dict[str, Any]) -> str:
    names = {"arrive_dest": "arrived", "out_of_road": "outOfRoad", "crash": "crash", "max_step": "time-limit"}
    return next((name for key, name in names.items() if info.get(key)), "other")


parser = argparse.ArgumentParser()
parser.add_argument("--train", choices=["reins", "metadrive", "clone"], default="reins")
parser.add_argument("--rounds", type=int, default=5, help="of cloning")
parser.add_argument("--steps", type=int, default=4000, help="of a round of cloning")
parser.add_argument("--minutes", type=float, default=10)
parser.add_argument("--episodes", type=int, default=50)
parser.add_argument("--envs", type=int, default=32, help="copies that learn at once, in Reins")
parser.add_argument("--policy", help="zip of Stable-Baselines3: read where it is there, else written")
given = parser.parse_args()

policy: PPO | Onnx
if given.policy and given.policy.endswith(".onnx"):
    policy = Onnx(given.policy)
elif given.policy and pathlib.Path(given.policy).exists():
    policy = PPO.load(given.policy, device="cpu")
elif given.train == "clone":
    policy = clone(given.rounds, given.steps)
    if given.policy:
        policy.save(given.policy)
else:
    count = given.envs if given.train == "reins" else 1
    env = Batch(count) if given.train == "reins" else make_metadrive(0, 1000)
    policy = learn(env, given.minutes, count)
    env.close()
    if given.policy:
        policy.save(given.policy)

ours = gymnasium.make("Reins/driving-v0", **REINS)
result: dict[str, Any] = {"steps": policy.num_timesteps, "policy": given.policy or given.train}
result["reins"] = drive(policy, ours, range(HELD_OUT, HELD_OUT + given.episodes), reins_end)
ours.close()
if importlib.util.find_spec("metadrive"):
    theirs = make_metadrive(HELD_OUT, given.episodes)
    result["metadrive"] = drive(policy, theirs, range(HELD_OUT, HELD_OUT + given.episodes), metadrive_end)
    theirs.close()
print(json.dumps(result, indent=2))
