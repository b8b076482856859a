"""Rewards for a data set that has none: imported, compared, learned, and written back."""

import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

import reins

os.environ["HF_HUB_OFFLINE"] = "1"
EPISODES, STEPS = 12, 60
ANSWERS = 40


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Minari's own file of episodes whose rewards are all zero. What they are worth is the first observation."""
    folder = tmp_path_factory.mktemp("minari")
    os.environ["MINARI_DATASETS_PATH"] = str(folder)
    import minari
    from gymnasium.spaces import Box
    from minari.data_collector import EpisodeBuffer

    random = np.random.default_rng(1)
    episodes = []
    for seed in range(EPISODES):
        observations = np.cumsum(random.normal(size=(STEPS + 1, 3)), axis=0).clip(-9, 9).astype(np.float32)
        ends = [False] * (STEPS - 1)
        episodes.append(
            EpisodeBuffer(
                seed=seed,
                observations=observations,
                actions=random.uniform(-1, 1, (STEPS, 2)).astype(np.float32),
                rewards=[0.0] * STEPS,
                terminations=[*ends, False],
                truncations=[*ends, True],
            )
        )
    minari.create_dataset_from_buffers(
        "walk/theirs-v0",
        buffer=episodes,
        observation_space=Box(-np.inf, np.inf, (3,), np.float32),
        action_space=Box(-1, 1, (2,), np.float32),
        data_format="hdf5",
    )
    return folder / "walk/theirs-v0"


@pytest.fixture(scope="module")
def labelled(theirs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder in which it was imported, and compared by somebody who knows what it is worth."""
    data = tmp_path_factory.mktemp("labelled")
    made = reins.run_command("import", str(theirs), "--format", "minari", "--data", str(data), "--run", "walk")
    assert (made["episodes"], made["steps"]) == (EPISODES, EPISODES * STEPS)
    with reins.start(run="walk", data=data, page=False) as server, server.connect("judge") as client:
        assert client.welcome["environment"]["title"] == "walk/theirs-v0"
        asked = set()
        for query in client.queries(most=ANSWERS, timeout=300):
            first, second = (client.steps(segment).observations[:-1, 0].sum() for segment in query.segments)
            client.prefer(query, "a" if first > second else "b")
            asked |= {segment.episode_id for segment in query.segments}
        assert len(client.feedback()) == ANSWERS
        assert len(asked) > EPISODES / 2
        deadline = time.monotonic() + 300
        while client.metrics.get("reward/labels", 0) < ANSWERS or client.metrics.get("reward/trainAccuracy", 0) < 0.8:
            assert time.monotonic() < deadline, client.metrics
            time.sleep(0.5)
        # Nothing was simulated, so nothing but the data set is in the run.
        assert len(list(client.episodes())) == EPISODES
    return data


def exported(data: Path, format: str, out: Path) -> dict[str, Any]:
    command = ["export", "--data", str(data), "--run", "walk", "--format", format, "--out", str(out)]
    result: dict[str, Any] = reins.run_command(*command, "--rewards", "learned")
    return result


def agreement(episodes: list[tuple[np.ndarray, np.ndarray]]) -> float:
    """Correlation of the rewards with what the steps are worth."""
    rewards = np.concatenate([np.asarray(rewards, float) for _, rewards in episodes])
    worth = np.concatenate([observations[: len(rewards), 0] for observations, rewards in episodes])
    assert len(rewards) == EPISODES * STEPS
    return float(np.corrcoef(rewards, worth)[0, 1])


def test_minari_has_the_learned_rewards(labelled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """[PY-26] Minari loads the data set with the rewards that people's comparisons taught; its own are beside them."""
    exported(labelled, "minari", tmp_path / "walk-v1")
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path))
    import minari

    dataset = minari.load_dataset("walk-v1")
    episodes = list(dataset.iterate_episodes())
    assert agreement([(e.observations, e.rewards) for e in episodes]) > 0.8
    assert all((e.infos["env_reward"] == 0).all() for e in episodes)


def test_lerobot_and_imitation_files_have_them(labelled: Path, tmp_path: Path) -> None:
    """[PY-26] so do the files of LeRobot, whose columns are typed as it wants them, and imitation's."""
    import datasets

    exported(labelled, "lerobot", tmp_path / "lerobot")
    frames = pq.read_table(tmp_path / "lerobot/data").to_pandas()
    by_episode = [rows for _, rows in frames.groupby("episode_index")]
    assert agreement([(np.stack(list(e["observation.state"])), e["next.reward"].to_numpy()) for e in by_episode]) > 0.8
    info = json.loads((tmp_path / "lerobot/meta/info.json").read_text())
    assert info["features"]["next.reward"] == {"dtype": "float32", "shape": [1], "names": None}
    exported(labelled, "imitation", tmp_path / "imitation")
    read = datasets.load_from_disk(str(tmp_path / "imitation"))
    assert agreement([(np.array(row["obs"]), np.array(row["rews"])) for row in read]) > 0.8


def test_the_first_data_set_comes_back(labelled: Path, tmp_path: Path) -> None:
    """[PY-26] a data set with learned rewards, imported again, has its own rewards and all answers."""
    exported(labelled, "lerobot", tmp_path / "lerobot")
    result = reins.run_command(
        "import", str(tmp_path / "lerobot"), "--format", "lerobot", "--data", str(tmp_path / "again")
    )
    assert (result["run"], result["feedback"], result["rounded"]) == ("walk", ANSWERS, 0)
    again = ["export", "--data", str(tmp_path / "again"), "--format", "parquet", "--out", str(tmp_path / "tables")]
    reins.run_command(*again)
    steps = pq.read_table(tmp_path / "tables/steps").to_pandas()
    assert (steps["reward"].dropna() == 0).all()
