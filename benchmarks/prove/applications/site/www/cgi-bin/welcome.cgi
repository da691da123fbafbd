#!/bin/sh
echo "$QUERY_STRING" >> /srv/guests/list || exit 1
printf 'Content-Type: text/plain\r\n\r\nWelcome to %s, guest %s\n' "$SITE_NAME" "$(wc -l < /srv/guests/list)"
