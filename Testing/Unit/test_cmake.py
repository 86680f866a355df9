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

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "CRFGANSynth"
INSTALLED = Path("lib/Slicer-5.12/qt-scripted-modules")
SEARCH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
BUILD_TOOLS = ("cmake", "ctest", "cpack", "make", "cc", "c++")


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


def configure(source: Path, build: Path) -> subprocess.CompletedProcess:
    """Configure the extension in `source` against the stand-in for Slicer's CMake package."""
    stub = source / "Testing/CMakeStub"
    return run("cmake", "-G", "Unix Makefiles", f"-DSlicer_DIR={stub}", "-S", source, "-B", build)


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
    assert files_below(tmp_path) == sorted(f"{INSTALLED.as_posix()}/{name}" for name in listed_files())
    for name in listed_files():
        assert (tmp_path / INSTALLED / name).read_bytes() == (MODULE / name).read_bytes()


def test_package_equals_the_lists(build):
    packed = run("cpack", "-G", "TGZ", cwd=build)
    assert packed.returncode == 0, packed.stderr
    with tarfile.open(build / "CRFGANSynth.tar.gz") as archive:
        names = [member.name for member in archive if member.isfile()]
    prefix = f"CRFGANSynth/{INSTALLED.as_posix()}"
    assert sorted(names) == sorted(f"{prefix}/{name}" for name in listed_files())


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
