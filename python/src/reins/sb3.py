"""Stable-Baselines3 on the reward that people are teaching meanwhile. Needs ``stable-baselines3``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from stable_baselines3.common.callbacks import BaseCallback

from .server import ReinsError, run_command


class RenewReward(BaseCallback):  # type: ignore[misc]
    """Reads the reward model of a run again and again, as its learner saves it, into the ``RewardWrapper`` of each environment.

    What an off-policy algorithm has stored keeps the reward of its time; PPO and A2C learn from new steps alone.

    Args:
        data: folder of the run, where ``reins serve`` may be running.
        run: which run; without, the newest.
        every: steps of the environments between two readings.
    """

    def __init__(self, data: str | Path, run: str | None = None, every: int = 10_000) -> None:
        super().__init__()
        self._command = ["export", "reward", "--data", str(data), *(["--run", run] if run else [])]
        self._every = every
        self._due = every
        #: Readings so far.
        self.renewed = 0

    def _on_step(self) -> bool:
        if self.num_timesteps >= self._due:
            self._due = self.num_timesteps + self._every
            self._renew()
        return True

    def _renew(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "reward.onnx"
            try:
                run_command(*self._command, "--out", str(file))
            except ReinsError as error:
                self.logger.warn(f"the reward stays as it was: {error}")
                return
            self.training_env.env_method("renew", file)
        self.renewed += 1
