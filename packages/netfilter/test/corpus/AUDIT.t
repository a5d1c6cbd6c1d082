:filter INPUT,FORWARD,OUTPUT
-j AUDIT ; ; FAIL
-j AUDIT --type accept ; = ; OK
-j AUDIT --type drop ; = ; OK
-j AUDIT --type reject ; = ; OK
-j AUDIT --type ACCEPT ; -j AUDIT --type accept ; OK
-j AUDIT --type a ; ; FAIL
-j AUDIT --type acc ; ; FAIL
-j AUDIT --type foo ; ; FAIL
-j AUDIT --type "" ; ; FAIL
-j AUDIT --type ; ; FAIL
-j AUDIT --t accept ; ; FAIL
-j AUDIT --type=drop ; -j AUDIT --type drop ; OK
-j AUDIT ! --type drop ; ; FAIL
-j AUDIT --type drop --type accept ; ; FAIL
:mangle PREROUTING,POSTROUTING
-j AUDIT --type accept ; = ; OK
:raw PREROUTING
-j AUDIT --type accept ; = ; OK
:nat PREROUTING
-j AUDIT --type accept ; = ; OK
