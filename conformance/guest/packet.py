"""IPv4 packets as bytes, and back into the words of the scenario format."""

import socket
import struct

PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17}
NAMES = {number: name for name, number in PROTOCOLS.items()}
FLAGS = "FSRPAUEC"  # bit 0 is F
ICMP_ERRORS = {3, 4, 5, 11, 12}
QUOTED = 28  # bytes of a packet that an error made by a scenario quotes


def checksum(data):
    """The Internet checksum."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def protocol_number(proto):
    return PROTOCOLS[proto] if proto in PROTOCOLS else int(proto)


def icmp_message(kind, code, rest, data):
    head = struct.pack("!BBH", kind, code, 0) + rest + data
    return head[:2] + struct.pack("!H", checksum(head)) + head[4:]


def transport(packet, proto, pseudo):
    """The bytes behind the IP header; `pseudo` makes the pseudo header for a length."""
    payload = bytes(packet.get("payload", 0))
    if proto == 6:
        flags = sum(1 << FLAGS.index(letter) for letter in packet.get("flags", ""))
        head = struct.pack(
            "!HHIIBBHHH",
            packet.get("sport", 0), packet.get("dport", 0),
            packet.get("seq", 0) & 0xFFFFFFFF, packet.get("ack", 0) & 0xFFFFFFFF,
            5 << 4, flags, packet.get("win", 65535), 0, 0,
        )
        total = checksum(pseudo(len(head) + len(payload)) + head + payload)
        return head[:16] + struct.pack("!H", total) + head[18:] + payload
    if proto == 17:
        head = struct.pack("!HHHH", packet.get("sport", 0), packet.get("dport", 0), 8 + len(payload), 0)
        # An UDP checksum of zero would mean "none", so it is written as all ones.
        total = checksum(pseudo(len(head) + len(payload)) + head + payload) or 0xFFFF
        return head[:6] + struct.pack("!H", total) + payload
    if proto == 1:
        kind, code = packet.get("type", 8), packet.get("code", 0)
        if "inner" in packet:
            return icmp_message(kind, code, bytes(4), encode(packet["inner"])[:QUOTED])
        rest = struct.pack("!HH", packet.get("id", 0), packet.get("seq", 0) & 0xFFFF)
        return icmp_message(kind, code, rest, payload)
    return payload


def encode(packet):
    """A packet of a scenario as bytes: no options, IP id 0, DF clear, checksums correct; or those that it spells out."""
    if "bytes" in packet:
        return bytes.fromhex(packet["bytes"])
    proto = protocol_number(packet["proto"])
    source, destination = socket.inet_aton(packet["src"]), socket.inet_aton(packet["dst"])
    body = transport(packet, proto, lambda length: source + destination + struct.pack("!BBH", 0, proto, length))
    head = struct.pack(
        "!BBHHHBBH", 0x45, packet.get("tos", 0), 20 + len(body), 0, 0, packet.get("ttl", 64), proto, 0
    ) + source + destination
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body


def decode(data, quoted=False):
    """
    The fields of a packet that the result of a scenario reports. A `quoted` packet may be cut short: it has the
    fields whose bytes are all there, and is not looked into for another quotation.
    """
    size = (data[0] & 15) * 4
    proto = data[9]
    packet = {
        "src": socket.inet_ntoa(data[12:16]),
        "dst": socket.inet_ntoa(data[16:20]),
        "proto": NAMES.get(proto, proto),
        "ttl": data[8],
        "tos": data[1],
        "len": struct.unpack("!H", data[2:4])[0],
    }
    body = data[size:]
    if struct.unpack("!H", data[6:8])[0] & 0x1FFF:  # a later fragment: what follows is no transport header
        return packet
    if proto in (6, 17) and len(body) >= 4:
        packet["sport"], packet["dport"] = struct.unpack("!HH", body[:4])
    if proto == 6:
        if len(body) >= 8:
            packet["seq"] = struct.unpack("!I", body[4:8])[0]
        if len(body) >= 14:
            packet["ack"] = struct.unpack("!I", body[8:12])[0]
            packet["flags"] = "".join(letter for bit, letter in enumerate(FLAGS) if body[13] >> bit & 1)
    if proto == 1 and len(body) >= 8:
        packet["type"], packet["code"] = body[0], body[1]
        if body[0] not in ICMP_ERRORS:
            packet["id"], packet["seq"] = struct.unpack("!HH", body[4:8])
        elif not quoted and len(body) >= 28:
            packet["inner"] = decode(body[8:], quoted=True)
    return packet


def answer(sent, overrides):
    """The packet that answers one which went out: `sent` as decoded, `overrides` from the scenario."""
    packet = {"src": sent["dst"], "dst": sent["src"], "proto": sent["proto"], "ttl": 64}
    if "sport" in sent:
        packet["sport"], packet["dport"] = sent["dport"], sent["sport"]
    if sent["proto"] == "icmp":
        packet.update(type=0, code=0, id=sent.get("id", 0), seq=sent.get("seq", 0))
    packet.update(overrides)
    return packet


def error_about(sent, data, kind, code):
    """An ICMP error from the destination of a packet that went out, given decoded and as bytes."""
    source, destination = socket.inet_aton(sent["dst"]), socket.inet_aton(sent["src"])
    body = icmp_message(kind, code, bytes(4), data[:QUOTED])
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 0, 0, 64, 1, 0) + source + destination
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body
