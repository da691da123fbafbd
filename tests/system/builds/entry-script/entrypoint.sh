#!/bin/sh
set -e
GREETING="good day"
export GREETING
"$@"
