"""imitation's preference comparisons, with Reins as the gatherer: Reins chooses the clips and shows them to people on
its page; imitation fits its own reward net to their answers.

    reins serve --env reacher --preset christiano      # people answer under Compare
    python imitation_preferences.py --url http://127.0.0.1:8080 --comparisons 100
    python imitation_preferences.py --synthetic         # starts a server and answers by the environment's own reward
"""

import argparse
import contextlib
import json
import tempfile
import threading
import time

import gymnasium
import numpy as np
from imitation.algorithms import preference_comparisons
from imitation.data.types import TrajectoryWithRew, TrajectoryWithRewPair
from imitation.rewards.reward_nets import BasicRewardNet
from imitation.util.networks import RunningNorm

import reins

SHORT_CLIPS = {"queries.segmentSeconds": 0.5}
ANSWERS = {"a": 1.0, "b": 0.0, "equal": 0.5}

parser = argparse.ArgumentParser()
parser.add_argument("--url", default="http://127.0.0.1:8080")
parser.add_argument("--token")
parser.add_argument("--synthetic", action="store_true")
parser.add_argument("--comparisons", type=int, default=40)
parser.add_argument("--rounds", type=int, default=2)
given = parser.parse_args()


class Answers:
    """The run's log as imitation wants it: pairs of fragments, and how much the first of each is preferred."""

    def __init__(self, client: reins.Client) -> None:
        self._client = client
        self._taken: set[str] = set()

    def next(self, count: int) -> tuple[list[TrajectoryWithRewPair], np.ndarray]:
        """Waits until people have given as many new ones. Skipped and taken back ones do not count."""
        while True:
            log = self._client.feedback()
            undone = {row["feedbackId"] for row in log if row["kind"] == "retraction"}
            new = [
                row
                for row in log
                if row["kind"] == "preference"
                and row["choice"] in ANSWERS
                and row["id"] not in self._taken | undone
            ][:count]
            if len(new) == count:
                break
            print(f"{len(new)} of {count} answers", flush=True)
            time.sleep(1)
        self._taken |= {row["id"] for row in new}
        pairs = [(self._fragment(row["a"]), self._fragment(row["b"])) for row in new]
        return pairs, np.array([ANSWERS[row["choice"]] for row in new], np.float32)

    def _fragment(self, wire: dict) -> TrajectoryWithRew:
        steps = self._client.steps(reins.Segment.of(wire))
        return TrajectoryWithRew(
            obs=steps.observations, acts=steps.actions, infos=None, terminal=False, rews=steps.rewards
        )


def answer_by_reward(client: reins.Client) -> None:
    """A teacher who sees the environment's own reward."""
    with contextlib.suppress(reins.ServerError):  # the server ends
        for query in client.queries():
            first, second = (client.steps(segment).rewards.sum() for segment in query.segments)
            client.prefer(query, "a" if first > second else "b")


def learn(client: reins.Client) -> dict:
    answers = Answers(client)
    with gymnasium.make(f"Reins/{client.welcome['environment']['id']}-v0") as env:
        net = BasicRewardNet(env.observation_space, env.action_space, normalize_input_layer=RunningNorm)
    trainer = preference_comparisons.BasicRewardTrainer(
        preference_comparisons.PreferenceModel(net),
        preference_comparisons.CrossEntropyRewardLoss(),
        np.random.default_rng(1),
        epochs=20,
    )
    data = preference_comparisons.PreferenceDataset()
    accuracies = []
    for _ in range(given.rounds):
        fragments, preferences = answers.next(given.comparisons // given.rounds)
        # Of what it has not been taught yet; after the last round, of what it has.
        accuracies.append(agreement(net, fragments, preferences))
        data.push(fragments, preferences)
        trainer.train(data)
    accuracies.append(agreement(net, fragments, preferences))
    return {"comparisons": len(data), "accuracies": accuracies}


def agreement(net: BasicRewardNet, fragments: list, preferences: np.ndarray) -> float:
    """Share of the answers, ties left out, that the net's sums of rewards agree with."""

    def total(fragment: TrajectoryWithRew) -> float:
        dones = np.zeros(len(fragment.acts), bool)
        return float(net.predict(fragment.obs[:-1], fragment.acts, fragment.obs[1:], dones).sum())

    decided = [(pair, p) for pair, p in zip(fragments, preferences, strict=True) if p != 0.5]
    agreed = [(total(first) > total(second)) == (p > 0.5) for (first, second), p in decided]
    return float(np.mean(agreed)) if agreed else float("nan")


with contextlib.ExitStack() as stack:
    url, token = given.url, given.token
    if given.synthetic:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        server = stack.enter_context(
            reins.start("reacher", preset="christiano", data=folder, page=False, settings=SHORT_CLIPS)
        )
        url, token = server.url, None
        judge = stack.enter_context(server.connect("judge"))
        threading.Thread(target=answer_by_reward, args=[judge], daemon=True).start()
    print(json.dumps(learn(stack.enter_context(reins.connect(url, token, "imitation")))))
