"""The project's own files: what git tracks or would add; without git, everything outside build folders."""

import pathlib
import subprocess

SKIPPED_FOLDERS = (".git", "node_modules", "__pycache__", ".cache")


class Tree:
    """Reads each file at most once. Paths are relative to the root, with '/'."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.paths = sorted(path for path in self._listed() if (self.root / path).is_file())
        self._texts = {}

    def _listed(self):
        listing = subprocess.run(
            ["git", "-C", str(self.root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            capture_output=True, check=False) if (self.root / ".git").exists() else None
        if listing is not None and listing.returncode == 0:
            return {path for path in listing.stdout.decode().split("\0") if path}
        found = (path.relative_to(self.root) for path in self.root.rglob("*"))
        return {path.as_posix() for path in found
                if not path.parts[0].startswith("build") and not set(SKIPPED_FOLDERS) & set(path.parts)}

    def with_endings(self, *endings):
        return [path for path in self.paths if path.endswith(endings)]

    def text(self, path):
        """The file's text, or None where it is not text in UTF-8."""
        if path not in self._texts:
            data = (self.root / path).read_bytes()
            try:
                self._texts[path] = None if b"\0" in data else data.decode()
            except UnicodeDecodeError:
                self._texts[path] = None
        return self._texts[path]

    def lines(self, path):
        return (self.text(path) or "").splitlines()
