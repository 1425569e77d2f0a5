#!/bin/bash
# chroot.sh: the set-up on a bare Debian, from clone to result: debootstraps one into a folder, clones this tree into it,
# and calls the launcher there as a user without sudo (who must be told what to do) and as root (who must get there).
# Not one of the tests that ctest runs: it needs root, debootstrap, the network and a few minutes. See docs/setup.md.
# SPDX-License-Identifier: Apache-2.0
#
#   tests/setup/chroot.sh FOLDER [ARGUMENTS OF ./attnscope...]      default: run configs/quick.yaml
#
# The mirror, the proxy and the resolver are this machine's own. SUITE=bookworm chooses the release. The folder is left
# for a look; a second call uses its packages (FOLDER.debs) but begins with a bare system again.
set -eu

[ $# -ge 1 ] || { sed -n '6,10p' "$0"; exit 2; }
[ "$(id -u)" = 0 ] || { echo "chroot.sh: must be root, for debootstrap and chroot" >&2; exit 2; }
command -v debootstrap >/dev/null || { echo "chroot.sh: install debootstrap" >&2; exit 3; }
folder=$(realpath -m "$1")
shift
[ $# -gt 0 ] || set -- run configs/quick.yaml
suite=${SUITE:-bookworm}
source=$(cd "$(dirname "$0")/../.." && pwd -P)
case $folder in / | /home | /root | /usr* | /etc* | /var) echo "chroot.sh: not into $folder" >&2; exit 2 ;; esac

# The first mirror of the host's own sources, in either of apt's two formats.
mirror() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
        awk '/^URIs:/ && $2 ~ /\/debian\/?$/ { print $2; exit }
             /^deb / { for (i = 2; i <= NF; i++) if ($i ~ /:\/\/.*\/debian\/?$/) { print $i; exit } }'
}
from=$(mirror)
[ -n "$from" ] || { echo "chroot.sh: no Debian mirror in this machine's apt sources" >&2; exit 3; }

unmount() {
    for at in proc sys dev/pts dev; do
        mountpoint -q "$folder/$at" && umount -l "$folder/$at"
    done
    return 0
}
trap unmount EXIT

step() { printf '\n== %s  %s\n' "$(date -u +%H:%M:%S)" "$*"; }
inside() { chroot "$folder" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \
    HOME=/root ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} "$@"; }
timed() { # timed WANTED_CODE COMMAND...: says how long it took and whether the exit code is the wanted one
    local wanted=$1 code=0 start
    shift
    start=$(date +%s.%N)
    "$@" || code=$?
    printf -- '-- exit code %d (wanted %d) after %.1f s\n' "$code" "$wanted" "$(awk "BEGIN { print $(date +%s.%N) - $start }")"
    [ "$code" = "$wanted" ] || bad=$((bad + 1))
}
bad=0

step "a bare Debian $suite in $folder"
unmount
[ ! -e "$folder" ] || [ -e "$folder/.made-by-chroot.sh" ] || { echo "chroot.sh: $folder is not one of mine" >&2; exit 2; }
rm -rf --one-file-system "$folder"
mkdir -p "$folder" "$folder.debs"
touch "$folder/.made-by-chroot.sh"
debootstrap --variant=minbase --cache-dir="$folder.debs" "$suite" "$folder" "$from" >"$folder.log" 2>&1 ||
    { tail -n 20 "$folder.log" >&2; exit 3; }
cp -L /etc/resolv.conf "$folder/etc/resolv.conf" 2>/dev/null || :
cp -L /etc/hosts "$folder/etc/hosts" 2>/dev/null || :
for conf in /etc/apt/apt.conf /etc/apt/apt.conf.d/*; do
    [ -f "$conf" ] && grep -qi proxy "$conf" && cp "$conf" "$folder/etc/apt/apt.conf.d/"
done
mount -t proc proc "$folder/proc"
mount --rbind /sys "$folder/sys" && mount --make-rslave "$folder/sys"
mount --bind /dev "$folder/dev"
inside useradd -m tester

step "a clean clone, for root and for a user without sudo"
git clone -q --no-hardlinks "$source" "$folder/root/attnscope"
git clone -q --no-hardlinks "$source" "$folder/home/tester/attnscope"
inside chown -R tester:tester /home/tester/attnscope
as_tester() { inside setpriv --reuid tester --regid tester --clear-groups env HOME=/home/tester "$@"; }
as_root_run() { inside sh -c 'cd /root/attnscope && exec ./attnscope "$@"' - "$@"; }
as_user_run() { as_tester sh -c 'cd /home/tester/attnscope && exec ./attnscope "$@"' - "$@"; }

step "the user without sudo is told what to do: ./attnscope $*"
timed 3 as_user_run "$@"
step "root gets there: ./attnscope $*"
timed 0 as_root_run "$@"
step "what a second call of the launcher adds"
timed 0 as_root_run version
step "with the packages in place the user gets there too"
timed 0 as_user_run "$@"

step "done: $([ $bad = 0 ] && echo 'all as wanted' || echo "$bad not as wanted")"
exit $((bad > 0))
