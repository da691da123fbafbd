"""PyPA's own packaging: lines «ONE<TAB>OTHER», answered with -1, 0, 1, or ? where it refuses a version."""
import sys
from packaging.version import InvalidVersion, Version

for line in sys.stdin:
    one, other = line.rstrip("\n").split("\t")
    try:
        a, b = Version(one), Version(other)
        print((a > b) - (a < b))
    except InvalidVersion:
        print("?")
