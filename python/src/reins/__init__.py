"""Reins from Python: its environments in Gymnasium, Gymnasium's in Reins, and people's feedback."""

from .environments import ReinsEnv, environment_ids, register
from .node import ReinsNotFound
from .pipe import EnvServerError

__all__ = ["EnvServerError", "ReinsEnv", "ReinsNotFound", "environment_ids", "register"]

register()
