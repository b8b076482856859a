"""A teacher, or a program that only looks on, at a running server: episodes, questions and feedback."""

from __future__ import annotations

import contextlib
import json
import queue
import threading
import time
import urllib.parse
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import numpy as np
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect as open_socket
from websockets.typing import Subprotocol

from .http import ServerError, authorization, get
from .pipe import Doubles, Floats

#: `PROTOCOL_VERSION` of server/protocol/version.ts.
PROTOCOL = 4
#: Messages of ours that a server takes in a second, with some to spare.
MESSAGES_PER_SECOND = 40
#: Steps that one request brings at most.
MOST_STEPS = 1000
SOURCES = ("policy", "human", "blend", "fade", "safe")


@dataclass(frozen=True)
class Segment:
    """Steps [start, end) of an episode."""

    episode_id: str
    start: int
    end: int

    def to_wire(self) -> dict[str, Any]:
        return {"episodeId": self.episode_id, "from": self.start, "to": self.end}

    @staticmethod
    def of(wire: dict[str, Any]) -> Segment:
        return Segment(wire["episodeId"], wire["from"], wire["to"])


@dataclass(frozen=True)
class Query:
    """A question that the server put: ``compare`` two segments, ``rank`` several, ``rate`` one."""

    id: str
    kind: str
    segments: tuple[Segment, ...]
    #: Why it was asked.
    strategy: str
    lease: int | None
    #: When this client was given it, ms since epoch.
    shown_at: float


@dataclass(frozen=True)
class Steps:
    """What was done in a segment, column by column; n steps."""

    #: (n + 1, o): one more than steps.
    observations: Floats
    #: (n, k): what was executed.
    actions: Floats
    #: (n, k): what the policy wanted.
    policy_actions: Floats
    #: (n): the environment's reward and safety cost.
    rewards: Doubles
    costs: Doubles
    #: (n): ``policy``, ``human``, ``blend``, ``fade`` or ``safe``.
    sources: list[str]


def connect(url: str = "http://127.0.0.1:8080", token: str | None = None, teacher: str = "python") -> Client:
    """Connects to a running ``reins serve``; a context manager.

    Args:
        url: address of the page.
        token: what the server asks for, where it does.
        teacher: under whose name feedback is given. On a server with accounts the token decides.

    Raises:
        ServerError: where there is no server, or it does not let us in.
    """
    return Client(url, token, teacher)


class Client:
    """A connection to a server. Every method may be called from one thread at a time."""

    def __init__(self, url: str, token: str | None, teacher: str) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._asked = 0
        self._queries: queue.SimpleQueue[Query | None] = queue.SimpleQueue()
        self._replies: dict[str, queue.SimpleQueue[dict[str, Any] | None]] = {}
        self._last_sent = 0.0
        self._status: dict[str, Any] = {}
        self._metrics: dict[str, float] = {}
        self._open = contextlib.ExitStack()
        address = "ws" + self._url.removeprefix("http") + "/ws"
        try:
            opening = open_socket(
                address,
                subprotocols=[Subprotocol(f"reins-v{PROTOCOL}")],
                additional_headers=authorization(token),
                max_size=None,
            )
            self._socket = self._open.enter_context(opening)
        except InvalidHandshake as error:
            raise ServerError(f"{url} refused the connection: {error}") from error
        except OSError as error:
            raise ServerError(f"no server answers at {url}: start one with `reins serve` or reins.start()") from error
        self._send({"type": "hello", "protocol": PROTOCOL, "teacherId": teacher})
        #: What the server says of itself: ``runId``, ``environment``, ``preset``, …
        self.welcome: dict[str, Any] = self._first()
        self.run_id: str = self.welcome["runId"]
        self.teacher: str = (self.welcome.get("person") or {}).get("id") or teacher
        threading.Thread(target=self._listen, daemon=True).start()

    # ---------------------------------------------------------------- what there is

    @property
    def status(self) -> dict[str, Any]:
        """The newest status: ``state``, ``policyVersion``, ``environmentSteps``, ``labels``, …; {} before the first."""
        return self._status

    @property
    def metrics(self) -> dict[str, float]:
        """The newest figures, such as ``reward/version`` and ``reward/accuracy`` (docs/benchmarks); {} before the first."""
        return self._metrics

    def health(self) -> dict[str, Any]:
        """Is it alive, and how far is it."""
        answer: dict[str, Any] = self._get("/api/health")
        return answer

    def episodes(self, **filters: Any) -> Iterator[dict[str, Any]]:
        """Finished episodes of the run without their steps, newest first. ``filters``: those of ``GET /api/episodes``,
        such as ``human=True`` or ``sort="return"``."""
        offset = 0
        while True:
            rows = self._get("/api/episodes", limit=200, offset=offset, **filters)
            yield from rows
            if len(rows) < 200:
                return
            offset += len(rows)

    def steps(self, segment: Segment) -> Steps:
        """What was done there.

        Raises:
            ServerError: for an episode that is not kept any more.
        """
        parts = []
        for start in range(segment.start, segment.end, MOST_STEPS):
            end = min(segment.end, start + MOST_STEPS)
            path = f"/api/episodes/{urllib.parse.quote(segment.episode_id)}/steps"
            parts.append(self._get(path, **{"from": start, "to": end, "exact": True}))

        def joined(name: str) -> list[Any]:
            return [row for part in parts for row in part[name]]

        inner = [row for part in parts for row in part["observations"][:-1]]
        return Steps(
            observations=np.array([*inner, parts[-1]["observations"][-1]], np.float32),
            actions=np.array(joined("actions"), np.float32),
            policy_actions=np.array(joined("policyActions"), np.float32),
            rewards=np.array(joined("rewards"), np.float64),
            costs=np.array(joined("costs"), np.float64),
            sources=[SOURCES[code] for code in joined("sources")],
        )

    def feedback(self) -> list[dict[str, Any]]:
        """The whole log, oldest first, as the server keeps it; retractions are events of their own."""
        rows: list[dict[str, Any]] = self._get("/api/feedback")
        return rows

    # ---------------------------------------------------------------- questions

    def queries(self, most: int | None = None, timeout: float | None = None) -> Iterator[Query]:
        """Questions as the server has them, one at a time: answer one, or ``skip`` it, before the next.

        Args:
            most: how many; endless without.
            timeout: seconds to wait for the next one; then it ends. Without, it waits.
        """
        given = 0
        self._send({"type": "ask-queries", "count": 1})
        try:
            while most is None or given < most:
                try:
                    query = self._queries.get(timeout=timeout)
                except queue.Empty:
                    return
                if query is None:
                    raise ServerError("the server closed the connection")
                given += 1
                yield query
        finally:
            self._send({"type": "ask-queries", "count": 0})

    def prefer(self, query: Query, choice: str, strength: float | None = None) -> str:
        """Answers a comparison: ``a``, ``b``, ``equal``, ``incomparable`` or ``skip``. Returns the feedback's id."""
        first, second = query.segments
        more = {} if strength is None else {"strength": strength}
        return self._answer(query, "preference", a=first.to_wire(), b=second.to_wire(), choice=choice, **more)

    def rank(self, query: Query, order: list[int]) -> str:
        """Answers a ranking: a rank for each segment, 0 the best, equal ranks for ties."""
        return self._answer(query, "ranking", segments=[s.to_wire() for s in query.segments], order=order)

    def rate(self, query: Query, score: int, scale: int = 5) -> str:
        """Answers a rating: ``score`` in 0 … ``scale`` − 1."""
        return self._answer(query, "rating", segment=query.segments[0].to_wire(), score=score, scale=scale)

    def skip(self, query: Query) -> None:
        """Declines a question."""
        if query.kind == "compare":
            self.prefer(query, "skip")
        else:
            self._send({"type": "pass-query", "queryId": query.id})

    # ---------------------------------------------------------------- feedback of one's own accord

    def reward(self, episode_id: str, step: int, value: float) -> str:
        """Says how good the step on screen was, −1 … 1."""
        return self.give("reward", episodeId=episode_id, step=step, value=value)

    def critique(self, segment: Segment, value: float, tag: str | None = None) -> str:
        """Says how good these steps were, −1 … 1."""
        fields: dict[str, Any] = {**segment.to_wire(), "value": value}
        if tag is not None:
            fields["tag"] = tag
        return self.give("critique", **fields)

    def demonstration(self, segment: Segment) -> str:
        """Says that these steps are how to do it."""
        return self.give("demonstration", segment=segment.to_wire())

    def retract(self, feedback_id: str, reason: str | None = None) -> str:
        """Takes feedback back; the log keeps both."""
        fields: dict[str, Any] = {"feedbackId": feedback_id}
        if reason is not None:
            fields["reason"] = reason
        return self.give("retraction", **fields)

    def give(self, kind: str, *, shown_at: float | None = None, **fields: Any) -> str:
        """Any feedback of the wire (server/protocol/messages.ts). Returns its id once it is on disk.

        Raises:
            ServerError: where the server refuses it.
        """
        now = time.time() * 1000
        shown = now if shown_at is None else shown_at
        feedback = {
            "id": str(uuid.uuid4()),
            "kind": kind,
            "runId": self.run_id,
            "teacherId": self.teacher,
            "shownAt": shown,
            "answeredAt": now,
            "responseMs": now - shown,
            **fields,
        }
        name: str = feedback["id"]
        replies = self._replies[name] = queue.SimpleQueue()
        try:
            self._send({"type": "feedback", "feedback": feedback})
            reply = replies.get()
        finally:
            del self._replies[name]
        if reply is None:
            raise ServerError("the server closed the connection before it acknowledged the feedback")
        if reply["type"] == "error":
            raise ServerError(reply["message"])
        return name

    # ---------------------------------------------------------------- the simulation

    def control(self, action: str, **fields: Any) -> None:
        """``play``, ``pause``, ``step``, ``reset`` (``seed``), ``speed`` (``factor``), ``rewind`` (``seconds``), ``estop``."""
        self._send({"type": "control", "id": str(uuid.uuid4()), "action": action, **fields})

    def close(self) -> None:
        self._open.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---------------------------------------------------------------- the wire

    def _answer(self, query: Query, kind: str, **fields: Any) -> str:
        lease = {} if query.lease is None else {"lease": query.lease}
        return self.give(kind, shown_at=query.shown_at, queryId=query.id, **lease, **fields)

    def _get(self, path: str, **parameters: Any) -> Any:
        return get(self._url, path, self._token, **parameters)

    def _send(self, message: dict[str, Any]) -> None:
        wait = self._last_sent + 1 / MESSAGES_PER_SECOND - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        self._last_sent = time.monotonic()
        try:
            self._socket.send(json.dumps(message))
        except ConnectionClosed as error:
            raise ServerError("the server closed the connection") from error

    def _first(self) -> dict[str, Any]:
        try:
            for data in self._socket:
                message = json.loads(data) if isinstance(data, str) else {"type": "binary"}
                if message["type"] == "welcome":
                    return dict(message)
                if message["type"] == "error":
                    raise ServerError(message["message"])
        except ConnectionClosed:
            pass
        raise ServerError("the server closed the connection before it said welcome")

    def _listen(self) -> None:
        """Everything that comes is taken at once: a server gives up those that do not listen."""
        try:
            for data in self._socket:
                if isinstance(data, str):
                    self._hear(json.loads(data))
        except ConnectionClosed:
            pass
        for replies in list(self._replies.values()):
            replies.put(None)
        self._queries.put(None)

    def _hear(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "status":
                self._status = message
            case "metrics":
                self._metrics = message["points"][-1]["values"]
            case "query":
                wire = message["query"]
                segments = tuple(Segment.of(s) for s in wire["segments"])
                now = time.time() * 1000
                self._queries.put(
                    Query(wire["id"], wire["kind"], segments, wire["strategy"], wire.get("lease"), now)
                )
            case "ack":
                self._reply(message["feedbackId"], message)
            case "error":
                self._reply(message.get("ref"), message)
            case _:
                pass

    def _reply(self, name: str | None, message: dict[str, Any]) -> None:
        replies = self._replies.get(name or "")
        if replies is not None:
            replies.put(message)
