"""How many rows are asked for, against how many there are; and how few different values are kinds."""

from lab.errors import PartError, counted, size_text

LARGEST = 2**31
"""The most bytes of one array or file that are read or made: 2 GiB."""

MOST_CLASSES = 20
"""With ``task = "auto"``, so many different values are classes; more are numbers."""

ROWS_OF_A_KIND = 3
"""Of more than two values, one that has fewer rows than so, on average, is no kind."""


def check_size(subject: str, size: int) -> None:
    """Raise PartError where ``size`` bytes are more than `LARGEST`: before they are read or allocated."""
    if size > LARGEST:
        raise PartError(f"{subject}: {size_text(size)}, expected at most {LARGEST / 2**30:.0f} GiB")


def of_part(name: str, part: str, asked: int | None, usual: int, available: int | None = None) -> int:
    """The rows of one part (``"train"`` or ``"test"``) that has ``available`` rows of its own.

    ``available`` None is no limit. Raises PartError with both numbers where more are asked for.
    """
    rows = usual if asked is None else asked
    least = 1 if part == "train" else 0
    if rows < least:
        raise PartError(f"{name}: {part} = {rows}, expected at least {least}", part)
    if available is not None and rows > available:
        there = f"the {counted(available, 'row')} there {'is' if available == 1 else 'are'}"
        raise PartError(f"{name}: {part} = {rows} asks for more than {there}", part)
    return rows


def of_both(
    name: str, train: int | None, test: int | None, usual: tuple[int, int], available: int
) -> tuple[int, int]:
    """The rows of the train and the test part, which share ``available`` rows.

    A test part that is not asked for takes at most what the train part leaves. Raises PartError with the
    numbers where more are asked for than there are.
    """
    rows = of_part(name, "train", train, usual[0], available)
    more = of_part(name, "test", test, min(usual[1], available - rows))
    if rows + more > available:
        asked = f"train = {rows} and test = {more} make {rows + more} rows"
        larger = "train" if train is not None and rows > more else "test"
        raise PartError(f"{name}: {asked}, but there are {available}", larger)
    return rows, more


def few(different: int, rows: int) -> bool:
    """Whether so many different values in so many rows are kinds: two, or few that come again and again.

    >>> few(2, rows=3), few(16, rows=16), few(16, rows=48), few(21, rows=1000)
    (True, False, True, False)
    """
    return different == 2 or different <= min(MOST_CLASSES, rows // ROWS_OF_A_KIND)
