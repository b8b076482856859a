"""Driving steps a second through the bridge: batches of Reins beside one MetaDrive, in turn, medians.

    python speed.py [--envs 64] [--rounds 5] [--seconds 3] [--metadrive PYTHON]

MetaDrive holds on to older packages: --metadrive names the Python of an environment of its own that has it
(`pip install metadrive-simulator==0.4.3`). What it would fetch for drawing is not needed here, and not fetched.
"""

import argparse
import json
import statistics
import subprocess
import time

import gymnasium
import numpy as np

import reins

#: Traffic, lidar and roads of its default; nothing is drawn. Straight on, a little to and fro.
METADRIVE = """
import importlib.util, json, pathlib, sys, time
# It downloads pictures and models from its releases where it finds none, and opens none of them without a window.
package = pathlib.Path(importlib.util.find_spec("metadrive").origin).parent
grass = package / "assets/textures/grass1/GroundGrassGreen002_COL_1K.jpg"
if not grass.exists():
    grass.parent.mkdir(parents=True, exist_ok=True)
    grass.touch()
    (package / "assets/version.txt").write_text("0.4.3")
from metadrive import MetaDriveEnv
env = MetaDriveEnv(dict(use_render=False, num_scenarios=100, log_level=50))
env.reset()
steps, start = 0, time.perf_counter()
while time.perf_counter() - start < float(sys.argv[1]):
    over = env.step([0.1 * (steps % 3 - 1), 0.5])
    steps += 1
    if over[2] or (len(over) == 5 and over[3]):
        env.reset()
print(json.dumps(steps / (time.perf_counter() - start)))
"""

parser = argparse.ArgumentParser()
parser.add_argument("--envs", type=int, default=64)
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--seconds", type=float, default=3)
parser.add_argument("--metadrive", help="Python that has metadrive-simulator")
given = parser.parse_args()

envs = gymnasium.make_vec("Reins/driving-v0", num_envs=given.envs)
actions = np.random.default_rng(1).uniform([-0.1, 0], [0.1, 1], (100, given.envs, 2)).astype(np.float32)
envs.reset(seed=0)


def through_the_bridge() -> float:
    """Resets included, as a learner sees it."""
    steps, start = 0, time.perf_counter()
    while time.perf_counter() - start < given.seconds:
        envs.step(actions[steps % 100])
        steps += 1
    return given.envs * steps / (time.perf_counter() - start)


def without_it() -> float:
    """One environment on one core, in Node alone."""
    result = reins.run_command("bench", "env", "--env", "driving", "--seconds", str(given.seconds))
    return float(result["stepsPerSecondWithResets"])


def metadrive() -> float:
    done = subprocess.run(
        [given.metadrive, "-c", METADRIVE, str(given.seconds)], capture_output=True, text=True, check=True
    )
    return float(json.loads(done.stdout.splitlines()[-1]))


measured = {"bridge": through_the_bridge, "nodeAlone": without_it}
if given.metadrive:
    measured["metadrive"] = metadrive
through_the_bridge()  # compilers have warmed up
rounds = [{name: measure() for name, measure in measured.items()} for _ in range(given.rounds)]
medians = {name: statistics.median(one[name] for one in rounds) for name in measured}
ratios = {
    f"bridgeTo{name[0].upper()}{name[1:]}": statistics.median(one["bridge"] / one[name] for one in rounds)
    for name in measured
    if name != "bridge"
}
envs.close()
print(json.dumps({"envs": given.envs, "stepsPerSecond": medians, "ratios": ratios}, indent=2))
