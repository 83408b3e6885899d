"""What can go wrong, once: a message of one line, and the exit status it becomes."""

from __future__ import annotations

from collections.abc import Collection, Iterable


class DlcalcError(Exception):
    """Something a user can put right: what is wrong, where, and what would be right.

    The place (file, line, layer, field) is often known only further up than the
    fact is, so callers add it with :meth:`at` on the way.
    """

    status = 2

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.places: list[str] = []

    def at(self, place: object) -> DlcalcError:
        """Put `place` before the message; the outermost place comes first."""
        self.places.insert(0, str(place))
        return self

    def __str__(self) -> str:
        return ": ".join([*self.places, self.message])


class At:
    """Puts a place before the message of an error within it: `with At(name): …`.

    With `once` a place that stands there already is not said again, and an empty one never is.
    """

    def __init__(self, place: object, once: bool = False) -> None:
        self.place = str(place)
        self.once = once

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, DlcalcError) and self.place and not (
            self.once and self.place in error.places
        ):
            error.at(self.place)


class InputError(DlcalcError):
    """A value, a field or a text that cannot be read or used."""


class ShapeError(InputError):
    """Sizes or shapes that do not fit each other."""


class LimitError(InputError):
    """Work or memory past what is done at once, refused before it starts."""


class FileError(DlcalcError):
    """A file or stream that cannot be read or written."""


class AnswerDiffersError(DlcalcError):
    """The expected answer differs from the result, or a check asked for fails."""

    status = 1


def reason(error: OSError) -> str:
    """The system's reason, as the end of a sentence: `no such file or directory`."""
    text = error.strerror or str(error)
    return text[:1].lower() + text[1:]


def words_of(error: Exception, most: int = 120) -> str:
    r"""What a parser of somebody else has to say: its first line, cut, without addresses.

    >>> words_of(ValueError("a bad header: <_io.BytesIO object at 0x7f00>\nand more"))
    'a bad header'
    >>> words_of(EOFError())
    'EOFError'
    """
    from re import sub

    text = str(error).strip().partition("\n")[0]
    text = sub(r":? *<\S+ object at 0x\w+>", "", text) or type(error).__name__
    return text if len(text) <= most else f"{text[:most]}…"


def require_known(name: object, names: Collection[str], what: str) -> str:
    """The name, or InputError with the nearest ones where it is none of the names of `what`.

    >>> require_known("adm", ["adam", "sgd"], "optimizer")
    Traceback (most recent call last):
        ...
    dlcalc.errors.InputError: unknown optimizer 'adm'; did you mean adam?
    """
    if not isinstance(name, str) or name not in names:
        raise InputError(f"unknown {what} {name!r}{did_you_mean(name, names)}")
    return str(name)


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """The tail of an error about an unknown name: the nearest known ones, or all of a few.

    What is no text at all has none that are near.

    >>> did_you_mean("lenett", ["lenet", "resnet18"])
    '; did you mean lenet?'
    >>> did_you_mean("zzz", ["text", "json"])
    '; known: text, json'
    """
    from difflib import get_close_matches

    names = list(known)
    name = name if isinstance(name, str) else ""
    near = get_close_matches(name, names, n=3, cutoff=0.6)
    if not near:
        folded = {each.lower(): each for each in names}
        near = [folded[each] for each in get_close_matches(name.lower(), folded, n=3)]
    if near:
        return f"; did you mean {' or '.join(near)}?"
    return f"; known: {', '.join(names)}" if 0 < len(names) <= 32 else ""
