"""What is made of data, kept for as long as these are there."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

MOST_KEPT = 4
"""So many results of one function are kept of the same data, the newest."""

F = TypeVar("F", bound=Callable[..., Any])


def kept_with_data(function: F) -> F:
    """The function, made to remember what it gave of its first argument until that is let go.

    What it gives must not hold the first argument. A cache that counts would keep the data of runs that
    ended.

    >>> class Data:
    ...     pass
    >>> made, data = kept_with_data(lambda data, count: print("made") or [0] * count), Data()
    >>> made(data, 2), made(data, 2)
    made
    ([0, 0], [0, 0])
    """
    kept: WeakKeyDictionary[Any, dict[tuple[Any, ...], Any]] = WeakKeyDictionary()

    @wraps(function)
    def remembered(data: Any, *others: Any) -> Any:
        found = kept.setdefault(data, {})
        if others not in found:
            if len(found) == MOST_KEPT:
                del found[next(iter(found))]
            found[others] = function(data, *others)
        return found[others]

    return cast(F, remembered)
