# Two commands matter: `make run` and `make test`. Each sets up what it needs, and only when a lock changed.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# Without bytecode every process of the checks, and there are hundreds, would compile this project and its tests anew.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV PYTHONDONTWRITEBYTECODE

ARGS ?=
PYTHON ?= $(firstword $(foreach p,python3 python3.13 python3.12 python3.11 python,$(shell \
  $(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $(p))))
BIN := .venv/bin
PIP_INSTALL := -m pip install -qq --disable-pip-version-check --no-input --require-hashes
# Every process of a run must collect the same tests under the same names, those made from sets included.
PYTEST := PYTHONHASHSEED=0 $(BIN)/pytest
DYNOXIDE := node_modules/@dynoxide/linux-x64/dynoxide

.PHONY: help run site pictures chromium test test-money test-fuzz test-infra build deploy destroy deploy-local destroy-local bench prices audit lock clean
.PHONY: database old-databases ranks npm-is-there lambda-python release localstack-up localstack-down test-localstack
.PHONY: tools-of-the-checks first-tools later-tools
.PHONY: types layers template site-api site-checks collection migrate

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/.run node_modules/.run database ranks frontend/.built ## Serve everything on http://localhost:3000; ARGS="--port 3001" and the like, ARGS=--help lists them
	@exec $(BIN)/python -m local $(ARGS)

# A check is a heading and a command; the first that fails ends the run with a line that names it.
define check
	@printf '\n==> %s\n' '$(1)'
	@$(2) || { printf '\n*** failed: %s\n' '$(1)' >&2; exit 1; }
endef

# One of several that run at once: what it says comes when it is done, in one piece.
define check_beside
	@said=$$($(2) 2>&1) && failed= || failed=1; printf '\n==> %s\n' '$(1)'; test -z "$$said" || printf '%s\n' "$$said"; \
	test -z "$$failed" || { printf '\n*** failed: %s\n' '$(1)' >&2; exit 1; }
endef

# Unit tests wait for a fifth of theirs, so one process more than there are cores.
UNIT_PROCESSES = $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')

# End-to-end tests wait half of the time, so three processes suit two cores; tests/support/begun_first.py says which files
# come first. Each process collects all that is named here, with what it imports: so these are files, where not all of a folder is meant.
END_TO_END := $(addprefix tests/,clients conformance e2e docs/test_recipes.py local/test_first_start.py local/test_run.py money/test_alarms.py money/test_crowd.py money/test_idempotency.py money/test_kills.py money/test_reminders.py tools/migrate/test_moved_gateway.py tools/migrate/test_servers.py tools/test_certify_gateways.py)
# Apart from the others: what drives the browser has an event loop running, which asynchronous tests cannot begin in.
IN_CHROMIUM := tests/browser

test: first-tools ## Run every check; stops at the first that fails
	$(call check,format (ruff format),$(BIN)/ruff format --check --quiet .)
	$(call check,lint (ruff check),$(BIN)/ruff check --quiet .)
	@$(MAKE) -j 3 types site-checks collection layers site-api template later-tools
	$(call check,unit tests,$(PYTEST) -n $(UNIT_PROCESSES) --dist worksteal -m 'not e2e and not infra and not money')
	$(call check,end-to-end tests,$(PYTEST) -n 3 --dist loadfile --no-loadscope-reorder -m 'e2e and not money' $(END_TO_END))
	$(call check,the site in Chromium,$(PYTEST) -n 2 --dist loadfile --no-loadscope-reorder $(IN_CHROMIUM))
	@printf '\nEvery check passed.\n'

# pip, npm and the distribution do not need each other, and wait for the net most of the time.
first-tools:
	@$(MAKE) -j 3 .venv/.dev node_modules/.dev chromium

# What only tests need is made beside the checks that do without.
later-tools: frontend/.built .venv-migrate/.run old-databases database ranks

tools-of-the-checks: first-tools
	@$(MAKE) -j 4 later-tools

types:
	$(call check_beside,types (pyright),node node_modules/pyright/index.js --pythonpath $(BIN)/python)

layers:
	$(call check_beside,layers (import-linter),PYTHONPATH=shared:functions:. $(BIN)/lint-imports --no-cache)

template:
	$(call check_beside,template (cfn-lint),AWS_DEFAULT_REGION=us-east-1 $(BIN)/cfn-lint infra/template.yaml)

site-api:
	$(call check_beside,what the site knows of the API,$(BIN)/python -m tools.site_api --check)

site-checks: frontend/.built
	$(call check_beside,the site,npm --prefix frontend run --silent check)

# It leaves bytecode that the processes of the next step would all make at once.
collection: ranks
	$(call check_beside,collection (pytest),found=$$($(PYTEST) -n 0 --collect-only -qq 2>&1) || { echo "$$found" | tail -n 99; false; })

test-money: .venv/.dev node_modules/.dev database ranks ## Run the long proofs: the ledger under load, kills, 20,000 examples; attacks
	$(call check,the ledger,MONEY_EXAMPLES=20000 $(PYTEST) -n auto --dist worksteal -rP tests/money -m 'money or not e2e')
	$(call check,attacks beside other callers,NEIGHBOUR_SECONDS=1 $(PYTEST) -n 0 -rP tests/e2e/test_memory.py)

test-fuzz: .venv/.dev node_modules/.dev database ranks ## Give the tests of properties other examples than make test does; again and again finds more
	$(call check,properties,DRAW_ANEW=1 $(PYTEST) -n auto --dist worksteal -m 'hypothesis and not e2e and not infra and not money')

# The stack. STACK, REGION and PROFILE say which, ARGS goes to sam. The Python that compiles for Lambda may be named with LAMBDA_PYTHON.
STACK ?=
REGION ?=
PROFILE ?=
RELEASE ?=
# One account, region and name for every step; what is not given here samconfig.toml or AWS's own settings say.
WHERE = $(if $(STACK),--stack $(STACK)) $(if $(REGION),--region $(REGION)) $(if $(PROFILE),--profile $(PROFILE))
SAM := SAM_CLI_TELEMETRY=0 .venv-sam/bin/sam
STACK_TOOLS := .venv/.dev .venv-sam/.run ranks

# Suites of the whole behind a database that enforces the template's roles; a call that a role may not make fails its test.
ENFORCED := $(PYTEST) -p tests.support.enforcing.plugin

# The folders with tests of it: each process would collect all others, too.
DEPLOYED := tests/gateway/lambda_runtime tests/infra

test-infra: $(STACK_TOOLS) lambda-python .venv-ministack/.run database ## Check the template with sam, pack for both architectures, deploy to an emulator, run the suites behind its roles
	$(call check,template (sam validate --lint),AWS_DEFAULT_REGION=us-east-1 $(SAM) validate --lint)
	$(call check,packing and deploying,$(PYTEST) -n 2 --dist loadfile -rP -m infra $(DEPLOYED))
	$(call check,the end-to-end suite behind the roles,$(ENFORCED) -n 3 --dist loadfile tests/e2e --ignore tests/e2e/contract)
	$(call check,the admin suite behind the roles,$(ENFORCED) -n auto --dist worksteal tests/admin -m 'not e2e')

# A Python of Lambda's version compiles what is packed; where there is none uv fetches one.
lambda-python: .venv/.dev
	@$(BIN)/python -m tools.bundle python >/dev/null || $(MAKE) .tools/python/.made

.tools/python/.made: .tools/uv/.made
	@echo "Lambda's Python (in .tools/python) ..."
	@.tools/uv/bin/uv python install --quiet --install-dir .tools/python 3.13 || echo 'uv cannot fetch it' >&2
	@mkdir -p .tools/python && touch $@

build: $(STACK_TOOLS) lambda-python frontend/.built ## Pack functions and layer for AWS into .aws-sam
	@$(SAM) build $(ARGS)

deploy: $(if $(RELEASE),$(STACK_TOOLS),build) ## Put the stack into your AWS account, or update it: STACK=one-api REGION=eu-west-1 PROFILE=prod RELEASE=file ARGS=--guided
	@$(BIN)/python -m tools.deploy $(WHERE) $(if $(RELEASE),--release $(RELEASE)) -- $(ARGS)

release: build ## Pack what an operator deploys without building: make deploy RELEASE=.build/release/one-api-VERSION.tar.gz
	@$(BIN)/python -m tools.release

destroy: $(STACK_TOOLS) ## Delete the stack of that name with all its data; its tables must be unprotected before
	@test -n "$(STACK)" || { echo 'which one? make destroy STACK=one-api' >&2; exit 1; }
	@$(BIN)/python -m tools.publish $(WHERE) --empty
	@$(SAM) delete $(subst --stack ,--stack-name ,$(WHERE)) $(ARGS)

deploy-local: $(STACK_TOOLS) .venv-ministack/.run frontend/.built ## The same stack in an emulator of AWS on port 4566
	@$(BIN)/python -m tools.local_stack up

destroy-local: $(STACK_TOOLS) ## Delete it, and end the emulator
	@$(BIN)/python -m tools.local_stack down

# LocalStack wants docker; its images after 4.14 want LOCALSTACK_AUTH_TOKEN too (a free account has one).
localstack-up: ## Start LocalStack on port 4566, where deploy-local and test-localstack find it
	@docker compose -f compose.localstack.yml up --detach --wait

localstack-down: ## End it
	@docker compose -f compose.localstack.yml down

test-localstack: $(STACK_TOOLS) database ## The store's contract and the deployment on LocalStack: LOCALSTACK_ENDPOINT, else docker, else skipped
	$(call check,the store on LocalStack,TEST_DYNAMODB=localstack $(PYTEST) -n 0 -rs tests/gateway/store)
	$(if $(LOCALSTACK_ENDPOINT),$(call check,the deployment on LocalStack,EMULATOR_PORT=$(lastword $(subst :, ,$(LOCALSTACK_ENDPOINT))) $(PYTEST) -n 0 -m infra tests/infra/test_deploy_local.py))

bench: .venv/.dev node_modules/.dev database ranks ## Measure the running gateway beside the bare upstream
	@exec $(BIN)/python -m bench $(ARGS)

prices: .venv/.dev ## Renew the price table from the public price map; ARGS=--check only compares
	@exec $(BIN)/python -m tools.make_prices $(ARGS)

audit: .venv/.run ## Check every balance against its entries; ARGS="--endpoint-url URL --stack-name NAME"
	@PYTHONPATH=shared:functions:. exec $(BIN)/python -m tools.audit $(ARGS)

migrate: .venv-migrate/.run database ## Bring one-api, new-api or LiteLLM here: ARGS="one-api --sqlite one-api.db" plans it, --apply does it
	@exec .venv-migrate/bin/python -m tools.migrate $(ARGS)

COMPILE = ../.tools/uv/bin/uv pip compile --quiet --no-header --generate-hashes --no-emit-index-url --universal \
  --python-version 3.11

lock: .tools/uv/.made npm-is-there ## Rewrite the lock files from requirements/*.in and package.json; ARGS=--upgrade moves to newer versions
	cd requirements && $(COMPILE) $(ARGS) dev.in -o dev.lock
	cd requirements && for name in local runtime relay migrate; do $(COMPILE) -c dev.lock $$name.in -o $$name.lock || exit 1; done
	cd requirements && for name in ministack sam uv; do $(COMPILE) $(ARGS) $$name.in -o $$name.lock || exit 1; done
	npm install --ignore-scripts --package-lock-only

clean: ## Remove what was installed and built; data and logs stay
	rm -rf .venv .venv-ministack .venv-sam .venv-migrate .tools .build .aws-sam node_modules frontend/node_modules frontend/dist frontend/.built .ruff_cache .pytest_cache .hypothesis

.venv/.made:
	@test -n "$(PYTHON)" || { echo 'Python 3.11 or newer is missing: install it, or name it with make PYTHON=/path/to/python3' >&2; exit 1; }
	@echo 'Python environment (.venv) ...'
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "$(PYTHON) cannot make virtual environments: install its venv module (Debian: python3-venv)" >&2; exit 1; }
	@touch $@

.venv/.run: requirements/local.lock | .venv/.made
	@echo 'Python packages (only when requirements/local.lock changed) ...'
	@$(BIN)/python $(PIP_INSTALL) -r $<
	@touch $@

.venv/.dev: requirements/dev.lock | .venv/.made
	@echo 'Python packages for the checks (only when requirements/dev.lock changed) ...'
	@$(BIN)/python $(PIP_INSTALL) -r $<
	@touch .venv/.run $@

node_modules/.run: package-lock.json package.json | npm-is-there
	@echo 'npm packages (only when package-lock.json changed) ...'
	@npm ci --ignore-scripts --omit=dev --loglevel=error >/dev/null
	@mkdir -p node_modules && touch $@

node_modules/.dev: package-lock.json package.json | npm-is-there
	@echo 'npm packages for the checks (only when package-lock.json changed) ...'
	@npm ci --ignore-scripts --loglevel=error >/dev/null
	@touch node_modules/.run $@

# The site: built once, and again when something that it is made of changed.
SITE_SOURCES = $(shell find frontend -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -name '.built' \
  -not -name 'schema.d.ts' -not -name '*.gen.ts' -not -path '*/.tanstack/*')

frontend/node_modules/.made: frontend/package-lock.json frontend/package.json | npm-is-there
	@echo 'npm packages of the site (only when frontend/package-lock.json changed) ...'
	@npm --prefix frontend ci --ignore-scripts --loglevel=error >/dev/null
	@touch $@

frontend/.built: $(SITE_SOURCES) frontend/node_modules/.made
	@echo 'The site (only when frontend changed) ...'
	@npm --prefix frontend run --silent made >/dev/null
	@touch $@

site: frontend/.built ## Serve the site for development, with reload, beside a running gateway: GATEWAY=http://localhost:3000
	@exec npm --prefix frontend run --silent dev

pictures: tools-of-the-checks ## Take pictures of every page of the site, for docs/pictures too: ARGS="--only log", --longer; ARGS=--help says more
	@exec $(BIN)/python -m tools.pictures $(ARGS)

# The headless shell where the distribution has one: it computes half as much for a page as the whole browser.
APT_INSTALL := apt-get install -y -qq --no-install-recommends
chromium:
	@command -v chromium-headless-shell >/dev/null || { echo 'Chromium (of the distribution) ...'; \
	  apt-get update -qq >/dev/null 2>&1; $(APT_INSTALL) chromium-headless-shell fonts-noto-cjk >/dev/null 2>&1; } || \
	  command -v chromium >/dev/null || $(APT_INSTALL) chromium fonts-noto-cjk >/dev/null 2>&1 || \
	  { echo "Chromium is missing, which the tests of the site drive: install your distribution's package chromium-headless-shell or chromium" >&2; exit 1; }

# What a one-api may keep its data in, for the tests of moving from it; where they cannot be installed those are skipped.
old-databases: chromium
	@{ test -x /usr/sbin/mariadbd && ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; } || { echo 'MariaDB and PostgreSQL (of the distribution) ...'; \
	  apt-get update -qq >/dev/null 2>&1; DEBIAN_FRONTEND=noninteractive $(APT_INSTALL) mariadb-server postgresql >/dev/null 2>&1; } || \
	  echo "MariaDB and PostgreSQL cannot be installed here: no test reads an old database from them" >&2

npm-is-there:
	@command -v npm >/dev/null && command -v node >/dev/null || { echo 'node or npm is missing: install Node 20 or newer' >&2; exit 1; }

# dynoxide where its binary runs (Linux on x86-64); anywhere else ministack.
database: node_modules/.run
	@$(DYNOXIDE) --version >/dev/null 2>&1 || $(MAKE) .venv-ministack/.run

.venv-ministack/.run: requirements/ministack.lock | .venv/.made
	@echo 'Embedded DynamoDB (ministack, in .venv-ministack) ...'
	@$(BIN)/python -m venv .venv-ministack
	@.venv-ministack/bin/python $(PIP_INSTALL) -r $<
	@touch $@

.venv-migrate/.run: requirements/migrate.lock | .venv/.made
	@echo 'Python packages that read other databases (in .venv-migrate) ...'
	@$(BIN)/python -m venv .venv-migrate
	@.venv-migrate/bin/python $(PIP_INSTALL) -r $<
	@touch $@

# aws-sam-cli pins its own boto3; its lock is complete, so nothing is resolved (old pips stumble over its extras).
.venv-sam/.run: requirements/sam.lock | .venv/.made
	@echo 'aws-sam-cli (in .venv-sam) ...'
	@$(BIN)/python -m venv .venv-sam
	@.venv-sam/bin/python $(PIP_INSTALL) --no-deps -r $<
	@touch $@

ranks: .venv/.run
	@if [ -f tools/fetch_ranks.py ]; then $(BIN)/python -m tools.fetch_ranks; fi

.tools/uv/.made: requirements/uv.lock | .venv/.made
	@$(BIN)/python -m venv .tools/uv
	@.tools/uv/bin/python $(PIP_INSTALL) --only-binary :all: -r requirements/uv.lock
	@touch $@
