:nat PREROUTING,INPUT,OUTPUT,POSTROUTING
-j NETMAP --to 1.2.3.0/24 ; = ; OK
-j NETMAP --to 1.2.3.4/24 ; -j NETMAP --to 1.2.3.0/24 ; OK
-j NETMAP --to 1.2.3.4 ; -j NETMAP --to 1.2.3.4/32 ; OK
-j NETMAP --to 1.2.3.4/32 ; = ; OK
-j NETMAP --to 1.2.0.0/16 ; = ; OK
-j NETMAP --to 10.0.0.0/8 ; = ; OK
-j NETMAP --to 0.0.0.0/0 ; = ; OK
-j NETMAP --to 1.2.3.4/0 ; -j NETMAP --to 0.0.0.0/0 ; OK
-j NETMAP --to 1.2.3.0/255.255.255.0 ; -j NETMAP --to 1.2.3.0/24 ; OK
-j NETMAP --to 1.2.3.0/255.0.255.0 ; -j NETMAP --to 1.2.3.0/32 ; OK
-j NETMAP --to 1.2.3.4/33 ; -j NETMAP --to 1.2.3.4/32 ; OK
-j NETMAP --to 1.2.3.4/-1 ; ; FAIL
-j NETMAP --to 1.2.3.4/ ; ; FAIL
-j NETMAP --to /24 ; ; FAIL
-j NETMAP --to 1.2.3/24 ; -j NETMAP --to 1.2.0.0/24 ; OK
-j NETMAP --to 1.2.3 ; -j NETMAP --to 1.2.0.3/32 ; OK
-j NETMAP --to 1.2.3.0-1.2.3.255 ; ; FAIL
-j NETMAP --to "" ; ; FAIL
-j NETMAP --to 1.2.3.4/255.255.255.255 ; -j NETMAP --to 1.2.3.4/32 ; OK
-j NETMAP --to 1.2.3.4/0.0.0.0 ; -j NETMAP --to 0.0.0.0/0 ; OK
-j NETMAP --to 1.2.3.4/24x ; ; FAIL
-j NETMAP --to 1.2.3.4/024 ; -j NETMAP --to 1.2.0.0/20 ; OK
-j NETMAP --to 1.2.3.4/31 ; = ; OK
-j NETMAP ; ; FAIL
-j NETMAP --to ; ; FAIL
-j NETMAP --t 1.2.3.0/24 ; ; FAIL
-j NETMAP --to=1.2.3.0/24 ; -j NETMAP --to 1.2.3.0/24 ; OK
-j NETMAP ! --to 1.2.3.0/24 ; ; FAIL
-j NETMAP --to 1.2.3.0/24 --to 1.2.4.0/24 ; ; FAIL
-j NETMAP --to 1.2.3.0/24 --random ; ; FAIL
-p tcp -j NETMAP --to 1.2.3.0/24 ; = ; OK
-s 10.0.0.0/24 -j NETMAP --to 1.2.3.0/24 ; = ; OK
:nat USER
-j NETMAP --to 1.2.3.0/24 ; = ; OK
:mangle PREROUTING
-j NETMAP --to 1.2.3.0/24 ; ; FAIL
:filter INPUT
-j NETMAP --to 1.2.3.0/24 ; ; FAIL
