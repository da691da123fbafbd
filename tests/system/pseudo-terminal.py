"""Runs a command at a real pseudo-terminal, as a person would see it.

Reads JSON from standard input: {"command": [...], "cwd": ..., "columns": n, "steps": [{"wait": text, "type": text}, ...], "seconds": n}.
Each step waits until its text has appeared behind what the step before waited for, then types; "\\u0003" is Ctrl-C. Prints JSON:
{"output": text, "status": n} or {"signal": n} in place of the status, and "missing": text where a step waited in vain.
"""
import fcntl, json, os, pty, select, signal, struct, sys, termios, time

task = json.load(sys.stdin)
pid, terminal = pty.fork()
if pid == 0:
    os.chdir(task["cwd"])
    os.environ["TERM"] = "xterm-256color"
    os.execvp(task["command"][0], task["command"])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, task["columns"], 0, 0))

seen = ""
at = 0
until = time.monotonic() + task["seconds"]


def read(seconds):
    """True while there may be more."""
    global seen
    if not select.select([terminal], [], [], seconds)[0]:
        return True
    try:
        data = os.read(terminal, 65536)
    except OSError:  # the other end was closed
        return False
    seen += data.decode("utf-8", "replace")
    return data != b""


result = {}
open_ = True
for step in task["steps"]:
    while open_ and seen.find(step["wait"], at) == -1 and time.monotonic() < until:
        open_ = read(0.1)
    found = seen.find(step["wait"], at)
    if found == -1:
        result["missing"] = step["wait"]
        break
    at = found + len(step["wait"])
    os.write(terminal, step["type"].encode())
while open_ and time.monotonic() < until:
    open_ = read(0.1)
if open_:
    os.kill(pid, signal.SIGKILL)
_, status = os.waitpid(pid, 0)
result["output"] = seen
result["signal" if os.WIFSIGNALED(status) else "status"] = os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
json.dump(result, sys.stdout)
