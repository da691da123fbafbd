# tags: nginxinc/nginx-unprivileged:1 nginxinc/nginx-unprivileged:latest nginxinc/nginx-unprivileged:stable nginxinc/nginx-unprivileged:1.22 nginxinc/nginx-unprivileged:1.30
FROM nginx:1
RUN groupadd --gid 101 nginx && useradd --no-log-init --uid 101 --gid 101 --no-create-home nginx \
 && sed -i -e 's/listen 80;/listen 8080;/' /etc/nginx/conf.d/default.conf \
 && sed -i -e '/^user /d' -e 's,^pid .*,pid /tmp/nginx.pid;,' \
      -e 's,^http {,http { client_body_temp_path /tmp/client_temp; proxy_temp_path /tmp/proxy_temp; fastcgi_temp_path /tmp/fastcgi_temp; uwsgi_temp_path /tmp/uwsgi_temp; scgi_temp_path /tmp/scgi_temp;,' /etc/nginx/nginx.conf \
 && chown -R 101:101 /var/lib/nginx /var/log/nginx /etc/nginx
EXPOSE 8080
USER 101
