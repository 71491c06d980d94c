# SPDX-License-Identifier: GPL-2.0-or-later
"""Chromium without a window, by its DevTools protocol over a pair of pipes: no port, no
driver, no library.  Only what the test of the report needs."""
import base64
import contextlib
import json
import os
import pathlib
import select
import shutil
import subprocess
import tempfile
import time

PATIENCE_S = 120  # for any one answer, on a loaded machine


def find():
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Page:
    """One tab.  What the browser complains of collects in `complaints`."""

    def __init__(self, to_browser, from_browser):
        self.to_browser, self.from_browser = to_browser, from_browser
        self.buffer = b""
        self.number = 0
        self.session = None
        self.complaints = []
        self.requests = []
        self.events = []

    def _read(self):
        deadline = time.monotonic() + PATIENCE_S
        while b"\0" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.from_browser], [], [], left)[0]:
                raise AssertionError("the browser does not answer")
            part = os.read(self.from_browser, 1 << 20)
            assert part, "the browser is gone"
            self.buffer += part
        line, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(line)

    def _note(self, event):
        method, what = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.complaints.append(what["exceptionDetails"].get("exception", {}).get(
                "description") or what["exceptionDetails"]["text"])
        elif method == "Runtime.consoleAPICalled" and what["type"] in ("error", "warning"):
            self.complaints.append(str([arg.get("value") for arg in what["args"]]))
        elif method == "Log.entryAdded" and what["entry"]["level"] in ("error", "warning"):
            self.complaints.append(what["entry"]["text"])
        elif method == "Page.javascriptDialogOpening":
            self.complaints.append(f"dialog: {what['message']}")
        elif method == "Network.requestWillBeSent":
            self.requests.append(what["request"]["url"])
        self.events.append(method)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to_browser, json.dumps(message).encode() + b"\0")
        while True:
            got = self._read()
            if got.get("id") == self.number:
                assert "error" not in got, f"{method}: {got['error']}"
                return got["result"]
            self._note(got)

    def wait_for(self, event):
        while event not in self.events:
            self._note(self._read())

    def open(self, path):
        self.events.clear()
        self.call("Page.navigate", url=pathlib.Path(path).as_uri())
        self.wait_for("Page.loadEventFired")

    def run(self, script):
        """The value of an expression, awaited if it is a promise."""
        got = self.call("Runtime.evaluate", expression=script, returnByValue=True,
                        awaitPromise=True)
        assert "exceptionDetails" not in got, f"{script}: {got['exceptionDetails']}"
        return got["result"].get("value")

    def until(self, script, what):
        """Asks again until the expression is true."""
        deadline = time.monotonic() + PATIENCE_S
        while not self.run(script):
            assert time.monotonic() < deadline, f"never: {what}"
            time.sleep(0.05)

    def resize(self, width, height=900, is_dark=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}])

    def press(self, key, code=0, text=""):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key,
                      windowsVirtualKeyCode=code, **({"text": text} if text and kind == "keyDown"
                                                     else {}))

    def screenshot(self, path, whole=True):
        got = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        pathlib.Path(path).write_bytes(base64.b64decode(got["data"]))

    def pdf(self, path):
        got = self.call("Page.printToPDF", printBackground=True)
        pathlib.Path(path).write_bytes(base64.b64decode(got["data"]))


def _attach(page):
    targets = page.call("Target.getTargets")["targetInfos"]
    target = next(t["targetId"] for t in targets if t["type"] == "page")
    page.session = page.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Page", "Runtime", "Log", "Network"):
        page.call(f"{domain}.enable")


@contextlib.contextmanager
def page():
    """The browser lives as long as its `with`; its profile goes with it."""
    with tempfile.TemporaryDirectory(prefix="revprobe-chromium-",
                                     ignore_cleanup_errors=True) as profile:
        there, to_browser = os.pipe()
        from_browser, back = os.pipe()

        def set_up():
            # Where the browser looks for them; via numbers that are neither.
            ours = [os.dup(fd) for fd in (there, back)]
            for fd, target in zip(ours, (3, 4)):
                os.dup2(fd, target)

        # The page is ours, and the sandbox needs more than a container gives.
        child = subprocess.Popen(
            [find(), "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-dev-shm-usage", "--disable-background-networking", "--disable-sync",
             "--disable-extensions", "--disable-component-update", "--hide-scrollbars",
             "--remote-debugging-pipe", f"--user-data-dir={profile}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": profile}, preexec_fn=set_up, close_fds=False,
            start_new_session=True)
        os.close(there)
        os.close(back)
        try:
            tab = Page(to_browser, from_browser)
            _attach(tab)
            yield tab
            tab.session = None
            tab.call("Browser.close")
            child.wait(PATIENCE_S)
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
            os.close(to_browser)
            os.close(from_browser)
