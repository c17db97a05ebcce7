# One server for all sites, with a virtual host and a user for each: RabbitMQ keeps those apart itself.
control() { rabbitmqctl -q -n rabbit@localhost "$@"; }

if booted && service rabbitmq; then
    step rabbitmq
    url=$(recall RABBITMQ_URL)
    password=$(echo "$url" | sed -n "s,^amqp://$SITE:\([^@]*\)@.*,\1,p")
    [ -n "$password" ] || password=$(random_password)
    remember RABBITMQ_URL "amqp://$SITE:$password@127.0.0.1:5672/$SITE"
    run_service rabbitmq-server.service ""
    # Each call of rabbitmqctl takes a second. The server itself says whether the user can log in.
    if ! /usr/local/lib/understudy/services "$SITE" rabbitmq >/dev/null; then
        if is_check; then
            echo "would run: rabbitmqctl add_vhost $SITE, add_user, set_permissions"
        else
            control delete_user guest 2>/dev/null || true
            control add_vhost "$SITE" 2>/dev/null || control list_vhosts | grep -qxF "$SITE"
            # A password on the command line could be read by all users.
            echo "$password" | control add_user "$SITE" 2>/dev/null ||
                echo "$password" | control change_password "$SITE"
            control set_permissions -p "$SITE" "$SITE" '.*' '.*' '.*'
            /usr/local/lib/understudy/services "$SITE" rabbitmq
        fi
    fi
fi
