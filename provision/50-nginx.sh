step nginx
if exists "$default_site" && is_debians_default; then
    keep "$default_site"
    act rm "$default_site"
fi
# nginx's default has no room for names of more than about 50 letters, which international ones soon have.
names_conf=/etc/nginx/conf.d/understudy-names.conf nginx_changed=
if ! grep -Es '^[[:space:]]*server_names_hash_bucket_size' /etc/nginx/nginx.conf /etc/nginx/conf.d/*.conf |
    grep -qv "^$names_conf:"; then
    if put 0644 "$names_conf" <<'NGINX'; then nginx_changed=1; fi
server_names_hash_bucket_size 256;
NGINX
fi
# A request for a name that no site here has gets no answer, instead of a site by chance. But an issuer does: it
# checks a name before any site's file has it.
if put 0644 /etc/nginx/conf.d/understudy.conf <<'NGINX'
server {
    listen 80 default_server;
    listen [::]:80 default_server;
    server_name _;
    server_tokens off;
    location / {
        return 444;
    }
    location ^~ /.well-known/acme-challenge/ {
        root /var/www/understudy-acme;
        default_type text/plain;
        access_log off;
    }
}
NGINX
then nginx_changed=1; fi
if [ -n "$nginx_changed" ] && booted; then
    is_check || nginx -t -q
    act systemctl reload-or-restart nginx
fi
# With the rights that logrotate gives them from the second day on. nginx itself would let only root read
# them, and a deploy that fails shows their last lines.
for log in access error; do
    [ -e "/var/log/nginx/$SITE.$log.log" ] ||
        act install -o www-data -g adm -m 0640 /dev/null "/var/log/nginx/$SITE.$log.log"
done
systemctl is-enabled -q nginx || act systemctl enable -q nginx
if booted; then systemctl is-active -q nginx || act systemctl start nginx; fi
