# tags: eclipse-temurin:17 eclipse-temurin:17-jdk
# context: java
FROM eclipse-temurin:17-jre
RUN apt-get update && apt-get install -y --no-install-recommends binutils openjdk-17-jdk-headless && rm -rf /var/lib/apt/lists/*
COPY cacerts /etc/ssl/certs/java/cacerts
