"""The figures of a run in an experiment tracker that a lab has already: Weights & Biases, trackio, MLflow."""

from __future__ import annotations

import argparse
import importlib
import json
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from types import ModuleType
from typing import Any, Protocol

from .http import ServerError, get

#: A point of a run's figures, as ``GET /api/runs/ID/metrics`` gives them.
Point = Mapping[str, Any]

#: The name of the environment steps, which is the axis that figures are drawn over.
STEPS = "environment_steps"
#: Seconds since epoch at which a point was measured; ``time`` is a name of trackio's own.
WALL_TIME = "wall_time"
#: Points that one request brings at most; more are thinned evenly.
MOST_POINTS = 5000


class Tracker(Protocol):
    """One run, open in a tracker."""

    #: Time of the newest point that it has already, ms since epoch; 0 for a new run.
    known_until: float

    def log(self, points: list[Point]) -> None:
        """Adds points, oldest first."""


def track(
    url: str,
    to: str,
    *,
    project: str = "reins",
    run: str | None = None,
    token: str | None = None,
    every: float = 10.0,
    once: bool = False,
) -> int:
    """Brings a run's figures to a tracker, from its beginning, and goes on as they come.

    It ends when the server does. A run that was brought over before goes on where it was, under the same id; with
    W&B offline, where nobody knows what was sent, its points are sent again and lie on each other.

    Args:
        url: address of the page of ``reins serve``; with ``serve --watch FOLDER`` of a training without a page, too.
        to: ``wandb``, ``trackio`` or ``mlflow``, which must be installed. Each is set up as its own documentation says
            (``WANDB_API_KEY``, ``WANDB_MODE``, ``TRACKIO_DIR``, ``MLFLOW_TRACKING_URI``, …).
        project: project of W&B and trackio, experiment of MLflow.
        run: id as in ``reins runs``; without it the run that is served.
        token: what the server asks for, where it does.
        every: seconds between two looks.
        once: bring over what there is, and return.

    Returns:
        How many points were brought over.

    Raises:
        ServerError: where there is no server or no such run at the beginning.
        ValueError: for a tracker that is not known.
        ImportError: for one that is not installed.
    """
    if to not in TRACKERS:
        raise ValueError(f"to is {to!r}: one of {', '.join(sorted(TRACKERS))}")
    if not every > 0:
        raise ValueError(f"every is {every!r}: seconds, more than 0")
    rows = get(url, "/api/runs", token)
    about = _find(rows, run)
    path = f"/api/runs/{urllib.parse.quote(about['id'])}/metrics"
    brought = 0
    with TRACKERS[to](about, project) as tracker:
        since, until = 0, tracker.known_until
        while True:
            try:
                points = get(url, path, token, since=since, limit=MOST_POINTS)
            except ServerError:
                if once:
                    raise
                return brought
            # A server that was killed does some updates again: later points, of fewer updates.
            new = [point for point in points if point["time"] > until]
            if new:
                tracker.log(new)
                since, until = new[-1]["learnerUpdates"], new[-1]["time"]
                brought += len(new)
            if once:
                return brought
            time.sleep(every)


def _find(rows: list[dict[str, Any]], run: str | None) -> dict[str, Any]:
    for row in rows:
        if row["id"] == run or (run is None and row.get("isServed")):
            return row
    have = ", ".join(row["id"] for row in rows) or "none"
    raise ServerError(f"run is {run!r}: the server has {have}")


def _name(about: Mapping[str, Any]) -> str:
    return str(about.get("name") or f"{about['environmentId']} {about['preset']} {about['seed']}")


def settings(about: Mapping[str, Any]) -> dict[str, Any]:
    """What makes a run, as flat names: ``environment``, ``preset``, ``seed``, ``option.NAME``, ``set.NAME``."""
    identity = about.get("identity") or {}
    flat = {"environment": about["environmentId"], "preset": about["preset"], "seed": about["seed"]}
    for prefix, values in (("option", identity.get("options")), ("set", identity.get("overrides"))):
        flat |= {f"{prefix}.{name}": value for name, value in _leaves(values or {})}
    return flat


def _leaves(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


class _Wandb:
    def __init__(self, run: Any) -> None:
        self._run = run
        self.known_until = float(run.summary.get(WALL_TIME) or 0) * 1000

    def log(self, points: list[Point]) -> None:
        for point in points:
            self._run.log({**point["values"], STEPS: point["environmentSteps"], WALL_TIME: point["time"] / 1000})


@contextmanager
def _wandb(about: Mapping[str, Any], project: str) -> Iterator[_Wandb]:
    wandb = _module("wandb")
    with wandb.init(project=project, id=about["id"], resume="allow", name=_name(about), config=settings(about)) as run:
        # Otherwise W&B counts calls, and leaves out what comes with a smaller number than before.
        run.define_metric(STEPS)
        run.define_metric("*", step_metric=STEPS)
        yield _Wandb(run)


class _Trackio:
    def __init__(self, run: Any, known_until: float) -> None:
        self._run = run
        self.known_until = known_until

    def log(self, points: list[Point]) -> None:
        for point in points:
            self._run.log({**point["values"], WALL_TIME: point["time"] / 1000}, step=point["environmentSteps"])


@contextmanager
def _trackio(about: Mapping[str, Any], project: str) -> Iterator[_Trackio]:
    trackio = _module("trackio")
    # trackio finds a run by its name alone.
    name = f"{_name(about)} {about['id']}"
    known = _module("trackio.sqlite_storage").SQLiteStorage.get_logs(project, name)
    run = trackio.init(project=project, name=name, resume="allow", config=settings(about))
    try:
        yield _Trackio(run, 1000 * max((row.get(WALL_TIME) or 0 for row in known), default=0))
    finally:
        trackio.finish()


class _Mlflow:
    """MLflow takes at most 1,000 figures at a time and keeps each by name, step and time."""

    MOST = 1000
    TAG = "reins.run"
    UNTIL = "reins.until"

    def __init__(self, mlflow: ModuleType, client: Any, run: Any) -> None:
        self._metric = mlflow.entities.Metric
        self._client = client
        self._id = run.info.run_id
        self.known_until = float(run.data.tags.get(self.UNTIL) or 0)

    def log(self, points: list[Point]) -> None:
        figures = [
            self._metric(name, value, int(point["time"]), point["environmentSteps"])
            for point in points
            for name, value in point["values"].items()
        ]
        for start in range(0, len(figures), self.MOST):
            self._client.log_batch(self._id, metrics=figures[start : start + self.MOST])
        self._client.set_tag(self._id, self.UNTIL, repr(points[-1]["time"]))


@contextmanager
def _mlflow(about: Mapping[str, Any], project: str) -> Iterator[_Mlflow]:
    mlflow = _module("mlflow")
    client = mlflow.MlflowClient()
    found = client.get_experiment_by_name(project)
    experiment = found.experiment_id if found else client.create_experiment(project)
    runs = client.search_runs([experiment], f"tags.`{_Mlflow.TAG}` = '{about['id']}'")
    run = runs[0] if runs else _new_run(client, experiment, about)
    client.update_run(run.info.run_id, status="RUNNING")
    try:
        yield _Mlflow(mlflow, client, run)
    finally:
        client.set_terminated(run.info.run_id)


def _new_run(client: Any, experiment: str, about: Mapping[str, Any]) -> Any:
    run = client.create_run(experiment, run_name=_name(about), tags={_Mlflow.TAG: about["id"]})
    for name, value in settings(about).items():
        client.log_param(run.info.run_id, name, value if isinstance(value, str) else json.dumps(value))
    return run


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImportError(f"{name} is not installed: pip install {name}") from error


TRACKERS: dict[str, Callable[[Mapping[str, Any], str], AbstractContextManager[Tracker]]] = {"wandb": _wandb, "trackio": _trackio, "mlflow": _mlflow}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m reins.tracking", description=__doc__)
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:8080", help="address of the page (%(default)s)")
    parser.add_argument("--to", required=True, choices=sorted(TRACKERS), help="which tracker")
    parser.add_argument("--project", default="reins", help="project, or experiment of MLflow (%(default)s)")
    parser.add_argument("--run", help="id as in `reins runs`; otherwise the run that is served")
    parser.add_argument("--token", help="what the server asks for, where it does")
    parser.add_argument("--every", type=float, default=10.0, help="seconds between two looks (%(default)s)")
    parser.add_argument("--once", action="store_true", help="bring over what there is, and end")
    given = parser.parse_args(arguments)
    try:
        brought = track(
            given.url, given.to, project=given.project, run=given.run, token=given.token, every=given.every, once=given.once
        )
    except (ServerError, ImportError, ValueError) as error:
        parser.exit(1, f"error: {error}\n")
    except KeyboardInterrupt:
        parser.exit(130)
    print(f"{brought} points")


if __name__ == "__main__":
    main()
