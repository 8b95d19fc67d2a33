#!/bin/sh
# image_twice.sh CMAKE SOURCE IMAGE: builds the fault proof program again, from a copy of the
# sources in another folder of another depth, without the compiler's cache, and compares it with
# IMAGE byte by byte. A path, a date or an order of files in the image fails here.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
copy=$folder/some/other/place/of/the/sources
mkdir -p "$copy/src"
cp -R "$2/CMakeLists.txt" "$2/cmake" "$copy"
# Only the rooms that the image is made of.
for room in base crypto exchange tree stf guest; do cp -R "$2/src/$room" "$copy/src"; done
CCACHE_DISABLE=1
export CCACHE_DISABLE
"$1" -S "$copy" -B "$folder/build here" -G Ninja -DCMAKE_BUILD_TYPE=dev >"$folder/log" 2>&1 &&
  "$1" --build "$folder/build here" --target guest_image_rv32_program -j 2 >>"$folder/log" 2>&1 || {
  tail -n 30 "$folder/log"
  exit 1
}
cmp "$3" "$folder/build here/rv32/guest_image"
