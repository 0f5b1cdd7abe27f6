"""`manage.py serve`: the whole system on one machine, waitress for the pages and one worker child for the jobs."""
from __future__ import annotations

import signal
import socket
import threading

import waitress
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from waitress.server import BaseWSGIServer

from partywork import checks
from partywork.bodies import Channel
from partywork.jobs.child import WorkerChild

THREADS = 8


class Command(BaseCommand):
    help = "启动网页服务和后台任务进程（单机使用，按 Ctrl-C 一起停止）"
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="监听地址，默认只供本机访问")
        parser.add_argument("--port", type=port_number, default=8000, help="端口，默认 8000")

    def handle(self, *, host: str, port: int, **options) -> None:
        with bind_port(host, port) as listener:
            self.check(display_num_errors=False)
            meet_database()
            server = make_server(listener)  # before the child: a fault in loading the pages must not leave a child
            with WorkerChild(say=self.say):
                self.say(f"党务工作台已启动：http://{shown_host(host)}:{listener.getsockname()[1]}/（按 Ctrl-C 停止）")
                run_until_told(server)
                self.say("正在停止……")
        self.say("已停止。")

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def meet_database() -> None:
    try:
        checks.meet_database()
    except ImproperlyConfigured as refusal:
        raise CommandError(str(refusal)) from None


def port_number(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= 65535:
        raise CommandError(f"端口应为 0 到 65535 之间的整数，现在是“{text}”。")
    return int(text)


def bind_port(host: str, port: int) -> socket.socket:
    """Take the port first of all: when that fails, nothing has been started and nothing is left running."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise CommandError(port_trouble(host, port, error)) from None
    return listener


def port_trouble(host: str, port: int, error: OSError) -> str:
    if isinstance(error, PermissionError):
        return f"没有权限使用端口 {port}（1024 以下的端口需要系统授权）。请换一个端口，例如 make run PORT=8001。"
    if isinstance(error, socket.gaierror):
        return f"监听地址“{host}”不存在，请检查 --host。"
    if error.errno == 98 or "in use" in str(error):
        return f"端口 {port} 已被其他程序占用，没有启动。请先停止占用它的程序，或换一个端口，例如 make run PORT=8001。"
    return f"无法使用 {host} 的端口 {port}：{error.strerror}。"


def shown_host(host: str) -> str:
    return f"[{host}]" if ":" in host else {"0.0.0.0": "127.0.0.1"}.get(host, host)  # noqa: S104


def make_server(listener: socket.socket) -> BaseWSGIServer:
    from partywork.wsgi import application

    server = waitress.create_server(
        application, sockets=[listener], threads=THREADS, ident=None, channel_timeout=60,
        max_request_body_size=2 * settings.REQUEST_MAX_BYTES,  # the refusal is the door's, in Chinese
        clear_untrusted_proxy_headers=True,
    )
    server.channel_class = Channel
    return server


def run_until_told(server: BaseWSGIServer) -> None:
    """Serve until SIGINT, SIGTERM or the end of the terminal; waitress ends its loop on KeyboardInterrupt."""
    told = threading.Event()

    def tell(signum, frame) -> None:
        if not told.is_set():
            told.set()
            raise KeyboardInterrupt

    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, tell)
    server.run()
