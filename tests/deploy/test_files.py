"""What lies in `deploy` agrees with the code: users, commands, settings, metrics."""

import importlib
import json
import pkgutil
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY

import laurels
from laurels.cli.main import load_all
from laurels.config import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
SETTINGS = {f"LAURELS_{name.upper()}" for name in Settings.model_fields}
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
NAMES = re.compile(r"LAURELS_[A-Z_]+[A-Z]")


def commands():
    """The words by which a command is called."""
    return load_all().commands


def stages():
    """The instructions of the Dockerfile, stage by stage."""
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found = []
    for line in lines:
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            found.append([])
        found[-1].append((word, rest.strip()))
    return found


# -- the image -----------------------------------------------------------------------------------


def test_the_image_runs_as_nobody_special_and_has_nothing_but_the_product():
    _, build, final = stages()
    copied = [rest for word, rest in final if word == "COPY"]
    told = dict(final)

    assert copied == ["--from=build /opt/laurels /opt/laurels"]
    assert told["USER"] == "10001:10001"
    assert json.loads(told["ENTRYPOINT"]) == ["laurels"]
    assert json.loads(told["CMD"])[0] in commands()
    assert final[[word for word, _ in final].index("USER") + 1][0] != "RUN"
    assert any("--require-hashes" in rest for word, rest in build if word == "RUN")


def test_what_the_image_is_built_of_is_there_and_nothing_else_is_sent():
    web, build, _ = stages()
    copied = {
        name
        for word, rest in [*web, *build]
        if word == "COPY" and not rest.startswith("--from")
        for name in rest.split()[:-1]
    }
    sent = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    }

    assert copied == sent
    assert all((ROOT / name).exists() for name in copied)


@pytest.mark.parametrize(
    "name", [".env.example", "compose.yaml", "Dockerfile", *(f"systemd/{u.name}" for u in UNITS)]
)
def test_only_settings_that_exist_are_named(name):
    named = set(NAMES.findall((DEPLOY / name).read_text()))

    assert named - SETTINGS == set()


def test_pages_name_settings_that_exist():
    page = (ROOT / "docs/operating/production.md").read_text()

    assert set(NAMES.findall(page)) - SETTINGS == set()


# -- compose -------------------------------------------------------------------------------------


def test_the_services_fit_together():
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    services = compose["services"]

    assert set(services) == {"db", "setup", "migrate", "app", "worker"}
    assert services["db"]["image"] == "postgres:18"
    for name in ("db", "app", "worker"):
        has_check = "healthcheck" in services[name] or name == "app"  # the app's is the image's
        assert has_check, name
        assert services[name]["restart"] == "unless-stopped"
    for name in ("setup", "migrate", "app", "worker"):
        service = services[name]
        assert service["command"][0] in commands()
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "/tmp" in service["tmpfs"]
        assert set(service["depends_on"]) <= set(services)
    assert services["app"]["ports"] == ["127.0.0.1:8080:8080"]
    assert "LAURELS_ADMIN_DATABASE_URL" in services["migrate"]["environment"]
    assert "LAURELS_ADMIN_DATABASE_URL" not in services["app"]["environment"]
    used = {volume.partition(":")[0] for each in services.values() for volume in each["volumes"]}
    assert used == set(compose["volumes"])


def test_every_variable_of_the_compose_file_is_in_the_example():
    wanted = set(re.findall(r"\$\{([A-Z_]+)", (DEPLOY / "compose.yaml").read_text()))
    example = (DEPLOY / ".env.example").read_text()
    given = set(re.findall(r"^([A-Z_]+)=", example, flags=re.MULTILINE))

    assert wanted == given


# -- systemd and proxies -------------------------------------------------------------------------


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_start_commands_that_exist(unit):
    (line,) = re.findall(r"^ExecStart=(.*)$", unit.read_text(), flags=re.MULTILINE)
    program, command, *options = shlex.split(line)
    known = {
        name for each in commands()[command].params for name in each.opts + each.secondary_opts
    }

    assert program.endswith("/laurels")
    assert set(options) <= known


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_are_what_systemd_understands(unit, tmp_path):
    # The program need not be installed where tests run.
    program = Path(shutil.which("true"))
    text = unit.read_text().replace("/opt/laurels/bin/laurels", str(program))
    placed = tmp_path / unit.name
    placed.write_text(text)

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", placed], capture_output=True, text=True,
        check=False,
    )  # fmt: skip

    about_it = [line for line in done.stderr.splitlines() if unit.name in line]
    assert about_it == []


@pytest.mark.skipif(not shutil.which("caddy"), reason="caddy is not here")
def test_caddy_understands_its_file():
    file = DEPLOY / "proxy" / "Caddyfile"
    subprocess.run(["caddy", "validate", "--adapter", "caddyfile", "--config", file], check=True)


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not here")
def test_nginx_understands_its_file(tmp_path):
    text = (DEPLOY / "proxy" / "nginx.conf").read_text()
    text = re.sub(r"^ *(ssl_.*|listen .*);$", "", text, flags=re.MULTILINE)
    (tmp_path / "laurels.conf").write_text(text)
    main = tmp_path / "nginx.conf"
    main.write_text(f"events {{}}\nhttp {{ include {tmp_path}/laurels.conf; }}\n")

    subprocess.run(["nginx", "-t", "-p", tmp_path, "-c", main], check=True)


def test_proxies_hide_metrics_and_let_go_of_connections_first():
    from laurels.cli.server import HEAD_SECONDS

    caddy = (DEPLOY / "proxy" / "Caddyfile").read_text()
    nginx = (DEPLOY / "proxy" / "nginx.conf").read_text()

    kept = [int(found) for found in re.findall(r"keepalive (\d+)s", caddy)]
    kept += [int(found) for found in re.findall(r"keepalive_timeout (\d+)s", nginx)]
    assert len(kept) == 2
    assert max(kept) < HEAD_SECONDS
    assert "/metrics" in caddy
    assert "location = /metrics" in nginx


def test_both_proxies_send_plain_http_to_https():
    nginx = (DEPLOY / "proxy" / "nginx.conf").read_text()
    caddy = (DEPLOY / "proxy" / "Caddyfile").read_text()

    plain, secure = nginx.split("server {")[1:]
    assert "listen 80;" in plain
    assert "return 301 https://$host$request_uri;" in plain
    assert "listen 443 ssl;" in secure
    # Caddy does it by itself for a name without a scheme.
    assert "http://" not in caddy


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not here")
def test_prometheus_understands_its_files():
    folder = DEPLOY / "prometheus"
    subprocess.run(["promtool", "check", "rules", folder / "alerts.yaml"], check=True)
    subprocess.run(["promtool", "check", "config", folder / "scrape.yaml"], check=True)


# -- metrics -------------------------------------------------------------------------------------


def metrics():
    """Every metric of ours with its labels, as Prometheus names it."""
    for module in pkgutil.walk_packages(laurels.__path__, "laurels."):
        if not module.name.startswith(("laurels.migrations", "laurels.__main__")):
            importlib.import_module(module.name)
    found = {}
    for collector in set(REGISTRY._names_to_collectors.values()):
        name = getattr(collector, "_name", "")
        if name.startswith("laurels_"):
            kind = collector._type
            labels = set(collector._labelnames)
            found[f"{name}_total" if kind == "counter" else name] = kind, labels
    return found


def asked_of(expression):
    """The metrics and labels that an expression names."""
    names = set(re.findall(r"\blaurels_\w+", expression))
    for ending in ("_bucket", "_count", "_sum"):
        names = {name.removesuffix(ending) for name in names}
    return names


def expressions():
    """All expressions of the alert rules, the board and the page."""
    rules = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())
    found = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    board = json.loads((DEPLOY / "grafana" / "laurels.json").read_text())
    found += [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    page = (ROOT / "docs/operating/monitoring.md").read_text()
    (code,) = re.findall(r"```promql\n(.*?)```", page, flags=re.DOTALL)
    return [*found, *(line for line in code.splitlines() if line and not line.startswith("#"))]


def test_the_page_lists_every_metric_and_no_other():
    page = (ROOT / "docs/operating/monitoring.md").read_text()
    rows = re.findall(r"^\| `(laurels_\w+)` \| (\w+) \| ([^|]*)\|", page, flags=re.MULTILINE)
    listed = {
        name: (kind, {label.strip() for label in labels.split(",") if label.strip()})
        for name, kind, labels in rows
    }

    assert listed == metrics()


def test_rules_board_and_page_ask_for_metrics_and_labels_that_exist():
    known = metrics()
    labels = {"le", "job", "instance", *(each for _, given in known.values() for each in given)}

    for expression in expressions():
        assert asked_of(expression) <= set(known), expression
        named = set(re.findall(r"(\w+)\s*(?:=~|!=|!~|=)\s*\"", expression))
        for group in re.findall(r"by \(([^)]*)\)", expression):
            named |= {each.strip() for each in group.split(",")}
        assert named <= labels, expression
