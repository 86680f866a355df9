"""Rewrites the two file lists of CRFGANSynth/CMakeLists.txt from the files git knows or would add.

Slicer packages only the files a module lists by name, so a forgotten one breaks the installed
extension though the source tree works. Run with `make cmake-list` after adding or removing a file.
"""

import re
import subprocess
from pathlib import Path

MODULE = Path(__file__).resolve().parents[1] / "CRFGANSynth"


def module_files(module: Path = MODULE) -> list[str]:
    """Return the module's files as sorted POSIX paths below `module`, less its CMakeLists.txt."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=module, check=True, capture_output=True, text=True).stdout
    names = set(listing.split("\0")) - {"", "CMakeLists.txt"}
    # A file deleted but not yet staged is still in the index.
    return sorted(name for name in names if (module / name).is_file())


def rewrite(text: str, files: list[str]) -> str:
    """Return the CMake `text` with `files` between its markers: Python as scripts, all else as resources."""
    scripts = [name for name in files if name.endswith(".py")]
    resources = [name for name in files if not name.endswith(".py")]
    return _fill(_fill(text, "scripts", scripts), "resources", resources)


def _fill(text: str, label: str, names: list[str]) -> str:
    """Replace the lines between `# begin <label>` and `# end <label>`."""
    block = "".join(f"  {name}\n" for name in names)
    pattern = rf"(?s)(?<=# begin {label}\n).*?(?=  # end {label}\n)"
    filled, count = re.subn(pattern, lambda _: block, text)
    if count != 1:
        raise ValueError(f"CMakeLists.txt must have one `# begin {label}` and `# end {label}`, got {count}.")
    return filled


def main() -> None:
    """Write the lists of the tree as it is now."""
    cmake = MODULE / "CMakeLists.txt"
    text = cmake.read_text(encoding="utf-8")
    cmake.write_text(rewrite(text, module_files()), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
