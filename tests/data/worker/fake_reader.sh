#!/bin/sh
# Stands in for `bidui __read`; the name of the file says how it misbehaves.
for file; do :; done
hello() { printf 'h\013\000\000\000\000\000\000\000bidui\000rd\001\000\001'; }
opened() { printf 'o\000\000\000\000\000\000\000\000'; }
case "$file" in
*hangs-at-once*) exec sleep 600 ;;
*hangs-within*) hello; opened; printf 't\144\000\000\000\000\000\000\000{"info"'; exec sleep 600 ;;
*closes-and-hangs*) hello; exec sleep 600 >&- ;;
*aborts-at-once*) echo 'sixteen persons: 410621197001011234' >&2; kill -ABRT $$ ;;
*aborts-when-open*) hello; opened; kill -SEGV $$ ;;
*out-of-memory*) echo 'memory allocation of 137438953472 bytes failed' >&2; kill -ABRT $$ ;;
*out-of-time*) kill -XCPU $$ ;;
*ends-early*) hello; opened; exit 0 ;;
*with-a-code*) hello; exit 101 ;;
*environment*) [ -z "$HOME$CARGO_MANIFEST_DIR$LANG" ] && exit 77; exit 78 ;;
*other-program*) echo 'usage: another program' ;;
*another-version*) printf 'h\013\000\000\000\000\000\000\000bidui\000rd\377\000\001' ;;
*floods-with-words*) exec yes ;;
*floods-with-a-frame*) hello; opened; printf 'r\000\000\000\377\000\000\000\000'; exec cat /dev/zero ;;
*floods-with-questions*) hello; while :; do printf 's\001\000\000\000\000\000\000\000a'; done ;;
*table-of-lies*) hello; opened; printf 't\002\000\000\000\000\000\000\000{}'; exec sleep 600 ;;
esac
