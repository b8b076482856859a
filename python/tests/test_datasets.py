"""The loaders of other programs read the data sets of `reins export`, and `reins import` reads theirs."""

import json
import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_DATASETS_DISABLE_PROGRESS_BARS"] = "1"

ROOT = Path(__file__).parents[2]
COMMAND = os.environ["REINS_COMMAND"]


@pytest.fixture(scope="session")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of everything that is odd about episodes, in every format: FOLDER/FORMAT/odd-v0."""
    folder = tmp_path_factory.mktemp("odd")
    script = ROOT / "tests/cli/datasets/export-odd.ts"
    subprocess.run(["node", "--import", "tsx", str(script), str(folder)], check=True, cwd=ROOT)
    return folder


@pytest.fixture(scope="session")
def steps(odd: Path) -> pd.DataFrame:
    """All rows of all steps, as pyarrow reads the Parquet export."""
    return pyarrow.dataset.dataset(odd / "parquet/odd-v0/steps").to_table().to_pandas()


def episode(steps: pd.DataFrame, name: str) -> pd.DataFrame:
    return steps[steps.episode_id == name]


def stacked(column: "pd.Series[Any]") -> np.ndarray:
    return np.stack(list(column))


def test_pyarrow_and_pandas(odd: Path, steps: pd.DataFrame) -> None:
    """[PY-20] tables filter by their statistics, and CSV has the same numbers to the last bit."""
    assert len(steps) == 1243
    path = odd / "parquet/odd-v0/steps"
    assert pq.read_table(path, filters=[("episode_id", "=", "driven")]).num_rows == 10
    csv = pd.read_csv(odd / "csv/odd-v0/steps.csv")
    written = csv[["observation_speed", 'observation_a, "b"', "observation_gap"]]
    assert (written.to_numpy(np.float32) == stacked(steps.observation)).all()
    feedback = pq.read_table(odd / "parquet/odd-v0/feedback.parquet").to_pandas()
    assert list(feedback.teacher_id) == ["ada", "bob", "bob", "bob", "ada", "eve", "eve"]


def test_minari(odd: Path, steps: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    """[PY-21] Minari lists, loads, filters and samples the data set, with every number."""
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(odd / "minari"))
    import minari

    assert list(minari.list_local_datasets()) == ["odd-v0"]
    dataset = minari.load_dataset("odd-v0")
    assert (dataset.total_episodes, dataset.total_steps) == (7, 1229)
    metadata = dataset.storage.get_episode_metadata(range(7))
    for read, about in zip(dataset.iterate_episodes(), metadata, strict=True):
        rows = episode(steps, about["episode_id"])
        assert (read.observations == stacked(rows.observation)).all()
        assert (read.actions == stacked(rows.action[:-1])).all()
        assert (read.rewards == rows.reward[:-1]).all()
        assert (read.infos["cost"][1:] == rows.cost[:-1]).all()
        assert list(read.infos["source"][1:]) == list(rows.source[:-1])
        assert (read.infos["policy_action"][1:] == stacked(rows.policy_action[:-1])).all()
        assert read.terminations.dtype == bool
    ended = dataset.filter_episodes(lambda e: bool(e.terminations[-1]))
    assert ended.total_episodes == 2
    assert len(list(dataset.sample_episodes(3))) == 3


def test_lerobot_files(odd: Path) -> None:
    """[PY-22] pandas, datasets and numpy agree with LeRobot's files: tasks, features, statistics."""
    import datasets

    root = odd / "lerobot/odd-v0"
    info = json.loads((root / "meta/info.json").read_text())
    stats = json.loads((root / "meta/stats.json").read_text())
    tasks = pd.read_parquet(root / "meta/tasks.parquet")
    assert tasks.index.name == "task" and list(tasks.task_index) == [0]
    frames = pd.read_parquet(root / "data")
    loaded = datasets.load_dataset(
        "parquet", data_files=str(root / "data/*/*.parquet"), split="train"
    )
    assert set(loaded.features) == set(info["features"]) and len(loaded) == info["total_frames"]
    for name, feature in info["features"].items():
        if feature["dtype"] == "string":
            continue
        values = stacked(frames[name]).astype(float).reshape(len(frames), -1)
        values = values[~np.isnan(values).any(axis=1)]
        for key, quantile in {"q01": 0.01, "q10": 0.1, "q50": 0.5, "q90": 0.9, "q99": 0.99}.items():
            expected = np.quantile(values, quantile, axis=0)
            np.testing.assert_allclose(stats[name][key], expected, rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(stats[name]["mean"], values.mean(0), rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(stats[name]["std"], values.std(0), rtol=1e-6, atol=1e-7)


def test_imitation_files(odd: Path, steps: pd.DataFrame) -> None:
    """[PY-23] datasets.load_from_disk reads imitation's trajectories, with one more observation than actions."""
    import datasets

    read = datasets.load_from_disk(str(odd / "imitation/odd-v0"))
    assert len(read) == 7
    for row in read:
        infos = [json.loads(text) for text in row["infos"]]
        rows = episode(steps, infos[0]["episode_id"])
        assert (np.array(row["obs"], np.float32) == stacked(rows.observation)).all()
        assert (np.array(row["acts"], np.float32) == stacked(rows.action[:-1])).all()
        assert (np.array(row["rews"], np.float32) == rows.reward[:-1].to_numpy()).all()
        assert row["terminal"] == (infos[-1]["end"] == "terminated")


def test_mcap(odd: Path, steps: pd.DataFrame) -> None:
    """[PY-24] the mcap library finds every message by its index, in the order of the log."""
    from mcap.reader import make_reader

    with open(odd / "mcap/odd-v0/run.mcap", "rb") as file:
        reader = make_reader(file)
        summary = reader.get_summary()
        assert summary is not None and summary.statistics is not None
        topics = {channel.topic: i for i, channel in summary.channels.items()}
        counts = summary.statistics.channel_message_counts
        assert counts[topics["/step"]] == len(steps)
        times = [message.log_time for _, _, message in reader.iter_messages()]
        assert times == sorted(times) and len(times) == sum(counts.values())
        assert [record.name for record in reader.iter_metadata()] == ["reins"]


def imported(folder: Path, format: str, data: Path) -> dict[str, Any]:
    command = [*shlex.split(COMMAND), "import", str(folder), "--format", format]
    done = subprocess.run(
        [*command, "--data", str(data), "--json"], check=True, stdout=subprocess.PIPE
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.mark.filterwarnings("ignore::UserWarning")  # of what a published data set should say
@pytest.mark.parametrize("data_format", ["hdf5", "parquet"])
def test_import_of_minari(
    data_format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[PY-25] what Minari itself has written is imported."""
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path))
    import minari
    from gymnasium.spaces import Box
    from minari.data_collector import EpisodeBuffer

    random = np.random.default_rng(1)
    episodes = [
        EpisodeBuffer(
            seed=seed,
            observations=random.normal(size=(steps + 1, 3)).astype(np.float32),
            actions=random.uniform(-1, 1, (steps, 1)).astype(np.float32),
            rewards=list(random.normal(size=steps)),
            terminations=[False] * (steps - 1) + [steps == 1],
            truncations=[False] * (steps - 1) + [steps > 1],
        )
        for seed, steps in [(1, 1), (2, 1300)]
    ]
    minari.create_dataset_from_buffers(
        "pendulum/test-v0",
        buffer=episodes,
        observation_space=Box(-np.inf, np.inf, (3,), np.float32),
        action_space=Box(-1, 1, (1,), np.float32),
        data_format=data_format,
    )
    result = imported(tmp_path / "pendulum/test-v0", "minari", tmp_path / "data")
    assert (result["episodes"], result["steps"]) == (2, 1301)
    assert result["rounded"] == 1301  # rewards are float64
