# tags: buildpack-deps:trixie-scm
FROM debian:13
# What the official tiers «curl» and «scm» install.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl gnupg netbase sq tzdata wget \
    git mercurial openssh-client procps subversion \
 && rm -rf /var/lib/apt/lists/*
