"""The extension configures, builds, installs and packs, and carries every file of the module."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from extension_description import catalogue_description, read_description

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "CRFGANSynth"
INSTALLED = Path("lib/Slicer-5.12/qt-scripted-modules")
DESCRIPTION = "CRFGANSynth.s4ext"
FROM_THE_CLONE = "scmrevision"
"""The repository's files name a branch, a package the commit that it was made from."""
SEARCH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
BUILD_TOOLS = ("cmake", "ctest", "cpack", "make", "cc", "c++", "git")


def load_lister():
    """Import tools/list_module_files.py, which is a script and not part of a package."""
    spec = importlib.util.spec_from_file_location("list_module_files", ROOT / "tools/list_module_files.py")
    lister = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(lister)
    return lister


lister = load_lister()


def listed_files() -> list[str]:
    """Return what CRFGANSynth/CMakeLists.txt lists, in its order."""
    text = (MODULE / "CMakeLists.txt").read_text(encoding="utf-8")
    blocks = re.findall(r"(?s)# begin \w+\n(.*?)# end \w+\n", text)
    return "".join(blocks).split()


def files_below(folder: Path) -> list[str]:
    """Return the files below `folder` as sorted POSIX paths."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def run(tool: str, *arguments, cwd: Path = ROOT) -> subprocess.CompletedProcess:
    """Run a build tool, the environment's own if it has one."""
    command = [shutil.which(tool, path=SEARCH), *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True)


def installed_files() -> list[str]:
    """Return what a package must hold: the listed files and the description."""
    modules = [f"{INSTALLED.as_posix()}/{name}" for name in listed_files()]
    return sorted([*modules, f"share/Slicer-5.12/{DESCRIPTION}"])


def configure(source: Path, build: Path, slicer: Path | None = None) -> subprocess.CompletedProcess:
    """Configure the extension in `source` against Slicer's CMake package, by default the stand-in for it."""
    slicer = slicer or source / "Testing/CMakeStub"
    # A build tree of Slicer knows where its launcher is; one made of templates alone has a stand-in beside it.
    beside = [f"-DCTKAppLauncher_DIR={slicer}"] if (slicer / "CTKAppLauncherConfig.cmake").exists() else []
    return run("cmake", "-G", "Unix Makefiles", f"-DSlicer_DIR={slicer}", *beside, "-S", source, "-B", build)


def generated_description(source: Path, build: Path, slicer: Path | None = None) -> dict[str, str]:
    """Return what a package of the extension in `source` says of itself."""
    configured = configure(source, build, slicer)
    assert configured.returncode == 0, configured.stderr
    return read_description(build / DESCRIPTION)


def differences(generated: dict[str, str], wanted: dict[str, str]) -> dict[str, tuple]:
    """Return generated and wanted value of each key that a package says otherwise than the repository."""
    keys = wanted.keys() - {FROM_THE_CLONE}
    return {key: (generated.get(key), wanted[key]) for key in keys if generated.get(key) != wanted[key]}


@pytest.fixture(scope="module")
def build_tools() -> None:
    """Skip, naming what is missing, where the extension can't be built."""
    missing = [tool for tool in BUILD_TOOLS if shutil.which(tool, path=SEARCH) is None]
    if missing:
        pytest.skip(f"not found: {', '.join(missing)}")


@pytest.fixture(scope="module")
def build(build_tools, tmp_path_factory) -> Path:
    """The extension's build folder, configured and built."""
    folder = tmp_path_factory.mktemp("build")
    configured = configure(ROOT, folder)
    assert configured.returncode == 0, configured.stderr
    built = run("cmake", "--build", folder)
    assert built.returncode == 0, built.stderr
    return folder


@pytest.fixture
def copied_extension(build_tools, tmp_path) -> Path:
    """A copy of what CMake reads, for a test to spoil."""
    source = tmp_path / "source"
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(MODULE, source / "CRFGANSynth", ignore=ignore)
    shutil.copytree(ROOT / "Testing/CMakeStub", source / "Testing/CMakeStub")
    shutil.copytree(ROOT / "Testing/Python", source / "Testing/Python", ignore=ignore)
    for name in ("CMakeLists.txt", "README.md", "LICENSE.txt", "Testing/CMakeLists.txt"):
        shutil.copy(ROOT / name, source / name)
    return source


@pytest.fixture
def published_extension(copied_extension) -> Path:
    """The copy as a clone of the repository that the description names."""
    url = read_description(ROOT / DESCRIPTION)["scmurl"]
    person = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"]
    for command in (["init", "-q"], ["remote", "add", "origin", url], ["add", "."], [*person, "commit", "-qm", "all"]):
        done = run("git", *command, cwd=copied_extension)
        assert done.returncode == 0, done.stderr
    return copied_extension


@pytest.fixture(params=["stand-in", "SLICER_DIR"])
def slicer_cmake(request) -> Path | None:
    """The folder of Slicer's CMake package: the stand-in (None), and the genuine one where the environment names it."""
    if request.param == "stand-in":
        return None
    if "SLICER_DIR" not in os.environ:
        pytest.skip("the variable SLICER_DIR names no folder with SlicerConfig.cmake")
    return Path(os.environ["SLICER_DIR"])


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git checkout")
def test_lists_name_every_file_of_the_tree():
    text = (MODULE / "CMakeLists.txt").read_text(encoding="utf-8")
    assert text == lister.rewrite(text, lister.module_files()), "Run `make cmake-list`."


def test_rewrite_sorts_files_into_their_lists():
    text = "# begin scripts\n  old.py\n  # end scripts\n# begin resources\n  # end resources\n"
    assert lister.rewrite(text, ["a.py", "b.ui", "c/d.py"]) == (
        "# begin scripts\n  a.py\n  c/d.py\n  # end scripts\n# begin resources\n  b.ui\n  # end resources\n"
    )


def test_rewrite_refuses_text_without_markers():
    with pytest.raises(ValueError, match="must have one `# begin scripts`"):
        lister.rewrite("set(MODULE_PYTHON_SCRIPTS)\n", ["a.py"])


def test_build_tree_holds_the_listed_files(build):
    assert files_below(build / INSTALLED) == sorted(listed_files())


def test_ctest_lists_the_tests(build):
    listing = run("ctest", "-N", cwd=build).stdout
    names = re.findall(r"Test +#\d+: (\S+)", listing)
    assert names == ["py_nomainwindow_qSlicerCRFGANSynthModuleGenericTest", "py_CRFGANSynth"]


def test_install_tree_equals_the_lists(build, tmp_path):
    installed = run("cmake", "--install", build, "--prefix", tmp_path)
    assert installed.returncode == 0, installed.stderr
    assert files_below(tmp_path) == installed_files()
    for name in listed_files():
        assert (tmp_path / INSTALLED / name).read_bytes() == (MODULE / name).read_bytes()


def test_package_equals_the_lists(build):
    packed = run("cpack", "-G", "TGZ", cwd=build)
    assert packed.returncode == 0, packed.stderr
    with tarfile.open(build / "CRFGANSynth.tar.gz") as archive:
        names = [member.name for member in archive if member.isfile()]
    assert sorted(names) == [f"CRFGANSynth/{name}" for name in installed_files()]


@pytest.mark.parametrize("name", ["crfgan/version.py", "Resources/requirements.txt"])
def test_missing_file_is_an_error(copied_extension, tmp_path, name):
    (copied_extension / "CRFGANSynth" / name).unlink()
    configured = configure(copied_extension, tmp_path / "build")
    assert configured.returncode != 0
    assert f"must name existing files, got '{name}'" in " ".join(configured.stderr.split())


def test_missing_description_is_an_error(copied_extension, tmp_path):
    cmake = copied_extension / "CMakeLists.txt"
    text = cmake.read_text(encoding="utf-8")
    cmake.write_text(text.replace("set(EXTENSION_DESCRIPTION", "set(UNUSED"), encoding="utf-8")
    configured = configure(copied_extension, tmp_path / "build")
    assert configured.returncode != 0
    assert "EXTENSION_DESCRIPTION must be set" in configured.stderr


def test_package_says_of_the_extension_what_the_repository_says(published_extension, slicer_cmake, tmp_path):
    generated = generated_description(published_extension, tmp_path / "build", slicer_cmake)
    assert differences(generated, read_description(ROOT / DESCRIPTION)) == {}
    assert differences(generated, catalogue_description(ROOT / "CRFGANSynth.json")) == {}
    assert generated.keys() == read_description(ROOT / DESCRIPTION).keys()


def test_package_names_the_commit_that_it_was_made_from(published_extension, slicer_cmake, tmp_path):
    generated = generated_description(published_extension, tmp_path / "build", slicer_cmake)
    commit = run("git", "rev-parse", "HEAD", cwd=published_extension).stdout
    assert commit.startswith(generated[FROM_THE_CLONE])
    assert len(generated[FROM_THE_CLONE]) >= 7


@pytest.mark.parametrize(
    ("key", "line", "generated"),
    [("tier", 'set(EXTENSION_TIER "2")', "2"), ("tier", "", "1"), ("status", "", ""), ("keywords", "", "")],
)
def test_package_that_says_otherwise_is_noticed(published_extension, slicer_cmake, tmp_path, key, line, generated):
    cmake = published_extension / "CMakeLists.txt"
    text = re.sub(rf"set\(EXTENSION_{key.upper()} .*\)", line, cmake.read_text(encoding="utf-8"))
    cmake.write_text(text, encoding="utf-8")
    wanted = read_description(ROOT / DESCRIPTION)
    found = differences(generated_description(published_extension, tmp_path / "build", slicer_cmake), wanted)
    assert found == {key: (generated, wanted[key])}
