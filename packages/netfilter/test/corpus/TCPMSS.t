:mangle FORWARD,OUTPUT,POSTROUTING
-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 0 ; = ; OK
-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1 ; = ; OK
-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 536 ; = ; OK
-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1460 ; = ; OK
-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 65495 ; = ; OK
-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 65496 ; = ; OK
-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 65535 ; ; FAIL
-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 65536 ; ; FAIL
-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss -1 ; ; FAIL
-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss +1 ; -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1 ; OK
-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 0x10 ; -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 16 ; OK
-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 010 ; -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 8 ; OK
-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss x ; ; FAIL
-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss "" ; ; FAIL
-j TCPMSS ; ; FAIL
-j TCPMSS --set-mss 1400 ; ; FAIL
-j TCPMSS --clamp-mss-to-pmtu ; ; FAIL
-p tcp -j TCPMSS ; ; FAIL
-p tcp -j TCPMSS --set-mss 1400 ; ; FAIL
-p tcp -j TCPMSS --clamp-mss-to-pmtu ; ; FAIL
-p udp -j TCPMSS --set-mss 1400 ; ; FAIL
-p tcp --syn -j TCPMSS --set-mss 1400 ; -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j TCPMSS --set-mss 1400 ; OK
-p tcp -m tcp --tcp-flags SYN SYN -j TCPMSS --clamp-mss-to-pmtu ; = ; OK
-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu ; = ; OK
-p tcp -m tcp --tcp-flags SYN,ACK SYN,ACK -j TCPMSS --clamp-mss-to-pmtu ; = ; OK
-p tcp -m tcp --tcp-flags ALL SYN -j TCPMSS --clamp-mss-to-pmtu ; -p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG SYN -j TCPMSS --clamp-mss-to-pmtu ; OK
-p tcp -m tcp --tcp-flags ALL ALL -j TCPMSS --clamp-mss-to-pmtu ; -p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG FIN,SYN,RST,PSH,ACK,URG -j TCPMSS --clamp-mss-to-pmtu ; OK
-p tcp -m tcp --tcp-flags SYN NONE -j TCPMSS --clamp-mss-to-pmtu ; ; FAIL
-p tcp -m tcp --tcp-flags FIN FIN -j TCPMSS --clamp-mss-to-pmtu ; ; FAIL
-p tcp -m tcp ! --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu ; ; FAIL
-p tcp -m tcp ! --tcp-flags SYN SYN -j TCPMSS --clamp-mss-to-pmtu ; ; FAIL
-p tcp -m tcp --dport 80 -j TCPMSS --clamp-mss-to-pmtu ; ; FAIL
-p tcp -m tcp --dport 80 --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu ; = ; OK
-p tcp -m mark --mark 1 -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu ; -p tcp -m mark --mark 0x1 -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu ; OK
! -p tcp -j TCPMSS --clamp-mss-to-pmtu ; ; FAIL
-p tcp --syn -j TCPMSS --set 1400 ; ; FAIL
-p tcp --syn -j TCPMSS --clamp ; -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j TCPMSS --clamp-mss-to-pmtu ; OK
-p tcp --syn -j TCPMSS --c ; ; FAIL
-p tcp --syn -j TCPMSS --set-mss=1400 ; -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j TCPMSS --set-mss 1400 ; OK
-p tcp --syn -j TCPMSS --set-mss 1 --set-mss 2 ; ; FAIL
-p tcp --syn -j TCPMSS --clamp-mss-to-pmtu --clamp-mss-to-pmtu ; ; FAIL
-p tcp --syn -j TCPMSS --clamp-mss-to-pmtu --set-mss 2 ; -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j TCPMSS --set-mss 2 ; OK
-p tcp --syn -j TCPMSS ! --set-mss 2 ; ; FAIL
-p tcp --syn -j TCPMSS --mss 2 ; ; FAIL
:mangle PREROUTING,INPUT
-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu ; ; FAIL
-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1400 ; = ; OK
:mangle USER
-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu ; = ; OK
:filter FORWARD,OUTPUT
-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu ; = ; OK
:filter INPUT
-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu ; ; FAIL
-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1400 ; = ; OK
:nat POSTROUTING
-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1400 ; = ; OK
:raw PREROUTING
-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1400 ; = ; OK
:mangle FORWARD
-p tcp --syn -j TCPMSS --set-mss 2 --clamp-mss-to-pmtu ; -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j TCPMSS --clamp-mss-to-pmtu ; OK
-p tcp --syn -j TCPMSS --set-mss 65534 ; ; FAIL
-p tcp -m tcp --tcp-flags SYN,FIN FIN -m tcp --syn -j TCPMSS --set-mss 2 ; -p tcp -m tcp --tcp-flags FIN,SYN FIN -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j TCPMSS --set-mss 2 ; OK
-j TCPMSS --set-mss 1400 -p tcp --syn ; -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j TCPMSS --set-mss 1400 ; OK
