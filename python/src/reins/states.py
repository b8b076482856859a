"""How the state of somebody else's environment is saved and restored: rewinding and counterfactuals are made of it."""

from __future__ import annotations

import pickle
from typing import Any, Protocol

import gymnasium
import numpy as np

AnyEnv = gymnasium.Env[Any, Any]
#: What has no part in the state of an environment.
LEFT_OUT = {"env", "spec", "_cached_spec", "observation_space", "action_space", "render_mode", "metadata"}
#: What MuJoCo saves itself, or draws with.
MUJOCO = LEFT_OUT | {"model", "data", "mujoco_renderer"}


class CannotServe(ValueError):
    """This environment cannot be put into Reins; the message says why."""


class States(Protocol):
    """A way to save an environment, wrappers and generators included."""

    def reset(self, seed: int) -> None:
        """An episode begins."""

    def step(self, action: Any) -> None:
        """A step is taken; ``action`` as the environment is given it."""

    def save(self) -> Any:
        """What ``load`` takes; it can be pickled."""

    def load(self, state: Any) -> None: ...


class PickledStates:
    """Attributes of all layers. What cannot be pickled, such as a window, is taken for no part of the state."""

    def __init__(self, env: AnyEnv, left_out: set[str] = LEFT_OUT) -> None:
        self._layers = layers_of(env)
        self._left_out = set(left_out)

    def reset(self, seed: int) -> None: ...

    def step(self, action: Any) -> None: ...

    def save(self) -> Any:
        try:
            return pickle.dumps(self._values())
        except Exception:  # whatever an attribute raises
            self._left_out |= {k for layer in self._values() for k, v in layer.items() if not _can_be_saved(v)}
            return pickle.dumps(self._values())

    def load(self, state: Any) -> None:
        for layer, saved in zip(self._layers, pickle.loads(state), strict=True):
            vars(layer).update(saved)

    def _values(self) -> list[dict[str, Any]]:
        return [{k: v for k, v in vars(layer).items() if k not in self._left_out} for layer in self._layers]


class MujocoStates(PickledStates):
    """MuJoCo's own state, and attributes."""

    def __init__(self, env: AnyEnv) -> None:
        import mujoco

        super().__init__(env, MUJOCO)
        plain: Any = env.unwrapped
        self._mujoco, self._model, self._data = mujoco, plain.model, plain.data
        self._vector = np.zeros(mujoco.mj_stateSize(self._model, mujoco.mjtState.mjSTATE_INTEGRATION))

    def save(self) -> Any:
        kind = self._mujoco.mjtState.mjSTATE_INTEGRATION
        self._mujoco.mj_getState(self._model, self._data, self._vector, kind)
        return self._vector.copy(), super().save()

    def load(self, state: Any) -> None:
        vector, attributes = state
        self._mujoco.mj_setState(self._model, self._data, vector, self._mujoco.mjtState.mjSTATE_INTEGRATION)
        # What follows from the state, without touching the warm start that the next step depends on.
        warm = self._data.qacc_warmstart.copy()
        self._mujoco.mj_forward(self._model, self._data)
        self._data.qacc_warmstart[:] = warm
        super().load(attributes)


class PlayedStates:
    """The seed and the actions since then, played once more: for what lives outside of Python, such as Box2D's worlds."""

    def __init__(self, env: AnyEnv) -> None:
        self._env = env
        self._seed: int | None = None
        self._actions: list[Any] = []

    def reset(self, seed: int) -> None:
        self._seed, self._actions = seed, []

    def step(self, action: Any) -> None:
        self._actions.append(action)

    def save(self) -> Any:
        return self._seed, np.array(self._actions)

    def load(self, state: Any) -> None:
        seed, actions = state
        known = len(self._actions)
        if seed != self._seed or not np.array_equal(actions[:known], np.array(self._actions)):
            self._env.reset(seed=seed)
            known = 0
        for action in actions[known:]:
            self._env.step(action)
        self._seed, self._actions = seed, list(actions)


def layers_of(env: AnyEnv) -> list[AnyEnv]:
    """Wrappers from the outside in, and the environment itself."""
    layers: list[AnyEnv] = [env]
    while isinstance(layers[-1], gymnasium.Wrapper):
        layers.append(layers[-1].env)
    return layers


def _can_be_saved(value: Any) -> bool:
    try:
        pickle.dumps(value)
    except Exception:
        return False
    return True
