# tags: rust:1-slim rust:1-slim-bookworm
# context: ca
FROM debian:12-slim
# Debian's own cargo cannot fetch from crates.io's present index; the one that it keeps for browsers can.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates gcc libc6-dev cargo-web rustc-web && rm -rf /var/lib/apt/lists/*
COPY ca.crt /usr/local/share/plimsoll/ca.crt
ENV CARGO_HTTP_CAINFO=/usr/local/share/plimsoll/ca.crt CARGO_HOME=/usr/local/cargo PATH=/usr/local/cargo/bin:$PATH
