"""Lists the models that are known, or shows one of them."""

from __future__ import annotations

from dlcalc.errors import InputError, did_you_mean
from dlcalc.input.sources import read_file
from dlcalc.models import Entry, entry, models, zoo_names, zoo_path
from dlcalc.output.answer import Answer, Table, Text
from dlcalc.shell.output import Output


def models_answer() -> Answer:
    """Name, input, published figures, and what and whose each model is."""
    found = models()
    headers = ["name", "input", "params", "macs", "title", "source"]
    rows = [
        [each.name, each.input, *(each.published.get(key) for key in ("params", "macs")),
         each.title, each.source]
        for each in found
    ]
    def shown(figure: str | None) -> str:
        return f"{int(figure):,}" if figure is not None and figure.isdigit() else figure or ""

    # To people without the sources, which would not fit a line.
    table = Table(headers, rows, drawn=lambda: Table(
        headers[:-1],
        [[name, size, *map(shown, figures), title] for name, size, *figures, title, _ in rows],
        footnotes=["", "figures as published; -f json gives their sources, "
                   "dlcalc models NAME the layers"],
    ))
    return Answer({"models": [each._asdict() for each in found]}, [table], main="models")


def model_answer(name: str) -> Answer:
    """A model of the zoo, or what an architecture of this name builds by default, to be edited."""
    from dlcalc.models.configs import config_lines, known_types
    from dlcalc.models.count import params
    from dlcalc.models.notation import read_notation
    from dlcalc.models.reading import model
    from dlcalc.models.translation import notation

    path = zoo_path(name)
    if path:
        read, about = model(name), entry(name)
    elif name in known_types():
        text = "\n".join(config_lines({"model_type": name})[0])
        read = read_notation(text, name=name)
        about = Entry(name, name, None, {}, "class defaults of transformers 5.24.0")
    else:
        near = did_you_mean(name, [*zoo_names(), *known_types()])
        raise InputError(
            f"no model or architecture {name!r}{near or '; dlcalc models lists the models'}"
        )
    count = params(read)
    found = {"params": count.params, "active_params": count.active_params, "macs": count.macs}
    written = read_file(path).decode() if path and path.endswith(".txt") else notation(read)
    if not written.lstrip().startswith("name "):
        written = f"name {about.title}\n{written}"
    lines = written.rstrip().split("\n")
    if not any(line.startswith("source ") for line in lines):
        figures = " ".join(f"{key}={figure}" for key, figure in about.published.items())
        lines[1:1] = [f"source {about.source}", *([f"published {figures}"] if figures else [])]
    counted = " ".join(f"{key}={number}" for key, number in found.items())
    record = {
        **about._asdict(), "input": count.input, "recomputed": found, "notation": "\n".join(lines),
    }
    return Answer(record, [Text([f"# recomputed: {counted}", *lines])], "notation")


def run(out: Output, name: str | None) -> None:
    """Show a model, or list all."""
    out.emit(models_answer() if name is None else model_answer(name))
