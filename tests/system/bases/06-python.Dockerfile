# tags: python:3.11 python:3.11-bookworm
# context: ca
FROM buildpack-deps:12
# Debian's Python where the official image has its own: below /usr/local, with headers and without a compiler, static library, compiled files
# and Debian's mark that keeps pip from installing.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates netbase python3 python3-pip python3-setuptools python3-venv python3-wheel tzdata \
 && version=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])') \
 && cd /tmp && apt-get download "libpython$version-dev" "python$version-dev" && for file in ./*.deb; do dpkg-deb -x "$file" /tmp/headers; done \
 && rm -rf /tmp/headers/usr/share/doc /tmp/headers/usr/share/man && find /tmp/headers -name '*.a' -delete && cp -a /tmp/headers/usr/. /usr/ && rm -rf /tmp/headers /tmp/*.deb \
 && rm -rf /var/lib/apt/lists/* /usr/lib/python3.*/EXTERNALLY-MANAGED && find /usr/lib/python3* -depth -name __pycache__ -exec rm -rf {} + \
 && ln -s /usr/bin/python3 /usr/local/bin/python && ln -s /usr/bin/python3 /usr/local/bin/python3
COPY ca.crt /usr/local/share/plimsoll/ca.crt
ENV PIP_CERT=/usr/local/share/plimsoll/ca.crt REQUESTS_CA_BUNDLE=/usr/local/share/plimsoll/ca.crt SSL_CERT_FILE=/usr/local/share/plimsoll/ca.crt UV_NATIVE_TLS=true
CMD ["python3"]
