"""What came of each operation through a vendor's own client."""

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Callable, Iterator


@dataclass
class Answer:
    """What the server answered. A case sets the status that the client reports."""

    status: int | None = None


@dataclass(frozen=True)
class Outcomes:
    """Keeps what came of each case of each operation, and goes on after one that fails."""

    dialect: str
    client: str
    """Name and version."""
    error: type[Exception]
    """What the client raises when it is refused; it has a status and a body."""
    is_envelope: Callable[[str], bool]
    """Whether the body of a refusal is in the vendor's envelope."""
    seen: list[dict] = field(default_factory=list)
    """In the order of the cases; `problem` is None where all was as it should be."""

    @contextmanager
    def answered(self, operation: str, status: int) -> Iterator[Answer]:
        """The client takes the answer, its status is this one, and what the block asserts of it holds."""
        with self._case(operation, status):
            answer = Answer()
            yield answer
            assert answer.status == status, f"answered with {answer.status}"

    @contextmanager
    def refused(self, operation: str, *statuses: int) -> Iterator[None]:
        """The client raises its own error, with one of these statuses and the vendor's envelope."""
        with self._case(operation, statuses[0]) as case:
            try:
                yield
            except self.error as error:
                assert error.status in statuses, f"refused with {error.status}: {error.body!r}"
                body = error.body.decode() if isinstance(error.body, bytes) else error.body or ""
                assert self.is_envelope(body), f"refused in another envelope: {body!r}"
                case["status"] = error.status
            else:
                raise AssertionError("not refused")

    @contextmanager
    def _case(self, operation: str, status: int) -> Iterator[dict]:
        case = {
            "dialect": self.dialect,
            "operation": operation,
            "client": self.client,
            "status": status,
            "problem": None,
        }
        self.seen.append(case)
        try:
            yield case
        except Exception as error:  # A case that fails is an outcome; the others still have to be seen.
            case["problem"] = f"{type(error).__name__}: {error}".strip()


def is_json_object_with(member: str, kind: type) -> Callable[[str], bool]:
    """Whether a body is a JSON object with a member of this kind."""

    def check(body: str) -> bool:
        try:
            parsed = json.loads(body)
        except ValueError:
            return False
        return isinstance(parsed, dict) and isinstance(parsed.get(member), kind)

    return check
