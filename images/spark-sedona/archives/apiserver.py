"""As much of Kubernetes' API as Spark's scheduler uses, for the training run alone: pods, which are processes.

A pod that is created is a command started at once with the pod's variables; it is Running, and Succeeded or Failed when
the command has ended. Pods are listed, watched (by WebSocket, as fabric8's client asks first) and deleted.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import queue
import subprocess
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

WEBSOCKET = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
FIELDS = {"status.podIP": "127.0.0.1"}


class ApiServer:
    """`with ApiServer(command, env)`: `env` is added to what the pod says."""

    def __init__(self, command: list[str], env: dict[str, str]):
        self.command, self.env = command, env
        self.pods = {"training-driver": _pod({"metadata": {"name": "training-driver"}, "spec": {"containers": []}})}
        self.processes: list[subprocess.Popen] = []
        self.watchers: list[queue.Queue] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"api": self}))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> ApiServer:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        for process in self.processes:
            process.kill()
        self._server.shutdown()
        self._server.server_close()

    def executor_code(self, seconds: float) -> int:
        """Waits for the executors' ends; the first exit code that isn't 0, and 1 where no executor was asked for."""
        codes = [process.wait(seconds) for process in self.processes]
        return next(filter(None, codes), 0) if codes else 1

    def create(self, pod: dict) -> dict:
        pod = _pod(pod)
        self.pods[pod["metadata"]["name"]] = pod
        process = subprocess.Popen(self.command, env={**os.environ, **_variables(pod), **self.env})
        self.processes.append(process)
        threading.Thread(target=self._follow, args=(pod, process), daemon=True).start()
        self.tell("ADDED", pod)
        return pod

    def _follow(self, pod: dict, process: subprocess.Popen) -> None:
        pod["status"]["phase"] = "Failed" if process.wait() else "Succeeded"
        self.tell("MODIFIED", pod)

    def tell(self, kind: str, pod: dict) -> None:
        for watcher in self.watchers:
            watcher.put(json.dumps({"type": kind, "object": pod}).encode())


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    api: ApiServer

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if "Sec-WebSocket-Key" in self.headers:
            return self._watch()
        if url.path.endswith("/pods"):
            selector = parse_qs(url.query).get("fieldSelector", [""])[0]
            found = [pod for name, pod in self.api.pods.items() if (name == "training-driver") == bool(selector)]
            return self._answer(
                {"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": found}
            )
        pod = self.api.pods.get(url.path.rsplit("/", 1)[1])
        self._answer(
            pod or {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 404}, 200 if pod else 404
        )

    def do_POST(self) -> None:
        self._answer(self.api.create(self._body()), 201)

    def do_PATCH(self) -> None:
        self._body()
        self._answer(self.api.pods[urlsplit(self.path).path.rsplit("/", 1)[1]])

    def do_DELETE(self) -> None:
        self._body()
        self._answer({"kind": "Status", "apiVersion": "v1", "status": "Success"})

    def _body(self) -> dict:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return json.loads(body) if body else {}

    def _answer(self, body: dict, code: int = 200) -> None:
        encoded = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    def _watch(self) -> None:
        accept = hashlib.sha1(self.headers["Sec-WebSocket-Key"].encode() + WEBSOCKET).digest()
        self.send_response(101)
        for name, value in ("Upgrade", "websocket"), ("Connection", "Upgrade"):
            self.send_header(name, value)
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(accept).decode())
        self.end_headers()
        events = queue.Queue()
        self.api.watchers.append(events)
        self.close_connection = True
        while event := events.get():
            size = bytes([len(event)]) if len(event) < 126 else b"\x7e" + len(event).to_bytes(2, "big")
            try:
                self.wfile.write(b"\x81" + size + event)  # a text frame
            except OSError:
                return

    def log_message(self, *_) -> None:
        pass


def _pod(pod: dict) -> dict:
    status = {"phase": "Running", "podIP": "127.0.0.1", "conditions": [{"type": "Ready", "status": "True"}]}
    metadata = {"namespace": "default", "uid": str(uuid.uuid4()), "resourceVersion": "1", **pod["metadata"]}
    metadata["creationTimestamp"] = "2020-01-01T00:00:00Z"
    return {"apiVersion": "v1", "kind": "Pod", **pod, "metadata": metadata, "status": status}


def _variables(pod: dict) -> dict[str, str]:
    fields = {**FIELDS, "metadata.name": pod["metadata"]["name"]}
    entries = (entry for container in pod["spec"]["containers"] for entry in container.get("env", ()))
    return {
        entry["name"]: fields[entry["valueFrom"]["fieldRef"]["fieldPath"]]
        if entry.get("valueFrom")
        else entry.get("value") or ""
        for entry in entries
    }
