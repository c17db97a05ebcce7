step HTTPS of nginx
# What depends on the versions here of nginx and OpenSSL. The nginx files of sites include it.
nginx_version=$(/usr/sbin/nginx -V 2>&1 | sed -n 's,^nginx version: nginx/\([0-9.]*\).*,\1,p')
# The one it runs with comes last.
openssl_version=$(/usr/sbin/nginx -V 2>&1 | sed -n 's,^built with .*OpenSSL \([0-9.]*\).*,\1,p')
has_nginx() { dpkg --compare-versions "$nginx_version" ge "$1"; }
tls_changed=

# The curves of Mozilla's intermediate profile 6.0 that this OpenSSL knows: nginx would refuse another.
curves=X25519:prime256v1:secp384r1
! dpkg --compare-versions "$openssl_version" ge 3.5 || curves=X25519MLKEM768:$curves
# HTTP/2 was a word of `listen`, and one server's counted for all of the port.
listen=ssl http2='http2 on;'
has_nginx 1.25.1 || listen='ssl http2' http2=
if put 0644 /etc/nginx/understudy/tls.conf <<NGINX; then tls_changed=1; fi
ssl_ecdh_curve $curves;
$http2
NGINX

# What a name gets that no site here has: no certificate of a site, which would show the site's names.
refuse='ssl_reject_handshake on;'
if ! has_nginx 1.19.4; then
    unknown=/etc/ssl/understudy-unknown-names
    refuse="ssl_certificate $unknown.pem; ssl_certificate_key $unknown.key;"
    [ -e "$unknown.pem" ] ||
        act openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 \
            -subj /CN=invalid -keyout "$unknown.key" -out "$unknown.pem"
fi
if put 0644 /etc/nginx/understudy/unknown-names.conf <<NGINX; then tls_changed=1; fi
listen 443 $listen;
listen [::]:443 $listen;
$refuse
NGINX

if [ "$tls_changed" ] && booted && ! is_check; then
    nginx -t -q
    systemctl reload-or-restart nginx
fi
