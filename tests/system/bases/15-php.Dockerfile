# tags: php:8.2 php:8 php:8.2-cli php:8-cli php:cli php:latest
FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl php8.2-cli php8.2-mbstring php8.2-xml php8.2-curl xz-utils && rm -rf /var/lib/apt/lists/*
CMD ["php", "-a"]
