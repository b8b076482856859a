"""The examples, as they are, and short."""

import json
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[1] / "examples"


def test_sb3_learns_from_the_learned_reward() -> None:
    """[PY-11] PPO of Stable-Baselines3 gets more of a reward that was learned in Reins than before it learned."""
    small = "--labels 60 --reward-steps 2000 --steps 4000 --episodes 10".split()
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "sb3_learned_reward.py"), *small], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["environment"] == "reacher"
    assert result["after"]["learned"] > result["before"]["learned"]
