# tags: golang:%V golang:%V-trixie golang:1 golang:latest
# context: go
FROM buildpack-deps:trixie-scm
RUN apt-get update && apt-get install -y --no-install-recommends g++ gcc libc6-dev make pkg-config && rm -rf /var/lib/apt/lists/*
COPY go/ /usr/local/go/
COPY ca.crt /usr/local/share/plimsoll/ca.crt
ENV GOPATH=/go PATH=/go/bin:/usr/local/go/bin:$PATH SSL_CERT_FILE=/usr/local/share/plimsoll/ca.crt GOTOOLCHAIN=local GOFLAGS=-buildvcs=false
RUN mkdir -p /go/src /go/bin && chmod -R 1777 /go
WORKDIR /go
