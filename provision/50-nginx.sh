step nginx
rm -f /etc/nginx/sites-enabled/default
# Who asks for a name that no site here has gets no answer, and no site by chance.
if put 0644 /etc/nginx/conf.d/understudy.conf <<'NGINX'
server {
    listen 80 default_server;
    listen [::]:80 default_server;
    server_name _;
    server_tokens off;
    return 444;
}
NGINX
then
    if booted; then systemctl reload-or-restart nginx; fi
fi
systemctl is-enabled -q nginx || systemctl enable -q nginx
if booted; then systemctl is-active -q nginx || systemctl start nginx; fi
