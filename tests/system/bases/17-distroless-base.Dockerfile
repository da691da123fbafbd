# tags: gcr.io/distroless/base-debian12:nonroot gcr.io/distroless/base-debian12 gcr.io/distroless/cc-debian12:nonroot gcr.io/distroless/cc-debian12 gcr.io/distroless/base gcr.io/distroless/cc
FROM debian:12-slim AS files
RUN mkdir -p /out/lib/x86_64-linux-gnu /out/lib64 /out/usr/lib/x86_64-linux-gnu \
 && cp -a /lib64/ld-linux-x86-64.so.2 /out/lib64/ \
 && cp -a /lib/x86_64-linux-gnu/ld-linux* /lib/x86_64-linux-gnu/libc.so* /lib/x86_64-linux-gnu/libm.so* /lib/x86_64-linux-gnu/libpthread* /lib/x86_64-linux-gnu/libdl* \
      /lib/x86_64-linux-gnu/librt* /lib/x86_64-linux-gnu/libresolv* /lib/x86_64-linux-gnu/libnss_* /lib/x86_64-linux-gnu/libgcc_s* /out/lib/x86_64-linux-gnu/ \
 && cp -a /usr/lib/x86_64-linux-gnu/libstdc++* /out/usr/lib/x86_64-linux-gnu/
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=files /out/ /
