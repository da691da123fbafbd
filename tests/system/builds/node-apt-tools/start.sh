#!/bin/sh
echo "starting on $PORT"
node server.js
