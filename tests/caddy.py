"""The shipped Caddyfile before a server of the tests; only name, ports and certificates are replaced."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
from pathlib import Path

from tests.harness import PYTHON, ROOT, free_port, wait_until

CADDY = Path(PYTHON).parent / "caddy"
NAME, BACKEND = "guidance.city.example {", "127.0.0.1:8000 {"


class Caddy:
    """A Caddy in front of `backend_port`, on `port` of localhost with a certificate of its own."""

    def __init__(self, folder: Path, backend_port: int) -> None:
        self.folder, self.port = folder, free_port()
        folder.mkdir(parents=True, exist_ok=True)
        shipped = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
        assert shipped.count(NAME) == 1 and shipped.count(BACKEND) == 1
        options = (
            f"{{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n\tstorage file_system {folder}\n"
        )
        adapted = shipped.replace(NAME, f"https://localhost:{self.port} {{\n\ttls internal")
        adapted = adapted.replace(BACKEND, f"127.0.0.1:{backend_port} {{").replace("\n{\n", "\n" + options, 1)
        (folder / "Caddyfile").write_text(adapted, encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where browsers find it."""
        return f"https://localhost:{self.port}"

    def start(self) -> None:
        """Start it and wait until it listens."""
        log = (self.folder / "caddy.log").open("ab")
        environment = {**os.environ, "HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder)}
        command = [str(CADDY), "run", "--adapter", "caddyfile", "--config", str(self.folder / "Caddyfile")]
        self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            wait_until(self._listens, 20)
        except AssertionError:
            raise AssertionError((self.folder / "caddy.log").read_text()[-4000:]) from None

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=10)

    def memory_bytes(self) -> int:
        """Resident memory now."""
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) * 1024

    def _listens(self) -> bool:
        context = ssl._create_unverified_context()
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as plain:
                context.wrap_socket(plain, server_hostname="localhost").close()
        except OSError:
            return False
        return True
