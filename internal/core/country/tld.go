package country

import "strings"

// FromTLD gives the country of a country-code top-level domain: lower case,
// without a dot, internationalised ones as A-labels. It is not ok for other
// top-level domains, for those that belong to no single country (eu, su), for
// codes that were never delegated, and for country codes that are sold as
// generic ones or given to anyone: a name under those says nothing of where it
// belongs. docs/countries.md lists them with the reasons.
func FromTLD(tld string) (code string, ok bool) {
	if len(tld) != 2 {
		code, ok = idnTLD[tld]
		return code, ok
	}
	if tld == "uk" {
		return "GB", true
	}
	a, b := tld[0]-'a', tld[1]-'a'
	if a > 25 || b > 25 {
		return "", false
	}
	i := int(places[int(a)*26+int(b)]) - 1
	if i < 0 || mute[i] {
		return "", false
	}
	return table[i].Code, true
}

// Generic lists the country-code top-level domains that say nothing, with the
// reason, by lower case code. The map is the caller's.
func Generic() map[string]string {
	out := make(map[string]string, len(generic))
	for k, v := range generic {
		out[k] = v
	}
	return out
}

// Reasons why a country-code top-level domain says nothing.
const (
	sold        = "sold worldwide as a generic ending"
	free        = "was given away free of charge to anyone"
	hack        = "sold worldwide to make short or telling names"
	undelegated = "never delegated"
)

var generic = map[string]string{
	"ac": sold, "ad": sold, "ag": sold, "ai": sold, "as": sold, "bz": sold, "cc": sold, "cd": sold,
	"co": sold, "cx": sold, "dj": sold, "fm": sold, "gg": sold, "gs": sold, "im": sold, "io": sold,
	"la": sold, "lc": sold, "me": sold, "mn": sold, "ms": sold, "mu": sold, "nu": sold, "pn": sold,
	"pw": sold, "sc": sold, "sh": sold, "sr": sold, "st": sold, "su": sold, "tc": sold, "tl": sold,
	"to": sold, "tv": sold, "vc": sold, "vg": sold, "vu": sold, "ws": sold,
	"cf": free, "ga": free, "gq": free, "ml": free, "tk": free,
	"gd": hack, "gl": hack, "ly": hack,
	"bl": undelegated, "bq": undelegated, "eh": undelegated, "mf": undelegated, "um": undelegated,
}

// mute is generic by row of the table.
var mute = func() (m [len(table)]bool) {
	for i, c := range table {
		_, m[i] = generic[strings.ToLower(c.Code)]
	}
	return m
}()

// idnTLD holds the internationalised country-code top-level domains as
// A-labels (RFC 5890), those of the root zone of August 2026.
var idnTLD = map[string]string{
	"xn--2scrj9c":            "IN", // ಭಾರತ
	"xn--3e0b707e":           "KR", // 한국
	"xn--3hcrj9c":            "IN", // ଭାରତ
	"xn--45br5cyl":           "IN", // ভাৰত
	"xn--45brj9c":            "IN", // ভারত
	"xn--4dbrk0ce":           "IL", // ישראל
	"xn--54b7fta0cc":         "BD", // বাংলা
	"xn--80ao21a":            "KZ", // қаз
	"xn--90a3ac":             "RS", // срб
	"xn--90ae":               "BG", // бг
	"xn--90ais":              "BY", // бел
	"xn--clchc0ea0b2g2a9gcd": "SG", // சிங்கப்பூர்
	"xn--d1alf":              "MK", // мкд
	"xn--fiqs8s":             "CN", // 中国
	"xn--fiqz9s":             "CN", // 中國
	"xn--fpcrj9c3d":          "IN", // భారత్
	"xn--fzc2c9e2c":          "LK", // ලංකා
	"xn--gecrj9c":            "IN", // ભારત
	"xn--h2breg3eve":         "IN", // भारतम्
	"xn--h2brj9c":            "IN", // भारत
	"xn--h2brj9c8c":          "IN", // भारोत
	"xn--j1amh":              "UA", // укр
	"xn--j6w193g":            "HK", // 香港
	"xn--kprw13d":            "TW", // 台湾
	"xn--kpry57d":            "TW", // 台灣
	"xn--l1acc":              "MN", // мон
	"xn--lgbbat1ad8j":        "DZ", // الجزائر
	"xn--mgb9awbf":           "OM", // عمان
	"xn--mgba3a4f16a":        "IR", // ایران
	"xn--mgbaam7a8h":         "AE", // امارات
	"xn--mgbah1a3hjkrd":      "MR", // موريتانيا
	"xn--mgbai9azgqp6j":      "PK", // پاکستان
	"xn--mgbayh7gpa":         "JO", // الاردن
	"xn--mgbbh1a":            "IN", // بارت
	"xn--mgbbh1a71e":         "IN", // بھارت
	"xn--mgbc0a9azcg":        "MA", // المغرب
	"xn--mgbcpq6gpa1a":       "BH", // البحرين
	"xn--mgberp4a5d4ar":      "SA", // السعودية
	"xn--mgbgu82a":           "IN", // ڀارت
	"xn--mgbpl2fh":           "SD", // سودان
	"xn--mgbtx2b":            "IQ", // عراق
	"xn--mgbx4cd0ab":         "MY", // مليسيا
	"xn--mix891f":            "MO", // 澳門
	"xn--node":               "GE", // გე
	"xn--o3cw4h":             "TH", // ไทย
	"xn--ogbpf8fl":           "SY", // سورية
	"xn--p1ai":               "RU", // рф
	"xn--pgbs0dh":            "TN", // تونس
	"xn--q7ce6a":             "LA", // ລາວ
	"xn--qxam":               "GR", // ελ
	"xn--rvc1e0am3e":         "IN", // ഭാരതം
	"xn--s9brj9c":            "IN", // ਭਾਰਤ
	"xn--wgbh1c":             "EG", // مصر
	"xn--wgbl6a":             "QA", // قطر
	"xn--xkc2al3hye2a":       "LK", // இலங்கை
	"xn--xkc2dl3a5ee0h":      "IN", // இந்தியா
	"xn--y9a3aq":             "AM", // հայ
	"xn--yfro4i67o":          "SG", // 新加坡
	"xn--ygbi2ammx":          "PS", // فلسطين
}
