# 小格 gridbot：一条命令一件事。只要有 Python 3.11 以上和 make，其余都由 setup 装进 .venv。
#   make demo   演示：模拟的企业微信、机器人、办公页和一个示例县
#   make test   检查代码并运行全部测试
.DEFAULT_GOAL := help
SHELL := /bin/sh

# the first Python that is new enough; another one by `make PYTHON=/path/to/python`
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$p" && break; done)
RUN := .venv/bin
PYTEST_ARGS ?= -n auto --dist loadfile

.PHONY: help python setup setup-dev demo test test-long faults lint bench model lock clean

help:
	@echo "make setup      安装运行所需的一切到 .venv"
	@echo "make demo       打开演示（Ctrl-C 停止）"
	@echo "make test       检查代码并运行测试"
	@echo "make test-long  运行几分钟的长测试"
	@echo "make faults     运行断电、重启、重复送达等故障测试"
	@echo "make lint       只检查代码（ruff、mypy、import-linter）"
	@echo "make bench      打印性能数字"
	@echo "make lock       按 pyproject.toml 重新锁定依赖版本"
	@echo "make clean      删除缓存和生成的文件（不动 .venv）"

python:
	@test -n "$(PYTHON)" || { echo "✗ 没有找到 Python 3.11 或更新的版本。请先安装，或用 make PYTHON=路径 指明。" >&2; exit 1; }

setup: python
	@"$(PYTHON)" scripts/setup.py run

setup-dev: python
	@"$(PYTHON)" scripts/setup.py dev

demo: setup
	@exec $(RUN)/python -m bot.demo

lint: setup-dev
	@$(RUN)/ruff check --quiet .
	@$(RUN)/mypy
	@$(RUN)/lint-imports --no-cache >.venv/lint-imports.log 2>&1 || { cat .venv/lint-imports.log; exit 1; }

test: lint
	@"$(PYTHON)" scripts/ensure_chromium.py
	@$(RUN)/python -m pytest $(PYTEST_ARGS)

model: setup-dev
	@$(RUN)/python -m bot.training

test-long: setup-dev
	@"$(PYTHON)" scripts/ensure_chromium.py
	@$(RUN)/python -m pytest -m long $(PYTEST_ARGS)

faults: setup-dev
	@$(RUN)/python -m pytest -m "long or not long" tests/faults

bench: setup-dev
	@exec $(RUN)/python -m bench

lock: setup-dev
	@scripts/lock.sh

clean:
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dashboard/static/vendor
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
