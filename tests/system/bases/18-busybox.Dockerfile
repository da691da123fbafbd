# tags: busybox:1 busybox:latest busybox:stable busybox:1.35
FROM debian:12-slim AS files
RUN apt-get update && apt-get install -y --no-install-recommends busybox-static && rm -rf /var/lib/apt/lists/* \
 && mkdir -p /out/bin /out/etc /out/tmp /out/root /out/home /out/usr/bin /out/usr/sbin /out/sbin && cp /bin/busybox /out/bin/ \
 && /bin/busybox --list | while read -r name; do [ "$name" = busybox ] || ln -s busybox "/out/bin/$name"; done \
 && printf 'root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33:www-data:/var/www:/bin/false\nnobody:x:65534:65534:nobody:/home:/bin/false\n' > /out/etc/passwd \
 && printf 'root:x:0:\nwww-data:x:33:\nnogroup:x:65534:\n' > /out/etc/group && chmod 1777 /out/tmp
FROM scratch
COPY --from=files /out/ /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CMD ["sh"]
