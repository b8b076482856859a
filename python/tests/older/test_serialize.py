"""imitation's own loader, with the versions that it holds on to."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from imitation.data import serialize

ROOT = Path(__file__).parents[3]


@pytest.mark.filterwarnings("ignore")
def test_imitation_loads_what_we_export(tmp_path: Path) -> None:
    """[PY-23] imitation loads our trajectories: one more observation than actions, rewards, infos, and which ended."""
    script = ROOT / "tests/cli/datasets/export-odd.ts"
    subprocess.run(["node", "--import", "tsx", str(script), str(tmp_path)], check=True, cwd=ROOT)
    loaded = serialize.load(str(tmp_path / "imitation/odd-v0"))
    assert len(loaded) == 7
    for trajectory in loaded:
        n = len(trajectory.acts)
        assert trajectory.obs.shape == (n + 1, 3) and trajectory.acts.shape == (n, 2)
        assert trajectory.infos is not None and len(trajectory.infos) == n
        own = np.array([info["env_reward"] for info in trajectory.infos], np.float32)
        assert (trajectory.rews.astype(np.float32) == own).all()
        assert trajectory.terminal == (trajectory.infos[-1]["end"] == "terminated")
