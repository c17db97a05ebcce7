step certificates by certbot
# Also where no site has `https: auto`: a later deploy that asks for it then needs no root beyond understudy-site.
# Issuers find the answers to their challenges here: see 50-nginx.sh and templates/nginx-challenge.j2.
for directory in /var/www/understudy-acme /etc/ssl/understudy; do
    [ "$(stat -c '%a %U' "$directory" 2>/dev/null)" = "755 root" ] || act install -d -m 0755 "$directory"
done

# certbot keeps its own timer and finds what else it needs here.
if put 0644 /etc/systemd/system/certbot.service.d/understudy.conf <<'UNIT'
[Service]
Environment=REQUESTS_CA_BUNDLE=/run/understudy-issuers.pem
ExecStartPre=/usr/local/lib/understudy/trusted-issuers
# After each run, failed or not: a renewed certificate that could not be installed then is installed now.
ExecStopPost=/etc/letsencrypt/renewal-hooks/deploy/understudy
UNIT
then
    if booted; then act systemctl daemon-reload; fi
fi
systemctl is-enabled -q certbot.timer || act systemctl enable -q certbot.timer
if booted; then systemctl is-active -q certbot.timer || act systemctl start certbot.timer; fi

# The CAs that certbot believes an issuer's directory by: the system's, and those of sites whose issuer has its own.
put 0755 /usr/local/lib/understudy/trusted-issuers <<'ISSUERS' || true
#!/bin/sh
set -eu
new=$(mktemp /run/understudy-issuers.XXXXXX)
cat /etc/ssl/certs/ca-certificates.crt >"$new"
for file in /etc/ssl/understudy/*/ca.pem; do
    [ ! -s "$file" ] || cat "$file" >>"$new"
done
mv -f "$new" /run/understudy-issuers.pem
ISSUERS

# certbot calls it after each renewal.
put 0755 /etc/letsencrypt/renewal-hooks/deploy/understudy <<'HOOK' || true
#!/bin/sh
set -u
status=0
for directory in /etc/ssl/understudy/*/; do
    [ -d "$directory" ] || continue
    site=${directory%/}
    /usr/local/sbin/understudy-site "${site##*/}" certificate-take || status=1
done
# Of another certificate, such as one that a site names by `certificate`, nginx reads the files themselves.
name=${RENEWED_LINEAGE-}
if [ -n "$name" ] && [ ! -d "/etc/ssl/understudy/${name##*/}" ] && systemctl is-active -q nginx; then
    nginx -t -q && systemctl reload nginx || status=1
fi
exit $status
HOOK
