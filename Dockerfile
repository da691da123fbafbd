# Plimsoll as an image, for the services that run in a cluster: `plimsoll exporter` and `plimsoll respond`.
#   docker build --tag plimsoll .

FROM node:24-bookworm-slim AS build
WORKDIR /source
COPY package.json package-lock.json ./
# The scripts of the dependencies are not run: none is needed, and the package's own would build sources that are not there yet.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
COPY scripts/build.mjs scripts/bundles.mjs scripts/generate.mjs ./scripts/
# The build runs an audit of it, so that compiled code comes along with the bundle.
COPY examples/shop-node ./examples/shop-node
COPY schemas/kubernetes.txt ./schemas/kubernetes.txt
COPY src ./src
RUN node scripts/build.mjs

# No shell, no package manager: Node.js and what it links with.
FROM gcr.io/distroless/nodejs24-debian13:nonroot
COPY --from=build /source/package.json /plimsoll/package.json
COPY --from=build /source/dist /plimsoll/dist
# Fields and APIs of Kubernetes, which rules read.
COPY schemas/kubernetes.txt /plimsoll/schemas/kubernetes.txt
# By number, so that runAsNonRoot can be checked before the container starts. It owns nothing here.
USER 65532
WORKDIR /plimsoll
ENTRYPOINT ["/nodejs/bin/node", "/plimsoll/dist/cli/main.js"]
CMD ["--help"]
