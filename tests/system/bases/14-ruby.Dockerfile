# tags: ruby:3.1 ruby:3 ruby:latest ruby:3.1-bookworm
FROM buildpack-deps:12
RUN apt-get update && apt-get install -y --no-install-recommends ruby ruby-dev bundler && rm -rf /var/lib/apt/lists/*
ENV GEM_HOME=/usr/local/bundle BUNDLE_PATH=/usr/local/bundle BUNDLE_APP_CONFIG=/usr/local/bundle PATH=/usr/local/bundle/bin:$PATH
RUN mkdir -p /usr/local/bundle && chmod 1777 /usr/local/bundle
CMD ["irb"]
