#!/bin/sh
trap 'kill $site $status; exit 0' TERM
cd www || exit 1
httpd -f -p "$PORT" -h . -c /etc/httpd.conf &
site=$!
httpd -f -p 8081 -h /srv/status &
status=$!
wait
