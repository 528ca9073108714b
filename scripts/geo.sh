#!/bin/sh
# Fetches the network data of two npm packages at fixed versions and builds the
# folder that entente reads. Packages that are there already are not fetched
# again.
#
#   scripts/geo.sh [BIN [OUT]]   BIN: the program (default: go run ./cmd/entente)
#                                OUT: the folder to build (default: var/geo)
#
# GEO_PACKAGES   where packages are kept (default: var/geo-packages)
set -eu

bin=${1:-go run ./cmd/entente}
out=${2:-var/geo}
packages=${GEO_PACKAGES:-var/geo-packages}

# fetch NAME VERSION FOLDER
fetch() {
	have=$(cat "$packages/$3/version" 2>/dev/null || true)
	[ "$have" != "$1 $2" ] || return 0
	command -v npm >/dev/null || {
		echo "geo: npm is missing; install Node.js, or give a geography file with --geo" >&2
		exit 2
	}
	echo "geo: fetching $1 $2" >&2
	part=$packages/$3.part
	rm -rf "$packages/$3" "$part"
	mkdir -p "$part"
	npm pack --silent --pack-destination "$part" "$1@$2" >/dev/null
	tar -xzf "$part"/*.tgz -C "$part"
	rm -f "$part"/*.tgz
	echo "$1 $2" >"$part/version"
	mv "$part" "$packages/$3"
}

mkdir -p "$packages"
fetch @ip-location-db/geo-whois-asn-country-mmdb 2.3.2026061719 country
fetch @ip-location-db/asn 2.3.2026061719 asn

# shellcheck disable=SC2086 # the program may be several words
$bin geo build "$packages" --out "$out"
