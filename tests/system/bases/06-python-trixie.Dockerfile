# tags: python:3.13 python:3.13-trixie
# context: ca
FROM buildpack-deps:13
# Debian's Python where the official image has its own: below /usr/local, and without Debian's mark that keeps pip from installing.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates python3 python3-dev python3-pip python3-setuptools python3-venv python3-wheel \
 && rm -rf /var/lib/apt/lists/* /usr/lib/python3.*/EXTERNALLY-MANAGED \
 && ln -s /usr/bin/python3 /usr/local/bin/python && ln -s /usr/bin/python3 /usr/local/bin/python3
COPY ca.crt /usr/local/share/plimsoll/ca.crt
ENV PIP_CERT=/usr/local/share/plimsoll/ca.crt REQUESTS_CA_BUNDLE=/usr/local/share/plimsoll/ca.crt SSL_CERT_FILE=/usr/local/share/plimsoll/ca.crt UV_NATIVE_TLS=true
CMD ["python3"]
