"""A program as a teacher at a real server."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import gymnasium
import numpy as np
import pytest

import reins


def test_questions_are_answered(server: reins.Server) -> None:
    """[PY-8] a program is given questions, sees what was done in both clips, and its answers are in the log, once."""
    with server.connect("judge") as client:
        given = []
        for query in client.queries(most=3, timeout=300):
            assert query.kind == "compare"
            first, second = (client.steps(segment) for segment in query.segments)
            n = query.segments[0].end - query.segments[0].start
            assert first.actions.shape == (n, 2)
            assert first.observations.shape == (n + 1, 10)
            assert set(first.sources) <= {"policy", "human"}
            choice = "a" if first.rewards.sum() > second.rewards.sum() else "b"
            given.append((client.prefer(query, choice), choice))
        assert len(given) == 3
        log = {row["id"]: row for row in client.feedback()}
        for name, choice in given:
            assert (log[name]["choice"], log[name]["teacherId"]) == (choice, "judge")


def test_episodes_and_feedback(server: reins.Server) -> None:
    """[PY-8] episodes are listed with what was done, bit by bit as it can be played again; feedback of one's own accord is logged and taken back."""
    with server.connect("teacher") as client:
        assert client.welcome["environment"]["id"] == "reacher"
        assert client.health()["status"] == "ok"
        deadline = time.monotonic() + 300
        while not (rows := list(client.episodes())):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        row = rows[0]
        steps = client.steps(reins.Segment(row["id"], 0, row["length"]))
        with gymnasium.make("Reins/reacher-v0") as env:
            observation, _ = env.reset(seed=row["seed"])
            for t in range(row["length"]):
                assert np.array_equal(observation, steps.observations[t])
                observation, reward, *_ = env.step(steps.actions[t])
                assert np.float32(reward) == np.float32(steps.rewards[t])
            assert np.array_equal(observation, steps.observations[-1])
        name = client.reward(row["id"], 3, 0.5)
        client.critique(reins.Segment(row["id"], 0, 5), -1, tag="slow")
        client.retract(name, "by mistake")
        kinds = [entry["kind"] for entry in client.feedback() if entry["teacherId"] == "teacher"]
        assert kinds == ["reward", "critique", "retraction"]
        with pytest.raises(reins.ServerError, match="value"):
            client.reward(row["id"], 3, 7)
        with pytest.raises(reins.ServerError, match="nowhere"):
            client.steps(reins.Segment("nowhere", 0, 5))


def test_who_may_connect(tmp_path: Path) -> None:
    """[PY-9] a server with a token lets in who shows it; one that is not there is an error that says what to do."""
    with reins.start("reacher", data=tmp_path, page=False, token="a-token-of-ours-1234") as server:
        with server.connect() as client:
            assert client.health()["status"] == "ok"
        with pytest.raises(reins.ServerError, match="refused"):
            reins.connect(server.url, token="another")
        url = server.url
    with pytest.raises(reins.ServerError, match="reins.start"):
        reins.connect(url)
    with pytest.raises(reins.ReinsError, match="unknown id"):
        reins.start("nowhere", data=tmp_path, page=False)


def test_a_killed_program_leaves_no_server(tmp_path: Path) -> None:
    """[PY-14] the server ends, and gives back its folder, when the program that started it was killed."""
    script = f"""
import time, reins
server = reins.start("reacher", data={str(tmp_path)!r}, page=False)
print(server.url, flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout is not None
            url = program.stdout.readline().strip()
            reins.connect(url).close()
            with pytest.raises(reins.ReinsError, match="in use"):
                reins.start("reacher", data=tmp_path, page=False)
        finally:
            program.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 300
    while True:
        try:
            reins.start("reacher", data=tmp_path, page=False).close()
            break
        except reins.ReinsError:
            assert time.monotonic() < deadline
            time.sleep(0.5)
    with pytest.raises(reins.ServerError):
        reins.connect(url)
