# How many lines of a restore are sent to the kernel at once: those before a fault in the same message are lost.

== a batch is as long as one message
$ ipset restore
< create a hash:ip initval 1
< add a 10.0.0.1
< add a 10.0.0.2
< add a 10.0.0.3
< add a 10.0.0.4
< add a 10.0.0.5
< add a 10.0.0.6
< add a 10.0.0.7
< add a 10.0.0.8
< add a 10.0.0.9
< add a 10.0.0.10
< add a 10.0.0.11
< add a 10.0.0.12
< add a 10.0.0.13
< add a 10.0.0.14
< add a 10.0.0.15
< add a 10.0.0.16
< add a 10.0.0.17
< add a 10.0.0.18
< add a 10.0.0.19
< add a 10.0.0.20
< add a 10.0.0.21
< add a 10.0.0.22
< add a 10.0.0.23
< add a 10.0.0.24
< add a 10.0.0.25
< add a 10.0.0.26
< add a 10.0.0.27
< add a 10.0.0.28
< add a 10.0.0.29
< add a 10.0.0.30
< add a 10.0.0.31
< add a 10.0.0.32
< add a 10.0.0.33
< add a 10.0.0.34
< add a 10.0.0.35
< add a 10.0.0.36
< add a 10.0.0.37
< add a 10.0.0.38
< add a 10.0.0.39
< add a 10.0.0.40
< add a 10.0.0.41
< add a 10.0.0.42
< add a 10.0.0.43
< add a 10.0.0.44
< add a 10.0.0.45
< add a 10.0.0.46
< add a 10.0.0.47
< add a 10.0.0.48
< add a 10.0.0.49
< add a 10.0.0.50
< add a 10.0.0.51
< add a 10.0.0.52
< add a 10.0.0.53
< add a 10.0.0.54
< add a 10.0.0.55
< add a 10.0.0.56
< add a 10.0.0.57
< add a 10.0.0.58
< add a 10.0.0.59
< add a 10.0.0.60
< add a 10.0.0.61
< add a 10.0.0.62
< add a 10.0.0.63
< add a 10.0.0.64
< add a 10.0.0.65
< add a 10.0.0.66
< add a 10.0.0.67
< add a 10.0.0.68
< add a 10.0.0.69
< add a 10.0.0.70
< add a 10.0.0.71
< add a 10.0.0.72
< add a 10.0.0.73
< add a 10.0.0.74
< add a 10.0.0.75
< add a 10.0.0.76
< add a 10.0.0.77
< add a 10.0.0.78
< add a 10.0.0.79
< add a 10.0.0.80
< add a 10.0.0.81
< add a 10.0.0.82
< add a 10.0.0.83
< add a 10.0.0.84
< add a 10.0.0.85
< add a 10.0.0.86
< add a 10.0.0.87
< add a 10.0.0.88
< add a 10.0.0.89
< add a 10.0.0.90
< add a 10.0.0.91
< add a 10.0.0.92
< add a 10.0.0.93
< add a 10.0.0.94
< add a 10.0.0.95
< add a 10.0.0.96
< add a 10.0.0.97
< add a 10.0.0.98
< add a 10.0.0.99
< add a 10.0.0.100
< add a 10.0.0.101
< add a 10.0.0.102
< add a 10.0.0.103
< add a 10.0.0.104
< add a 10.0.0.105
< add a 10.0.0.106
< add a 10.0.0.107
< add a 10.0.0.108
< add a 10.0.0.109
< add a 10.0.0.110
< add a 10.0.0.111
< add a 10.0.0.112
< add a 10.0.0.113
< add a 10.0.0.114
< add a 10.0.0.115
< add a 10.0.0.116
< add a 10.0.0.117
< add a 10.0.0.118
< add a 10.0.0.119
< add a 10.0.0.120
< add a 10.0.0.121
< add a 10.0.0.122
< add a 10.0.0.123
< add a 10.0.0.124
< add a 10.0.0.125
< add a 10.0.0.126
< add a 10.0.0.127
< add a 10.0.0.128
< add a 10.0.0.129
< add a 10.0.0.130
< add a 10.0.0.131
< add a 10.0.0.132
< add a 10.0.0.133
< add a 10.0.0.134
< add a 10.0.0.135
< add a 10.0.0.136
< add a 10.0.0.137
< add a 10.0.0.138
< add a 10.0.0.139
< add a 10.0.0.140
< add a 10.0.0.141
< add a 10.0.0.142
< add a 10.0.0.143
< add a 10.0.0.144
< add a 10.0.0.145
< add a 10.0.0.146
< add a 10.0.0.147
< add a 10.0.0.148
< add a 10.0.0.149
< add a 10.0.0.150
< add a 10.0.0.151
< add a 10.0.0.152
< add a 10.0.0.153
< add a 10.0.0.154
< add a 10.0.0.155
< add a 10.0.0.156
< add a 10.0.0.157
< add a 10.0.0.158
< add a 10.0.0.159
< add a 10.0.0.160
< add a 10.0.0.161
< add a 10.0.0.162
< add a 10.0.0.163
< add a 10.0.0.164
< add a 10.0.0.165
< add a 10.0.0.166
< add a 10.0.0.167
< add a 10.0.0.168
< add a 10.0.0.169
< add a 10.0.0.170
< add a 10.0.0.171
< add a 10.0.0.172
< add a 10.0.0.173
< add a 10.0.0.174
< add a 10.0.0.175
< add a 10.0.0.176
< add a 10.0.0.177
< add a 10.0.0.178
< add a 10.0.0.179
< add a 10.0.0.180
< add a 10.0.0.181
< add a 10.0.0.182
< add a 10.0.0.183
< add a 10.0.0.184
< add a 10.0.0.185
< add a 10.0.0.186
< add a 10.0.0.187
< add a 10.0.0.188
< add a 10.0.0.189
< add a 10.0.0.190
< add a 10.0.0.191
< add a 10.0.0.192
< add a 10.0.0.193
< add a 10.0.0.194
< add a 10.0.0.195
< add a 10.0.0.196
< add a 10.0.0.197
< add a 10.0.0.198
< add a 10.0.0.199
< add a 10.0.0.200
< add a 10.0.0.201
< add a 10.0.0.202
< add a 10.0.0.203
< add a 10.0.0.204
< add a 10.0.0.205
< add a 10.0.0.206
< add a 10.0.0.207
< add a 10.0.0.208
< add a 10.0.0.209
< add a 10.0.0.210
< add a 10.0.0.211
< add a 10.0.0.212
< add a 10.0.0.213
< add a 10.0.0.214
< add a 10.0.0.215
< add a 10.0.0.216
< add a 10.0.0.217
< add a 10.0.0.218
< add a 10.0.0.219
< add a 10.0.0.220
< add a 10.0.0.221
< add a 10.0.0.222
< add a 10.0.0.223
< add a 10.0.0.224
< add a 10.0.0.225
< add a 10.0.0.226
< add a 10.0.0.227
< add a 10.0.0.228
< add a 10.0.0.229
< add a 10.0.0.230
< add a 10.0.0.231
< add a 10.0.0.232
< add a 10.0.0.233
< add a 10.0.0.234
< add a 10.0.0.235
< add a 10.0.0.236
< add a 10.0.0.237
< add a 10.0.0.238
< add a 10.0.0.239
< add a 10.0.0.240
< add a 10.0.0.241
< add a 10.0.0.242
< add a 10.0.0.243
< add a 10.0.0.244
< add a 10.0.0.245
< add a 10.0.0.246
< add a 10.0.0.247
< add a 10.0.0.248
< add a 10.0.0.249
< add a 10.0.0.250
< add a 10.0.1.1
< add a 10.0.1.2
< add a 10.0.1.3
< add a 10.0.1.4
< add a 10.0.1.5
< add a 10.0.1.6
< add a 10.0.1.7
< add a 10.0.1.8
< add a 10.0.1.9
< add a 10.0.1.10
< add a 10.0.1.11
< add a 10.0.1.12
< add a 10.0.1.13
< add a 10.0.1.14
< add a 10.0.1.15
< add a 10.0.1.16
< add a 10.0.1.17
< add a 10.0.1.18
< add a 10.0.1.19
< add a 10.0.1.20
< add a 10.0.1.21
< add a 10.0.1.22
< add a 10.0.1.23
< add a 10.0.1.24
< add a 10.0.1.25
< add a 10.0.1.26
< add a 10.0.1.27
< add a 10.0.1.28
< add a 10.0.1.29
< add a 10.0.1.30
< add a 10.0.1.31
< add a 10.0.1.32
< add a 10.0.1.33
< add a 10.0.1.34
< add a 10.0.1.35
< add a 10.0.1.36
< add a 10.0.1.37
< add a 10.0.1.38
< add a 10.0.1.39
< add a 10.0.1.40
< add a 10.0.1.41
< add a 10.0.1.42
< add a 10.0.1.43
< add a 10.0.1.44
< add a 10.0.1.45
< add a 10.0.1.46
< add a 10.0.1.47
< add a 10.0.1.48
< add a 10.0.1.49
< add a 10.0.1.50
< add a 10.0.1.51
< add a 10.0.1.52
< add a 10.0.1.53
< add a 10.0.1.54
< add a 10.0.1.55
< add a 10.0.1.56
< add a 10.0.1.57
< add a 10.0.1.58
< add a 10.0.1.59
< add a 10.0.1.60
< add a 10.0.1.61
< add a 10.0.1.62
< add a 10.0.1.63
< add a 10.0.1.64
< add a 10.0.1.65
< add a 10.0.1.66
< add a 10.0.1.67
< add a 10.0.1.68
< add a 10.0.1.69
< add a 10.0.1.70
< add a 10.0.1.71
< add a 10.0.1.72
< add a 10.0.1.73
< add a 10.0.1.74
< add a 10.0.1.75
< add a 10.0.1.76
< add a 10.0.1.77
< add a 10.0.1.78
< add a 10.0.1.79
< add a 10.0.1.80
< add a 10.0.1.81
< add a 10.0.1.82
< add a 10.0.1.83
< add a 10.0.1.84
< add a 10.0.1.85
< add a 10.0.1.86
< add a 10.0.1.87
< add a 10.0.1.88
< add a 10.0.1.89
< add a 10.0.1.90
< add a 10.0.1.91
< add a 10.0.1.92
< add a 10.0.1.93
< add a 10.0.1.94
< add a 10.0.1.95
< add a 10.0.1.96
< add a 10.0.1.97
< add a 10.0.1.98
< add a 10.0.1.99
< add a 10.0.1.100
< add a 10.0.1.101
< add a 10.0.1.102
< add a 10.0.1.103
< add a 10.0.1.104
< add a 10.0.1.105
< add a 10.0.1.106
< add a 10.0.1.107
< add a 10.0.1.108
< add a 10.0.1.109
< add a 10.0.1.110
< add a 10.0.1.111
< add a 10.0.1.112
< add a 10.0.1.113
< add a 10.0.1.114
< add a 10.0.1.115
< add a 10.0.1.116
< add a 10.0.1.117
< add a 10.0.1.118
< add a 10.0.1.119
< add a 10.0.1.120
< add a 10.0.1.121
< add a 10.0.1.122
< add a 10.0.1.123
< add a 10.0.1.124
< add a 10.0.1.125
< add a 10.0.1.126
< add a 10.0.1.127
< add a 10.0.1.128
< add a 10.0.1.129
< add a 10.0.1.130
< add a 10.0.1.131
< add a 10.0.1.132
< add a 10.0.1.133
< add a 10.0.1.134
< add a 10.0.1.135
< add a 10.0.1.136
< add a 10.0.1.137
< add a 10.0.1.138
< add a 10.0.1.139
< add a 10.0.1.140
< add a 10.0.1.141
< add a 10.0.1.142
< add a 10.0.1.143
< add a 10.0.1.144
< add a 10.0.1.145
< add a 10.0.1.146
< add a 10.0.1.147
< add a 10.0.1.148
< add a 10.0.1.149
< add a 10.0.1.150
< add a 10.0.1.151
< add a 10.0.1.152
< add a 10.0.1.153
< add a 10.0.1.154
< add a 10.0.1.155
< add a 10.0.1.156
< add a 10.0.1.157
< add a 10.0.1.158
< add a 10.0.1.159
< add a 10.0.1.160
< add a 10.0.1.161
< add a 10.0.1.162
< add a 10.0.1.163
< add a 10.0.1.164
< add a 10.0.1.165
< add a 10.0.1.166
< add a 10.0.1.167
< add a 10.0.1.168
< add a 10.0.1.169
< add a 10.0.1.170
< add a 10.0.1.171
< add a 10.0.1.172
< add a 10.0.1.173
< add a 10.0.1.174
< add a 10.0.1.175
< add a 10.0.1.176
< add a 10.0.1.177
< add a 10.0.1.178
< add a 10.0.1.179
< add a 10.0.1.180
< add a 10.0.1.181
< add a 10.0.1.182
< add a 10.0.1.183
< add a 10.0.1.184
< add a 10.0.1.185
< add a 10.0.1.186
< add a 10.0.1.187
< add a 10.0.1.188
< add a 10.0.1.189
< add a 10.0.1.190
< add a 10.0.1.191
< add a 10.0.1.192
< add a 10.0.1.193
< add a 10.0.1.194
< add a 10.0.1.195
< add a 10.0.1.196
< add a 10.0.1.197
< add a 10.0.1.198
< add a 10.0.1.199
< add a 10.0.1.200
< add a 10.0.1.201
< add a 10.0.1.202
< add a 10.0.1.203
< add a 10.0.1.204
< add a 10.0.1.205
< add a 10.0.1.206
< add a 10.0.1.207
< add a 10.0.1.208
< add a 10.0.1.209
< add a 10.0.1.210
< add a 10.0.1.211
< add a 10.0.1.212
< add a 10.0.1.213
< add a 10.0.1.214
< add a 10.0.1.215
< add a 10.0.1.216
< add a 10.0.1.217
< add a 10.0.1.218
< add a 10.0.1.219
< add a 10.0.1.220
< add a 10.0.1.221
< add a 10.0.1.222
< add a 10.0.1.223
< add a 10.0.1.224
< add a 10.0.1.225
< add a 10.0.1.226
< add a 10.0.1.227
< add a 10.0.1.228
< add a 10.0.1.229
< add a 10.0.1.230
< add a 10.0.1.231
< add a 10.0.1.232
< add a 10.0.1.233
< add a 10.0.1.234
< add a 10.0.1.235
< add a 10.0.1.236
< add a 10.0.1.237
< add a 10.0.1.238
< add a 10.0.1.239
< add a 10.0.1.240
< add a 10.0.1.241
< add a 10.0.1.242
< add a 10.0.1.243
< add a 10.0.1.244
< add a 10.0.1.245
< add a 10.0.1.246
< add a 10.0.1.247
< add a 10.0.1.248
< add a 10.0.1.249
< add a 10.0.1.250
< add a 10.0.2.1
< add a 10.0.2.2
< add a 10.0.2.3
< add a 10.0.2.4
< add a 10.0.2.5
< add a 10.0.2.6
< add a 10.0.2.7
< add a 10.0.2.8
< add a 10.0.2.9
< add a 10.0.2.10
< add a 10.0.2.11
< add a 10.0.2.12
< add a 10.0.2.13
< add a 10.0.2.14
< add a 10.0.2.15
< add a 10.0.2.16
< add a 10.0.2.17
< add a 10.0.2.18
< add a 10.0.2.19
< add a 10.0.2.20
< add a 10.0.2.21
< add a 10.0.2.22
< add a 10.0.2.23
< add a 10.0.2.24
< add a 10.0.2.25
< add a 10.0.2.26
< add a 10.0.2.27
< add a 10.0.2.28
< add a 10.0.2.29
< add a 10.0.2.30
< add a 10.0.2.31
< add a 10.0.2.32
< add a 10.0.2.33
< add a 10.0.2.34
< add a 10.0.2.35
< add a 10.0.2.36
< add a 10.0.2.37
< add a 10.0.2.38
< add a 10.0.2.39
< add a 10.0.2.40
< add a 10.0.2.41
< add a 10.0.2.42
< add a 10.0.2.43
< add a 10.0.2.44
< add a 10.0.2.45
< add a 10.0.2.46
< add a 10.0.2.47
< add a 10.0.2.48
< add a 10.0.2.49
< add a 10.0.2.50
< add a 10.0.2.51
< add a 10.0.2.52
< add a 10.0.2.53
< add a 10.0.2.54
< add a 10.0.2.55
< add a 10.0.2.56
< add a 10.0.2.57
< add a 10.0.2.58
< add a 10.0.2.59
< add a 10.0.2.60
< add a 10.0.2.61
< add a 10.0.2.62
< add a 10.0.2.63
< add a 10.0.2.64
< add a 10.0.2.65
< add a 10.0.2.66
< add a 10.0.2.67
< add a 10.0.2.68
< add a 10.0.2.69
< add a 10.0.2.70
< add a 10.0.2.71
< add a 10.0.2.72
< add a 10.0.2.73
< add a 10.0.2.74
< add a 10.0.2.75
< add a 10.0.2.76
< add a 10.0.2.77
< add a 10.0.2.78
< add a 10.0.2.79
< add a 10.0.2.80
< add a 10.0.2.81
< add a 10.0.2.82
< add a 10.0.2.83
< add a 10.0.2.84
< add a 10.0.2.85
< add a 10.0.2.86
< add a 10.0.2.87
< add a 10.0.2.88
< add a 10.0.2.89
< add a 10.0.2.90
< add a 10.0.2.91
< add a 10.0.2.92
< add a 10.0.2.93
< add a 10.0.2.94
< add a 10.0.2.95
< add a 10.0.2.96
< add a 10.0.2.97
< add a 10.0.2.98
< add a 10.0.2.99
< add a 10.0.2.100
< add a x
! ipset v7.17: Error in line 602: Syntax error: cannot parse x: resolving to IPv4 address failed
? 1
$ ipset list -t a
Name: a
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 16472
References: 0
Number of entries: 501
$ ipset create b hash:net,port comment counters initval 1
$ ipset restore
< add b 10.0.0.1,80 comment "number 0" packets 0
< add b 10.0.0.2,80 comment "number 1" packets 1
< add b 10.0.0.3,80 comment "number 2" packets 2
< add b 10.0.0.4,80 comment "number 3" packets 3
< add b 10.0.0.5,80 comment "number 4" packets 4
< add b 10.0.0.6,80 comment "number 5" packets 5
< add b 10.0.0.7,80 comment "number 6" packets 6
< add b 10.0.0.8,80 comment "number 7" packets 7
< add b 10.0.0.9,80 comment "number 8" packets 8
< add b 10.0.0.10,80 comment "number 9" packets 9
< add b 10.0.0.11,80 comment "number 10" packets 10
< add b 10.0.0.12,80 comment "number 11" packets 11
< add b 10.0.0.13,80 comment "number 12" packets 12
< add b 10.0.0.14,80 comment "number 13" packets 13
< add b 10.0.0.15,80 comment "number 14" packets 14
< add b 10.0.0.16,80 comment "number 15" packets 15
< add b 10.0.0.17,80 comment "number 16" packets 16
< add b 10.0.0.18,80 comment "number 17" packets 17
< add b 10.0.0.19,80 comment "number 18" packets 18
< add b 10.0.0.20,80 comment "number 19" packets 19
< add b 10.0.0.21,80 comment "number 20" packets 20
< add b 10.0.0.22,80 comment "number 21" packets 21
< add b 10.0.0.23,80 comment "number 22" packets 22
< add b 10.0.0.24,80 comment "number 23" packets 23
< add b 10.0.0.25,80 comment "number 24" packets 24
< add b 10.0.0.26,80 comment "number 25" packets 25
< add b 10.0.0.27,80 comment "number 26" packets 26
< add b 10.0.0.28,80 comment "number 27" packets 27
< add b 10.0.0.29,80 comment "number 28" packets 28
< add b 10.0.0.30,80 comment "number 29" packets 29
< add b 10.0.0.31,80 comment "number 30" packets 30
< add b 10.0.0.32,80 comment "number 31" packets 31
< add b 10.0.0.33,80 comment "number 32" packets 32
< add b 10.0.0.34,80 comment "number 33" packets 33
< add b 10.0.0.35,80 comment "number 34" packets 34
< add b 10.0.0.36,80 comment "number 35" packets 35
< add b 10.0.0.37,80 comment "number 36" packets 36
< add b 10.0.0.38,80 comment "number 37" packets 37
< add b 10.0.0.39,80 comment "number 38" packets 38
< add b 10.0.0.40,80 comment "number 39" packets 39
< add b 10.0.0.41,80 comment "number 40" packets 40
< add b 10.0.0.42,80 comment "number 41" packets 41
< add b 10.0.0.43,80 comment "number 42" packets 42
< add b 10.0.0.44,80 comment "number 43" packets 43
< add b 10.0.0.45,80 comment "number 44" packets 44
< add b 10.0.0.46,80 comment "number 45" packets 45
< add b 10.0.0.47,80 comment "number 46" packets 46
< add b 10.0.0.48,80 comment "number 47" packets 47
< add b 10.0.0.49,80 comment "number 48" packets 48
< add b 10.0.0.50,80 comment "number 49" packets 49
< add b 10.0.0.51,80 comment "number 50" packets 50
< add b 10.0.0.52,80 comment "number 51" packets 51
< add b 10.0.0.53,80 comment "number 52" packets 52
< add b 10.0.0.54,80 comment "number 53" packets 53
< add b 10.0.0.55,80 comment "number 54" packets 54
< add b 10.0.0.56,80 comment "number 55" packets 55
< add b 10.0.0.57,80 comment "number 56" packets 56
< add b 10.0.0.58,80 comment "number 57" packets 57
< add b 10.0.0.59,80 comment "number 58" packets 58
< add b 10.0.0.60,80 comment "number 59" packets 59
< add b 10.0.0.61,80 comment "number 60" packets 60
< add b 10.0.0.62,80 comment "number 61" packets 61
< add b 10.0.0.63,80 comment "number 62" packets 62
< add b 10.0.0.64,80 comment "number 63" packets 63
< add b 10.0.0.65,80 comment "number 64" packets 64
< add b 10.0.0.66,80 comment "number 65" packets 65
< add b 10.0.0.67,80 comment "number 66" packets 66
< add b 10.0.0.68,80 comment "number 67" packets 67
< add b 10.0.0.69,80 comment "number 68" packets 68
< add b 10.0.0.70,80 comment "number 69" packets 69
< add b 10.0.0.71,80 comment "number 70" packets 70
< add b 10.0.0.72,80 comment "number 71" packets 71
< add b 10.0.0.73,80 comment "number 72" packets 72
< add b 10.0.0.74,80 comment "number 73" packets 73
< add b 10.0.0.75,80 comment "number 74" packets 74
< add b 10.0.0.76,80 comment "number 75" packets 75
< add b 10.0.0.77,80 comment "number 76" packets 76
< add b 10.0.0.78,80 comment "number 77" packets 77
< add b 10.0.0.79,80 comment "number 78" packets 78
< add b 10.0.0.80,80 comment "number 79" packets 79
< add b 10.0.0.81,80 comment "number 80" packets 80
< add b 10.0.0.82,80 comment "number 81" packets 81
< add b 10.0.0.83,80 comment "number 82" packets 82
< add b 10.0.0.84,80 comment "number 83" packets 83
< add b 10.0.0.85,80 comment "number 84" packets 84
< add b 10.0.0.86,80 comment "number 85" packets 85
< add b 10.0.0.87,80 comment "number 86" packets 86
< add b 10.0.0.88,80 comment "number 87" packets 87
< add b 10.0.0.89,80 comment "number 88" packets 88
< add b 10.0.0.90,80 comment "number 89" packets 89
< add b 10.0.0.91,80 comment "number 90" packets 90
< add b 10.0.0.92,80 comment "number 91" packets 91
< add b 10.0.0.93,80 comment "number 92" packets 92
< add b 10.0.0.94,80 comment "number 93" packets 93
< add b 10.0.0.95,80 comment "number 94" packets 94
< add b 10.0.0.96,80 comment "number 95" packets 95
< add b 10.0.0.97,80 comment "number 96" packets 96
< add b 10.0.0.98,80 comment "number 97" packets 97
< add b 10.0.0.99,80 comment "number 98" packets 98
< add b 10.0.0.100,80 comment "number 99" packets 99
< add b 10.0.0.101,80 comment "number 100" packets 100
< add b 10.0.0.102,80 comment "number 101" packets 101
< add b 10.0.0.103,80 comment "number 102" packets 102
< add b 10.0.0.104,80 comment "number 103" packets 103
< add b 10.0.0.105,80 comment "number 104" packets 104
< add b 10.0.0.106,80 comment "number 105" packets 105
< add b 10.0.0.107,80 comment "number 106" packets 106
< add b 10.0.0.108,80 comment "number 107" packets 107
< add b 10.0.0.109,80 comment "number 108" packets 108
< add b 10.0.0.110,80 comment "number 109" packets 109
< add b 10.0.0.111,80 comment "number 110" packets 110
< add b 10.0.0.112,80 comment "number 111" packets 111
< add b 10.0.0.113,80 comment "number 112" packets 112
< add b 10.0.0.114,80 comment "number 113" packets 113
< add b 10.0.0.115,80 comment "number 114" packets 114
< add b 10.0.0.116,80 comment "number 115" packets 115
< add b 10.0.0.117,80 comment "number 116" packets 116
< add b 10.0.0.118,80 comment "number 117" packets 117
< add b 10.0.0.119,80 comment "number 118" packets 118
< add b 10.0.0.120,80 comment "number 119" packets 119
< add b 10.0.0.121,80 comment "number 120" packets 120
< add b 10.0.0.122,80 comment "number 121" packets 121
< add b 10.0.0.123,80 comment "number 122" packets 122
< add b 10.0.0.124,80 comment "number 123" packets 123
< add b 10.0.0.125,80 comment "number 124" packets 124
< add b 10.0.0.126,80 comment "number 125" packets 125
< add b 10.0.0.127,80 comment "number 126" packets 126
< add b 10.0.0.128,80 comment "number 127" packets 127
< add b 10.0.0.129,80 comment "number 128" packets 128
< add b 10.0.0.130,80 comment "number 129" packets 129
< add b 10.0.0.131,80 comment "number 130" packets 130
< add b 10.0.0.132,80 comment "number 131" packets 131
< add b 10.0.0.133,80 comment "number 132" packets 132
< add b 10.0.0.134,80 comment "number 133" packets 133
< add b 10.0.0.135,80 comment "number 134" packets 134
< add b 10.0.0.136,80 comment "number 135" packets 135
< add b 10.0.0.137,80 comment "number 136" packets 136
< add b 10.0.0.138,80 comment "number 137" packets 137
< add b 10.0.0.139,80 comment "number 138" packets 138
< add b 10.0.0.140,80 comment "number 139" packets 139
< add b 10.0.0.141,80 comment "number 140" packets 140
< add b 10.0.0.142,80 comment "number 141" packets 141
< add b 10.0.0.143,80 comment "number 142" packets 142
< add b 10.0.0.144,80 comment "number 143" packets 143
< add b 10.0.0.145,80 comment "number 144" packets 144
< add b 10.0.0.146,80 comment "number 145" packets 145
< add b 10.0.0.147,80 comment "number 146" packets 146
< add b 10.0.0.148,80 comment "number 147" packets 147
< add b 10.0.0.149,80 comment "number 148" packets 148
< add b 10.0.0.150,80 comment "number 149" packets 149
< add b 10.0.0.151,80 comment "number 150" packets 150
< add b 10.0.0.152,80 comment "number 151" packets 151
< add b 10.0.0.153,80 comment "number 152" packets 152
< add b 10.0.0.154,80 comment "number 153" packets 153
< add b 10.0.0.155,80 comment "number 154" packets 154
< add b 10.0.0.156,80 comment "number 155" packets 155
< add b 10.0.0.157,80 comment "number 156" packets 156
< add b 10.0.0.158,80 comment "number 157" packets 157
< add b 10.0.0.159,80 comment "number 158" packets 158
< add b 10.0.0.160,80 comment "number 159" packets 159
< add b 10.0.0.161,80 comment "number 160" packets 160
< add b 10.0.0.162,80 comment "number 161" packets 161
< add b 10.0.0.163,80 comment "number 162" packets 162
< add b 10.0.0.164,80 comment "number 163" packets 163
< add b 10.0.0.165,80 comment "number 164" packets 164
< add b 10.0.0.166,80 comment "number 165" packets 165
< add b 10.0.0.167,80 comment "number 166" packets 166
< add b 10.0.0.168,80 comment "number 167" packets 167
< add b 10.0.0.169,80 comment "number 168" packets 168
< add b 10.0.0.170,80 comment "number 169" packets 169
< add b 10.0.0.171,80 comment "number 170" packets 170
< add b 10.0.0.172,80 comment "number 171" packets 171
< add b 10.0.0.173,80 comment "number 172" packets 172
< add b 10.0.0.174,80 comment "number 173" packets 173
< add b 10.0.0.175,80 comment "number 174" packets 174
< add b 10.0.0.176,80 comment "number 175" packets 175
< add b 10.0.0.177,80 comment "number 176" packets 176
< add b 10.0.0.178,80 comment "number 177" packets 177
< add b 10.0.0.179,80 comment "number 178" packets 178
< add b 10.0.0.180,80 comment "number 179" packets 179
< add b 10.0.0.181,80 comment "number 180" packets 180
< add b 10.0.0.182,80 comment "number 181" packets 181
< add b 10.0.0.183,80 comment "number 182" packets 182
< add b 10.0.0.184,80 comment "number 183" packets 183
< add b 10.0.0.185,80 comment "number 184" packets 184
< add b 10.0.0.186,80 comment "number 185" packets 185
< add b 10.0.0.187,80 comment "number 186" packets 186
< add b 10.0.0.188,80 comment "number 187" packets 187
< add b 10.0.0.189,80 comment "number 188" packets 188
< add b 10.0.0.190,80 comment "number 189" packets 189
< add b 10.0.0.191,80 comment "number 190" packets 190
< add b 10.0.0.192,80 comment "number 191" packets 191
< add b 10.0.0.193,80 comment "number 192" packets 192
< add b 10.0.0.194,80 comment "number 193" packets 193
< add b 10.0.0.195,80 comment "number 194" packets 194
< add b 10.0.0.196,80 comment "number 195" packets 195
< add b 10.0.0.197,80 comment "number 196" packets 196
< add b 10.0.0.198,80 comment "number 197" packets 197
< add b 10.0.0.199,80 comment "number 198" packets 198
< add b 10.0.0.200,80 comment "number 199" packets 199
< add b 10.0.0.201,80 comment "number 200" packets 200
< add b 10.0.0.202,80 comment "number 201" packets 201
< add b 10.0.0.203,80 comment "number 202" packets 202
< add b 10.0.0.204,80 comment "number 203" packets 203
< add b 10.0.0.205,80 comment "number 204" packets 204
< add b 10.0.0.206,80 comment "number 205" packets 205
< add b 10.0.0.207,80 comment "number 206" packets 206
< add b 10.0.0.208,80 comment "number 207" packets 207
< add b 10.0.0.209,80 comment "number 208" packets 208
< add b 10.0.0.210,80 comment "number 209" packets 209
< add b 10.0.0.211,80 comment "number 210" packets 210
< add b 10.0.0.212,80 comment "number 211" packets 211
< add b 10.0.0.213,80 comment "number 212" packets 212
< add b 10.0.0.214,80 comment "number 213" packets 213
< add b 10.0.0.215,80 comment "number 214" packets 214
< add b 10.0.0.216,80 comment "number 215" packets 215
< add b 10.0.0.217,80 comment "number 216" packets 216
< add b 10.0.0.218,80 comment "number 217" packets 217
< add b 10.0.0.219,80 comment "number 218" packets 218
< add b 10.0.0.220,80 comment "number 219" packets 219
< add b 10.0.0.221,80 comment "number 220" packets 220
< add b 10.0.0.222,80 comment "number 221" packets 221
< add b 10.0.0.223,80 comment "number 222" packets 222
< add b 10.0.0.224,80 comment "number 223" packets 223
< add b 10.0.0.225,80 comment "number 224" packets 224
< add b 10.0.0.226,80 comment "number 225" packets 225
< add b 10.0.0.227,80 comment "number 226" packets 226
< add b 10.0.0.228,80 comment "number 227" packets 227
< add b 10.0.0.229,80 comment "number 228" packets 228
< add b 10.0.0.230,80 comment "number 229" packets 229
< add b 10.0.0.231,80 comment "number 230" packets 230
< add b 10.0.0.232,80 comment "number 231" packets 231
< add b 10.0.0.233,80 comment "number 232" packets 232
< add b 10.0.0.234,80 comment "number 233" packets 233
< add b 10.0.0.235,80 comment "number 234" packets 234
< add b 10.0.0.236,80 comment "number 235" packets 235
< add b 10.0.0.237,80 comment "number 236" packets 236
< add b 10.0.0.238,80 comment "number 237" packets 237
< add b 10.0.0.239,80 comment "number 238" packets 238
< add b 10.0.0.240,80 comment "number 239" packets 239
< add b 10.0.0.241,80 comment "number 240" packets 240
< add b 10.0.0.242,80 comment "number 241" packets 241
< add b 10.0.0.243,80 comment "number 242" packets 242
< add b 10.0.0.244,80 comment "number 243" packets 243
< add b 10.0.0.245,80 comment "number 244" packets 244
< add b 10.0.0.246,80 comment "number 245" packets 245
< add b 10.0.0.247,80 comment "number 246" packets 246
< add b 10.0.0.248,80 comment "number 247" packets 247
< add b 10.0.0.249,80 comment "number 248" packets 248
< add b 10.0.0.250,80 comment "number 249" packets 249
< add b 10.0.1.1,80 comment "number 250" packets 250
< add b 10.0.1.2,80 comment "number 251" packets 251
< add b 10.0.1.3,80 comment "number 252" packets 252
< add b 10.0.1.4,80 comment "number 253" packets 253
< add b 10.0.1.5,80 comment "number 254" packets 254
< add b 10.0.1.6,80 comment "number 255" packets 255
< add b 10.0.1.7,80 comment "number 256" packets 256
< add b 10.0.1.8,80 comment "number 257" packets 257
< add b 10.0.1.9,80 comment "number 258" packets 258
< add b 10.0.1.10,80 comment "number 259" packets 259
< add b 10.0.1.11,80 comment "number 260" packets 260
< add b 10.0.1.12,80 comment "number 261" packets 261
< add b 10.0.1.13,80 comment "number 262" packets 262
< add b 10.0.1.14,80 comment "number 263" packets 263
< add b 10.0.1.15,80 comment "number 264" packets 264
< add b 10.0.1.16,80 comment "number 265" packets 265
< add b 10.0.1.17,80 comment "number 266" packets 266
< add b 10.0.1.18,80 comment "number 267" packets 267
< add b 10.0.1.19,80 comment "number 268" packets 268
< add b 10.0.1.20,80 comment "number 269" packets 269
< add b 10.0.1.21,80 comment "number 270" packets 270
< add b 10.0.1.22,80 comment "number 271" packets 271
< add b 10.0.1.23,80 comment "number 272" packets 272
< add b 10.0.1.24,80 comment "number 273" packets 273
< add b 10.0.1.25,80 comment "number 274" packets 274
< add b 10.0.1.26,80 comment "number 275" packets 275
< add b 10.0.1.27,80 comment "number 276" packets 276
< add b 10.0.1.28,80 comment "number 277" packets 277
< add b 10.0.1.29,80 comment "number 278" packets 278
< add b 10.0.1.30,80 comment "number 279" packets 279
< add b 10.0.1.31,80 comment "number 280" packets 280
< add b 10.0.1.32,80 comment "number 281" packets 281
< add b 10.0.1.33,80 comment "number 282" packets 282
< add b 10.0.1.34,80 comment "number 283" packets 283
< add b 10.0.1.35,80 comment "number 284" packets 284
< add b 10.0.1.36,80 comment "number 285" packets 285
< add b 10.0.1.37,80 comment "number 286" packets 286
< add b 10.0.1.38,80 comment "number 287" packets 287
< add b 10.0.1.39,80 comment "number 288" packets 288
< add b 10.0.1.40,80 comment "number 289" packets 289
< add b 10.0.1.41,80 comment "number 290" packets 290
< add b 10.0.1.42,80 comment "number 291" packets 291
< add b 10.0.1.43,80 comment "number 292" packets 292
< add b 10.0.1.44,80 comment "number 293" packets 293
< add b 10.0.1.45,80 comment "number 294" packets 294
< add b 10.0.1.46,80 comment "number 295" packets 295
< add b 10.0.1.47,80 comment "number 296" packets 296
< add b 10.0.1.48,80 comment "number 297" packets 297
< add b 10.0.1.49,80 comment "number 298" packets 298
< add b 10.0.1.50,80 comment "number 299" packets 299
< add b x
! ipset v7.17: Error in line 301: Syntax error: Second element is missing from x.
? 1
$ ipset list -t b
Name: b
Type: hash:net,port
Revision: 8
Header: family inet hashsize 1024 maxelem 65536 counters comment bucketsize 12 initval 0x00000001
Size in memory: 31571
References: 0
Number of entries: 275
$ ipset create c hash:ip timeout 100 initval 1
$ ipset restore
< add c 10.0.0.1 timeout 5
< add c 10.0.0.2 timeout 5
< add c 10.0.0.3 timeout 5
< add c 10.0.0.4 timeout 5
< add c 10.0.0.5 timeout 5
< add c 10.0.0.6 timeout 5
< add c 10.0.0.7 timeout 5
< add c 10.0.0.8 timeout 5
< add c 10.0.0.9 timeout 5
< add c 10.0.0.10 timeout 5
< add c 10.0.0.11 timeout 5
< add c 10.0.0.12 timeout 5
< add c 10.0.0.13 timeout 5
< add c 10.0.0.14 timeout 5
< add c 10.0.0.15 timeout 5
< add c 10.0.0.16 timeout 5
< add c 10.0.0.17 timeout 5
< add c 10.0.0.18 timeout 5
< add c 10.0.0.19 timeout 5
< add c 10.0.0.20 timeout 5
< add c 10.0.0.21 timeout 5
< add c 10.0.0.22 timeout 5
< add c 10.0.0.23 timeout 5
< add c 10.0.0.24 timeout 5
< add c 10.0.0.25 timeout 5
< add c 10.0.0.26 timeout 5
< add c 10.0.0.27 timeout 5
< add c 10.0.0.28 timeout 5
< add c 10.0.0.29 timeout 5
< add c 10.0.0.30 timeout 5
< add c 10.0.0.31 timeout 5
< add c 10.0.0.32 timeout 5
< add c 10.0.0.33 timeout 5
< add c 10.0.0.34 timeout 5
< add c 10.0.0.35 timeout 5
< add c 10.0.0.36 timeout 5
< add c 10.0.0.37 timeout 5
< add c 10.0.0.38 timeout 5
< add c 10.0.0.39 timeout 5
< add c 10.0.0.40 timeout 5
< add c 10.0.0.41 timeout 5
< add c 10.0.0.42 timeout 5
< add c 10.0.0.43 timeout 5
< add c 10.0.0.44 timeout 5
< add c 10.0.0.45 timeout 5
< add c 10.0.0.46 timeout 5
< add c 10.0.0.47 timeout 5
< add c 10.0.0.48 timeout 5
< add c 10.0.0.49 timeout 5
< add c 10.0.0.50 timeout 5
< add c 10.0.0.51 timeout 5
< add c 10.0.0.52 timeout 5
< add c 10.0.0.53 timeout 5
< add c 10.0.0.54 timeout 5
< add c 10.0.0.55 timeout 5
< add c 10.0.0.56 timeout 5
< add c 10.0.0.57 timeout 5
< add c 10.0.0.58 timeout 5
< add c 10.0.0.59 timeout 5
< add c 10.0.0.60 timeout 5
< add c 10.0.0.61 timeout 5
< add c 10.0.0.62 timeout 5
< add c 10.0.0.63 timeout 5
< add c 10.0.0.64 timeout 5
< add c 10.0.0.65 timeout 5
< add c 10.0.0.66 timeout 5
< add c 10.0.0.67 timeout 5
< add c 10.0.0.68 timeout 5
< add c 10.0.0.69 timeout 5
< add c 10.0.0.70 timeout 5
< add c 10.0.0.71 timeout 5
< add c 10.0.0.72 timeout 5
< add c 10.0.0.73 timeout 5
< add c 10.0.0.74 timeout 5
< add c 10.0.0.75 timeout 5
< add c 10.0.0.76 timeout 5
< add c 10.0.0.77 timeout 5
< add c 10.0.0.78 timeout 5
< add c 10.0.0.79 timeout 5
< add c 10.0.0.80 timeout 5
< add c 10.0.0.81 timeout 5
< add c 10.0.0.82 timeout 5
< add c 10.0.0.83 timeout 5
< add c 10.0.0.84 timeout 5
< add c 10.0.0.85 timeout 5
< add c 10.0.0.86 timeout 5
< add c 10.0.0.87 timeout 5
< add c 10.0.0.88 timeout 5
< add c 10.0.0.89 timeout 5
< add c 10.0.0.90 timeout 5
< add c 10.0.0.91 timeout 5
< add c 10.0.0.92 timeout 5
< add c 10.0.0.93 timeout 5
< add c 10.0.0.94 timeout 5
< add c 10.0.0.95 timeout 5
< add c 10.0.0.96 timeout 5
< add c 10.0.0.97 timeout 5
< add c 10.0.0.98 timeout 5
< add c 10.0.0.99 timeout 5
< add c 10.0.0.100 timeout 5
< add c 10.0.0.101 timeout 5
< add c 10.0.0.102 timeout 5
< add c 10.0.0.103 timeout 5
< add c 10.0.0.104 timeout 5
< add c 10.0.0.105 timeout 5
< add c 10.0.0.106 timeout 5
< add c 10.0.0.107 timeout 5
< add c 10.0.0.108 timeout 5
< add c 10.0.0.109 timeout 5
< add c 10.0.0.110 timeout 5
< add c 10.0.0.111 timeout 5
< add c 10.0.0.112 timeout 5
< add c 10.0.0.113 timeout 5
< add c 10.0.0.114 timeout 5
< add c 10.0.0.115 timeout 5
< add c 10.0.0.116 timeout 5
< add c 10.0.0.117 timeout 5
< add c 10.0.0.118 timeout 5
< add c 10.0.0.119 timeout 5
< add c 10.0.0.120 timeout 5
< add c 10.0.0.121 timeout 5
< add c 10.0.0.122 timeout 5
< add c 10.0.0.123 timeout 5
< add c 10.0.0.124 timeout 5
< add c 10.0.0.125 timeout 5
< add c 10.0.0.126 timeout 5
< add c 10.0.0.127 timeout 5
< add c 10.0.0.128 timeout 5
< add c 10.0.0.129 timeout 5
< add c 10.0.0.130 timeout 5
< add c 10.0.0.131 timeout 5
< add c 10.0.0.132 timeout 5
< add c 10.0.0.133 timeout 5
< add c 10.0.0.134 timeout 5
< add c 10.0.0.135 timeout 5
< add c 10.0.0.136 timeout 5
< add c 10.0.0.137 timeout 5
< add c 10.0.0.138 timeout 5
< add c 10.0.0.139 timeout 5
< add c 10.0.0.140 timeout 5
< add c 10.0.0.141 timeout 5
< add c 10.0.0.142 timeout 5
< add c 10.0.0.143 timeout 5
< add c 10.0.0.144 timeout 5
< add c 10.0.0.145 timeout 5
< add c 10.0.0.146 timeout 5
< add c 10.0.0.147 timeout 5
< add c 10.0.0.148 timeout 5
< add c 10.0.0.149 timeout 5
< add c 10.0.0.150 timeout 5
< add c 10.0.0.151 timeout 5
< add c 10.0.0.152 timeout 5
< add c 10.0.0.153 timeout 5
< add c 10.0.0.154 timeout 5
< add c 10.0.0.155 timeout 5
< add c 10.0.0.156 timeout 5
< add c 10.0.0.157 timeout 5
< add c 10.0.0.158 timeout 5
< add c 10.0.0.159 timeout 5
< add c 10.0.0.160 timeout 5
< add c 10.0.0.161 timeout 5
< add c 10.0.0.162 timeout 5
< add c 10.0.0.163 timeout 5
< add c 10.0.0.164 timeout 5
< add c 10.0.0.165 timeout 5
< add c 10.0.0.166 timeout 5
< add c 10.0.0.167 timeout 5
< add c 10.0.0.168 timeout 5
< add c 10.0.0.169 timeout 5
< add c 10.0.0.170 timeout 5
< add c 10.0.0.171 timeout 5
< add c 10.0.0.172 timeout 5
< add c 10.0.0.173 timeout 5
< add c 10.0.0.174 timeout 5
< add c 10.0.0.175 timeout 5
< add c 10.0.0.176 timeout 5
< add c 10.0.0.177 timeout 5
< add c 10.0.0.178 timeout 5
< add c 10.0.0.179 timeout 5
< add c 10.0.0.180 timeout 5
< add c 10.0.0.181 timeout 5
< add c 10.0.0.182 timeout 5
< add c 10.0.0.183 timeout 5
< add c 10.0.0.184 timeout 5
< add c 10.0.0.185 timeout 5
< add c 10.0.0.186 timeout 5
< add c 10.0.0.187 timeout 5
< add c 10.0.0.188 timeout 5
< add c 10.0.0.189 timeout 5
< add c 10.0.0.190 timeout 5
< add c 10.0.0.191 timeout 5
< add c 10.0.0.192 timeout 5
< add c 10.0.0.193 timeout 5
< add c 10.0.0.194 timeout 5
< add c 10.0.0.195 timeout 5
< add c 10.0.0.196 timeout 5
< add c 10.0.0.197 timeout 5
< add c 10.0.0.198 timeout 5
< add c 10.0.0.199 timeout 5
< add c 10.0.0.200 timeout 5
< add c 10.0.0.201 timeout 5
< add c 10.0.0.202 timeout 5
< add c 10.0.0.203 timeout 5
< add c 10.0.0.204 timeout 5
< add c 10.0.0.205 timeout 5
< add c 10.0.0.206 timeout 5
< add c 10.0.0.207 timeout 5
< add c 10.0.0.208 timeout 5
< add c 10.0.0.209 timeout 5
< add c 10.0.0.210 timeout 5
< add c 10.0.0.211 timeout 5
< add c 10.0.0.212 timeout 5
< add c 10.0.0.213 timeout 5
< add c 10.0.0.214 timeout 5
< add c 10.0.0.215 timeout 5
< add c 10.0.0.216 timeout 5
< add c 10.0.0.217 timeout 5
< add c 10.0.0.218 timeout 5
< add c 10.0.0.219 timeout 5
< add c 10.0.0.220 timeout 5
< add c 10.0.0.221 timeout 5
< add c 10.0.0.222 timeout 5
< add c 10.0.0.223 timeout 5
< add c 10.0.0.224 timeout 5
< add c 10.0.0.225 timeout 5
< add c 10.0.0.226 timeout 5
< add c 10.0.0.227 timeout 5
< add c 10.0.0.228 timeout 5
< add c 10.0.0.229 timeout 5
< add c 10.0.0.230 timeout 5
< add c 10.0.0.231 timeout 5
< add c 10.0.0.232 timeout 5
< add c 10.0.0.233 timeout 5
< add c 10.0.0.234 timeout 5
< add c 10.0.0.235 timeout 5
< add c 10.0.0.236 timeout 5
< add c 10.0.0.237 timeout 5
< add c 10.0.0.238 timeout 5
< add c 10.0.0.239 timeout 5
< add c 10.0.0.240 timeout 5
< add c 10.0.0.241 timeout 5
< add c 10.0.0.242 timeout 5
< add c 10.0.0.243 timeout 5
< add c 10.0.0.244 timeout 5
< add c 10.0.0.245 timeout 5
< add c 10.0.0.246 timeout 5
< add c 10.0.0.247 timeout 5
< add c 10.0.0.248 timeout 5
< add c 10.0.0.249 timeout 5
< add c 10.0.0.250 timeout 5
< add c 10.0.1.1 timeout 5
< add c 10.0.1.2 timeout 5
< add c 10.0.1.3 timeout 5
< add c 10.0.1.4 timeout 5
< add c 10.0.1.5 timeout 5
< add c 10.0.1.6 timeout 5
< add c 10.0.1.7 timeout 5
< add c 10.0.1.8 timeout 5
< add c 10.0.1.9 timeout 5
< add c 10.0.1.10 timeout 5
< add c 10.0.1.11 timeout 5
< add c 10.0.1.12 timeout 5
< add c 10.0.1.13 timeout 5
< add c 10.0.1.14 timeout 5
< add c 10.0.1.15 timeout 5
< add c 10.0.1.16 timeout 5
< add c 10.0.1.17 timeout 5
< add c 10.0.1.18 timeout 5
< add c 10.0.1.19 timeout 5
< add c 10.0.1.20 timeout 5
< add c 10.0.1.21 timeout 5
< add c 10.0.1.22 timeout 5
< add c 10.0.1.23 timeout 5
< add c 10.0.1.24 timeout 5
< add c 10.0.1.25 timeout 5
< add c 10.0.1.26 timeout 5
< add c 10.0.1.27 timeout 5
< add c 10.0.1.28 timeout 5
< add c 10.0.1.29 timeout 5
< add c 10.0.1.30 timeout 5
< add c 10.0.1.31 timeout 5
< add c 10.0.1.32 timeout 5
< add c 10.0.1.33 timeout 5
< add c 10.0.1.34 timeout 5
< add c 10.0.1.35 timeout 5
< add c 10.0.1.36 timeout 5
< add c 10.0.1.37 timeout 5
< add c 10.0.1.38 timeout 5
< add c 10.0.1.39 timeout 5
< add c 10.0.1.40 timeout 5
< add c 10.0.1.41 timeout 5
< add c 10.0.1.42 timeout 5
< add c 10.0.1.43 timeout 5
< add c 10.0.1.44 timeout 5
< add c 10.0.1.45 timeout 5
< add c 10.0.1.46 timeout 5
< add c 10.0.1.47 timeout 5
< add c 10.0.1.48 timeout 5
< add c 10.0.1.49 timeout 5
< add c 10.0.1.50 timeout 5
< add c x
! ipset v7.17: Error in line 301: Syntax error: cannot parse x: resolving to IPv4 address failed
? 1
$ ipset list -t c
Name: c
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 timeout 100 bucketsize 12 initval 0x00000001
Size in memory: 14336
References: 0
Number of entries: 250
$ ipset create d hash:net initval 1
$ ipset restore
< add d 10.1.0.0/16
< add d 10.2.0.0/16
< add d 10.3.0.0/16
< add d 10.4.0.0/16
< add d 10.5.0.0/16
< add d 10.6.0.0/16
< add d 10.7.0.0/16
< add d 10.8.0.0/16
< add d 10.9.0.0/16
< add d 10.10.0.0/16
< add d 10.11.0.0/16
< add d 10.12.0.0/16
< add d 10.13.0.0/16
< add d 10.14.0.0/16
< add d 10.15.0.0/16
< add d 10.16.0.0/16
< add d 10.17.0.0/16
< add d 10.18.0.0/16
< add d 10.19.0.0/16
< add d 10.20.0.0/16
< add d 10.21.0.0/16
< add d 10.22.0.0/16
< add d 10.23.0.0/16
< add d 10.24.0.0/16
< add d 10.25.0.0/16
< add d 10.26.0.0/16
< add d 10.27.0.0/16
< add d 10.28.0.0/16
< add d 10.29.0.0/16
< add d 10.30.0.0/16
< add d 10.31.0.0/16
< add d 10.32.0.0/16
< add d 10.33.0.0/16
< add d 10.34.0.0/16
< add d 10.35.0.0/16
< add d 10.36.0.0/16
< add d 10.37.0.0/16
< add d 10.38.0.0/16
< add d 10.39.0.0/16
< add d 10.40.0.0/16
< add d 10.41.0.0/16
< add d 10.42.0.0/16
< add d 10.43.0.0/16
< add d 10.44.0.0/16
< add d 10.45.0.0/16
< add d 10.46.0.0/16
< add d 10.47.0.0/16
< add d 10.48.0.0/16
< add d 10.49.0.0/16
< add d 10.50.0.0/16
< add d 10.51.0.0/16
< add d 10.52.0.0/16
< add d 10.53.0.0/16
< add d 10.54.0.0/16
< add d 10.55.0.0/16
< add d 10.56.0.0/16
< add d 10.57.0.0/16
< add d 10.58.0.0/16
< add d 10.59.0.0/16
< add d 10.60.0.0/16
< add d 10.61.0.0/16
< add d 10.62.0.0/16
< add d 10.63.0.0/16
< add d 10.64.0.0/16
< add d 10.65.0.0/16
< add d 10.66.0.0/16
< add d 10.67.0.0/16
< add d 10.68.0.0/16
< add d 10.69.0.0/16
< add d 10.70.0.0/16
< add d 10.71.0.0/16
< add d 10.72.0.0/16
< add d 10.73.0.0/16
< add d 10.74.0.0/16
< add d 10.75.0.0/16
< add d 10.76.0.0/16
< add d 10.77.0.0/16
< add d 10.78.0.0/16
< add d 10.79.0.0/16
< add d 10.80.0.0/16
< add d 10.81.0.0/16
< add d 10.82.0.0/16
< add d 10.83.0.0/16
< add d 10.84.0.0/16
< add d 10.85.0.0/16
< add d 10.86.0.0/16
< add d 10.87.0.0/16
< add d 10.88.0.0/16
< add d 10.89.0.0/16
< add d 10.90.0.0/16
< add d 10.91.0.0/16
< add d 10.92.0.0/16
< add d 10.93.0.0/16
< add d 10.94.0.0/16
< add d 10.95.0.0/16
< add d 10.96.0.0/16
< add d 10.97.0.0/16
< add d 10.98.0.0/16
< add d 10.99.0.0/16
< add d 10.100.0.0/16
< add d 10.101.0.0/16
< add d 10.102.0.0/16
< add d 10.103.0.0/16
< add d 10.104.0.0/16
< add d 10.105.0.0/16
< add d 10.106.0.0/16
< add d 10.107.0.0/16
< add d 10.108.0.0/16
< add d 10.109.0.0/16
< add d 10.110.0.0/16
< add d 10.111.0.0/16
< add d 10.112.0.0/16
< add d 10.113.0.0/16
< add d 10.114.0.0/16
< add d 10.115.0.0/16
< add d 10.116.0.0/16
< add d 10.117.0.0/16
< add d 10.118.0.0/16
< add d 10.119.0.0/16
< add d 10.120.0.0/16
< add d 10.121.0.0/16
< add d 10.122.0.0/16
< add d 10.123.0.0/16
< add d 10.124.0.0/16
< add d 10.125.0.0/16
< add d 10.126.0.0/16
< add d 10.127.0.0/16
< add d 10.128.0.0/16
< add d 10.129.0.0/16
< add d 10.130.0.0/16
< add d 10.131.0.0/16
< add d 10.132.0.0/16
< add d 10.133.0.0/16
< add d 10.134.0.0/16
< add d 10.135.0.0/16
< add d 10.136.0.0/16
< add d 10.137.0.0/16
< add d 10.138.0.0/16
< add d 10.139.0.0/16
< add d 10.140.0.0/16
< add d 10.141.0.0/16
< add d 10.142.0.0/16
< add d 10.143.0.0/16
< add d 10.144.0.0/16
< add d 10.145.0.0/16
< add d 10.146.0.0/16
< add d 10.147.0.0/16
< add d 10.148.0.0/16
< add d 10.149.0.0/16
< add d 10.150.0.0/16
< add d 10.151.0.0/16
< add d 10.152.0.0/16
< add d 10.153.0.0/16
< add d 10.154.0.0/16
< add d 10.155.0.0/16
< add d 10.156.0.0/16
< add d 10.157.0.0/16
< add d 10.158.0.0/16
< add d 10.159.0.0/16
< add d 10.160.0.0/16
< add d 10.161.0.0/16
< add d 10.162.0.0/16
< add d 10.163.0.0/16
< add d 10.164.0.0/16
< add d 10.165.0.0/16
< add d 10.166.0.0/16
< add d 10.167.0.0/16
< add d 10.168.0.0/16
< add d 10.169.0.0/16
< add d 10.170.0.0/16
< add d 10.171.0.0/16
< add d 10.172.0.0/16
< add d 10.173.0.0/16
< add d 10.174.0.0/16
< add d 10.175.0.0/16
< add d 10.176.0.0/16
< add d 10.177.0.0/16
< add d 10.178.0.0/16
< add d 10.179.0.0/16
< add d 10.180.0.0/16
< add d 10.181.0.0/16
< add d 10.182.0.0/16
< add d 10.183.0.0/16
< add d 10.184.0.0/16
< add d 10.185.0.0/16
< add d 10.186.0.0/16
< add d 10.187.0.0/16
< add d 10.188.0.0/16
< add d 10.189.0.0/16
< add d 10.190.0.0/16
< add d 10.191.0.0/16
< add d 10.192.0.0/16
< add d 10.193.0.0/16
< add d 10.194.0.0/16
< add d 10.195.0.0/16
< add d 10.196.0.0/16
< add d 10.197.0.0/16
< add d 10.198.0.0/16
< add d 10.199.0.0/16
< add d 10.200.0.0/16
< add d 10.201.0.0/16
< add d 10.202.0.0/16
< add d 10.203.0.0/16
< add d 10.204.0.0/16
< add d 10.205.0.0/16
< add d 10.206.0.0/16
< add d 10.207.0.0/16
< add d 10.208.0.0/16
< add d 10.209.0.0/16
< add d 10.210.0.0/16
< add d 10.211.0.0/16
< add d 10.212.0.0/16
< add d 10.213.0.0/16
< add d 10.214.0.0/16
< add d 10.215.0.0/16
< add d 10.216.0.0/16
< add d 10.217.0.0/16
< add d 10.218.0.0/16
< add d 10.219.0.0/16
< add d 10.220.0.0/16
< add d 10.221.0.0/16
< add d 10.222.0.0/16
< add d 10.223.0.0/16
< add d 10.224.0.0/16
< add d 10.225.0.0/16
< add d 10.226.0.0/16
< add d 10.227.0.0/16
< add d 10.228.0.0/16
< add d 10.229.0.0/16
< add d 10.230.0.0/16
< add d 10.231.0.0/16
< add d 10.232.0.0/16
< add d 10.233.0.0/16
< add d 10.234.0.0/16
< add d 10.235.0.0/16
< add d 10.236.0.0/16
< add d 10.237.0.0/16
< add d 10.238.0.0/16
< add d 10.239.0.0/16
< add d 10.240.0.0/16
< add d 10.241.0.0/16
< add d 10.242.0.0/16
< add d 10.243.0.0/16
< add d 10.244.0.0/16
< add d 10.245.0.0/16
< add d 10.246.0.0/16
< add d 10.247.0.0/16
< add d 10.248.0.0/16
< add d 10.249.0.0/16
< add d x$
! ipset v7.17: Error in line 250: Syntax error: cannot parse x$: resolving to IPv4 address failed
? 1
$ ipset list -t d
Name: d
Type: hash:net
Revision: 7
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 5872
References: 0
Number of entries: 125
$ ipset create e hash:ip,port initval 1
$ ipset restore
< add e 10.1.0.1,tcp:80
< add e 10.2.0.1,tcp:80
< add e 10.3.0.1,tcp:80
< add e 10.4.0.1,tcp:80
< add e 10.5.0.1,tcp:80
< add e 10.6.0.1,tcp:80
< add e 10.7.0.1,tcp:80
< add e 10.8.0.1,tcp:80
< add e 10.9.0.1,tcp:80
< add e 10.10.0.1,tcp:80
< add e 10.11.0.1,tcp:80
< add e 10.12.0.1,tcp:80
< add e 10.13.0.1,tcp:80
< add e 10.14.0.1,tcp:80
< add e 10.15.0.1,tcp:80
< add e 10.16.0.1,tcp:80
< add e 10.17.0.1,tcp:80
< add e 10.18.0.1,tcp:80
< add e 10.19.0.1,tcp:80
< add e 10.20.0.1,tcp:80
< add e 10.21.0.1,tcp:80
< add e 10.22.0.1,tcp:80
< add e 10.23.0.1,tcp:80
< add e 10.24.0.1,tcp:80
< add e 10.25.0.1,tcp:80
< add e 10.26.0.1,tcp:80
< add e 10.27.0.1,tcp:80
< add e 10.28.0.1,tcp:80
< add e 10.29.0.1,tcp:80
< add e 10.30.0.1,tcp:80
< add e 10.31.0.1,tcp:80
< add e 10.32.0.1,tcp:80
< add e 10.33.0.1,tcp:80
< add e 10.34.0.1,tcp:80
< add e 10.35.0.1,tcp:80
< add e 10.36.0.1,tcp:80
< add e 10.37.0.1,tcp:80
< add e 10.38.0.1,tcp:80
< add e 10.39.0.1,tcp:80
< add e 10.40.0.1,tcp:80
< add e 10.41.0.1,tcp:80
< add e 10.42.0.1,tcp:80
< add e 10.43.0.1,tcp:80
< add e 10.44.0.1,tcp:80
< add e 10.45.0.1,tcp:80
< add e 10.46.0.1,tcp:80
< add e 10.47.0.1,tcp:80
< add e 10.48.0.1,tcp:80
< add e 10.49.0.1,tcp:80
< add e 10.50.0.1,tcp:80
< add e 10.51.0.1,tcp:80
< add e 10.52.0.1,tcp:80
< add e 10.53.0.1,tcp:80
< add e 10.54.0.1,tcp:80
< add e 10.55.0.1,tcp:80
< add e 10.56.0.1,tcp:80
< add e 10.57.0.1,tcp:80
< add e 10.58.0.1,tcp:80
< add e 10.59.0.1,tcp:80
< add e 10.60.0.1,tcp:80
< add e 10.61.0.1,tcp:80
< add e 10.62.0.1,tcp:80
< add e 10.63.0.1,tcp:80
< add e 10.64.0.1,tcp:80
< add e 10.65.0.1,tcp:80
< add e 10.66.0.1,tcp:80
< add e 10.67.0.1,tcp:80
< add e 10.68.0.1,tcp:80
< add e 10.69.0.1,tcp:80
< add e 10.70.0.1,tcp:80
< add e 10.71.0.1,tcp:80
< add e 10.72.0.1,tcp:80
< add e 10.73.0.1,tcp:80
< add e 10.74.0.1,tcp:80
< add e 10.75.0.1,tcp:80
< add e 10.76.0.1,tcp:80
< add e 10.77.0.1,tcp:80
< add e 10.78.0.1,tcp:80
< add e 10.79.0.1,tcp:80
< add e 10.80.0.1,tcp:80
< add e 10.81.0.1,tcp:80
< add e 10.82.0.1,tcp:80
< add e 10.83.0.1,tcp:80
< add e 10.84.0.1,tcp:80
< add e 10.85.0.1,tcp:80
< add e 10.86.0.1,tcp:80
< add e 10.87.0.1,tcp:80
< add e 10.88.0.1,tcp:80
< add e 10.89.0.1,tcp:80
< add e 10.90.0.1,tcp:80
< add e 10.91.0.1,tcp:80
< add e 10.92.0.1,tcp:80
< add e 10.93.0.1,tcp:80
< add e 10.94.0.1,tcp:80
< add e 10.95.0.1,tcp:80
< add e 10.96.0.1,tcp:80
< add e 10.97.0.1,tcp:80
< add e 10.98.0.1,tcp:80
< add e 10.99.0.1,tcp:80
< add e 10.100.0.1,tcp:80
< add e 10.101.0.1,tcp:80
< add e 10.102.0.1,tcp:80
< add e 10.103.0.1,tcp:80
< add e 10.104.0.1,tcp:80
< add e 10.105.0.1,tcp:80
< add e 10.106.0.1,tcp:80
< add e 10.107.0.1,tcp:80
< add e 10.108.0.1,tcp:80
< add e 10.109.0.1,tcp:80
< add e 10.110.0.1,tcp:80
< add e 10.111.0.1,tcp:80
< add e 10.112.0.1,tcp:80
< add e 10.113.0.1,tcp:80
< add e 10.114.0.1,tcp:80
< add e 10.115.0.1,tcp:80
< add e 10.116.0.1,tcp:80
< add e 10.117.0.1,tcp:80
< add e 10.118.0.1,tcp:80
< add e 10.119.0.1,tcp:80
< add e 10.120.0.1,tcp:80
< add e 10.121.0.1,tcp:80
< add e 10.122.0.1,tcp:80
< add e 10.123.0.1,tcp:80
< add e 10.124.0.1,tcp:80
< add e 10.125.0.1,tcp:80
< add e 10.126.0.1,tcp:80
< add e 10.127.0.1,tcp:80
< add e 10.128.0.1,tcp:80
< add e 10.129.0.1,tcp:80
< add e 10.130.0.1,tcp:80
< add e 10.131.0.1,tcp:80
< add e 10.132.0.1,tcp:80
< add e 10.133.0.1,tcp:80
< add e 10.134.0.1,tcp:80
< add e 10.135.0.1,tcp:80
< add e 10.136.0.1,tcp:80
< add e 10.137.0.1,tcp:80
< add e 10.138.0.1,tcp:80
< add e 10.139.0.1,tcp:80
< add e 10.140.0.1,tcp:80
< add e 10.141.0.1,tcp:80
< add e 10.142.0.1,tcp:80
< add e 10.143.0.1,tcp:80
< add e 10.144.0.1,tcp:80
< add e 10.145.0.1,tcp:80
< add e 10.146.0.1,tcp:80
< add e 10.147.0.1,tcp:80
< add e 10.148.0.1,tcp:80
< add e 10.149.0.1,tcp:80
< add e 10.150.0.1,tcp:80
< add e 10.151.0.1,tcp:80
< add e 10.152.0.1,tcp:80
< add e 10.153.0.1,tcp:80
< add e 10.154.0.1,tcp:80
< add e 10.155.0.1,tcp:80
< add e 10.156.0.1,tcp:80
< add e 10.157.0.1,tcp:80
< add e 10.158.0.1,tcp:80
< add e 10.159.0.1,tcp:80
< add e 10.160.0.1,tcp:80
< add e 10.161.0.1,tcp:80
< add e 10.162.0.1,tcp:80
< add e 10.163.0.1,tcp:80
< add e 10.164.0.1,tcp:80
< add e 10.165.0.1,tcp:80
< add e 10.166.0.1,tcp:80
< add e 10.167.0.1,tcp:80
< add e 10.168.0.1,tcp:80
< add e 10.169.0.1,tcp:80
< add e 10.170.0.1,tcp:80
< add e 10.171.0.1,tcp:80
< add e 10.172.0.1,tcp:80
< add e 10.173.0.1,tcp:80
< add e 10.174.0.1,tcp:80
< add e 10.175.0.1,tcp:80
< add e 10.176.0.1,tcp:80
< add e 10.177.0.1,tcp:80
< add e 10.178.0.1,tcp:80
< add e 10.179.0.1,tcp:80
< add e 10.180.0.1,tcp:80
< add e 10.181.0.1,tcp:80
< add e 10.182.0.1,tcp:80
< add e 10.183.0.1,tcp:80
< add e 10.184.0.1,tcp:80
< add e 10.185.0.1,tcp:80
< add e 10.186.0.1,tcp:80
< add e 10.187.0.1,tcp:80
< add e 10.188.0.1,tcp:80
< add e 10.189.0.1,tcp:80
< add e 10.190.0.1,tcp:80
< add e 10.191.0.1,tcp:80
< add e 10.192.0.1,tcp:80
< add e 10.193.0.1,tcp:80
< add e 10.194.0.1,tcp:80
< add e 10.195.0.1,tcp:80
< add e 10.196.0.1,tcp:80
< add e 10.197.0.1,tcp:80
< add e 10.198.0.1,tcp:80
< add e 10.199.0.1,tcp:80
< add e 10.200.0.1,tcp:80
< add e 10.201.0.1,tcp:80
< add e 10.202.0.1,tcp:80
< add e 10.203.0.1,tcp:80
< add e 10.204.0.1,tcp:80
< add e 10.205.0.1,tcp:80
< add e 10.206.0.1,tcp:80
< add e 10.207.0.1,tcp:80
< add e 10.208.0.1,tcp:80
< add e 10.209.0.1,tcp:80
< add e 10.210.0.1,tcp:80
< add e 10.211.0.1,tcp:80
< add e 10.212.0.1,tcp:80
< add e 10.213.0.1,tcp:80
< add e 10.214.0.1,tcp:80
< add e 10.215.0.1,tcp:80
< add e 10.216.0.1,tcp:80
< add e 10.217.0.1,tcp:80
< add e 10.218.0.1,tcp:80
< add e 10.219.0.1,tcp:80
< add e 10.220.0.1,tcp:80
< add e 10.221.0.1,tcp:80
< add e 10.222.0.1,tcp:80
< add e 10.223.0.1,tcp:80
< add e 10.224.0.1,tcp:80
< add e 10.225.0.1,tcp:80
< add e 10.226.0.1,tcp:80
< add e 10.227.0.1,tcp:80
< add e 10.228.0.1,tcp:80
< add e 10.229.0.1,tcp:80
< add e 10.230.0.1,tcp:80
< add e 10.231.0.1,tcp:80
< add e 10.232.0.1,tcp:80
< add e 10.233.0.1,tcp:80
< add e 10.234.0.1,tcp:80
< add e 10.235.0.1,tcp:80
< add e 10.236.0.1,tcp:80
< add e 10.237.0.1,tcp:80
< add e 10.238.0.1,tcp:80
< add e 10.239.0.1,tcp:80
< add e 10.240.0.1,tcp:80
< add e 10.241.0.1,tcp:80
< add e 10.242.0.1,tcp:80
< add e 10.243.0.1,tcp:80
< add e 10.244.0.1,tcp:80
< add e 10.245.0.1,tcp:80
< add e 10.246.0.1,tcp:80
< add e 10.247.0.1,tcp:80
< add e 10.248.0.1,tcp:80
< add e 10.249.0.1,tcp:80
< add e x$
! ipset v7.17: Error in line 250: Syntax error: Second element is missing from x$.
? 1
$ ipset list -t e
Name: e
Type: hash:ip,port
Revision: 6
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 8832
References: 0
Number of entries: 200
$ ipset create g bitmap:port range 0-1000
$ ipset restore
< add g 1
< add g 2
< add g 3
< add g 4
< add g 5
< add g 6
< add g 7
< add g 8
< add g 9
< add g 10
< add g 11
< add g 12
< add g 13
< add g 14
< add g 15
< add g 16
< add g 17
< add g 18
< add g 19
< add g 20
< add g 21
< add g 22
< add g 23
< add g 24
< add g 25
< add g 26
< add g 27
< add g 28
< add g 29
< add g 30
< add g 31
< add g 32
< add g 33
< add g 34
< add g 35
< add g 36
< add g 37
< add g 38
< add g 39
< add g 40
< add g 41
< add g 42
< add g 43
< add g 44
< add g 45
< add g 46
< add g 47
< add g 48
< add g 49
< add g 50
< add g 51
< add g 52
< add g 53
< add g 54
< add g 55
< add g 56
< add g 57
< add g 58
< add g 59
< add g 60
< add g 61
< add g 62
< add g 63
< add g 64
< add g 65
< add g 66
< add g 67
< add g 68
< add g 69
< add g 70
< add g 71
< add g 72
< add g 73
< add g 74
< add g 75
< add g 76
< add g 77
< add g 78
< add g 79
< add g 80
< add g 81
< add g 82
< add g 83
< add g 84
< add g 85
< add g 86
< add g 87
< add g 88
< add g 89
< add g 90
< add g 91
< add g 92
< add g 93
< add g 94
< add g 95
< add g 96
< add g 97
< add g 98
< add g 99
< add g 100
< add g 101
< add g 102
< add g 103
< add g 104
< add g 105
< add g 106
< add g 107
< add g 108
< add g 109
< add g 110
< add g 111
< add g 112
< add g 113
< add g 114
< add g 115
< add g 116
< add g 117
< add g 118
< add g 119
< add g 120
< add g 121
< add g 122
< add g 123
< add g 124
< add g 125
< add g 126
< add g 127
< add g 128
< add g 129
< add g 130
< add g 131
< add g 132
< add g 133
< add g 134
< add g 135
< add g 136
< add g 137
< add g 138
< add g 139
< add g 140
< add g 141
< add g 142
< add g 143
< add g 144
< add g 145
< add g 146
< add g 147
< add g 148
< add g 149
< add g 150
< add g 151
< add g 152
< add g 153
< add g 154
< add g 155
< add g 156
< add g 157
< add g 158
< add g 159
< add g 160
< add g 161
< add g 162
< add g 163
< add g 164
< add g 165
< add g 166
< add g 167
< add g 168
< add g 169
< add g 170
< add g 171
< add g 172
< add g 173
< add g 174
< add g 175
< add g 176
< add g 177
< add g 178
< add g 179
< add g 180
< add g 181
< add g 182
< add g 183
< add g 184
< add g 185
< add g 186
< add g 187
< add g 188
< add g 189
< add g 190
< add g 191
< add g 192
< add g 193
< add g 194
< add g 195
< add g 196
< add g 197
< add g 198
< add g 199
< add g 200
< add g 201
< add g 202
< add g 203
< add g 204
< add g 205
< add g 206
< add g 207
< add g 208
< add g 209
< add g 210
< add g 211
< add g 212
< add g 213
< add g 214
< add g 215
< add g 216
< add g 217
< add g 218
< add g 219
< add g 220
< add g 221
< add g 222
< add g 223
< add g 224
< add g 225
< add g 226
< add g 227
< add g 228
< add g 229
< add g 230
< add g 231
< add g 232
< add g 233
< add g 234
< add g 235
< add g 236
< add g 237
< add g 238
< add g 239
< add g 240
< add g 241
< add g 242
< add g 243
< add g 244
< add g 245
< add g 246
< add g 247
< add g 248
< add g 249
< add g x$
! ipset v7.17: Syntax error: 'x$' is invalid as number
! Syntax error: 'tcp' is invalid as number
! cannot parse 'x$' as a tcp port
? 1
$ ipset list -t g
Name: g
Type: bitmap:port
Revision: 3
Header: range 0-1000
Size in memory: 200
References: 0
Number of entries: 201
$ ipset create h hash:ip,port,ip initval 1
$ ipset restore
< add h 10.1.0.1,tcp:80,1.1.1.1
< add h 10.2.0.1,tcp:80,1.1.1.1
< add h 10.3.0.1,tcp:80,1.1.1.1
< add h 10.4.0.1,tcp:80,1.1.1.1
< add h 10.5.0.1,tcp:80,1.1.1.1
< add h 10.6.0.1,tcp:80,1.1.1.1
< add h 10.7.0.1,tcp:80,1.1.1.1
< add h 10.8.0.1,tcp:80,1.1.1.1
< add h 10.9.0.1,tcp:80,1.1.1.1
< add h 10.10.0.1,tcp:80,1.1.1.1
< add h 10.11.0.1,tcp:80,1.1.1.1
< add h 10.12.0.1,tcp:80,1.1.1.1
< add h 10.13.0.1,tcp:80,1.1.1.1
< add h 10.14.0.1,tcp:80,1.1.1.1
< add h 10.15.0.1,tcp:80,1.1.1.1
< add h 10.16.0.1,tcp:80,1.1.1.1
< add h 10.17.0.1,tcp:80,1.1.1.1
< add h 10.18.0.1,tcp:80,1.1.1.1
< add h 10.19.0.1,tcp:80,1.1.1.1
< add h 10.20.0.1,tcp:80,1.1.1.1
< add h 10.21.0.1,tcp:80,1.1.1.1
< add h 10.22.0.1,tcp:80,1.1.1.1
< add h 10.23.0.1,tcp:80,1.1.1.1
< add h 10.24.0.1,tcp:80,1.1.1.1
< add h 10.25.0.1,tcp:80,1.1.1.1
< add h 10.26.0.1,tcp:80,1.1.1.1
< add h 10.27.0.1,tcp:80,1.1.1.1
< add h 10.28.0.1,tcp:80,1.1.1.1
< add h 10.29.0.1,tcp:80,1.1.1.1
< add h 10.30.0.1,tcp:80,1.1.1.1
< add h 10.31.0.1,tcp:80,1.1.1.1
< add h 10.32.0.1,tcp:80,1.1.1.1
< add h 10.33.0.1,tcp:80,1.1.1.1
< add h 10.34.0.1,tcp:80,1.1.1.1
< add h 10.35.0.1,tcp:80,1.1.1.1
< add h 10.36.0.1,tcp:80,1.1.1.1
< add h 10.37.0.1,tcp:80,1.1.1.1
< add h 10.38.0.1,tcp:80,1.1.1.1
< add h 10.39.0.1,tcp:80,1.1.1.1
< add h 10.40.0.1,tcp:80,1.1.1.1
< add h 10.41.0.1,tcp:80,1.1.1.1
< add h 10.42.0.1,tcp:80,1.1.1.1
< add h 10.43.0.1,tcp:80,1.1.1.1
< add h 10.44.0.1,tcp:80,1.1.1.1
< add h 10.45.0.1,tcp:80,1.1.1.1
< add h 10.46.0.1,tcp:80,1.1.1.1
< add h 10.47.0.1,tcp:80,1.1.1.1
< add h 10.48.0.1,tcp:80,1.1.1.1
< add h 10.49.0.1,tcp:80,1.1.1.1
< add h 10.50.0.1,tcp:80,1.1.1.1
< add h 10.51.0.1,tcp:80,1.1.1.1
< add h 10.52.0.1,tcp:80,1.1.1.1
< add h 10.53.0.1,tcp:80,1.1.1.1
< add h 10.54.0.1,tcp:80,1.1.1.1
< add h 10.55.0.1,tcp:80,1.1.1.1
< add h 10.56.0.1,tcp:80,1.1.1.1
< add h 10.57.0.1,tcp:80,1.1.1.1
< add h 10.58.0.1,tcp:80,1.1.1.1
< add h 10.59.0.1,tcp:80,1.1.1.1
< add h 10.60.0.1,tcp:80,1.1.1.1
< add h 10.61.0.1,tcp:80,1.1.1.1
< add h 10.62.0.1,tcp:80,1.1.1.1
< add h 10.63.0.1,tcp:80,1.1.1.1
< add h 10.64.0.1,tcp:80,1.1.1.1
< add h 10.65.0.1,tcp:80,1.1.1.1
< add h 10.66.0.1,tcp:80,1.1.1.1
< add h 10.67.0.1,tcp:80,1.1.1.1
< add h 10.68.0.1,tcp:80,1.1.1.1
< add h 10.69.0.1,tcp:80,1.1.1.1
< add h 10.70.0.1,tcp:80,1.1.1.1
< add h 10.71.0.1,tcp:80,1.1.1.1
< add h 10.72.0.1,tcp:80,1.1.1.1
< add h 10.73.0.1,tcp:80,1.1.1.1
< add h 10.74.0.1,tcp:80,1.1.1.1
< add h 10.75.0.1,tcp:80,1.1.1.1
< add h 10.76.0.1,tcp:80,1.1.1.1
< add h 10.77.0.1,tcp:80,1.1.1.1
< add h 10.78.0.1,tcp:80,1.1.1.1
< add h 10.79.0.1,tcp:80,1.1.1.1
< add h 10.80.0.1,tcp:80,1.1.1.1
< add h 10.81.0.1,tcp:80,1.1.1.1
< add h 10.82.0.1,tcp:80,1.1.1.1
< add h 10.83.0.1,tcp:80,1.1.1.1
< add h 10.84.0.1,tcp:80,1.1.1.1
< add h 10.85.0.1,tcp:80,1.1.1.1
< add h 10.86.0.1,tcp:80,1.1.1.1
< add h 10.87.0.1,tcp:80,1.1.1.1
< add h 10.88.0.1,tcp:80,1.1.1.1
< add h 10.89.0.1,tcp:80,1.1.1.1
< add h 10.90.0.1,tcp:80,1.1.1.1
< add h 10.91.0.1,tcp:80,1.1.1.1
< add h 10.92.0.1,tcp:80,1.1.1.1
< add h 10.93.0.1,tcp:80,1.1.1.1
< add h 10.94.0.1,tcp:80,1.1.1.1
< add h 10.95.0.1,tcp:80,1.1.1.1
< add h 10.96.0.1,tcp:80,1.1.1.1
< add h 10.97.0.1,tcp:80,1.1.1.1
< add h 10.98.0.1,tcp:80,1.1.1.1
< add h 10.99.0.1,tcp:80,1.1.1.1
< add h 10.100.0.1,tcp:80,1.1.1.1
< add h 10.101.0.1,tcp:80,1.1.1.1
< add h 10.102.0.1,tcp:80,1.1.1.1
< add h 10.103.0.1,tcp:80,1.1.1.1
< add h 10.104.0.1,tcp:80,1.1.1.1
< add h 10.105.0.1,tcp:80,1.1.1.1
< add h 10.106.0.1,tcp:80,1.1.1.1
< add h 10.107.0.1,tcp:80,1.1.1.1
< add h 10.108.0.1,tcp:80,1.1.1.1
< add h 10.109.0.1,tcp:80,1.1.1.1
< add h 10.110.0.1,tcp:80,1.1.1.1
< add h 10.111.0.1,tcp:80,1.1.1.1
< add h 10.112.0.1,tcp:80,1.1.1.1
< add h 10.113.0.1,tcp:80,1.1.1.1
< add h 10.114.0.1,tcp:80,1.1.1.1
< add h 10.115.0.1,tcp:80,1.1.1.1
< add h 10.116.0.1,tcp:80,1.1.1.1
< add h 10.117.0.1,tcp:80,1.1.1.1
< add h 10.118.0.1,tcp:80,1.1.1.1
< add h 10.119.0.1,tcp:80,1.1.1.1
< add h 10.120.0.1,tcp:80,1.1.1.1
< add h 10.121.0.1,tcp:80,1.1.1.1
< add h 10.122.0.1,tcp:80,1.1.1.1
< add h 10.123.0.1,tcp:80,1.1.1.1
< add h 10.124.0.1,tcp:80,1.1.1.1
< add h 10.125.0.1,tcp:80,1.1.1.1
< add h 10.126.0.1,tcp:80,1.1.1.1
< add h 10.127.0.1,tcp:80,1.1.1.1
< add h 10.128.0.1,tcp:80,1.1.1.1
< add h 10.129.0.1,tcp:80,1.1.1.1
< add h 10.130.0.1,tcp:80,1.1.1.1
< add h 10.131.0.1,tcp:80,1.1.1.1
< add h 10.132.0.1,tcp:80,1.1.1.1
< add h 10.133.0.1,tcp:80,1.1.1.1
< add h 10.134.0.1,tcp:80,1.1.1.1
< add h 10.135.0.1,tcp:80,1.1.1.1
< add h 10.136.0.1,tcp:80,1.1.1.1
< add h 10.137.0.1,tcp:80,1.1.1.1
< add h 10.138.0.1,tcp:80,1.1.1.1
< add h 10.139.0.1,tcp:80,1.1.1.1
< add h 10.140.0.1,tcp:80,1.1.1.1
< add h 10.141.0.1,tcp:80,1.1.1.1
< add h 10.142.0.1,tcp:80,1.1.1.1
< add h 10.143.0.1,tcp:80,1.1.1.1
< add h 10.144.0.1,tcp:80,1.1.1.1
< add h 10.145.0.1,tcp:80,1.1.1.1
< add h 10.146.0.1,tcp:80,1.1.1.1
< add h 10.147.0.1,tcp:80,1.1.1.1
< add h 10.148.0.1,tcp:80,1.1.1.1
< add h 10.149.0.1,tcp:80,1.1.1.1
< add h 10.150.0.1,tcp:80,1.1.1.1
< add h 10.151.0.1,tcp:80,1.1.1.1
< add h 10.152.0.1,tcp:80,1.1.1.1
< add h 10.153.0.1,tcp:80,1.1.1.1
< add h 10.154.0.1,tcp:80,1.1.1.1
< add h 10.155.0.1,tcp:80,1.1.1.1
< add h 10.156.0.1,tcp:80,1.1.1.1
< add h 10.157.0.1,tcp:80,1.1.1.1
< add h 10.158.0.1,tcp:80,1.1.1.1
< add h 10.159.0.1,tcp:80,1.1.1.1
< add h 10.160.0.1,tcp:80,1.1.1.1
< add h 10.161.0.1,tcp:80,1.1.1.1
< add h 10.162.0.1,tcp:80,1.1.1.1
< add h 10.163.0.1,tcp:80,1.1.1.1
< add h 10.164.0.1,tcp:80,1.1.1.1
< add h 10.165.0.1,tcp:80,1.1.1.1
< add h 10.166.0.1,tcp:80,1.1.1.1
< add h 10.167.0.1,tcp:80,1.1.1.1
< add h 10.168.0.1,tcp:80,1.1.1.1
< add h 10.169.0.1,tcp:80,1.1.1.1
< add h 10.170.0.1,tcp:80,1.1.1.1
< add h 10.171.0.1,tcp:80,1.1.1.1
< add h 10.172.0.1,tcp:80,1.1.1.1
< add h 10.173.0.1,tcp:80,1.1.1.1
< add h 10.174.0.1,tcp:80,1.1.1.1
< add h 10.175.0.1,tcp:80,1.1.1.1
< add h 10.176.0.1,tcp:80,1.1.1.1
< add h 10.177.0.1,tcp:80,1.1.1.1
< add h 10.178.0.1,tcp:80,1.1.1.1
< add h 10.179.0.1,tcp:80,1.1.1.1
< add h 10.180.0.1,tcp:80,1.1.1.1
< add h 10.181.0.1,tcp:80,1.1.1.1
< add h 10.182.0.1,tcp:80,1.1.1.1
< add h 10.183.0.1,tcp:80,1.1.1.1
< add h 10.184.0.1,tcp:80,1.1.1.1
< add h 10.185.0.1,tcp:80,1.1.1.1
< add h 10.186.0.1,tcp:80,1.1.1.1
< add h 10.187.0.1,tcp:80,1.1.1.1
< add h 10.188.0.1,tcp:80,1.1.1.1
< add h 10.189.0.1,tcp:80,1.1.1.1
< add h 10.190.0.1,tcp:80,1.1.1.1
< add h 10.191.0.1,tcp:80,1.1.1.1
< add h 10.192.0.1,tcp:80,1.1.1.1
< add h 10.193.0.1,tcp:80,1.1.1.1
< add h 10.194.0.1,tcp:80,1.1.1.1
< add h 10.195.0.1,tcp:80,1.1.1.1
< add h 10.196.0.1,tcp:80,1.1.1.1
< add h 10.197.0.1,tcp:80,1.1.1.1
< add h 10.198.0.1,tcp:80,1.1.1.1
< add h 10.199.0.1,tcp:80,1.1.1.1
< add h 10.200.0.1,tcp:80,1.1.1.1
< add h 10.201.0.1,tcp:80,1.1.1.1
< add h 10.202.0.1,tcp:80,1.1.1.1
< add h 10.203.0.1,tcp:80,1.1.1.1
< add h 10.204.0.1,tcp:80,1.1.1.1
< add h 10.205.0.1,tcp:80,1.1.1.1
< add h 10.206.0.1,tcp:80,1.1.1.1
< add h 10.207.0.1,tcp:80,1.1.1.1
< add h 10.208.0.1,tcp:80,1.1.1.1
< add h 10.209.0.1,tcp:80,1.1.1.1
< add h 10.210.0.1,tcp:80,1.1.1.1
< add h 10.211.0.1,tcp:80,1.1.1.1
< add h 10.212.0.1,tcp:80,1.1.1.1
< add h 10.213.0.1,tcp:80,1.1.1.1
< add h 10.214.0.1,tcp:80,1.1.1.1
< add h 10.215.0.1,tcp:80,1.1.1.1
< add h 10.216.0.1,tcp:80,1.1.1.1
< add h 10.217.0.1,tcp:80,1.1.1.1
< add h 10.218.0.1,tcp:80,1.1.1.1
< add h 10.219.0.1,tcp:80,1.1.1.1
< add h 10.220.0.1,tcp:80,1.1.1.1
< add h 10.221.0.1,tcp:80,1.1.1.1
< add h 10.222.0.1,tcp:80,1.1.1.1
< add h 10.223.0.1,tcp:80,1.1.1.1
< add h 10.224.0.1,tcp:80,1.1.1.1
< add h 10.225.0.1,tcp:80,1.1.1.1
< add h 10.226.0.1,tcp:80,1.1.1.1
< add h 10.227.0.1,tcp:80,1.1.1.1
< add h 10.228.0.1,tcp:80,1.1.1.1
< add h 10.229.0.1,tcp:80,1.1.1.1
< add h 10.230.0.1,tcp:80,1.1.1.1
< add h 10.231.0.1,tcp:80,1.1.1.1
< add h 10.232.0.1,tcp:80,1.1.1.1
< add h 10.233.0.1,tcp:80,1.1.1.1
< add h 10.234.0.1,tcp:80,1.1.1.1
< add h 10.235.0.1,tcp:80,1.1.1.1
< add h 10.236.0.1,tcp:80,1.1.1.1
< add h 10.237.0.1,tcp:80,1.1.1.1
< add h 10.238.0.1,tcp:80,1.1.1.1
< add h 10.239.0.1,tcp:80,1.1.1.1
< add h 10.240.0.1,tcp:80,1.1.1.1
< add h 10.241.0.1,tcp:80,1.1.1.1
< add h 10.242.0.1,tcp:80,1.1.1.1
< add h 10.243.0.1,tcp:80,1.1.1.1
< add h 10.244.0.1,tcp:80,1.1.1.1
< add h 10.245.0.1,tcp:80,1.1.1.1
< add h 10.246.0.1,tcp:80,1.1.1.1
< add h 10.247.0.1,tcp:80,1.1.1.1
< add h 10.248.0.1,tcp:80,1.1.1.1
< add h 10.249.0.1,tcp:80,1.1.1.1
< add h x$
! ipset v7.17: Error in line 250: Syntax error: Second element is missing from x$.
? 1
$ ipset list -t h
Name: h
Type: hash:ip,port,ip
Revision: 6
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 12072
References: 0
Number of entries: 231
$ ipset create i hash:net,iface initval 1
$ ipset restore
< add i 10.1.0.1,eth0
< add i 10.2.0.1,eth0
< add i 10.3.0.1,eth0
< add i 10.4.0.1,eth0
< add i 10.5.0.1,eth0
< add i 10.6.0.1,eth0
< add i 10.7.0.1,eth0
< add i 10.8.0.1,eth0
< add i 10.9.0.1,eth0
< add i 10.10.0.1,eth0
< add i 10.11.0.1,eth0
< add i 10.12.0.1,eth0
< add i 10.13.0.1,eth0
< add i 10.14.0.1,eth0
< add i 10.15.0.1,eth0
< add i 10.16.0.1,eth0
< add i 10.17.0.1,eth0
< add i 10.18.0.1,eth0
< add i 10.19.0.1,eth0
< add i 10.20.0.1,eth0
< add i 10.21.0.1,eth0
< add i 10.22.0.1,eth0
< add i 10.23.0.1,eth0
< add i 10.24.0.1,eth0
< add i 10.25.0.1,eth0
< add i 10.26.0.1,eth0
< add i 10.27.0.1,eth0
< add i 10.28.0.1,eth0
< add i 10.29.0.1,eth0
< add i 10.30.0.1,eth0
< add i 10.31.0.1,eth0
< add i 10.32.0.1,eth0
< add i 10.33.0.1,eth0
< add i 10.34.0.1,eth0
< add i 10.35.0.1,eth0
< add i 10.36.0.1,eth0
< add i 10.37.0.1,eth0
< add i 10.38.0.1,eth0
< add i 10.39.0.1,eth0
< add i 10.40.0.1,eth0
< add i 10.41.0.1,eth0
< add i 10.42.0.1,eth0
< add i 10.43.0.1,eth0
< add i 10.44.0.1,eth0
< add i 10.45.0.1,eth0
< add i 10.46.0.1,eth0
< add i 10.47.0.1,eth0
< add i 10.48.0.1,eth0
< add i 10.49.0.1,eth0
< add i 10.50.0.1,eth0
< add i 10.51.0.1,eth0
< add i 10.52.0.1,eth0
< add i 10.53.0.1,eth0
< add i 10.54.0.1,eth0
< add i 10.55.0.1,eth0
< add i 10.56.0.1,eth0
< add i 10.57.0.1,eth0
< add i 10.58.0.1,eth0
< add i 10.59.0.1,eth0
< add i 10.60.0.1,eth0
< add i 10.61.0.1,eth0
< add i 10.62.0.1,eth0
< add i 10.63.0.1,eth0
< add i 10.64.0.1,eth0
< add i 10.65.0.1,eth0
< add i 10.66.0.1,eth0
< add i 10.67.0.1,eth0
< add i 10.68.0.1,eth0
< add i 10.69.0.1,eth0
< add i 10.70.0.1,eth0
< add i 10.71.0.1,eth0
< add i 10.72.0.1,eth0
< add i 10.73.0.1,eth0
< add i 10.74.0.1,eth0
< add i 10.75.0.1,eth0
< add i 10.76.0.1,eth0
< add i 10.77.0.1,eth0
< add i 10.78.0.1,eth0
< add i 10.79.0.1,eth0
< add i 10.80.0.1,eth0
< add i 10.81.0.1,eth0
< add i 10.82.0.1,eth0
< add i 10.83.0.1,eth0
< add i 10.84.0.1,eth0
< add i 10.85.0.1,eth0
< add i 10.86.0.1,eth0
< add i 10.87.0.1,eth0
< add i 10.88.0.1,eth0
< add i 10.89.0.1,eth0
< add i 10.90.0.1,eth0
< add i 10.91.0.1,eth0
< add i 10.92.0.1,eth0
< add i 10.93.0.1,eth0
< add i 10.94.0.1,eth0
< add i 10.95.0.1,eth0
< add i 10.96.0.1,eth0
< add i 10.97.0.1,eth0
< add i 10.98.0.1,eth0
< add i 10.99.0.1,eth0
< add i 10.100.0.1,eth0
< add i 10.101.0.1,eth0
< add i 10.102.0.1,eth0
< add i 10.103.0.1,eth0
< add i 10.104.0.1,eth0
< add i 10.105.0.1,eth0
< add i 10.106.0.1,eth0
< add i 10.107.0.1,eth0
< add i 10.108.0.1,eth0
< add i 10.109.0.1,eth0
< add i 10.110.0.1,eth0
< add i 10.111.0.1,eth0
< add i 10.112.0.1,eth0
< add i 10.113.0.1,eth0
< add i 10.114.0.1,eth0
< add i 10.115.0.1,eth0
< add i 10.116.0.1,eth0
< add i 10.117.0.1,eth0
< add i 10.118.0.1,eth0
< add i 10.119.0.1,eth0
< add i 10.120.0.1,eth0
< add i 10.121.0.1,eth0
< add i 10.122.0.1,eth0
< add i 10.123.0.1,eth0
< add i 10.124.0.1,eth0
< add i 10.125.0.1,eth0
< add i 10.126.0.1,eth0
< add i 10.127.0.1,eth0
< add i 10.128.0.1,eth0
< add i 10.129.0.1,eth0
< add i 10.130.0.1,eth0
< add i 10.131.0.1,eth0
< add i 10.132.0.1,eth0
< add i 10.133.0.1,eth0
< add i 10.134.0.1,eth0
< add i 10.135.0.1,eth0
< add i 10.136.0.1,eth0
< add i 10.137.0.1,eth0
< add i 10.138.0.1,eth0
< add i 10.139.0.1,eth0
< add i 10.140.0.1,eth0
< add i 10.141.0.1,eth0
< add i 10.142.0.1,eth0
< add i 10.143.0.1,eth0
< add i 10.144.0.1,eth0
< add i 10.145.0.1,eth0
< add i 10.146.0.1,eth0
< add i 10.147.0.1,eth0
< add i 10.148.0.1,eth0
< add i 10.149.0.1,eth0
< add i 10.150.0.1,eth0
< add i 10.151.0.1,eth0
< add i 10.152.0.1,eth0
< add i 10.153.0.1,eth0
< add i 10.154.0.1,eth0
< add i 10.155.0.1,eth0
< add i 10.156.0.1,eth0
< add i 10.157.0.1,eth0
< add i 10.158.0.1,eth0
< add i 10.159.0.1,eth0
< add i 10.160.0.1,eth0
< add i 10.161.0.1,eth0
< add i 10.162.0.1,eth0
< add i 10.163.0.1,eth0
< add i 10.164.0.1,eth0
< add i 10.165.0.1,eth0
< add i 10.166.0.1,eth0
< add i 10.167.0.1,eth0
< add i 10.168.0.1,eth0
< add i 10.169.0.1,eth0
< add i 10.170.0.1,eth0
< add i 10.171.0.1,eth0
< add i 10.172.0.1,eth0
< add i 10.173.0.1,eth0
< add i 10.174.0.1,eth0
< add i 10.175.0.1,eth0
< add i 10.176.0.1,eth0
< add i 10.177.0.1,eth0
< add i 10.178.0.1,eth0
< add i 10.179.0.1,eth0
< add i 10.180.0.1,eth0
< add i 10.181.0.1,eth0
< add i 10.182.0.1,eth0
< add i 10.183.0.1,eth0
< add i 10.184.0.1,eth0
< add i 10.185.0.1,eth0
< add i 10.186.0.1,eth0
< add i 10.187.0.1,eth0
< add i 10.188.0.1,eth0
< add i 10.189.0.1,eth0
< add i 10.190.0.1,eth0
< add i 10.191.0.1,eth0
< add i 10.192.0.1,eth0
< add i 10.193.0.1,eth0
< add i 10.194.0.1,eth0
< add i 10.195.0.1,eth0
< add i 10.196.0.1,eth0
< add i 10.197.0.1,eth0
< add i 10.198.0.1,eth0
< add i 10.199.0.1,eth0
< add i 10.200.0.1,eth0
< add i 10.201.0.1,eth0
< add i 10.202.0.1,eth0
< add i 10.203.0.1,eth0
< add i 10.204.0.1,eth0
< add i 10.205.0.1,eth0
< add i 10.206.0.1,eth0
< add i 10.207.0.1,eth0
< add i 10.208.0.1,eth0
< add i 10.209.0.1,eth0
< add i 10.210.0.1,eth0
< add i 10.211.0.1,eth0
< add i 10.212.0.1,eth0
< add i 10.213.0.1,eth0
< add i 10.214.0.1,eth0
< add i 10.215.0.1,eth0
< add i 10.216.0.1,eth0
< add i 10.217.0.1,eth0
< add i 10.218.0.1,eth0
< add i 10.219.0.1,eth0
< add i 10.220.0.1,eth0
< add i 10.221.0.1,eth0
< add i 10.222.0.1,eth0
< add i 10.223.0.1,eth0
< add i 10.224.0.1,eth0
< add i 10.225.0.1,eth0
< add i 10.226.0.1,eth0
< add i 10.227.0.1,eth0
< add i 10.228.0.1,eth0
< add i 10.229.0.1,eth0
< add i 10.230.0.1,eth0
< add i 10.231.0.1,eth0
< add i 10.232.0.1,eth0
< add i 10.233.0.1,eth0
< add i 10.234.0.1,eth0
< add i 10.235.0.1,eth0
< add i 10.236.0.1,eth0
< add i 10.237.0.1,eth0
< add i 10.238.0.1,eth0
< add i 10.239.0.1,eth0
< add i 10.240.0.1,eth0
< add i 10.241.0.1,eth0
< add i 10.242.0.1,eth0
< add i 10.243.0.1,eth0
< add i 10.244.0.1,eth0
< add i 10.245.0.1,eth0
< add i 10.246.0.1,eth0
< add i 10.247.0.1,eth0
< add i 10.248.0.1,eth0
< add i 10.249.0.1,eth0
< add i x$
! ipset v7.17: Error in line 250: Syntax error: Second element is missing from x$.
? 1
$ ipset list -t i
Name: i
Type: hash:net,iface
Revision: 8
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 17904
References: 0
Number of entries: 222
$ ipset create j hash:mac initval 1
$ ipset restore
< add j 02:00:00:00:00:01
< add j 02:00:00:00:00:02
< add j 02:00:00:00:00:03
< add j 02:00:00:00:00:04
< add j 02:00:00:00:00:05
< add j 02:00:00:00:00:06
< add j 02:00:00:00:00:07
< add j 02:00:00:00:00:08
< add j 02:00:00:00:00:09
< add j 02:00:00:00:00:0a
< add j 02:00:00:00:00:0b
< add j 02:00:00:00:00:0c
< add j 02:00:00:00:00:0d
< add j 02:00:00:00:00:0e
< add j 02:00:00:00:00:0f
< add j 02:00:00:00:00:10
< add j 02:00:00:00:00:11
< add j 02:00:00:00:00:12
< add j 02:00:00:00:00:13
< add j 02:00:00:00:00:14
< add j 02:00:00:00:00:15
< add j 02:00:00:00:00:16
< add j 02:00:00:00:00:17
< add j 02:00:00:00:00:18
< add j 02:00:00:00:00:19
< add j 02:00:00:00:00:1a
< add j 02:00:00:00:00:1b
< add j 02:00:00:00:00:1c
< add j 02:00:00:00:00:1d
< add j 02:00:00:00:00:1e
< add j 02:00:00:00:00:1f
< add j 02:00:00:00:00:20
< add j 02:00:00:00:00:21
< add j 02:00:00:00:00:22
< add j 02:00:00:00:00:23
< add j 02:00:00:00:00:24
< add j 02:00:00:00:00:25
< add j 02:00:00:00:00:26
< add j 02:00:00:00:00:27
< add j 02:00:00:00:00:28
< add j 02:00:00:00:00:29
< add j 02:00:00:00:00:2a
< add j 02:00:00:00:00:2b
< add j 02:00:00:00:00:2c
< add j 02:00:00:00:00:2d
< add j 02:00:00:00:00:2e
< add j 02:00:00:00:00:2f
< add j 02:00:00:00:00:30
< add j 02:00:00:00:00:31
< add j 02:00:00:00:00:32
< add j 02:00:00:00:00:33
< add j 02:00:00:00:00:34
< add j 02:00:00:00:00:35
< add j 02:00:00:00:00:36
< add j 02:00:00:00:00:37
< add j 02:00:00:00:00:38
< add j 02:00:00:00:00:39
< add j 02:00:00:00:00:3a
< add j 02:00:00:00:00:3b
< add j 02:00:00:00:00:3c
< add j 02:00:00:00:00:3d
< add j 02:00:00:00:00:3e
< add j 02:00:00:00:00:3f
< add j 02:00:00:00:00:40
< add j 02:00:00:00:00:41
< add j 02:00:00:00:00:42
< add j 02:00:00:00:00:43
< add j 02:00:00:00:00:44
< add j 02:00:00:00:00:45
< add j 02:00:00:00:00:46
< add j 02:00:00:00:00:47
< add j 02:00:00:00:00:48
< add j 02:00:00:00:00:49
< add j 02:00:00:00:00:4a
< add j 02:00:00:00:00:4b
< add j 02:00:00:00:00:4c
< add j 02:00:00:00:00:4d
< add j 02:00:00:00:00:4e
< add j 02:00:00:00:00:4f
< add j 02:00:00:00:00:50
< add j 02:00:00:00:00:51
< add j 02:00:00:00:00:52
< add j 02:00:00:00:00:53
< add j 02:00:00:00:00:54
< add j 02:00:00:00:00:55
< add j 02:00:00:00:00:56
< add j 02:00:00:00:00:57
< add j 02:00:00:00:00:58
< add j 02:00:00:00:00:59
< add j 02:00:00:00:00:5a
< add j 02:00:00:00:00:5b
< add j 02:00:00:00:00:5c
< add j 02:00:00:00:00:5d
< add j 02:00:00:00:00:5e
< add j 02:00:00:00:00:5f
< add j 02:00:00:00:00:60
< add j 02:00:00:00:00:61
< add j 02:00:00:00:00:62
< add j 02:00:00:00:00:63
< add j 02:00:00:00:00:64
< add j 02:00:00:00:00:65
< add j 02:00:00:00:00:66
< add j 02:00:00:00:00:67
< add j 02:00:00:00:00:68
< add j 02:00:00:00:00:69
< add j 02:00:00:00:00:6a
< add j 02:00:00:00:00:6b
< add j 02:00:00:00:00:6c
< add j 02:00:00:00:00:6d
< add j 02:00:00:00:00:6e
< add j 02:00:00:00:00:6f
< add j 02:00:00:00:00:70
< add j 02:00:00:00:00:71
< add j 02:00:00:00:00:72
< add j 02:00:00:00:00:73
< add j 02:00:00:00:00:74
< add j 02:00:00:00:00:75
< add j 02:00:00:00:00:76
< add j 02:00:00:00:00:77
< add j 02:00:00:00:00:78
< add j 02:00:00:00:00:79
< add j 02:00:00:00:00:7a
< add j 02:00:00:00:00:7b
< add j 02:00:00:00:00:7c
< add j 02:00:00:00:00:7d
< add j 02:00:00:00:00:7e
< add j 02:00:00:00:00:7f
< add j 02:00:00:00:00:80
< add j 02:00:00:00:00:81
< add j 02:00:00:00:00:82
< add j 02:00:00:00:00:83
< add j 02:00:00:00:00:84
< add j 02:00:00:00:00:85
< add j 02:00:00:00:00:86
< add j 02:00:00:00:00:87
< add j 02:00:00:00:00:88
< add j 02:00:00:00:00:89
< add j 02:00:00:00:00:8a
< add j 02:00:00:00:00:8b
< add j 02:00:00:00:00:8c
< add j 02:00:00:00:00:8d
< add j 02:00:00:00:00:8e
< add j 02:00:00:00:00:8f
< add j 02:00:00:00:00:90
< add j 02:00:00:00:00:91
< add j 02:00:00:00:00:92
< add j 02:00:00:00:00:93
< add j 02:00:00:00:00:94
< add j 02:00:00:00:00:95
< add j 02:00:00:00:00:96
< add j 02:00:00:00:00:97
< add j 02:00:00:00:00:98
< add j 02:00:00:00:00:99
< add j 02:00:00:00:00:9a
< add j 02:00:00:00:00:9b
< add j 02:00:00:00:00:9c
< add j 02:00:00:00:00:9d
< add j 02:00:00:00:00:9e
< add j 02:00:00:00:00:9f
< add j 02:00:00:00:00:a0
< add j 02:00:00:00:00:a1
< add j 02:00:00:00:00:a2
< add j 02:00:00:00:00:a3
< add j 02:00:00:00:00:a4
< add j 02:00:00:00:00:a5
< add j 02:00:00:00:00:a6
< add j 02:00:00:00:00:a7
< add j 02:00:00:00:00:a8
< add j 02:00:00:00:00:a9
< add j 02:00:00:00:00:aa
< add j 02:00:00:00:00:ab
< add j 02:00:00:00:00:ac
< add j 02:00:00:00:00:ad
< add j 02:00:00:00:00:ae
< add j 02:00:00:00:00:af
< add j 02:00:00:00:00:b0
< add j 02:00:00:00:00:b1
< add j 02:00:00:00:00:b2
< add j 02:00:00:00:00:b3
< add j 02:00:00:00:00:b4
< add j 02:00:00:00:00:b5
< add j 02:00:00:00:00:b6
< add j 02:00:00:00:00:b7
< add j 02:00:00:00:00:b8
< add j 02:00:00:00:00:b9
< add j 02:00:00:00:00:ba
< add j 02:00:00:00:00:bb
< add j 02:00:00:00:00:bc
< add j 02:00:00:00:00:bd
< add j 02:00:00:00:00:be
< add j 02:00:00:00:00:bf
< add j 02:00:00:00:00:c0
< add j 02:00:00:00:00:c1
< add j 02:00:00:00:00:c2
< add j 02:00:00:00:00:c3
< add j 02:00:00:00:00:c4
< add j 02:00:00:00:00:c5
< add j 02:00:00:00:00:c6
< add j 02:00:00:00:00:c7
< add j 02:00:00:00:00:c8
< add j 02:00:00:00:00:c9
< add j 02:00:00:00:00:ca
< add j 02:00:00:00:00:cb
< add j 02:00:00:00:00:cc
< add j 02:00:00:00:00:cd
< add j 02:00:00:00:00:ce
< add j 02:00:00:00:00:cf
< add j 02:00:00:00:00:d0
< add j 02:00:00:00:00:d1
< add j 02:00:00:00:00:d2
< add j 02:00:00:00:00:d3
< add j 02:00:00:00:00:d4
< add j 02:00:00:00:00:d5
< add j 02:00:00:00:00:d6
< add j 02:00:00:00:00:d7
< add j 02:00:00:00:00:d8
< add j 02:00:00:00:00:d9
< add j 02:00:00:00:00:da
< add j 02:00:00:00:00:db
< add j 02:00:00:00:00:dc
< add j 02:00:00:00:00:dd
< add j 02:00:00:00:00:de
< add j 02:00:00:00:00:df
< add j 02:00:00:00:00:e0
< add j 02:00:00:00:00:e1
< add j 02:00:00:00:00:e2
< add j 02:00:00:00:00:e3
< add j 02:00:00:00:00:e4
< add j 02:00:00:00:00:e5
< add j 02:00:00:00:00:e6
< add j 02:00:00:00:00:e7
< add j 02:00:00:00:00:e8
< add j 02:00:00:00:00:e9
< add j 02:00:00:00:00:ea
< add j 02:00:00:00:00:eb
< add j 02:00:00:00:00:ec
< add j 02:00:00:00:00:ed
< add j 02:00:00:00:00:ee
< add j 02:00:00:00:00:ef
< add j 02:00:00:00:00:f0
< add j 02:00:00:00:00:f1
< add j 02:00:00:00:00:f2
< add j 02:00:00:00:00:f3
< add j 02:00:00:00:00:f4
< add j 02:00:00:00:00:f5
< add j 02:00:00:00:00:f6
< add j 02:00:00:00:00:f7
< add j 02:00:00:00:00:f8
< add j 02:00:00:00:00:f9
< add j x$
! ipset v7.17: Error in line 250: Syntax error: cannot parse 'x$' as ethernet address
? 1
$ ipset list -t j
Name: j
Type: hash:mac
Revision: 1
Header: hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 7776
References: 0
Number of entries: 167
$ ipset create k hash:ip,mark initval 1
$ ipset restore
< add k 10.1.0.1,5
< add k 10.2.0.1,5
< add k 10.3.0.1,5
< add k 10.4.0.1,5
< add k 10.5.0.1,5
< add k 10.6.0.1,5
< add k 10.7.0.1,5
< add k 10.8.0.1,5
< add k 10.9.0.1,5
< add k 10.10.0.1,5
< add k 10.11.0.1,5
< add k 10.12.0.1,5
< add k 10.13.0.1,5
< add k 10.14.0.1,5
< add k 10.15.0.1,5
< add k 10.16.0.1,5
< add k 10.17.0.1,5
< add k 10.18.0.1,5
< add k 10.19.0.1,5
< add k 10.20.0.1,5
< add k 10.21.0.1,5
< add k 10.22.0.1,5
< add k 10.23.0.1,5
< add k 10.24.0.1,5
< add k 10.25.0.1,5
< add k 10.26.0.1,5
< add k 10.27.0.1,5
< add k 10.28.0.1,5
< add k 10.29.0.1,5
< add k 10.30.0.1,5
< add k 10.31.0.1,5
< add k 10.32.0.1,5
< add k 10.33.0.1,5
< add k 10.34.0.1,5
< add k 10.35.0.1,5
< add k 10.36.0.1,5
< add k 10.37.0.1,5
< add k 10.38.0.1,5
< add k 10.39.0.1,5
< add k 10.40.0.1,5
< add k 10.41.0.1,5
< add k 10.42.0.1,5
< add k 10.43.0.1,5
< add k 10.44.0.1,5
< add k 10.45.0.1,5
< add k 10.46.0.1,5
< add k 10.47.0.1,5
< add k 10.48.0.1,5
< add k 10.49.0.1,5
< add k 10.50.0.1,5
< add k 10.51.0.1,5
< add k 10.52.0.1,5
< add k 10.53.0.1,5
< add k 10.54.0.1,5
< add k 10.55.0.1,5
< add k 10.56.0.1,5
< add k 10.57.0.1,5
< add k 10.58.0.1,5
< add k 10.59.0.1,5
< add k 10.60.0.1,5
< add k 10.61.0.1,5
< add k 10.62.0.1,5
< add k 10.63.0.1,5
< add k 10.64.0.1,5
< add k 10.65.0.1,5
< add k 10.66.0.1,5
< add k 10.67.0.1,5
< add k 10.68.0.1,5
< add k 10.69.0.1,5
< add k 10.70.0.1,5
< add k 10.71.0.1,5
< add k 10.72.0.1,5
< add k 10.73.0.1,5
< add k 10.74.0.1,5
< add k 10.75.0.1,5
< add k 10.76.0.1,5
< add k 10.77.0.1,5
< add k 10.78.0.1,5
< add k 10.79.0.1,5
< add k 10.80.0.1,5
< add k 10.81.0.1,5
< add k 10.82.0.1,5
< add k 10.83.0.1,5
< add k 10.84.0.1,5
< add k 10.85.0.1,5
< add k 10.86.0.1,5
< add k 10.87.0.1,5
< add k 10.88.0.1,5
< add k 10.89.0.1,5
< add k 10.90.0.1,5
< add k 10.91.0.1,5
< add k 10.92.0.1,5
< add k 10.93.0.1,5
< add k 10.94.0.1,5
< add k 10.95.0.1,5
< add k 10.96.0.1,5
< add k 10.97.0.1,5
< add k 10.98.0.1,5
< add k 10.99.0.1,5
< add k 10.100.0.1,5
< add k 10.101.0.1,5
< add k 10.102.0.1,5
< add k 10.103.0.1,5
< add k 10.104.0.1,5
< add k 10.105.0.1,5
< add k 10.106.0.1,5
< add k 10.107.0.1,5
< add k 10.108.0.1,5
< add k 10.109.0.1,5
< add k 10.110.0.1,5
< add k 10.111.0.1,5
< add k 10.112.0.1,5
< add k 10.113.0.1,5
< add k 10.114.0.1,5
< add k 10.115.0.1,5
< add k 10.116.0.1,5
< add k 10.117.0.1,5
< add k 10.118.0.1,5
< add k 10.119.0.1,5
< add k 10.120.0.1,5
< add k 10.121.0.1,5
< add k 10.122.0.1,5
< add k 10.123.0.1,5
< add k 10.124.0.1,5
< add k 10.125.0.1,5
< add k 10.126.0.1,5
< add k 10.127.0.1,5
< add k 10.128.0.1,5
< add k 10.129.0.1,5
< add k 10.130.0.1,5
< add k 10.131.0.1,5
< add k 10.132.0.1,5
< add k 10.133.0.1,5
< add k 10.134.0.1,5
< add k 10.135.0.1,5
< add k 10.136.0.1,5
< add k 10.137.0.1,5
< add k 10.138.0.1,5
< add k 10.139.0.1,5
< add k 10.140.0.1,5
< add k 10.141.0.1,5
< add k 10.142.0.1,5
< add k 10.143.0.1,5
< add k 10.144.0.1,5
< add k 10.145.0.1,5
< add k 10.146.0.1,5
< add k 10.147.0.1,5
< add k 10.148.0.1,5
< add k 10.149.0.1,5
< add k 10.150.0.1,5
< add k 10.151.0.1,5
< add k 10.152.0.1,5
< add k 10.153.0.1,5
< add k 10.154.0.1,5
< add k 10.155.0.1,5
< add k 10.156.0.1,5
< add k 10.157.0.1,5
< add k 10.158.0.1,5
< add k 10.159.0.1,5
< add k 10.160.0.1,5
< add k 10.161.0.1,5
< add k 10.162.0.1,5
< add k 10.163.0.1,5
< add k 10.164.0.1,5
< add k 10.165.0.1,5
< add k 10.166.0.1,5
< add k 10.167.0.1,5
< add k 10.168.0.1,5
< add k 10.169.0.1,5
< add k 10.170.0.1,5
< add k 10.171.0.1,5
< add k 10.172.0.1,5
< add k 10.173.0.1,5
< add k 10.174.0.1,5
< add k 10.175.0.1,5
< add k 10.176.0.1,5
< add k 10.177.0.1,5
< add k 10.178.0.1,5
< add k 10.179.0.1,5
< add k 10.180.0.1,5
< add k 10.181.0.1,5
< add k 10.182.0.1,5
< add k 10.183.0.1,5
< add k 10.184.0.1,5
< add k 10.185.0.1,5
< add k 10.186.0.1,5
< add k 10.187.0.1,5
< add k 10.188.0.1,5
< add k 10.189.0.1,5
< add k 10.190.0.1,5
< add k 10.191.0.1,5
< add k 10.192.0.1,5
< add k 10.193.0.1,5
< add k 10.194.0.1,5
< add k 10.195.0.1,5
< add k 10.196.0.1,5
< add k 10.197.0.1,5
< add k 10.198.0.1,5
< add k 10.199.0.1,5
< add k 10.200.0.1,5
< add k 10.201.0.1,5
< add k 10.202.0.1,5
< add k 10.203.0.1,5
< add k 10.204.0.1,5
< add k 10.205.0.1,5
< add k 10.206.0.1,5
< add k 10.207.0.1,5
< add k 10.208.0.1,5
< add k 10.209.0.1,5
< add k 10.210.0.1,5
< add k 10.211.0.1,5
< add k 10.212.0.1,5
< add k 10.213.0.1,5
< add k 10.214.0.1,5
< add k 10.215.0.1,5
< add k 10.216.0.1,5
< add k 10.217.0.1,5
< add k 10.218.0.1,5
< add k 10.219.0.1,5
< add k 10.220.0.1,5
< add k 10.221.0.1,5
< add k 10.222.0.1,5
< add k 10.223.0.1,5
< add k 10.224.0.1,5
< add k 10.225.0.1,5
< add k 10.226.0.1,5
< add k 10.227.0.1,5
< add k 10.228.0.1,5
< add k 10.229.0.1,5
< add k 10.230.0.1,5
< add k 10.231.0.1,5
< add k 10.232.0.1,5
< add k 10.233.0.1,5
< add k 10.234.0.1,5
< add k 10.235.0.1,5
< add k 10.236.0.1,5
< add k 10.237.0.1,5
< add k 10.238.0.1,5
< add k 10.239.0.1,5
< add k 10.240.0.1,5
< add k 10.241.0.1,5
< add k 10.242.0.1,5
< add k 10.243.0.1,5
< add k 10.244.0.1,5
< add k 10.245.0.1,5
< add k 10.246.0.1,5
< add k 10.247.0.1,5
< add k 10.248.0.1,5
< add k 10.249.0.1,5
< add k x$
! ipset v7.17: Error in line 250: Syntax error: Second element is missing from x$.
? 1
$ ipset list -t k
Name: k
Type: hash:ip,mark
Revision: 3
Header: family inet markmask 0xffffffff hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 5952
References: 0
Number of entries: 125
$ ipset create l hash:net,net initval 1
$ ipset restore
< add l 10.1.0.0/16,1.1.1.0/24
< add l 10.2.0.0/16,1.1.1.0/24
< add l 10.3.0.0/16,1.1.1.0/24
< add l 10.4.0.0/16,1.1.1.0/24
< add l 10.5.0.0/16,1.1.1.0/24
< add l 10.6.0.0/16,1.1.1.0/24
< add l 10.7.0.0/16,1.1.1.0/24
< add l 10.8.0.0/16,1.1.1.0/24
< add l 10.9.0.0/16,1.1.1.0/24
< add l 10.10.0.0/16,1.1.1.0/24
< add l 10.11.0.0/16,1.1.1.0/24
< add l 10.12.0.0/16,1.1.1.0/24
< add l 10.13.0.0/16,1.1.1.0/24
< add l 10.14.0.0/16,1.1.1.0/24
< add l 10.15.0.0/16,1.1.1.0/24
< add l 10.16.0.0/16,1.1.1.0/24
< add l 10.17.0.0/16,1.1.1.0/24
< add l 10.18.0.0/16,1.1.1.0/24
< add l 10.19.0.0/16,1.1.1.0/24
< add l 10.20.0.0/16,1.1.1.0/24
< add l 10.21.0.0/16,1.1.1.0/24
< add l 10.22.0.0/16,1.1.1.0/24
< add l 10.23.0.0/16,1.1.1.0/24
< add l 10.24.0.0/16,1.1.1.0/24
< add l 10.25.0.0/16,1.1.1.0/24
< add l 10.26.0.0/16,1.1.1.0/24
< add l 10.27.0.0/16,1.1.1.0/24
< add l 10.28.0.0/16,1.1.1.0/24
< add l 10.29.0.0/16,1.1.1.0/24
< add l 10.30.0.0/16,1.1.1.0/24
< add l 10.31.0.0/16,1.1.1.0/24
< add l 10.32.0.0/16,1.1.1.0/24
< add l 10.33.0.0/16,1.1.1.0/24
< add l 10.34.0.0/16,1.1.1.0/24
< add l 10.35.0.0/16,1.1.1.0/24
< add l 10.36.0.0/16,1.1.1.0/24
< add l 10.37.0.0/16,1.1.1.0/24
< add l 10.38.0.0/16,1.1.1.0/24
< add l 10.39.0.0/16,1.1.1.0/24
< add l 10.40.0.0/16,1.1.1.0/24
< add l 10.41.0.0/16,1.1.1.0/24
< add l 10.42.0.0/16,1.1.1.0/24
< add l 10.43.0.0/16,1.1.1.0/24
< add l 10.44.0.0/16,1.1.1.0/24
< add l 10.45.0.0/16,1.1.1.0/24
< add l 10.46.0.0/16,1.1.1.0/24
< add l 10.47.0.0/16,1.1.1.0/24
< add l 10.48.0.0/16,1.1.1.0/24
< add l 10.49.0.0/16,1.1.1.0/24
< add l 10.50.0.0/16,1.1.1.0/24
< add l 10.51.0.0/16,1.1.1.0/24
< add l 10.52.0.0/16,1.1.1.0/24
< add l 10.53.0.0/16,1.1.1.0/24
< add l 10.54.0.0/16,1.1.1.0/24
< add l 10.55.0.0/16,1.1.1.0/24
< add l 10.56.0.0/16,1.1.1.0/24
< add l 10.57.0.0/16,1.1.1.0/24
< add l 10.58.0.0/16,1.1.1.0/24
< add l 10.59.0.0/16,1.1.1.0/24
< add l 10.60.0.0/16,1.1.1.0/24
< add l 10.61.0.0/16,1.1.1.0/24
< add l 10.62.0.0/16,1.1.1.0/24
< add l 10.63.0.0/16,1.1.1.0/24
< add l 10.64.0.0/16,1.1.1.0/24
< add l 10.65.0.0/16,1.1.1.0/24
< add l 10.66.0.0/16,1.1.1.0/24
< add l 10.67.0.0/16,1.1.1.0/24
< add l 10.68.0.0/16,1.1.1.0/24
< add l 10.69.0.0/16,1.1.1.0/24
< add l 10.70.0.0/16,1.1.1.0/24
< add l 10.71.0.0/16,1.1.1.0/24
< add l 10.72.0.0/16,1.1.1.0/24
< add l 10.73.0.0/16,1.1.1.0/24
< add l 10.74.0.0/16,1.1.1.0/24
< add l 10.75.0.0/16,1.1.1.0/24
< add l 10.76.0.0/16,1.1.1.0/24
< add l 10.77.0.0/16,1.1.1.0/24
< add l 10.78.0.0/16,1.1.1.0/24
< add l 10.79.0.0/16,1.1.1.0/24
< add l 10.80.0.0/16,1.1.1.0/24
< add l 10.81.0.0/16,1.1.1.0/24
< add l 10.82.0.0/16,1.1.1.0/24
< add l 10.83.0.0/16,1.1.1.0/24
< add l 10.84.0.0/16,1.1.1.0/24
< add l 10.85.0.0/16,1.1.1.0/24
< add l 10.86.0.0/16,1.1.1.0/24
< add l 10.87.0.0/16,1.1.1.0/24
< add l 10.88.0.0/16,1.1.1.0/24
< add l 10.89.0.0/16,1.1.1.0/24
< add l 10.90.0.0/16,1.1.1.0/24
< add l 10.91.0.0/16,1.1.1.0/24
< add l 10.92.0.0/16,1.1.1.0/24
< add l 10.93.0.0/16,1.1.1.0/24
< add l 10.94.0.0/16,1.1.1.0/24
< add l 10.95.0.0/16,1.1.1.0/24
< add l 10.96.0.0/16,1.1.1.0/24
< add l 10.97.0.0/16,1.1.1.0/24
< add l 10.98.0.0/16,1.1.1.0/24
< add l 10.99.0.0/16,1.1.1.0/24
< add l 10.100.0.0/16,1.1.1.0/24
< add l 10.101.0.0/16,1.1.1.0/24
< add l 10.102.0.0/16,1.1.1.0/24
< add l 10.103.0.0/16,1.1.1.0/24
< add l 10.104.0.0/16,1.1.1.0/24
< add l 10.105.0.0/16,1.1.1.0/24
< add l 10.106.0.0/16,1.1.1.0/24
< add l 10.107.0.0/16,1.1.1.0/24
< add l 10.108.0.0/16,1.1.1.0/24
< add l 10.109.0.0/16,1.1.1.0/24
< add l 10.110.0.0/16,1.1.1.0/24
< add l 10.111.0.0/16,1.1.1.0/24
< add l 10.112.0.0/16,1.1.1.0/24
< add l 10.113.0.0/16,1.1.1.0/24
< add l 10.114.0.0/16,1.1.1.0/24
< add l 10.115.0.0/16,1.1.1.0/24
< add l 10.116.0.0/16,1.1.1.0/24
< add l 10.117.0.0/16,1.1.1.0/24
< add l 10.118.0.0/16,1.1.1.0/24
< add l 10.119.0.0/16,1.1.1.0/24
< add l 10.120.0.0/16,1.1.1.0/24
< add l 10.121.0.0/16,1.1.1.0/24
< add l 10.122.0.0/16,1.1.1.0/24
< add l 10.123.0.0/16,1.1.1.0/24
< add l 10.124.0.0/16,1.1.1.0/24
< add l 10.125.0.0/16,1.1.1.0/24
< add l 10.126.0.0/16,1.1.1.0/24
< add l 10.127.0.0/16,1.1.1.0/24
< add l 10.128.0.0/16,1.1.1.0/24
< add l 10.129.0.0/16,1.1.1.0/24
< add l 10.130.0.0/16,1.1.1.0/24
< add l 10.131.0.0/16,1.1.1.0/24
< add l 10.132.0.0/16,1.1.1.0/24
< add l 10.133.0.0/16,1.1.1.0/24
< add l 10.134.0.0/16,1.1.1.0/24
< add l 10.135.0.0/16,1.1.1.0/24
< add l 10.136.0.0/16,1.1.1.0/24
< add l 10.137.0.0/16,1.1.1.0/24
< add l 10.138.0.0/16,1.1.1.0/24
< add l 10.139.0.0/16,1.1.1.0/24
< add l 10.140.0.0/16,1.1.1.0/24
< add l 10.141.0.0/16,1.1.1.0/24
< add l 10.142.0.0/16,1.1.1.0/24
< add l 10.143.0.0/16,1.1.1.0/24
< add l 10.144.0.0/16,1.1.1.0/24
< add l 10.145.0.0/16,1.1.1.0/24
< add l 10.146.0.0/16,1.1.1.0/24
< add l 10.147.0.0/16,1.1.1.0/24
< add l 10.148.0.0/16,1.1.1.0/24
< add l 10.149.0.0/16,1.1.1.0/24
< add l 10.150.0.0/16,1.1.1.0/24
< add l 10.151.0.0/16,1.1.1.0/24
< add l 10.152.0.0/16,1.1.1.0/24
< add l 10.153.0.0/16,1.1.1.0/24
< add l 10.154.0.0/16,1.1.1.0/24
< add l 10.155.0.0/16,1.1.1.0/24
< add l 10.156.0.0/16,1.1.1.0/24
< add l 10.157.0.0/16,1.1.1.0/24
< add l 10.158.0.0/16,1.1.1.0/24
< add l 10.159.0.0/16,1.1.1.0/24
< add l 10.160.0.0/16,1.1.1.0/24
< add l 10.161.0.0/16,1.1.1.0/24
< add l 10.162.0.0/16,1.1.1.0/24
< add l 10.163.0.0/16,1.1.1.0/24
< add l 10.164.0.0/16,1.1.1.0/24
< add l 10.165.0.0/16,1.1.1.0/24
< add l 10.166.0.0/16,1.1.1.0/24
< add l 10.167.0.0/16,1.1.1.0/24
< add l 10.168.0.0/16,1.1.1.0/24
< add l 10.169.0.0/16,1.1.1.0/24
< add l 10.170.0.0/16,1.1.1.0/24
< add l 10.171.0.0/16,1.1.1.0/24
< add l 10.172.0.0/16,1.1.1.0/24
< add l 10.173.0.0/16,1.1.1.0/24
< add l 10.174.0.0/16,1.1.1.0/24
< add l 10.175.0.0/16,1.1.1.0/24
< add l 10.176.0.0/16,1.1.1.0/24
< add l 10.177.0.0/16,1.1.1.0/24
< add l 10.178.0.0/16,1.1.1.0/24
< add l 10.179.0.0/16,1.1.1.0/24
< add l 10.180.0.0/16,1.1.1.0/24
< add l 10.181.0.0/16,1.1.1.0/24
< add l 10.182.0.0/16,1.1.1.0/24
< add l 10.183.0.0/16,1.1.1.0/24
< add l 10.184.0.0/16,1.1.1.0/24
< add l 10.185.0.0/16,1.1.1.0/24
< add l 10.186.0.0/16,1.1.1.0/24
< add l 10.187.0.0/16,1.1.1.0/24
< add l 10.188.0.0/16,1.1.1.0/24
< add l 10.189.0.0/16,1.1.1.0/24
< add l 10.190.0.0/16,1.1.1.0/24
< add l 10.191.0.0/16,1.1.1.0/24
< add l 10.192.0.0/16,1.1.1.0/24
< add l 10.193.0.0/16,1.1.1.0/24
< add l 10.194.0.0/16,1.1.1.0/24
< add l 10.195.0.0/16,1.1.1.0/24
< add l 10.196.0.0/16,1.1.1.0/24
< add l 10.197.0.0/16,1.1.1.0/24
< add l 10.198.0.0/16,1.1.1.0/24
< add l 10.199.0.0/16,1.1.1.0/24
< add l 10.200.0.0/16,1.1.1.0/24
< add l 10.201.0.0/16,1.1.1.0/24
< add l 10.202.0.0/16,1.1.1.0/24
< add l 10.203.0.0/16,1.1.1.0/24
< add l 10.204.0.0/16,1.1.1.0/24
< add l 10.205.0.0/16,1.1.1.0/24
< add l 10.206.0.0/16,1.1.1.0/24
< add l 10.207.0.0/16,1.1.1.0/24
< add l 10.208.0.0/16,1.1.1.0/24
< add l 10.209.0.0/16,1.1.1.0/24
< add l 10.210.0.0/16,1.1.1.0/24
< add l 10.211.0.0/16,1.1.1.0/24
< add l 10.212.0.0/16,1.1.1.0/24
< add l 10.213.0.0/16,1.1.1.0/24
< add l 10.214.0.0/16,1.1.1.0/24
< add l 10.215.0.0/16,1.1.1.0/24
< add l 10.216.0.0/16,1.1.1.0/24
< add l 10.217.0.0/16,1.1.1.0/24
< add l 10.218.0.0/16,1.1.1.0/24
< add l 10.219.0.0/16,1.1.1.0/24
< add l 10.220.0.0/16,1.1.1.0/24
< add l 10.221.0.0/16,1.1.1.0/24
< add l 10.222.0.0/16,1.1.1.0/24
< add l 10.223.0.0/16,1.1.1.0/24
< add l 10.224.0.0/16,1.1.1.0/24
< add l 10.225.0.0/16,1.1.1.0/24
< add l 10.226.0.0/16,1.1.1.0/24
< add l 10.227.0.0/16,1.1.1.0/24
< add l 10.228.0.0/16,1.1.1.0/24
< add l 10.229.0.0/16,1.1.1.0/24
< add l 10.230.0.0/16,1.1.1.0/24
< add l 10.231.0.0/16,1.1.1.0/24
< add l 10.232.0.0/16,1.1.1.0/24
< add l 10.233.0.0/16,1.1.1.0/24
< add l 10.234.0.0/16,1.1.1.0/24
< add l 10.235.0.0/16,1.1.1.0/24
< add l 10.236.0.0/16,1.1.1.0/24
< add l 10.237.0.0/16,1.1.1.0/24
< add l 10.238.0.0/16,1.1.1.0/24
< add l 10.239.0.0/16,1.1.1.0/24
< add l 10.240.0.0/16,1.1.1.0/24
< add l 10.241.0.0/16,1.1.1.0/24
< add l 10.242.0.0/16,1.1.1.0/24
< add l 10.243.0.0/16,1.1.1.0/24
< add l 10.244.0.0/16,1.1.1.0/24
< add l 10.245.0.0/16,1.1.1.0/24
< add l 10.246.0.0/16,1.1.1.0/24
< add l 10.247.0.0/16,1.1.1.0/24
< add l 10.248.0.0/16,1.1.1.0/24
< add l 10.249.0.0/16,1.1.1.0/24
< add l x$
! ipset v7.17: Error in line 250: Syntax error: Second element is missing from x$.
? 1
$ ipset list -t l
Name: l
Type: hash:net,net
Revision: 3
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 13896
References: 0
Number of entries: 231
$ ipset create m hash:ip family inet6 initval 1
$ ipset restore
< add m ::1
< add m ::2
< add m ::3
< add m ::4
< add m ::5
< add m ::6
< add m ::7
< add m ::8
< add m ::9
< add m ::a
< add m ::b
< add m ::c
< add m ::d
< add m ::e
< add m ::f
< add m ::10
< add m ::11
< add m ::12
< add m ::13
< add m ::14
< add m ::15
< add m ::16
< add m ::17
< add m ::18
< add m ::19
< add m ::1a
< add m ::1b
< add m ::1c
< add m ::1d
< add m ::1e
< add m ::1f
< add m ::20
< add m ::21
< add m ::22
< add m ::23
< add m ::24
< add m ::25
< add m ::26
< add m ::27
< add m ::28
< add m ::29
< add m ::2a
< add m ::2b
< add m ::2c
< add m ::2d
< add m ::2e
< add m ::2f
< add m ::30
< add m ::31
< add m ::32
< add m ::33
< add m ::34
< add m ::35
< add m ::36
< add m ::37
< add m ::38
< add m ::39
< add m ::3a
< add m ::3b
< add m ::3c
< add m ::3d
< add m ::3e
< add m ::3f
< add m ::40
< add m ::41
< add m ::42
< add m ::43
< add m ::44
< add m ::45
< add m ::46
< add m ::47
< add m ::48
< add m ::49
< add m ::4a
< add m ::4b
< add m ::4c
< add m ::4d
< add m ::4e
< add m ::4f
< add m ::50
< add m ::51
< add m ::52
< add m ::53
< add m ::54
< add m ::55
< add m ::56
< add m ::57
< add m ::58
< add m ::59
< add m ::5a
< add m ::5b
< add m ::5c
< add m ::5d
< add m ::5e
< add m ::5f
< add m ::60
< add m ::61
< add m ::62
< add m ::63
< add m ::64
< add m ::65
< add m ::66
< add m ::67
< add m ::68
< add m ::69
< add m ::6a
< add m ::6b
< add m ::6c
< add m ::6d
< add m ::6e
< add m ::6f
< add m ::70
< add m ::71
< add m ::72
< add m ::73
< add m ::74
< add m ::75
< add m ::76
< add m ::77
< add m ::78
< add m ::79
< add m ::7a
< add m ::7b
< add m ::7c
< add m ::7d
< add m ::7e
< add m ::7f
< add m ::80
< add m ::81
< add m ::82
< add m ::83
< add m ::84
< add m ::85
< add m ::86
< add m ::87
< add m ::88
< add m ::89
< add m ::8a
< add m ::8b
< add m ::8c
< add m ::8d
< add m ::8e
< add m ::8f
< add m ::90
< add m ::91
< add m ::92
< add m ::93
< add m ::94
< add m ::95
< add m ::96
< add m ::97
< add m ::98
< add m ::99
< add m ::9a
< add m ::9b
< add m ::9c
< add m ::9d
< add m ::9e
< add m ::9f
< add m ::a0
< add m ::a1
< add m ::a2
< add m ::a3
< add m ::a4
< add m ::a5
< add m ::a6
< add m ::a7
< add m ::a8
< add m ::a9
< add m ::aa
< add m ::ab
< add m ::ac
< add m ::ad
< add m ::ae
< add m ::af
< add m ::b0
< add m ::b1
< add m ::b2
< add m ::b3
< add m ::b4
< add m ::b5
< add m ::b6
< add m ::b7
< add m ::b8
< add m ::b9
< add m ::ba
< add m ::bb
< add m ::bc
< add m ::bd
< add m ::be
< add m ::bf
< add m ::c0
< add m ::c1
< add m ::c2
< add m ::c3
< add m ::c4
< add m ::c5
< add m ::c6
< add m ::c7
< add m ::c8
< add m ::c9
< add m ::ca
< add m ::cb
< add m ::cc
< add m ::cd
< add m ::ce
< add m ::cf
< add m ::d0
< add m ::d1
< add m ::d2
< add m ::d3
< add m ::d4
< add m ::d5
< add m ::d6
< add m ::d7
< add m ::d8
< add m ::d9
< add m ::da
< add m ::db
< add m ::dc
< add m ::dd
< add m ::de
< add m ::df
< add m ::e0
< add m ::e1
< add m ::e2
< add m ::e3
< add m ::e4
< add m ::e5
< add m ::e6
< add m ::e7
< add m ::e8
< add m ::e9
< add m ::ea
< add m ::eb
< add m ::ec
< add m ::ed
< add m ::ee
< add m ::ef
< add m ::f0
< add m ::f1
< add m ::f2
< add m ::f3
< add m ::f4
< add m ::f5
< add m ::f6
< add m ::f7
< add m ::f8
< add m ::f9
< add m x$
! ipset v7.17: Error in line 250: Syntax error: cannot parse x$: resolving to IPv6 address failed
? 1
$ ipset list -t m
Name: m
Type: hash:ip
Revision: 5
Header: family inet6 hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 13384
References: 0
Number of entries: 222
