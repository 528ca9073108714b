package value

import "strings"

// A word with a dot is a file name or a domain, and the part after the last
// dot must decide.
type extension uint8

const (
	noFile      extension = iota
	fileIfShort           // also a top-level domain: a file if it is name.ext and live
	alwaysFile
)

var extensions = func() map[string]extension {
	m := map[string]extension{}
	for _, x := range strings.Fields(`
		exe dll scr bat cmd ps1 psm1 vbs vbe js jse wsf wsh hta lnk pif cpl ocx sys drv msi msp msix appx
		jar class war apk ipa dex dmg iso img vhd vhdx xll iqy slk scf url reg inf sct chm hlp swf
		doc docx docm dotm xls xlsx xlsm xlsb xlt ppt pptx pptm ppsx odt ods odp rtf pdf txt csv
		rar 7z gz tgz bz2 xz zst arj lzh ace tar eml msg ics html htm shtml mht php phtml asp aspx jsp cgi
		xml json yml yaml ini cfg conf log dat bin tmp bak sql sqlite db mdb pcap evtx elf deb rpm
		png jpg jpeg gif bmp svg ico tif tiff webp mp3 mp4 avi mkv wav pem crt p12 pfx asc c cpp h
		go rb ts css toml lock locked encrypted crypt lockbit`) {
		m[x] = alwaysFile
	}
	for _, x := range strings.Fields("zip mov py sh md cab") {
		m[x] = fileIfShort
	}
	return m
}()

// extensionOf judges the part after the last dot.
func extensionOf(last string) extension {
	if len(last) > 9 {
		return noFile
	}
	return extensions[strings.ToLower(last)]
}
