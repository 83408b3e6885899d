"""HTML: pages that stand by themselves, whatever the command."""

import re
from html.parser import HTMLParser

import pytest

from dlcalc.shell.commands import COMMANDS
from tests.shell.running import invoke

VOID = {"meta"}
WITHOUT_ANSWER = {"completion", "check", "man"}
FAST = {"gan": ["--epochs", "1"]}
TIMED = {"gan"}


class Page(HTMLParser):
    """A page whose tags are closed in turn, no paragraph around a table, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.text = ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not (tag in {"table", "div", "p", "pre"} and "p" in self.open)
        assert not {"src", "href", "onload"} & {name for name, _ in attrs}
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.text += " " * (tag == "td")

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in WITHOUT_ANSWER])
def test_a_page_holds_what_the_table_holds(name: str) -> None:
    words = [name, *FAST.get(name, ())]
    done = invoke(*words, "-f", "html")
    page = Page(done.out)
    assert done.status == 0
    assert done.out.startswith("<!DOCTYPE html>\n")
    assert "script" not in page.tags
    if name not in TIMED:
        numbers = set(re.findall(r"\d+\.\d+", invoke(*words, "-f", "markdown").out))
        assert numbers <= set(re.findall(r"\d+\.\d+", page.text))


@pytest.mark.parametrize("line", ["conv", "lstm", "vae", "kl"])
def test_the_working_is_typeset(line: str) -> None:
    page = Page(invoke(*line.split(), "-f", "html", "--explain").out)
    assert {"i", "sub", "div"} <= page.tags
    assert " = " in page.text


def test_signs_are_escaped() -> None:
    done = invoke("grad", "a = 1; L = 2*a # <b>&", "-f", "html", "--explain")
    assert done.status == 0
    Page(done.out)


def test_relations_and_derivatives_are_written_as_on_the_screen() -> None:
    words = ["grad", "y = a<b; z = (a > b)*x + x^2", "a=1", "b=2", "x=3", "--explain"]
    html, text = (invoke(*words, "-f", form).out for form in ("html", "table"))
    page = Page(html).text
    assert "<i>a</i> &lt; <i>b</i> = 1 &lt; 2" in html
    for line in ("y = a < b = 1 < 2 = 1", "z = (a > b)·x + x", "dz/dx = ∂z/∂x = 6"):
        assert line in page
        assert line in text


def test_records_are_drawn_whole() -> None:
    done = invoke("size", "-f", "html", stdin="input,kernel\n32,5\n9,2\n")
    assert re.findall(r"\d+", Page(done.out).text.partition("remainder")[2]) == [
        "32", "5", "28", "0", "9", "2", "8", "0",
    ]
