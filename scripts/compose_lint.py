"""Check docker-compose.yml where a mistake would only show on the operator's machine.

Run from the repository: ``python -m scripts.compose_lint``. Prints one line for each fault and ends with 1 when there
is any. What a key means to Docker is not checked.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from typer.main import get_command

from app.cli.commands import portal
from app.config import Settings

ROOT = Path(__file__).resolve().parent.parent
OURS = ("migrate", "portal", "worker")
THEIRS = {"postgres": "postgres:18", "clamd": "clamav/clamav:1.4", "signatures": "clamav/clamav:1.4"}
SERVICE_KEYS = {
    "build", "cap_drop", "command", "depends_on", "env_file", "environment", "healthcheck", "image", "init", "networks",
    "ports",
    "read_only", "restart", "security_opt", "shm_size", "tmpfs", "volumes",
}  # fmt: skip
SETTINGS = {f"ARF_{name.upper()}" for name in Settings.model_fields}

Service = Mapping[str, Any]


def faults(compose: Mapping[str, Any]) -> Iterator[str]:
    """Every fault found in ``compose``, as sentences."""
    services: Mapping[str, Service] = compose["services"]
    if missing := {*OURS, *THEIRS} - set(services):
        yield f"services missing: {', '.join(sorted(missing))}"
        return
    yield from _images(services)
    for name, service in services.items():
        yield from (f"{name}: unknown key {key}" for key in sorted(set(service) - SERVICE_KEYS))
        yield from (f"{name}: {fault}" for fault in _ports(service))
        yield from (f"{name}: {fault}" for fault in _waits(service, services))
        yield from (f"{name}: {fault}" for fault in _volumes(service, compose.get("volumes", {})))
        yield from (f"{name}: {fault}" for fault in _environment(service))
    yield from _scanner(services, compose.get("networks", {}))
    for name in OURS:
        yield from (f"{name}: {fault}" for fault in _verbs(services[name]))
    yield from (f"{name}: no health check" for name in services if "healthcheck" not in services[name])
    for file in sorted((ROOT / "deploy").glob("*.env.example")):
        yield from (f"{file.name}: {fault}" for fault in _known(_names_in(file)))


def _images(services: Mapping[str, Service]) -> Iterator[str]:
    images = {services[name].get("image") for name in OURS}
    if len(images) != 1 or None in images:
        yield f"{', '.join(OURS)} must share one image, they have {sorted(map(str, images))}"
    for name, image in THEIRS.items():
        if services[name].get("image") != image:
            yield f"{name} must be {image}, it is {services[name].get('image')}"


def _scanner(services: Mapping[str, Service], networks: Mapping[str, Any]) -> Iterator[str]:
    """Who scans must be reached where its configuration listens, and must reach nothing itself."""
    port = re.search(r"^TCPSocket (\d+)$", (ROOT / "deploy" / "clamd.conf").read_text(), flags=re.MULTILINE)
    address = f"tcp://clamd:{port[1] if port else '?'}"
    for name in OURS:
        if (said := services[name].get("environment", {}).get("ARF_SCANNER")) != address:
            yield f"{name}: ARF_SCANNER is {said}, deploy/clamd.conf listens at {address}"
    own = services["clamd"].get("networks", ["default"])
    if not all((networks.get(name) or {}).get("internal") for name in own):
        yield "clamd: it must be on internal networks only"
    for name in OURS:
        if not set(own) & set(services[name].get("networks", [])):
            yield f"{name}: it shares no network with clamd"


def _ports(service: Service) -> Iterator[str]:
    for port in service.get("ports", []):
        if not re.fullmatch(r"127\.0\.0\.1:\d+:\d+", str(port)):
            yield f"port {port} is not bound to 127.0.0.1"


def _waits(service: Service, services: Mapping[str, Service]) -> Iterator[str]:
    for other, wait in service.get("depends_on", {}).items():
        if other not in services:
            yield f"waits for {other}, which is no service"
        elif wait.get("condition") == "service_healthy" and services[other].get("healthcheck", {}).get(
            "disable"
        ):
            yield f"waits for the health of {other}, which has no health check"


def _volumes(service: Service, named: Mapping[str, Any]) -> Iterator[str]:
    for volume in service.get("volumes", []):
        source = str(volume).split(":")[0]
        if source.startswith("./"):
            if not (ROOT / source).is_file() or not str(volume).endswith(":ro"):
                yield f"volume {volume} is not a file of ours that can only be read"
        elif source not in named:
            yield f"volume {source} is not declared"


def _environment(service: Service) -> Iterator[str]:
    yield from _known(service.get("environment", {}))
    for file in [service["env_file"]] if "env_file" in service else []:
        if not (ROOT / f"{file}.example").exists():
            yield f"{file} has no {file}.example to copy"


def _known(names: Mapping[str, Any] | list[str]) -> Iterator[str]:
    for name in names:
        if name.startswith("ARF_") and name not in SETTINGS:
            yield f"{name} is no setting of app/config.py"


def _names_in(file: Path) -> list[str]:
    return re.findall(r"^([A-Z_]+)=", file.read_text(encoding="utf-8"), flags=re.MULTILINE)


def _verbs(service: Service) -> Iterator[str]:
    known = getattr(get_command(portal), "commands", {})
    verbs = re.findall(r"portal ([a-z-]+)", " ".join(service.get("command", [])))
    if "command" in service and not verbs:
        yield "its command does not call portal"
    for verb in verbs:
        if verb not in known:
            yield f"portal {verb} is not one of: {', '.join(sorted(known))}"


def main() -> int:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    found = list(faults(compose))
    for fault in found:
        print(f"docker-compose.yml: {fault}")
    if not found:
        print(f"docker-compose.yml: {len(compose['services'])} services, no fault found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
