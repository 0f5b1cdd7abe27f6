"""A whole production on this machine, made from the handbook's own samples: only folders, ports and services are put in
place of those that the samples name. Units are read as systemd reads them and run with the little environment it gives."""
from __future__ import annotations

import contextlib
import os
import secrets
import shlex
import shutil
import socket
import ssl
import subprocess
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import Message
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path

import psycopg
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.partywork.jobs.place import ROOT, database_url, sql, wait_for

SAMPLES = ROOT / "partywork/handbook/samples"
HOST = "dangwu.example.gov.cn"
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
BARE = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
STRANGER = "127.0.0.2"  # another machine, as far as nginx can tell


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def unit_of(text: str) -> dict[str, list[str]]:
    """{directive: its values}; a unit of ours has each directive in one section only."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith(("#", ";")):
            found.setdefault(name, []).append(value)
    return found


@dataclass
class Production:
    folder: Path
    database: str
    ports: dict[str, int] = field(default_factory=lambda: {name: free_port() for name in ("http", "https", "app", "redis")})
    processes: dict[str, subprocess.Popen] = field(default_factory=dict)

    def put(self, text: str) -> str:
        """What a sample says, for this place."""
        for said, here in self.places():
            text = text.replace(said, here)
        return text

    def places(self) -> list[tuple[str, str]]:
        return [
            ("/var/lib/partywork", str(self.folder / "data")), ("/etc/partywork", str(self.folder / "etc")),
            ("/srv/backup/partywork", str(self.folder / "backup")), ("/opt/partywork", str(ROOT)),
            ("postgres://partywork@127.0.0.1:5432/partywork", database_url(self.database)),
            ("redis://127.0.0.1:6379/0", f"redis://127.0.0.1:{self.ports['redis']}/0"),
            ("listen 80;", f"listen 127.0.0.1:{self.ports['http']};"), ("listen 443 ssl", f"listen 127.0.0.1:{self.ports['https']} ssl"),
            ("127.0.0.1:8000", f"127.0.0.1:{self.ports['app']}"), ("!= partywork ]", "= nobody ]"),
        ]

    def sample(self, name: str) -> str:
        return self.put((SAMPLES / name).read_text("utf-8"))

    def unit(self, name: str) -> dict[str, list[str]]:
        return unit_of(self.sample(f"partywork-{name}.service"))

    # --- acts ---------------------------------------------------------------------------------------------------------

    def install(self) -> None:
        """Folders, keys, settings and certificate as the handbook's first chapter has them."""
        for name in ("data", "etc/keys", "etc/tls", "backup"):
            (self.folder / name).mkdir(parents=True, mode=0o700)
        for name in ("secret_key", "field_keys", "audit_key", "backup_key"):
            (self.folder / "etc/keys" / name).write_text(secrets.token_urlsafe(48) + "\n")
        (self.folder / "etc/env").write_text(self.sample("partywork.env"))
        certify(self.folder / "etc/tls")
        script = self.folder / "partywork-manage"
        script.write_text(self.sample("partywork-manage"))
        script.chmod(0o755)

    def manage(self, *words: str, **more: str) -> subprocess.CompletedProcess:
        return subprocess.run([self.folder / "partywork-manage", *words], env=BARE | more, capture_output=True, text=True, timeout=120)

    def environment(self, unit: dict[str, list[str]]) -> dict[str, str]:
        text = Path(unit["EnvironmentFile"][0]).read_text("utf-8")
        return BARE | dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))

    def command(self, name: str, line: str) -> tuple[list[str], dict]:
        unit = self.unit(name)
        return shlex.split(line), {"cwd": unit["WorkingDirectory"][0], "env": self.environment(unit)}

    def start(self, name: str) -> subprocess.Popen:
        words, place = self.command(name, self.unit(name)["ExecStart"][0])
        with (self.folder / f"{name}.log").open("a") as log:
            self.processes[name] = subprocess.Popen(words, stdout=log, stderr=log, **place)
        return self.processes[name]

    def run_once(self, name: str) -> list[int]:
        """A oneshot unit: ExecStart, and what comes after it if that went well."""
        unit, codes = self.unit(name), []
        for line in [*unit["ExecStart"], *unit.get("ExecStartPost", [])]:
            words, place = self.command(name, line)
            codes.append(subprocess.run(words, capture_output=True, timeout=120, **place).returncode)
            if codes[-1]:
                break
        return codes

    def stop(self, name: str) -> tuple[int, float]:
        """As `systemctl stop` does: SIGTERM, and the exit code within the time that the unit allows."""
        process, start = self.processes.pop(name), time.monotonic()
        process.terminate()
        code = process.wait(float(self.unit(name).get("TimeoutStopSec", ["90"])[0]) if name in ("web", "worker", "beat") else 20)
        return code, time.monotonic() - start

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text("utf-8")

    def start_redis(self) -> None:
        words = ["redis-server", "--bind", "127.0.0.1", "--port", str(self.ports["redis"]), "--save", "", "--dir", str(self.folder)]
        self.processes["redis"] = subprocess.Popen(words, stdout=subprocess.DEVNULL)

    def start_nginx(self, name: str = "nginx", *, instead: tuple[str, str] = ("", "")) -> int:
        """Debian's nginx with nothing but our file in it, changed in one place for a control. Returns its port."""
        folder, sample = self.folder / name, self.sample("nginx.conf").replace(*instead)
        folder.mkdir()
        port = self.ports["https"] if name == "nginx" else free_port()
        if name != "nginx":
            sample = sample.replace(f":{self.ports['https']} ssl", f":{port} ssl").replace(f":{self.ports['http']};", f":{free_port()};")
        (folder / "site.conf").write_text(sample)
        temp = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (folder / "nginx.conf").write_text(
            f"{'user root; ' if os.getuid() == 0 else ''}daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
            f"http {{ include /etc/nginx/mime.types; access_log off; {temp} include {folder}/site.conf; }}\n")
        self.processes[name] = subprocess.Popen([NGINX, "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")])
        wait_for(lambda: self.is_up(port))
        return port

    def is_up(self, port: int) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        return False

    def close(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()
            process.wait()

    # --- what one sees ----------------------------------------------------------------------------------------------------

    def ask(self, path: str, method: str = "GET", body: bytes = b"", source: str = "127.0.0.1", port: int = 0,
            **headers: str) -> Answer:
        """Over TLS, checked against our own certificate, as a browser of this or of another machine."""
        context = ssl.create_default_context(cafile=str(self.folder / "etc/tls/fullchain.pem"))
        context.check_hostname = False  # it is asked by its number
        connection = HTTPSConnection("127.0.0.1", port or self.ports["https"], timeout=30, context=context, source_address=(source, 0))
        given = {"Host": HOST} | {name.replace("_", "-"): value for name, value in headers.items()}
        return answered(connection, method, path, body, given)

    def ask_plainly(self, path: str) -> Answer:
        return answered(HTTPConnection("127.0.0.1", self.ports["http"], timeout=30), "GET", path, b"", {"Host": HOST})

    def health(self) -> str:
        """What a watchman is told."""
        with contextlib.suppress(OSError):
            return self.ask("/healthz").text
        return ""

    def rows(self, text: str) -> list[tuple]:
        with self.writing() as database:
            return database.execute(text).fetchall()

    def writing(self) -> psycopg.Connection:
        return psycopg.connect(database_url(self.database))


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def __getitem__(self, name: str) -> str:
        return self.headers.get(name, "")


def answered(connection: HTTPConnection, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
    with contextlib.closing(connection):
        connection.request(method, path, body or None, headers)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())


def certify(folder: Path) -> None:
    """A certificate of our own for the sample's name."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=2))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(key, hashes.SHA256()))
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                                      serialization.NoEncryption()))


@contextlib.contextmanager
def production(folder: Path) -> Iterator[Production]:
    """Installed, not yet started; its database and Redis are its own."""
    name = f"partywork_{uuid.uuid4().hex[:12]}"
    sql(f"CREATE DATABASE {name}")
    made = Production(folder, name)
    try:
        made.install()
        made.start_redis()
        yield made
    finally:
        made.close()
        sql(f"DROP DATABASE {name} WITH (FORCE)")
