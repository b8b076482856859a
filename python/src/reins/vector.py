"""Reins' environments in Gymnasium, many at once: one process, one message a step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from .environments import Seeds, box, generator, seed_ranges
from .pipe import (
    END_REASON,
    LEAVE,
    RESET,
    STEP,
    SUCCESS,
    TERMINATED,
    TRUNCATED,
    Batch,
    Bytes,
    Doubles,
    EnvServer,
    Floats,
)

Bools = npt.NDArray[np.bool_]
Info = dict[str, Any]


class ReinsVectorEnv(VectorEnv[Floats, Floats, Any]):
    """``num_envs`` environments; row by row the same as as many ``ReinsEnv`` in Gymnasium's ``SyncVectorEnv``.

    Args:
        env: id as in ``reins envs``.
        num_envs: how many.
        autoreset_mode: as Gymnasium defines it; ``"NextStep"`` unless asked otherwise.
        options: options of the environment.
    """

    def __init__(
        self,
        env: str,
        num_envs: int = 1,
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
        render_mode: None = None,
        **options: Any,
    ) -> None:
        if render_mode is not None:
            raise ValueError(f"render_mode: is {render_mode!r}, allowed None: the page of `reins serve` draws")
        self._server = EnvServer(env, num_envs, options)
        about = self._about = self._server.description
        self.num_envs = num_envs
        self.render_mode = None
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        self.metadata = {"render_modes": [], "autoreset_mode": self.autoreset_mode}
        self.single_observation_space = box(about["observation"])
        self.single_action_space = box(about["action"])
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.train_seeds, self.eval_seeds = seed_ranges(about)
        self._seeds = Seeds(self.train_seeds)
        self._randoms: list[np.random.Generator | None] = [None] * num_envs
        self._over = np.zeros(num_envs, np.bool_)
        self._no_seeds = np.zeros(num_envs)
        self._no_actions = np.zeros((num_envs, self._server.action_size), np.float32)
        self._step_all = np.full(num_envs, STEP, np.uint8)

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Floats, Info]:
        """All of them, or those of ``options["reset_mask"]`` (n, bool)."""
        seeds = self._spread(seed)
        mask = self._mask(options)
        batch = self._reset(mask, seeds)
        self._over[mask] = False
        return batch.observations, self._infos(batch, mask)

    def step(self, actions: Floats) -> tuple[Floats, Doubles, Bools, Bools, Info]:
        wanted = np.ascontiguousarray(actions, np.float32)
        if wanted.shape != self._no_actions.shape:
            raise ValueError(f"actions: have shape {wanted.shape}, expected {self._no_actions.shape}")
        over = self._over
        if self.autoreset_mode is AutoresetMode.DISABLED and over.any():
            raise ValueError(
                f"environments {np.flatnonzero(over).tolist()} are over: reset them with options['reset_mask']"
            )
        if over.any():
            operations: Bytes = np.where(over, RESET, STEP).astype(np.uint8)
            batch = self._server.exchange(operations, self._next_seeds(over, None), wanted)
        else:
            batch = self._server.exchange(self._step_all, self._no_seeds, wanted)
        rewards = batch.numbers[:, 0].copy()
        terminated = batch.flags[:, TERMINATED].astype(np.bool_)
        truncated = batch.flags[:, TRUNCATED].astype(np.bool_)
        ended = terminated | truncated
        everyone = np.ones(self.num_envs, np.bool_)
        if self.autoreset_mode is AutoresetMode.SAME_STEP and ended.any():
            final = self._final(batch, ended)
            batch = self._reset(ended, [None] * self.num_envs)
            return batch.observations, rewards, terminated, truncated, {**final, **self._infos(batch, everyone)}
        self._over = ended
        return batch.observations, rewards, terminated, truncated, self._infos(batch, everyone)

    def close_extras(self, **_: Any) -> None:
        self._server.close()

    def _reset(self, mask: Bools, seeds: Sequence[int | None]) -> Batch:
        operations: Bytes = np.where(mask, RESET, LEAVE).astype(np.uint8)
        return self._server.exchange(operations, self._next_seeds(mask, seeds), self._no_actions)

    def _next_seeds(self, mask: Bools, given: Sequence[int | None] | None) -> Doubles:
        chosen = np.zeros(self.num_envs)
        for i in np.flatnonzero(mask).tolist():
            seed = None if given is None else given[i]
            random = self._randoms[i]
            if random is None or seed is not None:
                random = self._randoms[i] = generator(seed)
            chosen[i] = self._seeds.next(random, seed)
        return chosen

    def _spread(self, seed: int | Sequence[int | None] | None) -> Sequence[int | None]:
        if seed is None:
            return [None] * self.num_envs
        if isinstance(seed, (int, np.integer)):
            return [int(seed) + i for i in range(self.num_envs)]
        if len(seed) != self.num_envs:
            raise ValueError(f"seed: has {len(seed)} numbers, expected {self.num_envs}")
        return seed

    def _mask(self, options: dict[str, Any] | None) -> Bools:
        mask = (options or {}).get("reset_mask")
        if mask is None:
            return np.ones(self.num_envs, np.bool_)
        if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_ or mask.shape != (self.num_envs,):
            raise ValueError(f"options['reset_mask']: expected {self.num_envs} booleans in a numpy array")
        if not mask.any():
            raise ValueError("options['reset_mask']: names no environment, at least one is needed")
        return mask.copy()

    def _final(self, batch: Batch, ended: Bools) -> Info:
        observations = np.full(self.num_envs, None, dtype=object)
        for i in np.flatnonzero(ended):
            observations[i] = batch.observations[i]
        info = self._infos(batch, ended)
        return {"final_obs": observations, "_final_obs": ended, "final_info": info, "_final_info": ended.copy()}

    def _infos(self, batch: Batch, mask: Bools) -> Info:
        """As Gymnasium gathers those of single environments: arrays, each with a mask of who has it."""
        names = self._about["rewardTerms"] + self._about["metrics"]
        columns = np.where(mask[:, None], batch.numbers, 0).T
        terms = 2 + len(self._about["rewardTerms"])
        reasons = np.array(["", *self._about["endReasons"]], dtype=object)[batch.flags[:, END_REASON]]
        reasons[~mask] = None

        def masked(values: dict[str, Any]) -> Info:
            return values | {f"_{name}": mask.copy() for name in values}

        return masked(
            {
                "cost": columns[1],
                "success": (batch.flags[:, SUCCESS] != 0) & mask,
                "reward_terms": masked(dict(zip(names, columns[2:terms], strict=False))),
                "metrics": masked(dict(zip(self._about["metrics"], columns[terms:], strict=True))),
                "end_reason": reasons,
            }
        )
