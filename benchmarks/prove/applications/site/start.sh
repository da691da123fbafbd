#!/bin/sh
trap 'kill $!; exit 0' TERM
cd www || exit 1
httpd -f -p "$PORT" -h . -c /etc/httpd.conf &
wait
