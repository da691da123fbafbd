import sys

import simplejson
from markupsafe import _speedups, escape

print(simplejson.dumps({"escaped": escape(" ".join(sys.argv[1:])), "by": _speedups.__name__}), bool(simplejson.encoder.c_make_encoder))
