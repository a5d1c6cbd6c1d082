:raw PREROUTING,OUTPUT
-j NOTRACK ; = ; OK
-p udp -m udp --dport 53 -j NOTRACK ; = ; OK
-j NOTRACK --notrack ; ; FAIL
-j NOTRACK --zone 1 ; ; FAIL
-j NOTRACK foo ; ; FAIL
-j NOTRACK --x ; ; FAIL
:raw USER
-j NOTRACK ; = ; OK
:filter INPUT
-j NOTRACK ; ; FAIL
:mangle PREROUTING
-j NOTRACK ; ; FAIL
:nat PREROUTING
-j NOTRACK ; ; FAIL
:security INPUT
-j NOTRACK ; ; FAIL
