# tags: maven:3 maven:3.8 maven:3.9 maven:3-eclipse-temurin-17 maven:3.8-eclipse-temurin-17 maven:3.9-eclipse-temurin-17
FROM eclipse-temurin:17
RUN apt-get update && apt-get install -y --no-install-recommends git maven openssh-client && rm -rf /var/lib/apt/lists/*
ENV MAVEN_CONFIG=/root/.m2
CMD ["mvn"]
