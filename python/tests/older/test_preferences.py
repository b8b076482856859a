"""The example for imitation, as it is, and short; with the versions that imitation holds on to."""

import json
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_reins_gathers_for_imitation() -> None:
    """[PY-12] imitation's reward net is fitted to comparisons that Reins asked, and then agrees with most of the answers."""
    small = "--synthetic --comparisons 24 --rounds 2".split()
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "imitation_preferences.py"), *small], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["comparisons"] == 24
    assert result["accuracies"][-1] > 0.7
