#!/bin/sh
# Runs quadot's checks and benchmarks on a bare Linux machine. See README.md beside this file.
set -eu

usage() {
  cat <<'TEXT'
Usage: ./run.sh [--gpu hardware|software|auto] COMMAND

  doctor [--json]            what the adapter offers, and whether every kernel family is right on it
  conformance [FILE...] [--name REGEX] [--lane LANE] [--jobs COUNT] [--json FILE]
                             the tests of all kernels, of the runtime and of published models. FILE: part of a test
                             file's name, such as ops/conv2d. LANE: everything (default), or default-limits, a device
                             like a modest phone's, or compatibility, on OpenGL ES
  bench [ARGUMENT...]        benchmarks
  cli ARGUMENT...            the command line of quadot: ./run.sh cli inspect MODEL.tflite
  all FOLDER                 doctor, conformance and benchmarks, with logs and JSON in FOLDER
  drivers                    the Vulkan drivers of this machine, and whether they load

  --gpu          auto (default) takes hardware where there is some, and else SwiftShader on the CPU. With hardware, a
                 missing driver is a failure: what a test of GPUs wants. QUADOT_GPU sets the default.

Exit code 0: all went well; 1: something failed; 2: wrong usage.
QUADOT_HEADLESS_CACHE: where to unpack, 150 MB, once; beside this file by default, or else in TMPDIR or /tmp.
VK_DRIVER_FILES: manifest of the Vulkan driver to use.
TEXT
}

fail() {
  printf 'run.sh: %s\n' "$1" >&2
  exit "${2:-1}"
}

while [ $# -gt 0 ]; do
  case $1 in
    --gpu) QUADOT_GPU=${2:-}; shift; [ $# -eq 0 ] || shift ;;
    --gpu=*) QUADOT_GPU=${1#*=}; shift ;;
    *) break ;;
  esac
done
case ${QUADOT_GPU=auto} in
  hardware | software | auto | '') export QUADOT_GPU ;;
  *) fail "--gpu or QUADOT_GPU is \"$QUADOT_GPU\". Use hardware, software or auto." 2 ;;
esac
case ${1:-} in
  doctor | conformance | bench | cli | all | drivers) ;;
  help | -h | --help) usage; exit 0 ;;
  '') usage >&2; exit 2 ;;
  *) fail "there is no command \"$1\". See: ./run.sh help" 2 ;;
esac

platform="$(uname -s) $(uname -m)"
[ "$platform" = 'Linux x86_64' ] || fail "this bundle is for Linux x86_64; this machine is $platform."
case $0 in */*) here=${0%/*} ;; *) here=. ;; esac
here=$(cd "$here" && pwd -P)
read -r id <"$here/id"

if [ -n "${QUADOT_HEADLESS_CACHE:-}" ]; then
  cache=$QUADOT_HEADLESS_CACHE
elif [ -w "$here" ]; then
  cache=$here/.unpacked
else
  cache=${TMPDIR:-/tmp}/quadot-headless-$(id -u)
fi
# Only this user may write what is going to be run.
mask=$(umask)
umask 077
mkdir -p "$cache" || fail "cannot make the folder $cache. Set QUADOT_HEADLESS_CACHE to one that can be written."
[ -O "$cache" ] || fail "$cache belongs to another user. Set QUADOT_HEADLESS_CACHE to a folder of your own."
cache=$(cd "$cache" && pwd -P)
unpacked=$cache/$id

explain() {
  printf 'run.sh: %s\n%s\n' "$1" "$2" >&2
  glibc=$(getconf GNU_LIBC_VERSION 2>&1) || glibc='not known'
  fail "needed are glibc 2.34 or newer (here: $glibc), libstdc++ 6 of GCC 11 or newer, and a file system that may hold programs: else set QUADOT_HEADLESS_CACHE."
}

# Runs a program with the system's C++ runtime; where that is missing or too old, with the bundle's, from then on.
try() {
  problem=$("$@" 2>&1) && return
  case ${LD_LIBRARY_PATH:-} in "$libraries"*) return 1 ;; esac
  LD_LIBRARY_PATH=$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  export LD_LIBRARY_PATH
  second=$("$@" 2>&1) && return
  problem="$problem
$second"
  return 1
}

if [ ! -d "$unpacked" ]; then
  temporary=$cache/$id.$$
  trap 'rm -rf "$temporary"' EXIT
  trap 'exit 1' HUP INT TERM
  mkdir "$temporary" "$temporary/bin" "$temporary/lib"
  printf 'Unpacking to %s, once.\n' "$unpacked" >&2
  gzip -dc "$here/node.gz" >"$temporary/bin/node" || fail "cannot unpack to $cache: is there room for 150 MB?"
  chmod 700 "$temporary/bin/node"
  for archive in "$here"/lib/*.gz; do
    [ ! -e "$archive" ] || { library=${archive##*/}; gzip -dc "$archive" >"$temporary/lib/${library%.gz}"; }
  done
  libraries=$temporary/lib
  try "$temporary/bin/node" --version || explain 'Node does not run on this machine:' "$problem"
  "$temporary/bin/node" "$here/unpack.mjs" "$here" "$temporary" "$unpacked" || fail "cannot unpack to $cache: is there room for 150 MB?"
  trap - EXIT HUP INT TERM
fi

libraries=$unpacked/lib
dawn=$unpacked/node_modules/webgpu/dist/linux-x64/dawn.node
load='try { process.dlopen({ exports: {} }, process.argv[1]) } catch (error) { console.error(error.message); process.exit(1) }'
try "$unpacked/bin/node" --eval "$load" "$dawn" || explain 'Node or Dawn does not run on this machine:' "$problem"
umask "$mask"
exec "$unpacked/bin/node" "$unpacked/headless/main.js" "$@"
