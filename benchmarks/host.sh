#!/bin/sh
# host.sh TREE BENCHMARKS: one host's files, its nginx and its sshd, in mount and process namespaces of its own,
# which take all of this with them when they end.
#
# TREE is not changed: the host's writes stay in memory.
set -eu
hostname "$(cat "$1/etc/hostname")"
mount -t tmpfs tmpfs /mnt
mkdir /mnt/changes /mnt/work /mnt/root
mount -t overlay overlay -o "lowerdir=$1,upperdir=/mnt/changes,workdir=/mnt/work" /mnt/root
# A link of that name may lead to a program of this machine.
cp --remove-destination "$2/systemctl.sh" /mnt/root/usr/bin/systemctl
cp --remove-destination "$2/web.py" /mnt/root/usr/local/lib/web.py
mount -t proc proc /mnt/root/proc
mount --rbind /dev /mnt/root/dev
mount -t tmpfs tmpfs /mnt/root/run
mkdir -p /mnt/root/run/sshd /mnt/root/run/active-units /mnt/root/var/log/nginx \
    /mnt/root/var/log/understudy
(cd /mnt/root/run/active-units && xargs touch <"$1/etc/active-units")
ip link set lo up
chroot /mnt/root systemd-tmpfiles --create --prefix=/run/todo
chroot /mnt/root nginx
cp /mnt/root/run/nginx.pid /mnt/root/run/active-units/nginx.service
exec chroot /mnt/root /usr/sbin/sshd -D -e
