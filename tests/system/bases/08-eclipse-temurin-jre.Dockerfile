# tags: eclipse-temurin:17-jre eclipse-temurin:17-jre-jammy
FROM debian:12-slim
RUN mkdir -p /usr/share/man/man1 && apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl fontconfig gnupg locales openjdk-17-jre-headless p11-kit tzdata wget \
 && rm -rf /var/lib/apt/lists/* \
 && mkdir -p /opt/java && ln -s /usr/lib/jvm/java-17-openjdk-amd64 /opt/java/openjdk
ENV JAVA_HOME=/opt/java/openjdk
CMD ["jshell"]
