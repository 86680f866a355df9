"""@FILE: paths are taken from a list, and what can't be one is told with the list and the line."""

import pytest
from commands import run_here
from crfgan.commands.terminal.path_lists import with_lists
from crfgan.errors import InputError


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with two files in it, in which the command is called."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.nrrd", "b c.nrrd", "#1.nrrd"):
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize(
    "text",
    [
        "a.nrrd\n\nb c.nrrd\n",
        "# of the pilot\na.nrrd \n  b c.nrrd\n   \n",
        "a.nrrd\r\nb c.nrrd\r\n",
        '"a.nrrd"\n"b c.nrrd"',
        "\ufeffa.nrrd\nb c.nrrd",
    ],
    ids=["empty line", "spaces and a comment", "of Windows", "quoted", "byte order mark"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_list_names_paths_whatever_stands_around_them(here, text, encoding):
    (here / "list.txt").write_bytes(text.encode(encoding))
    assert with_lists(["check", "@list.txt", "--events"]) == ["check", "a.nrrd", "b c.nrrd", "--events"]


def test_a_file_with_the_mark_of_a_comment_is_meant_where_it_is_there(here):
    (here / "list.txt").write_text("#1.nrrd\n#2.nrrd\n")
    assert with_lists(["@list.txt"]) == ["#1.nrrd"]


def test_names_that_are_not_utf_8_are_taken(here):
    (here / "Sch\udce4del.nrrd").touch()
    (here / "list.txt").write_bytes(b"Sch\xe4del.nrrd\n")
    assert with_lists(["@list.txt"]) == ["Sch\udce4del.nrrd"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a.nrrd\n\ngone.nrrd\n", r"list\.txt must name existing files or folders, got 'gone\.nrrd' in line 3\."),
        (b"\x1f\x8b\0\0\x01", r"list\.txt must be a text with one path a line, got a file that isn't text"),
        (None, r"The list list\.txt can't be read: No such file or directory\."),
    ],
)
def test_what_is_no_list_is_told(here, content, message):
    if content is not None:
        (here / "list.txt").write_bytes(content)
    with pytest.raises(InputError, match=message):
        with_lists(["@list.txt"])


def test_a_missing_path_ends_the_command_with_one_sentence(here):
    (here / "list.txt").write_text("gone.nrrd\n")
    result = run_here("check", "@list.txt")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("list.txt must name existing files or folders, got 'gone.nrrd' in line 1.")
    assert len(result.stderr.splitlines()) == 1
