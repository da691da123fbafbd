# tags: php:8.2 php:8 php:8.2-cli php:8-cli php:cli php:latest
FROM debian:12-slim
# With what the official image keeps to build extensions.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl php8.2-cli php8.2-curl php8.2-dev php8.2-mbstring php8.2-xml xz-utils \
      autoconf dpkg-dev file g++ gcc libc6-dev make pkg-config re2c && rm -rf /var/lib/apt/lists/*
CMD ["php", "-a"]
