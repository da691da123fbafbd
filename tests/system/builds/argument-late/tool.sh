#!/bin/sh
echo "release $RELEASE"
echo "$1 * 2" | bc
