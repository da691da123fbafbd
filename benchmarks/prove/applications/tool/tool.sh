#!/bin/bash
set -eu
. ./common.sh
case $1 in
  sum) say sum "$(awk '{ all += $1 } END { print all }' data/numbers)" ;;
  names) while read -r name; do say "$MODE" "$name"; done <data/names ;;
  keep) date +%s.%N >out/last && say kept "$(wc -l <out/last)" ;;
  sort) sort -n | tr '\n' ' ' ;;
  *) echo "tool: $1 is not known" >&2; exit 64 ;;
esac
