#!/bin/bash
# Process 1 of the guest: makes the kernel ready for scenarios, runs $CHAINWALK_WORK/run.sh, switches off.
# The root file system is the host's, read-only; everything written goes to memory, or to the work directory.
export PATH=/run/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C TZ=UTC HOME=/run TMPDIR=/run/tmp

mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs run /run
mkdir -p /run/bin /run/tmp /run/modules/lib /run/host
mount -t hostfs none /run/host -o "$CHAINWALK_WORK"

# Modules: kmod looks under /lib/modules, which the host need not have. A wrapper tells it the real place, to
# process 1 and to the kernel itself, which loads matches, targets, set types and schedulers on first use.
ln -s /usr/lib/uml/modules /run/modules/lib/modules
printf '#!/bin/sh\nexec /sbin/modprobe -d /run/modules "$@"\n' >/run/bin/modprobe
chmod +x /run/bin/modprobe
echo /run/bin/modprobe >/proc/sys/kernel/modprobe

# `iptables` means the legacy tools here, whatever the host's alternatives say.
for tool in iptables iptables-save iptables-restore; do
    ln -s "$(command -v xtables-legacy-multi)" "/run/bin/$tool"
done

modprobe -a tun dummy veth nf_conntrack nf_conntrack_netlink nf_nat xt_ipvs nf_log_syslog xt_TRACE \
    iptable_raw iptable_mangle iptable_nat iptable_filter ip_set \
    ip_vs ip_vs_rr ip_vs_wrr ip_vs_lc ip_vs_wlc ip_vs_sh ip_vs_dh ip_vs_mh ip_vs_sed ip_vs_nq ip_vs_fo ip_vs_ovf \
    ip_vs_lblc ip_vs_lblcr

# Kept by the first namespace for all: TRACE lines of other namespaces are logged, ICMP errors are never rationed.
echo 1 >/proc/sys/net/netfilter/nf_log_all_netns
echo 1000000 >/proc/sys/net/ipv4/icmp_msgs_per_sec
echo 1000000 >/proc/sys/net/ipv4/icmp_msgs_burst

cd /run/host || exit 1
bash ./run.sh >stdout 2>stderr
echo $? >status
cd /
sync
umount /run/host
# The library call that powers off: `poweroff` belongs to an init system that the host may not have.
exec /usr/bin/python3 -c 'import ctypes; ctypes.CDLL(None).reboot(0x4321FEDC)'
