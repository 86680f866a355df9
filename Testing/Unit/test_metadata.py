"""The extension describes itself in three files, the core in two; each pair must agree."""

import json
import re
import struct
import subprocess
import tomllib
from pathlib import Path

import pytest
from extension_description import catalogue_description, read_description

ROOT = Path(__file__).resolve().parents[2]
RAW_URL = "https://raw.githubusercontent.com/crfgansynth/SlicerCRFGANSynth/main/"
SCHEMA = (
    "https://raw.githubusercontent.com/Slicer/Slicer/main/Schemas/slicer-extension-catalog-entry-schema-v1.0.2.json#"
)
REQUIRED_KEYS = {"$schema", "category", "scm_url"}
OPTIONAL_KEYS = {
    "scm_revision",
    "scm_type",
    "build_dependencies",
    "build_subdirectory",
    "enabled",
    "tier",
    "dicom_support_rule",
}
S4EXT_KEYS = (
    "scm scmurl scmrevision depends recommends build_subdirectory homepage contributors category iconurl "
    "status tier description screenshoturls enabled dicom_support_rule keywords"
)


def read(name: str) -> str:
    """Return the text of a file of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def cmake() -> dict[str, str]:
    """CMakeLists.txt: EXTENSION_<key> by lower-case key, and the project's name."""
    text = read("CMakeLists.txt")
    values = {key.lower(): value for key, value in re.findall(r'set\(EXTENSION_(\w+) "([^"]*)"\)', text)}
    return values | {"name": re.search(r"project\((\w+)\)", text)[1]}


@pytest.fixture(scope="module")
def s4ext() -> dict[str, str]:
    """CRFGANSynth.s4ext by key."""
    return read_description(ROOT / "CRFGANSynth.s4ext")


@pytest.fixture(scope="module")
def catalogue() -> dict:
    """CRFGANSynth.json, the entry for the Extensions Index."""
    return json.loads(read("CRFGANSynth.json"))


@pytest.fixture(scope="module")
def project() -> dict:
    """The [project] table of pyproject.toml."""
    return pyproject()["project"]


def pyproject() -> dict:
    """pyproject.toml."""
    return tomllib.loads(read("pyproject.toml"))


def core_version() -> str:
    """Return crfgan's version as its file states it, without importing an installed copy."""
    return re.search(r'__version__ = "([^"]+)"', read("CRFGANSynth/crfgan/version.py"))[1]


def test_name_fits_the_index(cmake):
    assert cmake["name"] == "CRFGANSynth"
    assert not cmake["name"].startswith("Slicer")
    assert cmake["homepage"].endswith(f"/Slicer{cmake['name']}")


def test_s4ext_repeats_cmake(cmake, s4ext):
    repeated = cmake.keys() & s4ext.keys()
    assert {key: cmake[key] for key in repeated} == {key: s4ext[key] for key in repeated}
    assert repeated >= {"homepage", "contributors", "category", "description", "depends", "status", "tier", "keywords"}


def test_s4ext_has_every_key(s4ext):
    assert list(s4ext) == S4EXT_KEYS.split()


def test_catalogue_entry_has_only_allowed_keys(catalogue):
    assert catalogue.keys() >= REQUIRED_KEYS
    assert catalogue.keys() <= REQUIRED_KEYS | OPTIONAL_KEYS
    assert catalogue["$schema"] == SCHEMA


def test_catalogue_entry_agrees_with_cmake(cmake, catalogue):
    assert catalogue["category"] == cmake["category"]
    assert catalogue["build_dependencies"] == cmake["depends"].split()
    assert catalogue["scm_url"] == f"{cmake['homepage']}.git"


def test_catalogue_entry_agrees_with_s4ext(s4ext):
    catalogue = catalogue_description(ROOT / "CRFGANSynth.json")
    assert catalogue == {key: s4ext[key] for key in catalogue}
    assert 1 <= int(catalogue["tier"]) <= 5


def test_picture_urls_name_files_of_the_repository(cmake):
    urls = [cmake["iconurl"], *cmake["screenshoturls"].split()]
    assert len(urls) >= 2, "The index wants an icon and at least one screenshot."
    missing = [url for url in urls if not (ROOT / url.removeprefix(RAW_URL)).is_file()]
    assert missing == []
    assert all(url.startswith(f"{RAW_URL}Resources/") for url in urls)


@pytest.mark.parametrize("name", ["Resources/CRFGANSynth.png", "CRFGANSynth/Resources/Icons/CRFGANSynth.png"])
def test_icon_is_a_png_of_128_by_128(name):
    data = (ROOT / name).read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", data[16:24]) == (128, 128)


def test_catalogue_and_module_show_the_same_icon():
    module_icon = ROOT / "CRFGANSynth/Resources/Icons/CRFGANSynth.png"
    assert module_icon.read_bytes() == (ROOT / "Resources/CRFGANSynth.png").read_bytes()


def test_license_is_apache():
    text = read("LICENSE.txt")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_requirements_equal_the_dependencies(project):
    assert read("CRFGANSynth/Resources/requirements.txt").split("\n")[:-1] == project["dependencies"]


def test_project_takes_its_version_from_the_core(project):
    assert project["dynamic"] == ["version"]
    assert 'version = { attr = "crfgan.version.__version__" }' in read("pyproject.toml")


def test_the_oldest_python_is_the_same_everywhere(project):
    oldest = re.fullmatch(r">=3\.(\d+)", project["requires-python"])[1]
    assert pyproject()["tool"]["ruff"]["target-version"] == f"py3{oldest}"
    for page in ("README.md", "docs/servers.md"):
        assert re.findall(r"Python 3\.(\d+) or later", read(page)) == [oldest], page
    # hashlib.file_digest, and the releases of SciPy and scikit-image that constraints.txt pins, are of 3.11.
    assert int(oldest) >= 11


def test_changelog_begins_with_the_version():
    assert re.search(r"(?m)^## \[(\d[^\]]*)\]", read("CHANGELOG.md"))[1] == core_version()


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git checkout")
def test_text_files_end_their_lines_with_lf():
    # git's own judgement: "i/crlf" or "w/mixed" marks a text file whose lines end otherwise.
    command = ["git", "ls-files", "--eol", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    wrong = [line for line in listing.splitlines() if re.match(r"\S*(crlf|mixed)|\S+\s+w/(crlf|mixed)", line)]
    assert wrong == []
