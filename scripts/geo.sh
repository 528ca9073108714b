#!/bin/sh
# Fetches the network data of two npm packages at fixed versions and builds the
# folder that entente reads. Packages that are in the cache are not fetched
# again.
#
#   scripts/geo.sh [OUT]        OUT: folder to build, default .cache/geography
#
# GEO_CACHE   where packages are kept, default .cache/geo
# GEO_BUILD   the command that builds, default: go run ./cmd/entente geo build
set -eu

cd "$(dirname "$0")/.."
out=${1:-.cache/geography}
cache=${GEO_CACHE:-.cache/geo}
build=${GEO_BUILD:-go run ./cmd/entente geo build}

# name of the package, its version, its folder in the cache
packages='
@ip-location-db/geo-whois-asn-country-mmdb 2.3.2026061719 country
@ip-location-db/asn 2.3.2026061719 asn
'

command -v npm >/dev/null || { echo "geo: npm is missing; install Node.js, or give data with --geo FILE" >&2; exit 2; }
mkdir -p "$cache"
echo "$packages" | while read -r name version folder; do
	[ -n "$name" ] || continue
	if [ -f "$cache/$folder/version" ] && [ "$(cat "$cache/$folder/version")" = "$name $version" ]; then
		continue
	fi
	echo "geo: fetching $name $version"
	rm -rf "$cache/$folder" "$cache/$folder.part"
	mkdir -p "$cache/$folder.part"
	file=$(npm pack --silent --pack-destination "$cache/$folder.part" "$name@$version" | tail -n 1)
	tar -xzf "$cache/$folder.part/$file" -C "$cache/$folder.part"
	rm -f "$cache/$folder.part/$file"
	echo "$name $version" >"$cache/$folder.part/version"
	mv "$cache/$folder.part" "$cache/$folder"
done

# shellcheck disable=SC2086 # the command is several words
exec $build "$cache" "$out"
