"""The peers, in a virtual environment of their own."""
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
# gdal-wheel requires it.
MIN_PYTHON = (3, 12)
TITLES = {"odc": "odc-stac", "gdal": "GDAL warp, one date per side"}
INSTALL_TIMEOUT_S = 1800


class PeerError(Exception):
    """Why a peer does not run."""


class Peers:
    """Python with the packages of requirements.txt, installed on first use."""

    def __init__(self, python, folder):
        self.base, self.folder = python, folder
        self.python = None
        self.reason = None

    def command(self, name, arguments):
        """The command of a peer; a PeerError where its packages cannot be installed."""
        if self.python is None and self.reason is None:
            try:
                self.install()
            except PeerError as error:
                self.reason = error
        if self.reason:
            raise self.reason
        return [self.python, HERE / f"peer_{name}.py", *arguments]

    def install(self):
        names = [self.base] if self.base else ["python3.12", "python3.13", "python3.14", "python3"]
        base = next(filter(None, map(find_python, names)), None)
        if base is None:
            raise PeerError(f"{' and '.join(names)}: none is Python 3.12 or newer; name one with --python")
        python = self.folder / "bin" / "python"
        for command in (
            [base, "-m", "venv", self.folder],
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes",
             "--requirement", HERE / "requirements.txt"],
        ):
            try:
                subprocess.run(command, check=True, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S)
            except (subprocess.SubprocessError, OSError) as error:
                lines = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
                raise PeerError(f"its packages cannot be installed with {base}: {lines[-1]}") from error
        self.python = python


def find_python(name):
    """The path of a Python that is new enough; a stand-in for a version that is absent does not run."""
    found = shutil.which(name)
    if not found:
        return None
    probe = [found, "-c", "import sys; print(sys.executable, *sys.version_info[:2])"]
    result = subprocess.run(probe, capture_output=True, text=True, timeout=60)
    if result.returncode != 0:
        return None
    path, *version = result.stdout.rsplit(maxsplit=2)
    return path if tuple(map(int, version)) >= MIN_PYTHON else None
