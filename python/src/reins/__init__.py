"""Reins from Python: its environments in Gymnasium, Gymnasium's in Reins, and people's feedback."""

from .client import Client, Query, Segment, Steps, connect
from .environments import ReinsEnv, environment_ids, register
from .http import ServerError
from .node import ReinsNotFound
from .pipe import EnvServerError
from .reward import RewardModel, RewardWrapper
from .server import ReinsError, Server, run_command, start
from .serving import ServedEnvironment, serve
from .states import CannotServe
from .tracking import track

__all__ = [
    "CannotServe",
    "Client",
    "EnvServerError",
    "Query",
    "ReinsEnv",
    "ReinsError",
    "ReinsNotFound",
    "RewardModel",
    "RewardWrapper",
    "Segment",
    "ServedEnvironment",
    "Server",
    "ServerError",
    "Steps",
    "connect",
    "environment_ids",
    "register",
    "run_command",
    "serve",
    "start",
    "track",
]

register()
