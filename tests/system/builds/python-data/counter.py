import os
import sys

with open("count", "a", encoding="utf8") as count:
    count.write(" ".join(sys.argv[1:]) + "\n")
with open(os.path.join(os.environ["UPLOADS"], "last"), "w", encoding="utf8") as last:
    last.write(sys.argv[-1])
with open("count", encoding="utf8") as count:
    print(count.read(), sorted(os.listdir(".")), os.listdir(os.environ["UPLOADS"]))
