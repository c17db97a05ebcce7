# In a chroot the site has no SECRET_KEY yet: the first run on the booted host makes it.
if booted && ! is_check; then
    mkdir -p "$(dirname "$STAMP_FILE")"
    echo "$STAMP" | put 0644 "$STAMP_FILE" || true
fi
is_check || keep_for_good
trap - EXIT
