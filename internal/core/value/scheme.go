package value

// scheme is what the canonical form needs to know of a URL's scheme.
type scheme struct {
	name string
	port uint16 // default port, 0 if the scheme has none
	root bool   // an empty path is "/"; otherwise a path of "/" alone is dropped
}

// schemes are the ones that name a host and occur in reports of misuse. The
// first two stand first because nearly all URLs have them.
var schemes = [...]scheme{
	{"http", 80, true}, {"https", 443, true}, {"ftp", 21, true}, {"ftps", 990, true},
	{"ws", 80, true}, {"wss", 443, true}, {"tcp", 0, false}, {"udp", 0, false},
	{"tls", 0, false}, {"ssl", 0, false}, {"quic", 0, false}, {"dns", 53, false},
	{"sftp", 22, true}, {"ssh", 22, false}, {"telnet", 23, false}, {"tftp", 69, true},
	{"smb", 445, true}, {"rtsp", 554, true}, {"rtmp", 1935, true}, {"ldap", 389, true},
	{"ldaps", 636, true}, {"rmi", 1099, true}, {"irc", 6667, false}, {"ircs", 6697, false},
	{"socks4", 1080, false}, {"socks5", 1080, false}, {"rdp", 3389, false}, {"vnc", 5900, false},
	{"mqtt", 1883, true}, {"mqtts", 8883, true}, {"redis", 6379, false}, {"mysql", 3306, false},
	{"smtp", 25, false}, {"smtps", 465, false}, {"imap", 143, false}, {"pop3", 110, false},
	{"xmpp", 5222, false}, {"coap", 5683, true}, {"gopher", 70, true}, {"git", 9418, true},
	{"stratum+tcp", 0, false}, {"stratum+ssl", 0, false}, {"stratum+tls", 0, false},
}

// findScheme finds a scheme by its lower-case name.
func findScheme(name string) (*scheme, bool) {
	for i := range schemes {
		if schemes[i].name == name {
			return &schemes[i], true
		}
	}
	return nil, false
}
