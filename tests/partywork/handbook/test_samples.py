"""The samples of the handbook, really used: installed, behind nginx, stopped, backed up, upgraded. Only systemd itself is
not there: its own checker reads the units, and their lines are run as they stand."""
from __future__ import annotations

import gzip
import os
import re
import shlex
import subprocess
import time
from http.cookies import SimpleCookie

import pytest
from lxml import html

from tests.partywork.handbook.production import HOST, ROOT, SAMPLES, STRANGER, Production, production, unit_of
from tests.partywork.jobs.place import wait_for

PASSWORD = "songlin-0873-he"
UNITS = sorted(path.name for path in SAMPLES.iterdir() if path.suffix in (".service", ".timer"))
SERVICES = ("web", "worker", "beat")
FORGED = "203.0.113.9"
NO_ISSUES = "System check identified no issues (0 silenced)."


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Production:
    """Installed and started in the order of the handbook's first chapter."""
    with production(tmp_path_factory.mktemp("production")) as made:
        for words in (["check", "--deploy", "--fail-level", "DEBUG"], ["migrate", "-v0"], ["collectstatic", "--noinput", "-v0"]):
            done = made.manage(*words)
            assert (words, done.returncode, done.stderr.replace(NO_ISSUES, "").strip()) == (words, 0, "")
        done = made.manage("create_keeper", "chen.gong", "--committee", "中共某某县林业局机关委员会", KEEPER_PASSWORD=PASSWORD)
        assert done.stdout == "已新建系统管理员“chen.gong”，首次登录须修改密码。\n", done.stderr
        for name in SERVICES:
            made.start(name)
        made.start_nginx()
        wait_for(lambda: '"worker": "ok"' in made.health())
        yield made


def login(site: Production, password: str, **more):
    """The answer to name and password, given as a browser gives them."""
    page = site.ask("/login/", **{name: value for name, value in more.items() if name in ("source", "port")})
    cookies = SimpleCookie(page["Set-Cookie"])
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[1]
    body = f"username=chen.gong&password={password}&csrfmiddlewaretoken={token}".encode()
    sent = {"Cookie": "; ".join(f"{name}={one.value}" for name, one in cookies.items()), "Origin": f"https://{HOST}",
            "Content_Type": "application/x-www-form-urlencoded"}
    return site.ask("/login/", "POST", body, **sent | more)


def last_entry(site: Production) -> tuple:
    return site.rows("SELECT action, ip FROM journal_entry ORDER BY seq DESC LIMIT 1")[0]


# --- nginx ---------------------------------------------------------------------------------------------------------------


def test_only_https_is_answered_and_nothing_tells_a_version(site):
    plain, page = site.ask_plainly("/meetings/?page=2"), site.ask("/login/")
    assert (plain.status, plain["Location"]) == (301, f"https://{HOST}/meetings/?page=2")
    assert (page.status, page["Server"], "max-age=31536000" in page["Strict-Transport-Security"]) == (200, "nginx", True)
    assert page["Content-Security-Policy"]
    assert site.ask("/login/", Host="evil.example.com").status == 400


def test_the_session_cookie_is_bound_to_this_host_and_to_tls(site):
    answer = login(site, PASSWORD)
    assert answer.status == 302
    cookie = next(each for each in answer.headers.get_all("Set-Cookie") if each.startswith("__Host-session="))
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie


def test_a_forged_address_gains_nothing(site):
    login(site, "falsch-falsch-1", source=STRANGER, X_Forwarded_For=FORGED)
    assert last_entry(site) == ("login.refused", STRANGER)


def test_behind_a_proxy_that_believes_the_browser_it_would(site):
    """The negative control."""
    port = site.start_nginx("careless", instead=("$remote_addr;", "$http_x_forwarded_for;"))
    login(site, "falsch-falsch-1", source=STRANGER, X_Forwarded_For=FORGED, port=port)
    site.stop("careless")
    assert last_entry(site) == ("login.refused", FORGED)


def test_the_state_is_told_to_this_machine_only(site):
    assert site.ask("/healthz", source=STRANGER).status == 403
    assert '"worker": "ok"' in site.health()


HUGE = {"Content_Length": str(102 * 1024 * 1024), "Content_Type": "application/octet-stream"}


def test_too_large_a_body_is_refused_in_chinese(site):
    refused = site.ask("/login/", "POST", b"x", **HUGE)
    assert (refused.status, refused["Content-Type"]) == (413, "text/html; charset=utf-8")
    assert "一次最多提交 100 MB" in refused.text
    ours = site.ask("/login/", "POST", b"x" * (2 * 1024 * 1024), Content_Type="application/octet-stream")
    assert (ours.status, "超过 1 MB" in ours.text, "党务工作台" in ours.text) == (413, True, True)


def test_without_its_page_nginx_speaks_english(site):
    """The negative control."""
    port = site.start_nginx("english", instead=("error_page 413 @too_large;", ""))
    assert "Request Entity Too Large" in site.ask("/login/", "POST", b"x", port=port, **HUGE).text
    site.stop("english")


def test_static_files_have_their_type_and_are_kept_for_good(site):
    page = site.ask("/login/").text
    found = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    kinds = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
    assert {path[path.rindex("."):] for path in found} == set(kinds)
    for path in found:
        plain, packed = site.ask(path), site.ask(path, Accept_Encoding="gzip")
        assert (plain.status, plain["Content-Type"].split(";")[0]) == (200, kinds[path[path.rindex("."):]])
        assert {"max-age=315360000", "public", "immutable"} <= set(plain["Cache-Control"].split(", "))
        assert packed["Content-Encoding"] != "gzip" or gzip.decompress(packed.body) == plain.body
    assert site.ask("/static/none.css").status == 404
    assert any(site.ask(path, Accept_Encoding="gzip")["Content-Encoding"] == "gzip" for path in found)


# --- units ---------------------------------------------------------------------------------------------------------------


def judged(folder, text: str, name: str) -> str:
    """What systemd itself says of a unit."""
    (folder / name).write_text(text)
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", "--generators=no", str(folder / name)], capture_output=True, text=True,
                          timeout=30, env=os.environ | {"SYSTEMD_LOG_LEVEL": "notice"})
    return "\n".join(line for line in (done.stdout + done.stderr).splitlines() if name in line or str(folder) in line)


@pytest.mark.parametrize("name", UNITS)
def test_systemd_finds_no_fault(site, name, tmp_path):
    for other in UNITS:
        (tmp_path / other).write_text(site.sample(other))
    assert judged(tmp_path, site.sample(name), name) == ""


def test_systemd_would_find_one(site, tmp_path):
    """The negative control."""
    assert "Unknown key" in judged(tmp_path, site.sample("partywork-web.service").replace("RestartSec", "RestartSeconds"),
                                        "partywork-web.service")
    assert "not executable" in judged(tmp_path, site.sample("partywork-beat.service").replace("bin/celery", "bin/sellerie"),
                                      "partywork-beat.service")


def test_timers_lead_to_their_services(site):
    for name in (each for each in UNITS if each.endswith(".timer")):
        assert name.replace(".timer", ".service") in UNITS
        days = unit_of(site.sample(name))["OnCalendar"]
        assert days
        for day in days:
            subprocess.run(["systemd-analyze", "calendar", day], check=True, capture_output=True)


def test_all_units_keep_to_the_same_walls(site):
    """Not root, no new rights, the system read-only, and nothing to write to but the data."""
    walls = {"User": ["partywork"], "NoNewPrivileges": ["true"], "ProtectSystem": ["strict"], "ProtectHome": ["true"], "UMask": ["0077"]}
    for name in (each for each in UNITS if each.endswith(".service")):
        unit = unit_of((SAMPLES / name).read_text("utf-8"))
        assert {key: unit.get(key) for key in walls} == walls, name
        assert unit["ReadWritePaths"][0].split()[0] == "/var/lib/partywork"


# --- running it ------------------------------------------------------------------------------------------------------------


def start_and_wait(site: Production) -> None:
    for name in SERVICES:
        site.start(name)
    wait_for(lambda: '"worker": "ok"' in site.health())


def test_each_service_ends_when_told_and_the_running_job_first(site):
    """The worker is stopped in the middle of a job: it ends the job, and then itself."""
    queue = ("from branches.accounts.models import Account; from partywork.status.services import request_verify;"
             "print(request_verify(actor=Account.objects.get(username='chen.gong')).pk)")
    done = site.manage("shell", "-v0", "-c", queue)
    assert done.returncode == 0, done.stderr
    state = "SELECT state, tries FROM jobs_job ORDER BY created_at DESC LIMIT 1"
    wait_for(lambda: site.rows(state)[0][0] in ("running", "done"), every=0.01)
    ended = {name: site.stop(name) for name in ("worker", "beat", "web")}
    assert {name: code for name, (code, _) in ended.items()} == dict.fromkeys(ended, 0), [site.log(name)[-800:] for name in ended]
    assert all(seconds < 30 for _, seconds in ended.values())
    assert site.rows(state) == [("done", 1)]
    away = site.ask("/login/")
    assert (away.status, away["Retry-After"], "系统暂时不能使用" in away.text) == (503, "30", True)
    start_and_wait(site)


def test_the_backup_of_the_timer_is_whole_and_old_ones_go(site):
    folder = site.folder / "backup"
    old, part, young = folder / "partywork-20250101-000000-1-a.backup", folder / "x.1.part", folder / "partywork-young.backup"
    for path, days in ((old, 31), (part, 1), (young, 1)):
        path.write_bytes(b"")
        os.utime(path, (time.time() - days * 86400 - 60,) * 2)
    assert site.run_once("backup") == [0, 0, 0]
    made = [path for path in folder.iterdir() if path.stat().st_size]
    assert (old.exists(), part.exists(), young.exists(), len(made)) == (False, False, True, 1)
    assert site.manage("restore", str(made[0]), "--check").returncode == 0
    assert site.run_once("verify") == [0]


def test_the_keepers_page_of_a_proper_production_has_nothing_to_say(site):
    """After the timers' backup and verify. The disk of the machine that tests is its own affair."""
    with site.writing() as database:
        database.execute("UPDATE accounts_account SET must_change_password = false")
    session = next(each for each in login(site, PASSWORD).headers.get_all("Set-Cookie") if each.startswith("__Host-session="))
    page = site.ask("/system/", Cookie=session.partition(";")[0])
    assert page.status == 200
    told = {row.xpath("string(th)"): row.xpath("string(td[1])").strip() for row in html.fromstring(page.text).xpath("//tbody/tr")}
    assert len(told) == 14
    assert {label: state for label, state in told.items() if state != "正常"}.keys() <= {"磁盘空间"}


def test_the_upgrade_goes_as_the_handbook_says(site):
    """The commands of chapter four in their order; fetching a new version is left out."""
    chapter = re.search(r"## 四、升级\n+```\n(.*?)```", (ROOT / "partywork/handbook/operations.md").read_text("utf-8"), re.S)[1]
    done = []
    for line in chapter.splitlines():
        for step in site.put(line.removeprefix("# ").split("   ")[0]).split(" && "):
            words = shlex.split(step)
            if words[0] == "systemctl":
                for name in words[2:]:
                    short = name.removeprefix("partywork-")
                    site.start(short) if words[1] == "start" else site.stop(short)
            elif words[0] == "partywork-manage":
                answer = site.manage(*words[1:])
                assert answer.returncode == 0, (step, answer.stdout, answer.stderr)
            done.append(" ".join(words[:2]))
    assert [each for each in done if "partywork-manage" in each or "systemctl" in each] == [
        "partywork-manage backup", "systemctl stop", "partywork-manage check", "partywork-manage migrate", "partywork-manage collectstatic",
        "systemctl start", "partywork-manage verify", "partywork-manage backup"]
    wait_for(lambda: '"worker": "ok"' in site.health())
    assert login(site, PASSWORD).status == 302
