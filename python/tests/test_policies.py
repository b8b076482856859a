"""Policies of Reins in other programs, and theirs in Reins."""

import json
import subprocess
from pathlib import Path

import gymnasium
import numpy as np
import onnxruntime
import pytest
import torch
from safetensors import safe_open
from stable_baselines3 import PPO

import reins

ROOT = Path(__file__).parents[2]
KINDS = ["tanh", "relu-and-a-normaliser", "leaky-relu-and-noise-of-its-own"]
ROWS, OBSERVATIONS, ACTIONS = 10_000, 5, 3
ACTIVATIONS = {
    "linear": lambda x: x,
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0),
    "leaky-relu": lambda x: np.where(x > 0, x, 0.01 * x),
}


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("policies")
    script = ROOT / "tests/cli/act-odd.ts"
    subprocess.run(["node", "--import", "tsx", str(script), str(folder)], check=True, cwd=ROOT)
    return folder


def observations(folder: Path) -> np.ndarray:
    return np.fromfile(folder / "observations.f32", np.float32).reshape(ROWS, OBSERVATIONS)


def exported(folder: Path, kind: str, format: str) -> Path:
    out = folder / f"{kind}.{format}"
    command = ["export", "policy", "--policy", str(folder / f"{kind}.policy"), "--format", format]
    reins.run_command(*command, "--out", str(out))
    return out


def by_hand(tensors: dict[str, np.ndarray], notes: dict[str, str], x: np.ndarray) -> np.ndarray:
    """As docs/formats/policies.md says."""
    if "normaliserClip" in notes:
        clip = float(notes["normaliserClip"])
        x = np.clip((x - tensors["normaliser.mean"]) * tensors["normaliser.invStd"], -clip, clip)
    for i, activation in enumerate(notes["activations"].split(",")):
        x = ACTIVATIONS[activation](x @ tensors[f"layers.{i}.weight"] + tensors[f"layers.{i}.bias"])
    low, high = tensors["action.low"], tensors["action.high"]
    x = x[:, : len(low)]
    return low + (np.tanh(x) + 1) / 2 * (high - low) if notes["squash"] == "tanh" else np.clip(x, low, high)


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_acts_as_reins_does(odd: Path, kind: str) -> None:
    """[PY-27] onnxruntime, and a network made of safetensors or npz, act as Reins does over 10,000 observations, to 1e-5."""
    x = observations(odd)
    ours = np.fromfile(odd / f"{kind}.f32", np.float32).reshape(ROWS, ACTIONS)
    session = onnxruntime.InferenceSession(str(exported(odd, kind, "onnx")))
    (action,) = session.run(["action"], {"observation": x})
    np.testing.assert_allclose(action, ours, rtol=0, atol=1e-5)
    with safe_open(str(exported(odd, kind, "safetensors")), "numpy") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
        np.testing.assert_allclose(by_hand(tensors, file.metadata(), x), ours, rtol=0, atol=1e-5)
    with np.load(exported(odd, kind, "npz")) as file:
        notes = json.loads(bytes(file["notes"]))
        np.testing.assert_allclose(by_hand(dict(file), notes, x), ours, rtol=0, atol=1e-5)


class Mean(torch.nn.Module):
    """What a policy of Stable-Baselines3 does with deterministic=True, without the distribution that torch cannot export."""

    def __init__(self, policy: torch.nn.Module) -> None:
        super().__init__()
        self.policy = policy

    def forward(self, observation: torch.Tensor) -> torch.Tensor:
        features = self.policy.extract_features(observation, self.policy.pi_features_extractor)
        action: torch.Tensor = self.policy.action_net(self.policy.mlp_extractor.forward_actor(features))
        return action


def plain_mlp() -> torch.nn.Module:
    torch.manual_seed(1)
    layers = [torch.nn.Linear(10, 32), torch.nn.ReLU(), torch.nn.Linear(32, 32), torch.nn.LeakyReLU()]
    return torch.nn.Sequential(*layers, torch.nn.Linear(32, 2), torch.nn.Tanh())


def sb3_ppo() -> torch.nn.Module:
    env = gymnasium.make("Reins/reacher-v0")
    return Mean(PPO("MlpPolicy", env, seed=1, device="cpu").policy)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
@pytest.mark.parametrize("dynamo", [True, False], ids=["dynamo", "torchscript"])
@pytest.mark.parametrize("make", [plain_mlp, sb3_ppo])
def test_models_of_torch_are_policies_of_reins(make, dynamo: bool, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """[PY-28] an actor that torch exported, by either of its exporters, plays in Reins as it does in Python."""
    file = tmp_path / "actor.onnx"
    actor = make().eval()
    options = {"input_names": ["observation"], "output_names": ["action"], "dynamo": dynamo, "external_data": False}
    torch.onnx.export(actor, (torch.zeros(1, 10),), str(file), **options)
    imported = reins.run_command("import", "policy", str(file), "--env", "reacher")
    played = reins.run_command("eval", "--env", "reacher", "--policy", imported["out"], "--episodes", "3")
    returns = []
    with gymnasium.make("Reins/reacher-v0") as env:
        for seed in env.unwrapped.eval_seeds[:3]:  # type: ignore[attr-defined]
            observation, _ = env.reset(seed=seed)
            total, over = 0.0, False
            while not over:
                with torch.no_grad():
                    action = actor(torch.as_tensor(observation[None]))[0].numpy()
                observation, reward, terminated, truncated, _ = env.step(np.clip(action, -1, 1))
                total += float(reward)
                over = terminated or truncated
            returns.append(total)
    assert played["return"]["mean"] == pytest.approx(np.mean(returns), rel=1e-3)
