:mangle PREROUTING,INPUT,FORWARD,OUTPUT,POSTROUTING
-j TEE ; ; FAIL
-j TEE --gateway 10.0.0.1 ; = ; OK
-j TEE --gateway 10.0.0.1 --oif eth0 ; = ; OK
-j TEE --oif eth0 --gateway 10.0.0.1 ; -j TEE --gateway 10.0.0.1 --oif eth0 ; OK
-j TEE --oif eth0 ; ; FAIL
-j TEE --gateway 10.0.0.1 --oif eth0+ ; = ; OK
-j TEE --gateway 10.0.0.1 --oif 123456789012345 ; = ; OK
-j TEE --gateway 10.0.0.1 --oif 1234567890123456 ; -j TEE --gateway 10.0.0.1 --oif 123456789012345 ; OK
-j TEE --gateway 10.0.0.1 --oif "" ; -j TEE --gateway 10.0.0.1 ; OK
-j TEE --gateway 0.0.0.0 ; ; FAIL
-j TEE --gateway 10.0.0 ; -j TEE --gateway 10.0.0.0 ; OK
-j TEE --gateway 10.0.0.1/24 ; ; FAIL
-j TEE --gateway "" ; ; FAIL
-j TEE --gateway ; ; FAIL
-j TEE --gate 10.0.0.1 ; -j TEE --gateway 10.0.0.1 ; OK
-j TEE --gateway=10.0.0.1 ; -j TEE --gateway 10.0.0.1 ; OK
-j TEE ! --gateway 10.0.0.1 ; ; FAIL
-j TEE --gateway 10.0.0.1 --gateway 10.0.0.2 ; ; FAIL
:filter INPUT
-j TEE --gateway 10.0.0.1 ; = ; OK
:raw PREROUTING
-j TEE --gateway 10.0.0.1 ; = ; OK
:nat PREROUTING
-j TEE --gateway 10.0.0.1 ; = ; OK
:mangle FORWARD
-j TEE --gateway 1 ; -j TEE --gateway 0.0.0.1 ; OK
-j TEE --gateway 0x7f.1 ; -j TEE --gateway 127.0.0.1 ; OK
-j TEE --gateway 10.0.0.256 ; ; FAIL
-j TEE --gateway 10.0.0.1 --oif "a b" ; -j TEE --gateway 10.0.0.1 --oif a b ; OK
-j TEE --gateway 10.0.0.1 --oif a/b ; = ; OK
