"""Where the command line of Reins is, and what to say where it is not."""

from __future__ import annotations

import functools
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

OLDEST_NODE = (20, 19)


class ReinsNotFound(RuntimeError):
    """Node or Reins is not where it was looked for; the message says how to get it."""


def reins_command() -> list[str]:
    """The command line of Reins: what ``REINS_COMMAND`` says, the checkout that this package lies in, or
    ``reins`` on the path.

    Raises:
        ReinsNotFound: where there is none, or no Node that can run it.
    """
    given = os.environ.get("REINS_COMMAND")
    if given:
        return shlex.split(given)
    checkout = Path(__file__).resolve().parents[3] / "bin" / "reins.mjs"
    if checkout.exists():
        if not (checkout.parents[1] / "node_modules").is_dir():
            raise ReinsNotFound(f"Reins is not installed yet: run `npm ci` in {checkout.parents[1]}.")
        return [_node(), str(checkout)]
    installed = shutil.which("reins")
    if installed:
        _node()
        return [installed]
    raise ReinsNotFound(
        "Reins is not found. Clone it, run `npm ci` there, and either install this package from its folder"
        " `python` (pip install -e python) or set REINS_COMMAND to `node PATH/bin/reins.mjs`."
    )


@functools.cache
def _node() -> str:
    needed = "Reins needs Node {}.{} or newer".format(*OLDEST_NODE)
    node = shutil.which("node")
    if node is None:
        raise ReinsNotFound(
            f"{needed}, and there is no `node` on the path. Get it at nodejs.org or from a package manager."
        )
    text = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    match = re.match(r"v(\d+)\.(\d+)", text)
    if match is None or (int(match[1]), int(match[2])) < OLDEST_NODE:
        raise ReinsNotFound(f"{needed}, and {node} is {text or 'no Node'}. Get one at nodejs.org.")
    return node
