# tags: nginx:1 nginx:latest nginx:stable nginx:mainline nginx:1.22
FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl gettext-base libnginx-mod-http-geoip \
      libnginx-mod-http-image-filter libnginx-mod-http-xslt-filter libnginx-mod-stream-geoip nginx-light tzdata && rm -rf /var/lib/apt/lists/* \
 && rm -f /etc/nginx/modules-enabled/* /etc/nginx/sites-enabled/default /var/www/html/* \
 && mkdir -p /usr/share/nginx/html && echo '<h1>Welcome to nginx!</h1>' > /usr/share/nginx/html/index.html \
 && printf 'server {\n  listen 80;\n  root /usr/share/nginx/html;\n  index index.html;\n}\n' > /etc/nginx/conf.d/default.conf \
 && ln -sf /dev/stdout /var/log/nginx/access.log && ln -sf /dev/stderr /var/log/nginx/error.log
EXPOSE 80
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
