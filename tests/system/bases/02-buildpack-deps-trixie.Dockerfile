# tags: buildpack-deps:trixie buildpack-deps:13
FROM debian:13
RUN apt-get update \
 && apt-get install -y --no-install-recommends bzip2 ca-certificates curl file g++ gcc git gnupg libc6-dev libffi-dev \
    libpq-dev libsqlite3-dev libssl-dev libyaml-dev make openssh-client patch pkg-config procps unzip wget xz-utils zlib1g-dev \
 && rm -rf /var/lib/apt/lists/*
