:mangle PREROUTING,INPUT,FORWARD,OUTPUT,POSTROUTING
-j CHECKSUM ; ; FAIL
-j CHECKSUM --checksum-fill ; = ; OK
-p udp -j CHECKSUM --checksum-fill ; = ; OK
-p tcp -j CHECKSUM --checksum-fill ; = ; OK
-p udp -m udp --dport 68 -j CHECKSUM --checksum-fill ; = ; OK
-j CHECKSUM --checksum-f ; -j CHECKSUM --checksum-fill ; OK
-j CHECKSUM --c ; ; FAIL
-j CHECKSUM ! --checksum-fill ; ; FAIL
-j CHECKSUM --checksum-fill --checksum-fill ; ; FAIL
-j CHECKSUM --checksum-fill x ; ; FAIL
-j CHECKSUM --checksum-fill=1 ; ; FAIL
:mangle USER
-j CHECKSUM --checksum-fill ; = ; OK
:filter INPUT
-j CHECKSUM --checksum-fill ; ; FAIL
:nat POSTROUTING
-j CHECKSUM --checksum-fill ; ; FAIL
