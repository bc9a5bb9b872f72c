"""Makes sure that tests can drive a browser: Chromium and a Chinese font, by Debian's packages where that is allowed.

Exit code 0 when both are there or when tests may skip; 1 when GRIDBOT_REQUIRE_BROWSER=1 and they cannot be had.
`GRIDBOT_CHROMIUM` names a browser that is not on the PATH. Needs only Python's standard library.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ADVICE = (
    "请用系统的软件包管理器安装 chromium 和一种中文字体（如 fonts-noto-cjk），"
    "或用 GRIDBOT_CHROMIUM 指明浏览器的位置。"
)


def find_chromium() -> str | None:
    """The path of a Chromium that tests can drive, or None."""
    named = os.environ.get("GRIDBOT_CHROMIUM")
    if named:
        return named if os.access(named, os.X_OK) else None
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def has_chinese_font() -> bool:
    """Whether fontconfig knows a font with Chinese characters."""
    if not shutil.which("fc-list"):
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False).stdout.strip())


def main() -> int:
    """Finds or installs browser and font. Returns the exit code."""
    missing = [
        *(() if find_chromium() else ("chromium",)),
        *(() if has_chinese_font() else ("fonts-noto-cjk", "fontconfig")),
    ]
    if not missing:
        return 0
    reason = install(missing)
    if reason is None and find_chromium() and has_chinese_font():
        return 0
    required = os.environ.get("GRIDBOT_REQUIRE_BROWSER") == "1"
    print("=" * 72, file=sys.stderr)
    print(f"缺少浏览器测试要用的：{'、'.join(missing)}。{reason or '装过之后仍然找不到。'}", file=sys.stderr)
    print(ADVICE, file=sys.stderr)
    print("这里要求必须有浏览器，停止。" if required else "浏览器测试会跳过，并写明原因。", file=sys.stderr)
    print("=" * 72, file=sys.stderr)
    return 1 if required else 0


def install(packages: list[str]) -> str | None:
    """Installs Debian packages. None when it worked, else why not, in Chinese."""
    if os.environ.get("GRIDBOT_CHROMIUM"):
        return "GRIDBOT_CHROMIUM 指的文件不能运行。"
    if not shutil.which("apt-get"):
        return "这台机器没有 apt-get。"
    if os.geteuid() != 0:
        return "不是 root，不能替您安装。"
    print(f"安装浏览器测试要用的软件包：{' '.join(packages)} …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", *packages]):
        ran = subprocess.run(
            ["apt-get", *command],
            env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )
        if ran.returncode != 0:
            last = (ran.stderr or ran.stdout).strip().splitlines()[-1:] or ["没有输出"]
            return f"apt-get {command[0]} 失败：{last[0]}"
    return None


if __name__ == "__main__":
    sys.exit(main())
