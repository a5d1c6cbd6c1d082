:filter INPUT
-m mac --mac-source 00:11:22:aa:BB:cc ; -m mac --mac-source 00:11:22:aa:bb:cc ; OK
-m mac ! --mac-source 00:11:22:aa:bb:cc ; = ; OK
-m mac --mac-source 0:1:2:3:4:5 ; -m mac --mac-source 00:01:02:03:04:05 ; OK
-m mac --mac-source ff:ff:ff:ff:ff:ff ; = ; OK
-m mac --mac-source 00:11:22:33:44 ; ; FAIL
-m mac --mac-source 00:11:22:33:44:55:66 ; ; FAIL
-m mac --mac-source 00-11-22-33-44-55 ; ; FAIL
-m mac --mac-source 001:1:2:3:4:5 ; ; FAIL
-m mac --mac-source gg:11:22:33:44:55 ; ; FAIL
-m mac --mac-source ::::: ; -m mac --mac-source 00:00:00:00:00:00 ; OK
-m mac --mac-source "" ; ; FAIL
-m mac ; ; FAIL
-m mac --mac-source 00:11:22:33:44:55 --mac-source 00:11:22:33:44:55 ; ; FAIL
-m mac --mac 00:11:22:33:44:55 ; -m mac --mac-source 00:11:22:33:44:55 ; OK
:filter FORWARD
-m mac --mac-source 00:11:22:aa:bb:cc ; = ; OK
:filter OUTPUT
-m mac --mac-source 00:11:22:aa:bb:cc ; ; FAIL
:mangle PREROUTING
-m mac --mac-source 00:11:22:aa:bb:cc ; = ; OK
:mangle POSTROUTING
-m mac --mac-source 00:11:22:aa:bb:cc ; ; FAIL
