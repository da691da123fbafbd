import sys

from markupsafe import _speedups, escape

print(escape(" ".join(sys.argv[1:])), _speedups.__name__)
