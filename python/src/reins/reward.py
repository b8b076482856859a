"""The learned reward outside of Reins: an ONNX file of ``reins export reward``, and a wrapper that gives it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np

from .pipe import Floats


class RewardModel:
    """What people's feedback has taught: reward of (observation, action), and how far its members disagree.

    Args:
        path: file of ``reins export reward --out``.

    Needs ``onnxruntime`` (``pip install reins-client[reward]``).
    """

    def __init__(self, path: str | Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        notes = self._session.get_modelmeta().custom_metadata_map
        #: Id of the environment that it was learned in.
        self.environment: str = notes["environment"]
        self._low = np.array(json.loads(notes["low"]), np.float32)
        self._high = np.array(json.loads(notes["high"]), np.float32)
        # A model with one member says nothing of disagreement.
        self._outputs = [port.name for port in self._session.get_outputs()]
        sizes = {port.name: port.shape[1] for port in self._session.get_inputs()}
        self.observation_size: int = sizes["observation"]
        self.action_size: int = sizes["action"]

    def predict(self, observations: Floats, actions: Floats) -> tuple[Floats, Floats]:
        """Rewards (n) and disagreements (n) of ``observations`` (n, o), each before its action, and ``actions`` (n, k);
        an action counts as Reins executes it, clipped to the space."""
        clipped = np.clip(actions, self._low, self._high, dtype=np.float32)
        inputs = {"observation": np.asarray(observations, np.float32), "action": clipped}
        reward, *disagreement = (column[:, 0] for column in self._session.run(self._outputs, inputs))
        return reward, disagreement[0] if disagreement else np.zeros_like(reward)


class RewardWrapper(gymnasium.Wrapper[Floats, Floats, Floats, Floats]):
    """Replaces the reward by the learned one; ``info`` keeps ``env_reward`` and says ``reward_disagreement``.

    Args:
        env: any environment with the spaces that the model was learned in.
        model: a model, or its file.
    """

    def __init__(self, env: gymnasium.Env[Floats, Floats], model: RewardModel | str | Path) -> None:
        super().__init__(env)
        self.renew(model)
        self._observation = np.zeros(self.model.observation_size, np.float32)

    def renew(self, model: RewardModel | str | Path) -> None:
        """Gives the reward of another model from the next step on, such as a newer one of the same run."""
        self.model = model if isinstance(model, RewardModel) else RewardModel(model)
        for name, space, size in (
            ("observation", self.env.observation_space, self.model.observation_size),
            ("action", self.env.action_space, self.model.action_size),
        ):
            if space.shape != (size,):
                raise ValueError(f"{name} space: has shape {space.shape}, the reward model expects {(size,)}")

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Floats, dict[str, Any]]:
        observation, info = self.env.reset(seed=seed, options=options)
        self._observation = np.array(observation, np.float32)
        return observation, info

    def step(self, action: Floats) -> tuple[Floats, float, bool, bool, dict[str, Any]]:
        observation, env_reward, terminated, truncated, info = self.env.step(action)
        rewards, disagreements = self.model.predict(self._observation[None], np.asarray(action)[None])
        self._observation = np.array(observation, np.float32)
        more = {"env_reward": float(env_reward), "reward_disagreement": float(disagreements[0])}
        return observation, float(rewards[0]), terminated, truncated, {**info, **more}
