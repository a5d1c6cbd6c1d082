:raw PREROUTING,OUTPUT
-j TRACE ; = ; OK
-p tcp -j TRACE ; = ; OK
-j TRACE --x ; ; FAIL
-j TRACE foo ; ; FAIL
:raw USER
-j TRACE ; = ; OK
:filter INPUT
-j TRACE ; ; FAIL
:mangle PREROUTING
-j TRACE ; ; FAIL
:nat PREROUTING
-j TRACE ; ; FAIL
