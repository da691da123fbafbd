#!/usr/bin/env python3
import csv
import os
import pwd
import sys
import tempfile
import time

from columns import width

with open("rates.csv", newline="", encoding="utf-8") as file:
    rows = [(name, float(rate)) for name, rate in csv.reader(file)]
wanted = sys.argv[1:]
if not wanted:
    sys.exit("say --all or names")
if "-" in wanted:
    wanted = sys.stdin.read().split()
chosen = rows if "--all" in wanted else [row for row in rows if row[0] in wanted]
for name, rate in chosen:
    print(name.ljust(width(rows)), f"{rate:6.2f}", os.environ.get("CURRENCY", "?"))
with tempfile.NamedTemporaryFile(dir=os.path.expanduser("~")) as scratch:
    scratch.write(b"x")
print("for", pwd.getpwuid(os.getuid()).pw_name, file=sys.stderr)
print(f"made at {time.time():.3f}", file=sys.stderr)
sys.exit(0 if chosen else 4)
