# 党务工作台：make run 启动，make help 看全部目标。
# 只需要 Python 3.11 以上、python3-venv 和 make；不需要数据库服务、消息队列或 Node。
# DATA_DIR= 数据放在哪里（默认 ./var），PORT= 端口（默认 8000）。

PYTHON ?= python3
PORT ?= 8000
DATA_DIR ?= $(CURDIR)/var
export DATA_DIR

VENV := .venv
RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip --disable-pip-version-check --quiet
UV := $(VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet

.PHONY: help setup setup-production run test chaos lint lock shell bench
.DEFAULT_GOAL := help

help:
	@echo "make setup          只做安装（装到 .venv，版本与散列已锁定）"
	@echo "make setup-production 安装正式环境另需的数据库驱动和网页服务器"
	@echo "make run            安装、建库、装入样例单位，然后启动（PORT=8001 换端口，DATA_DIR=目录 换数据位置）"
	@echo "make test           运行全部测试（ARGS=… 传给 pytest）"
	@echo "make chaos          杀进程、断库、断消息队列、坏数据、越权，逐项证明经受得住（LONG=1 做足发布前的次数，约一小时）"
	@echo "make lint           检查代码与模板的写法"
	@echo "make bench          测量各页面的快慢，与 Django 原样相比（SIZE=small|bureau|large，ENGINE=sqlite|postgresql）"
	@echo "make lock           重新锁定依赖版本"
	@echo "make shell          打开带数据的 Python 命令行"

setup: $(VENV)/base.done

setup-production: $(VENV)/production.done

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新的版本。"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "缺少 venv 组件，请先安装 python3-venv。"; exit 1; }
	@echo "正在建立 $(VENV) ……"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/%.done: requirements/%.txt | $(VENV)/bin/python
	@echo "正在安装 $< ……（第一次约需一分钟）"
	@$(PIP) install --require-hashes -r $<
	@touch $@

run: setup
	@$(RUN) manage.py migrate --verbosity 0
	@$(RUN) manage.py load_sample --if-empty
	@exec $(RUN) manage.py serve --port $(PORT)

# The quick suite, then the proofs (real processes, every page for every person), then the browser: Playwright keeps an event
# loop that Django's database layer must not see. Where TEST_DATABASE_URL names a PostgreSQL (CI does), the apps' own tests
# and the rigs that ask every page and form run there once more.
PYTEST := $(RUN) -m pytest -n 2 --dist loadfile --ignore=tests/browser --ignore=tests/chaos
RIGS := $(patsubst %,tests/test_%.py,csrf double_click headers lists mass_assignment typed_text)

test: setup $(VENV)/browser.done
ifdef ARGS
	$(RUN) -m pytest $(ARGS)
else
	$(PYTEST) -m "not proof"
	$(PYTEST) -m proof
	@if [ -n "$$TEST_DATABASE_URL" ]; then echo "再在 PostgreSQL 上运行一遍"; \
		export DATABASE_URL="$$TEST_DATABASE_URL"; \
		$(PYTEST) -m "not proof" --ignore=tests/partywork/word tests/branches tests/members tests/reports tests/partywork && \
		$(PYTEST) $(RIGS); fi
	$(RUN) -m pytest tests/browser
endif

# What the product survives: every proof takes its guard away once and must fail then. TEST_DATABASE_URL and TEST_REDIS_URL
# name the PostgreSQL and Redis to use; without them those halves are left out. The table at the end is the result.
chaos: setup setup-production $(VENV)/browser.done
	$(RUN) -m pytest -n 2 --dist loadfile $(or $(ARGS),tests/chaos)

lint: setup $(VENV)/test.done
	$(RUN) -m ruff check .
	$(RUN) -m djlint templates --lint --quiet

$(VENV)/bin/uv: | $(VENV)/bin/python
	@$(PIP) install uv

lock: $(VENV)/bin/uv
	@$(UV) requirements/base.in -o requirements/base.txt
	@for name in production test browser; do \
		$(UV) requirements/$$name.in -c requirements/base.txt -o requirements/$$name.txt || exit 1; done

shell: setup
	@$(RUN) manage.py shell

# Not a test: nothing fails because it is slow. PostgreSQL is TEST_DATABASE_URL's server, or the one on 127.0.0.1:5432.
bench: setup $(VENV)/test.done
	@$(RUN) -m tests.bench --size $(or $(SIZE),large) --engine $(or $(ENGINE),sqlite)
