# tags: nginx:1-alpine nginx:alpine nginx:stable-alpine nginx:mainline-alpine nginx:1.22-alpine nginx:1.30-alpine
# About what the image on Alpine has, and of its size: BusyBox, the server with modules for XSLT and places, curl, certificates, time zones.
# The programs are Debian's, with glibc and not musl.
FROM nginx:1 AS files
# Debian's libgd brings libraries of 60 MB along, that of Alpine does not.
RUN rm /usr/lib/nginx/modules/ngx_http_image_filter_module.so
RUN mkdir -p /out/usr/sbin /out/usr/bin /out/usr/lib/nginx /out/etc/nginx/conf.d /out/etc/ssl/certs /out/lib64 /out/usr/share/nginx/html /out/var/log/nginx \
    /out/var/lib/nginx /out/var/cache/nginx /out/run /out/var/run /out/docker-entrypoint.d \
 && cp /usr/sbin/nginx /out/usr/sbin/ && cp /usr/bin/curl /out/usr/bin/ && cp -rL /usr/lib/nginx/modules /out/usr/lib/nginx/ && cp -a /usr/share/zoneinfo /out/usr/share/ && cp -L /lib64/ld-linux-x86-64.so.2 /out/lib64/ \
 && ldd /usr/sbin/nginx /usr/bin/curl /usr/lib/nginx/modules/*.so | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p' | while read -r file; do mkdir -p "/out$(dirname "$file")" && cp -L "$file" "/out$file"; done \
 && cp -a /lib/x86_64-linux-gnu/libnss_* /out/lib/x86_64-linux-gnu/ \
 && cp /etc/nginx/mime.types /etc/nginx/fastcgi_params /etc/nginx/proxy_params /out/etc/nginx/ \
 && cp /etc/nginx/conf.d/default.conf /out/etc/nginx/conf.d/ && cp /usr/share/nginx/html/index.html /out/usr/share/nginx/html/ \
 && cp /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/ \
 && printf 'user nginx;\nworker_processes auto;\nerror_log /var/log/nginx/error.log notice;\npid /run/nginx.pid;\nevents {\n  worker_connections 1024;\n}\nhttp {\n  include /etc/nginx/mime.types;\n  default_type application/octet-stream;\n  access_log /var/log/nginx/access.log;\n  sendfile on;\n  keepalive_timeout 65;\n  include /etc/nginx/conf.d/*.conf;\n}\n' > /out/etc/nginx/nginx.conf \
 && ln -s /dev/stdout /out/var/log/nginx/access.log && ln -s /dev/stderr /out/var/log/nginx/error.log
FROM busybox:1
COPY --from=files /out/ /
RUN printf 'nginx:x:101:101:nginx:/var/cache/nginx:/sbin/nologin\n' >> /etc/passwd && printf 'nginx:x:101:\n' >> /etc/group
EXPOSE 80
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
