#!/usr/bin/env python3
"""Checks the page of `diff --html` in a headless Chromium: no text overlaps and nothing is wider than the window, at four
widths, light and dark, for a small, a medium and a large difference. The large one also has limits for time and size.

    tests/packaging/page.py target/release/pycompile [--screenshots DIR] [--browser PROGRAM]
"""

import argparse
import base64
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile

WIDTHS = [480, 768, 1280, 1920]
# 1,000 files, 500 of them changed: seconds of processor time and bytes of the page.
SECONDS, BYTES = 2.0, 12 << 20

MEASURE = r"""
(() => {
  const found = [];
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width)
    found.push(`the page is ${document.documentElement.scrollWidth} wide`);
  const boxes = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node && boxes.length < 60000; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || parent.closest(".skip, .hidden, title, style") || !parent.checkVisibility()) continue;
    const scrolled = parent.closest(".scroll");
    // Spaces at the end of a line take no room.
    for (const words of node.data.matchAll(/\S+(?: \S+)*/g)) {
      const range = document.createRange();
      range.setStart(node, words.index);
      range.setEnd(node, words.index + words[0].length);
      const text = words[0].slice(0, 40);
      for (const box of range.getClientRects()) {
        if (box.width < 1 || box.height < 1) continue;
        if (!scrolled && (box.left < -1 || box.right > width + 1)) found.push(`outside: ${text}`);
        boxes.push({ left: box.left, right: box.right, top: box.top, bottom: box.bottom, text });
      }
    }
  }
  boxes.sort((one, other) => one.top - other.top);
  let open = [];
  for (const box of boxes) {
    open = open.filter((other) => other.bottom > box.top + 2);
    for (const other of open) {
      const across = Math.min(box.right, other.right) - Math.max(box.left, other.left);
      const down = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
      if (across > 2 && down > 2) found.push(`"${box.text}" over "${other.text}"`);
    }
    open.push(box);
  }
  return JSON.stringify({ boxes: boxes.length, found: found.slice(0, 20), count: found.length });
})()
"""
OPEN = "document.querySelectorAll('details').forEach((details, at) => { if (at < 60) details.open = true; })"


class Browser:
    """Chromium by the DevTools protocol, over two pipes."""

    def __init__(self, program, folder):
        to_browser, self.write_end = os.pipe()
        self.read_end, from_browser = os.pipe()

        def pipes():
            # The two may be each other's numbers.
            one, other = os.dup(to_browser), os.dup(from_browser)
            os.dup2(one, 3), os.dup2(other, 4)

        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--hide-scrollbars"]
        self.process = subprocess.Popen(
            [program, *flags, f"--user-data-dir={folder}", "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=pipes,
            pass_fds=(3, 4, to_browser, from_browser),
        )
        os.close(to_browser), os.close(from_browser)
        self.number, self.rest, self.session = 0, b"", None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable")

    def message(self):
        while b"\0" not in self.rest:
            more = os.read(self.read_end, 1 << 20)
            if not more:
                sys.exit("the browser has ended")
            self.rest += more
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.number += 1
        call = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            call["sessionId"] = self.session
        os.write(self.write_end, json.dumps(call).encode() + b"\0")
        while True:
            message = self.message()
            if message.get("id") == self.number:
                if "error" in message:
                    sys.exit(f"{method}: {message['error']}")
                return message["result"]

    def load(self, url):
        self.call("Page.navigate", url=url)
        while self.message().get("method") != "Page.loadEventFired":
            pass

    def evaluate(self, script):
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in result:
            sys.exit(str(result["exceptionDetails"]))
        return result["result"].get("value")

    def end(self):
        self.call("Browser.close")
        self.process.wait(20)


def module(number, changed):
    """Returns a module of some functions; a changed one has another operator, a name, and a comment."""
    lines = [f'"""Module {number}."""', "import os", f"LIMIT = {number}", ""]
    for function in range(6):
        other = changed and function % 2 == 0
        lines += [
            f"def function_{function}_with_a_long_name(first, second, *rest, key=None):",
            *(["    # A comment that is new."] if other else []),
            f"    total = first {'*' if other else '+'} second",
            "    for part in rest:",
            f"        total -= part.{'other_attribute' if other else 'attribute'}",
            "    if key is None or key not in {1, 2, 3}:",
            f"        raise ValueError({'the key is unknown' if other else 'no key'!r}, total)",
            "    return os.path.join(str(total), 'a text that is rather long, so that it does not fit')",
            "",
        ]
    return "\n".join(lines)


def pair(work, pycompile, name, count, changed):
    """Writes two trees with sources and pycs; one of ten changed pycs does not have the code of its source."""
    sides = [work / name / "left", work / name / "right"]
    for side in sides:
        for number in range(count):
            path = side / f"package_{number % 10}/sub_package_with_a_long_name/module_{number:04}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(module(number, side.name == "right" and number < changed))
        subprocess.run(
            [pycompile, "compile", "-q", "--python", "3.14", "--invalidation-mode", "unchecked-hash", "-r", "."],
            cwd=side,
            check=True,
        )
    pycs = sorted(sides[1].rglob("*.pyc"))
    for number in range(0, max(1, count // 20)):
        shutil.copy(pycs[-1 - number], pycs[number])
    (sides[0] / "notes.txt").write_text("one\ntwo\n")
    (sides[1] / "notes.txt").write_text("one\nthree\n")
    (sides[1] / "new.txt").write_text("new\n")
    return sides


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pycompile", type=pathlib.Path)
    parser.add_argument("--screenshots", type=pathlib.Path)
    parser.add_argument("--browser")
    arguments = parser.parse_args()
    pycompile = str(arguments.pycompile.resolve())
    browser = arguments.browser or next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
    if not browser:
        line = "NOT COMPARED: no chromium: the page of diff\n"
        sys.stdout.write(line)
        with open(os.environ.get("PYCOMPILE_SKIPPED", os.devnull), "a") as skipped:
            skipped.write(line)
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        chromium = Browser(browser, work / "profile") if browser else None
        for name, count, changed in [("small", 3, 2), ("medium", 40, 20), ("large", 1000, 500)]:
            sides = pair(work, pycompile, name, count, changed)
            page = work / f"{name}.html"
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            status = subprocess.run([pycompile, "diff", "-qq", *sides, "--html", page], stdout=subprocess.DEVNULL)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            if status.returncode != 1:
                sys.exit(f"diff has exit status {status.returncode}")
            seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            size = page.stat().st_size
            print(f"{name}: {count} files, {changed} changed: {seconds:.2f} s of processor time, {size / 1e6:.1f} MB")
            if name == "large" and (seconds > SECONDS or size > BYTES):
                failed += 1
                print(f"FAILED: more than {SECONDS} s or {BYTES} bytes")
            if not chromium:
                continue
            for scheme in ["light", "dark"]:
                features = [{"name": "prefers-color-scheme", "value": scheme}]
                chromium.call("Emulation.setEmulatedMedia", features=features)
                chromium.load(page.as_uri())
                for opened in [False, True]:
                    if opened:
                        chromium.evaluate(OPEN)
                    for width in WIDTHS:
                        metrics = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
                        chromium.call("Emulation.setDeviceMetricsOverride", **metrics)
                        found = json.loads(chromium.evaluate(MEASURE))
                        if found["count"] or not found["boxes"]:
                            failed += 1
                            print(f"FAILED: {name}, {scheme}, {width}, opened: {opened}: {found}")
                        if arguments.screenshots:
                            arguments.screenshots.mkdir(parents=True, exist_ok=True)
                            clip = {"x": 0, "y": 0, "width": width, "height": 1600, "scale": 1}
                            shot = chromium.call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
                            state = "-opened" if opened else ""
                            target = arguments.screenshots / f"{name}-{scheme}-{width}{state}.png"
                            target.write_bytes(base64.b64decode(shot["data"]))
            print(f"{name}: looked at, at {WIDTHS}, light and dark")
        if chromium:
            chromium.end()
    print(f"{failed} failed" if failed else "ok")
    sys.exit(bool(failed))


main()
