"""What the server's HTTP API answers."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any


class ServerError(RuntimeError):
    """The server refused; the message is its own."""


def authorization(token: str | None) -> dict[str, str]:
    """Headers that let a token in."""
    return {} if token is None else {"Authorization": f"Bearer {token}"}


def get(url: str, path: str, token: str | None = None, **parameters: Any) -> Any:
    """``GET url/path?parameters``, read as JSON.

    Raises:
        ServerError: with the server's words, or because it does not answer.
    """
    values = {k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in parameters.items()}
    address = f"{url.rstrip('/')}{path}?{urllib.parse.urlencode(values)}"
    request = urllib.request.Request(address, headers=authorization(token))
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        text = error.read().decode(errors="replace")
        try:
            text = json.loads(text)["message"]
        except (ValueError, KeyError):
            pass
        raise ServerError(f"{path}: {text or error}") from None
    except OSError as error:  # URLError among them
        raise ServerError(f"{path}: {url} does not answer ({error})") from error
