"""LeRobot itself reads what we export, records on, streams and merges it; and we import what it recorded."""

import os

os.environ["HF_HUB_OFFLINE"] = "1"

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch
from lerobot.datasets.dataset_tools import merge_datasets
from lerobot.datasets.lerobot_dataset import LeRobotDataset
from lerobot.datasets.streaming_dataset import StreamingLeRobotDataset

import reins

ROOT = Path(__file__).parents[3]
FRAMES, EPISODES = 1229, 7


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("odd")
    script = ROOT / "tests/cli/datasets/export-odd.ts"
    subprocess.run(["node", "--import", "tsx", str(script), str(folder)], check=True, cwd=ROOT)
    return folder


@pytest.fixture()
def odd(exports: Path, tmp_path: Path) -> Path:
    """A copy, which a test may change."""
    return Path(shutil.copytree(exports / "lerobot/odd-v0", tmp_path / "odd"))


def test_every_frame_is_there(odd: Path, exports: Path) -> None:
    """[LEROBOT-1] the loader has every frame: typed, timed by the simulation, with its task and who drove."""
    import pyarrow.dataset

    loaded = LeRobotDataset("reins/odd", root=odd)
    assert (len(loaded), loaded.num_episodes, loaded.fps) == (FRAMES, EPISODES, 62.5)
    tables = pyarrow.dataset.dataset(exports / "parquet/odd-v0/steps").to_table().to_pandas()
    steps = tables[tables.source.notna() & (tables.episode_id != "imagined")].reset_index(drop=True)
    assert len(steps) == FRAMES
    for i in [0, 1, 1205, 1206, FRAMES - 1, *range(1210, 1225)]:
        frame, row = loaded[i], steps.loc[i]
        assert frame["observation.state"].dtype == torch.float32
        assert torch.equal(frame["observation.state"], torch.tensor(row.observation))
        assert torch.equal(frame["action"], torch.tensor(row.action))
        assert torch.equal(frame["complementary_info.proposed_action"], torch.tensor(row.policy_action))
        assert frame["next.reward"].item() == np.float32(row.reward)
        assert frame["intervention"].item() is (row.source != "policy")
        assert frame["reins.source"] == row.source
        assert frame["timestamp"].item() == np.float32(row.step * 0.016)
        assert (frame["frame_index"].item(), frame["index"].item()) == (row.step, i)
        assert frame["task"] == "recorded:odd"
    assert set(loaded.meta.stats) == {name for name, f in loaded.meta.features.items() if f["dtype"] != "string"}


def test_windows_of_time(odd: Path) -> None:
    """[LEROBOT-2] neighbours are found by time, and padded at an episode's ends."""
    dt = 0.016
    loaded = LeRobotDataset("reins/odd", root=odd, delta_timestamps={"action": [-dt, 0, dt]})
    first, middle = loaded[1], loaded[100]  # 1: the long episode's first frame
    assert first["action"].shape == (3, 2)
    assert first["action_is_pad"].tolist() == [True, False, False]
    assert middle["action_is_pad"].tolist() == [False, False, False]
    assert torch.equal(middle["action"][0], loaded[99]["action"][1])


def test_recording_goes_on(odd: Path) -> None:
    """[LEROBOT-3] LeRobot records on into the set, which is whole afterwards, old episodes as they were; and we import it."""
    before = LeRobotDataset("reins/odd", root=odd)
    kept = [before[i]["observation.state"] for i in range(FRAMES)]
    features = before.meta.features
    own = {"timestamp", "frame_index", "episode_index", "index", "task_index"}
    more = LeRobotDataset.resume("reins/odd", root=odd)
    for t in range(5):
        frame = {
            name: ("policy" if feature["dtype"] == "string" else np.full(feature["shape"], t, feature["dtype"]))
            for name, feature in features.items()
            if name not in own
        }
        more.add_frame({**frame, "task": "recorded:odd"})
    more.save_episode()
    more.finalize()
    after = LeRobotDataset("reins/odd", root=odd)
    assert (len(after), after.num_episodes) == (FRAMES + 5, EPISODES + 1)
    assert all(torch.equal(after[i]["observation.state"], old) for i, old in enumerate(kept))
    assert after[FRAMES + 4]["observation.state"].tolist() == [4, 4, 4]
    assert after.meta.stats["index"]["count"][0] == FRAMES + 5
    shutil.rmtree(odd / "reins")
    imported = reins.run_command("import", str(odd), "--format", "lerobot", "--data", str(odd / "data-of-reins"))
    assert (imported["episodes"], imported["steps"]) == (EPISODES + 1, FRAMES + 5)


def test_streaming(odd: Path) -> None:
    """[LEROBOT-4] the streaming loader gives every frame once."""
    stream = StreamingLeRobotDataset("reins/odd", root=odd, shuffle=False, buffer_size=10)
    assert sorted(int(frame["index"]) for frame in stream) == list(range(FRAMES))


def test_merging(odd: Path, tmp_path: Path) -> None:
    """[LEROBOT-5] two sets of ours are merged into one, with the statistics of both."""
    second = Path(shutil.copytree(odd, tmp_path / "second"))
    sets = [LeRobotDataset("reins/odd", root=odd), LeRobotDataset("reins/second", root=second)]
    merged = merge_datasets(sets, output_repo_id="reins/both", output_dir=tmp_path / "both")
    assert (len(merged), merged.num_episodes) == (2 * FRAMES, 2 * EPISODES)
    for i in (0, 700, FRAMES - 1):
        assert torch.equal(merged[i]["action"], merged[FRAMES + i]["action"])
    stats = json.loads((tmp_path / "both/meta/stats.json").read_text())
    assert stats["action"]["count"] == [2 * FRAMES]


def test_what_lerobot_recorded_is_imported(tmp_path: Path) -> None:
    """[LEROBOT-6] a set that LeRobot itself made, with takeovers by its own name, becomes a run."""
    features = {
        "observation.state": {"dtype": "float32", "shape": (3,), "names": ["x", "y", "z"]},
        "action": {"dtype": "float32", "shape": (2,), "names": ["left", "right"]},
        "intervention": {"dtype": "bool", "shape": (1,), "names": None},
    }
    made = LeRobotDataset.create("theirs/rollout", fps=30, features=features, root=tmp_path / "theirs")
    for length in (4, 6):
        for t in range(length):
            made.add_frame(
                {
                    "observation.state": np.full(3, t, np.float32),
                    "action": np.full(2, -t, np.float32),
                    "intervention": np.array([t == 2]),
                    "task": "push",
                }
            )
        made.save_episode()
    made.finalize()
    data = tmp_path / "data"
    imported = reins.run_command("import", str(tmp_path / "theirs"), "--format", "lerobot", "--data", str(data))
    assert (imported["episodes"], imported["steps"]) == (2, 10)
    out = tmp_path / "tables"
    reins.run_command("export", "--data", str(data), "--format", "csv", "--out", str(out))
    rows = (out / "steps.csv").read_text().splitlines()
    assert sum(",human," in row for row in rows) == 2
