# tags: ruby:3.1-slim ruby:3-slim ruby:3.1-slim-bookworm
FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends bundler ca-certificates ruby && rm -rf /var/lib/apt/lists/*
ENV GEM_HOME=/usr/local/bundle BUNDLE_PATH=/usr/local/bundle BUNDLE_APP_CONFIG=/usr/local/bundle PATH=/usr/local/bundle/bin:$PATH
RUN mkdir -p /usr/local/bundle && chmod 1777 /usr/local/bundle
CMD ["irb"]
