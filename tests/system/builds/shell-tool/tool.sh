#!/bin/bash
set -euo pipefail
echo "$MODE: $(id -un) $(bc <<< '6 * 7') $(awk '{ sum += $1 } END { print sum }' data/numbers.txt) ${1:-none}"
cat index.txt
stat -c '%U %a %n' /opt/tool/tool.sh data data/numbers.txt
