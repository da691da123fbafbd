#!/bin/sh
set -e
jq -r '.greeting + ", " + (.to | join(" "))' /etc/greeter.json
cat /var/lib/greeter/sorted
