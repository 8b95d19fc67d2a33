#!/bin/sh
# run.sh QEMU ELF STDIN STDOUT [TWIN]: runs ELF with STDIN (empty name: no input) and compares its
# output with the file STDOUT (empty name: not compared) and with what the native program TWIN says
# to the same input. Exit status: that of the program that failed, or 1 if outputs differ.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
input=${3:-/dev/null}

run() {
  name=$1
  shift
  "$@" <"$input" >"$folder/$name" || {
    status=$?
    cat "$folder/$name"
    echo "$name: exit status $status"
    exit "$status"
  }
}

run rv32 "$1" "$2"
[ -z "$4" ] || diff -u "$4" "$folder/rv32"
if [ -n "${5:-}" ]; then
  run native "$5"
  diff -u "$folder/native" "$folder/rv32"
fi
head -c 2000 "$folder/rv32"
