# tags: nginxinc/nginx-unprivileged:1.30-alpine nginxinc/nginx-unprivileged:1.29-alpine nginxinc/nginx-unprivileged:alpine
FROM nginx:1-alpine
RUN sed -i -e 's/listen 80;/listen 8080;/' /etc/nginx/conf.d/default.conf \
 && sed -i -e '/^user /d' -e 's,^pid .*,pid /tmp/nginx.pid;,' \
      -e 's,^http {,http {\n  client_body_temp_path /tmp/client_temp;\n  proxy_temp_path /tmp/proxy_temp;\n  fastcgi_temp_path /tmp/fastcgi_temp;\n  uwsgi_temp_path /tmp/uwsgi_temp;\n  scgi_temp_path /tmp/scgi_temp;,' /etc/nginx/nginx.conf \
 && chown -R 101:101 /var/lib/nginx /var/log/nginx /var/cache/nginx /etc/nginx
EXPOSE 8080
USER 101
