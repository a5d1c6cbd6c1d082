:mangle PREROUTING
-p tcp -j TPROXY --on-port 15001 ; -p tcp -j TPROXY --on-port 15001 --on-ip 0.0.0.0 --tproxy-mark 0x0/0x0 ; OK
-p tcp -j TPROXY --on-port 15001 --on-ip 127.0.0.1 ; -p tcp -j TPROXY --on-port 15001 --on-ip 127.0.0.1 --tproxy-mark 0x0/0x0 ; OK
-p tcp -j TPROXY --on-port 15001 --tproxy-mark 0x1 ; -p tcp -j TPROXY --on-port 15001 --on-ip 0.0.0.0 --tproxy-mark 0x1/0xffffffff ; OK
-p tcp -j TPROXY --on-port 15001 --tproxy-mark 1/1 ; -p tcp -j TPROXY --on-port 15001 --on-ip 0.0.0.0 --tproxy-mark 0x1/0x1 ; OK
-p tcp -j TPROXY --on-port 15001 --tproxy-mark 0/0 ; -p tcp -j TPROXY --on-port 15001 --on-ip 0.0.0.0 --tproxy-mark 0x0/0x0 ; OK
-p tcp -j TPROXY --tproxy-mark 1 ; ; FAIL
-p udp -j TPROXY --on-port 0 --on-ip 10.0.0.1 --tproxy-mark 0x539/0xffffffff ; = ; OK
-p udp -j TPROXY --on-port http ; -p udp -j TPROXY --on-port 80 --on-ip 0.0.0.0 --tproxy-mark 0x0/0x0 ; OK
-p udp -j TPROXY --on-port 65536 ; -p udp -j TPROXY --on-port 0 --on-ip 0.0.0.0 --tproxy-mark 0x0/0x0 ; OK
-p udp -j TPROXY --on-port 15001 --on-ip 10.0.0.0/8 ; ; FAIL
-p udp -j TPROXY --on-port 15001 --on-ip 0.0.0.0 ; -p udp -j TPROXY --on-port 15001 --on-ip 0.0.0.0 --tproxy-mark 0x0/0x0 ; OK
-p icmp -j TPROXY --on-port 1 ; ; FAIL
-j TPROXY --on-port 1 ; ; FAIL
! -p tcp -j TPROXY --on-port 1 ; ; FAIL
-p tcp -j TPROXY ; ; FAIL
-p tcp -j TPROXY --on-port 1 --on-port 2 ; ; FAIL
-p tcp -j TPROXY --on-port 1 --tproxy-mark x ; ; FAIL
-p tcp -j TPROXY --on-port 65537 ; -p tcp -j TPROXY --on-port 1 --on-ip 0.0.0.0 --tproxy-mark 0x0/0x0 ; OK
-p tcp -j TPROXY --on-port 4294967376 ; -p tcp -j TPROXY --on-port 80 --on-ip 0.0.0.0 --tproxy-mark 0x0/0x0 ; OK
-p tcp -j TPROXY --on-port -1 ; ; FAIL
-p tcp -j TPROXY --on-port 99999999999999999999 ; ; FAIL
-p tcp -j TPROXY --on-port "" ; -p tcp -j TPROXY --on-port 0 --on-ip 0.0.0.0 --tproxy-mark 0x0/0x0 ; OK
-p tcp -j TPROXY --on-port 0x50 ; ; FAIL
-p tcp -j TPROXY --on-port 010 ; -p tcp -j TPROXY --on-port 10 --on-ip 0.0.0.0 --tproxy-mark 0x0/0x0 ; OK
-p udp -j TPROXY --on-port domain ; -p udp -j TPROXY --on-port 53 --on-ip 0.0.0.0 --tproxy-mark 0x0/0x0 ; OK
-p tcp -j TPROXY --on-port tftp ; -p tcp -j TPROXY --on-port 69 --on-ip 0.0.0.0 --tproxy-mark 0x0/0x0 ; OK
-p tcp -j TPROXY --on-port 15001 --on-ip 10.1 ; -p tcp -j TPROXY --on-port 15001 --on-ip 10.0.0.1 --tproxy-mark 0x0/0x0 ; OK
-p tcp -j TPROXY --on-port 15001 --tproxy-mark 5/0 ; -p tcp -j TPROXY --on-port 15001 --on-ip 0.0.0.0 --tproxy-mark 0x5/0x0 ; OK
-p tcp -j TPROXY ! --on-port 15001 ; ; FAIL
:mangle FORWARD
-p tcp -j TPROXY --on-port 15001 ; ; FAIL
:filter INPUT
-p tcp -j TPROXY --on-port 15001 ; ; FAIL
:nat PREROUTING
-p tcp -j TPROXY --on-port 15001 ; ; FAIL
