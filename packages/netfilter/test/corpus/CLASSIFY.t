:mangle FORWARD,OUTPUT,POSTROUTING
-j CLASSIFY --set-class 0:0 ; -j CLASSIFY --set-class 0000:0000 ; OK
-j CLASSIFY --set-class 1:2 ; -j CLASSIFY --set-class 0001:0002 ; OK
-j CLASSIFY --set-class 0001:00ff ; = ; OK
-j CLASSIFY --set-class 1:ff ; -j CLASSIFY --set-class 0001:00ff ; OK
-j CLASSIFY --set-class ffff:ffff ; = ; OK
-j CLASSIFY --set-class FFFF:ABCD ; -j CLASSIFY --set-class ffff:abcd ; OK
-j CLASSIFY --set-class 10000:1 ; -j CLASSIFY --set-class 0000:0001 ; OK
-j CLASSIFY --set-class 1:10000 ; -j CLASSIFY --set-class 0001:0000 ; OK
-j CLASSIFY --set-class 12345:1 ; -j CLASSIFY --set-class 2345:0001 ; OK
-j CLASSIFY --set-class 0x1:0x2 ; -j CLASSIFY --set-class 0001:0002 ; OK
-j CLASSIFY --set-class 1: ; ; FAIL
-j CLASSIFY --set-class :1 ; ; FAIL
-j CLASSIFY --set-class 1 ; ; FAIL
-j CLASSIFY --set-class : ; ; FAIL
-j CLASSIFY --set-class x:y ; ; FAIL
-j CLASSIFY --set-class 1:2:3 ; -j CLASSIFY --set-class 0001:0002 ; OK
-j CLASSIFY --set-class -1:1 ; -j CLASSIFY --set-class ffff:0001 ; OK
-j CLASSIFY --set-class 1:-1 ; -j CLASSIFY --set-class 0001:ffff ; OK
-j CLASSIFY --set-class 1:2x ; -j CLASSIFY --set-class 0001:0002 ; OK
-j CLASSIFY --set-class "" ; ; FAIL
-j CLASSIFY --set-class "1 :2" ; ; FAIL
-j CLASSIFY --set-class "1: 2" ; -j CLASSIFY --set-class 0001:0002 ; OK
-j CLASSIFY --set-class " 1:2" ; -j CLASSIFY --set-class 0001:0002 ; OK
-j CLASSIFY ; ; FAIL
-j CLASSIFY --set-class ; ; FAIL
-j CLASSIFY --set 1:2 ; ; FAIL
-j CLASSIFY --set-class=1:2 ; -j CLASSIFY --set-class 0001:0002 ; OK
-j CLASSIFY ! --set-class 1:2 ; ; FAIL
-j CLASSIFY --set-class 1:2 --set-class 1:3 ; ; FAIL
:mangle PREROUTING,INPUT
-j CLASSIFY --set-class 0001:0002 ; ; FAIL
:mangle USER
-j CLASSIFY --set-class 0001:0002 ; = ; OK
:filter FORWARD,OUTPUT
-j CLASSIFY --set-class 0001:0002 ; = ; OK
:filter INPUT
-j CLASSIFY --set-class 0001:0002 ; ; FAIL
:nat POSTROUTING
-j CLASSIFY --set-class 0001:0002 ; = ; OK
:raw OUTPUT
-j CLASSIFY --set-class 0001:0002 ; = ; OK
:mangle POSTROUTING
-j CLASSIFY --set-class 0xffff:0X1 ; -j CLASSIFY --set-class ffff:0001 ; OK
-j CLASSIFY --set-class +1:+2 ; -j CLASSIFY --set-class 0001:0002 ; OK
-j CLASSIFY --set-class 0x:1 ; -j CLASSIFY --set-class 0000:0001 ; OK
-j CLASSIFY --set-class 1:0x ; -j CLASSIFY --set-class 0001:0000 ; OK
-j CLASSIFY --set-class 123456789abc:1 ; -j CLASSIFY --set-class 9abc:0001 ; OK
