# tags: gcr.io/distroless/nodejs24-debian13:nonroot gcr.io/distroless/nodejs24-debian13
# context: node24
FROM debian:13-slim AS files
RUN apt-get update && apt-get install -y --no-install-recommends libstdc++6 libatomic1 && rm -rf /var/lib/apt/lists/*
RUN mkdir -p /out/usr/lib/x86_64-linux-gnu /out/usr/lib64 /out/nodejs && ln -s usr/lib /out/lib && ln -s usr/lib64 /out/lib64 \
 && cp -a /usr/lib64/ld-linux-x86-64.so.2 /out/usr/lib64/ && cd /usr/lib/x86_64-linux-gnu \
 && cp -a ld-linux* libc.so* libm.so* libpthread* libdl* librt* libresolv* libnss_* libgcc_s* libatomic* libstdc++.so* /out/usr/lib/x86_64-linux-gnu/
COPY bin/ /out/nodejs/bin/
FROM gcr.io/distroless/static-debian13:nonroot
COPY --from=files /out/ /
ENTRYPOINT ["/nodejs/bin/node"]
